/* SPDX-License-Identifier: MIT */
/* Signals in words: POSIX. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

char *strsignal(int signal)
{
    static const char *const texts[SIGRTMIN] = {
        [SIGHUP] = "Hangup", [SIGINT] = "Interrupt", [SIGQUIT] = "Quit",
        [SIGILL] = "Illegal instruction", [SIGTRAP] = "Trace/breakpoint trap",
        [SIGABRT] = "Aborted", [SIGBUS] = "Bus error", [SIGFPE] = "Floating point exception",
        [SIGKILL] = "Killed", [SIGUSR1] = "User defined signal 1",
        [SIGSEGV] = "Segmentation fault", [SIGUSR2] = "User defined signal 2",
        [SIGPIPE] = "Broken pipe", [SIGALRM] = "Alarm clock", [SIGTERM] = "Terminated",
        [SIGCHLD] = "Child exited", [SIGCONT] = "Continued", [SIGSTOP] = "Stopped (signal)",
        [SIGTSTP] = "Stopped", [SIGTTIN] = "Stopped (tty input)",
        [SIGTTOU] = "Stopped (tty output)", [SIGURG] = "Urgent I/O condition",
        [SIGXCPU] = "CPU time limit exceeded", [SIGXFSZ] = "File size limit exceeded",
        [SIGVTALRM] = "Virtual timer expired", [SIGPROF] = "Profiling timer expired",
        [SIGWINCH] = "Window changed", [SIGIO] = "I/O possible", [SIGSYS] = "Bad system call",
    };
    static char unknown[32];
    if (signal > 0 && signal < SIGRTMIN && texts[signal])
        return (char *)(size_t)texts[signal];
    bool real_time = signal >= SIGRTMIN && signal <= SIGRTMAX;
    snprintf(unknown, sizeof unknown, real_time ? "Real-time signal %d" : "Unknown signal %d",
             real_time ? signal - SIGRTMIN : signal);
    return unknown;
}

void psignal(int signal, const char *prefix)
{
    const char *between = prefix && *prefix ? ": " : "";
    fprintf(stderr, "%s%s%s\n", prefix ? prefix : "", between, strsignal(signal));
}
