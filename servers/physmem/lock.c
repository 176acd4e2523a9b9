/* SPDX-License-Identifier: MIT */
/* Bounded locks.  The hop before is request_extra.c, which makes the requests of other tasks wait.
 *
 * Invariants: a lock is in the list of its task's account; c->locks counts the locks on c; none of
 * them lasts longer than c->locked_until.  A task has at most one lock on a container, also if its
 * time is over. */
#include "lock.h"

#include <hurd/assert.h>
#include <errno.h>

struct lock {
    struct lock *next;                      /* the next lock of the same account */
    struct container *container;
    uint32_t until;
};

static struct lock **lock_find(struct account *account, const struct container *c)
{
    struct lock **link = &account->locks;
    while (*link && (*link)->container != c)
        link = &(*link)->next;
    return link;
}

static void lock_drop(struct lock **link)
{
    struct lock *lock = *link;
    assert_is(lock->container->locks, >, 0);
    *link = lock->next;
    lock->container->locks--;
    slab_free(lock, sizeof *lock);
}

int lock_take(struct container *c, unsigned task, uint32_t now, uint32_t until)
{
    struct account *account = account_of(task);
    if (!account || !account->home)
        return ENOMEM;
    struct lock **link = lock_find(account, c), *lock = *link;
    if (lock && time_before(now, lock->until))
        return EBUSY;
    if (c->barred && time_before(now, c->barred_until))
        return EAGAIN;
    c->barred = false;
    if (!lock) {
        lock = control_alloc(account->home, sizeof *lock);
        if (!lock)
            return ENOMEM;
        *lock = (struct lock) { account->locks, c, until };
        account->locks = lock;
        c->locks++;
    }
    lock->until = until;
    if (c->locks == 1 || time_before(c->locked_until, until))
        c->locked_until = until;
    return 0;
}

int lock_leave(struct container *c, unsigned task, uint32_t now)
{
    struct account *account = account_of(task);
    struct lock **link = account ? lock_find(account, c) : NULL;
    if (!link || !*link)
        return EINVAL;
    bool over = !time_before(now, (*link)->until);
    lock_drop(link);
    return over ? EINVAL : 0;
}

bool lock_held(struct container *c, uint32_t now, uint32_t *until)
{
    *until = c->locked_until;
    return c->locks && time_before(now, c->locked_until);
}

void lock_drop_all(struct account *account, struct container *c)
{
    for (struct lock **link = &account->locks; *link; )
        if (!c || (*link)->container == c)
            lock_drop(link);
        else
            link = &(*link)->next;
}
