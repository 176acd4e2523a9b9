/* SPDX-License-Identifier: MIT */
/* The one user. */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

uid_t getuid(void)
{
    return 0;
}

uid_t geteuid(void)
{
    return 0;
}

gid_t getgid(void)
{
    return 0;
}

gid_t getegid(void)
{
    return 0;
}

static int become(unsigned id)
{
    if (id == 0)
        return 0;
    errno = EPERM;
    return -1;
}

int setuid(uid_t uid)
{
    return become(uid);
}

int setgid(gid_t gid)
{
    return become(gid);
}

struct passwd *getpwuid(uid_t uid)
{
    static struct passwd user = {.pw_name = "root", .pw_passwd = "", .pw_gecos = "",
                                 .pw_shell = "/bin/sh"};
    char *home = getenv("HOME");
    user.pw_dir = home ? home : "/";
    return uid == 0 ? &user : NULL;
}

struct passwd *getpwnam(const char *name)
{
    return strcmp(name, "root") ? NULL : getpwuid(0);
}
