/* SPDX-License-Identifier: MIT */
/* POSIX: there is one group. */
#ifndef LIBC_GRP_H
#define LIBC_GRP_H

#include <sys/types.h>

struct group {
    char *gr_name, *gr_passwd;
    gid_t gr_gid;
    char **gr_mem;
};

struct group *getgrgid(gid_t gid);      /* NULL: no such group */
struct group *getgrnam(const char *name);

#endif
