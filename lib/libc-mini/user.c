/* SPDX-License-Identifier: MIT */
/* The one user. */
#include <errno.h>
#include <grp.h>
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

int seteuid(uid_t uid)
{
    return become(uid);
}

int setegid(gid_t gid)
{
    return become(gid);
}

int getgroups(int size, gid_t groups[])
{
    (void)size, (void)groups;
    return 0;
}

struct group *getgrgid(gid_t gid)
{
    static char name[] = "root", password[] = "", *members[] = {NULL};
    static struct group group = {name, password, 0, members};
    return gid == 0 ? &group : NULL;
}

struct group *getgrnam(const char *name)
{
    return strcmp(name, "root") ? NULL : getgrgid(0);
}
