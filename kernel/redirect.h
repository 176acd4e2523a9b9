/* SPDX-License-Identifier: MIT */
/* Redirection: a message that leaves a space goes to the space's redirector first.  Spec 5.8. */
#ifndef KERNEL_REDIRECT_H
#define KERNEL_REDIRECT_H

#include "thread.h"

/* Returns the thread that gets src's message to dst: dst, or the redirector of src's space.  If the
 * redirector does not exist, returns idle_thread, which never receives.  What the redirector sends
 * on may be redirected in turn. */
struct thread *redirect(const struct thread *src, struct thread *dst);
/* Returns true if t is the redirector of `ward`, directly or along a chain. */
bool redirects(const struct thread *t, const struct space *ward);
/* Changes the redirector of s; nil ends redirection.
 * Post: s has that redirector, and its threads are marked as redirected or not.
 * Returns true if other threads ran and it is not done: s may be gone.  This does no harm, because
 * threads are marked before there is a redirector, and unmarked after there was one.  Blocks. */
bool redirect_space(struct space *s, word_t redirector);

#endif
