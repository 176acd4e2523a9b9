/* SPDX-License-Identifier: MIT */
/* lib/file: what a program does with files, over <hurd/io.h>, file.h, dir.h and fs.h.
 *
 * A connection belongs to one thread at a time.  All functions return 0 or an errno and block.
 * Errors are those of the four headers.  Paths are strings; a path without a leading '/' begins at
 * the connection's current directory.
 *
 * When the server has gone, what is open gets EIO.  A request with a path waits until the next
 * server serves, FILES_PATIENCE us at most, and goes to that one.  The current directory is lost
 * then: until files_chdir(), a path that does not begin with '/' gets ESTALE, or EIO if nobody has
 * found another server yet.  The same holds for a server to which a path leads on its way. */
#ifndef FILE_FILES_H
#define FILE_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include <hurd/dir.h>
#include <hurd/file.h>
#include <hurd/fs.h>
#include <hurd/io.h>

struct files {
    L4_ThreadId_t server, physmem;
    L4_Word_t root, current;            /* handles of the server; current: see `at` */
    struct files *home;                 /* the connection with the server of "/" */
    struct files *next;                 /* other servers', to which paths led; home is the first */
    struct files *at;                   /* in home: whose `current` is the current directory */
    L4_Word_t control;                  /* pays for containers */
    L4_Word_t container;                /* ours: HURD_IO_MOST bytes, then HURD_DIR_PATH for paths */
    L4_Word_t buffer;                   /* the server's name for it */
    uint8_t *bytes;                     /* the container, mapped; NULL: files_ready() does that */
    bool lost;                          /* the current directory was of a server that has gone */
};
#define FILES_PATIENCE 10000000u

struct file {
    struct files *files;                /* where it is, which need not be where its path began */
    L4_ThreadId_t server;               /* that has it open */
    L4_Word_t handle;
    L4_Word_t mode;                     /* with the type */
    uint64_t position;
    L4_Word_t inode;
};

/* The server is a thread; `control` is the memory control that the container charges. */
int files_connect(struct files *files, L4_ThreadId_t server, L4_ThreadId_t physmem,
                  L4_Word_t control);
void files_disconnect(struct files *files);
/* The container has pages and is mapped, for data or a long path; a connection that needs neither
 * stays without.  ENOMEM. */
int files_ready(struct files *files);
/* It is mapped no more, until the next files_ready(). */
void files_hide(struct files *files);
/* Goes on with another server; what is open at the old one is lost.  It has the same container. */
int files_reconnect(struct files *files, L4_ThreadId_t server);
/* The connection with this server, which is made if there is none; of a path's or an open
 * file's. */
int files_of(struct files *home, L4_ThreadId_t server, struct files **out);

/* ---- files.  flags: HURD_DIR_* ---- */
int file_open(struct files *files, struct file *file, const char *path, unsigned flags,
              unsigned mode);
void file_close(struct file *file);
/* At the position, which moves on.  *done counts bytes; fewer than `size` only at the end of the
 * file, or with an error. */
int file_read(struct file *file, void *data, uint32_t size, uint32_t *done);
int file_write(struct file *file, const void *data, uint32_t size, uint32_t *done);
enum { FILE_FROM_START, FILE_FROM_HERE, FILE_FROM_END };
int file_seek(struct file *file, int64_t offset, int whence, uint64_t *position);  /* EINVAL */
int file_stat(struct file *file, struct hurd_file_stat *stat);
int file_truncate(struct file *file, uint64_t size);
int file_sync(struct file *file);

/* ---- directories: opened with HURD_DIR_READS ---- */
/* Calls visit for each entry until it returns something else than 0, which is returned; `name` is
 * terminated. */
int file_list(struct file *directory, int (*visit)(void *context, const char *name, unsigned type),
              void *context);

/* ---- names ---- */
int files_stat(struct files *files, const char *path, int follow, struct hurd_file_stat *stat);
int files_mkdir(struct files *files, const char *path, unsigned mode);
int files_mkfifo(struct files *files, const char *path, unsigned mode);
int files_unlink(struct files *files, const char *path);
int files_rmdir(struct files *files, const char *path);
int files_rename(struct files *files, const char *path, const char *new_path);      /* EXDEV */
int files_link(struct files *files, const char *path, const char *new_path);
int files_symlink(struct files *files, const char *target, const char *path);
/* The target, terminated and cut to size - 1 bytes. */
int files_readlink(struct files *files, const char *path, char *target, uint32_t size);
int files_chmod(struct files *files, const char *path, unsigned mode);
int files_chdir(struct files *files, const char *path);
/* The same for a directory that is open; the connection has its handle from now on. */
void files_enter(const struct file *directory);

/* In parts, for two paths that do not begin at one place.  parent: the directory that a path's last
 * name is in, which may be on another server, and that name. */
int files_parent(struct files *files, const char *path, struct file *parent, const char **name);
int files_rename_in(const struct file *from, const char *name, const struct file *to,
                    const char *new_name);                                          /* EXDEV */
int files_link_to(struct files *files, const struct file *file, const char *new_path);

/* ---- the whole ---- */
int files_statfs(struct files *files, struct hurd_fs_statfs *statfs);
int files_sync(struct files *files);
int files_end(struct files *files);     /* boot tasks only: unmounts */

#endif
