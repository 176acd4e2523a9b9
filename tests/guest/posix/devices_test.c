/* SPDX-License-Identifier: MIT */
/* /dev/null, /dev/zero, /dev/full and /dev/tty. */
#include "tests/guest/deva/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

#include "tests/guest/posix/streams.h"

enum { BIG = 200000 };

static char big[BIG];

static bool all_zero(const char *bytes, size_t size)
{
    size_t i = 0;
    while (i < size && bytes[i] == 0)
        i++;
    return i == size;
}

void the_null_device_takes_all_and_gives_nothing(void)
{
    struct stat s;
    int f = open("/dev/null", O_RDWR | O_CREAT | O_TRUNC, 0644);
    EXPECT_EQ(f >= 0, true);
    EXPECT_EQ(write(f, big, BIG), BIG);
    EXPECT_EQ(write(f, "x", 1), 1);
    EXPECT_EQ(lseek(f, 0, SEEK_SET), 0);
    EXPECT_EQ(read(f, big, BIG), 0);
    EXPECT_EQ(read(f, big, 1), 0);
    EXPECT_EQ(fsync(f), 0);
    EXPECT_EQ(fstat(f, &s), 0);
    EXPECT_EQ(S_ISCHR(s.st_mode), true);
    EXPECT_EQ(s.st_size, 0);
    errno = 0;
    EXPECT_EQ(isatty(f), 0);
    EXPECT_EQ(errno, ENOTTY);
    struct pollfd p = { .fd = f, .events = POLLIN | POLLOUT };
    EXPECT_EQ(poll(&p, 1, 0), 1);
    EXPECT_EQ(p.revents, POLLIN | POLLOUT);
    pid_t child = fork();                       /* it has the same file */
    if (child == 0)
        _exit(write(f, big, BIG) == BIG && read(f, big, 1) == 0 ? 0 : 1);
    int status = -1;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(mkdir("/elsewhere", 0755), 0);    /* a path that begins there leads to no device */
    EXPECT_EQ(chdir("/elsewhere"), 0);
    errno = 0;
    EXPECT_EQ(open("dev/null", O_RDWR), -1);
    EXPECT_EQ(errno, ENOENT);
    EXPECT_EQ(chdir("/"), 0);
    EXPECT_EQ(close(open("dev/null", O_RDWR)), 0);
    EXPECT_EQ(rmdir("/elsewhere"), 0);
    EXPECT_EQ(close(f), 0);
    f = open("//dev///null", O_WRONLY);
    EXPECT_EQ(f >= 0, true);
    close(f);
    f = open("/dev/null", O_RDONLY);
    EXPECT_FAILS(write(f, "x", 1), EBADF);
    close(f);
}

void the_zero_and_the_full_device_give_zeros(void)
{
    int f = open("/dev/zero", O_RDWR);
    memset(big, 'x', BIG);
    EXPECT_EQ(read(f, big, BIG), BIG);
    EXPECT_EQ(all_zero(big, BIG), true);
    memset(big, 'x', 3);
    EXPECT_EQ(pread(f, big, 3, 1ll << 40), 3);
    EXPECT_EQ(all_zero(big, 3), true);
    EXPECT_EQ(write(f, "x", 1), 1);
    close(f);
    f = open("/dev/full", O_RDWR);
    memset(big, 'x', 3);
    EXPECT_EQ(read(f, big, 3), 3);
    EXPECT_EQ(all_zero(big, 3), true);
    EXPECT_FAILS(write(f, "x", 1), ENOSPC);
    EXPECT_FAILS(write(f, big, BIG), ENOSPC);
    close(f);
    FILE *stream = fopen("/dev/full", "w");
    EXPECT_EQ(fputs("text", stream) >= 0, true);
    EXPECT_EQ(fclose(stream), EOF);
}

void devices_are_no_regular_files(void)
{
    struct stat s;
    int f = open("/dev/null", O_RDWR);
    EXPECT_EQ(mmap(NULL, 4096, PROT_READ, MAP_SHARED, f, 0), MAP_FAILED);
    EXPECT_EQ(errno, ENODEV);
    EXPECT_FAILS(fchmod(f, 0600), EPERM);
    EXPECT_FAILS(fchown(f, 1, 1), EPERM);
    EXPECT_FAILS(utime("/dev/zero", NULL), EPERM);
    EXPECT_FAILS(link("/dev/zero", "/zero"), EPERM);
    EXPECT_FAILS(open("/dev/null", O_RDONLY | O_DIRECTORY), ENOTDIR);
    EXPECT_FAILS(open("/dev/null", O_WRONLY | O_CREAT | O_EXCL, 0644), EEXIST);
    EXPECT_EQ(access("/dev/null", R_OK | W_OK), 0);
    EXPECT_FAILS(access("/dev/null", X_OK), EACCES);
    EXPECT_FAILS(execl("/dev/null", "null", (char *) NULL), EACCES);
    EXPECT_FAILS(stat("/dev/null/x", &s), ENOTDIR);
    EXPECT_FAILS(stat("/dev/nothing", &s), ENOENT);
    EXPECT_EQ(ftruncate(f, 100), 0);
    EXPECT_EQ(fstat(f, &s), 0);
    EXPECT_EQ(s.st_size, 0);
    close(f);
}

void the_terminal_has_a_name(void)
{
    struct stat s;
    int f = open("/dev/tty", O_RDWR);
    EXPECT_EQ(f >= 0, true);
    EXPECT_EQ(isatty(f), 1);
    EXPECT_EQ(write(f, "# said to /dev/tty\n", 19), 19);
    EXPECT_EQ(stat("/dev/tty", &s), 0);
    EXPECT_EQ(S_ISCHR(s.st_mode), true);
    EXPECT_FAILS(open("/dev/tty", O_RDWR | O_DIRECTORY), ENOTDIR);
    close(f);
}
