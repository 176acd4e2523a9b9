/* SPDX-License-Identifier: MIT */
/* Calls with a path: each is one of lib/file, under the lock. */
#include "lib/posix/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#include <hurd/cap.h>
#include <hurd/deva.h>

#include "lib/posix/stat.h"
#include "lib/posix/stream.h"

#define O_KNOWN                                                                                    \
    (O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_DIRECTORY |     \
     O_NOFOLLOW | O_CLOEXEC | O_SYNC)

mode_t posix_mask = 022;

/* With the lock: the mask may come from a program before. */
mode_t umask(mode_t new)
{
    posix_lock();
    mode_t old = posix_mask;
    posix_mask = new & 0777;
    posix_unlock();
    return old;
}

/* Runs one call of lib/file with the connection. */
#define WITH_FILES(call)                                                                           \
    ({                                                                                             \
        struct files *files;                                                                       \
        posix_lock();                                                                              \
        int err_ = posix_files(&files);                                                            \
        if (!err_)                                                                                 \
            err_ = (call);                                                                         \
        posix_unlock();                                                                            \
        err_;                                                                                      \
    })

/* ---- open ---- */

static unsigned server_flags(int flags)
{
    unsigned ways = flags & O_ACCMODE;
    unsigned wanted = (ways != O_WRONLY ? HURD_DIR_READS : 0) |
                      (ways != O_RDONLY ? HURD_DIR_WRITES : 0);
    if (ways == (unsigned) flags)       /* most files */
        return wanted;
    return wanted | (flags & O_CREAT ? HURD_DIR_CREATE : 0) |
           (flags & O_EXCL ? HURD_DIR_EXCLUSIVE : 0) |
           (flags & O_TRUNC ? HURD_DIR_TRUNCATE : 0) | (flags & O_APPEND ? HURD_DIR_APPEND : 0) |
           (flags & O_DIRECTORY ? HURD_DIR_DIRECTORY : 0) |
           (flags & O_NOFOLLOW ? HURD_DIR_NOFOLLOW : 0) |
           (flags & O_NONBLOCK ? HURD_DIR_NOWAIT : 0);
}

/* The task's own console: the file server does not know which one that is. */
static bool is_terminal(const char *path)
{
    return !strcmp(path, "/dev/tty");
}

static bool ends_in_slash(const char *path)
{
    size_t length = strlen(path);
    return length > 0 && path[length - 1] == '/';
}

int description_open(const char *path, int flags, mode_t mode, struct description *d)
{
    struct files *files;
    struct file file;
    if (flags & ~O_KNOWN || (flags & O_ACCMODE) == O_ACCMODE)
        return EINVAL;
    if (is_terminal(path)) {
        *d = (struct description) { .kind = CONSOLE, .mode = DESCRIPTION_CONSOLE,
                                    .flags = (unsigned) flags & (O_ACCMODE | O_NONBLOCK) };
        return flags & O_DIRECTORY ? ENOTDIR : 0;
    }
    bool makes_none = flags & O_CREAT && ends_in_slash(path);
    if (makes_none)                     /* a file cannot have such a name */
        flags &= ~O_CREAT;
    int err = posix_files(&files);
    if (!err)
        err = file_open(files, &file, path, server_flags(flags), mode & 07777 & ~posix_mask);
    if (err)
        return makes_none && err == ENOENT ? EISDIR : err;
    *d = (struct description) { .kind = S_ISFIFO(file.mode) ? STREAM : CONTENTS,
                                .server = file.files->server,
                                .handle = file.handle, .mode = file.mode, .inode = file.inode,
                                .flags = (unsigned) flags &
                                         (O_ACCMODE | O_APPEND | O_NONBLOCK | O_SYNC) };
    return 0;
}

int descriptor_open(const char *path, int flags, mode_t mode, int *descriptor, bool *fifo)
{
    struct description d;
    int err = description_open(path, flags, mode, &d);
    if (err)
        return err;
    err = descriptor_make(&d, 0, flags & O_CLOEXEC, descriptor);
    if (err && d.kind != CONSOLE)
        hurd_cap_drop(d.server, d.handle);
    *fifo = d.kind == STREAM;           /* what has a name is no other stream */
    return err;
}

