/* SPDX-License-Identifier: MIT */
/* Calls of POSIX that others of lib/posix and of the C library are enough for. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/posix/descriptors.h"

enum { TRIES = 1000 };

/* ---- files whose name nobody has ---- */

/* mktemp() looks for a name; another task may take it before us. */
static int make_new(char *pattern, int (*make)(const char *name))
{
    size_t length = strlen(pattern);
    for (int i = 0; i < TRIES; i++) {
        mktemp(pattern);
        int made = *pattern ? make(pattern) : -1;
        if (made >= 0 || errno != EEXIST)
            return made;
        memset(pattern + length - 6, 'X', 6);
    }
    return -1;
}

static int make_file(const char *name)
{
    return open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
}

static int make_directory(const char *name)
{
    return mkdir(name, 0700);
}

int mkstemp(char *pattern)
{
    return make_new(pattern, make_file);
}

char *mkdtemp(char *pattern)
{
    return make_new(pattern, make_directory) < 0 ? NULL : pattern;
}

/* ---- realpath() ---- */

struct walk {
    char real[PATH_MAX];                /* without a slash at its end; "": the root */
    char rest[PATH_MAX];                /* what of the path is not looked at yet */
    int links;
};

/* A symbolic link: its text stands in front of the rest. */
static int link_follow(struct walk *w, char *parent)
{
    char text[PATH_MAX];
    ssize_t length = readlink(w->real, text, sizeof text - 1);
    if (length < 0)
        return errno;
    if (++w->links > SYMLOOP_MAX)
        return ELOOP;
    size_t rest = strlen(w->rest);
    if ((size_t) length + 1 + rest >= sizeof w->rest)
        return ENAMETOOLONG;
    memmove(w->rest + length + 1, w->rest, rest + 1);
    memcpy(w->rest, text, (size_t) length);
    w->rest[length] = '/';
    *(text[0] == '/' ? w->real : parent) = '\0';
    return 0;
}

static int name_walk(struct walk *w, const char *name, size_t length)
{
    struct stat s;
    char *end = w->real + strlen(w->real), *slash = strrchr(w->real, '/');
    if (length == 0 || (length == 1 && *name == '.'))
        return 0;
    if (length == 2 && name[0] == '.' && name[1] == '.') {
        if (slash)
            *slash = '\0';
        return 0;
    }
    if (length > NAME_MAX || (size_t) (end - w->real) + length + 2 > sizeof w->real)
        return ENAMETOOLONG;
    *end = '/';
    memcpy(end + 1, name, length);
    end[1 + length] = '\0';
    if (lstat(w->real, &s))
        return errno;
    if (S_ISLNK(s.st_mode))
        return link_follow(w, end);
    return w->rest[0] && !S_ISDIR(s.st_mode) ? ENOTDIR : 0;
}

static int walk_begin(struct walk *w, const char *path)
{
    if (!path)
        return EINVAL;
    if (!*path)
        return ENOENT;
    if (strlen(path) >= sizeof w->rest)
        return ENAMETOOLONG;
    strcpy(w->rest, path);
    w->real[0] = '\0';
    w->links = 0;
    if (*path != '/' && !getcwd(w->real, sizeof w->real))
        return errno;
    if (strcmp(w->real, "/") == 0)
        w->real[0] = '\0';
    return 0;
}

char *realpath(const char *restrict path, char *restrict real)
{
    struct walk *w = malloc(sizeof *w);
    int err = w ? walk_begin(w, path) : ENOMEM;
    while (!err && w->rest[0]) {
        char name[PATH_MAX];
        size_t length = strcspn(w->rest, "/"), behind = length + (w->rest[length] == '/');
        memcpy(name, w->rest, length);
        memmove(w->rest, w->rest + behind, strlen(w->rest + behind) + 1);
        err = name_walk(w, name, length);
    }
    if (!err && !w->real[0])
        strcpy(w->real, "/");
    if (!err && !real && !(real = malloc(strlen(w->real) + 1)))
        err = ENOMEM;
    if (!err)
        strcpy(real, w->real);
    free(w);
    if (err)
        errno = err;
    return err ? NULL : real;
}

/* ---- descriptors ---- */

int vdprintf(int descriptor, const char *restrict format, va_list args)
{
    FILE *stream;
    int copy = dup(descriptor);
    if (copy < 0)
        return -1;
    if (!(stream = fdopen(copy, "a"))) {
        close(copy);
        return -1;
    }
    int length = vfprintf(stream, format, args);
    return fclose(stream) ? -1 : length;
}

int dprintf(int descriptor, const char *restrict format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vdprintf(descriptor, format, args);
    va_end(args);
    return length;
}

int fdatasync(int descriptor)
{
    return fsync(descriptor);
}

int lockf(int descriptor, int command, off_t size)
{
    struct flock lock = { .l_type = command == F_ULOCK ? F_UNLCK : F_WRLCK,
                          .l_whence = SEEK_CUR, .l_len = size };
    if (command < F_ULOCK || command > F_TEST)
        return posix_result(EINVAL);
    if (command != F_TEST)
        return fcntl(descriptor, command == F_LOCK ? F_SETLKW : F_SETLK, &lock);
    if (fcntl(descriptor, F_GETLK, &lock))
        return -1;
    return posix_result(lock.l_type == F_UNLCK ? 0 : EAGAIN);
}

char *ttyname(int descriptor)
{
    static char name[L_ctermid];
    return isatty(descriptor) ? ctermid(name) : NULL;
}

pid_t setpgrp(void)
{
    return setpgid(0, 0) ? -1 : getpgrp();
}
