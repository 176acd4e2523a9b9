/* SPDX-License-Identifier: MIT */
/* waitpid(), waitid() and what belongs to them: the news of children that fork() or posix_spawn()
 * made.  After: servers/task/fork.c, which keeps them until somebody asks. */
#include <errno.h>
#include <hurd/signals.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/thread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "handler.h"

static int failed(int error)
{
    errno = error;
    return -1;
}

static int signal_of_vector(L4_Word_t vector)
{
    switch (vector) {
    case 0: case 16: case 19: return SIGFPE;
    case 1: case 3: return SIGTRAP;
    case 6: return SIGILL;
    case 17: return SIGBUS;
    default: return SIGSEGV;
    }
}

static int status_word(const struct hurd_task_ended *ended)
{
    switch (ended->reason) {
    case HURD_TASK_EXITED: return (int)(ended->status & 0xff) << 8;
    case HURD_TASK_FAULTED: return SIGSEGV;
    case HURD_TASK_EXCEPTION: return signal_of_vector(ended->status - 128);
    case HURD_TASK_SIGNALLED: return (int)(ended->status - 128) & 0x7f;
    case HURD_TASK_STOPPED: return (int)(ended->status & 0xff) << 8 | 0x7f;
    case HURD_TASK_WENT_ON: return 0xffff;
    default: return SIGKILL;
    }
}

_Static_assert(WNOHANG == HURD_TASK_NOHANG && WUNTRACED == HURD_TASK_UNTRACED &&
               WCONTINUED == HURD_TASK_RESUMED && WEXITED == HURD_TASK_LIVING &&
               WSTOPPED == WUNTRACED, "one set of flags");

/* As `task` names it; -1 with errno. */
static int which_child(pid_t pid)
{
    if (pid >= -1)
        return pid > 0 ? pid : pid < 0 ? 0 : (int)HURD_TASK_OF_GROUP | getpgrp();
    return pid > -(int)HURD_TASK_OF_GROUP ? (int)HURD_TASK_OF_GROUP | -pid : failed(ECHILD);
}

/* flags: of `task`.  Returns the error, EAGAIN: nothing is new, and NOHANG is set.  Where children
 * leave no status, this waits until all are gone: ECHILD. */
static int child_wait(L4_Word_t which, L4_Word_t flags, struct hurd_task_ended *ended)
{
    const struct hurd_startup_cap task = __hurd_startup_data->task;
    int error;
    do {
        struct signal_wait outer;
        if (signal_children_go())
            flags &= ~(L4_Word_t)HURD_TASK_KEEP;
        signal_wait_begin(&outer, L4_ThreadIdOfRaw(task.server));
        error = hurd_task_wait_child(L4_ThreadIdOfRaw(task.server), task.cap, which, flags, ended);
        error = signal_wait_end(&outer, error);
    } while (error == ERESTART ||
             (!error && ended->reason < HURD_TASK_STOPPED && signal_children_go()));
    return error;
}

pid_t waitpid(pid_t pid, int *status, int options)
{
    struct hurd_task_ended ended;
    if (options & ~(WNOHANG | WUNTRACED | WCONTINUED))
        return failed(EINVAL);
    int which = which_child(pid);
    if (which < 0)
        return -1;
    int error = child_wait((L4_Word_t)which, (L4_Word_t)options, &ended);
    if (error)
        return error == EAGAIN && options & WNOHANG ? 0 : failed(error);
    if (status)
        *status = status_word(&ended);
    return (pid_t)ended.id;
}

/* ---- waitid() ---- */

static siginfo_t info_of(const struct hurd_task_ended *ended)
{
    int status = status_word(ended);
    siginfo_t info = {.si_signo = SIGCHLD, .si_pid = (pid_t)ended->id};
    info.si_code = WIFCONTINUED(status) ? CLD_CONTINUED
                   : WIFSTOPPED(status) ? CLD_STOPPED
                   : WIFEXITED(status)  ? CLD_EXITED
                                        : CLD_KILLED;
    info.si_status = WIFCONTINUED(status)                          ? SIGCONT
                     : WIFSTOPPED(status) || WIFEXITED(status) ? WEXITSTATUS(status)
                                                               : WTERMSIG(status);
    return info;
}

static int which_of(idtype_t type, id_t id)
{
    bool fits = id > 0 && id < (id_t)HURD_TASK_OF_GROUP;
    switch (type) {
    case P_ALL:  return which_child(-1);
    case P_PID:  return fits ? (int)id : failed(id > 0 ? ECHILD : EINVAL);
    case P_PGID: return fits || id == 0 ? which_child(-(pid_t)id) : failed(ECHILD);
    default:     return failed(EINVAL);
    }
}

int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
    const int news = WEXITED | WSTOPPED | WCONTINUED;
    struct hurd_task_ended ended;
    if (options & ~(news | WNOHANG | WNOWAIT) || !(options & news))
        return failed(EINVAL);
    int which = which_of(type, id);
    if (which < 0)
        return -1;
    L4_Word_t flags = ((L4_Word_t)options ^ WEXITED) & ~(L4_Word_t)WNOWAIT;
    int error = child_wait((L4_Word_t)which, flags | (options & WNOWAIT ? HURD_TASK_KEEP : 0),
                           &ended);
    if (error && !(error == EAGAIN && options & WNOHANG))
        return failed(error);
    if (info)
        *info = error ? (siginfo_t){0} : info_of(&ended);
    return 0;
}

pid_t wait(int *status)
{
    return waitpid(-1, status, 0);
}

pid_t getppid(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    struct hurd_task_info info;
    int error = hurd_task_info(L4_ThreadIdOfRaw(data->task.server), data->task.cap, 0, &info);
    return error ? failed(error) : (pid_t)info.parent;
}
