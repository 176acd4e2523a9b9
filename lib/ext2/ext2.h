/* SPDX-License-Identifier: MIT */
/* lib/ext2: an ext2 file system over a device of functions.  Nothing here knows L4, and only the
 * device's functions may wait.  Only one thread at a time may use a file system.
 *
 * All functions that return int return 0 or an errno.  For all: EIO: the device could not; EUCLEAN:
 * what the disk says cannot be true, and from then on the file system is read-only (`sentence` says
 * why); EROFS: it is read-only; ENFILE: more than EXT2_OPEN inodes are open; ENOBUFS: all buffers
 * are in use, which is an error in this library.
 * Sizes are bytes, times are seconds since 1970, names are not terminated and hold any byte but NUL
 * and '/'. */
#ifndef EXT2_H
#define EXT2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/ext2/format.h"

enum {
    EXT2_OPEN = 256,                    /* inodes in use at a time */
    EXT2_BUFFERS_LEAST = 32,            /* blocks of cache */
    EXT2_RUN = 16,                      /* most blocks of one call of the device's functions */
    EXT2_DEAD = 64,                     /* unlinked inodes that wait to be freed */
    EXT2_DETACHED = 64,                 /* pieces of files that wait to be freed */
    EXT2_SENTENCE = 120,
    EXT2_INDEXED = 4,                   /* directories that have an index in memory */
    EXT2_GAPS = 1024,                   /* blocks of a directory with an index, at most */
    EXT2_KNOWN = 128,                   /* names that are remembered, */
    EXT2_KNOWN_NAME = 24,               /* of so many bytes at most */
};

/* `block` counts units of `size` bytes (1,024 to 4,096), count <= EXT2_RUN; data[i] is the place of
 * block + i.  A write before `flush` reaches the medium before every write after it.
 * flush may be NULL. */
struct ext2_device {
    void *context;
    uint64_t bytes;
    bool read_only;
    int (*read)(void *context, uint32_t block, uint32_t size, uint32_t count,
                uint8_t *const *data);
    int (*write)(void *context, uint32_t block, uint32_t size, uint32_t count,
                 uint8_t *const *data);
    int (*flush)(void *context);
    int64_t (*now)(void *context);      /* NULL, or any value: times never go back */
};

/* The order in which a batch of changes reaches the disk: cache.c. */
enum ext2_class {
    EXT2_BITMAP,                        /* a block or inode is marked used before a name of it */
    EXT2_DATA,                          /* file data, and every block that nothing on disk names */
    EXT2_INDIRECT,
    EXT2_ENTRIES,                       /* blocks of directories */
    EXT2_INODES,
    EXT2_COUNTS,                        /* group descriptors */
    EXT2_CLASSES,
};

struct ext2_buffer {
    struct ext2_buffer *hash_next;
    struct ext2_buffer *newer, *older;  /* least recently used first */
    uint8_t *data;
    uint32_t block;
    uint16_t pins;                      /* the number of its users; with any it keeps its block */
    uint8_t class;                      /* valid when dirty */
    bool valid, dirty;
    bool fresh;                         /* nothing on disk names this block yet */
};

struct ext2_inode {
    struct ext2 *fs;
    struct ext2_inode *next;            /* the next inode of the same hash, or the next free one */
    uint32_t number, opens;
    uint32_t uid, gid, links, flags, generation, attributes, dtime;
    uint32_t sectors;
    uint32_t block[EXT2_POINTERS];
    uint64_t size;
    int64_t atime, mtime, ctime;
    uint32_t goal;                      /* block behind the one allocated last, or 0 */
    uint32_t room;                      /* directory: no block before this one has room */
    uint16_t mode;
    bool fresh;                         /* it has not been written to its place yet */
};

/* A batch either adds names and blocks, or removes them: cache.c says why. */
enum ext2_mode { EXT2_NEUTRAL, EXT2_ADDS, EXT2_REMOVES };

struct ext2_piece {
    uint32_t block, count;              /* count of blocks at level 0; above it, 1 */
    unsigned level;
};

