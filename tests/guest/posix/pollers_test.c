/* SPDX-License-Identifier: MIT */
/* poll() that waits in the server, and what several writers and large transfers do to a pipe. */
#include "tests/guest/deva/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
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

static void sleep_us(unsigned us)
{
    L4_Sleep(L4_TimePeriod(us));
}

static long long now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000ll + t.tv_nsec / 1000;
}

static int status_of(pid_t child)
{
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return status;
}

/* ---- poll() ---- */

/* Looks every 10 ms would come 5 ms too late, on an average. */
void poll_wakes_up_when_it_happens(void)
{
    enum { ROUNDS = 12, MOST = 12000 };
    int p[2];
    long long late = 0, sent = 0;
    EXPECT_EQ(pipe(p), 0);
    pid_t child = fork();
    for (unsigned i = 0; child == 0 && i < ROUNDS; i++) {
        sleep_us(31300 + i * 1700);
        sent = now_us();
        if (write(p[1], &sent, sizeof sent) != sizeof sent)
            _exit(1);
    }
    if (child == 0)
        _exit(0);
    struct pollfd f = { p[0], POLLIN, 0 };
    for (unsigned i = 0; i < ROUNDS; i++) {
        EXPECT_EQ(poll(&f, 1, i % 2 ? 1000 : -1), 1);
        late -= read(p[0], &sent, sizeof sent) == sizeof sent ? sent - now_us() : 0;
    }
    printf("# late by %ld us in %d rounds\n", (long) late, ROUNDS);
    EXPECT(late < MOST);
    EXPECT_EQ(status_of(child), 0);
    close(p[0]);
    close(p[1]);
}

/* Returns the pipe that poll() found; the child writes to the last one. */
static int found_of(int p[][2], int count, const struct pollfd *more)
{
    struct pollfd f[10];
    int found = -1;
    pid_t child = fork();
    if (child == 0) {
        sleep_us(30000);
        _exit(write(p[count - 1][1], "x", 1) == 1 ? 0 : 1);
    }
    for (int i = 0; i < count; i++)
        f[i] = (struct pollfd) { p[i][0], POLLIN, 9 };
    if (more)
        f[count] = *more;
    EXPECT_EQ(poll(f, (nfds_t) (count + !!more), -1), 1);
    for (int i = 0; i < count; i++)
        found = f[i].revents ? i : found;
    EXPECT_EQ(f[count - 1].revents, POLLIN);
    EXPECT_EQ(status_of(child), 0);
    return found;
}

void poll_waits_for_few_pipes_and_for_many(void)
{
    static const struct pollfd typed = { 0, POLLIN, 0 }, nothing = { 1, POLLPRI, 0 };
    char byte;
    int p[8][2];
    for (int i = 0; i < 8; i++)
        EXPECT_EQ(pipe(p[i]), 0);
    for (int count = 1; count <= 8; count++) {
        EXPECT_EQ(found_of(p, count, NULL), count - 1);
        EXPECT_EQ(read(p[count - 1][0], &byte, 1), 1);
    }
    EXPECT_EQ(found_of(p, 2, &typed), 1);       /* of two servers */
    EXPECT_EQ(read(p[1][0], &byte, 1), 1);
    EXPECT_EQ(found_of(p, 2, &nothing), 1);
    for (int i = 0; i < 8; i++) {
        close(p[i][0]);
        close(p[i][1]);
    }
}

void poll_that_has_waited_long_enough_leaves_nothing_behind(void)
{
    int p[2];
    char byte = 0;
    EXPECT_EQ(pipe(p), 0);
    struct pollfd f[] = { { p[0], POLLIN, 9 }, { 0, POLLIN, 9 } };
    for (unsigned i = 0; i < 3; i++) {
        long long start = now_us();
        EXPECT_EQ(poll(&f[i % 2], 1, 30), 0);
        EXPECT(now_us() - start >= 30000 && now_us() - start < 40000);
        EXPECT_EQ(write(p[1], "abc" + i, 1), 1);
        EXPECT_EQ(read(p[0], &byte, 1), 1);
        EXPECT_EQ(byte, 'a' + i);
    }
    EXPECT_EQ(poll(NULL, 0, 10), 0);
    signal(SIGCHLD, note);              /* with SA_RESTART, which is nothing to poll() */
    for (unsigned i = 0; i < 2; i++) {
        pid_t child = fork();
        if (child == 0) {
            sleep_us(30000);
            _exit(0);
        }
        calls = 0;
        EXPECT_FAILS(poll(&f[i], 1, -1), EINTR);
        EXPECT_EQ(calls, 1);
        EXPECT_EQ(status_of(child), 0);
    }
    signal(SIGCHLD, SIG_DFL);
    close(p[0]);
    close(p[1]);
}

/* ---- bytes of a pipe ---- */

void writes_of_several_writers_stay_whole(void)
{
    enum { RECORDS = 40, WRITERS = 3 };
    static char block[PIPE_BUF];
    int p[2];
    pid_t child[WRITERS];
    unsigned whole = 0;
    size_t at = 0;
    ssize_t n;
    EXPECT_EQ(pipe(p), 0);
    for (unsigned w = 0; w < WRITERS; w++) {
        child[w] = fork();
        if (child[w] != 0)
            continue;
        memset(block, 'a' + (int) w, sizeof block);
        for (unsigned i = 0; i < RECORDS; i++) {
            if (write(p[1], block, sizeof block) != sizeof block)
                _exit(1);
        }
        _exit(0);
    }
    close(p[1]);
    while ((n = read(p[0], block + at, sizeof block - at)) > 0) {
        at += (size_t) n;
        if (at < sizeof block)
            continue;
        for (at = 1; at < sizeof block && block[at] == *block; at++)
            ;
        whole += at == sizeof block;
        at = 0;
    }
    EXPECT_EQ(n, 0);
    EXPECT_EQ(at, 0);
    EXPECT_EQ(whole, RECORDS * WRITERS);
    for (unsigned w = 0; w < WRITERS; w++)
        EXPECT_EQ(status_of(child[w]), 0);
    close(p[0]);
}

static unsigned char byte_at(unsigned i)
{
    return (unsigned char) (i * 31 + (i >> 8) * 7);
}

void a_pipe_carries_what_is_larger_than_it(void)
{
    enum { SIZE = 200000 };
    static unsigned char data[SIZE];
    int p[2];
    unsigned all = 0, wrong = 0;
    ssize_t n;
    EXPECT_EQ(pipe(p), 0);
    pid_t child = fork();
    if (child == 0) {
        for (unsigned i = 0; i < SIZE; i++)
            data[i] = byte_at(i);
        _exit(write(p[1], data, SIZE) == SIZE ? 0 : 1);
    }
    close(p[1]);
    sleep_us(30000);
    long long start = now_us();
    while ((n = read(p[0], data, 10000)) > 0) {
        for (unsigned i = 0; i < (unsigned) n; i++)
            wrong += data[i] != byte_at(all + i);
        all += (unsigned) n;
    }
    printf("# %d bytes in %ld us\n", SIZE, (long) (now_us() - start));
    EXPECT_EQ(all, SIZE);
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(status_of(child), 0);
    close(p[0]);
}
