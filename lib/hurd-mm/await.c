/* SPDX-License-Identifier: MIT */
/* A thread that waits for a signal: for its handler (sigsuspend), or for the signal itself, without
 * one (sigwait and the like); and signals for one thread.  After: recipient.c, in the pager. */
#include <errno.h>
#include <hurd/mm.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
#include "handler.h"
#include "mm.h"

static const unsigned long long FOR_EVER = ~0ull;

static int result(int error)
{
    if (error)
        errno = error;
    return error ? -1 : 0;
}

int sigsuspend(const sigset_t *mask)
{
    struct signal_wait outer;
    sigset_t before;
    int error = signal_thread_needed();
    if (error)
        return result(error);
    signal_wait_begin(&outer, L4_nilthread);
    sigprocmask(SIG_SETMASK, mask, &before);
    while (!signal_sleep(FOR_EVER))
        ;
    signal_wait_end(&outer, 0);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return result(EINTR);
}

int pause(void)
{
    sigset_t now;
    sigprocmask(SIG_BLOCK, NULL, &now);
    return sigsuspend(&now);
}

int sigpending(sigset_t *set)
{
    const struct signal_thread *t = signal_self();
    *set = signals.pending | (t ? t->pending : 0);
    return 0;
}

/* ---- without a handler ---- */

/* EAGAIN: none of them is there. */
static int take(sigset_t set, bool waits, siginfo_t *info)
{
    const L4_Word_t in[] = {(L4_Word_t)set, (L4_Word_t)(set >> 32), waits};
    L4_Word_t out[4];
    int error = signal_request(REQUEST_SIGNAL_TAKE, 3, in, 4, out);
    signal_breaks_tell();               /* another thread may have got what is left */
    if (!error)
        *info = (siginfo_t){.si_signo = (int)out[0], .si_code = (int)out[1],
                            .si_pid = (pid_t)out[2],
                            .si_value.sival_ptr = (void *)out[3]};
    return error;
}

/* Pre: the thread has a record.  EAGAIN: none came in that time.  EINTR: a handler has run. */
static int take_later(sigset_t set, unsigned long long microseconds, siginfo_t *info)
{
    struct signal_wait outer;
    signal_wait_begin(&outer, L4_nilthread);
    int error = take(set, true, info);
    if (error == EAGAIN) {
        bool broken = signal_sleep(microseconds);
        error = take(set, false, info);
        if (error == EAGAIN && broken)
            error = EINTR;
    }
    signal_wait_end(&outer, 0);
    return error;
}

static int wait_for(const sigset_t *set, unsigned long long microseconds, siginfo_t *info)
{
    int error = signal_thread_needed();
    if (!error)
        error = take(*set, false, info);
    if (error == EAGAIN && microseconds)
        error = take_later(*set, microseconds, info);
    return error;
}

int sigtimedwait(const sigset_t *restrict set, siginfo_t *restrict info,
                 const struct timespec *restrict timeout)
{
    enum { SECONDS = 1000000, NANOSECONDS = 1000000000 };
    unsigned long long length = FOR_EVER;
    siginfo_t come;
    if (timeout && (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= NANOSECONDS))
        return result(EINVAL);
    if (timeout)
        length = (unsigned long long)timeout->tv_sec * SECONDS +
                 ((unsigned)timeout->tv_nsec + 999) / 1000;
    int error = wait_for(set, length, &come);
    if (error)
        return result(error);
    if (info)
        *info = come;
    return come.si_signo;
}

int sigwaitinfo(const sigset_t *restrict set, siginfo_t *restrict info)
{
    return sigtimedwait(set, info, NULL);
}

int sigwait(const sigset_t *restrict set, int *restrict signal)
{
    siginfo_t come;
    int error;
    do
        error = wait_for(set, FOR_EVER, &come);
    while (error == EINTR);
    if (!error)
        *signal = come.si_signo;
    return error;
}

/* ---- for one thread ---- */

int hurd_thread_kill(L4_ThreadId_t thread, int signal)
{
    const L4_Word_t in[] = {thread.raw, (L4_Word_t)signal};
    if (signal == SIGKILL || signal == SIGSTOP)
        return kill(getpid(), signal) ? errno : 0;
    int error = signal_request(REQUEST_SIGNAL_SEND, 2, in, 0, NULL);
    if (error == EAGAIN) {
        signal_arrive(0, false);
        error = 0;
    }
    signal_breaks_tell();
    return error;
}
