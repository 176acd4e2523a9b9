/* SPDX-License-Identifier: MIT */
/* Fifos: mkfifo(), and open() that waits for the other end. */
#include "tests/guest/deva/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <l4/ipc.h>

#include "tests/guest/posix/streams.h"

#define EXPECT(condition) EXPECT_EQ(!!(condition), true)
#define FIFO "/fifo"

static volatile int calls;

static void note(int number)
{
    (void) number;
    calls++;
}

/* The child opens the fifo in this way 30 ms later, and moves one byte. */
static pid_t partner(int way)
{
    char byte = 'x';
    pid_t child = fork();
    if (child != 0)
        return child;
    L4_Sleep(L4_TimePeriod(30000));
    int f = open(FIFO, way);
    ssize_t n = way == O_WRONLY ? write(f, &byte, 1) : read(f, &byte, 1);
    _exit(n == 1 && byte == 'x' && close(f) == 0 ? 0 : 1);
}

static void partner_ends(pid_t child)
{
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

void a_fifo_that_must_not_wait_says_what_it_lacks(void)
{
    struct stat s;
    char text[4] = "";
    EXPECT_EQ(mkfifo(FIFO, 0644), 0);
    EXPECT_FAILS(mkfifo(FIFO, 0644), EEXIST);
    EXPECT_FAILS(mkfifo("/none/fifo", 0644), ENOENT);
    EXPECT_EQ(stat(FIFO, &s), 0);
    EXPECT_EQ(s.st_mode, S_IFIFO | 0644);
    EXPECT_FAILS(open(FIFO, O_WRONLY | O_NONBLOCK), ENXIO);
    int r = open(FIFO, O_RDONLY | O_NONBLOCK);
    struct pollfd p = { r, POLLIN, 0 };
    EXPECT(r >= 0);
    EXPECT_EQ(read(r, text, 1), 0);
    EXPECT_EQ(poll(&p, 1, 20), 0);
    int w = open(FIFO, O_WRONLY | O_NONBLOCK);
    EXPECT(w >= 0);
    EXPECT_FAILS(read(r, text, 1), EAGAIN);
    EXPECT_EQ(write(w, "abc", 3), 3);
    EXPECT_EQ(poll(&p, 1, -1), 1);
    EXPECT_EQ(p.revents, POLLIN);
    EXPECT_EQ(read(r, text, 4), 3);
    EXPECT_EQ(text[2], 'c');
    EXPECT_FAILS(lseek(r, 0, SEEK_SET), ESPIPE);
    close(w);
    EXPECT_EQ(poll(&p, 1, -1), 1);
    EXPECT_EQ(p.revents, POLLIN | POLLHUP);
    EXPECT_EQ(read(r, text, 1), 0);
    EXPECT_FAILS(open(FIFO, O_RDONLY | O_DIRECTORY), ENOTDIR);
    close(r);
    int both = open(FIFO, O_RDWR | O_TRUNC);
    EXPECT_EQ(write(both, "z", 1), 1);
    EXPECT_EQ(unlink(FIFO), 0);
    EXPECT_EQ(read(both, text, 4), 1);
    EXPECT_EQ(*text, 'z');
    close(both);
    EXPECT_FAILS(open(FIFO, O_RDONLY), ENOENT);
}

void open_of_a_fifo_waits_for_the_other_end(void)
{
    char byte = 'x';
    EXPECT_EQ(mkfifo(FIFO, 0600), 0);
    pid_t child = partner(O_WRONLY);
    int f = open(FIFO, O_RDONLY);       /* the child closes its end at once: that counts as well */
    EXPECT_EQ(read(f, &byte, 1), 1);
    EXPECT_EQ(read(f, &byte, 1), 0);
    partner_ends(child);
    EXPECT_EQ(close(f), 0);
    child = partner(O_RDONLY);
    f = open(FIFO, O_WRONLY);
    EXPECT_EQ(write(f, &byte, 1), 1);
    partner_ends(child);
    EXPECT_EQ(close(f), 0);
    const struct sigaction action = { .sa_handler = note };
    EXPECT_EQ(sigaction(SIGCHLD, &action, NULL), 0);
    int free_one = dup(0);
    close(free_one);
    calls = 0;
    child = fork();
    if (child == 0) {
        L4_Sleep(L4_TimePeriod(30000));
        _exit(0);
    }
    EXPECT_FAILS(open(FIFO, O_RDONLY), EINTR);
    EXPECT_EQ(calls, 1);
    signal(SIGCHLD, SIG_DFL);
    partner_ends(child);
    f = dup(0);
    EXPECT_EQ(f, free_one);             /* nothing is left open */
    close(f);
    EXPECT_FAILS(open(FIFO, O_WRONLY | O_NONBLOCK), ENXIO);
    EXPECT_EQ(unlink(FIFO), 0);
}
