/* SPDX-License-Identifier: MIT */
/* Mutex and condition, from two primitives: sleep while a word has a value; wake the threads that
 * sleep on a word. */
#include <libc.h>
#include <limits.h>
#include <mutex.h>

static unsigned exchange(volatile unsigned *word, unsigned value)
{
    __asm__ volatile("xchgl %0, %1" : "+r"(value), "+m"(*word) : : "memory");
    return value;
}

static unsigned compare_exchange(volatile unsigned *word, unsigned old, unsigned new)
{
    __asm__ volatile("lock; cmpxchgl %2, %1" : "+a"(old), "+m"(*word) : "r"(new) : "memory", "cc");
    return old;
}

void mutex_init(struct mutex *mutex)
{
    mutex->state = 0;
}

bool mutex_trylock(struct mutex *mutex)
{
    return compare_exchange(&mutex->state, 0, 1) == 0;
}

/* A thread that waited holds the mutex in state 2, because other threads may wait behind it.  If
 * none does, one wake-up is useless, which does no harm. */
void mutex_lock(struct mutex *mutex)
{
    if (mutex_trylock(mutex))
        return;
    while (exchange(&mutex->state, 2) != 0)
        __libc_wait(&mutex->state, 2);
}

void mutex_unlock(struct mutex *mutex)
{
    if (exchange(&mutex->state, 0) == 2)
        __libc_wake(&mutex->state, 1);
}

void condition_init(struct condition *condition)
{
    condition->signals = 0;
}

void condition_wait(struct condition *condition, struct mutex *mutex)
{
    unsigned seen = condition->signals;
    mutex_unlock(mutex);
    __libc_wait(&condition->signals, seen);
    mutex_lock(mutex);
}

static void condition_wake(struct condition *condition, unsigned count)
{
    __asm__ volatile("lock; incl %0" : "+m"(condition->signals) : : "memory", "cc");
    __libc_wake(&condition->signals, count);
}

void condition_signal(struct condition *condition)
{
    condition_wake(condition, 1);
}

void condition_broadcast(struct condition *condition)
{
    condition_wake(condition, UINT_MAX);
}
