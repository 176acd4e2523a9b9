/* SPDX-License-Identifier: MIT */
/* The table of file descriptors.  A program's first descriptors are what start.c found, or its
 * console.  Next hops: start.c, transfer.c, names.c. */
#include "lib/posix/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <mutex.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <hurd/cap.h>
#include <hurd/signals.h>

#include "lib/posix/mapping.h"
#include "lib/posix/start.h"

static struct {
    struct description *names;          /* NULL  <=>  it is free */
    bool close_on_exec;
} table[DESCRIPTORS];

static struct mutex lock;
static bool held;                       /* the lock's holder holds back signals */
static bool begun;

int posix_result(int error)
{
    if (!error)
        return 0;
    errno = error;
    return -1;
}

void posix_unlock(void)
{
    bool was = held;
    mutex_unlock(&lock);
    signal_release(was);
}

/* A handler may call us, too: it would find the lock taken by its own thread. */
void posix_lock(void)
{
    bool now = signal_hold();
    mutex_lock(&lock);
    held = now;
    if (!begun) {
        begun = true;
        start_descriptors();
    }
}

/* ---- descriptions ---- */

void description_release(struct description *d)
{
    if (--d->users > 0)
        return;
    window_close(d);
    if (d->kind != CONSOLE)
        hurd_cap_drop(d->server, d->handle);
    free(d);
}

void description_put(struct description *d)
{
    posix_lock();
    description_release(d);
    posix_unlock();
}

static bool is_open(int descriptor)
{
    return descriptor >= 0 && descriptor < DESCRIPTORS && table[descriptor].names;
}

int description_of(int descriptor, struct description **d)
{
    if (!is_open(descriptor))
        return EBADF;
    *d = table[descriptor].names;
    return 0;
}

int description_take(int descriptor, struct description **d)
{
    posix_lock();
    int err = description_of(descriptor, d);
    if (!err)
        (*d)->users++;
    posix_unlock();
    return err;
}

/* ---- descriptors ---- */

static int free_descriptor(int least)
{
    int i = least;
    while (i < DESCRIPTORS && table[i].names)
        i++;
    return i;
}

unsigned descriptors_sync;

int descriptor_make(const struct description *contents, int least, bool close_on_exec,
                    int *descriptor)
{
    int i = free_descriptor(least);
    if (i == DESCRIPTORS)
        return EMFILE;
    struct description *d = malloc(sizeof *d);
    if (!d)
        return ENOMEM;
    *d = *contents;
    d->users = 1;
    d->window = NULL;
    descriptors_sync |= d->flags & O_SYNC;
    table[i].names = d;
    table[i].close_on_exec = close_on_exec;
    *descriptor = i;
    return 0;
}

int close(int descriptor)
{
    posix_lock();
    bool good = is_open(descriptor);
    if (good) {
        description_release(table[descriptor].names);
        table[descriptor].names = NULL;
    }
    posix_unlock();
    return posix_result(good ? 0 : EBADF);
}

/* Pre: `from` is open and `to` is free. */
static void copy(int from, int to, bool close_on_exec)
{
    table[to].names = table[from].names;
    table[to].names->users++;
    table[to].close_on_exec = close_on_exec;
}

static int copy_from(int from, int least, bool close_on_exec)
{
    int to = -1, err = 0;
    posix_lock();
    if (!is_open(from))
        err = EBADF;
    else if (least < 0 || least >= DESCRIPTORS)
        err = EINVAL;
    else if ((to = free_descriptor(least)) == DESCRIPTORS)
        err = EMFILE;
    else
        copy(from, to, close_on_exec);
    posix_unlock();
    return err ? posix_result(err) : to;
}

int dup(int descriptor)
{
    return copy_from(descriptor, 0, false);
}

static int copy_to(int from, int to, bool close_on_exec)
{
    posix_lock();
    bool good = is_open(from) && to >= 0 && to < DESCRIPTORS;
    if (good && from != to) {
        if (table[to].names)
            description_release(table[to].names);
        copy(from, to, close_on_exec);
    }
    posix_unlock();
    return good ? to : posix_result(EBADF);
}

int dup2(int from, int to)
{
    return copy_to(from, to, false);
}

int dup3(int from, int to, int flags)
{
    if (flags & ~O_CLOEXEC || from == to)
        return posix_result(EINVAL);
    return copy_to(from, to, flags & O_CLOEXEC);
}

static int flags_of(int descriptor, bool of_descriptor)
{
    posix_lock();
    int flags = !is_open(descriptor)  ? -1
                : of_descriptor       ? table[descriptor].close_on_exec
                                      : (int) table[descriptor].names->flags;
    posix_unlock();
    return flags < 0 ? posix_result(EBADF) : flags;
}

