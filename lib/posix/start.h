/* SPDX-License-Identifier: MIT */
/* What a program has open when it starts.  Its starter says that in the first string of its
 * environment, which getenv() never finds, because it has no name:
 *
 *      =files SERVER DIRECTORY OTHER N:KIND:SERVER:TICKET ... [40:m:MASK:0 [41:w:THREAD:0]]
 *
 * SERVER: the thread of the server of "/".  DIRECTORY: the ticket (hurd/fs.h) of the current
 * directory, 0: "/"; OTHER: the thread of its server.  Then for each descriptor its number; KIND: f
 * file, p pipe, F and P the same with O_NONBLOCK, c the task's own console (both numbers are 0
 * then).  All numbers are hexadecimal.  Descriptors that are not named are closed.  m: the MASK of
 * umask().  w: THREAD waits for an empty message of the program's first thread, which says that all
 * tickets were claimed (lib/hurd-mm/streams.c): before main().  Without the string there are no
 * files, and descriptors 0 to 2 are the console.
 *
 * If the program goes on in a task that ran another one before (execve()), handles live on:
 *
 *      =kept SERVER ROOT:CURRENT:BUFFER:MASK:OTHER N:KIND:SERVER:HANDLE:MODE:FLAGS ...
 *            x:SERVER:HANDLE ...
 *
 * ROOT, CURRENT, BUFFER: the connection's handles; its container is the startup data's `kept`.
 * CURRENT is one of OTHER's.  Connections with other servers are dropped.
 * MASK: of umask().  MODE, FLAGS: of struct description.  x: a handle that was to be closed; every
 * program drops it before main() (lib/hurd-mm/streams.c). */
#ifndef POSIX_START_H
#define POSIX_START_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/posix/descriptors.h"

#define START_WORD "=files "
#define START_KEPT "=kept "

/* What descriptors a new task gets. */
struct given {
    struct {
        bool open, close_on_exec;
        struct description d;
    } at[DESCRIPTORS];
};

/* Called once, by the first function that needs a descriptor. */
void start_descriptors(void);

/* The string for a new task with these descriptors.  *waits: there are tickets, and the thread
 * `self` has to wait until they are claimed.  Pre: as start_kept(). */
int start_given(const struct given *given, L4_ThreadId_t self, char *text, size_t size,
                bool *waits);
/* The string for execve().  Pre: the lock is held, and the connection is there. */
int start_kept(char *text, size_t size);
/* The same for the handle that must go: only FD_CLOEXEC descriptors name what `descriptor` names,
 * and this is the first of them. */
bool descriptor_is_dropped(int descriptor, struct description *d);

/* A copy of what the descriptor names, if it is open behind execve(), too. */
bool descriptor_is_inherited(int descriptor, struct description *d);

/* Tells fork() of the descriptors. */
void inherit_begin(void);
/* For fork(), with the lock held.  offer: asks for tickets.  True: there is something to claim.
 * claim: what this task has of it, by the tickets; what cannot be claimed answers EBADF. */
bool start_offer(void);
void start_claim(void);
bool descriptors_offer(void);
void descriptors_claim(void);
L4_Word_t start_ticket(L4_ThreadId_t from, L4_Word_t handle);     /* 0: there is none */

#endif
