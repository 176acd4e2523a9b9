/* SPDX-License-Identifier: MIT */
/* A client that has a file open and a current directory while its file server ends.  Says which
 * errno its reads get (old), then what a new open gets, one of a path in the current directory, and
 * that again after chdir(). */
#include "tests/guest/storm/storm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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

int hold(const char *path)
{
    static const struct timespec pause = { 0, 20000000 };
    char byte;
    int f = open(path, O_RDONLY);
    if (f < 0 || chdir("/s"))
        return 1;
    printf("storm: holds %s\n", path);
    while (pread(f, &byte, 1, 0) == 1)
        nanosleep(&pause, NULL);
    int old = errno, new = opens(path), relative = opens("."), again = chdir("/s") ? errno : 0;
    printf("storm: old %d new %d relative %d chdir %d then %d\n", old, new, relative, again,
           opens("."));
    close(f);
    return 0;
}
