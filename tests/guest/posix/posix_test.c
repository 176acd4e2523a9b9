/* SPDX-License-Identifier: MIT */
/* File descriptors and names of files: what each call does, and each error. */
#include "tests/guest/deva/suite.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "tests/guest/posix/streams.h"

enum { DESCRIPTORS = 64, BIG = 200000 };

static char long_name[260], long_path[5000];

#define EXPECT_NULL(call, wanted)                                                                  \
    do {                                                                                           \
        errno = 0;                                                                                 \
        EXPECT_EQ((call), NULL);                                                                   \
        EXPECT_EQ(errno, wanted);                                                                  \
    } while (0)

bool suite_can_run(void)
{
    struct stat s;
    memset(long_name, 'n', sizeof long_name - 1);
    memset(long_path, '/', sizeof long_path - 1);
    return stat("/", &s) == 0;
}

static void make(const char *path, const char *text)
{
    int f = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    EXPECT_EQ(write(f, text, strlen(text)), strlen(text));
    EXPECT_EQ(close(f), 0);
}

static void expect_contents(const char *path, const char *wanted)
{
    char text[64] = "";
    int f = open(path, O_RDONLY);
    EXPECT_EQ(read(f, text, sizeof text - 1), strlen(wanted));
    EXPECT_EQ(strcmp(text, wanted), 0);
    close(f);
}

/* ---- open ---- */

TEST(a_file_is_made_written_read_and_removed)
{
    make("/a", "some text");
    expect_contents("/a", "some text");
    EXPECT_EQ(unlink("/a"), 0);
    EXPECT_FAILS(open("/a", O_RDONLY), ENOENT);
}

TEST(open_says_what_is_wrong)
{
    make("/a", "x");
    symlink("/loop", "/loop");
    EXPECT_FAILS(open("/none", O_RDONLY), ENOENT);
    EXPECT_FAILS(open("", O_RDONLY), ENOENT);
    EXPECT_FAILS(open("/none/x", O_RDWR | O_CREAT, 0644), ENOENT);
    EXPECT_FAILS(open("/a/x", O_RDONLY), ENOTDIR);
    EXPECT_FAILS(open("/a", O_RDONLY | O_DIRECTORY), ENOTDIR);
    EXPECT_FAILS(open("/etc", O_WRONLY), EISDIR);
    EXPECT_FAILS(open("/a", O_RDWR | O_CREAT | O_EXCL, 0644), EEXIST);
    EXPECT_FAILS(open("/loop", O_RDONLY), ELOOP);
    EXPECT_FAILS(open("/loop", O_RDONLY | O_NOFOLLOW), ELOOP);
    EXPECT_FAILS(open("/a", O_ACCMODE), EINVAL);
    EXPECT_FAILS(open("/a", 0x40000000), EINVAL);
    EXPECT_FAILS(open(long_path, O_RDONLY), ENAMETOOLONG);
    EXPECT_FAILS(open(long_name, O_RDWR | O_CREAT, 0644), ENAMETOOLONG);
    unlink("/loop");
    unlink("/a");
}

TEST(as_many_files_are_open_as_there_are_descriptors)
{
    int f[DESCRIPTORS], n = 0;
    make("/a", "x");
    while (n < DESCRIPTORS && (f[n] = open("/a", O_RDONLY)) >= 0)
        n++;
    EXPECT_EQ(errno, EMFILE);
    EXPECT_EQ(n > 48, true);
    int d = dup(0), copies = 0;
    for (; d >= 0; d = dup(0))
        copies++;
    EXPECT_EQ(errno, EMFILE);
    EXPECT_EQ(n + copies, DESCRIPTORS - 3);
    EXPECT_FAILS(fcntl(0, F_DUPFD, 3), EMFILE);
    for (d = 3; d < DESCRIPTORS; d++)
        EXPECT_EQ(close(d), 0);
    EXPECT_EQ(open("/a", O_RDONLY), 3);
    close(3);
    unlink("/a");
}

