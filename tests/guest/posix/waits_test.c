/* SPDX-License-Identifier: MIT */
/* Calls that wait, and signals: pipes, poll(), O_NONBLOCK, locks, terminals. */
#include "tests/guest/deva/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <l4/ipc.h>

#include "tests/guest/posix/streams.h"

#define EXPECT(condition) EXPECT_EQ(!!(condition), true)

static volatile int calls;

static void note(int number)
{
    (void) number;
    calls++;
}

static void handle(int number, void (*handler)(int), int flags)
{
    const struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
    EXPECT_EQ(sigaction(number, &action, NULL), 0);
}

static int ends_by(pid_t child)
{
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

static void sleep_ms(unsigned ms)
{
    L4_Sleep(L4_TimePeriod(ms * 1000));
}

/* ---- pipes ---- */

void a_writer_without_a_reader_gets_a_signal(void)
{
    int p[2];
    EXPECT_EQ(pipe(p), 0);
    pid_t child = fork();
    if (child == 0) {
        close(p[0]);
        while (write(p[1], "x", 1) == 1)
            sleep_ms(1);
        _exit(1);
    }
    close(p[0]);
    EXPECT_EQ(ends_by(child), SIGPIPE);
    handle(SIGPIPE, note, 0);
    calls = 0;
    EXPECT_FAILS(write(p[1], "x", 1), EPIPE);
    EXPECT_EQ(calls, 1);
    signal(SIGPIPE, SIG_IGN);
    EXPECT_FAILS(write(p[1], "x", 1), EPIPE);
    EXPECT_EQ(calls, 1);
    signal(SIGPIPE, SIG_DFL);
    close(p[1]);
}

/* The child sleeps in read() or write() when the signal comes; if it does not yet, nothing
 * differs. */
static pid_t stuck(int p[2], bool writes, int flags)
{
    static char much[10000];
    calls = 0;
    EXPECT_EQ(pipe(p), 0);
    pid_t child = fork();
    if (child == 0) {
        char byte = 0;
        handle(SIGUSR1, note, flags);
        close(p[!writes]);
        ssize_t n = writes ? write(p[1], much, sizeof much) : read(p[0], &byte, 1);
        int error = errno;
        if (writes)
            _exit(n == 4096 && calls == 1 ? 1 : 2);     /* what went before counts */
        _exit(n == -1 && error == EINTR && calls == 1 ? 1 : n == 1 && byte == 'x' && calls == 1 ? 3 : 2);
    }
    sleep_ms(100);
    EXPECT_EQ(kill(child, SIGUSR1), 0);
    return child;
}

void a_signal_breaks_off_reads_and_writes_of_a_pipe(void)
{
    int p[2];
    EXPECT_EQ(ends_by(stuck(p, false, 0)), -1);
    close(p[0]);
    close(p[1]);
    EXPECT_EQ(ends_by(stuck(p, true, 0)), -1);
    close(p[0]);
    close(p[1]);
    pid_t child = stuck(p, false, SA_RESTART);
    sleep_ms(50);
    EXPECT_EQ(write(p[1], "x", 1), 1);
    EXPECT_EQ(ends_by(child), -3);
    close(p[0]);
    close(p[1]);
}

void a_pipe_that_must_not_wait_says_so(void)
{
    int p[2];
    char byte;
    static char much[5000];
    EXPECT_EQ(pipe(p), 0);
    EXPECT_EQ(fcntl(p[0], F_SETFL, O_NONBLOCK), 0);
    EXPECT_EQ(fcntl(p[1], F_SETFL, O_NONBLOCK), 0);
    EXPECT_EQ(fcntl(p[0], F_GETFL), O_RDONLY | O_NONBLOCK);
    EXPECT_FAILS(read(p[0], &byte, 1), EAGAIN);
    EXPECT_EQ(write(p[1], much, sizeof much), 4096);
    EXPECT_FAILS(write(p[1], much, 1), EAGAIN);
    EXPECT_EQ(read(p[0], &byte, 1), 1);
    EXPECT_EQ(write(p[1], much, sizeof much), 1);
    close(p[1]);
    int n, all = 0;
    while ((n = read(p[0], much, sizeof much)) > 0)
        all += n;
    EXPECT_EQ(n, 0);
    EXPECT_EQ(all, 4096);
    close(p[0]);
    EXPECT_FAILS(fcntl(p[0], F_SETFL, 0), EBADF);
}

/* ---- poll() ---- */

void poll_tells_what_is_ready(void)
{
    int p[2];
    char byte;
    EXPECT_EQ(pipe(p), 0);
    struct pollfd f[4] = { { p[0], POLLIN, 9 }, { p[1], POLLOUT, 9 }, { -1, POLLIN, 9 },
                           { 63, POLLIN, 9 } };
    EXPECT_EQ(poll(f, 1, 0), 0);
    EXPECT_EQ(poll(f, 4, -1), 2);
    EXPECT_EQ(f[0].revents, 0);
    EXPECT_EQ(f[1].revents, POLLOUT);
    EXPECT_EQ(f[2].revents, 0);
    EXPECT_EQ(f[3].revents, POLLNVAL);
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    EXPECT_EQ(poll(f, 1, 50), 0);
    clock_gettime(CLOCK_MONOTONIC, &after);
    EXPECT((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000 >= 50);
    pid_t child = fork();
    if (child == 0) {
        sleep_ms(50);
        _exit(write(p[1], "y", 1) == 1 ? 5 : 6);
    }
    EXPECT_EQ(poll(f, 1, -1), 1);
    EXPECT_EQ(f[0].revents, POLLIN);
    EXPECT_EQ(read(p[0], &byte, 1), 1);
    EXPECT_EQ(ends_by(child), -5);
    close(p[1]);
    EXPECT_EQ(poll(f, 1, -1), 1);
    EXPECT_EQ(f[0].revents, POLLIN | POLLHUP);
    close(p[0]);
    EXPECT_EQ(pipe(p), 0);
    close(p[0]);
    f[1].fd = p[1];
    EXPECT_EQ(poll(&f[1], 1, -1), 1);
    EXPECT_EQ(f[1].revents, POLLOUT | POLLERR);
    close(p[1]);
    EXPECT_FAILS(poll(f, 65, 0), EINVAL);
    int file = open("/", O_RDONLY);
    f[0] = (struct pollfd) { file, POLLIN, 0 };
    EXPECT_EQ(poll(f, 1, -1), 1);
    close(file);
}

void select_is_poll_for_sets(void)
{
    int p[2];
    fd_set reads, writes;
    struct timeval none = { 0, 0 };
    EXPECT_EQ(pipe(p), 0);
    FD_ZERO(&reads);
    FD_ZERO(&writes);
    FD_SET(p[0], &reads);
    FD_SET(p[1], &writes);
    EXPECT_EQ(select(p[1] + 1, &reads, &writes, NULL, NULL), 1);
    EXPECT_EQ(FD_ISSET(p[0], &reads), 0);
    EXPECT_EQ(FD_ISSET(p[1], &writes), 1);
    EXPECT_EQ(write(p[1], "x", 1), 1);
    FD_SET(p[0], &reads);
    EXPECT_EQ(select(p[1] + 1, &reads, &writes, NULL, &none), 2);
    EXPECT_EQ(FD_ISSET(p[0], &reads), 1);
    FD_ZERO(&reads);
    FD_SET(60, &reads);
    EXPECT_FAILS(select(61, &reads, NULL, NULL, NULL), EBADF);
    EXPECT_FAILS(select(65, &reads, NULL, NULL, NULL), EINVAL);
    EXPECT_FAILS(select(-1, &reads, NULL, NULL, NULL), EINVAL);
    EXPECT_FAILS(select(0, NULL, NULL, NULL, &(struct timeval) { 0, 1000000 }), EINVAL);
    handle(SIGCHLD, note, 0);
    pid_t child = fork();
    if (child == 0) {
        sleep_ms(50);
        _exit(0);
    }
    calls = 0;
    EXPECT_FAILS(select(0, NULL, NULL, NULL, NULL), EINTR);
    EXPECT_EQ(calls, 1);
    signal(SIGCHLD, SIG_DFL);
    EXPECT_EQ(ends_by(child), 0);
    close(p[0]);
    close(p[1]);
}

/* ---- locks ---- */

static int lock(int f, int command, int type, off_t start, off_t length)
{
    struct flock l = { .l_type = (short) type, .l_whence = SEEK_SET, .l_start = start,
                       .l_len = length };
    return fcntl(f, command, &l);
}

/* What a child finds in the way of a write lock there; its type | first byte << 8 | bytes << 16. */
static int found(int f, off_t start, off_t length)
{
    pid_t child = fork();
    if (child == 0) {
        struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start,
                           .l_len = length };
        if (fcntl(f, F_GETLK, &l))
            _exit(255);
        if (l.l_type == F_UNLCK)
            _exit(254);
        _exit((int) (l.l_type | (l.l_start & 15) << 1 | (l.l_len & 7) << 5));
    }
    return -ends_by(child);
}

static int found_is(int type, int start, int length)
{
    return type | start << 1 | length << 5;
}

void locks_are_kept_cut_and_joined(void)
{
    int f = open("/locked", O_RDWR | O_CREAT, 0644);
    EXPECT_EQ(lock(f, F_SETLK, F_WRLCK, 2, 6), 0);
    EXPECT_EQ(found(f, 0, 2), 254);
    EXPECT_EQ(found(f, 0, 3), found_is(F_WRLCK, 2, 6));
    EXPECT_EQ(lock(f, F_SETLK, F_UNLCK, 4, 1), 0);
    EXPECT_EQ(found(f, 4, 1), 254);
    EXPECT_EQ(found(f, 3, 1), found_is(F_WRLCK, 2, 2));
    EXPECT_EQ(found(f, 5, 100), found_is(F_WRLCK, 5, 3));
    EXPECT_EQ(lock(f, F_SETLK, F_RDLCK, 3, 3), 0);
    EXPECT_EQ(found(f, 3, 1), found_is(F_RDLCK, 3, 3));
    EXPECT_EQ(found(f, 2, 1), found_is(F_WRLCK, 2, 1));
    EXPECT_EQ(lock(f, F_SETLK, F_WRLCK, 3, 3), 0);
    EXPECT_EQ(found(f, 7, 1), found_is(F_WRLCK, 2, 6));
    EXPECT_EQ(lock(f, F_SETLK, F_WRLCK, 9, 0), 0);
    EXPECT_EQ(found(f, 1ll << 40, 0), found_is(F_WRLCK, 9, 0));
    struct flock own = { .l_type = F_WRLCK };
    EXPECT_EQ(fcntl(f, F_GETLK, &own), 0);
    EXPECT_EQ(own.l_type, F_UNLCK);
    EXPECT_EQ(lock(f, F_SETLK, F_UNLCK, 0, 0), 0);
    EXPECT_EQ(found(f, 0, 0), 254);
    int again = open("/locked", O_RDWR);
    EXPECT_EQ(lock(f, F_SETLK, F_WRLCK, 0, 0), 0);
    struct stat s;
    EXPECT_EQ(stat("/locked", &s), 0);  /* opens nothing */
    EXPECT_EQ(found(f, 0, 1), found_is(F_WRLCK, 0, 0));
    EXPECT_EQ(close(again), 0);
    EXPECT_EQ(found(f, 0, 1), 254);
    close(f);
    unlink("/locked");
}

void locks_of_others_are_in_the_way(void)
{
    int f = open("/locked", O_RDWR | O_CREAT, 0644);
    EXPECT_EQ(lock(f, F_SETLK, F_RDLCK, 0, 1), 0);
    pid_t child = fork();
    if (child == 0) {
        bool good = lock(f, F_SETLK, F_RDLCK, 0, 1) == 0 && lock(f, F_SETLK, F_WRLCK, 0, 1) == -1 &&
                    errno == EAGAIN && lock(f, F_SETLK, F_WRLCK, 1, 1) == 0;
        handle(SIGUSR1, note, 0);
        good = good && lock(f, F_SETLKW, F_WRLCK, 0, 1) == -1 && errno == EINTR;
        _exit(good && lock(f, F_SETLKW, F_WRLCK, 0, 1) == 0 ? 7 : 8);
    }
    sleep_ms(100);
    EXPECT_FAILS(lock(f, F_SETLK, F_RDLCK, 1, 1), EAGAIN);
    EXPECT_EQ(kill(child, SIGUSR1), 0);
    sleep_ms(50);
    EXPECT_EQ(lock(f, F_SETLK, F_UNLCK, 0, 1), 0);
    EXPECT_EQ(ends_by(child), -7);
    EXPECT_EQ(lock(f, F_SETLK, F_WRLCK, 0, 0), 0);      /* a dead task's locks are gone */
    EXPECT_EQ(lock(f, F_SETLK, F_UNLCK, 0, 0), 0);
    child = fork();
    if (child == 0) {
        lock(f, F_SETLK, F_WRLCK, 0, 0);
        pause();
        _exit(1);
    }
    sleep_ms(100);
    EXPECT_FAILS(lock(f, F_SETLK, F_RDLCK, 1, 1), EAGAIN);
    EXPECT_EQ(kill(child, SIGKILL), 0);
    EXPECT_EQ(ends_by(child), SIGKILL);
    EXPECT_EQ(lock(f, F_SETLK, F_WRLCK, 0, 0), 0);
    close(f);
    unlink("/locked");
}

void a_wait_for_a_lock_that_would_never_end_is_refused(void)
{
    int f = open("/locked", O_RDWR | O_CREAT, 0644);
    EXPECT_EQ(lock(f, F_SETLK, F_WRLCK, 0, 1), 0);
    pid_t child = fork();
    if (child == 0) {
        bool good = lock(f, F_SETLK, F_WRLCK, 1, 1) == 0;
        pid_t third = fork();
        if (third == 0)
            _exit(lock(f, F_SETLK, F_WRLCK, 2, 1) == 0 && lock(f, F_SETLKW, F_WRLCK, 1, 1) == 0);
        sleep_ms(50);
        good = good && lock(f, F_SETLKW, F_WRLCK, 0, 1) == 0 && lock(f, F_SETLK, F_UNLCK, 0, 0) == 0;
        _exit(good && ends_by(third) == -1 ? 3 : 4);
    }
    sleep_ms(150);
    EXPECT_FAILS(lock(f, F_SETLKW, F_WRLCK, 1, 1), EDEADLK);
    EXPECT_FAILS(lock(f, F_SETLKW, F_WRLCK, 2, 1), EDEADLK);
    EXPECT_EQ(lock(f, F_SETLK, F_UNLCK, 0, 1), 0);
    EXPECT_EQ(ends_by(child), -3);
    close(f);
    unlink("/locked");
}

void wrong_locks(void)
{
    int f = open("/locked", O_RDWR | O_CREAT, 0644), g = open("/locked", O_RDONLY);
    EXPECT_FAILS(lock(f, F_SETLK, 3, 0, 1), EINVAL);
    EXPECT_FAILS(lock(f, F_SETLK, F_RDLCK, -1, 1), EINVAL);
    EXPECT_FAILS(lock(f, F_SETLK, F_RDLCK, 1, -2), EINVAL);
    EXPECT_FAILS(lock(f, F_SETLK, F_RDLCK, INT64_MAX, 2), EINVAL);
    EXPECT_EQ(lock(f, F_SETLK, F_RDLCK, 1, -1), 0);
    EXPECT_FAILS(lock(g, F_SETLK, F_WRLCK, 0, 1), EBADF);
    EXPECT_FAILS(lock(1, F_SETLK, F_RDLCK, 0, 1), EINVAL);      /* a console */
    EXPECT_FAILS(lock(50, F_SETLK, F_RDLCK, 0, 1), EBADF);
    int n = 0;
    while (n < 100 && lock(f, F_SETLK, F_WRLCK, 2 * n, 1) == 0)
        n++;
    EXPECT_EQ(errno, ENOLCK);
    EXPECT(n >= 62 && n < 100);
    close(g);
    close(f);
    unlink("/locked");
}

/* ---- the terminal ---- */

void a_terminal_has_modes_and_a_size(void)
{
    struct termios t, old;
    struct winsize size;
    char byte;
    EXPECT_EQ(tcgetattr(0, &old), 0);
    EXPECT_EQ(old.c_lflag & (ICANON | ECHO), ICANON | ECHO);
    t = old;
    t.c_lflag &= ~(tcflag_t) (ICANON | ECHO);
    t.c_cc[VMIN] = 0;
    t.c_cc[VTIME] = 1;
    EXPECT_EQ(tcsetattr(0, TCSAFLUSH, &t), 0);
    EXPECT_EQ(tcgetattr(1, &t), 0);
    EXPECT_EQ(t.c_lflag & ICANON, 0);
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    EXPECT_EQ(read(0, &byte, 1), 0);    /* nobody types */
    clock_gettime(CLOCK_MONOTONIC, &after);
    EXPECT((after.tv_sec - before.tv_sec) * 1000000 + (after.tv_nsec - before.tv_nsec) / 1000 >= 100000);
    EXPECT_EQ(poll(&(struct pollfd) { 0, POLLIN, 0 }, 1, 20), 0);
    EXPECT_EQ(poll(&(struct pollfd) { 1, POLLOUT, 0 }, 1, -1), 1);
    EXPECT_EQ(tcsetattr(0, TCSANOW, &old), 0);
    EXPECT_EQ(poll(&(struct pollfd) { 0, POLLIN, 0 }, 1, 20), 0);
    EXPECT_EQ(fcntl(0, F_SETFL, O_NONBLOCK), 0);
    EXPECT_FAILS(read(0, &byte, 1), EAGAIN);
    EXPECT_EQ(fcntl(0, F_SETFL, 0), 0);
    EXPECT_EQ(ioctl(1, TIOCGWINSZ, &size), 0);
    EXPECT(size.ws_col == 80 && (size.ws_row == 24 || size.ws_row == 25));
    setenv("LINES", "50", 1);
    EXPECT_EQ(ioctl(1, TIOCGWINSZ, &size), 0);
    EXPECT_EQ(size.ws_row, 50);
    unsetenv("LINES");
    EXPECT(tcgetpgrp(0) > 0);
    EXPECT_FAILS(tcsetpgrp(0, 0), EINVAL);
    EXPECT_FAILS(tcsetpgrp(0, 9999), EPERM);
    EXPECT_FAILS(tcsetattr(0, 9, &old), EINVAL);
    EXPECT_FAILS(tcflush(0, 9), EINVAL);
    EXPECT_FAILS(ioctl(1, 1), ENOTTY);
    int f = open("/", O_RDONLY);
    EXPECT_FAILS(tcgetattr(f, &t), ENOTTY);
    EXPECT_FAILS(tcsetattr(f, TCSANOW, &old), ENOTTY);
    EXPECT_FAILS(ioctl(f, TIOCGWINSZ, &size), ENOTTY);
    EXPECT_FAILS(tcgetpgrp(f), ENOTTY);
    EXPECT_FAILS(tcsetpgrp(f, 1), ENOTTY);
    close(f);
    EXPECT_FAILS(tcgetattr(f, &t), EBADF);
}

void clocks_go_forward(void)
{
    struct timespec a, b;
    EXPECT_EQ(clock_gettime(CLOCK_MONOTONIC, &a), 0);
    sleep_ms(5);
    EXPECT_EQ(clock_gettime(CLOCK_MONOTONIC, &b), 0);
    EXPECT((b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec >= 5000000);
    EXPECT_FAILS(clock_gettime(7, &a), EINVAL);
    struct timeval now;
    time_t seconds = time(NULL);
    if (seconds != -1) {                /* there is a driver */
        EXPECT_EQ(gettimeofday(&now, NULL), 0);
        EXPECT(now.tv_sec - seconds <= 60 && seconds > 1577836800);     /* 2020 */
    }
}
