/* SPDX-License-Identifier: MIT */
/* POSIX: there is one user. */
#ifndef LIBC_PWD_H
#define LIBC_PWD_H

#include <sys/types.h>

struct passwd {
    char *pw_name, *pw_passwd;
    uid_t pw_uid;
    gid_t pw_gid;
    char *pw_gecos, *pw_dir, *pw_shell;
};

/* NULL: no such user.  pw_dir: HOME of the environment, or "/". */
struct passwd *getpwuid(uid_t uid);
struct passwd *getpwnam(const char *name);

#endif
