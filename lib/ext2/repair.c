/* SPDX-License-Identifier: MIT */
/* Repairs a file system that was not unmounted.  It repairs only what a power cut in our own order
 * of writes can leave: names of inodes that are not in use, wrong counts, wrong bitmaps, a file
 * that is longer than its inode says.  Everything else needs e2fsck.  This file changes nothing
 * that e2fsck would not change.
 *
 * There are three passes: over the inodes, over the names, and then the bitmaps are written
 * anew. */
#include <errno.h>
#include <string.h>

#include "lib/ext2/parts.h"

enum { NAMES_MOST = UINT16_MAX };

struct repair {
    struct ext2 *fs;
    uint8_t *blocks;                    /* a bit for each block: it is in use */
    uint8_t *entered;                   /* a bit for each inode: a directory that has its name */
    uint16_t *names;                    /* of each inode, "." and ".." included */
    uint32_t visits;                    /* blocks of reserved inodes that the first pass has read */
};

/* What one file has. */
struct extent_of {
    uint32_t blocks;                    /* data and indirect ones */
    uint64_t end;                       /* behind its last data block, in blocks */
};

static bool bit(const uint8_t *map, uint32_t n)
{
    return map[n / 8] >> n % 8 & 1;
}

static void bit_set(uint8_t *map, uint32_t n)
{
    map[n / 8] |= 1 << n % 8;
}

size_t repair_memory(const struct ext2 *fs)
{
    size_t names = ((size_t) fs->inodes + 1) * sizeof(uint16_t);
    return names + fs->blocks / 8 + 1 + fs->inodes / 8 + 1;
}

/* ---- first pass: inodes ---- */

/* A reserved inode may have blocks of the tables: the one for resizing has. */
static int block_mark(struct repair *r, uint32_t block, bool reserved)
{
    if (block <= r->fs->first_block || block >= r->fs->blocks || ++r->visits > 2 * r->fs->blocks)
        return EUCLEAN;
    if (!reserved && (bit(r->blocks, block) || !block_is_file(r->fs, block)))
        return EUCLEAN;
    bit_set(r->blocks, block);
    return 0;
}

static int tree_mark(struct repair *r, uint32_t block, unsigned level, uint64_t at, bool reserved,
                     struct extent_of *has)
{
    struct ext2_buffer *buffer;
    unsigned shift = r->fs->block_shift - 2;
    int err = block_mark(r, block, reserved);
    if (err)
        return err;
    has->blocks++;
    if (level == 0) {
        if (at + 1 > has->end)
            has->end = at + 1;
        return 0;
    }
    err = buffer_get(r->fs, block, &buffer);
    if (err)
        return err;
    const uint32_t *pointer = (const uint32_t *) buffer->data;
    for (uint32_t i = 0; i < 1u << shift && !err; i++) {
        if (pointer[i])
            err = tree_mark(r, pointer[i], level - 1, at + ((uint64_t) i << (level - 1) * shift),
                            reserved, has);
    }
    buffer_put(buffer);
    return err;
}

static int file_mark(struct repair *r, const struct ext2_inode *inode, bool reserved,
                     struct extent_of *has)
{
    unsigned shift = r->fs->block_shift - 2;
    uint64_t at = 0;
    int err = 0;
    *has = (struct extent_of) { 0, 0 };
    for (unsigned i = 0; i < EXT2_POINTERS && !err; i++) {
        unsigned level = i < EXT2_DIRECT ? 0 : i - EXT2_DIRECT + 1;
        if (inode->block[i])
            err = tree_mark(r, inode->block[i], level, at, reserved, has);
        at += (uint64_t) 1 << level * shift;
    }
    return err;
}

