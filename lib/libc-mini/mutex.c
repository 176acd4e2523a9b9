/* SPDX-License-Identifier: MIT */
/* Mutex and condition, from two primitives: sleep while a word has a value; wake the threads that
 * sleep on a word. */
#include <errno.h>
#include <libc.h>
#include <limits.h>
#include <mutex.h>
#include <stdint.h>

static const unsigned WAITED = 1;       /* in the state of a mutex: threads may wait */

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

/* What tells threads apart: each has an errno of its own. */
static unsigned self(void)
{
    return (unsigned)(uintptr_t)&errno;
}

void mutex_init(struct mutex *mutex)
{
    mutex->state = 0;
}

bool mutex_trylock(struct mutex *mutex)
{
    return compare_exchange(&mutex->state, 0, self()) == 0;
}

/* A thread that waited holds the mutex with the mark WAITED, because other threads may wait behind
 * it.  If none does, one wake-up is useless, which does no harm. */
static void lock_slowly(struct mutex *mutex, const void *caller)
{
    unsigned own = self(), old;
    while ((old = compare_exchange(&mutex->state, 0, own | WAITED)) != 0) {
        if ((old & ~WAITED) == own)
            __libc_deadlock((const void *)mutex, caller);
        if (old & WAITED || compare_exchange(&mutex->state, old, old | WAITED) == old)
            __libc_wait(&mutex->state, old | WAITED);
    }
}

void mutex_lock(struct mutex *mutex)
{
    if (!mutex_trylock(mutex))
        lock_slowly(mutex, __builtin_return_address(0));
}

void mutex_unlock(struct mutex *mutex)
{
    if (exchange(&mutex->state, 0) & WAITED)
        __libc_wake(&mutex->state, 1);
}

bool mutex_is_own(const struct mutex *mutex)
{
    return (mutex->state & ~WAITED) == self();
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
