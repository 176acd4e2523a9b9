/* SPDX-License-Identifier: MIT */
/* The part of POSIX that exists without files: the break, and what the system says about itself. */
#ifndef LIBC_UNISTD_H
#define LIBC_UNISTD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define _POSIX_VERSION              200809L
#define _POSIX_MEMLOCK              200809L
#define _POSIX_MEMLOCK_RANGE        200809L
#define _POSIX_MEMORY_PROTECTION    200809L
#define _POSIX_MAPPED_FILES         (-1)
#define _POSIX_SYNCHRONIZED_IO      (-1)

#define _SC_VERSION                 29
#define _SC_PAGESIZE                30
#define _SC_PAGE_SIZE               _SC_PAGESIZE
#define _SC_MEMLOCK                 17
#define _SC_MEMLOCK_RANGE           18
#define _SC_MEMORY_PROTECTION       19
#define _SC_MAPPED_FILES            16
#define _SC_SYNCHRONIZED_IO         14
#define _SC_NPROCESSORS_CONF        83
#define _SC_NPROCESSORS_ONLN        84

/* Returns -1 with errno EINVAL if the name is not above; -1 without an error if the option does not
 * exist. */
long sysconf(int name);
int getpagesize(void);

/* The end of a piece of memory that grows and shrinks; at first it is empty.  ENOMEM: the address
 * is outside the piece, or there is no room.  sbrk() returns the old end, or (void *)-1. */
int brk(void *end);
void *sbrk(intptr_t more);

pid_t getpid(void);
pid_t getppid(void);            /* the task that started this one */

/* A copy of this task, copy-on-write, with the calling thread alone: 0 there, its id here, or -1.
 * MAP_SHARED memory stays shared; memory locks, message buffers of other servers' clients, and
 * pages of a program's store are not inherited.  The copy has a guarantee for all pages in core that
 * it may write to, out of this task's, and a half of what is left (hurd_fork() in <hurd/mm.h>).
 * EAGAIN: no more tasks or threads.  ENOMEM: the guarantee does not suffice for both.  EOPNOTSUPP:
 * a region shows a store of the program, or pages that are not the task's own.  EPERM: a task that
 * has no guarantee of its own. */
pid_t fork(void);

#endif
