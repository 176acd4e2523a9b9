/* SPDX-License-Identifier: MIT */
/* The names of the system and of its user: POSIX. */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char node[] = "pecan";

int uname(struct utsname *name)
{
    *name = (struct utsname){.sysname = "Pecan", .release = "1", .version = "L4 X.2",
                             .machine = "i686"};
    strcpy(name->nodename, node);
    return 0;
}

int gethostname(char *name, size_t size)
{
    if (size < sizeof node) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(name, node);
    return 0;
}

char *getlogin(void)
{
    static char user[] = "root";
    return user;
}

size_t confstr(int name, char *text, size_t size)
{
    static const char path[] = "/bin";
    if (name != _CS_PATH) {
        errno = EINVAL;
        return 0;
    }
    if (size)
        strlcpy(text, path, size);
    return sizeof path;
}

void swab(const void *restrict from, void *restrict to, ssize_t size)
{
    const char *f = from;
    char *t = to;
    for (; size > 1; size -= 2, f += 2, t += 2) {
        t[0] = f[1];
        t[1] = f[0];
    }
}
