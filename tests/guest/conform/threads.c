/* SPDX-License-Identifier: MIT */
/* <pthread.h> and <semaphore.h>. */
#include "tests/guest/conform/conform.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>

enum { THREADS_MANY = 8, ROUNDS = 200 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static volatile int number;

static void *give(void *argument)
{
    return (char *) argument + 1;
}

static void *leave(void *argument)
{
    pthread_exit(argument);
}

static void *detached(void *argument)
{
    pthread_detach(pthread_self());
    sem_post(argument);
    return NULL;
}

void threads_begin_and_end(void)
{
    pthread_t t[THREADS_MANY];
    void *result;
    for (long i = 0; i < THREADS_MANY; i++)
        EXPECT_EQ(pthread_create(&t[i], NULL, i % 2 ? give : leave, (void *) (i * 10)), 0);
    for (long i = 0; i < THREADS_MANY; i++) {
        EXPECT_EQ(pthread_join(t[i], &result), 0);
        EXPECT_EQ((long) result, i * 10 + i % 2);
    }
    EXPECT_EQ(pthread_join(pthread_self(), NULL), EDEADLK);
    EXPECT_EQ(pthread_equal(pthread_self(), pthread_self()) != 0, true);
    sem_t done;
    sem_init(&done, 0, 0);
    EXPECT_EQ(pthread_create(&t[0], NULL, detached, &done), 0);
    EXPECT_EQ(sem_wait(&done), 0);
    pthread_attr_t attr;
    int state;
    EXPECT_EQ(pthread_attr_init(&attr), 0);
    EXPECT_EQ(pthread_attr_setdetachstate(&attr, 77), EINVAL);
    EXPECT_EQ(pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED), 0);
    EXPECT_EQ(pthread_attr_getdetachstate(&attr, &state), 0);
    EXPECT_EQ(state, PTHREAD_CREATE_DETACHED);
    EXPECT_EQ(pthread_attr_setstacksize(&attr, 10), EINVAL);
    EXPECT_EQ(pthread_attr_setstacksize(&attr, 32768), 0);
    EXPECT_EQ(pthread_create(&t[0], &attr, give, NULL), 0);
    int status = IN_CHILD({ pthread_create(&t[1], NULL, give, NULL); pthread_exit(NULL); });
    EXPECT_EQ(status, 0);
}

static volatile pthread_t signalled;

static void note(int signal)
{
    (void) signal;
    signalled = pthread_self();
}

static void *signal_self(void *started)
{
    int error = pthread_kill(pthread_self(), SIGUSR1);
    bool here = pthread_equal(signalled, pthread_self());
    sem_post(started);
    while (pthread_equal(signalled, pthread_self()))
        sched_yield();
    return (void *) (long) (error ? error : here ? 0 : -1);
}

void a_signal_for_one_thread(void)
{
    pthread_t t;
    void *result;
    sem_t started;
    struct sigaction old, act = {.sa_handler = note};
    EXPECT_EQ(sigaction(SIGUSR1, &act, &old), 0);
    EXPECT_EQ(sem_init(&started, 0, 0), 0);
    EXPECT_EQ(pthread_create(&t, NULL, signal_self, &started), 0);
    EXPECT_EQ(sem_wait(&started), 0);
    EXPECT_EQ(pthread_kill(t, 0), 0);
    EXPECT_EQ(pthread_kill(t, NSIG), EINVAL);
    EXPECT_EQ(pthread_kill(pthread_self(), SIGUSR1), 0);
    EXPECT_EQ(pthread_equal(signalled, pthread_self()) != 0, true);
    EXPECT_EQ(pthread_join(t, &result), 0);
    EXPECT_EQ((long) result, 0);
    EXPECT_EQ(sigaction(SIGUSR1, &old, NULL), 0);
}

static void *wait_for_signal(void *started)
{
    sigset_t set;
    int signal = 0;
    pthread_sigmask(SIG_BLOCK, NULL, &set);
    bool inherited = sigismember(&set, SIGUSR2) && !sigismember(&set, SIGUSR1);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    sem_post(started);
    int error = sigwait(&set, &signal);
    return (void *) (long) (error ? error : inherited ? signal : -1);
}

static void *spend_time(void *unused)
{
    struct timespec some = {0, 100000000};
    nanosleep(&some, NULL);
    return unused;
}

/* One that waits for it gets it, before the handler in another thread does.  A new thread blocks
 * what its maker blocked. */
