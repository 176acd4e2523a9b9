/* SPDX-License-Identifier: MIT */
/* The parts of a path: POSIX basename() and dirname(). */
#include <libgen.h>
#include <stddef.h>
#include <string.h>

static char dot[] = ".";

/* The length without the slashes at the end; a path of slashes keeps one. */
static size_t trim(const char *path, size_t length)
{
    while (length > 1 && path[length - 1] == '/')
        length--;
    return length;
}

char *basename(char *path)
{
    if (!path || !*path)
        return dot;
    size_t length = trim(path, strlen(path));
    if (length == 1 && *path == '/') {
        path[1] = '\0';
        return path;
    }
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *dirname(char *path)
{
    if (!path || !*path)
        return dot;
    size_t length = trim(path, strlen(path));
    while (length > 0 && path[length - 1] != '/')
        length--;
    if (length == 0)
        return dot;
    path[trim(path, length)] = '\0';
    return path;
}
