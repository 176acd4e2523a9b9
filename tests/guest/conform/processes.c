/* SPDX-License-Identifier: MIT */
/* Children, what they run, and pipes between them. */
#include "tests/guest/conform/conform.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/times.h>

void waitpid_tells_ends_and_errors(void)
{
    int status, p[2];
    EXPECT_FAILS(wait(&status), ECHILD);
    EXPECT_FAILS(waitpid(-1, &status, 0), ECHILD);
    EXPECT_FAILS(waitpid(999999, &status, 0), ECHILD);
    EXPECT_FAILS(waitpid(-1, &status, 0x4000), EINVAL);
    EXPECT_EQ(IN_CHILD(_exit(0x1ff)), 0xff00);
    EXPECT_EQ(IN_CHILD(exit(3)), 3 << 8);
    EXPECT_EQ(pipe(p), 0);
    pid_t child = fork();
    if (child == 0) {
        char c;
        close(p[1]);
        _exit(read(p[0], &c, 1) == 0 ? 4 : 5);
    }
    EXPECT_EQ(waitpid(child, &status, WNOHANG), 0);
    close(p[0]);
    close(p[1]);
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(WIFEXITED(status) && WEXITSTATUS(status) == 4, true);
    EXPECT_FAILS(waitpid(child, &status, WNOHANG), ECHILD);
    child = fork();
    if (child == 0)
        for (;;)
            pause();
    EXPECT_EQ(kill(child, SIGSTOP), 0);
    EXPECT_EQ(waitpid(child, &status, WUNTRACED), child);
    EXPECT_EQ(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP, true);
    EXPECT_EQ(kill(child, SIGCONT), 0);
    EXPECT_EQ(waitpid(child, &status, WCONTINUED), child);
    EXPECT_EQ(WIFCONTINUED(status), true);
    EXPECT_EQ(kill(child, SIGKILL), 0);
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, true);
}

void children_by_bsds_calls(void)
{
    int status = -1;
    struct rusage usage = { .ru_maxrss = 7 };
    EXPECT_FAILS(wait3(&status, 0, NULL), ECHILD);
    EXPECT_FAILS(wait4(999999, &status, 0, &usage), ECHILD);
    EXPECT_FAILS(wait4(-1, &status, 0x4000, NULL), EINVAL);
    EXPECT_EQ(usage.ru_maxrss, 7);
    pid_t child = vfork();
    if (child == 0)
        _exit(6);
    EXPECT_EQ(wait4(child, &status, 0, &usage), child);
    EXPECT_EQ(status, 6 << 8);
    EXPECT_EQ(usage.ru_maxrss, 0);
    child = vfork();
    if (child == 0)
        for (;;)
            pause();
    EXPECT_EQ(wait3(&status, WNOHANG, &usage), 0);
    EXPECT_EQ(kill(child, SIGKILL), 0);
    EXPECT_EQ(wait3(&status, 0, NULL), child);
    EXPECT_EQ(status, SIGKILL);
}

static void ignored(int signal)
{
    (void) signal;
}

void a_child_is_like_its_parent_but_for_a_few_things(void)
{
    struct sigaction action = { .sa_handler = ignored }, now;
    sigset_t set, was;
    pid_t self = getpid(), group = getpgrp();
    int value = 5;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, &was);
    sigaction(SIGUSR2, &action, NULL);
    alarm(50);
    EXPECT_EQ(setenv("CONFORM", "yes", 1), 0);
    EXPECT_EQ(IN_CHILD({
        sigset_t mask;
        if (getpid() == self || getppid() != self || value != 5 || getpgrp() != group)
            _exit(1);
        sigprocmask(SIG_BLOCK, NULL, &mask);
        if (!sigismember(&mask, SIGUSR1))
            _exit(2);
        sigaction(SIGUSR2, NULL, &now);
        if (now.sa_handler != ignored || strcmp(getenv("CONFORM"), "yes"))
            _exit(3);
        if (alarm(0) != 0)
            _exit(4);
        value = 6;
    }), 0);
    EXPECT_EQ(value, 5);
    EXPECT_EQ(alarm(0) > 0, true);
    signal(SIGUSR2, SIG_DFL);
    sigprocmask(SIG_SETMASK, &was, NULL);
    unsetenv("CONFORM");
}

