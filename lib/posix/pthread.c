/* SPDX-License-Identifier: MIT */
/* POSIX threads over those of lib/hurd-mm.  A thread's record is at ThreadWord1 of its control
 * block; a thread that has none gets one when it asks.  Next: pthread_mutex.c, pthread_keys.c. */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include <hurd/mm.h>
#include <l4/vregs.h>
#include <libc.h>

#include "lib/posix/pthread_record.h"

static volatile unsigned others;        /* threads of pthread_create() that have not ended */

static pthread_t *own_record(void)
{
    return (pthread_t *) __L4_Tcr(L4_UTCB_THREAD_WORD1);
}

/* Pre: at most one thread that is not ours, the program's first, comes here without memory. */
pthread_t pthread_self(void)
{
    static struct __pthread first;
    pthread_t *own = own_record();
    if (!*own) {
        *own = calloc(1, sizeof first);
        if (!*own)
            *own = &first;
        (*own)->thread = L4_MyGlobalId();
    }
    return *own;
}

int pthread_equal(pthread_t a, pthread_t b)
{
    return a == b;
}

/* False: it was in another state. */
static bool state_change(pthread_t thread, unsigned from, unsigned to)
{
    return __atomic_compare_exchange_n(&thread->state, &from, to, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

/* ---- the end of a thread ---- */

static void run_cleanups(pthread_t self)
{
    while (self->cleanups) {
        struct __pthread_cleanup *c = self->cleanups;
        self->cleanups = c->next;
        c->function(c->argument);
    }
}

/* The record is the joiner's from now on, or nobody's. */
static void record_end(pthread_t self)
{
    *own_record() = NULL;
    __atomic_sub_fetch(&others, 1, __ATOMIC_ACQ_REL);
    __libc_wake(&others, UINT_MAX);
    if (!state_change(self, THREAD_RUNS, THREAD_ENDED))
        free(self);                     /* it is detached */
    else
        __libc_wake(&self->state, UINT_MAX);    /* only an address: the record may be gone */
}

_Noreturn void pthread_exit(void *result)
{
    pthread_t self = pthread_self();
    self->cancel_disabled = true;
    self->waits_at = NULL;
    run_cleanups(self);
    pthread_keys_end(self);
    self->result = result;
    if (self->ours)
        longjmp(self->end, 1);
    for (;;) {                          /* the first thread stays: its stack is the program's */
        unsigned left = others;
        if (left == 0)
            exit(0);
        __libc_wait(&others, left);
    }
}

/* In a child of fork() there is the calling thread alone. */
void pthread_forked(void)
{
    pthread_t self = *own_record();
    others = self && self->ours;
    if (self)
        self->thread = L4_MyGlobalId();
}

/* ---- creation ---- */

static void thread_main(void *argument)
{
    pthread_t self = argument;
    *own_record() = self;
    self->thread = L4_MyGlobalId();     /* its creator may not have it yet */
    sigset_t mask = self->mask;
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    if (!setjmp(self->end))
        pthread_exit(self->start(self->argument));
    record_end(self);
}

static int attr_error(const pthread_attr_t *attr)
{
    bool plain = attr->policy == SCHED_OTHER && attr->param.sched_priority == 0;
    return attr->inherit == PTHREAD_EXPLICIT_SCHED && !plain ? EPERM : 0;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *),
                   void *argument)
{
    int error = attr ? attr_error(attr) : 0;
    if (error)
        return error;
    pthread_self();
    if (pthread_fork_begin())
        return EAGAIN;
    pthread_t new = calloc(1, sizeof *new);
    if (!new)
        return EAGAIN;
    new->start = start;
    new->argument = argument;
    new->ours = true;
    new->state = attr && attr->detached ? THREAD_DETACHED : THREAD_RUNS;
    pthread_sigmask(SIG_BLOCK, NULL, &new->mask);
    __atomic_add_fetch(&others, 1, __ATOMIC_ACQ_REL);
    *thread = new;
    error = hurd_thread_start(&new->thread, thread_main, new, attr ? attr->stack : 0);
    if (error) {
        __atomic_sub_fetch(&others, 1, __ATOMIC_ACQ_REL);
        free(new);
    }
    return error;
}

/* ---- join and detach ---- */

int pthread_join(pthread_t thread, void **result)
{
    if (thread == pthread_self())
        return EDEADLK;
    if (thread->state == THREAD_DETACHED)
        return EINVAL;
    while (__atomic_load_n(&thread->state, __ATOMIC_ACQUIRE) != THREAD_ENDED) {
        pthread_testcancel();
        __libc_wait(&thread->state, THREAD_RUNS);
    }
    if (result)
        *result = thread->result;
    free(thread);
    return 0;
}

int pthread_detach(pthread_t thread)
{
    if (state_change(thread, THREAD_RUNS, THREAD_DETACHED))
        return 0;
    if (thread->state == THREAD_DETACHED)
        return EINVAL;
    free(thread);                       /* it has ended, and nobody joins it */
    return 0;
}

int pthread_kill(pthread_t thread, int signal)
{
    if (thread->state == THREAD_ENDED)
        return ESRCH;
    return hurd_thread_kill(thread->thread, signal);
}

/* ---- cancellation ---- */

int pthread_cancel(pthread_t thread)
{
    thread->cancelled = true;
    volatile unsigned *waits = thread->waits_at;
    if (waits) {
        __atomic_add_fetch(waits, 1, __ATOMIC_ACQ_REL);
        __libc_wake(waits, UINT_MAX);
    }
    return 0;
}

void pthread_testcancel(void)
{
    pthread_t self = pthread_self();
    if (self->cancelled && !self->cancel_disabled)
        pthread_exit(PTHREAD_CANCELED);
}

int pthread_setcancelstate(int state, int *old)
{
    pthread_t self = pthread_self();
    if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE)
        return EINVAL;
    if (old)
        *old = self->cancel_disabled;
    self->cancel_disabled = state == PTHREAD_CANCEL_DISABLE;
    return 0;
}

int pthread_setcanceltype(int type, int *old)
{
    pthread_t self = pthread_self();
    if (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS)
        return EINVAL;
    if (old)
        *old = self->cancel_type;
    self->cancel_type = type;
    return 0;
}

void __pthread_cleanup_push(struct __pthread_cleanup *cleanup)
{
    pthread_t self = pthread_self();
    cleanup->next = self->cleanups;
    self->cleanups = cleanup;
}

void __pthread_cleanup_pop(int execute)
{
    pthread_t self = pthread_self();
    struct __pthread_cleanup *c = self->cleanups;
    self->cleanups = c->next;
    if (execute)
        c->function(c->argument);
}