/* The size and the count of sectors follow from the blocks, as for e2fsck. */
static int file_check(struct repair *r, struct ext2_inode *inode)
{
    struct ext2 *fs = r->fs;
    struct extent_of has = { 0, 0 };
    int err = 0;
    if (!inode_is_good(inode))
        return EUCLEAN;
    if (inode_has_blocks(inode))
        err = file_mark(r, inode, false, &has);
    if (!err && inode->attributes && !bit(r->blocks, inode->attributes % fs->blocks))
        err = block_mark(r, inode->attributes, false);
    if (err)
        return err;
    uint32_t sectors = (has.blocks + (inode->attributes != 0)) * (fs->block_size / EXT2_SECTOR);
    bool longer = has.end << fs->block_shift > inode->size + fs->block_size - 1;
    if (sectors == inode->sectors && !longer)
        return 0;
    if (longer && !inode_is(inode, EXT2_SYMLINK))
        inode->size = has.end << fs->block_shift;
    inode->sectors = sectors;
    return inode_store(inode);
}

static int inodes_pass(struct repair *r)
{
    struct ext2 *fs = r->fs;
    int err = 0;
    for (uint32_t i = 1; i <= fs->inodes && !err; i++) {
        struct ext2_inode inode;
        struct extent_of has;
        err = inode_load(fs, i, &inode);
        r->visits = 0;
        if (err)
            break;
        if (i < fs->first_inode && i != EXT2_ROOT)
            err = inode.mode || i == 1 ? file_mark(r, &inode, true, &has) : 0;
        else if (inode.links > 0)
            err = file_check(r, &inode);
    }
    return err;
}

/* ---- second pass: names ---- */

static int entry_count(struct repair *r, const struct ext2_entry *entry, bool *unused)
{
    struct ext2 *fs = r->fs;
    struct ext2_inode target;
    bool dots = !strcmp(entry->name, ".") || !strcmp(entry->name, "..");
    *unused = false;
    if (entry->inode != EXT2_ROOT && entry->inode < fs->first_inode)
        return EUCLEAN;
    int err = inode_load(fs, entry->inode, &target);
    if (err)
        return err;
    if (target.links == 0) {
        *unused = !dots;
        return dots ? EUCLEAN : 0;
    }
    if (!dots && inode_is(&target, EXT2_DIRECTORY)) {
        if (entry->inode == EXT2_ROOT || bit(r->entered, entry->inode))
            return EUCLEAN;
        bit_set(r->entered, entry->inode);
    }
    if (r->names[entry->inode] == NAMES_MOST)
        return EUCLEAN;
    r->names[entry->inode]++;
    return 0;
}

static int names_count(struct repair *r, struct ext2_inode *directory)
{
    struct ext2_entry entry;
    struct entry_place place;
    uint32_t cursor = 0;
    bool unused;
    int err;
    while ((err = ext2_next_entry(directory, &cursor, &entry)) == 0) {
        err = entry_count(r, &entry, &unused);
        if (!err && unused)
            err = entry_find(directory, entry.name, entry.length, &place);
        if (!err && unused)
            err = entry_remove(directory, &place);
        if (err)
            return err;
    }
    return err == ENOENT ? 0 : err;
}

/* The inode behind this one that is not reserved. */
static uint32_t inode_behind(const struct ext2 *fs, uint32_t i)
{
    return i == EXT2_ROOT ? fs->first_inode : i + 1;
}

static int names_pass(struct repair *r)
{
    struct ext2 *fs = r->fs;
    int err = 0;
    for (uint32_t i = EXT2_ROOT; i <= fs->inodes && !err; i = inode_behind(fs, i)) {
        struct ext2_inode inode;
        err = inode_load(fs, i, &inode);
        if (!err && inode.links > 0 && inode_is(&inode, EXT2_DIRECTORY))
            err = names_count(r, &inode);
    }
    return err;
}

/* Makes the link count the number of names.  An inode without names is freed if it holds
 * nothing. */