void exec_passes_arguments_and_environment(void)
{
    char text[128] = "";
    char *arguments[] = { "wc", "/tmp/words", NULL }, *nothing[] = { NULL };
    int f = open("/tmp/words", O_RDWR | O_CREAT, 0644), out = open("/tmp/out", O_RDWR | O_CREAT, 0644);
    EXPECT_EQ(write(f, "a b c\nd\n", 8), 8);
    EXPECT_EQ(IN_CHILD({ dup2(out, 1); execve("/bin/wc", arguments, nothing); _exit(9); }), 0);
    EXPECT_EQ(pread(out, text, sizeof text - 1, 0) > 0, true);
    EXPECT_EQ(atoi(text), 2);
    EXPECT_FAILS(execve("/none", arguments, nothing), ENOENT);
    EXPECT_FAILS(execve("/tmp/words", arguments, nothing), EACCES);
    EXPECT_FAILS(execve("/tmp/words/x", arguments, nothing), ENOTDIR);
    EXPECT_FAILS(execve("/tmp", arguments, nothing), EACCES);
    fchmod(f, 0755);
    EXPECT_FAILS(execve("/tmp/words", arguments, nothing), ENOEXEC);
    EXPECT_FAILS(execvp("no-such-program", arguments), ENOENT);
    close(f), close(out);
    unlink("/tmp/words"), unlink("/tmp/out");
}

static volatile int broken;

static void breaks(int signal)
{
    broken = signal;
}

