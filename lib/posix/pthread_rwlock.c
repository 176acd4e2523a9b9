/* SPDX-License-Identifier: MIT */
/* POSIX locks for readers and writers, and barriers: each a mutex and a condition. */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

int pthread_rwlock_init(pthread_rwlock_t *lock, const pthread_rwlockattr_t *attr)
{
    (void) attr;
    *lock = (pthread_rwlock_t) PTHREAD_RWLOCK_INITIALIZER;
    return 0;
}

int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
    return lock->readers ? EBUSY : 0;
}

/* A reader waits for writers that wait, so that readers cannot keep them out for ever. */
static int lock_for(pthread_rwlock_t *lock, bool writes, bool blocks)
{
    pthread_mutex_lock(&lock->mutex);
    lock->writers_wait += writes;
    while (blocks && (writes ? lock->readers != 0 : lock->readers < 0 || lock->writers_wait))
        pthread_cond_wait(&lock->changed, &lock->mutex);
    lock->writers_wait -= writes;
    bool can = writes ? lock->readers == 0 : lock->readers >= 0 && lock->writers_wait == 0;
    if (can)
        lock->readers += writes ? -1 : 1;
    pthread_mutex_unlock(&lock->mutex);
    return can ? 0 : EBUSY;
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
    return lock_for(lock, false, true);
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
    return lock_for(lock, false, false);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
    return lock_for(lock, true, true);
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
    return lock_for(lock, true, false);
}

int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
    pthread_mutex_lock(&lock->mutex);
    bool held = lock->readers != 0;
    lock->readers = lock->readers < 0 ? 0 : lock->readers - held;
    if (lock->readers == 0)
        pthread_cond_broadcast(&lock->changed);
    pthread_mutex_unlock(&lock->mutex);
    return held ? 0 : EPERM;
}

/* ---- barriers ---- */

int pthread_barrier_init(pthread_barrier_t *barrier, const pthread_barrierattr_t *attr,
                         unsigned count)
{
    (void) attr;
    if (count == 0)
        return EINVAL;
    *barrier = (pthread_barrier_t) { .mutex = PTHREAD_MUTEX_INITIALIZER,
                                     .changed = PTHREAD_COND_INITIALIZER, .count = count };
    return 0;
}

int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
    return barrier->waiting ? EBUSY : 0;
}

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
    pthread_mutex_lock(&barrier->mutex);
    unsigned round = barrier->round;
    bool last = ++barrier->waiting == barrier->count;
    if (last) {
        barrier->waiting = 0;
        barrier->round++;
        pthread_cond_broadcast(&barrier->changed);
    }
    while (!last && barrier->round == round)
        pthread_cond_wait(&barrier->changed, &barrier->mutex);
    pthread_mutex_unlock(&barrier->mutex);
    return last ? PTHREAD_BARRIER_SERIAL_THREAD : 0;
}
