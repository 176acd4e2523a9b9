/* SPDX-License-Identifier: MIT */
/* Calls with a path that begins at an open directory.  The file server resolves a path from any
 * directory's handle, so it does not matter what name the directory has.  While such a call runs,
 * under the lock, the directory stands in for the connection's current one.  All other paths go to
 * names.c. */
#include "lib/posix/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/posix/stat.h"

/* What stands where the current directory was. */
struct stand_in {
    struct files *at, *was;
    L4_Word_t current;                  /* of `at`, before */
    bool lost;
};

static bool is_plain(int directory, const char *path)
{
    return directory == AT_FDCWD || *path == '/';
}

/* Pre: the lock is held.  AT_FDCWD changes nothing. */
static int stand_in(struct stand_in *s, int directory)
{
    struct description *d;
    int err = directory == AT_FDCWD ? posix_files(&s->at) : description_of(directory, &d);
    if (err || directory == AT_FDCWD) {
        s->was = NULL;
        return err;
    }
    if ((d->mode & HURD_FILE_TYPE) != HURD_FILE_DIRECTORY)
        return ENOTDIR;
    err = posix_files_of(d->server, &s->at);
    if (err)
        return err;
    struct files *home = s->at->home;
    s->was = home->at;
    s->current = s->at->current;
    s->lost = s->at->lost;
    home->at = s->at;
    s->at->current = d->handle;
    s->at->lost = false;
    return 0;
}

/* Servers may have ended meanwhile, and with them their connections. */
static void stand_out(const struct stand_in *s, struct files *home)
{
    bool there = false;
    if (!s->was)
        return;
    if (home->at == s->at) {
        s->at->current = s->current;
        s->at->lost = s->lost;
    }
    for (struct files *f = home; f; f = f->next)
        there = there || f == s->was;
    home->at = there ? s->was : home;
    home->lost = home->lost || !there;
}

/* Runs one call of lib/file at the directory. */
#define AT_DIRECTORY(directory, call)                                                              \
    ({                                                                                             \
        struct stand_in stands;                                                                    \
        posix_lock();                                                                              \
        int err_ = stand_in(&stands, (directory));                                                 \
        if (!err_) {                                                                               \
            struct files *files = stands.at->home;                                                 \
            err_ = (call);                                                                         \
            stand_out(&stands, files);                                                             \
        }                                                                                          \
        posix_unlock();                                                                            \
        err_;                                                                                      \
    })

int openat(int directory, const char *path, int flags, ...)
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
    if (is_plain(directory, path))
        return open(path, flags, mode);
    int err = AT_DIRECTORY(directory, ((void) files, descriptor_open(path, flags, mode, &descriptor,
                                                                     &fifo)));
    return descriptor_opened(err, fifo, descriptor);
}

int fstatat(int directory, const char *path, struct stat *stat_, int flags)
{
    struct hurd_file_stat s;
    bool follows = !(flags & AT_SYMLINK_NOFOLLOW);
    if (flags & ~AT_SYMLINK_NOFOLLOW)
        return posix_result(EINVAL);
    if (is_plain(directory, path))
        return follows ? stat(path, stat_) : lstat(path, stat_);
    int err = AT_DIRECTORY(directory, files_stat(files, path, follows, &s));
    if (!err)
        stat_from(&s, stat_);
    return posix_result(err);
}

int faccessat(int directory, const char *path, int mode, int flags)
{
    struct stat s;
    if (mode & ~(R_OK | W_OK | X_OK) || flags & ~AT_EACCESS)
        return posix_result(EINVAL);
    return fstatat(directory, path, &s, 0) ? -1 : access_allowed(&s, mode);
}

int mkdirat(int directory, const char *path, mode_t mode)
{
    if (is_plain(directory, path))
        return mkdir(path, mode);
    return posix_result(
        AT_DIRECTORY(directory, files_mkdir(files, path, mode & 07777 & ~posix_mask)));
}

int unlinkat(int directory, const char *path, int flags)
{
    if (flags & ~AT_REMOVEDIR)
        return posix_result(EINVAL);
    if (is_plain(directory, path))
        return flags ? rmdir(path) : unlink(path);
    return posix_result(AT_DIRECTORY(directory, flags ? files_rmdir(files, path)
                                                      : files_unlink(files, path)));
}

