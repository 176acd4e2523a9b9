/* SPDX-License-Identifier: MIT */
/* What the file server counts. */
#include "glutton.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int more_files(void)
{
    static unsigned n;
    char name[40];
    snprintf(name, sizeof name, "/tmp/glutton.%d.%u", getpid(), n);
    int file = open(name, O_RDWR | O_CREAT, 0600);
    if (file < 0)
        return errno;
    n++;
    unlink(name);
    return 0;
}

int more_pipes(void)
{
    int ends[2];
    return pipe(ends) ? errno : 0;
}

/* Each lock apart from the others, or they would become one. */
int more_locks(void)
{
    static int file = -1;
    static off_t n;
    if (file < 0)
        file = open("/tmp/glutton", O_RDWR | O_CREAT, 0600);
    struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 2 * n, .l_len = 1 };
    int error = file < 0 || fcntl(file, F_SETLK, &lock) ? errno : 0;
    n += !error;
    return error;
}
