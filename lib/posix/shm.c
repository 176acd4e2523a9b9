/* SPDX-License-Identifier: MIT */
/* POSIX shared memory objects: files in /tmp, which programs map.  Their names are hidden. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/posix/descriptors.h"

#define PREFIX "/tmp/.shm."

struct path {
    char text[sizeof PREFIX + NAME_MAX];
};

/* One slash may stand in front of the name, and none in it. */
static int path_of(const char *name, struct path *path)
{
    name += *name == '/';
    size_t length = strlen(name);
    if (length == 0 || strchr(name, '/'))
        return EINVAL;
    if (sizeof ".shm." - 1 + length > NAME_MAX)
        return ENAMETOOLONG;
    snprintf(path->text, sizeof path->text, PREFIX "%s", name);
    return 0;
}

int shm_open(const char *name, int flags, mode_t mode)
{
    struct path path;
    int ways = flags & O_ACCMODE, err = path_of(name, &path);
    if (!err && (flags & ~(O_ACCMODE | O_CREAT | O_EXCL | O_TRUNC) || ways == O_WRONLY))
        err = EINVAL;
    return err ? posix_result(err) : open(path.text, flags | O_CLOEXEC | O_NOFOLLOW, mode);
}

int shm_unlink(const char *name)
{
    struct path path;
    int err = path_of(name, &path);
    return err ? posix_result(err) : unlink(path.text);
}
