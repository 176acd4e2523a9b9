/* SPDX-License-Identifier: MIT */
/* A thread, as the files of <pthread.h> know it. */
#ifndef POSIX_PTHREAD_RECORD_H
#define POSIX_PTHREAD_RECORD_H

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>

#include <l4/types.h>

enum thread_state { THREAD_RUNS, THREAD_DETACHED, THREAD_ENDED };       /* ENDED: for its joiner */

struct __pthread {
    L4_ThreadId_t thread;
    void *(*start)(void *);
    void *argument, *result;
    volatile unsigned state;            /* enum thread_state */
    bool ours;                          /* pthread_create() made it */
    volatile bool cancelled, cancel_disabled;
    int cancel_type;
    volatile unsigned *volatile waits_at;       /* the condition that it waits for; NULL */
    sigset_t mask;                      /* its first one */
    jmp_buf end;                        /* valid if it is ours */
    struct __pthread_cleanup *cleanups;
    struct {
        unsigned of;                    /* which of the keys with this number has the value */
        const void *value;
    } values[PTHREAD_KEYS_MAX];
};

/* pthread_keys.c: the destructors of its values. */
void pthread_keys_end(pthread_t self);
/* pthread_fork.c: 0, or an errno. */
int pthread_fork_begin(void);
void pthread_forked(void);              /* pthread.c */

#endif
