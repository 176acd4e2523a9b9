/* SPDX-License-Identifier: MIT */
/* Redirection: what leaves a space goes to its redirector first.  Spec 5.8. */
#ifndef KERNEL_REDIRECT_H
#define KERNEL_REDIRECT_H

#include "thread.h"

/* Who gets src's message to dst: dst, or the redirector of src's space (what it sends on may be redirected in turn).
 * For a redirector that does not exist idle_thread stands, which never receives. */
struct thread *redirect(const struct thread *src, struct thread *dst);
/* t is the redirector of `ward`, directly or along a chain. */
bool redirects(const struct thread *t, const struct space *ward);
/* Changes the redirector of s; nil ends redirection.  True: not done, others ran and s may be gone.  Threads are
 * marked before there is a redirector, and unmarked after: who stops half way has done no harm. */
bool redirect_space(struct space *s, word_t redirector);

#endif
