/* SPDX-License-Identifier: MIT */
/* A client that has a file open and a current directory while its file server ends.  Says which
 * errno its reads get (old), then what a new open gets, one of a path in the current directory, and
 * that again after chdir().  find(): one whose server of "/" ends; its first path from then on leads
 * into another file system.  lasting(): one whose writes are on the disk, and that waits for the end
 * of the machine. */
#include "tests/guest/storm/storm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int opens(const char *path)
{
    errno = 0;
    int f = open(path, O_RDONLY);
    int why = f < 0 ? errno : 0;
    close(f);
    return why;
}

static const struct timespec moment = { 0, 20000000 };

int find(const char *path)
{
    struct stat s;
    int root = open("/", O_RDONLY), err = root < 0 || stat(path, &s);
    printf("storm: finds %s\n", path);
    while (!err && !fstat(root, &s))
        nanosleep(&moment, NULL);
    err = stat(path, &s) ? errno : 0;
    printf("storm: then %d\n", err);
    return err;
}

int hold(const char *path)
{
    char byte;
    int f = open(path, O_RDONLY);
    if (f < 0 || chdir("/s"))
        return 1;
    printf("storm: holds %s\n", path);
    while (pread(f, &byte, 1, 0) == 1)
        nanosleep(&moment, NULL);
    int old = errno, new = opens(path), relative = opens("."), again = chdir("/s") ? errno : 0;
    printf("storm: old %d new %d relative %d chdir %d then %d\n", old, new, relative, again,
           opens("."));
    close(f);
    return 0;
}

int lasting(const char *path)
{
    char bytes[5000];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)('a' + i % 26);
    int f = open(path, O_WRONLY | O_CREAT | O_SYNC, 0644), again = dup(f);
    if (write(f, bytes, sizeof bytes) != sizeof bytes || pwrite(again, "OVER", 4, 4094) != 4)
        return 1;
    printf("storm: wrote %s\n", path);
    for (;;)
        nanosleep(&moment, NULL);
}
