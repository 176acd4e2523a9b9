/* SPDX-License-Identifier: MIT */
/* POSIX threads.  For programs that link lib/posix.  Functions return 0 or an errno.  A program
 * that uses them leaves ThreadWord1 alone (L4_ThreadWord(1)).
 *
 * All threads have one priority.  What waits until a time looks every 10 ms.  A thread that is
 * cancelled ends at pthread_testcancel(), pthread_join(), and in a wait for a condition. */
#ifndef LIBC_PTHREAD_H
#define LIBC_PTHREAD_H

#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/types.h>
#include <time.h>

/* ---- threads ---- */

typedef struct {
    size_t stack;                       /* bytes; 0: the system's choice */
    int detached, scope, inherit, policy;
    struct sched_param param;
} pthread_attr_t;

#define PTHREAD_CREATE_JOINABLE 0
#define PTHREAD_CREATE_DETACHED 1
#define PTHREAD_SCOPE_SYSTEM    0
#define PTHREAD_SCOPE_PROCESS   1
#define PTHREAD_INHERIT_SCHED   0
#define PTHREAD_EXPLICIT_SCHED  1

int pthread_attr_init(pthread_attr_t *attr);
int pthread_attr_destroy(pthread_attr_t *attr);
int pthread_attr_getdetachstate(const pthread_attr_t *attr, int *detached);
int pthread_attr_setdetachstate(pthread_attr_t *attr, int detached);    /* EINVAL */
int pthread_attr_getstacksize(const pthread_attr_t *attr, size_t *size);
int pthread_attr_setstacksize(pthread_attr_t *attr, size_t size);       /* EINVAL: too small */
int pthread_attr_getscope(const pthread_attr_t *attr, int *scope);
int pthread_attr_setscope(pthread_attr_t *attr, int scope);     /* ENOTSUP: PROCESS; EINVAL */
int pthread_attr_getinheritsched(const pthread_attr_t *attr, int *inherit);
int pthread_attr_setinheritsched(pthread_attr_t *attr, int inherit);    /* EINVAL */
int pthread_attr_getschedpolicy(const pthread_attr_t *attr, int *policy);
int pthread_attr_setschedpolicy(pthread_attr_t *attr, int policy);      /* EINVAL */
int pthread_attr_getschedparam(const pthread_attr_t *attr, struct sched_param *param);
int pthread_attr_setschedparam(pthread_attr_t *attr, const struct sched_param *param);

/* EAGAIN: no more threads; ENOMEM; EPERM: a policy or priority that there is not. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *),
                   void *argument);
_Noreturn void pthread_exit(void *result);      /* the last thread ends the program */
int pthread_join(pthread_t thread, void **result);      /* blocks.  EDEADLK, EINVAL: detached */
int pthread_detach(pthread_t thread);   /* EINVAL */
pthread_t pthread_self(void);
int pthread_equal(pthread_t a, pthread_t b);

/* Functions around fork(): `prepare` in the reverse order.  Each may be NULL.  ENOMEM. */
int pthread_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void));

#define PTHREAD_CANCELED             ((void *)-1)
#define PTHREAD_CANCEL_ENABLE        0
#define PTHREAD_CANCEL_DISABLE       1
#define PTHREAD_CANCEL_DEFERRED      0
#define PTHREAD_CANCEL_ASYNCHRONOUS  1
int pthread_cancel(pthread_t thread);
void pthread_testcancel(void);
int pthread_setcancelstate(int state, int *old);        /* EINVAL */
int pthread_setcanceltype(int type, int *old);          /* EINVAL; both types are deferred */

struct __pthread_cleanup {
    void (*function)(void *);
    void *argument;
    struct __pthread_cleanup *next;
};
void __pthread_cleanup_push(struct __pthread_cleanup *cleanup);
void __pthread_cleanup_pop(int execute);
#define pthread_cleanup_push(f, a)                                                                 \
    do {                                                                                           \
        struct __pthread_cleanup cleanup_ = {(f), (a), 0};                                         \
        __pthread_cleanup_push(&cleanup_)
#define pthread_cleanup_pop(execute)                                                               \
        __pthread_cleanup_pop(execute);                                                            \
    } while (0)

/* ---- values of a thread's own ---- */

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *));         /* EAGAIN */
int pthread_key_delete(pthread_key_t key);      /* EINVAL */
int pthread_setspecific(pthread_key_t key, const void *value);  /* EINVAL */
void *pthread_getspecific(pthread_key_t key);

