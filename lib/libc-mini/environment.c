/* SPDX-License-Identifier: MIT */
/* Variables of the environment that change: POSIX setenv() and what belongs to it. */
#include <errno.h>
#include <libc.h>
#include <stdlib.h>
#include <string.h>

static char **own;              /* the vector, once it is ours */
static size_t room;             /* its places, the null pointer's too */

static size_t count(void)
{
    size_t n = 0;
    while (environ && environ[n])
        n++;
    return n;
}

/* The place of a variable; count() if there is none. */
static size_t find(const char *name, size_t length)
{
    size_t i = 0, n = count();
    while (i < n && (strncmp(environ[i], name, length) || environ[i][length] != '='))
        i++;
    return i;
}

/* Makes the vector ours, with room for one more. */
static int grow(void)
{
    size_t n = count();
    if (environ == own && own && n + 2 <= room)
        return 0;
    char **larger = malloc((n + 16) * sizeof *larger);
    if (!larger)
        return -1;
    if (n)
        memcpy(larger, environ, n * sizeof *larger);
    larger[n] = NULL;
    if (environ == own)
        free(own);
    environ = own = larger;
    room = n + 16;
    return 0;
}

static int put(char *variable, size_t length)
{
    size_t i = find(variable, length);
    if (!environ || !environ[i]) {
        if (grow())
            return -1;
        environ[i + 1] = NULL;
    }
    environ[i] = variable;
    return 0;
}

static int refuse(void)
{
    errno = EINVAL;
    return -1;
}

/* The old string stays: getenv() may have given it away. */
int setenv(const char *name, const char *value, int overwrite)
{
    size_t length = strlen(name), size = strlen(value);
    if (length == 0 || strchr(name, '='))
        return refuse();
    if (!overwrite && getenv(name))
        return 0;
    char *variable = malloc(length + size + 2);
    if (!variable)
        return -1;
    memcpy(variable, name, length);
    variable[length] = '=';
    memcpy(variable + length + 1, value, size + 1);
    return put(variable, length);
}

int putenv(char *variable)
{
    const char *sign = strchr(variable, '=');
    if (!sign)
        return unsetenv(variable);
    return sign == variable ? refuse() : put(variable, (size_t)(sign - variable));
}

int unsetenv(const char *name)
{
    size_t length = strlen(name);
    if (length == 0 || strchr(name, '='))
        return refuse();
    for (size_t i = find(name, length); environ && environ[i]; i = find(name, length))
        memmove(&environ[i], &environ[i + 1], (count() - i) * sizeof *environ);
    return 0;
}