/* A directory with an index in memory: index.c. */
struct ext2_indexed {
    uint32_t number;                    /* of its inode; 0: none */
    uint32_t last;                      /* the block where the last name went */
    bool unfit;                         /* it has too many names: there is no index after all */
    uint8_t gap[EXT2_GAPS];             /* of each block: its largest gap, in words */
};
struct ext2_index_slot {
    uint32_t hash, block;               /* block of the directory, and 1; 0: a free slot */
};

/* A name that was found: known.c. */
struct ext2_known {
    uint32_t directory, number;         /* directory 0: the record is free */
    uint32_t changes;                   /* valid while it is the file system's */
    uint8_t length;
    char name[EXT2_KNOWN_NAME];
};

struct ext2 {
    struct ext2_device device;
    struct ext2_super super;            /* as on disk, but with the present totals */
    char sentence[EXT2_SENTENCE];       /* why it is not mounted, or read-only */
    bool read_only;
    bool failed;                        /* a write failed: no dirty buffer will be written */
    bool clean;                         /* the superblock on disk says that all is well */
    bool was_clean;                     /* it said so when we mounted, or it was repaired */
    bool repaired;
    uint32_t block_size, block_shift, blocks, first_block;
    uint32_t groups, group_blocks, group_inodes, descriptor_blocks, table_blocks;
    uint32_t inode_size, inodes, first_inode;
    uint32_t free_blocks, free_inodes;
    uint64_t size_most;                 /* of a file */
    int64_t time_least;                 /* an earlier time is never written */
    enum ext2_mode mode;
    bool changed;                       /* since the last sync */
    uint32_t open_dead;                 /* inodes without a name that are open */
    /* cache */
    struct ext2_buffer *super_buffer;   /* pinned while mounted */
    struct ext2_buffer *buffers, **buffer_hash, *newest, *oldest, **sorted;
    uint32_t buffer_count, hash_mask;
    /* inodes */
    struct ext2_inode inode[EXT2_OPEN], *inode_hash[EXT2_OPEN], *inode_free;
    uint32_t dead[EXT2_DEAD], dead_count;
    struct ext2_piece detached[EXT2_DETACHED];
    uint32_t detached_count;
    /* names of large directories */
    struct ext2_indexed indexed[EXT2_INDEXED];
    unsigned indexed_next;              /* the record that is used next */
    struct ext2_index_slot *index;
    uint32_t index_mask, index_used;    /* mask 0: there is no table */
    struct ext2_known known[EXT2_KNOWN];
    uint32_t known_changes;             /* names that went, or got another inode */
    /* counted since mount, for measurements */
    uint32_t reads, writes, flushes, commits;
    uint32_t searched;                  /* blocks of directories, for a name or for room */
};

/* ---- the whole file system: super.c ----
 * `memory` holds the cache; ext2_memory() bytes give `buffers` blocks of the largest size.
 * mount: EINVAL: not an ext2 that this library can mount, `sentence` says why; ENOMEM: less memory
 * than EXT2_BUFFERS_LEAST blocks need.  It may mount read-only, and says so in `sentence`. */
size_t ext2_memory(uint32_t buffers);
int ext2_mount(struct ext2 *fs, const struct ext2_device *device, void *memory, size_t bytes);
int64_t ext2_now(struct ext2 *fs);      /* the time that changes get */
int ext2_sync(struct ext2 *fs);         /* when it returns, all is on the medium */
int ext2_unmount(struct ext2 *fs);      /* EBUSY: inodes are open; else as ext2_sync */

struct ext2_statfs {
    uint32_t block_size, blocks, free_blocks, reserved_blocks, inodes, free_inodes;
    bool read_only, clean;
};
void ext2_statfs(const struct ext2 *fs, struct ext2_statfs *out);

/* ---- inodes: inode.c ----
 * The caller ends every get with one put.  EUCLEAN: the inode is not in use. */
int ext2_inode_get(struct ext2 *fs, uint32_t number, struct ext2_inode **inode);
void ext2_inode_hold(struct ext2_inode *inode);
void ext2_inode_put(struct ext2_inode *inode);
int ext2_set_mode(struct ext2_inode *inode, uint32_t mode);    /* the lower 12 bits */
int ext2_set_owner(struct ext2_inode *inode, uint32_t uid, uint32_t gid);
int ext2_set_times(struct ext2_inode *inode, int64_t atime, int64_t mtime);

