/* SPDX-License-Identifier: MIT */
/* Redirection.  Spec 5.8.  Before: ipc.c, spacecontrol.c. */
#include "redirect.h"

#include "sched.h"
#include "space.h"

#define CHAIN_LIMIT 16 /* redirectors may redirect each other in a circle */

static struct thread *redirector_of(const struct space *s)
{
    return thread_find_global(s->redirector);
}

struct thread *redirect(const struct thread *src, struct thread *dst)
{
    const struct space *s = src->space;
    if (!s->redirector || dst->space == s)
        return dst;
    struct thread *r = redirector_of(s);
    if (!r)
        return idle_thread; /* it never receives */
    return dst->space == r->space ? dst : r;
}

bool redirects(const struct thread *t, const struct space *ward)
{
    for (int hops = 0; hops < CHAIN_LIMIT && ward->redirector; hops++) {
        struct thread *r = redirector_of(ward);
        if (!r || r == t)
            return r != NULL;
        ward = r->space;
    }
    return false;
}

/* Marks t as redirected or not.  The mark keeps t off the fast path, which knows no redirection. */
static void mark(struct thread *t, bool redirected)
{
    if (redirected)
        t->obstacles |= OBSTACLE_REDIRECTED;
    else
        t->obstacles &= ~OBSTACLE_REDIRECTED;
}

bool redirect_space(struct space *s, word_t redirector)
{
    static word_t changes;
    word_t mine = ++changes;
    struct list_node *n = s->threads.next;
    if (redirector == L4_ID_NIL)
        s->redirector = L4_ID_NIL;
    while (n != &s->threads) { /* a thread that joins s meanwhile is the last on the list */
        struct thread *t = list_entry(n, struct thread, in_space);
        word_t id = t->id;
        mark(t, redirector);
        n = n->next;
        if (preempt_point() != OTHERS_RAN)
            continue;
        t = thread_find_global(id);
        if (mine != changes || !t || t->space != s)
            return true;
        n = t->in_space.next;
    }
    s->redirector = redirector;
    thread_sweep_begin();
    return false;
}
