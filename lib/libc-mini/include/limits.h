/* SPDX-License-Identifier: MIT */
/* ISO C 5.2.4.2.1 for ILP32. */
#ifndef LIBC_LIMITS_H
#define LIBC_LIMITS_H

#define CHAR_BIT   8
#define MB_LEN_MAX 1
#define SCHAR_MAX  127
#define SCHAR_MIN  (-SCHAR_MAX - 1)
#define UCHAR_MAX  255
#ifdef __CHAR_UNSIGNED__
#define CHAR_MIN 0
#define CHAR_MAX UCHAR_MAX
#else
#define CHAR_MIN SCHAR_MIN
#define CHAR_MAX SCHAR_MAX
#endif
#define SHRT_MAX   32767
#define SHRT_MIN   (-SHRT_MAX - 1)
#define USHRT_MAX  65535
#define INT_MAX    __INT_MAX__
#define INT_MIN    (-INT_MAX - 1)
#define UINT_MAX   (INT_MAX * 2U + 1U)
#define LONG_MAX   __LONG_MAX__
#define LONG_MIN   (-LONG_MAX - 1L)
#define ULONG_MAX  (LONG_MAX * 2UL + 1UL)
#define LLONG_MAX  __LONG_LONG_MAX__
#define LLONG_MIN  (-LLONG_MAX - 1LL)
#define ULLONG_MAX (LLONG_MAX * 2ULL + 1ULL)
#define SSIZE_MAX  INT_MAX
#define LONG_BIT   32
#define WORD_BIT   32

/* POSIX: this system's own. */
#define PATH_MAX         4096
#define NAME_MAX         255
#define PIPE_BUF         512            /* bytes that no other writer's come between */
#define ARG_MAX          8192
#define OPEN_MAX         64
#define IOV_MAX          1024
#define LINE_MAX         2048
#define SYMLOOP_MAX      40
#define HOST_NAME_MAX    64
#define LOGIN_NAME_MAX   32
#define TTY_NAME_MAX     32
#define NGROUPS_MAX      8
#define TZNAME_MAX       6
#define STREAM_MAX       61
#define PAGESIZE         4096
#define PAGE_SIZE        PAGESIZE
#define NL_ARGMAX        32
#define NZERO            20
#define RE_DUP_MAX       255
#define PTHREAD_KEYS_MAX 128
#define PTHREAD_STACK_MIN 4096
#define PTHREAD_THREADS_MAX 128
#define PTHREAD_DESTRUCTOR_ITERATIONS 4
#define SEM_VALUE_MAX    INT_MAX
#define RTSIG_MAX        31
#define SIGQUEUE_MAX     32             /* of one program's, wherever they wait */

/* The least that every system of POSIX has. */
#define _POSIX_ARG_MAX         4096
#define _POSIX_CHILD_MAX       25
#define _POSIX_HOST_NAME_MAX   255
#define _POSIX_LINK_MAX        8
#define _POSIX_LOGIN_NAME_MAX  9
#define _POSIX_MAX_CANON       255
#define _POSIX_MAX_INPUT       255
#define _POSIX_NAME_MAX        14
#define _POSIX_NGROUPS_MAX     8
#define _POSIX_OPEN_MAX        20
#define _POSIX_PATH_MAX        256
#define _POSIX_PIPE_BUF        512
#define _POSIX_RE_DUP_MAX      255
#define _POSIX_RTSIG_MAX       8
#define _POSIX_SEM_NSEMS_MAX   256
#define _POSIX_SEM_VALUE_MAX   32767
#define _POSIX_SIGQUEUE_MAX    32
#define _POSIX_SSIZE_MAX       32767
#define _POSIX_STREAM_MAX      8
#define _POSIX_SYMLINK_MAX     255
#define _POSIX_SYMLOOP_MAX     8
#define _POSIX_TIMER_MAX       32
#define _POSIX_TTY_NAME_MAX    9
#define _POSIX_TZNAME_MAX      6
#define _POSIX_THREAD_DESTRUCTOR_ITERATIONS 4
#define _POSIX_THREAD_KEYS_MAX 128
#define _POSIX_THREAD_THREADS_MAX 64
#define _POSIX2_LINE_MAX       2048
#define _POSIX2_RE_DUP_MAX     255
#define _XOPEN_IOV_MAX         16
#define _XOPEN_NAME_MAX        255
#define _XOPEN_PATH_MAX        1024

#endif
