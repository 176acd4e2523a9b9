/* SPDX-License-Identifier: MIT */
/* POSIX's older functions for signals, by the newer ones. */
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static int mask_change(int how, int signal, sigset_t *before)
{
    sigset_t set;
    sigemptyset(&set);
    return sigaddset(&set, signal) ? -1 : sigprocmask(how, &set, before);
}

int sighold(int signal)
{
    return mask_change(SIG_BLOCK, signal, NULL);
}

int sigrelse(int signal)
{
    return mask_change(SIG_UNBLOCK, signal, NULL);
}

int sigignore(int signal)
{
    const struct sigaction action = { .sa_handler = SIG_IGN };
    return sigaction(signal, &action, NULL);
}

int sigpause(int signal)
{
    sigset_t mask;
    if (sigprocmask(SIG_BLOCK, NULL, &mask) || sigdelset(&mask, signal))
        return -1;
    return sigsuspend(&mask);
}

int siginterrupt(int signal, int breaks_off)
{
    struct sigaction action;
    if (sigaction(signal, NULL, &action))
        return -1;
    if (breaks_off)
        action.sa_flags &= ~SA_RESTART;
    else
        action.sa_flags |= SA_RESTART;
    return sigaction(signal, &action, NULL);
}

void (*sigset(int signal, void (*handler)(int)))(int)
{
    struct sigaction old, action = { .sa_handler = handler };
    sigset_t before;
    int failed = handler == SIG_HOLD ? sigaction(signal, NULL, &old)
                                     : sigaction(signal, &action, &old);
    if (failed || mask_change(handler == SIG_HOLD ? SIG_BLOCK : SIG_UNBLOCK, signal, &before))
        return SIG_ERR;
    return sigismember(&before, signal) ? SIG_HOLD : old.sa_handler;
}