TEST(modes_obey_the_mask)
{
    struct stat s;
    EXPECT_EQ(umask(027), 022);
    close(open("/a", O_WRONLY | O_CREAT, 0666));
    EXPECT_EQ(umask(022), 027);
    EXPECT_EQ(stat("/a", &s), 0);
    EXPECT_EQ(s.st_mode, S_IFREG | 0640);
    EXPECT_EQ(chmod("/a", 0705), 0);
    EXPECT_EQ(stat("/a", &s), 0);
    EXPECT_EQ(s.st_mode, S_IFREG | 0705);
    EXPECT_FAILS(chmod("/none", 0700), ENOENT);
    EXPECT_EQ(chmod("/a", S_IFREG | 0600), 0);       /* the type is no part of it */
    EXPECT_FAILS(fchmod(1, 0700), EINVAL);
    EXPECT_FAILS(fchmod(63, 0700), EBADF);
    unlink("/a");
}

TEST(owners_and_times_are_set)
{
    struct stat s;
    struct utimbuf times = { 1000, 2000000000 };
    make("/a", "x");
    symlink("a", "/s");
    EXPECT_EQ(chown("/s", 7, 70000), 0);
    EXPECT_EQ(lchown("/s", 8, 9), 0);
    EXPECT_EQ(utime("/a", &times), 0);
    EXPECT_EQ(stat("/a", &s), 0);
    EXPECT_EQ(s.st_uid, 7);
    EXPECT_EQ(s.st_gid, 70000);
    EXPECT_EQ(s.st_atime, 1000);
    EXPECT_EQ(s.st_mtime == 2000000000, true);
    EXPECT_EQ(lstat("/s", &s), 0);
    EXPECT_EQ(s.st_uid, 8);
    int f = open("/a", O_RDONLY);
    EXPECT_EQ(fchown(f, 1, 2), 0);
    const struct timespec some[2] = { { 0, UTIME_OMIT }, { 3000, 0 } }, now[2] = { { 5, UTIME_NOW }, { 0, UTIME_OMIT } };
    EXPECT_EQ(futimens(f, some), 0);
    EXPECT_EQ(fstat(f, &s), 0);
    EXPECT_EQ(s.st_atime, 1000);
    EXPECT_EQ(s.st_mtime, 3000);
    EXPECT_EQ(futimens(f, now), 0);
    EXPECT_EQ(fstat(f, &s), 0);
    EXPECT_EQ(s.st_atime == s.st_ctime, true);
    EXPECT_EQ(s.st_mtime, 3000);
    EXPECT_EQ(futimens(f, NULL), 0);
    EXPECT_EQ(fstat(f, &s), 0);
    EXPECT_EQ(s.st_mtime == s.st_ctime, true);
    EXPECT_EQ(utime("/a", NULL), 0);
    EXPECT_FAILS(futimens(63, some), EBADF);
    EXPECT_FAILS(futimens(1, some), EINVAL);
    EXPECT_EQ(fstat(f, &s), 0);
    EXPECT_EQ(s.st_gid, 2);
    close(f);
    EXPECT_FAILS(chown("/none", 1, 1), ENOENT);
    EXPECT_FAILS(lchown("/a/x", 1, 1), ENOTDIR);
    EXPECT_FAILS(utime("/none", &times), ENOENT);
    EXPECT_FAILS(fchown(63, 1, 1), EBADF);
    EXPECT_FAILS(fchown(1, 1, 1), EINVAL);
    unlink("/a");
    unlink("/s");
}

/* ---- contents ---- */

TEST(reading_and_writing_move_the_position)
{
    char text[16] = "";
    int f = open("/a", O_RDWR | O_CREAT, 0644);
    EXPECT_EQ(write(f, "0123456789", 10), 10);
    EXPECT_EQ(lseek(f, 0, SEEK_CUR), 10);
    EXPECT_EQ(lseek(f, 2, SEEK_SET), 2);
    EXPECT_EQ(read(f, text, 3), 3);
    EXPECT_EQ(memcmp(text, "234", 3), 0);
    EXPECT_EQ(lseek(f, -1, SEEK_CUR), 4);
    EXPECT_EQ(lseek(f, -1, SEEK_END), 9);
    EXPECT_EQ(read(f, text, sizeof text), 1);
    EXPECT_EQ(read(f, text, sizeof text), 0);
    EXPECT_EQ(read(f, text, 0), 0);
    EXPECT_FAILS(lseek(f, -1, SEEK_SET), EINVAL);
    EXPECT_FAILS(lseek(f, 0, 3), EINVAL);
    EXPECT_FAILS(lseek(1, 0, SEEK_SET), ESPIPE);
    EXPECT_FAILS(lseek(63, 0, SEEK_SET), EBADF);
    close(f);
    unlink("/a");
}