static int set_close_on_exec(int descriptor, int flags)
{
    posix_lock();
    bool good = is_open(descriptor);
    if (good)
        table[descriptor].close_on_exec = flags & FD_CLOEXEC;
    posix_unlock();
    return posix_result(good ? 0 : EBADF);
}

/* The server appends since open(), and until the end. */
static int set_flags(int descriptor, unsigned flags)
{
    posix_lock();
    bool good = is_open(descriptor);
    if (good) {
        struct description *d = table[descriptor].names;
        unsigned may = O_NONBLOCK | (d->flags & O_APPEND && !d->appends_here ? 0u : O_APPEND);
        d->flags = (d->flags & ~may) | (flags & may);
        if (may & O_APPEND)
            d->appends_here = flags & O_APPEND;
    }
    posix_unlock();
    return posix_result(good ? 0 : EBADF);
}

int fcntl(int descriptor, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    bool locks = command == F_GETLK || command == F_SETLK || command == F_SETLKW;
    int argument = locks || command == F_GETFD || command == F_GETFL ? 0 : va_arg(arguments, int);
    struct flock *pointer = locks ? va_arg(arguments, struct flock *) : NULL;
    va_end(arguments);
    switch (command) {
    case F_DUPFD:
        return copy_from(descriptor, argument, false);
    case F_DUPFD_CLOEXEC:
        return copy_from(descriptor, argument, true);
    case F_GETFD:
        return flags_of(descriptor, true);
    case F_SETFD:
        return set_close_on_exec(descriptor, argument);
    case F_GETFL:
        return flags_of(descriptor, false);
    case F_SETFL:
        return set_flags(descriptor, (unsigned) argument);
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
        return lock_ask(descriptor, command, pointer);
    default:
        return posix_result(EINVAL);
    }
}

bool descriptor_is_inherited(int descriptor, struct description *d)
{
    if (!is_open(descriptor) || table[descriptor].close_on_exec)
        return false;
    *d = *table[descriptor].names;
    return true;
}

bool descriptor_look(int descriptor, struct description *d, bool *close_on_exec)
{
    if (!is_open(descriptor))
        return false;
    *d = *table[descriptor].names;
    *close_on_exec = table[descriptor].close_on_exec;
    return true;
}

/* Descriptors are known before main(), not when they are used first. */
void posix_begin(void)
{
    posix_lock();
    posix_unlock();
}

bool descriptor_share(L4_ThreadId_t server, L4_Word_t handle, int descriptor)
{
    for (int i = 0; i < DESCRIPTORS; i++) {
        const struct description *d = table[i].names;
        if (!d || d->kind == CONSOLE || d->server.raw != server.raw || d->handle != handle)
            continue;
        if (!table[descriptor].names)
            copy(i, descriptor, false);
        return true;
    }
    return false;
}

/* ---- fork() and execve() ---- */

__attribute__((constructor)) static void begin(void)
{
    inherit_begin();
    mapping_begin();
}

/* The lowest descriptor of a description; each has one. */
static bool is_first_name(int descriptor)
{
    int i = 0;
    while (table[i].names != table[descriptor].names)
        i++;
    return i == descriptor;
}

static struct description *passed_on(int descriptor)
{
    struct description *d = table[descriptor].names;
    return d && d->kind != CONSOLE && is_first_name(descriptor) ? d : NULL;
}

bool descriptor_is_dropped(int descriptor, struct description *d)
{
    if (!is_open(descriptor) || table[descriptor].names->kind == CONSOLE ||
        !is_first_name(descriptor))
        return false;
    *d = *table[descriptor].names;
    for (int i = descriptor; i < DESCRIPTORS; i++) {
        if (table[i].names == table[descriptor].names && !table[i].close_on_exec)
            return false;
    }
    return true;
}

bool descriptors_offer(void)
{
    bool any = false;
    windows_unmap();                    /* the child could not have them */
    for (int i = 0; i < DESCRIPTORS; i++) {
        struct description *d = passed_on(i);
        if (d)
            d->ticket = start_ticket(d->server, d->handle);
        any |= d != NULL;
    }
    return any;
}

void descriptors_claim(void)
{
    struct files *unused;
    for (int i = 0; i < DESCRIPTORS; i++) {
        struct description *d = passed_on(i);
        L4_Word_t out[3] = {0};
        if (!d)
            continue;
        bool can = d->ticket && !posix_files_of(d->server, &unused);
        bool did = can && !hurd_cap_rpc(d->server, HURD_FS_CLAIM, 1, &d->ticket, 3, out, NULL);
        d->handle = did ? out[0] : 0;
    }
}
