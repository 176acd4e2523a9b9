/* SPDX-License-Identifier: MIT */
/* POSIX mutexes and conditions.  As lib/libc-mini/mutex.c, with an owner where the type asks for
 * one, and with ends of waits. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include <libc.h>

#include "lib/posix/pthread_record.h"
#include "lib/posix/until.h"

enum { FREE, HELD, WAITED };

/* ---- attributes ---- */

int pthread_mutexattr_init(pthread_mutexattr_t *attr)
{
    attr->type = PTHREAD_MUTEX_DEFAULT;
    return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *attr)
{
    (void) attr;
    return 0;
}

int pthread_mutexattr_gettype(const pthread_mutexattr_t *attr, int *type)
{
    *type = attr->type;
    return 0;
}

int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int type)
{
    if (type < PTHREAD_MUTEX_NORMAL || type > PTHREAD_MUTEX_RECURSIVE)
        return EINVAL;
    attr->type = type;
    return 0;
}

int pthread_mutexattr_getpshared(const pthread_mutexattr_t *attr, int *shared)
{
    (void) attr;
    *shared = PTHREAD_PROCESS_PRIVATE;
    return 0;
}

int pthread_mutexattr_setpshared(pthread_mutexattr_t *attr, int shared)
{
    (void) attr;
    return shared == PTHREAD_PROCESS_PRIVATE ? 0
           : shared == PTHREAD_PROCESS_SHARED ? ENOTSUP : EINVAL;
}

int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr)
{
    *mutex = (pthread_mutex_t) { .type = attr ? attr->type : PTHREAD_MUTEX_DEFAULT };
    return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    return mutex->state == FREE ? 0 : EBUSY;
}

/* ---- locks ---- */

static bool take(pthread_mutex_t *mutex)
{
    unsigned expected = FREE;
    return __atomic_compare_exchange_n(&mutex->state, &expected, HELD, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

/* For the holder of a mutex that knows it.  True: *error is the result. */
static bool lock_again(pthread_mutex_t *mutex, int otherwise, int *error)
{
    if (mutex->type == PTHREAD_MUTEX_NORMAL || mutex->owner != pthread_self())
        return false;
    *error = otherwise;
    if (mutex->type == PTHREAD_MUTEX_RECURSIVE)
        *error = mutex->depth == UINT_MAX ? EAGAIN : 0;
    if (!*error)
        mutex->depth++;
    return true;
}

static int taken(pthread_mutex_t *mutex)
{
    mutex->owner = mutex->type == PTHREAD_MUTEX_NORMAL ? NULL : pthread_self();
    return 0;
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    int error;
    if (lock_again(mutex, EBUSY, &error))
        return error;
    return take(mutex) ? taken(mutex) : EBUSY;
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    int error;
    if (lock_again(mutex, EDEADLK, &error))
        return error;
    if (!take(mutex)) {
        while (__atomic_exchange_n(&mutex->state, WAITED, __ATOMIC_ACQUIRE) != FREE)
            __libc_wait(&mutex->state, WAITED);
    }
    return taken(mutex);
}

int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *until)
{
    int error;
    if (lock_again(mutex, EDEADLK, &error))
        return error;
    while (!take(mutex)) {
        error = until_wait(CLOCK_REALTIME, until);
        if (error)
            return error;
    }
    return taken(mutex);
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    if (mutex->type != PTHREAD_MUTEX_NORMAL && mutex->owner != pthread_self())
        return EPERM;
    if (mutex->depth > 0) {
        mutex->depth--;
        return 0;
    }
    mutex->owner = NULL;
    if (__atomic_exchange_n(&mutex->state, FREE, __ATOMIC_RELEASE) == WAITED)
        __libc_wake(&mutex->state, 1);
    return 0;
}

/* ---- conditions ---- */

int pthread_condattr_init(pthread_condattr_t *attr)
{
    attr->clock = CLOCK_REALTIME;
    return 0;
}

int pthread_condattr_destroy(pthread_condattr_t *attr)
{
    (void) attr;
    return 0;
}

int pthread_condattr_getclock(const pthread_condattr_t *attr, clockid_t *clock)
{
    *clock = attr->clock;
    return 0;
}

int pthread_condattr_setclock(pthread_condattr_t *attr, clockid_t clock)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return EINVAL;
    attr->clock = clock;
    return 0;
}

int pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attr)
{
    *cond = (pthread_cond_t) { .clock = attr ? attr->clock : CLOCK_REALTIME };
    return 0;
}

int pthread_cond_destroy(pthread_cond_t *cond)
{
    (void) cond;
    return 0;
}

/* until NULL: without an end. */
static int wait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until)
{
    pthread_t self = pthread_self();
    unsigned seen = cond->signals;
    int error = 0;
    self->waits_at = &cond->signals;    /* from here on, pthread_cancel() is a signal */
    pthread_testcancel();
    unsigned depth = mutex->depth;
    mutex->depth = 0;
    error = pthread_mutex_unlock(mutex);
    if (error) {
        mutex->depth = depth;
        self->waits_at = NULL;
        return error;
    }
    if (!until)
        __libc_wait(&cond->signals, seen);
    while (until && !error && cond->signals == seen)
        error = until_wait(cond->clock, until);
    pthread_mutex_lock(mutex);
    mutex->depth = depth;
    self->waits_at = NULL;
    pthread_testcancel();
    return error;
}

int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    return wait(cond, mutex, NULL);
}

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                           const struct timespec *until)
{
    if (until->tv_nsec < 0 || until->tv_nsec >= 1000000000)
        return EINVAL;
    return wait(cond, mutex, until);
}

static int wake(pthread_cond_t *cond, unsigned count)
{
    __atomic_add_fetch(&cond->signals, 1, __ATOMIC_ACQ_REL);
    __libc_wake(&cond->signals, count);
    return 0;
}

int pthread_cond_signal(pthread_cond_t *cond)
{
    return wake(cond, 1);
}

int pthread_cond_broadcast(pthread_cond_t *cond)
{
    return wake(cond, UINT_MAX);
}