TEST(pread_and_pwrite_leave_the_position)
{
    char text[4] = "";
    int f = open("/a", O_RDWR | O_CREAT, 0644);
    EXPECT_EQ(write(f, "0123456789", 10), 10);
    EXPECT_EQ(pwrite(f, "ab", 2, 4), 2);
    EXPECT_EQ(pread(f, text, 4, 3), 4);
    EXPECT_EQ(memcmp(text, "3ab6", 4), 0);
    EXPECT_EQ(lseek(f, 0, SEEK_CUR), 10);
    EXPECT_EQ(pread(f, text, 4, 100), 0);
    EXPECT_FAILS(pread(f, text, 4, -1), EINVAL);
    EXPECT_FAILS(pwrite(f, text, 4, -2), EINVAL);
    EXPECT_FAILS(pread(0, text, 4, 0), ESPIPE);
    EXPECT_FAILS(pread(63, text, 4, 0), EBADF);
    EXPECT_FAILS(pwrite(f, text, 4, 1ll << 60), EFBIG);
    close(f);
    unlink("/a");
}

TEST(what_was_just_written_is_read_back_by_the_block)
{
    static char block[1024], other[1024];
    EXPECT_EQ(close(creat("/blocks", 0600)), 0);
    int d = open("/blocks", O_RDWR);
    EXPECT_EQ(write(d, block, sizeof block), sizeof block);
    EXPECT_EQ(lseek(d, 0, SEEK_SET), 0);
    EXPECT_EQ(read(d, other, sizeof other), sizeof other);
    for (int i = 1; i < 12; i++) {
        memset(block, i, sizeof block);
        EXPECT_EQ(lseek(d, i * 1024, SEEK_SET), i * 1024);
        EXPECT_EQ(write(d, block, sizeof block), sizeof block);
        EXPECT_EQ(lseek(d, 0, SEEK_SET), 0);
        EXPECT_EQ(read(d, other, sizeof other), sizeof other);
        EXPECT_EQ(other[9], 0);
        EXPECT_EQ(lseek(d, i * 1024, SEEK_SET), i * 1024);
        EXPECT_EQ(read(d, other, sizeof other), sizeof other);
        EXPECT_EQ(memcmp(block, other, sizeof block), 0);
    }
    EXPECT_EQ(close(d), 0);
    EXPECT_EQ(unlink("/blocks"), 0);
}

TEST(large_files_come_in_one_call)
{
    char *out = malloc(BIG), *in = malloc(BIG);
    for (int i = 0; i < BIG; i++)
        out[i] = (char) (i * 7 + i / 251);
    int f = open("/big", O_RDWR | O_CREAT, 0644);
    EXPECT_EQ(write(f, out, BIG), BIG);
    EXPECT_EQ(lseek(f, 1, SEEK_SET), 1);
    EXPECT_EQ(read(f, in, BIG), BIG - 1);
    EXPECT_EQ(memcmp(in, out + 1, BIG - 1), 0);
    close(f);
    unlink("/big");
    free(out);
    free(in);
}

TEST(what_is_appended_goes_behind_the_end)
{
    make("/a", "one");
    int f = open("/a", O_WRONLY | O_APPEND), other = open("/a", O_WRONLY | O_APPEND);
    EXPECT_EQ(write(f, "two", 3), 3);
    EXPECT_EQ(write(other, "three", 5), 5);
    EXPECT_EQ(write(f, "four", 4), 4);
    EXPECT_EQ(fcntl(f, F_GETFL), O_WRONLY | O_APPEND);
    close(f);
    close(other);
    expect_contents("/a", "onetwothreefour");
    unlink("/a");
}

