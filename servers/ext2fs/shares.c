/* SPDX-License-Identifier: MIT */
/* What programs take of the server: memory for records and pipes, and places in its tables.  A
 * program may start many others, so a limit for each task bounds nothing.  Here a program and all
 * that it starts have one share: what they have is never more than half of what nobody has, so
 * whoever comes later still finds something.  Tasks of wortel's may use all.
 *
 * A record that malloc() gives and that has no frame would end the server, so frames are looked for
 * before the heap may grow.  Before: handles.c, pipes.c, locks.c, and the tables
 * of lib/hurd-cap.  Next hop: `task`, which knows who started whom. */
#include <stdlib.h>

#include <hurd/assert.h>
#include <hurd/startup.h>
#include <hurd/task.h>

#include "servers/ext2fs/images.h"

enum {
    PART = 2,
    POOL_PAGES = 128,
    POOL = POOL_PAGES * PAGE,           /* bytes of records */
    LARGE = 1024,                       /* bytes of a record that no hole between others may fit */
    MARGIN = 4,                         /* frames for the heap's own growth */
    OVERHEAD = 48,                      /* bytes of the heap beside a record: the heap's own, and an
                                           open file's position */
    ACCOUNTS = 512,                     /* tasks with records; `task` has fewer */
};

/* Nobody's, and to be used again, when there are no bytes. */
static struct account {
    unsigned task;
    uint32_t own;                       /* bytes of the task's records */
    uint32_t whole;                     /* of all records of the tree, if it is a head */
    struct account *head;               /* of its tree; valid if it has bytes of its own */
} accounts[ACCOUNTS];

static uint32_t used, most_used;        /* bytes of POOL */

bool share_allows(unsigned task, uint32_t own, uint32_t left)
{
    return task < HURD_TASK_FIRST || own <= left / PART;
}

static bool is_used(const struct account *a)
{
    return a->own + a->whole > 0;
}

/* Other tasks' accounts may have ended between its own and the place where it would stand now. */
static struct account *account_search(unsigned task)
{
    struct account *unused = NULL;
    for (unsigned i = 0; i < ACCOUNTS; i++) {
        struct account *a = &accounts[(task + i) % ACCOUNTS];
        if (a->task == task && is_used(a))
            return a;
        if (!is_used(a) && !unused)
            unused = a;
        if (a->task == 0 && !is_used(a))
            break;                      /* nobody was ever behind it */
    }
    return unused;
}

/* The head of a tree that has just gone is not known: then the task is its own. */
static unsigned head_ask(unsigned task)
{
    L4_Word_t head = task;
    if (task >= HURD_TASK_FIRST)
        hurd_task_head(task_server(), __hurd_startup_data->task.cap, task, &head);
    return (unsigned) head;
}

/* Each open() asks three times, so the usual case is here. */
static inline __attribute__((always_inline)) struct account *account_of(unsigned task)
{
    struct account *a = &accounts[task % ACCOUNTS];
    return a->task == task && is_used(a) ? a : account_search(task);
}

static bool has_own(const struct account *a, unsigned task)
{
    return a && a->task == task && a->own > 0;
}

unsigned share_of(unsigned task)
{
    const struct account *a = account_of(task);
    return has_own(a, task) ? a->head->task : head_ask(task);
}

/* The accounts of a task and of its head, of which the task's may be new.  false: there are too
 * many. */
static bool accounts_find(unsigned task, struct account **own, struct account **whole)
{
    *own = account_of(task);
    if (has_own(*own, task)) {
        *whole = (*own)->head;
        return true;
    }
    const unsigned head = head_ask(task);
    *whole = account_of(head);
    if (!*whole)
        return false;
    if (!is_used(*whole))
        **whole = (struct account) { .task = head };
    (*whole)->whole++;                  /* so the next look does not take it for unused */
    *own = account_of(task);
    (*whole)->whole--;
    if (!*own)
        return false;
    (*own)->task = task;
    (*own)->head = *whole;
    return true;
}

static bool has_frames(size_t size)
{
    return (size < LARGE && used + size <= most_used) || text_spare(size / PAGE + MARGIN);
}

void *share_alloc(unsigned task, size_t bytes)
{
    struct account *own, *whole;
    const size_t size = bytes + OVERHEAD, room = POOL - used;
    if (bytes > POOL || size > room || !accounts_find(task, &own, &whole))
        return NULL;
    if (!share_allows(task, whole->whole + (uint32_t) size, (uint32_t) (room - size)))
        return NULL;
    void *record = has_frames(size) ? calloc(1, bytes) : NULL;
    if (!record)
        return NULL;
    whole->whole += size;
    own->own += size;
    used += size;
    most_used = used > most_used ? used : most_used;
    return record;
}

void share_free(unsigned task, void *record, size_t bytes)
{
    const uint32_t size = (uint32_t) bytes + OVERHEAD;
    struct account *own = account_of(task);
    assert(has_own(own, task));
    assert_is(own->own, >=, size);
    assert_is(own->head->whole, >=, size);
    own->head->whole -= size;
    own->own -= size;
    used -= size;
    free(record);
}