void a_signal_for_any_thread(void)
{
    pthread_t t, other;
    void *result;
    sem_t started;
    sigset_t set;
    struct sigaction old, act = {.sa_handler = note};
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    signalled = 0;
    EXPECT_EQ(sigaction(SIGUSR1, &act, &old), 0);
    EXPECT_EQ(sem_init(&started, 0, 0), 0);
    EXPECT_EQ(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
    EXPECT_EQ(pthread_create(&t, NULL, wait_for_signal, &started), 0);
    EXPECT_EQ(sem_wait(&started), 0);
    EXPECT_EQ(pthread_create(&other, NULL, spend_time, NULL), 0);
    EXPECT_EQ(pthread_join(other, NULL), 0);
    EXPECT_EQ(kill(getpid(), SIGUSR1), 0);
    EXPECT_EQ(pthread_join(t, &result), 0);
    EXPECT_EQ((long) result, SIGUSR1);
    EXPECT_EQ(signalled == 0, true);

    EXPECT_EQ(sigaction(SIGUSR2, &act, NULL), 0);
    EXPECT_EQ(pthread_create(&other, NULL, spend_time, NULL), 0);
    EXPECT_EQ(kill(getpid(), SIGUSR2), 0);              /* both block it */
    EXPECT_EQ(pthread_join(other, NULL), 0);
    EXPECT_EQ(signalled == 0, true);
    EXPECT_EQ(pthread_sigmask(SIG_UNBLOCK, &set, NULL), 0);
    EXPECT_EQ(pthread_equal(signalled, pthread_self()) != 0, true);
    EXPECT_EQ(sigaction(SIGUSR1, &old, NULL), 0);
    EXPECT_EQ(signal(SIGUSR2, SIG_DFL) == note, true);
}

static void *count_up(void *argument)
{
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(argument);
        int n = number;
        sched_yield();
        number = n + 1;
        pthread_mutex_unlock(argument);
    }
    return NULL;
}

static void *unlock(void *argument)
{
    return (void *) (long) pthread_mutex_unlock(argument);
}

void mutexes_of_each_type(void)
{
    pthread_t t[THREADS_MANY];
    pthread_mutexattr_t attr;
    pthread_mutex_t m;
    void *result;
    number = 0;
    for (int i = 0; i < THREADS_MANY; i++)
        pthread_create(&t[i], NULL, count_up, &mutex);
    for (int i = 0; i < THREADS_MANY; i++)
        pthread_join(t[i], NULL);
    EXPECT_EQ(number, THREADS_MANY * ROUNDS);
    EXPECT_EQ(pthread_mutexattr_init(&attr), 0);
    EXPECT_EQ(pthread_mutexattr_settype(&attr, 99), EINVAL);
    EXPECT_EQ(pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK), 0);
    EXPECT_EQ(pthread_mutex_init(&m, &attr), 0);
    EXPECT_EQ(pthread_mutex_lock(&m), 0);
    EXPECT_EQ(pthread_mutex_lock(&m), EDEADLK);
    EXPECT_EQ(pthread_mutex_trylock(&m), EBUSY);
    EXPECT_EQ(pthread_mutex_destroy(&m), EBUSY);
    pthread_create(&t[0], NULL, unlock, &m);
    pthread_join(t[0], &result);
    EXPECT_EQ((long) result, EPERM);
    EXPECT_EQ(pthread_mutex_unlock(&m), 0);
    EXPECT_EQ(pthread_mutex_unlock(&m), EPERM);
    EXPECT_EQ(pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE), 0);
    EXPECT_EQ(pthread_mutex_init(&m, &attr), 0);
    EXPECT_EQ(pthread_mutex_lock(&m), 0);
    EXPECT_EQ(pthread_mutex_trylock(&m), 0);
    EXPECT_EQ(pthread_mutex_unlock(&m), 0);
    EXPECT_EQ(pthread_mutex_unlock(&m), 0);
    EXPECT_EQ(pthread_mutex_unlock(&m), EPERM);
    EXPECT_EQ(pthread_mutex_destroy(&m), 0);
    EXPECT_EQ(pthread_mutex_lock(&mutex), 0);
    EXPECT_EQ(pthread_mutex_trylock(&mutex), EBUSY);
    struct timespec past = { 1, 0 }, bad = { 1, -1 };
    EXPECT_EQ(pthread_mutex_timedlock(&mutex, &past), ETIMEDOUT);
    EXPECT_EQ(pthread_mutex_timedlock(&mutex, &bad), EINVAL);
    EXPECT_EQ(pthread_mutex_unlock(&mutex), 0);
}

static void *wait_for_five(void *argument)
{
    (void) argument;
    pthread_mutex_lock(&mutex);
    while (number < 5)
        pthread_cond_wait(&cond, &mutex);
    number++;
    pthread_mutex_unlock(&mutex);
    return NULL;
}