TEST(a_file_is_only_used_as_it_was_opened)
{
    char c = 'c';
    make("/a", "x");
    int r = open("/a", O_RDONLY), w = open("/a", O_WRONLY), d = open("/etc", O_RDONLY);
    EXPECT_FAILS(write(r, &c, 1), EBADF);
    EXPECT_FAILS(read(w, &c, 1), EBADF);
    EXPECT_FAILS(read(d, &c, 1), EISDIR);
    EXPECT_FAILS(write(d, &c, 1), EBADF);
    EXPECT_FAILS(ftruncate(r, 0), EINVAL);
    EXPECT_FAILS(ftruncate(w, -1), EINVAL);
    EXPECT_FAILS(ftruncate(w, 1ll << 60), EFBIG);
    EXPECT_FAILS(ftruncate(63, 0), EBADF);
    EXPECT_FAILS(ftruncate(1, 0), EINVAL);
    EXPECT_EQ(ftruncate(w, 5000), 0);
    EXPECT_EQ(lseek(r, 0, SEEK_END), 5000);
    EXPECT_EQ(truncate("/a", 1), 0);
    EXPECT_EQ(lseek(r, 0, SEEK_END), 1);
    EXPECT_FAILS(truncate("/etc", 1), EISDIR);
    EXPECT_FAILS(truncate("/none", 1), ENOENT);
    EXPECT_FAILS(truncate("/a", -1), EINVAL);
    EXPECT_EQ(fsync(w), 0);
    EXPECT_FAILS(fsync(1), EINVAL);
    EXPECT_FAILS(fsync(-1), EBADF);
    close(r);
    close(w);
    close(d);
    unlink("/a");
}

TEST(a_full_disk_says_so_and_keeps_what_it_has)
{
    static char block[65536];
    int f = open("/full", O_WRONLY | O_CREAT, 0644);
    long long total = 0;
    ssize_t n;
    while ((n = write(f, block, sizeof block)) > 0)
        total += n;
    EXPECT_EQ(n, -1);
    EXPECT_EQ(errno, ENOSPC);
    EXPECT_EQ(total > 1 << 20, true);
    EXPECT_EQ(lseek(f, 0, SEEK_END), total);
    EXPECT_FAILS(mkdir("/more", 0755), ENOSPC);
    close(f);
    EXPECT_EQ(unlink("/full"), 0);
    EXPECT_EQ(mkdir("/more", 0755), 0);
    EXPECT_EQ(rmdir("/more"), 0);
}

TEST(a_removed_file_lives_as_long_as_it_is_open)
{
    char text[4] = "";
    make("/a", "abc");
    int f = open("/a", O_RDONLY);
    EXPECT_EQ(unlink("/a"), 0);
    EXPECT_EQ(read(f, text, 3), 3);
    EXPECT_EQ(strcmp(text, "abc"), 0);
    close(f);
}

/* ---- descriptors ---- */

TEST(copies_of_a_descriptor_share_its_position)
{
    char text[4] = "";
    make("/a", "abcdef");
    int f = open("/a", O_RDONLY), g = dup(f);
    EXPECT_EQ(read(f, text, 2), 2);
    EXPECT_EQ(read(g, text, 2), 2);
    EXPECT_EQ(memcmp(text, "cd", 2), 0);
    EXPECT_EQ(close(f), 0);
    EXPECT_EQ(dup2(g, 40), 40);
    EXPECT_EQ(dup2(g, g), g);
    EXPECT_EQ(close(g), 0);
    EXPECT_EQ(read(40, text, 2), 2);
    EXPECT_EQ(memcmp(text, "ef", 2), 0);
    EXPECT_EQ(dup2(1, 40), 40);         /* closes the file */
    EXPECT_EQ(isatty(40), 1);
    EXPECT_EQ(fcntl(40, F_DUPFD, 50), 50);
    EXPECT_EQ(fcntl(50, F_SETFD, FD_CLOEXEC), 0);
    EXPECT_EQ(fcntl(50, F_GETFD), FD_CLOEXEC);
    close(40);
    close(50);
    unlink("/a");
}

TEST(descriptors_that_are_not_open_are_refused)
{
    char c;
    struct stat s;
    EXPECT_FAILS(read(63, &c, 1), EBADF);
    EXPECT_FAILS(write(-1, &c, 1), EBADF);
    EXPECT_FAILS(close(64), EBADF);
    EXPECT_FAILS(dup(7), EBADF);
    EXPECT_FAILS(dup2(7, 8), EBADF);
    EXPECT_FAILS(dup2(0, 64), EBADF);
    EXPECT_FAILS(dup2(0, -1), EBADF);
    EXPECT_FAILS(fstat(7, &s), EBADF);
    EXPECT_FAILS(fcntl(7, F_GETFD), EBADF);
    EXPECT_FAILS(fcntl(7, F_SETFD, 0), EBADF);
    EXPECT_FAILS(fcntl(7, F_GETFL), EBADF);
    EXPECT_FAILS(fcntl(7, F_DUPFD, 0), EBADF);
    EXPECT_FAILS(fcntl(0, F_DUPFD, 64), EINVAL);
    EXPECT_FAILS(fcntl(0, 999, 0), EINVAL);
}

