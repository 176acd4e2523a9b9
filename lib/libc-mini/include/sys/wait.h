/* SPDX-License-Identifier: MIT */
/* The end of a child that fork() made, POSIX. */
#ifndef LIBC_SYS_WAIT_H
#define LIBC_SYS_WAIT_H

#include <sys/types.h>

#define WNOHANG     1
#define WUNTRACED   2           /* children do not stop: no effect */

/* *status: the exit status << 8, or the number of the signal that ended the child: of kill(), or of
 * a fault that no handler took. */
#define WIFEXITED(status)   (((status) & 0x7f) == 0)
#define WEXITSTATUS(status) ((status) >> 8 & 0xff)
#define WIFSIGNALED(status) (((status) & 0x7f) != 0)
#define WTERMSIG(status)    ((status) & 0x7f)
#define WIFSTOPPED(status)  0
#define WSTOPSIG(status)    0

/* pid: a child, or -1 or 0: any of them.  Blocks until it has ended; with WNOHANG the result is 0
 * if none has.  status may be NULL.  ECHILD: there is no such child.  EINVAL: unknown options.
 * EINTR: a handler has run. */
pid_t waitpid(pid_t pid, int *status, int options);
pid_t wait(int *status);

#endif
