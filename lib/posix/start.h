/* SPDX-License-Identifier: MIT */
/* What a program has open when it starts.  Its starter says that in the first string of its
 * environment, which getenv() never finds, because it has no name:
 *
 *      =files SERVER DIRECTORY OTHER N:KIND:SERVER:TICKET ...
 *
 * SERVER: the thread of the server of "/".  DIRECTORY: the ticket (hurd/fs.h) of the current
 * directory, 0: "/"; OTHER: the thread of its server.  Then for each descriptor its number; KIND: f file, p pipe, c the task's own console
 * (both numbers are 0 then).  All numbers but N are hexadecimal.  Descriptors that are not named
 * are closed.  Without the string there are no files, and descriptors 0 to 2 are the console. */
#ifndef POSIX_START_H
#define POSIX_START_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/posix/descriptors.h"

#define START_WORD "=files "

/* Called once, by the first function that needs a descriptor. */
void start_descriptors(void);

/* The string for a program that this one starts: the descriptors that are not FD_CLOEXEC.  Pre: the
 * lock is held.  E2BIG: it does not fit. */
int start_string(char *text, size_t size);

/* A copy of what the descriptor names, if a program that this one starts has it, too. */
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
