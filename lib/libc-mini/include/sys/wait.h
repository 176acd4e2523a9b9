/* SPDX-License-Identifier: MIT */
/* The end of a child that fork() made, and its stops, POSIX. */
#ifndef LIBC_SYS_WAIT_H
#define LIBC_SYS_WAIT_H

#include <signal.h>
#include <sys/types.h>

#define WNOHANG     1
#define WUNTRACED   2           /* of children that stop, too, each time once */
#define WCONTINUED  8           /* of children that go on */
#define WSTOPPED    WUNTRACED   /* the last four are waitid()'s */
#define WEXITED     4
#define WNOWAIT     0x01000000  /* the news can be asked for again */

/* *status: the exit status << 8, or the number of the signal that ended the child: of kill(), or of
 * a fault that no handler took; or what stopped it; or that it goes on. */
#define WIFEXITED(status)   (((status) & 0x7f) == 0)
#define WEXITSTATUS(status) ((status) >> 8 & 0xff)
#define WIFSIGNALED(status) (((status) & 0x7f) != 0 && ((status) & 0x7f) != 0x7f)
#define WTERMSIG(status)    ((status) & 0x7f)
#define WIFSTOPPED(status)  (((status) & 0xff) == 0x7f)
#define WSTOPSIG(status)    ((status) >> 8 & 0xff)
#define WIFCONTINUED(status) ((status) == 0xffff)

/* pid: a child; -1: any of them; 0: any in the own group; below -1: any in the group -pid.  Blocks
 * until it has ended; with WNOHANG the result is 0 if none has.  status may be NULL.  ECHILD: there
 * is no such child.  EINVAL: unknown options. EINTR: a handler has run. */
pid_t waitpid(pid_t pid, int *status, int options);
pid_t wait(int *status);
/* BSD: and what the child used, of which nothing is counted.  usage may be NULL.  lib/posix. */
struct rusage;
pid_t wait3(int *status, int options, struct rusage *usage);
pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage);

/* The same for what `options` names: WEXITED, WSTOPPED, WCONTINUED, at least one of them.  id:
 * of a child, or of a group (0: the own one).  info may be NULL; it gets si_signo (SIGCHLD),
 * si_pid, si_code (CLD_...), si_status; with WNOHANG, si_signo is 0 if nothing is new.  EINVAL
 * also: unknown type. */
typedef enum { P_ALL, P_PID, P_PGID } idtype_t;
int waitid(idtype_t type, id_t id, siginfo_t *info, int options);

#endif
