/* SPDX-License-Identifier: MIT */
#ifndef LIBC_SYS_TYPES_H
#define LIBC_SYS_TYPES_H

#include <stddef.h>

typedef int ssize_t;
typedef long long off_t;
typedef int pid_t;
typedef unsigned mode_t, uid_t, gid_t, nlink_t, dev_t;
typedef unsigned long ino_t;
typedef unsigned id_t;
typedef long blksize_t, blkcnt_t;
typedef unsigned long fsblkcnt_t, fsfilcnt_t;
typedef long suseconds_t;
typedef unsigned useconds_t;
typedef int key_t, clockid_t;
typedef long long time_t, clock_t;
typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
typedef unsigned long u_long;
typedef char *caddr_t;
typedef struct __pthread *pthread_t;
typedef unsigned pthread_key_t;

#endif