TEST(a_pipe_has_two_ends)
{
    int p[2], n = 0;
    char text[8] = "";
    struct stat s;
    EXPECT_EQ(pipe(p), 0);
    EXPECT_EQ(fstat(p[0], &s), 0);
    EXPECT_EQ(S_ISFIFO(s.st_mode), true);
    EXPECT_EQ(write(p[1], "abc", 3), 3);
    EXPECT_EQ(read(p[0], text, 2), 2);
    EXPECT_EQ(read(p[0], text + 2, 5), 1);
    EXPECT_EQ(strcmp(text, "abc"), 0);
    EXPECT_FAILS(read(p[1], text, 1), EBADF);
    EXPECT_FAILS(write(p[0], text, 1), EBADF);
    EXPECT_FAILS(lseek(p[0], 0, SEEK_SET), ESPIPE);
    EXPECT_EQ(isatty(p[0]), 0);
    close(p[1]);
    EXPECT_EQ(read(p[0], text, 1), 0);
    close(p[0]);
    EXPECT_EQ(pipe(p), 0);
    close(p[0]);
    signal(SIGPIPE, SIG_IGN);
    EXPECT_FAILS(write(p[1], "x", 1), EPIPE);
    signal(SIGPIPE, SIG_DFL);
    close(p[1]);
    while (n < DESCRIPTORS && dup(0) >= 0)
        n++;
    close(DESCRIPTORS - 1);
    EXPECT_FAILS(pipe(p), EMFILE);
    EXPECT_EQ(dup(0), DESCRIPTORS - 1);         /* the first end was closed again */
    for (int i = 3; i < DESCRIPTORS; i++)
        close(i);
}

TEST(a_terminal_is_known_as_one)
{
    struct stat s;
    int f = open("/etc", O_RDONLY);
    EXPECT_EQ(isatty(0), 1);
    errno = 0;
    EXPECT_EQ(isatty(f), 0);
    EXPECT_EQ(errno, ENOTTY);
    EXPECT_EQ(isatty(63), 0);
    EXPECT_EQ(errno, EBADF);
    EXPECT_EQ(fstat(1, &s), 0);
    EXPECT_EQ(S_ISCHR(s.st_mode), true);
    close(f);
}

/* ---- names ---- */

TEST(stat_tells_files_from_links_and_directories)
{
    struct stat s, t;
    make("/a", "12345");
    EXPECT_EQ(symlink("a", "/s"), 0);
    EXPECT_EQ(link("/a", "/b"), 0);
    EXPECT_EQ(stat("/s", &s), 0);
    EXPECT_EQ(S_ISREG(s.st_mode), true);
    EXPECT_EQ(s.st_size, 5);
    EXPECT_EQ(s.st_nlink, 2);
    EXPECT_EQ(stat("/b", &t), 0);
    EXPECT_EQ(s.st_ino, t.st_ino);
    EXPECT_EQ(lstat("/s", &s), 0);
    EXPECT_EQ(S_ISLNK(s.st_mode), true);
    EXPECT_EQ(stat("/etc", &s), 0);
    EXPECT_EQ(S_ISDIR(s.st_mode), true);
    int f = open("/a", O_RDONLY);
    EXPECT_EQ(fstat(f, &s), 0);
    EXPECT_EQ(s.st_ino, t.st_ino);
    close(f);
    EXPECT_FAILS(stat("/none", &s), ENOENT);
    EXPECT_FAILS(lstat("/a/x", &s), ENOTDIR);
    EXPECT_FAILS(stat(long_path, &s), ENAMETOOLONG);
    unlink("/a");
    unlink("/b");
    unlink("/s");
}

