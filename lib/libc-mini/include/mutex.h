/* SPDX-License-Identifier: MIT */
/* A mutex and a condition for the threads of one task.  All zero is a good initial state.  Without
 * a contender a lock is one locked instruction; a thread that has to wait sleeps by __libc_wait()
 * (see libc.h). */
#ifndef LIBC_MUTEX_H
#define LIBC_MUTEX_H

#include <stdbool.h>

struct mutex {
    volatile unsigned state;        /* 0 free, 1 held, 2 held and somebody may be waiting */
};

struct condition {
    volatile unsigned signals;      /* counts condition_signal() and condition_broadcast() */
};

void mutex_init(struct mutex *mutex);
void mutex_lock(struct mutex *mutex);   /* blocks */
bool mutex_trylock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);

void condition_init(struct condition *condition);
/* Releases the mutex, waits, takes it again.  May return without a signal: test what you wait for
 * in a loop. */
void condition_wait(struct condition *condition, struct mutex *mutex);  /* blocks */
void condition_signal(struct condition *condition);
void condition_broadcast(struct condition *condition);

#endif
