/* SPDX-License-Identifier: MIT */
/* Locks of tasks on bytes of files, as POSIX has them: advice, which no read or write obeys.  A
 * task that has a lock has a handle of that file, opened to be read or written; when it drops one,
 * its locks on the file go.  A request that must wait is parked, and is tried again whenever a lock
 * goes.  Before: handles.c. */
#include <errno.h>

#include <hurd/assert.h>
#include <l4/thread.h>

#include "servers/ext2fs/server.h"

enum { LOCKS = 512, LOCKS_TASK = 64, WALK = 64 };
static const uint64_t END = UINT64_MAX;

struct lock {
    struct ext2_inode *inode;           /* NULL  <=>  it is free */
    unsigned task;
    bool writes;
    uint64_t first, last;
};

static struct lock locks[LOCKS];
static struct lock *locks_end = locks;          /* behind the last one that is not free */

struct wish {
    struct ext2_inode *inode;
    unsigned task;
    L4_Word_t type;                     /* HURD_LOCK_* */
    uint64_t first, last;
};

static bool is_on(const struct lock *l, const struct wish *w)
{
    return l->inode == w->inode && l->first <= w->last && w->first <= l->last;
}

/* The next lock of another task that the wish contradicts, from `from` on; NULL: there is none. */
static const struct lock *conflict(const struct wish *w, const struct lock *from)
{
    for (const struct lock *l = from; l < locks_end; l++) {
        if (is_on(l, w) && l->task != w->task && w->type != HURD_LOCK_NONE &&
            (l->writes || w->type == HURD_LOCK_WRITES))
            return l;
    }
    return NULL;
}

/* ---- requests ---- */

static uint64_t wide(const L4_Word_t *word)
{
    return word[0] | (uint64_t) word[1] << 32;
}

/* Words 2 to 6 of a request. */
static bool wish_read(const L4_Word_t *arg, struct wish *w)
{
    uint64_t length = wide(&arg[5]);
    w->type = arg[2];
    w->first = wide(&arg[3]);
    w->last = length == 0 ? END : w->first + (length - 1);
    return w->type <= HURD_LOCK_NONE && w->first <= INT64_MAX && length <= INT64_MAX &&
           (length == 0 || w->last <= INT64_MAX);
}

/* ---- would the wait never end?  From a task to what it waits for, and to those that have it */

struct walk {
    unsigned task[WALK], count;
};

static void walk_add(struct walk *walk, unsigned task)
{
    unsigned i = 0;
    while (i < walk->count && walk->task[i] != task)
        i++;
    if (i == walk->count && i < WALK)
        walk->task[walk->count++] = task;
}

static void walk_owners(struct walk *walk, const struct wish *w)
{
    for (const struct lock *l = conflict(w, locks); l; l = conflict(w, l + 1))
        walk_add(walk, l->task);
}

/* What this task waits for: its parked requests. */
static void walk_on(struct walk *walk, unsigned task)
{
    for (const struct hurd_cap_long *more = server.longs; more; more = more->next) {
        struct hurd_cap *cap;
        struct wish w = { .task = task };
        if (more->state != HURD_CAP_WAITS || L4_Version(more->from) != task ||
            L4_Label(more->tag) != HURD_FILE_LOCK || !wish_read(more->arg, &w) ||
            hurd_cap_lookup(&server.table, task, more->arg[0], &cap))
            continue;
        w.inode = ((const struct handle *) cap->object)->inode;
        walk_owners(walk, &w);
    }
}

static bool is_deadlock(const struct wish *w)
{
    struct walk walk = { .count = 0 };
    walk_owners(&walk, w);
    for (unsigned i = 0; i < walk.count; i++) {
        if (walk.task[i] == w->task)
            return true;
        walk_on(&walk, walk.task[i]);
    }
    return false;
}

/* ---- changes ---- */

static struct lock *lock_free(void)
{
    struct lock *l = locks;
    while (l < locks_end && l->inode)
        l++;
    if (l == locks + LOCKS)
        return NULL;
    if (l == locks_end)
        locks_end++;
    return l;
}

static void locks_shorten(void)
{
    while (locks_end > locks && !locks_end[-1].inode)
        locks_end--;
}

