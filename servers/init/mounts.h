/* SPDX-License-Identifier: MIT */
/* File systems in directories of the root file system, each with a file server of its own. */
#ifndef INIT_MOUNTS_H
#define INIT_MOUNTS_H

#include <stdbool.h>

#include <hurd/deva.h>
#include <hurd/fs.h>

#include "servers/init/programs.h"

/* Mounts the disk in a directory, by its whole path.  Prints why it cannot. */
void mounts_make(const char *disk, const char *path);
/* Prints why it cannot. */
void mounts_end(const char *path);
/* The system, or the root file system, ends: so do they, even if programs use them. */
void mounts_end_all(void);
void mounts_sync(void);
/* A file server has ended that had others' file systems in directories of its own, and is started
 * again.  mounts_words() makes the words for its start (servers/ext2fs/main.c) and returns their
 * length; path: where it was mounted, "" for "/".  Then mounts_adopt() waits until the next one
 * serves, and says what is mounted in it again.  No client finds such a directory empty. */
enum { MOUNTS_WORDS = 440 };            /* bytes of room */
size_t mounts_words(char *argz, size_t size, L4_ThreadId_t old, const char *path);
void mounts_adopt(L4_ThreadId_t old, L4_ThreadId_t next, bool is_root);
/* Says why a server does not end. */
void mounts_say_busy(const char *path, L4_ThreadId_t server, int err);

struct mounted {
    const char *path;
    int err;                            /* an errno: statfs says nothing */
    struct hurd_fs_statfs statfs;
};

/* The next file system in a directory, from number *n on.  False: there are no more. */
bool mounts_next(unsigned *n, struct mounted *mounted);

/* Is the caller a thread that starts a file server again?  It gets no files. */
bool mounts_watch(void);

#endif