int fchmodat(int directory, const char *path, mode_t mode, int flags)
{
    if (flags)
        return posix_result(flags & ~AT_SYMLINK_NOFOLLOW ? EINVAL : EOPNOTSUPP);
    if (is_plain(directory, path))
        return chmod(path, mode);
    return posix_result(AT_DIRECTORY(directory, files_chmod(files, path, mode & 07777)));
}

int fchownat(int directory, const char *path, uid_t uid, gid_t gid, int flags)
{
    L4_Word_t in[] = { 0, uid, gid };
    if (flags & ~AT_SYMLINK_NOFOLLOW)
        return posix_result(EINVAL);
    return posix_result(AT_DIRECTORY(is_plain(directory, path) ? AT_FDCWD : directory,
                                     posix_path_ask(files, path, !flags, HURD_FILE_CHOWN, 3, in)));
}

int utimensat(int directory, const char *path, const struct timespec times[2], int flags)
{
    L4_Word_t in[5];
    int err = flags & ~AT_SYMLINK_NOFOLLOW ? EINVAL : posix_times(times, in);
    if (err)
        return posix_result(err);
    return posix_result(AT_DIRECTORY(is_plain(directory, path) ? AT_FDCWD : directory,
                                     posix_path_ask(files, path, !flags, HURD_FILE_UTIMES, 5, in)));
}

int symlinkat(const char *target, int directory, const char *path)
{
    if (is_plain(directory, path))
        return symlink(target, path);
    return posix_result(AT_DIRECTORY(directory, files_symlink(files, target, path)));
}

ssize_t readlinkat(int directory, const char *path, char *target, size_t size)
{
    char text[HURD_DIR_PATH + 1];
    if (is_plain(directory, path))
        return readlink(path, target, size);
    int err = EINVAL;
    if (size)
        err = AT_DIRECTORY(directory, files_readlink(files, path, text, sizeof text));
    if (err)
        return posix_result(err);
    size_t length = strlen(text) < size ? strlen(text) : size;
    memcpy(target, text, length);
    return (ssize_t) length;
}

/* ---- two paths, each with a directory of its own ---- */

int linkat(int directory, const char *path, int new_directory, const char *new_path, int flags)
{
    struct file file;
    unsigned open_flags = flags & AT_SYMLINK_FOLLOW ? 0 : HURD_DIR_NOFOLLOW;
    if (flags & ~AT_SYMLINK_FOLLOW)
        return posix_result(EINVAL);
    int err = AT_DIRECTORY(is_plain(directory, path) ? AT_FDCWD : directory,
                           file_open(files, &file, path, open_flags, 0));
    if (err)
        return posix_result(err);
    err = AT_DIRECTORY(is_plain(new_directory, new_path) ? AT_FDCWD : new_directory,
                       files_link_to(files, &file, new_path));
    file_close(&file);
    return posix_result(err);
}

int renameat(int directory, const char *path, int new_directory, const char *new_path)
{
    struct file from, to;
    const char *name, *new_name;
    bool plain = is_plain(directory, path), new_plain = is_plain(new_directory, new_path);
    if (plain && new_plain)
        return rename(path, new_path);
    int err = AT_DIRECTORY(plain ? AT_FDCWD : directory, files_parent(files, path, &from, &name));
    if (err)
        return posix_result(err);
    err = AT_DIRECTORY(new_plain ? AT_FDCWD : new_directory,
                       files_parent(files, new_path, &to, &new_name));
    if (!err) {
        err = AT_DIRECTORY(AT_FDCWD, ((void) files, files_rename_in(&from, name, &to, new_name)));
        file_close(&to);
    }
    file_close(&from);
    return posix_result(err);
}

/* ---- the current directory ---- */

int fchdir(int directory)
{
    struct file file;
    posix_lock();
    struct stand_in stands;
    int err = directory == AT_FDCWD ? EBADF : stand_in(&stands, directory);
    if (!err) {
        struct files *home = stands.at->home;
        err = file_open(home, &file, ".", HURD_DIR_DIRECTORY | HURD_DIR_READS, 0);
        stand_out(&stands, home);
    }
    if (!err)
        files_enter(&file);
    posix_unlock();
    return posix_result(err);
}