void conditions_wake_threads(void)
{
    pthread_t t[3];
    number = 0;
    for (int i = 0; i < 3; i++)
        pthread_create(&t[i], NULL, wait_for_five, NULL);
    for (int i = 0; i < 5; i++) {
        pthread_mutex_lock(&mutex);
        number++;
        pthread_cond_signal(&cond);
        pthread_mutex_unlock(&mutex);
        sched_yield();
    }
    pthread_cond_broadcast(&cond);
    for (int i = 0; i < 3; i++)
        pthread_join(t[i], NULL);
    EXPECT_EQ(number, 8);
    pthread_condattr_t attr;
    pthread_cond_t c;
    pthread_condattr_init(&attr);
    EXPECT_EQ(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC), 0);
    EXPECT_EQ(pthread_cond_init(&c, &attr), 0);
    struct timespec soon;
    clock_gettime(CLOCK_MONOTONIC, &soon);
    soon.tv_nsec += 30000000;
    if (soon.tv_nsec >= 1000000000)
        soon.tv_sec++, soon.tv_nsec -= 1000000000;
    pthread_mutex_lock(&mutex);
    EXPECT_EQ(pthread_cond_timedwait(&c, &mutex, &soon), ETIMEDOUT);
    EXPECT_EQ(pthread_mutex_trylock(&mutex), EBUSY);
    pthread_mutex_unlock(&mutex);
    EXPECT_EQ(pthread_cond_destroy(&c), 0);
}

static pthread_key_t key;
static volatile int destroyed;

static void destroy(void *value)
{
    destroyed += *(int *) value;
}

static int seven = 7, ninety = 90;