TEST(links_are_made_and_read)
{
    char text[8] = "zzzzzzz";
    make("/a", "x");
    EXPECT_EQ(symlink("target", "/s"), 0);
    EXPECT_EQ(readlink("/s", text, sizeof text), 6);
    EXPECT_EQ(memcmp(text, "targetz", 7), 0);
    EXPECT_EQ(readlink("/s", text, 3), 3);
    EXPECT_FAILS(readlink("/a", text, 8), EINVAL);
    EXPECT_FAILS(readlink("/s", text, 0), EINVAL);
    EXPECT_FAILS(readlink("/none", text, 8), ENOENT);
    EXPECT_FAILS(symlink("x", "/s"), EEXIST);
    EXPECT_FAILS(link("/a", "/s"), EEXIST);
    EXPECT_FAILS(link("/etc", "/hard"), EPERM);
    EXPECT_FAILS(link("/none", "/hard"), ENOENT);
    unlink("/s");
    unlink("/a");
}

TEST(names_change_and_go)
{
    make("/a", "a");
    make("/b", "b");
    EXPECT_EQ(rename("/a", "/b"), 0);
    expect_contents("/b", "a");
    EXPECT_FAILS(rename("/a", "/c"), ENOENT);
    EXPECT_EQ(mkdir("/d", 0755), 0);
    EXPECT_EQ(mkdir("/d/e", 0755), 0);
    EXPECT_FAILS(mkdir("/d", 0755), EEXIST);
    EXPECT_FAILS(rmdir("/d"), ENOTEMPTY);
    EXPECT_FAILS(rmdir("/b"), ENOTDIR);
    EXPECT_FAILS(rmdir("/"), EBUSY);
    EXPECT_FAILS(unlink("/d"), EISDIR);
    EXPECT_FAILS(unlink("/"), EBUSY);
    EXPECT_FAILS(rename("/b", "/d"), EISDIR);
    EXPECT_FAILS(rename("/d", "/d/e/f"), EINVAL);
    EXPECT_EQ(rename("/d/e", "/d2"), 0);
    EXPECT_EQ(remove("/d2"), 0);
    EXPECT_EQ(remove("/d"), 0);
    EXPECT_EQ(remove("/b"), 0);
    EXPECT_FAILS(remove("/b"), ENOENT);
}

TEST(access_looks_at_the_x_bits)
{
    make("/a", "x");
    EXPECT_EQ(access("/a", F_OK), 0);
    EXPECT_EQ(access("/a", R_OK | W_OK), 0);
    EXPECT_FAILS(access("/a", X_OK), EACCES);
    EXPECT_EQ(access("/etc", X_OK), 0);
    EXPECT_FAILS(access("/none", F_OK), ENOENT);
    EXPECT_FAILS(access("/a", 8), EINVAL);
    unlink("/a");
}

/* ---- directories ---- */

TEST(a_directory_lists_each_name_once)
{
    char name[32];
    unsigned seen[100] = { 0 }, others = 0;
    EXPECT_EQ(mkdir("/d", 0755), 0);
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "/d/a_name_that_takes_room_%d", i);
        make(name, "x");
    }
    DIR *d = opendir("/d");
    for (int round = 0; round < 2; round++, rewinddir(d)) {
        for (struct dirent *e; (e = readdir(d));) {
            if (!strncmp(e->d_name, "a_name", 6))
                seen[atoi(e->d_name + 23) % 100]++;
            else
                others++;
        }
    }
    EXPECT_EQ(closedir(d), 0);
    for (int i = 0; i < 100; i++) {
        EXPECT_EQ(seen[i], 2);
        snprintf(name, sizeof name, "/d/a_name_that_takes_room_%d", i);
        EXPECT_EQ(unlink(name), 0);
    }
    EXPECT_EQ(others, 4);               /* . and .. */
    EXPECT_EQ(rmdir("/d"), 0);
}

TEST(opendir_refuses_what_is_no_directory)
{
    make("/a", "x");
    int f = open("/a", O_RDONLY);
    EXPECT_NULL(opendir("/a"), ENOTDIR);
    EXPECT_NULL(opendir("/none"), ENOENT);
    EXPECT_NULL(fdopendir(f), ENOTDIR);
    EXPECT_NULL(fdopendir(63), EBADF);
    close(f);
    DIR *d = opendir("/etc");
    close(dirfd(d));
    EXPECT_NULL(readdir(d), EBADF);
    EXPECT_FAILS(closedir(d), EBADF);
    unlink("/a");
}