int descriptor_opened(int err, bool fifo, int descriptor)
{
    if (!err && fifo && (err = fifo_wait(descriptor)))
        close(descriptor);
    return err ? posix_result(err) : descriptor;
}

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    int descriptor = -1;
    bool fifo = false;
    if (flags & O_CREAT) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    posix_lock();
    int err = descriptor_open(path, flags, mode, &descriptor, &fifo);
    posix_unlock();
    return err || fifo ? descriptor_opened(err, fifo, descriptor) : descriptor;
}

int creat(const char *path, mode_t mode)
{
    return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

static int pipe_locked(struct files *files, int flags, int ends[2])
{
    bool closes = flags & O_CLOEXEC;
    L4_Word_t out[2];
    int err = hurd_cap_rpc(files->server, HURD_FS_PIPE, 0, NULL, 2, out, NULL);
    if (err)
        return err;
    struct description d = { .kind = STREAM, .server = files->server, .handle = out[0],
                             .mode = HURD_FILE_FIFO | 0600,
                             .flags = O_RDONLY | (unsigned) (flags & O_NONBLOCK) };
    err = descriptor_make(&d, 0, closes, &ends[0]);
    if (err)
        hurd_cap_drop(files->server, out[0]);
    d.handle = out[1];
    d.flags = O_WRONLY | (unsigned) (flags & O_NONBLOCK);
    int second = err ? err : descriptor_make(&d, 0, closes, &ends[1]);
    if (second)
        hurd_cap_drop(files->server, out[1]);
    return second;
}

int pipe2(int ends[2], int flags)
{
    int made[2] = { -1, -1 };
    int err = flags & ~(O_CLOEXEC | O_NONBLOCK) ? EINVAL
                                                : WITH_FILES(pipe_locked(files, flags, made));
    if (err && made[0] >= 0)
        close(made[0]);
    if (!err)
        memcpy(ends, made, sizeof made);
    return posix_result(err);
}

int pipe(int ends[2])
{
    return pipe2(ends, 0);
}

/* ---- what there is ---- */

static int stat_path(const char *path, int follow, struct stat *stat)
{
    struct hurd_file_stat s;
    if (is_terminal(path)) {
        *stat = (struct stat) { .st_mode = DESCRIPTION_CONSOLE, .st_nlink = 1,
                                .st_blksize = HURD_DEVA_CHUNK };
        return 0;
    }
    int err = WITH_FILES(files_stat(files, path, follow, &s));
    if (!err)
        stat_from(&s, stat);
    return posix_result(err);
}

int stat(const char *path, struct stat *stat)
{
    return stat_path(path, 1, stat);
}

int lstat(const char *path, struct stat *stat)
{
    return stat_path(path, 0, stat);
}

/* There are no users: everything may be read, and written unless the file system is read-only. */
int access_allowed(const struct stat *s, int mode)
{
    struct hurd_fs_statfs fs = { 0 };
    if (mode & X_OK && !S_ISDIR(s->st_mode) && !(s->st_mode & 0111))
        return posix_result(EACCES);
    int err = mode & W_OK && !S_ISCHR(s->st_mode) ? WITH_FILES(files_statfs(files, &fs)) : 0;
    return posix_result(err ? err : fs.flags & HURD_FS_READ_ONLY ? EROFS : 0);
}

int access(const char *path, int mode)
{
    struct stat s;
    if (mode & ~(R_OK | W_OK | X_OK))
        return posix_result(EINVAL);
    return stat(path, &s) ? -1 : access_allowed(&s, mode);
}

int statvfs(const char *path, struct statvfs *to)
{
    struct stat s;
    struct hurd_fs_statfs fs;
    if (stat(path, &s))
        return -1;
    int err = WITH_FILES(files_statfs(files, &fs));
    if (err)
        return posix_result(err);
    *to = (struct statvfs) { .f_bsize = fs.block_size, .f_frsize = fs.block_size,
                             .f_blocks = fs.blocks, .f_bfree = fs.free_blocks,
                             .f_bavail = fs.free_blocks < fs.reserved_blocks
                                             ? 0 : fs.free_blocks - fs.reserved_blocks,
                             .f_files = fs.inodes, .f_ffree = fs.free_inodes,
                             .f_favail = fs.free_inodes, .f_fsid = 1, .f_namemax = NAME_MAX,
                             .f_flag = fs.flags & HURD_FS_READ_ONLY ? ST_RDONLY : 0 };
    return 0;
}

int fstatvfs(int descriptor, struct statvfs *to)
{
    return fcntl(descriptor, F_GETFD) < 0 ? -1 : statvfs("/", to);
}

ssize_t readlink(const char *path, char *target, size_t size)
{
    static char text[HURD_DIR_PATH + 1];
    size_t length = 0;
    if (size == 0)
        return posix_result(EINVAL);
    posix_lock();
    struct files *files;
    int err = posix_files(&files);
    if (!err)
        err = files_readlink(files, path, text, sizeof text);
    if (!err) {
        length = strlen(text) < size ? strlen(text) : size;
        memcpy(target, text, length);
    }
    posix_unlock();
    return err ? posix_result(err) : (ssize_t) length;
}

/* ---- changes ---- */

int mkdir(const char *path, mode_t mode)
{
    return posix_result(WITH_FILES(files_mkdir(files, path, mode & 07777 & ~posix_mask)));
}

int rmdir(const char *path)
{
    return posix_result(WITH_FILES(files_rmdir(files, path)));
}

int unlink(const char *path)
{
    return posix_result(WITH_FILES(files_unlink(files, path)));
}

int remove(const char *path)
{
    int err = WITH_FILES(files_unlink(files, path));
    return err == EISDIR ? rmdir(path) : posix_result(err);
}

int rename(const char *path, const char *new_path)
{
    return posix_result(WITH_FILES(files_rename(files, path, new_path)));
}

int link(const char *path, const char *new_path)
{
    return posix_result(WITH_FILES(files_link(files, path, new_path)));
}

int symlink(const char *target, const char *path)
{
    return posix_result(WITH_FILES(files_symlink(files, target, path)));
}

int chmod(const char *path, mode_t mode)
{
    return posix_result(WITH_FILES(files_chmod(files, path, mode & 07777)));
}

int posix_path_ask(struct files *files, const char *path, int follow, unsigned label, unsigned n,
                   L4_Word_t *in)
{
    struct file file;
    int err = file_open(files, &file, path, follow ? 0 : HURD_DIR_NOFOLLOW, 0);
    if (err)
        return err;
    in[0] = file.handle;
    err = hurd_cap_rpc(file.files->server, label, n, in, 0, NULL, NULL);
    file_close(&file);
    return err;
}

int chown(const char *path, uid_t uid, gid_t gid)
{
    L4_Word_t in[] = { 0, uid, gid };
    return posix_result(WITH_FILES(posix_path_ask(files, path, 1, HURD_FILE_CHOWN, 3, in)));
}

int lchown(const char *path, uid_t uid, gid_t gid)
{
    L4_Word_t in[] = { 0, uid, gid };
    return posix_result(WITH_FILES(posix_path_ask(files, path, 0, HURD_FILE_CHOWN, 3, in)));
}

int utime(const char *path, const struct utimbuf *times)
{
    long long atime = times ? times->actime : HURD_FILE_NOW,
              mtime = times ? times->modtime : HURD_FILE_NOW;
    L4_Word_t in[] = { 0, (L4_Word_t) atime, (L4_Word_t) (atime >> 32), (L4_Word_t) mtime,
                       (L4_Word_t) (mtime >> 32) };
    return posix_result(WITH_FILES(posix_path_ask(files, path, 1, HURD_FILE_UTIMES, 5, in)));
}

int utimes(const char *path, const struct timeval times[2])
{
    struct utimbuf seconds;
    if (times)
        seconds = (struct utimbuf) { .actime = times[0].tv_sec, .modtime = times[1].tv_sec };
    return utime(path, times ? &seconds : NULL);
}

static int truncate_locked(struct files *files, const char *path, off_t size)
{
    struct file file;
    int err = file_open(files, &file, path, HURD_DIR_WRITES, 0);
    if (err)
        return err;
    err = file_truncate(&file, (uint64_t) size);
    file_close(&file);
    return err;
}

int truncate(const char *path, off_t size)
{
    return posix_result(size < 0 ? EINVAL : WITH_FILES(truncate_locked(files, path, size)));
}

void sync(void)
{
    (void) WITH_FILES(files_sync(files));
}

/* ---- the current directory ---- */

int chdir(const char *path)
{
    return posix_result(WITH_FILES(files_chdir(files, path)));
}
