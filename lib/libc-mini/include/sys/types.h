/* SPDX-License-Identifier: MIT */
#ifndef LIBC_SYS_TYPES_H
#define LIBC_SYS_TYPES_H

#include <stddef.h>

typedef int ssize_t;
typedef long long off_t;
typedef int pid_t;
typedef unsigned long pthread_t;         /* the global id of a thread, see hurd_thread_start() */
typedef unsigned mode_t, uid_t, gid_t, nlink_t, dev_t;
typedef unsigned long ino_t;

#endif
