/* SPDX-License-Identifier: MIT */
/* Paths that begin at an open directory. */
#include "tests/guest/conform/conform.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

static void make(const char *path)
{
    int f = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    EXPECT_EQ(f >= 0 && write(f, path, strlen(path)) == (ssize_t) strlen(path), true);
    close(f);
}

static int opened(const char *path)
{
    int d = open(path, O_RDONLY | O_DIRECTORY);
    EXPECT_EQ(d >= 0, true);
    return d;
}

void paths_begin_at_an_open_directory(void)
{
    struct stat s, t;
    char text[64] = "", where[PATH_MAX];
    mkdir("/tmp/at", 0755);
    int d = opened("/tmp/at");
    int f = openat(d, "f", O_RDWR | O_CREAT | O_EXCL, 0640);
    EXPECT_EQ(write(f, "12345", 5), 5);
    close(f);
    EXPECT_EQ(fstatat(d, "f", &s, 0), 0);
    EXPECT_EQ(s.st_size, 5);
    EXPECT_EQ(stat("/tmp/at/f", &t), 0);
    EXPECT_EQ(t.st_ino, s.st_ino);
    EXPECT_EQ(mkdirat(d, "sub", 0700), 0);
    EXPECT_EQ(symlinkat("f", d, "l"), 0);
    EXPECT_EQ(readlinkat(d, "l", text, sizeof text), 1);
    EXPECT_TEXT(text, "f");
    EXPECT_EQ(fstatat(d, "l", &s, AT_SYMLINK_NOFOLLOW), 0);
    EXPECT_EQ(S_ISLNK(s.st_mode), true);
    EXPECT_EQ(fstatat(d, "l", &s, 0), 0);
    EXPECT_EQ(S_ISREG(s.st_mode), true);
    EXPECT_EQ(faccessat(d, "f", R_OK | W_OK, 0), 0);
    EXPECT_FAILS(faccessat(d, "f", X_OK, 0), EACCES);
    EXPECT_EQ(fchmodat(d, "f", 0755, 0), 0);
    EXPECT_EQ(faccessat(d, "f", X_OK, AT_EACCESS), 0);
    int sub = openat(d, "sub", O_RDONLY | O_DIRECTORY);
    EXPECT_EQ(linkat(d, "f", sub, "g", 0), 0);
    EXPECT_EQ(renameat(d, "f", sub, "h"), 0);
    EXPECT_EQ(fstatat(sub, "h", &s, 0), 0);
    EXPECT_EQ(s.st_nlink, 2);
    EXPECT_EQ(renameat(sub, "h", AT_FDCWD, "/tmp/at/f"), 0);
    EXPECT_FAILS(unlinkat(d, "sub", 0), EISDIR);
    EXPECT_FAILS(unlinkat(d, "sub", AT_REMOVEDIR), ENOTEMPTY);
    EXPECT_EQ(unlinkat(sub, "g", 0), 0);
    EXPECT_EQ(unlinkat(d, "sub", AT_REMOVEDIR), 0);
    EXPECT_EQ(getcwd(where, sizeof where) != NULL, true);
    EXPECT_TEXT(where, "/");                                /* it is as it was */
    EXPECT_EQ(unlinkat(d, "l", 0), 0);
    EXPECT_EQ(unlinkat(d, "f", 0), 0);
    close(sub), close(d);
    EXPECT_EQ(rmdir("/tmp/at"), 0);
}

void an_open_directory_may_get_another_name(void)
{
    char where[PATH_MAX];
    struct stat s;
    mkdir("/tmp/old", 0755);
    make("/tmp/old/f");
    int d = opened("/tmp/old"), root = opened("/");
    EXPECT_EQ(rename("/tmp/old", "/tmp/new"), 0);
    EXPECT_EQ(fstatat(d, "f", &s, 0), 0);
    EXPECT_EQ(fstatat(d, "../new/f", &s, 0), 0);
    EXPECT_EQ(fchdir(d), 0);
    EXPECT_EQ(getcwd(where, sizeof where) != NULL, true);
    EXPECT_TEXT(where, "/tmp/new");
    EXPECT_EQ(stat("f", &s), 0);
    EXPECT_EQ(fstatat(AT_FDCWD, "f", &s, 0), 0);
    DIR *all = fdopendir(d);
    int names = 0;
    EXPECT_EQ(dirfd(all), d);
    while (readdir(all))
        names++;
    EXPECT_EQ(names, 3);
    closedir(all);
    EXPECT_EQ(stat("f", &s), 0);                            /* the current directory stays open */
    EXPECT_EQ(fchdir(root), 0);
    EXPECT_FAILS(stat("f", &s), ENOENT);
    close(root);
    unlink("/tmp/new/f"), rmdir("/tmp/new");
}

