/* SPDX-License-Identifier: MIT */
/* Which group of tasks has the console.  Next hop: deva (hurd/deva.h), which gets the groups from
 * `task`. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include <hurd/deva.h>
#include <hurd/signals.h>
#include <hurd/startup.h>

#include "lib/posix/stream.h"

enum { SIGNAL_TIME = 10000 };           /* us; a handler ends the wait for it */

static int console_group(L4_Word_t *group)
{
    const struct hurd_startup_cap console = __hurd_startup_data->console;
    return hurd_deva_console_group(L4_ThreadIdOfRaw(console.server), console.cap, group);
}

static bool in_foreground(void)
{
    L4_Word_t group = HURD_DEVA_FOREGROUND_ASK;
    return console_group(&group) || group == 0 || (pid_t) group == getpgrp() ||
           (pid_t) group == getpid();
}

int terminal_wait_for_foreground(int signal, int otherwise)
{
    while (!in_foreground()) {
        struct sigaction action;
        sigset_t mask;
        sigaction(signal, NULL, &action);
        sigprocmask(SIG_BLOCK, NULL, &mask);
        if (action.sa_handler == SIG_IGN || sigismember(&mask, signal))
            return otherwise;
        if (kill(0, signal))
            return errno;
        usleep(SIGNAL_TIME);            /* by now it has stopped, and goes on, or has handled it */
        if (action.sa_handler != SIG_DFL)
            return signal == SIGTTIN && action.sa_flags & SA_RESTART ? ERESTART : EINTR;
    }
    return 0;
}

pid_t tcgetpgrp(int descriptor)
{
    L4_Word_t group = HURD_DEVA_FOREGROUND_ASK;
    if (!isatty(descriptor))
        return -1;
    int err = console_group(&group);
    return err ? posix_result(err) : group ? (pid_t) group : getpgrp();
}

int tcsetpgrp(int descriptor, pid_t to)
{
    L4_Word_t group = (L4_Word_t) to;
    if (!isatty(descriptor))
        return -1;
    if (to <= 0)
        return posix_result(EINVAL);
    if (to != getpgrp() && kill(-to, 0))
        return posix_result(EPERM);     /* nobody that this task started is in it */
    int err = terminal_wait_for_foreground(SIGTTOU, 0);
    return posix_result(err ? err : console_group(&group));
}
