/* SPDX-License-Identifier: MIT */
/*      typing secret | keys | inherits | behind | shell
 * What is typed, in the modes of a terminal; and a child that gets the console. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static int fail(const char *what)
{
    printf("typing: %s: %s\n", what, strerror(errno));
    return 1;
}

static int without(tcflag_t flags)
{
    struct termios t;
    if (tcgetattr(0, &t))
        return -1;
    t.c_lflag &= ~flags;
    return tcsetattr(0, TCSANOW, &t);
}

/* A line that is not shown. */
static int secret(void)
{
    char line[40];
    if (without(ECHO))
        return fail("tcsetattr");
    printf("word? ");
    fflush(stdout);
    ssize_t n = read(0, line, sizeof line);
    for (ssize_t i = 0; i < n / 2; i++) {       /* it is printed backwards */
        char c = line[i];
        line[i] = line[n - 1 - i];
        line[n - 1 - i] = c;
    }
    printf("%.*s\n", (int) n, line);
    return n < 0;
}

/* Three keys as they are, Ctrl-C and Ctrl-Z among them. */
static int keys(void)
{
    if (without(ECHO | ICANON | ISIG))
        return fail("tcsetattr");
    printf("keys? ");
    fflush(stdout);
    for (int i = 0; i < 3; i++) {
        unsigned char c = 0;
        if (read(0, &c, 1) != 1)
            return fail("read");
        printf("<%d>", c);
        fflush(stdout);
    }
    printf("\n");
    return 0;
}

/* A program that is started by another has the modes of that one. */
static int inherits(const char *self)
{
    struct termios t;
    int status;
    if (without(ECHO))
        return fail("tcsetattr");
    pid_t child = fork();
    if (child == 0) {
        execl(self, self, "modes", (char *) NULL);
        _exit(127);
    }
    if (waitpid(child, &status, 0) != child || tcgetattr(0, &t))
        return fail("waitpid");
    printf("parent: %s\n", t.c_lflag & ISIG ? "signals" : "no signals");
    return status != 0;
}

static int modes(void)
{
    struct termios t;
    if (tcgetattr(0, &t))
        return fail("tcgetattr");
    printf("child: %s\n", t.c_lflag & ECHO ? "shown" : "not shown");
    return without(ISIG) ? fail("tcsetattr") : 0;
}

/* ---- a shell with job control ---- */

static void child(pid_t parent_group)
{
    char line[40];
    setpgid(0, 0);
    printf("child: %s\n", tcgetpgrp(0) == parent_group ? "behind" : "in front");
    signal(SIGTTOU, SIG_DFL);
    if (tcsetpgrp(0, getpgrp()))        /* it stops here, until the parent gives it the console */
        _exit(fail("tcsetpgrp"));
    printf("line? ");
    fflush(stdout);
    ssize_t n = read(0, line, sizeof line);
    printf("child: %.*s", (int) (n > 0 ? n : 0), line);
    fflush(stdout);
    for (;;)
        pause();
}

static int how(pid_t of)
{
    int status;
    if (waitpid(of, &status, WUNTRACED) != of)
        return fail("waitpid");
    printf("shell: the child %s, signal %d\n", WIFSTOPPED(status) ? "is stopped" : "has ended",
           WIFSTOPPED(status) ? WSTOPSIG(status) : WTERMSIG(status));
    return 0;
}

static int shell(void)
{
    pid_t own = getpgrp(), other;
    signal(SIGTTOU, SIG_IGN);
    if (own != getpid() || tcgetpgrp(0) != own)
        return fail("the shell does not lead the group in the foreground");
    if (tcsetpgrp(0, 0) != -1 || errno != EINVAL || tcsetpgrp(0, own + 1000) != -1 || errno != EPERM)
        return fail("tcsetpgrp() of a group that there is not");
    other = fork();
    if (other == 0)
        child(own);
    setpgid(other, other);
    how(other);                         /* SIGTTOU */
    if (tcsetpgrp(0, other) || kill(-other, SIGCONT))
        return fail("tcsetpgrp");
    how(other);                         /* Ctrl-Z */
    kill(-other, SIGCONT);
    how(other);                         /* Ctrl-C */
    if (tcgetpgrp(0) != own && tcsetpgrp(0, own))
        return fail("tcsetpgrp back");
    printf("shell: %s\n", tcgetpgrp(0) == own ? "in front" : "behind");
    return 0;
}

/* ---- a reader in the background ---- */

static volatile sig_atomic_t handled;

static void note(int signal)
{
    handled = signal;
}

static void reader(void)
{
    const struct sigaction handler = { .sa_handler = note };
    char line[40];
    setpgid(0, 0);
    signal(SIGTTIN, SIG_IGN);
    ssize_t n = read(0, line, sizeof line);
    printf("reader: ignored %ld %d\n", (long) n, errno);
    sigaction(SIGTTIN, &handler, NULL);
    n = read(0, line, sizeof line);
    printf("reader: handled %ld %d, signal %d\n", (long) n, errno, handled);
    fflush(stdout);
    signal(SIGTTIN, SIG_DFL);
    n = read(0, line, sizeof line);     /* it stops here, until the parent gives it the console */
    printf("reader: %.*s", (int) (n > 0 ? n : 0), line);
    exit(n <= 0);
}

static int behind(void)
{
    pid_t own = getpgrp(), other = fork();
    signal(SIGTTOU, SIG_IGN);
    if (other == 0)
        reader();
    setpgid(other, other);
    how(other);                         /* SIGTTIN */
    printf("line? ");
    fflush(stdout);
    if (tcsetpgrp(0, other) || kill(-other, SIGCONT))
        return fail("tcsetpgrp");
    how(other);                         /* its end */
    return tcgetpgrp(0) != own && tcsetpgrp(0, own);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    return !strcmp(what, "secret")     ? secret()
           : !strcmp(what, "keys")     ? keys()
           : !strcmp(what, "inherits") ? inherits(argv[2])
           : !strcmp(what, "modes")    ? modes()
           : !strcmp(what, "behind")   ? behind()
           : !strcmp(what, "shell")    ? shell() : 2;
}
