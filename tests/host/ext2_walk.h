/* SPDX-License-Identifier: MIT */
/* Uses all of an image that nobody can trust: reads every file, then changes what it finds.  Every
 * result of a call is allowed.  Reads and writes outside the image, and loops, are not: the sanitizers, the
 * device and a count of reads notice them. */
#ifndef EXT2_WALK_H
#define EXT2_WALK_H

#include <stdio.h>
#include <string.h>

#include "lib/ext2/ext2.h"

enum { WALK_MOST = 400, WALK_READ = 300 * 1024 };

static inline void walk_file(struct ext2_inode *inode)
{
    static uint8_t data[4096];
    uint32_t n;
    for (uint64_t at = 0; at < WALK_READ && !ext2_read(inode, at, data, sizeof data, &n) && n; )
        at += n;
    if (inode->size > sizeof data)
        ext2_read(inode, inode->size - 5, data, sizeof data, &n);
    ext2_readlink(inode, data, sizeof data, &n);
}

/* All names of one directory; the inodes that it names are appended. */
static inline void walk_directory(struct ext2_inode *directory, uint32_t *number, uint32_t *count)
{
    struct ext2_entry entry;
    uint32_t cursor = 0, found;
    while (*count < WALK_MOST && ext2_next_entry(directory, &cursor, &entry) == 0) {
        ext2_lookup(directory, entry.name, entry.length, &found);
        if (strcmp(entry.name, ".") != 0 && strcmp(entry.name, "..") != 0)
            number[(*count)++] = entry.inode;
    }
}

static inline void walk_read(struct ext2 *fs)
{
    uint32_t number[WALK_MOST] = { EXT2_ROOT }, count = 1;
    for (uint32_t i = 0; i < count; i++) {
        struct ext2_inode *inode;
        if (ext2_inode_get(fs, number[i], &inode))
            continue;
        walk_directory(inode, number, &count);
        walk_file(inode);
        ext2_inode_put(inode);
    }
}

/* Moves two directories to the root: one that was made, and one that was there. */
static inline void walk_move(struct ext2 *fs, struct ext2_inode *inode, const struct ext2_entry *entry)
{
    struct ext2_inode *root;
    if (ext2_inode_get(fs, EXT2_ROOT, &root))
        return;
    ext2_rename(inode, "deep", 4, root, "deeper", 6);
    ext2_rename(inode, entry->name, entry->length, root, "taken", 5);
    ext2_inode_put(root);
}

/* The changes: in each directory, and to each file, until the file system says no. */
static inline void walk_change(struct ext2 *fs)
{
    static const struct ext2_owner owner;
    uint32_t number[WALK_MOST] = { EXT2_ROOT }, count = 1, n;
    for (uint32_t i = 0; i < count; i++) {
        struct ext2_inode *inode, *made;
        struct ext2_entry entry;
        uint32_t cursor = 0;
        if (ext2_inode_get(fs, number[i], &inode))
            continue;
        walk_directory(inode, number, &count);
        if (!ext2_create(inode, "made", 4, 0600, owner, &made)) {
            ext2_write(made, 20000, "text", 4, &n);
            ext2_link(inode, "linked", 6, made);
            ext2_inode_put(made);
        }
        if (!ext2_mkdir(inode, "deep", 4, 0700, owner, &made))
            ext2_inode_put(made);
        if (i % 2)
            ext2_truncate(inode, inode->size / 2);
        ext2_write(inode, inode->size, "more", 4, &n);
        if (ext2_next_entry(inode, &cursor, &entry) == 0 &&
            ext2_next_entry(inode, &cursor, &entry) == 0 &&
            ext2_next_entry(inode, &cursor, &entry) == 0) {
            if (i % 2 == 0)
                walk_move(fs, inode, &entry);
            ext2_rename(inode, entry.name, entry.length, inode, "renamed", 7);
            ext2_rename(inode, "linked", 6, inode, "renamed", 7);
            ext2_unlink(inode, entry.name, entry.length);
            ext2_rmdir(inode, entry.name, entry.length);
        }
        ext2_inode_put(inode);
    }
    ext2_unmount(fs);
}

#endif