void pipes_end_and_break(void)
{
    char text[8] = "";
    int p[2];
    EXPECT_EQ(pipe(p), 0);
    EXPECT_EQ(write(p[1], "abcdef", 6), 6);
    EXPECT_EQ(read(p[0], text, 2), 2);
    EXPECT_EQ(read(p[0], text, sizeof text), 4);
    EXPECT_FAILS(lseek(p[0], 0, SEEK_SET), ESPIPE);
    EXPECT_FAILS(write(p[0], text, 1), EBADF);
    EXPECT_FAILS(read(p[1], text, 1), EBADF);
    EXPECT_EQ(fcntl(p[0], F_SETFL, O_NONBLOCK), 0);
    EXPECT_FAILS(read(p[0], text, 1), EAGAIN);
    close(p[1]);
    EXPECT_EQ(read(p[0], text, 1), 0);
    close(p[0]);
    EXPECT_EQ(pipe(p), 0);
    close(p[0]);
    signal(SIGPIPE, breaks);
    EXPECT_FAILS(write(p[1], text, 1), EPIPE);
    EXPECT_EQ(broken, SIGPIPE);
    signal(SIGPIPE, SIG_IGN);
    EXPECT_FAILS(write(p[1], text, 1), EPIPE);
    signal(SIGPIPE, SIG_DFL);
    int status = IN_CHILD(write(p[1], text, 1));
    EXPECT_EQ(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE, true);
    close(p[1]);
    EXPECT_EQ(pipe2(p, O_CLOEXEC | O_NONBLOCK), 0);
    EXPECT_EQ(fcntl(p[0], F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(fcntl(p[1], F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    close(p[0]), close(p[1]);
}

/* 300: more than `task` has room for, if they left something behind. */
void children_that_nobody_wants_leave_nothing(void)
{
    int status;
    const struct sigaction no_wait = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT };
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0, tries = 0; i < 300 && tries < 200; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        if (child < 0) {
            usleep(10000);
            i--, tries++;
        }
        EXPECT_EQ(tries < 200, true);
    }
    EXPECT_FAILS(wait(&status), ECHILD);
    sigaction(SIGCHLD, &no_wait, NULL);
    pid_t child = fork();
    if (child == 0) {
        usleep(20000);
        _exit(3);
    }
    EXPECT_FAILS(waitpid(child, &status, 0), ECHILD);
    signal(SIGCHLD, SIG_DFL);
    EXPECT_EQ(IN_CHILD(_exit(3)), 3 << 8);
}

static volatile int alarms;

static void count_alarm(int signal)
{
    (void) signal;
    alarms++;
}

/* The signal waits already: only pselect() lets it through, and it must not be missed. */
void pselect_waits_with_a_mask_of_its_own(void)
{
    int p[2];
    sigset_t blocked, before, now;
    struct timespec none = { 0, 0 }, some = { 0, 20000000 }, bad = { 0, 1000000000 };
    fd_set in;
    EXPECT_EQ(pipe(p), 0);
    sigemptyset(&blocked), sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    signal(SIGUSR1, count_alarm);
    alarms = 0;
    raise(SIGUSR1);
    FD_ZERO(&in), FD_SET(p[0], &in);
    EXPECT_EQ(pselect(p[0] + 1, &in, NULL, NULL, &some, NULL), 0);
    EXPECT_EQ(alarms, 0);
    FD_SET(p[0], &in);
    EXPECT_FAILS(pselect(p[0] + 1, &in, NULL, NULL, NULL, &before), EINTR);
    EXPECT_EQ(alarms, 1);
    sigprocmask(SIG_SETMASK, NULL, &now);
    EXPECT_EQ(sigismember(&now, SIGUSR1), 1);
    EXPECT_EQ(pselect(p[0] + 1, &in, NULL, NULL, &some, &before), 0);
    EXPECT_EQ(write(p[1], "x", 1), 1);
    FD_SET(p[0], &in);
    EXPECT_EQ(pselect(p[0] + 1, &in, NULL, NULL, &none, &before), 1);
    EXPECT_FAILS(pselect(0, NULL, NULL, NULL, &bad, &before), EINVAL);
    signal(SIGUSR1, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(p[0]), close(p[1]);
}

void select_and_poll_tell_what_is_ready(void)
{
    int p[2];
    EXPECT_EQ(pipe(p), 0);
    struct pollfd fds[] = { { .fd = p[0], .events = POLLIN }, { .fd = p[1], .events = POLLOUT }, { .fd = -1 } };
    EXPECT_EQ(poll(fds, 3, 0), 1);
    EXPECT_EQ(fds[0].revents, 0);
    EXPECT_EQ(fds[1].revents, POLLOUT);
    EXPECT_EQ(write(p[1], "x", 1), 1);
    EXPECT_EQ(poll(fds, 1, -1), 1);
    EXPECT_EQ(fds[0].revents, POLLIN);
    fd_set in, out;
    struct timeval none = { 0, 0 }, some = { 0, 20000 }, bad = { 0, -1 };
    FD_ZERO(&in), FD_ZERO(&out);
    FD_SET(p[0], &in), FD_SET(p[1], &out);
    EXPECT_EQ(select(p[1] + 1, &in, &out, NULL, &none), 2);
    EXPECT_EQ(FD_ISSET(p[0], &in) && FD_ISSET(p[1], &out), true);
    char c;
    EXPECT_EQ(read(p[0], &c, 1), 1);
    EXPECT_EQ(select(p[0] + 1, &in, NULL, NULL, &some), 0);
    EXPECT_EQ(FD_ISSET(p[0], &in), 0);
    EXPECT_FAILS(select(-1, NULL, NULL, NULL, &none), EINVAL);
    EXPECT_FAILS(select(0, NULL, NULL, NULL, &bad), EINVAL);
    FD_SET(50, &in);
    EXPECT_FAILS(select(51, &in, NULL, NULL, &none), EBADF);
    close(p[1]);
    EXPECT_EQ(poll(fds, 1, 0), 1);
    EXPECT_EQ(fds[0].revents & POLLHUP, POLLHUP);
    FD_ZERO(&in), FD_SET(p[0], &in);
    EXPECT_EQ(select(p[0] + 1, &in, NULL, NULL, &none), 1);
    close(p[0]);
    fds[0].fd = 55;
    EXPECT_EQ(poll(fds, 1, 0), 1);
    EXPECT_EQ(fds[0].revents, POLLNVAL);
}