static int links_pass(struct repair *r)
{
    struct ext2 *fs = r->fs;
    int err = 0;
    for (uint32_t i = EXT2_ROOT; i <= fs->inodes && !err; i = inode_behind(fs, i)) {
        struct ext2_inode inode;
        err = inode_load(fs, i, &inode);
        if (err || inode.links == r->names[i])
            continue;
        bool directory = inode_is(&inode, EXT2_DIRECTORY);
        if (directory ? i != EXT2_ROOT && !bit(r->entered, i) : r->names[i] == 0 && inode.sectors)
            return EUCLEAN;
        inode.links = r->names[i];
        if (inode.links == 0)
            inode.dtime = (uint32_t) fs_now(fs);
        err = inode_store(&inode);
    }
    return err;
}

/* ---- third pass: bitmaps ---- */

static void tables_mark(struct repair *r)
{
    for (uint32_t block = 0; block < r->fs->blocks; block++) {
        if (!block_is_file(r->fs, block))
            bit_set(r->blocks, block);
    }
}

static uint32_t map_write(struct ext2 *fs, struct ext2_buffer *map, const uint8_t *used,
                          uint32_t first, uint32_t count)
{
    uint32_t clear = 0;
    memset(map->data, 0xFF, fs->block_size);
    for (uint32_t i = 0; i < count; i++) {
        if (!bit(used, first + i)) {
            map->data[i / 8] &= ~(1 << i % 8);
            clear++;
        }
    }
    buffer_dirty(map, EXT2_BITMAP);
    return clear;
}

/* Uses `entered` for another purpose: a bit for each inode in use, number 1 first. */
static int inodes_mark(struct repair *r, uint32_t *directories, uint32_t group)
{
    struct ext2 *fs = r->fs;
    uint32_t first = group * fs->group_inodes;
    int err = 0;
    *directories = 0;
    for (uint32_t i = first; i < first + fs->group_inodes && !err; i++) {
        struct ext2_inode inode;
        r->entered[i / 8] &= ~(1 << i % 8);
        if (i + 1 >= fs->first_inode && r->names[i + 1] == 0)
            continue;
        bit_set(r->entered, i);
        err = inode_load(fs, i + 1, &inode);
        *directories += !err && r->names[i + 1] > 0 && inode_is(&inode, EXT2_DIRECTORY);
    }
    return err;
}

static int group_write(struct repair *r, uint32_t group)
{
    struct ext2 *fs = r->fs;
    struct ext2_buffer *head, *map;
    struct ext2_group *d;
    uint32_t directories, start = fs->first_block + group * fs->group_blocks;
    uint32_t size = fs->blocks - start < fs->group_blocks ? fs->blocks - start : fs->group_blocks;
    int err = inodes_mark(r, &directories, group);
    if (!err)
        err = group_get(fs, group, &head, &d);
    if (err)
        return err;
    err = buffer_get(fs, d->block_bitmap, &map);
    if (!err) {
        d->free_blocks = map_write(fs, map, r->blocks, start, size);
        buffer_put(map);
        err = buffer_get(fs, d->inode_bitmap, &map);
    }
    if (!err) {
        d->free_inodes = map_write(fs, map, r->entered, group * fs->group_inodes, fs->group_inodes);
        d->directories = directories;
        buffer_put(map);
        buffer_dirty(head, EXT2_COUNTS);
    }
    buffer_put(head);
    return err;
}

/* 0: the file system is in order, and the next sync marks it clean.  EUCLEAN: it needs e2fsck. */
int repair(struct ext2 *fs, void *memory)
{
    struct repair r = { .fs = fs, .names = memory };
    memset(memory, 0, repair_memory(fs));
    r.blocks = (uint8_t *) (r.names + fs->inodes + 1);
    r.entered = r.blocks + fs->blocks / 8 + 1;
    int err = inodes_pass(&r);
    if (!err)
        err = names_pass(&r);
    if (!err)
        err = links_pass(&r);
    tables_mark(&r);
    for (uint32_t i = 0; i < fs->groups && !err; i++)
        err = group_write(&r, i);
    return err ? err : cache_flush(fs);
}