/* Room for two more: the new one, and the second part of one that is cut in two. */
static bool has_room(unsigned task)
{
    unsigned own = 0, unused = (unsigned) (locks + LOCKS - locks_end);
    for (const struct lock *l = locks; l < locks_end; l++) {
        own += l->inode && l->task == task;
        unused += !l->inode;
    }
    return unused >= 2 && own + 2 <= LOCKS_TASK;
}

/* Takes the range out of a lock.  Pre: it overlaps. */
static void cut(struct lock *l, const struct wish *w)
{
    struct lock old = *l;
    l->inode = NULL;
    if (old.first < w->first) {
        *l = old;
        l->last = w->first - 1;
    }
    if (old.last > w->last) {
        struct lock *rest = l->inode ? lock_free() : l;
        assert(rest);                   /* has_room() */
        *rest = old;
        rest->first = w->last + 1;
    }
}

static bool touches(const struct lock *l, const struct wish *w)
{
    return is_on(l, w) || (l->inode == w->inode && (l->last + 1 == w->first ||
                                                    (w->last != END && w->last + 1 == l->first)));
}

/* Pre: no other task's lock contradicts it, and there is room. */
static void apply(struct wish *w)
{
    bool writes = w->type == HURD_LOCK_WRITES;
    for (struct lock *l = locks; l < locks_end && w->type != HURD_LOCK_NONE; l++) {
        if (l->task == w->task && l->writes == writes && touches(l, w)) {
            w->first = l->first < w->first ? l->first : w->first;       /* one lock for both */
            w->last = l->last > w->last ? l->last : w->last;
        }
    }
    for (struct lock *l = locks; l < locks_end; l++) {
        if (l->task == w->task && is_on(l, w))
            cut(l, w);
    }
    if (w->type != HURD_LOCK_NONE)
        *lock_free() = (struct lock) { w->inode, w->task, writes, w->first, w->last };
    locks_shorten();
    hurd_cap_resume(&server, (L4_Word_t) w->inode);     /* those that wait look again */
}

static void tell(struct hurd_cap_call *call, const struct lock *l)
{
    uint64_t length = l && l->last != END ? l->last - l->first + 1 : 0;
    uint64_t first = l ? l->first : 0;
    const L4_Word_t words[] = {
        !l ? HURD_LOCK_NONE : l->writes ? HURD_LOCK_WRITES : HURD_LOCK_READS,
        (L4_Word_t) first, (L4_Word_t) (first >> 32), (L4_Word_t) length,
        (L4_Word_t) (length >> 32), l ? l->task : 0,
    };
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        call->reply[i] = words[i];
    call->reply_words = sizeof words / sizeof words[0];
}

int serve_lock(struct hurd_cap_call *call, struct handle *h)
{
    struct wish w = { .inode = h->inode, .task = call->task };
    L4_Word_t command = call->arg[1];
    if (call->words != 7 || command > HURD_LOCK_WAIT || !wish_read(call->arg, &w))
        return EINVAL;
    unsigned way = w.type == HURD_LOCK_READS ? HURD_DIR_READS : HURD_DIR_WRITES;
    if (!(h->flags & (w.type == HURD_LOCK_NONE ? HURD_DIR_READS | HURD_DIR_WRITES : way)))
        return EBADF;
    const struct lock *other = conflict(&w, locks);
    if (other) {                        /* its task may have ended since the last look */
        clients_look(&call->server->table);
        other = conflict(&w, locks);
    }
    if (command == HURD_LOCK_GET) {
        tell(call, other);
        return 0;
    }
    if (other && command == HURD_LOCK_SET)
        return EAGAIN;
    if (other)
        return is_deadlock(&w) ? EDEADLK : wait_park(call, (L4_Word_t) w.inode);
    if (!has_room(w.task))
        return ENOLCK;
    apply(&w);
    return 0;
}

void locks_drop(unsigned task, struct ext2_inode *inode)
{
    bool any = false;
    for (struct lock *l = locks; l < locks_end; l++) {
        if (l->inode == inode && l->task == task) {
            l->inode = NULL;
            any = true;
        }
    }
    locks_shorten();
    if (any)
        hurd_cap_resume(&server, (L4_Word_t) inode);
}
