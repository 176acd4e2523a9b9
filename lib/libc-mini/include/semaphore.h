/* SPDX-License-Identifier: MIT */
/* POSIX semaphores without names, for the threads of one task, and for tasks that share the memory
 * (they look every 10 ms).  For programs that link lib/posix. */
#ifndef LIBC_SEMAPHORE_H
#define LIBC_SEMAPHORE_H

#include <limits.h>
#include <time.h>

typedef struct {
    volatile unsigned value;
    int shared;
} sem_t;
#define SEM_FAILED ((sem_t *)0)

/* EINVAL: above SEM_VALUE_MAX. */
int sem_init(sem_t *sem, int shared, unsigned value);
int sem_destroy(sem_t *sem);
int sem_wait(sem_t *sem);               /* blocks */
int sem_trywait(sem_t *sem);            /* EAGAIN */
/* Until a time of CLOCK_REALTIME.  ETIMEDOUT, EINVAL.  Looks every 10 ms. */
int sem_timedwait(sem_t *sem, const struct timespec *until);
int sem_post(sem_t *sem);               /* EOVERFLOW.  A handler may call it. */
int sem_getvalue(sem_t *sem, int *value);

#endif