typedef struct {
    volatile unsigned state;            /* 0: not yet, 1: under way, 2: done */
} pthread_once_t;
#define PTHREAD_ONCE_INIT {0}
int pthread_once(pthread_once_t *once, void (*function)(void));

/* ---- mutexes ---- */

enum {
    PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_RECURSIVE,
    PTHREAD_MUTEX_DEFAULT = PTHREAD_MUTEX_NORMAL
};
#define PTHREAD_PROCESS_PRIVATE 0
#define PTHREAD_PROCESS_SHARED  1

typedef struct {
    int type;
} pthread_mutexattr_t;
typedef struct {
    volatile unsigned state;            /* 0 free, 1 held, 2 held and threads may wait */
    int type;
    volatile pthread_t owner;
    unsigned depth;                     /* RECURSIVE: beyond the first */
} pthread_mutex_t;
#define PTHREAD_MUTEX_INITIALIZER {0, PTHREAD_MUTEX_NORMAL, 0, 0}

int pthread_mutexattr_init(pthread_mutexattr_t *attr);
int pthread_mutexattr_destroy(pthread_mutexattr_t *attr);
int pthread_mutexattr_gettype(const pthread_mutexattr_t *attr, int *type);
int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int type);     /* EINVAL */
int pthread_mutexattr_getpshared(const pthread_mutexattr_t *attr, int *shared);
int pthread_mutexattr_setpshared(pthread_mutexattr_t *attr, int shared);        /* ENOTSUP */
int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attr);
int pthread_mutex_destroy(pthread_mutex_t *mutex);      /* EBUSY */
int pthread_mutex_lock(pthread_mutex_t *mutex);         /* blocks.  ERRORCHECK: EDEADLK */
int pthread_mutex_trylock(pthread_mutex_t *mutex);      /* EBUSY */
/* Until a time of CLOCK_REALTIME.  ETIMEDOUT, EINVAL. */
int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *until);
int pthread_mutex_unlock(pthread_mutex_t *mutex);       /* EPERM: not its holder (not NORMAL) */

/* ---- conditions ---- */

typedef struct {
    clockid_t clock;
} pthread_condattr_t;
typedef struct {
    volatile unsigned signals;          /* counts them */
    clockid_t clock;
} pthread_cond_t;
#define PTHREAD_COND_INITIALIZER {0, CLOCK_REALTIME}

int pthread_condattr_init(pthread_condattr_t *attr);
int pthread_condattr_destroy(pthread_condattr_t *attr);
int pthread_condattr_getclock(const pthread_condattr_t *attr, clockid_t *clock);
int pthread_condattr_setclock(pthread_condattr_t *attr, clockid_t clock);       /* EINVAL */
int pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attr);
int pthread_cond_destroy(pthread_cond_t *cond);
int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);    /* blocks */
int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                           const struct timespec *until);       /* ETIMEDOUT, EINVAL */
int pthread_cond_signal(pthread_cond_t *cond);
int pthread_cond_broadcast(pthread_cond_t *cond);

/* ---- locks for readers and writers, and barriers ---- */

typedef struct {
    int unused;
} pthread_rwlockattr_t;
typedef struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int readers;                        /* -1: a writer */
    int writers_wait;
} pthread_rwlock_t;
#define PTHREAD_RWLOCK_INITIALIZER {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0}

int pthread_rwlock_init(pthread_rwlock_t *lock, const pthread_rwlockattr_t *attr);
int pthread_rwlock_destroy(pthread_rwlock_t *lock);     /* EBUSY */
int pthread_rwlock_rdlock(pthread_rwlock_t *lock);      /* blocks */
int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock);   /* EBUSY */
int pthread_rwlock_wrlock(pthread_rwlock_t *lock);      /* blocks */
int pthread_rwlock_trywrlock(pthread_rwlock_t *lock);   /* EBUSY */
int pthread_rwlock_unlock(pthread_rwlock_t *lock);      /* EPERM: nobody holds it */

typedef struct {
    int unused;
} pthread_barrierattr_t;
typedef struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    unsigned count, waiting, round;
} pthread_barrier_t;
#define PTHREAD_BARRIER_SERIAL_THREAD (-1)

int pthread_barrier_init(pthread_barrier_t *barrier, const pthread_barrierattr_t *attr,
                         unsigned count);       /* EINVAL: 0 */
int pthread_barrier_destroy(pthread_barrier_t *barrier);        /* EBUSY */
int pthread_barrier_wait(pthread_barrier_t *barrier);   /* blocks; one thread gets SERIAL_THREAD */

#endif