static void *use_key(void *argument)
{
    if (pthread_getspecific(key))
        return (void *) 1;
    pthread_setspecific(key, argument);
    return pthread_getspecific(key) == argument ? NULL : (void *) 2;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void count_once(void)
{
    number++;
}

void values_of_a_threads_own(void)
{
    pthread_t t[2];
    void *result;
    EXPECT_EQ(pthread_key_create(&key, destroy), 0);
    EXPECT_EQ(pthread_setspecific(key, &ninety), 0);
    pthread_create(&t[0], NULL, use_key, &seven);
    pthread_create(&t[1], NULL, use_key, &seven);
    for (int i = 0; i < 2; i++) {
        EXPECT_EQ(pthread_join(t[i], &result), 0);
        EXPECT_EQ(result == NULL, true);
    }
    EXPECT_EQ(destroyed, 14);
    EXPECT_EQ(pthread_getspecific(key) == &ninety, true);
    EXPECT_EQ(pthread_key_delete(key), 0);
    EXPECT_EQ(pthread_key_delete(key), EINVAL);
    EXPECT_EQ(pthread_key_create(&key, NULL), 0);
    EXPECT_EQ(pthread_getspecific(key) == NULL, true);
    EXPECT_EQ(pthread_key_delete(key), 0);
    number = 0;
    pthread_once(&once, count_once);
    pthread_once(&once, count_once);
    EXPECT_EQ(number, 1);
}

static void cleaned(void *argument)
{
    pthread_mutex_unlock(argument);
    number = 100;
}

static void *wait_for_ever(void *argument)
{
    sem_post(argument);
    pthread_mutex_lock(&mutex);
    pthread_cleanup_push(cleaned, &mutex);
    for (;;)
        pthread_cond_wait(&cond, &mutex);
    pthread_cleanup_pop(0);
    return NULL;
}

void a_thread_is_cancelled(void)
{
    pthread_t t;
    void *result;
    sem_t begun;
    sem_init(&begun, 0, 0);
    number = 0;
    pthread_create(&t, NULL, wait_for_ever, &begun);
    sem_wait(&begun);
    EXPECT_EQ(pthread_cancel(t), 0);
    EXPECT_EQ(pthread_join(t, &result), 0);
    EXPECT_EQ(result == PTHREAD_CANCELED, true);
    EXPECT_EQ(number, 100);
    EXPECT_EQ(pthread_mutex_trylock(&mutex), 0);
    EXPECT_EQ(pthread_mutex_unlock(&mutex), 0);
    EXPECT_EQ(pthread_setcancelstate(9, NULL), EINVAL);
    EXPECT_EQ(pthread_setcanceltype(9, NULL), EINVAL);
}

static void *post_five(void *argument)
{
    for (int i = 0; i < 5; i++)
        sem_post(argument);
    return NULL;
}

void semaphores_count(void)
{
    sem_t sem;
    pthread_t t;
    int value = -1;
    struct timespec past = { 1, 0 };
    EXPECT_FAILS(sem_init(&sem, 0, (unsigned) SEM_VALUE_MAX + 1), EINVAL);
    EXPECT_EQ(sem_init(&sem, 0, 1), 0);
    EXPECT_EQ(sem_trywait(&sem), 0);
    EXPECT_FAILS(sem_trywait(&sem), EAGAIN);
    EXPECT_FAILS(sem_timedwait(&sem, &past), ETIMEDOUT);
    pthread_create(&t, NULL, post_five, &sem);
    for (int i = 0; i < 4; i++)
        EXPECT_EQ(sem_wait(&sem), 0);
    pthread_join(t, NULL);
    EXPECT_EQ(sem_getvalue(&sem, &value), 0);
    EXPECT_EQ(value, 1);
    EXPECT_EQ(sem_destroy(&sem), 0);
}

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;

static void *meet(void *argument)
{
    (void) argument;
    int result = pthread_barrier_wait(&barrier);
    pthread_rwlock_wrlock(&rwlock);
    number += result == PTHREAD_BARRIER_SERIAL_THREAD ? 100 : 1;
    pthread_rwlock_unlock(&rwlock);
    return NULL;
}

void readers_writers_and_barriers(void)
{
    pthread_t t[4];
    EXPECT_EQ(pthread_rwlock_rdlock(&rwlock), 0);
    EXPECT_EQ(pthread_rwlock_tryrdlock(&rwlock), 0);
    EXPECT_EQ(pthread_rwlock_trywrlock(&rwlock), EBUSY);
    EXPECT_EQ(pthread_rwlock_unlock(&rwlock), 0);
    EXPECT_EQ(pthread_rwlock_unlock(&rwlock), 0);
    EXPECT_EQ(pthread_rwlock_unlock(&rwlock), EPERM);
    EXPECT_EQ(pthread_rwlock_trywrlock(&rwlock), 0);
    EXPECT_EQ(pthread_rwlock_tryrdlock(&rwlock), EBUSY);
    EXPECT_EQ(pthread_rwlock_destroy(&rwlock), EBUSY);
    EXPECT_EQ(pthread_rwlock_unlock(&rwlock), 0);
    EXPECT_EQ(pthread_barrier_init(&barrier, NULL, 0), EINVAL);
    EXPECT_EQ(pthread_barrier_init(&barrier, NULL, 4), 0);
    number = 0;
    for (int i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, meet, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
    EXPECT_EQ(number, 103);
    EXPECT_EQ(pthread_barrier_destroy(&barrier), 0);
}

static volatile int order;

static void before(void)
{
    order = order * 10 + 1;
}

static void in_parent(void)
{
    order = order * 10 + 2;
}

static void in_child(void)
{
    order = order * 10 + 3;
}

static void *sit(void *argument)
{
    sem_wait(argument);
    return NULL;
}

void fork_with_threads(void)
{
    pthread_t t;
    sem_t go;
    sem_init(&go, 0, 0);
    EXPECT_EQ(pthread_atfork(before, in_parent, in_child), 0);
    pthread_create(&t, NULL, sit, &go);
    order = 0;
    int status = IN_CHILD({
        if (order != 13)
            _exit(1);
        pthread_t other;
        void *result;
        if (pthread_create(&other, NULL, give, NULL) || pthread_join(other, &result) || result != (void *) 1)
            _exit(2);
        pthread_exit(NULL);                         /* the only thread, so the end */
    });
    EXPECT_EQ(status, 0);
    EXPECT_EQ(order, 12);
    sem_post(&go);
    EXPECT_EQ(pthread_join(t, NULL), 0);
}

static FILE *volatile two;
static volatile int tried = 5;

static void *writes(void *unused)
{
    tried = ftrylockfile(two);
    fputs("b", two);
    return unused;
}

/* What a thread writes while it has the lock, however often it took it, stays together. */
void the_lock_of_a_stream_nests(void)
{
    pthread_t t;
    char text[8] = "";
    two = tmpfile();
    EXPECT_EQ(two != NULL, true);
    flockfile(two);
    flockfile(two);
    EXPECT_EQ(ftrylockfile(two), 0);
    funlockfile(two);
    funlockfile(two);
    EXPECT_EQ(pthread_create(&t, NULL, writes, NULL), 0);
    while (tried == 5)
        sched_yield();
    EXPECT_EQ(tried, -1);
    for (int i = 0; i < 3; i++) {
        fputs("a", two);
        sched_yield();
    }
    funlockfile(two);
    EXPECT_EQ(pthread_join(t, NULL), 0);
    rewind(two);
    EXPECT_EQ(fgets(text, sizeof text, two) != NULL, true);
    EXPECT_TEXT(text, "aaab");
    fclose(two);
}
