/* SPDX-License-Identifier: MIT */
/* Commands for /bin/sh: system() and popen(). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/posix/descriptors.h"

#define SHELL "/bin/sh"

enum { NOT_STARTED = 127 };

static _Noreturn void shell_run(const char *command)
{
    execl(SHELL, "sh", "-c", command, (char *) NULL);
    _exit(NOT_STARTED);
}

/* ---- system() ---- */

struct before {
    struct sigaction interrupt, quit;
    sigset_t mask;
};

/* While the command runs, keys are for the command, and its end is for system(). */
static void signals_hold(struct before *before)
{
    const struct sigaction ignore = { .sa_handler = SIG_IGN };
    sigset_t child = 0;
    sigaddset(&child, SIGCHLD);
    sigaction(SIGINT, &ignore, &before->interrupt);
    sigaction(SIGQUIT, &ignore, &before->quit);
    sigprocmask(SIG_BLOCK, &child, &before->mask);
}

static void signals_release(const struct before *before)
{
    sigaction(SIGINT, &before->interrupt, NULL);
    sigaction(SIGQUIT, &before->quit, NULL);
    sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

int system(const char *command)
{
    struct before before;
    int status = -1;
    if (!command)
        return access(SHELL, X_OK) == 0;
    signals_hold(&before);
    pid_t made = fork();
    if (made == 0) {
        signals_release(&before);
        shell_run(command);
    }
    int error = made < 0 ? errno : 0;
    while (made > 0 && waitpid(made, &status, 0) < 0 && errno == EINTR)
        ;
    signals_release(&before);
    if (error)
        errno = error;
    return status;
}

/* ---- popen() ---- */

static pid_t children[DESCRIPTORS];     /* by the descriptor of the stream; 0: none */

static FILE *failed(const int ends[2])
{
    int error = errno;
    close(ends[0]);
    close(ends[1]);
    errno = error;
    return NULL;
}

FILE *popen(const char *command, const char *mode)
{
    bool reads = mode[0] == 'r';
    int ends[2];
    if ((!reads && mode[0] != 'w') || (mode[1] && mode[1] != 'e')) {
        errno = EINVAL;
        return NULL;
    }
    if (pipe(ends))
        return NULL;
    int ours = ends[!reads], theirs = ends[reads];
    fcntl(ours, F_SETFD, FD_CLOEXEC);   /* the next child must not hold it open */
    pid_t made = fork();
    if (made == 0) {
        if (theirs != reads && dup2(theirs, reads) >= 0)
            close(theirs);
        shell_run(command);
    }
    FILE *f = made > 0 ? fdopen(ours, mode) : NULL;
    if (!f)
        return failed(ends);
    close(theirs);
    children[ours] = made;
    return f;
}

int pclose(FILE *f)
{
    int descriptor = fileno(f), status = -1;
    pid_t child = descriptor >= 0 && descriptor < DESCRIPTORS ? children[descriptor] : 0;
    if (!child) {
        errno = ECHILD;
        return -1;
    }
    children[descriptor] = 0;
    fclose(f);
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return -1;
    }
    return status;
}