/* ---- contents: file.c ----
 * EISDIR, EINVAL: not a regular file.  EFBIG.  ENOSPC.  EPERM: immutable, or append-only.
 * *done counts bytes, also when the function fails. */
int ext2_read(struct ext2_inode *inode, uint64_t at, void *data, uint32_t size, uint32_t *done);
/* For a reader that takes whole blocks from the device by itself: *run bytes of the file from `at`
 * on, `size` at most and none behind its end, lie from byte *where of the device on.  *run 0: use
 * ext2_read(), for there is a hole, or the cache may have newer bytes.  EINVAL: `at` is in the
 * middle of a block, or behind the end. */
int ext2_extent(struct ext2_inode *inode, uint64_t at, uint32_t size, uint64_t *where,
                uint32_t *run);
int ext2_write(struct ext2_inode *inode, uint64_t at, const void *data, uint32_t size,
               uint32_t *done);
int ext2_truncate(struct ext2_inode *inode, uint64_t size);
/* The file has blocks for these bytes, which lie before its end: writing them needs none. */
int ext2_reserve(struct ext2_inode *inode, uint64_t at, uint32_t size);
int ext2_readlink(struct ext2_inode *inode, void *data, uint32_t size, uint32_t *done);

/* ---- directories: directory.c ---- */
struct ext2_entry {
    uint32_t inode;
    uint8_t type;                       /* as in the directory: 0 unknown, 1 regular, 2 directory,
                                           3 character, 4 block, 5 fifo, 6 socket, 7 symlink */
    uint8_t length;
    char name[EXT2_NAME_MOST + 1];      /* terminated */
};
/* ENOENT, ENOTDIR, ENAMETOOLONG, EINVAL: the name is empty, or has NUL or '/' in it. */
int ext2_lookup(struct ext2_inode *directory, const char *name, uint32_t length, uint32_t *number);
/* Gives the next entry at or behind *cursor, and moves *cursor behind it; the caller begins at 0.
 * ENOENT: there is none. */
int ext2_next_entry(struct ext2_inode *directory, uint32_t *cursor, struct ext2_entry *entry);

/* ---- names: names.c ----
 * As above, and EEXIST, EMLINK, ENOSPC, EPERM.  create, mkfifo, mkdir and symlink give an open
 * inode. */
struct ext2_owner {
    uint32_t uid, gid;
};
int ext2_create(struct ext2_inode *directory, const char *name, uint32_t length, uint32_t mode,
                struct ext2_owner owner, struct ext2_inode **inode);
int ext2_mkfifo(struct ext2_inode *directory, const char *name, uint32_t length, uint32_t mode,
                struct ext2_owner owner, struct ext2_inode **inode);
int ext2_mkdir(struct ext2_inode *directory, const char *name, uint32_t length, uint32_t mode,
               struct ext2_owner owner, struct ext2_inode **inode);
int ext2_symlink(struct ext2_inode *directory, const char *name, uint32_t length,
                 const char *target, uint32_t target_length, struct ext2_owner owner,
                 struct ext2_inode **inode);
int ext2_link(struct ext2_inode *directory, const char *name, uint32_t length,
              struct ext2_inode *inode);        /* EPERM: a directory */
int ext2_unlink(struct ext2_inode *directory, const char *name, uint32_t length);   /* EISDIR */
int ext2_rmdir(struct ext2_inode *directory, const char *name, uint32_t length);    /* ENOTEMPTY */
/* EISDIR, ENOTDIR, ENOTEMPTY: the new name belongs to something that cannot be replaced.  EINVAL: a
 * directory would be in itself.  A directory that moves to another directory gets another number;
 * EXDEV: it has more than 1,024 directories in it, more than 48 deep, or extended attributes. */
int ext2_rename(struct ext2_inode *from, const char *name, uint32_t length,
                struct ext2_inode *to, const char *new_name, uint32_t new_length);

#endif
