/* SPDX-License-Identifier: MIT */
/* Descriptors, names and directories. */
#include "tests/guest/conform/conform.h"

#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <syslog.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>

static int make(const char *path, const char *text)
{
    int f = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
    EXPECT_EQ(write(f, text, strlen(text)), strlen(text));
    return f;
}

void the_folder_for_temporary_files_is_there(void)
{
    struct stat s;
    struct statvfs fs;
    EXPECT_EQ(stat("/tmp", &s), 0);
    EXPECT_EQ(S_ISDIR(s.st_mode), true);
    EXPECT_EQ(access("/tmp", R_OK | W_OK | X_OK), 0);
    EXPECT_EQ(statvfs("/tmp", &fs), 0);
    EXPECT_EQ(fs.f_bfree > 0 && fs.f_bfree <= fs.f_blocks && fs.f_namemax == NAME_MAX, true);
    EXPECT_FAILS(statvfs("/none", &fs), ENOENT);
    EXPECT_FAILS(fstatvfs(60, &fs), EBADF);
}

/* What is read from the end of a pipe that is the standard error. */
static const char *logged(int from)
{
    static char text[600];
    ssize_t n = read(from, text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

void messages_for_the_log_go_to_the_standard_error(void)
{
    int ends[2], own = dup(2);
    char wanted[80], longest[700];
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(dup2(ends[1], 2), 2);
    EXPECT_EQ(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    openlog("daemon", LOG_PID, LOG_DAEMON);
    errno = ENOENT;
    syslog(LOG_ERR, "%s: %m, %d%%m", "file", 7);
    snprintf(wanted, sizeof wanted, "daemon[%d]: file: No such file or directory, 7%%m\n", (int) getpid());
    EXPECT_TEXT(logged(ends[0]), wanted);
    EXPECT_EQ(setlogmask(LOG_UPTO(LOG_WARNING)), LOG_UPTO(LOG_DEBUG));
    syslog(LOG_NOTICE, "nobody hears this");
    EXPECT_TEXT(logged(ends[0]), "");
    EXPECT_EQ(setlogmask(0), LOG_UPTO(LOG_WARNING));
    openlog("daemon", 0, LOG_USER);
    syslog(LOG_USER | LOG_WARNING, "a line\n");
    EXPECT_TEXT(logged(ends[0]), "daemon: a line\n");
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    syslog(LOG_ERR, "%s", longest);
    const char *cut = logged(ends[0]);
    EXPECT_EQ(strlen(cut) < 512 && cut[strlen(cut) - 1] == '\n', true);
    closelog();
    syslog(LOG_ERR, "no name");
    EXPECT_TEXT(strchr(logged(ends[0]), ':'), ": no name\n");
    setlogmask(LOG_UPTO(LOG_DEBUG));
    EXPECT_EQ(dup2(own, 2), 2);
    close(own);
    close(ends[0]);
    close(ends[1]);
}

void dup2_and_its_kin(void)
{
    int f = make("/tmp/a", "0123456789");
    EXPECT_EQ(dup2(f, f), f);
    EXPECT_EQ(dup2(f, 40), 40);
    EXPECT_EQ(lseek(40, 3, SEEK_SET), 3);
    EXPECT_EQ(lseek(f, 0, SEEK_CUR), 3);
    EXPECT_EQ(fcntl(f, F_SETFD, FD_CLOEXEC), 0);
    EXPECT_EQ(dup2(f, 40), 40);
    EXPECT_EQ(fcntl(40, F_GETFD), 0);
    EXPECT_EQ(dup3(f, 41, O_CLOEXEC), 41);
    EXPECT_EQ(fcntl(41, F_GETFD), FD_CLOEXEC);
    EXPECT_FAILS(dup3(f, f, 0), EINVAL);
    EXPECT_FAILS(dup2(f, -1), EBADF);
    EXPECT_FAILS(dup2(f, 64), EBADF);
    EXPECT_FAILS(dup2(63, 40), EBADF);
    EXPECT_EQ(write(40, "x", 1), 1);                /* it is still open */
    EXPECT_FAILS(fcntl(f, F_DUPFD, -1), EINVAL);
    EXPECT_FAILS(fcntl(f, F_DUPFD, OPEN_MAX), EINVAL);
    close(40), close(41), close(f);
    EXPECT_FAILS(close(f), EBADF);
    unlink("/tmp/a");
}

void lseek_beyond_the_end_makes_a_hole(void)
{
    char text[8];
    struct stat s;
    int f = make("/tmp/a", "ab");
    EXPECT_EQ(lseek(f, 100000, SEEK_SET), 100000);
    EXPECT_EQ(fstat(f, &s), 0);
    EXPECT_EQ(s.st_size, 2);                        /* the seek alone changes nothing */
    EXPECT_EQ(read(f, text, 1), 0);
    EXPECT_EQ(write(f, "z", 1), 1);
    EXPECT_EQ(lseek(f, 0, SEEK_END), 100001);
    EXPECT_EQ(pread(f, text, 4, 1), 4);
    EXPECT_EQ(text[0] == 'b' && text[1] == 0 && text[3] == 0, true);
    EXPECT_EQ(pread(f, text, 8, 100000), 1);
    EXPECT_FAILS(lseek(f, -200000, SEEK_CUR), EINVAL);
    EXPECT_EQ(lseek(f, 0, SEEK_CUR), 100001);
    EXPECT_FAILS(lseek(f, 0, 77), EINVAL);
    EXPECT_EQ(pwrite(f, "Q", 1, 50000), 1);
    EXPECT_EQ(lseek(f, 0, SEEK_CUR), 100001);
    close(f);
    unlink("/tmp/a");
}

void flags_of_open(void)
{
    char text[8] = "";
    close(make("/tmp/a", "12345"));
    EXPECT_FAILS(open("/tmp/a", O_CREAT | O_EXCL | O_RDWR, 0600), EEXIST);
    EXPECT_EQ(symlink("/tmp/none", "/tmp/link"), 0);
    EXPECT_FAILS(open("/tmp/link", O_CREAT | O_EXCL | O_RDWR, 0600), EEXIST);
    EXPECT_FAILS(open("/tmp/link", O_RDONLY), ENOENT);
    EXPECT_FAILS(open("/tmp/a/", O_RDONLY), ENOTDIR);
    EXPECT_FAILS(open("/tmp/b/", O_RDWR | O_CREAT, 0600), EISDIR);
    EXPECT_FAILS(open("/tmp", O_RDWR), EISDIR);
    int f = open("/tmp/a", O_WRONLY | O_APPEND | O_SYNC | O_NOCTTY);
    EXPECT_EQ(lseek(f, 0, SEEK_SET), 0);
    EXPECT_EQ(write(f, "6", 1), 1);
    EXPECT_EQ(lseek(f, 0, SEEK_CUR), 6);
    EXPECT_EQ(fcntl(f, F_GETFL) & (O_ACCMODE | O_APPEND), O_WRONLY | O_APPEND);
    EXPECT_FAILS(read(f, text, 1), EBADF);
    close(f);
    f = open("/tmp/a", O_RDONLY);
    EXPECT_FAILS(write(f, "x", 1), EBADF);
    EXPECT_FAILS(ftruncate(f, 0), EINVAL);
    EXPECT_EQ(read(f, text, 8), 6);
    EXPECT_TEXT(text, "123456");
    close(f);
    f = open("/tmp/a", O_RDWR | O_TRUNC);
    EXPECT_EQ(read(f, text, 1), 0);
    EXPECT_EQ(fcntl(f, F_SETFL, O_APPEND), 0);
    EXPECT_EQ(fcntl(f, F_GETFL) & O_APPEND, O_APPEND);
    EXPECT_EQ(write(f, "ab", 2), 2);
    EXPECT_EQ(lseek(f, 0, SEEK_SET), 0);
    EXPECT_EQ(write(f, "c", 1), 1);
    EXPECT_EQ(pread(f, text, 3, 0), 3);
    EXPECT_EQ(memcmp(text, "abc", 3), 0);
    EXPECT_EQ(fcntl(f, F_SETFL, 0), 0);
    EXPECT_EQ(lseek(f, 0, SEEK_SET), 0);
    EXPECT_EQ(write(f, "X", 1), 1);
    EXPECT_EQ(pread(f, text, 3, 0), 3);
    EXPECT_EQ(memcmp(text, "Xbc", 3), 0);
    close(f);
    unlink("/tmp/a"), unlink("/tmp/link");
}

void rename_replaces_and_refuses(void)
{
    struct stat before, after;
    close(make("/tmp/a", "a")), close(make("/tmp/b", "b"));
    EXPECT_EQ(mkdir("/tmp/d", 0755), 0);
    EXPECT_EQ(mkdir("/tmp/d/e", 0755), 0);
    EXPECT_EQ(mkdir("/tmp/empty", 0755), 0);
    EXPECT_EQ(stat("/tmp/a", &before), 0);
    EXPECT_EQ(rename("/tmp/a", "/tmp/b"), 0);
    EXPECT_EQ(stat("/tmp/b", &after), 0);
    EXPECT_EQ(before.st_ino == after.st_ino, true);
    EXPECT_FAILS(stat("/tmp/a", &after), ENOENT);
    EXPECT_FAILS(rename("/tmp/a", "/tmp/c"), ENOENT);
    EXPECT_FAILS(rename("/tmp/b", "/tmp/c/"), ENOTDIR);     /* what ends so is a directory */
    EXPECT_FAILS(stat("/tmp/c", &after), ENOENT);
    EXPECT_FAILS(rename("/tmp/b", "/tmp/d"), EISDIR);
    EXPECT_FAILS(rename("/tmp/d", "/tmp/b"), ENOTDIR);
    EXPECT_FAILS(rename("/tmp/d", "/tmp/d/e/f"), EINVAL);
    EXPECT_FAILS(rename("/tmp/empty", "/tmp/d"), ENOTEMPTY);
    EXPECT_EQ(rename("/tmp/d", "/tmp/empty"), 0);
    EXPECT_EQ(rename("/tmp/empty", "/tmp/new/"), 0);
    EXPECT_EQ(rename("/tmp/new/", "/tmp/empty"), 0);
    EXPECT_EQ(rename("/tmp/b", "/tmp/b"), 0);
    EXPECT_EQ(link("/tmp/b", "/tmp/c"), 0);
    EXPECT_EQ(rename("/tmp/b", "/tmp/c"), 0);               /* two names of one file: nothing happens */
    EXPECT_EQ(stat("/tmp/b", &after), 0);
    EXPECT_EQ(after.st_nlink, 2);
    EXPECT_FAILS(rename("/tmp/b", ""), ENOENT);
    EXPECT_FAILS(rmdir("/tmp/empty"), ENOTEMPTY);
    EXPECT_FAILS(rmdir("/tmp/b"), ENOTDIR);
    EXPECT_FAILS(mkdir("/tmp/b", 0755), EEXIST);
    unlink("/tmp/b"), unlink("/tmp/c"), rmdir("/tmp/empty/e"), rmdir("/tmp/empty");
}

void a_removed_file_lives_as_long_as_it_is_open(void)
{
    char text[4] = "";
    struct stat s;
    int f = make("/tmp/a", "123");
    EXPECT_EQ(unlink("/tmp/a"), 0);
    EXPECT_EQ(fstat(f, &s), 0);
    EXPECT_EQ(s.st_nlink, 0);
    EXPECT_EQ(write(f, "4", 1), 1);
    EXPECT_EQ(pread(f, text, 3, 1), 3);
    EXPECT_EQ(memcmp(text, "234", 3), 0);
    int g = open("/tmp/a", O_RDWR | O_CREAT | O_EXCL, 0600);        /* another file */
    EXPECT_EQ(read(g, text, 1), 0);
    EXPECT_EQ(lseek(f, 0, SEEK_END), 4);
    close(f), close(g);
    unlink("/tmp/a");
    EXPECT_FAILS(unlink("/tmp/a"), ENOENT);
}

static int is_kept(const struct dirent *entry)
{
    return entry->d_name[0] == 'k';
}

void readdir_sees_names_that_stay(void)
{
    enum { NAMES = 60 };
    char path[300];
    int kept = 0, entries = 0;
    EXPECT_EQ(mkdir("/tmp/d", 0755), 0);
    for (int i = 0; i < NAMES; i++) {
        snprintf(path, sizeof path, "/tmp/d/%s%d", i % 2 ? "keep" : "go", i);
        close(make(path, ""));
    }
    DIR *d = opendir("/tmp/d");
    struct dirent *entry;
    long middle = -1;
    while ((entry = readdir(d)) != NULL) {
        kept += is_kept(entry);
        if (entry->d_name[0] == 'g') {
            snprintf(path, sizeof path, "/tmp/d/%s", entry->d_name);
            EXPECT_EQ(unlink(path), 0);
        }
        if (++entries == 5)
            middle = telldir(d);
    }
    EXPECT_EQ(kept, NAMES / 2);
    rewinddir(d);
    kept = 0;
    while ((entry = readdir(d)) != NULL)
        kept += entry->d_name[0] != '.';
    EXPECT_EQ(kept, NAMES / 2);
    seekdir(d, middle);
    EXPECT_EQ(telldir(d), middle);
    EXPECT_EQ(readdir(d) != NULL, true);
    EXPECT_EQ(closedir(d), 0);
    struct dirent **list = NULL;
    EXPECT_EQ(scandir("/tmp/d", &list, is_kept, alphasort), NAMES / 2);
    EXPECT_TEXT(list[0]->d_name, "keep1");
    EXPECT_TEXT(list[1]->d_name, "keep11");
    EXPECT_EQ(list[0]->d_type, DT_REG);
    for (int i = 0; i < NAMES / 2; i++) {
        snprintf(path, sizeof path, "/tmp/d/%s", list[i]->d_name);
        unlink(path);
        free(list[i]);
    }
    free(list);
    EXPECT_EQ(rmdir("/tmp/d"), 0);
    EXPECT_EQ(scandir("/tmp/d", &list, NULL, NULL), -1);
}

void pieces_are_read_and_written_in_order(void)
{
    char one[3] = "", two[5] = "";
    struct iovec out[] = { { "ab", 2 }, { "", 0 }, { "cdefg", 5 } }, in[] = { { one, 2 }, { two, 4 } };
    int f = make("/tmp/a", "");
    EXPECT_EQ(writev(f, out, 3), 7);
    EXPECT_EQ(lseek(f, 0, SEEK_SET), 0);
    EXPECT_EQ(readv(f, in, 2), 6);
    EXPECT_TEXT(one, "ab");
    EXPECT_TEXT(two, "cdef");
    EXPECT_EQ(readv(f, in, 2), 1);
    EXPECT_EQ(readv(f, in, 2), 0);
    EXPECT_FAILS(readv(f, in, 0), EINVAL);
    EXPECT_FAILS(writev(f, out, IOV_MAX + 1), EINVAL);
    out[0].iov_len = SSIZE_MAX;
    EXPECT_FAILS(writev(f, out, 3), EINVAL);
    EXPECT_FAILS(writev(60, in, 2), EBADF);
    close(f);
    unlink("/tmp/a");
}

void paths_are_taken_apart(void)
{
    static const char *const rows[][3] = {
        { "/usr/lib", "/usr", "lib" }, { "/usr/", "/", "usr" }, { "usr", ".", "usr" }, { "/", "/", "/" }, { ".", ".", "." },
        { "..", ".", ".." }, { "//", "/", "/" }, { "a//b//", "a", "b" }, { "", ".", "." }, { "/a", "/", "a" },
    };
    char path[32], real[PATH_MAX];
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        strcpy(path, rows[i][0]);
        EXPECT_TEXT(dirname(path), rows[i][1]);
        strcpy(path, rows[i][0]);
        EXPECT_TEXT(basename(path), rows[i][2]);
    }
    EXPECT_EQ(mkdir("/tmp/d", 0755), 0);
    EXPECT_EQ(symlink("../tmp/./d", "/tmp/link"), 0);
    EXPECT_EQ(symlink("loop", "/tmp/loop"), 0);
    close(make("/tmp/d/f", ""));
    EXPECT_TEXT(realpath("/tmp//link/../link/f", real), "/tmp/d/f");
    EXPECT_TEXT(realpath("/..", real), "/");
    EXPECT_EQ(chdir("/tmp/d"), 0);
    char *made = realpath(".././d", NULL);
    EXPECT_TEXT(made, "/tmp/d");
    free(made);
    EXPECT_EQ(chdir("/"), 0);
    errno = 0;
    EXPECT_EQ(realpath("/tmp/none", real) == NULL && errno == ENOENT, true);
    EXPECT_EQ(realpath("/tmp/d/f/x", real) == NULL && errno == ENOTDIR, true);
    EXPECT_EQ(realpath("/tmp/loop", real) == NULL && errno == ELOOP, true);
    EXPECT_EQ(realpath("", real) == NULL && errno == ENOENT, true);
    unlink("/tmp/link"), unlink("/tmp/loop"), unlink("/tmp/d/f"), rmdir("/tmp/d");
}

void new_names_for_temporary_files(void)
{
    struct stat s;
    char a[] = "/tmp/fooXXXXXX", b[] = "/tmp/fooXXXXXX", c[] = "/tmp/barXXXXXX", bad[] = "/tmp/fooXXX";
    int f = mkstemp(a), g = mkstemp(b);
    EXPECT_EQ(f >= 0 && g >= 0 && strcmp(a, b), true);
    EXPECT_EQ(stat(a, &s), 0);
    EXPECT_EQ(s.st_mode, S_IFREG | 0600);
    EXPECT_EQ(mkdtemp(c) == c, true);
    EXPECT_EQ(stat(c, &s), 0);
    EXPECT_EQ(s.st_mode, S_IFDIR | 0700);
    EXPECT_FAILS(mkstemp(bad), EINVAL);
    close(f), close(g);
    unlink(a), unlink(b), rmdir(c);
}
