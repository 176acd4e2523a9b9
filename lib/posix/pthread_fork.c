/* SPDX-License-Identifier: MIT */
/* Threads and fork(): pthread_atfork(). */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

#include <hurd/mm.h>

#include "lib/posix/pthread_record.h"

enum { MOST = 32 };

static struct {
    void (*prepare)(void), (*parent)(void), (*child)(void);
} functions[MOST];
static int count;
static volatile bool begun;

static void prepare(void)
{
    for (int i = count; i-- > 0;) {
        if (functions[i].prepare)
            functions[i].prepare();
    }
}

static void parent(int error)
{
    (void) error;
    for (int i = 0; i < count; i++) {
        if (functions[i].parent)
            functions[i].parent();
    }
}

static void child(void)
{
    pthread_forked();
    for (int i = 0; i < count; i++) {
        if (functions[i].child)
            functions[i].child();
    }
}

int pthread_fork_begin(void)
{
    if (__atomic_exchange_n(&begun, true, __ATOMIC_ACQ_REL))
        return 0;
    int error = hurd_at_fork(prepare, parent, child);
    if (error)
        begun = false;
    return error;
}

int pthread_atfork(void (*before)(void), void (*in_parent)(void), void (*in_child)(void))
{
    if (count == MOST || pthread_fork_begin())
        return ENOMEM;
    functions[count].prepare = before;
    functions[count].parent = in_parent;
    functions[count].child = in_child;
    count++;
    return 0;
}
