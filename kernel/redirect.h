/* SPDX-License-Identifier: MIT */
/* Redirection: what leaves a space goes to its redirector first.  Spec 5.8. */
#ifndef KERNEL_REDIRECT_H
#define KERNEL_REDIRECT_H

#include "thread.h"

/* Where src's message to dst goes, src's space being redirected.  If that is not dst, src is left
 * with `intended` and `redirected_to`.  A redirector that does not exist never receives. */
struct thread *redirect(struct thread *src, struct thread *dst);
/* t is the redirector of `ward`, directly or along a chain. */
bool redirects(const struct thread *t, const struct space *ward);
/* Changes the redirector of s; nil ends redirection.  True: not done, others ran and s may be gone.  Threads are
 * marked before there is a redirector, and unmarked after: who stops half way has done no harm. */
bool redirect_space(struct space *s, word_t redirector);

#endif
