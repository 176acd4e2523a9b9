/* SPDX-License-Identifier: MIT */
/* A mutex and a condition for the threads of one task.  All zeroes is a valid initial state.  If no
 * other thread has the lock, taking it is one locked instruction.  A thread that has to wait sleeps
 * by __libc_wait() (libc.h). */
#ifndef LIBC_MUTEX_H
#define LIBC_MUTEX_H

#include <stdbool.h>

struct mutex {
    volatile unsigned state;        /* 0: free; else its holder, and bit 0: threads may wait */
};

struct condition {
    volatile unsigned signals;      /* counts condition_signal() and condition_broadcast() */
};

void mutex_init(struct mutex *mutex);
/* Blocks.  If the thread has the lock already, nobody would ever wake it: the program ends with a
 * sentence (__libc_deadlock()). */
void mutex_lock(struct mutex *mutex);
bool mutex_trylock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
bool mutex_is_own(const struct mutex *mutex);   /* The calling thread has it. */

void condition_init(struct condition *condition);
/* Releases the mutex, waits, and takes the mutex again.  It may return without a signal, so the
 * caller must test its condition in a loop.  Blocks. */
void condition_wait(struct condition *condition, struct mutex *mutex);  /* blocks */
void condition_signal(struct condition *condition);
void condition_broadcast(struct condition *condition);

#endif
