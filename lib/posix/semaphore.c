/* SPDX-License-Identifier: MIT */
/* POSIX semaphores without names.  A wake-up reaches the threads of this task only, so waiters at a
 * shared one look again and again. */
#include <errno.h>
#include <limits.h>
#include <semaphore.h>
#include <stdbool.h>

#include <libc.h>

#include "lib/posix/descriptors.h"
#include "lib/posix/until.h"

int sem_init(sem_t *sem, int shared, unsigned value)
{
    if (value > SEM_VALUE_MAX)
        return posix_result(EINVAL);
    *sem = (sem_t) { .value = value, .shared = shared };
    return 0;
}

int sem_destroy(sem_t *sem)
{
    (void) sem;
    return 0;
}

static bool take(sem_t *sem)
{
    unsigned value = sem->value;
    while (value > 0) {
        if (__atomic_compare_exchange_n(&sem->value, &value, value - 1, false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_ACQUIRE))
            return true;
    }
    return false;
}

int sem_trywait(sem_t *sem)
{
    return posix_result(take(sem) ? 0 : EAGAIN);
}

int sem_wait(sem_t *sem)
{
    while (!take(sem)) {
        if (sem->shared)
            __libc_sleep(10000);
        else
            __libc_wait(&sem->value, 0);
    }
    return 0;
}

int sem_timedwait(sem_t *sem, const struct timespec *until)
{
    int err = 0;
    while (!err && !take(sem))
        err = until_wait(CLOCK_REALTIME, until);
    return posix_result(err);
}

int sem_post(sem_t *sem)
{
    unsigned value = sem->value;
    do {
        if (value == SEM_VALUE_MAX)
            return posix_result(EOVERFLOW);
    } while (!__atomic_compare_exchange_n(&sem->value, &value, value + 1, false, __ATOMIC_ACQ_REL,
                                          __ATOMIC_ACQUIRE));
    if (!sem->shared)
        __libc_wake(&sem->value, 1);
    return 0;
}

int sem_getvalue(sem_t *sem, int *value)
{
    *value = (int) sem->value;
    return 0;
}