void times_and_owners_at_a_directory(void)
{
    struct stat s;
    const struct timespec old[2] = { { 1000, 0 }, { 2000, 999999999 } },
                          some[2] = { { 5, UTIME_OMIT }, { 2000000000, 1 } },
                          bad[2] = { { 1, 0 }, { 1, 1000000000 } }, worse[2] = { { 1, -1 }, { 1, 0 } };
    make("/tmp/plain");
    EXPECT_EQ(symlink("plain", "/tmp/soft"), 0);
    int d = opened("/tmp"), f = open("/tmp/plain", O_RDONLY);
    EXPECT_EQ(utimensat(d, "plain", old, 0), 0);
    EXPECT_EQ(fstatat(d, "plain", &s, 0), 0);
    EXPECT_EQ(s.st_atime == 1000 && s.st_mtime == 2000, true);
    EXPECT_EQ(utimensat(d, "soft", some, 0), 0);
    EXPECT_EQ(fstatat(d, "plain", &s, 0), 0);
    EXPECT_EQ(s.st_atime == 1000 && s.st_mtime == 2000000000, true);
    EXPECT_EQ(utimensat(d, "soft", old, AT_SYMLINK_NOFOLLOW), 0);
    EXPECT_EQ(lstat("/tmp/soft", &s), 0);
    EXPECT_EQ(s.st_mtime, 2000);
    EXPECT_EQ(utimensat(AT_FDCWD, "/tmp/plain", NULL, 0), 0);
    EXPECT_EQ(utimensat(99, "/tmp/plain", NULL, 0), 0);
    EXPECT_EQ(stat("/tmp/plain", &s), 0);
    EXPECT_EQ(s.st_mtime == s.st_ctime && s.st_atime == s.st_ctime, true);
    EXPECT_EQ(fchownat(d, "soft", 3, 4, 0), 0);
    EXPECT_EQ(fchownat(d, "soft", 5, 6, AT_SYMLINK_NOFOLLOW), 0);
    EXPECT_EQ(stat("/tmp/plain", &s), 0);
    EXPECT_EQ(s.st_uid == 3 && s.st_gid == 4, true);
    EXPECT_EQ(lstat("/tmp/soft", &s), 0);
    EXPECT_EQ(s.st_uid == 5 && s.st_gid == 6, true);
    EXPECT_FAILS(utimensat(d, "plain", bad, 0), EINVAL);
    EXPECT_FAILS(utimensat(d, "plain", worse, 0), EINVAL);
    EXPECT_FAILS(utimensat(d, "plain", old, AT_REMOVEDIR), EINVAL);
    EXPECT_FAILS(futimens(f, bad), EINVAL);
    EXPECT_FAILS(futimens(f, worse), EINVAL);
    EXPECT_FAILS(fchownat(d, "plain", 1, 1, AT_REMOVEDIR), EINVAL);
    EXPECT_FAILS(utimensat(d, "no-such", old, 0), ENOENT);
    EXPECT_FAILS(fchownat(d, "no-such", 1, 1, 0), ENOENT);
    EXPECT_FAILS(utimensat(f, "x", old, 0), ENOTDIR);
    EXPECT_FAILS(fchownat(f, "x", 1, 1, 0), ENOTDIR);
    EXPECT_FAILS(utimensat(99, "plain", old, 0), EBADF);
    EXPECT_FAILS(fchownat(99, "plain", 1, 1, 0), EBADF);
    close(d), close(f);
    unlink("/tmp/soft"), unlink("/tmp/plain");
}

void calls_at_a_directory_name_their_errors(void)
{
    struct stat s;
    char text[8];
    make("/tmp/plain");
    int f = open("/tmp/plain", O_RDONLY), d = opened("/tmp"), ends[2];
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_FAILS(openat(f, "x", O_RDONLY), ENOTDIR);
    EXPECT_FAILS(openat(99, "x", O_RDONLY), EBADF);
    EXPECT_FAILS(openat(ends[0], "x", O_RDONLY), ENOTDIR);
    EXPECT_FAILS(openat(d, "no-such", O_RDONLY), ENOENT);
    EXPECT_FAILS(openat(d, "", O_RDONLY), ENOENT);
    int g = openat(99, "/tmp/plain", O_RDONLY);             /* from the root: it does not matter */
    EXPECT_EQ(g >= 0, true);
    close(g);
    EXPECT_FAILS(fstatat(d, "plain", &s, 0x8000), EINVAL);
    EXPECT_FAILS(fstatat(f, "x", &s, 0), ENOTDIR);
    EXPECT_FAILS(faccessat(d, "plain", 0x100, 0), EINVAL);
    EXPECT_FAILS(faccessat(d, "plain", R_OK, 1), EINVAL);
    EXPECT_FAILS(mkdirat(d, "plain", 0755), EEXIST);
    EXPECT_FAILS(unlinkat(d, "plain", 1), EINVAL);
    EXPECT_FAILS(unlinkat(d, "plain", AT_REMOVEDIR), ENOTDIR);
    EXPECT_FAILS(unlinkat(99, "plain", 0), EBADF);
    EXPECT_FAILS(fchmodat(d, "plain", 0644, 1), EINVAL);
    EXPECT_FAILS(fchmodat(d, "plain", 0644, AT_SYMLINK_NOFOLLOW), EOPNOTSUPP);
    EXPECT_FAILS(symlinkat("x", d, "plain"), EEXIST);
    EXPECT_FAILS(readlinkat(d, "plain", text, sizeof text), EINVAL);
    EXPECT_FAILS(readlinkat(d, "plain", text, 0), EINVAL);
    EXPECT_FAILS(linkat(d, "plain", d, "plain", 0), EEXIST);
    EXPECT_FAILS(linkat(d, "plain", 99, "y", 0), EBADF);
    EXPECT_FAILS(linkat(d, "plain", d, "y", 1), EINVAL);
    EXPECT_FAILS(renameat(d, "no-such", d, "y"), ENOENT);
    EXPECT_FAILS(renameat(d, "plain", f, "y"), ENOTDIR);
    EXPECT_FAILS(fchdir(f), ENOTDIR);
    EXPECT_FAILS(fchdir(99), EBADF);
    close(f), close(d), close(ends[0]), close(ends[1]);
    unlink("/tmp/plain");
}