TEST(the_current_directory_is_known_by_its_path)
{
    char path[64];
    EXPECT_EQ(strcmp(getcwd(path, sizeof path), "/"), 0);
    EXPECT_EQ(mkdir("/d", 0755), 0);
    EXPECT_EQ(mkdir("/d/deeper", 0755), 0);
    EXPECT_EQ(chdir("/d/deeper"), 0);
    EXPECT_EQ(strcmp(getcwd(path, sizeof path), "/d/deeper"), 0);
    make("here", "x");
    expect_contents("/d/deeper/here", "x");
    EXPECT_EQ(strcmp(getcwd(path, 10), "/d/deeper"), 0);
    EXPECT_NULL(getcwd(path, 9), ERANGE);
    EXPECT_NULL(getcwd(path, 0), EINVAL);
    EXPECT_EQ(unlink("here"), 0);
    EXPECT_EQ(rmdir("/d/deeper"), 0);
    EXPECT_NULL(getcwd(path, sizeof path), ENOENT);
    EXPECT_FAILS(chdir("/none"), ENOENT);
    EXPECT_FAILS(chdir("/welcome"), ENOTDIR);
    EXPECT_EQ(chdir("/"), 0);
    EXPECT_EQ(rmdir("/d"), 0);
    char *made = getcwd(NULL, 0);
    EXPECT_EQ(strcmp(made, "/"), 0);
    free(made);
}

const struct test tests[] = {
    T(a_file_is_made_written_read_and_removed),
    T(open_says_what_is_wrong),
    T(as_many_files_are_open_as_there_are_descriptors),
    T(modes_obey_the_mask),
    T(owners_and_times_are_set),
    T(reading_and_writing_move_the_position),
    T(pread_and_pwrite_leave_the_position),
    T(what_was_just_written_is_read_back_by_the_block),
    T(large_files_come_in_one_call),
    T(what_is_appended_goes_behind_the_end),
    T(a_file_is_only_used_as_it_was_opened),
    T(a_full_disk_says_so_and_keeps_what_it_has),
    T(a_removed_file_lives_as_long_as_it_is_open),
    T(copies_of_a_descriptor_share_its_position),
    T(descriptors_that_are_not_open_are_refused),
    T(a_pipe_has_two_ends),
    T(a_terminal_is_known_as_one),
    T(stat_tells_files_from_links_and_directories),
    T(links_are_made_and_read),
    T(names_change_and_go),
    T(access_looks_at_the_x_bits),
    T(a_directory_lists_each_name_once),
    T(opendir_refuses_what_is_no_directory),
    T(the_current_directory_is_known_by_its_path),
    T(a_stream_writes_what_another_reads),
    T(a_stream_of_many_blocks_is_whole),
    T(an_update_stream_turns_from_reading_to_writing),
    T(appended_text_and_what_exists_already),
    T(a_stream_is_used_only_as_it_was_opened),
    T(buffers_are_as_long_as_asked),
    T(the_standard_output_is_a_descriptor),
    T(a_stream_is_opened_anew),
    T(a_full_disk_is_an_error_of_the_stream),
    T(variables_are_set_and_removed),
    T(the_rest_of_the_library_is_there),
    T(parent_and_child_share_positions),
    T(a_child_keeps_files_that_the_parent_closes),
    T(a_childs_table_is_its_own),
    T(a_report_needs_no_lock_of_descriptors),
    T(a_writer_without_a_reader_gets_a_signal),
    T(a_signal_breaks_off_reads_and_writes_of_a_pipe),
    T(a_pipe_that_must_not_wait_says_so),
    T(poll_tells_what_is_ready),
    T(select_is_poll_for_sets),
    T(poll_wakes_up_when_it_happens),
    T(poll_waits_for_few_pipes_and_for_many),
    T(poll_that_has_waited_long_enough_leaves_nothing_behind),
    T(writes_of_several_writers_stay_whole),
    T(a_pipe_carries_what_is_larger_than_it),
    T(locks_are_kept_cut_and_joined),
    T(locks_of_others_are_in_the_way),
    T(a_wait_for_a_lock_that_would_never_end_is_refused),
    T(wrong_locks),
    T(a_terminal_has_modes_and_a_size),
    T(clocks_go_forward),
    T(the_null_device_takes_all_and_gives_nothing),
    T(the_zero_and_the_full_device_give_zeros),
    T(devices_are_no_regular_files),
    T(the_terminal_has_a_name),
    { NULL, NULL },
};
