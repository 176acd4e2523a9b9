/* SPDX-License-Identifier: MIT */
/* Values that each thread has for itself, and functions that run once. */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include <libc.h>

#include "lib/posix/pthread_record.h"

static struct {
    volatile bool used;
    unsigned made;                      /* counts the keys that had this number */
    void (*destructor)(void *);
} keys[PTHREAD_KEYS_MAX];

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
    for (unsigned i = 0; i < PTHREAD_KEYS_MAX; i++) {
        if (!__atomic_exchange_n(&keys[i].used, true, __ATOMIC_ACQ_REL)) {
            keys[i].destructor = destructor;
            keys[i].made++;
            *key = i;
            return 0;
        }
    }
    return EAGAIN;
}

int pthread_key_delete(pthread_key_t key)
{
    if (key >= PTHREAD_KEYS_MAX || !keys[key].used)
        return EINVAL;
    keys[key].destructor = NULL;
    keys[key].used = false;
    return 0;
}

static void *value_of(pthread_t self, unsigned key)
{
    bool own = keys[key].used && self->values[key].of == keys[key].made;
    return own ? (void *) (size_t) self->values[key].value : NULL;
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
    if (key >= PTHREAD_KEYS_MAX || !keys[key].used)
        return EINVAL;
    pthread_t self = pthread_self();
    self->values[key].of = keys[key].made;
    self->values[key].value = value;
    return 0;
}

void *pthread_getspecific(pthread_key_t key)
{
    return key < PTHREAD_KEYS_MAX ? value_of(pthread_self(), key) : NULL;
}

void pthread_keys_end(pthread_t self)
{
    bool again = true;
    for (int round = 0; again && round < PTHREAD_DESTRUCTOR_ITERATIONS; round++) {
        again = false;
        for (unsigned i = 0; i < PTHREAD_KEYS_MAX; i++) {
            void *value = value_of(self, i);
            if (!value || !keys[i].destructor)
                continue;
            self->values[i].value = NULL;
            keys[i].destructor(value);
            again = true;
        }
    }
}

enum { NOT_YET, UNDER_WAY, DONE };

int pthread_once(pthread_once_t *once, void (*function)(void))
{
    unsigned expected = NOT_YET;
    if (__atomic_compare_exchange_n(&once->state, &expected, UNDER_WAY, false, __ATOMIC_ACQUIRE,
                                    __ATOMIC_ACQUIRE)) {
        function();
        __atomic_store_n(&once->state, DONE, __ATOMIC_RELEASE);
        __libc_wake(&once->state, UINT_MAX);
    }
    while (__atomic_load_n(&once->state, __ATOMIC_ACQUIRE) != DONE)
        __libc_wait(&once->state, UNDER_WAY);
    return 0;
}
