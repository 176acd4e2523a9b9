/* SPDX-License-Identifier: MIT */
/* Directories: blocks of entries.  A small directory is searched from the first block to the last,
 * a larger one by its index in memory (index.c).  The index that it may have on the disk (the
 * feature dir_index) is not used: it hides in entries that look unused, and before the first change
 * it is dropped, as it would be wrong afterwards.
 *
 * Entries never move to another block, and a change is one write of one block, except in
 * directory_rewrite(), whose one write is the inode's. */
#include <errno.h>
#include <string.h>

#include "lib/ext2/parts.h"

enum { ENTRY_ALIGN = 4, INDEX_LEAST = 3 };      /* blocks */

int name_check(const char *name, uint32_t length)
{
    if (length == 0 || memchr(name, '/', length) || memchr(name, 0, length))
        return EINVAL;
    return length > EXT2_NAME_MOST ? ENAMETOOLONG : 0;
}

uint32_t entry_size(uint32_t name_length)
{
    return (EXT2_ENTRY_HEAD + name_length + ENTRY_ALIGN - 1) & -ENTRY_ALIGN;
}

struct ext2_disk_entry *entry_at(const struct ext2 *fs, uint8_t *data, uint32_t offset)
{
    struct ext2_disk_entry *e = (void *) (data + offset);
    if (fs->block_size - offset < EXT2_ENTRY_HEAD || e->length < EXT2_ENTRY_HEAD ||
        e->length % ENTRY_ALIGN || e->length > fs->block_size - offset)
        return NULL;
    if (e->inode && (e->name_length == 0 || entry_size(e->name_length) > e->length ||
                     e->inode > fs->inodes))
        return NULL;
    return e;
}

int directory_block(struct ext2_inode *directory, uint32_t logical, struct ext2_buffer **buffer)
{
    int err = blocks_read(directory, logical, buffer);
    if (!err && !*buffer)
        err = fs_damaged(directory->fs, "a directory has a hole");
    return err;
}

int entry_bad(struct ext2 *fs)
{
    return fs_damaged(fs, "a directory has an entry that cannot be one");
}

/* ---- reading ---- */

static int block_find(struct ext2 *fs, struct ext2_buffer *buffer, const char *name,
                      uint32_t length, struct entry_place *place)
{
    uint32_t before = 0;
    struct ext2_disk_entry *e;
    for (uint32_t at = 0; at < fs->block_size; before = at, at += e->length) {
        e = entry_at(fs, buffer->data, at);
        if (!e)
            return entry_bad(fs);
        if (e->inode && e->name_length == length && memcmp(e->name, name, length) == 0) {
            place->offset = at;
            place->before = before;
            place->inode = e->inode;
            return 0;
        }
    }
    return ENOENT;
}

/* ---- the index in memory ---- */

static uint32_t largest_gap(struct ext2 *fs, uint8_t *data)
{
    struct ext2_disk_entry *e;
    uint32_t gap = 0;
    for (uint32_t at = 0; at < fs->block_size && (e = entry_at(fs, data, at)); at += e->length) {
        uint32_t rest = e->length - (e->inode ? entry_size(e->name_length) : 0);
        if (rest > gap)
            gap = rest;
    }
    return gap;
}

static int block_index(struct ext2_inode *directory, struct ext2_indexed *x, uint32_t logical)
{
    struct ext2 *fs = directory->fs;
    struct ext2_buffer *buffer;
    struct ext2_disk_entry *e;
    int err = directory_block(directory, logical, &buffer);
    if (err)
        return err;
    for (uint32_t at = 0; at < fs->block_size && !err; at += e->length) {
        e = entry_at(fs, buffer->data, at);
        if (!e) {
            err = entry_bad(fs);
            break;
        }
        if (e->inode)
            err = index_add(fs, directory->number, e->name, e->name_length, logical);
    }
    index_set_gap(x, logical, largest_gap(fs, buffer->data));
    buffer_put(buffer);
    return err;
}

/* NULL: the directory has no index and gets none. */
static struct ext2_indexed *directory_index(struct ext2_inode *directory)
{
    struct ext2 *fs = directory->fs;
    uint32_t blocks = directory_blocks(directory);
    struct ext2_indexed *x = index_find(fs, directory->number);
    if (x || blocks < INDEX_LEAST)
        return x && !x->unfit ? x : NULL;
    int err = ENOSPC;
    for (unsigned i = 0; i < 2 && err == ENOSPC; i++) {     /* the table is empty the second time */
        x = index_new(fs, directory->number, blocks);
        err = x ? 0 : EFBIG;
        for (uint32_t logical = 0; logical < blocks && !err; logical++)
            err = block_index(directory, x, logical);
    }
    if (!err)
        return x;
    index_drop(fs, directory->number);
    if (err == ENOSPC && (x = index_new(fs, directory->number, blocks)))
        x->unfit = true;
    return NULL;
}

void name_came(struct ext2_inode *directory, uint32_t logical, uint8_t *data, const char *name,
               uint32_t length)
{
    struct ext2_indexed *x = index_find(directory->fs, directory->number);
    if (!x || x->unfit)
        return;
    index_set_gap(x, logical, largest_gap(directory->fs, data));
    index_add(directory->fs, directory->number, name, length, logical);
}

void name_went(struct ext2_inode *directory, uint32_t logical, uint8_t *data, const char *name,
               uint32_t length)
{
    struct ext2_indexed *x = index_find(directory->fs, directory->number);
    if (!x || x->unfit)
        return;
    index_set_gap(x, logical, largest_gap(directory->fs, data));
    index_remove(directory->fs, directory->number, name, length, logical);
}

static int name_in_block(struct ext2_inode *directory, uint32_t logical, const char *name,
                         uint32_t length, struct entry_place *place)
{
    struct ext2_buffer *buffer;
    int err = directory_block(directory, logical, &buffer);
    if (err)
        return err;
    directory->fs->searched++;
    place->logical = logical;
    err = block_find(directory->fs, buffer, name, length, place);
    buffer_put(buffer);
    return err;
}

int entry_find(struct ext2_inode *directory, const char *name, uint32_t length,
               struct entry_place *place)
{
    int err = ENOENT;
    if (!inode_is(directory, EXT2_DIRECTORY))
        return ENOTDIR;
    uint32_t blocks = directory_blocks(directory), step = 0, logical;
    if (!directory_index(directory)) {
        for (uint32_t i = 0; i < blocks && err == ENOENT; i++)
            err = name_in_block(directory, i, name, length, place);
        return err;
    }
    while (err == ENOENT &&
           index_next(directory->fs, directory->number, name, length, &step, &logical)) {
        if (logical < blocks)
            err = name_in_block(directory, logical, name, length, place);
    }
    return err;
}

/* ---- reading, for others ---- */

int ext2_lookup(struct ext2_inode *directory, const char *name, uint32_t length, uint32_t *number)
{
    struct entry_place place;
    int err = inode_is(directory, EXT2_DIRECTORY) ? name_check(name, length) : ENOTDIR;
    if (!err)
        err = entry_find(directory, name, length, &place);
    if (!err)
        *number = place.inode;
    return err;
}

/* The first used entry of a block that is not before *cursor. */
static int block_next(struct ext2 *fs, uint8_t *data, uint32_t start, uint32_t *cursor,
                      struct ext2_entry *out)
{
    struct ext2_disk_entry *e;
    for (uint32_t at = 0; at < fs->block_size; at += e->length) {
        e = entry_at(fs, data, at);
        if (!e)
            return entry_bad(fs);
        if (start + at < *cursor || e->inode == 0)
            continue;
        out->inode = e->inode;
        out->type = fs->super.incompat & EXT2_INCOMPAT_FILETYPE && fs->super.revision ? e->type : 0;
        out->length = e->name_length;
        memcpy(out->name, e->name, e->name_length);
        out->name[e->name_length] = 0;
        *cursor = start + at + e->length;
        return 0;
    }
    *cursor = start + fs->block_size;
    return ENOENT;
}

int ext2_next_entry(struct ext2_inode *directory, uint32_t *cursor, struct ext2_entry *entry)
{
    struct ext2 *fs = directory->fs;
    int err = ENOENT;
    if (!inode_is(directory, EXT2_DIRECTORY))
        return ENOTDIR;
    while (err == ENOENT && *cursor < directory->size) {
        struct ext2_buffer *buffer;
        uint32_t logical = *cursor >> fs->block_shift;
        err = directory_block(directory, logical, &buffer);
        if (err)
            return err;
        err = block_next(fs, buffer->data, logical << fs->block_shift, cursor, entry);
        buffer_put(buffer);
    }
    return err;
}

int directory_is_empty(struct ext2_inode *directory, bool *empty)
{
    struct ext2_entry entry;
    uint32_t cursor = 0;
    int err;
    *empty = true;
    while ((err = ext2_next_entry(directory, &cursor, &entry)) == 0) {
        if (strcmp(entry.name, ".") != 0 && strcmp(entry.name, "..") != 0) {
            *empty = false;
            return 0;
        }
    }
    return err == ENOENT ? 0 : err;
}

/* ---- changing ---- */

int directory_open(struct ext2_inode *directory)
{
    struct ext2 *fs = directory->fs;
    int err = batch_begin(fs, EXT2_NEUTRAL);
    if (err)
        return err;
    if (!inode_is(directory, EXT2_DIRECTORY))
        return ENOTDIR;
    if (directory->links == 0)
        return ENOENT;
    if (directory->flags & (EXT2_FLAG_IMMUTABLE | EXT2_FLAG_APPEND))
        return EPERM;
    if (!(directory->flags & EXT2_FLAG_INDEX))
        return 0;
    directory->flags &= ~EXT2_FLAG_INDEX;
    err = inode_store(directory);
    return err ? err : batch_commit(fs);
}

int directory_touch(struct ext2_inode *directory)
{
    directory->mtime = directory->ctime = fs_now(directory->fs);
    return inode_store(directory);
}

static uint8_t entry_type(const struct ext2_inode *inode)
{
    static const uint8_t type[16] = { [1] = 5, [2] = 3, [4] = 2, [6] = 4,
                                      [8] = 1, [10] = 7, [12] = 6 };
    const struct ext2_super *s = &inode->fs->super;
    bool typed = s->revision > 0 && s->incompat & EXT2_INCOMPAT_FILETYPE;
    return typed ? type[inode->mode >> 12] : 0;
}

static void entry_write(struct ext2_disk_entry *e, const char *name, uint32_t length,
                        const struct ext2_inode *inode)
{
    e->inode = inode->number;
    e->name_length = length;
    e->type = entry_type(inode);
    memcpy(e->name, name, length);
}

int entries_insert(struct ext2 *fs, uint8_t *data, const char *name, uint32_t length,
                   const struct ext2_inode *inode)
{
    struct ext2_disk_entry *e;
    for (uint32_t at = 0; at < fs->block_size; at += e->length) {
        e = entry_at(fs, data, at);
        if (!e)
            return entry_bad(fs);
        uint32_t used = e->inode ? entry_size(e->name_length) : 0;
        if (e->length - used < entry_size(length))
            continue;
        if (used) {
            struct ext2_disk_entry *rest = (void *) (data + at + used);
            rest->length = e->length - used;
            e->length = used;
            e = rest;
        }
        entry_write(e, name, length, inode);
        return 0;
    }
    return ENOSPC;
}

int entries_remove(struct ext2 *fs, uint8_t *data, const struct entry_place *place)
{
    assert_is(place->before, <=, place->offset);
    struct ext2_disk_entry *e = entry_at(fs, data, place->offset);
    struct ext2_disk_entry *before = entry_at(fs, data, place->before);
    if (!e || !before || e->inode != place->inode)
        return entry_bad(fs);
    if (before != e)
        before->length += e->length;
    else
        e->inode = 0;
    return 0;
}

/* Gives the directory one more block, in a batch of its own.  So the disk has the block as a part
 * of the directory before a name in it. */
static int directory_grow(struct ext2_inode *directory)
{
    struct ext2 *fs = directory->fs;
    struct ext2_buffer *buffer;
    if (directory->size >= UINT32_MAX - fs->block_size)
        return ENOSPC;
    if (directory_blocks(directory) >= EXT2_GAPS)
        index_drop(fs, directory->number);
    int err = blocks_make(directory, directory_blocks(directory), &buffer);
    if (!err) {
        ((struct ext2_disk_entry *) buffer->data)->length = fs->block_size;
        buffer_dirty(buffer, EXT2_ENTRIES);
        buffer_put(buffer);
        directory->size += fs->block_size;
    }
    int stored = inode_store(directory);
    if (!err)
        err = stored;
    if (!err)
        err = batch_commit(fs);
    return err ? err : batch_begin(fs, EXT2_ADDS);
}

static int block_add_entry(struct ext2_inode *directory, uint32_t logical, const char *name,
                           uint32_t length, const struct ext2_inode *inode)
{
    struct ext2_buffer *buffer;
    int err = directory_block(directory, logical, &buffer);
    if (err)
        return err;
    directory->fs->searched++;
    err = entries_insert(directory->fs, buffer->data, name, length, inode);
    if (!err) {
        buffer_dirty(buffer, EXT2_ENTRIES);
        name_came(directory, logical, buffer->data, name, length);
    }
    buffer_put(buffer);
    return err;
}

/* The block where the search for room begins: one with room, if there is an index. */
static uint32_t room_begins(struct ext2_inode *directory, uint32_t length)
{
    struct ext2_indexed *x = index_find(directory->fs, directory->number);
    if (!x || x->unfit)
        return directory->room;
    return index_room(x, directory_blocks(directory), entry_size(length));
}

int entry_add(struct ext2_inode *directory, const char *name, uint32_t length,
              const struct ext2_inode *inode)
{
    uint32_t blocks = directory_blocks(directory), i = room_begins(directory, length);
    int err = ENOSPC;
    for (; i < blocks && err == ENOSPC; i++)
        err = block_add_entry(directory, i, name, length, inode);
    if (err == ENOSPC) {
        err = directory_grow(directory);
        if (!err)
            err = block_add_entry(directory, blocks, name, length, inode);
        i = blocks + 1;
    }
    if (err)
        return err;
    /* A block without room for a short name has no room for another name. */
    if (length <= 8 && !index_find(directory->fs, directory->number))
        directory->room = i - 1;
    return directory_touch(directory);
}

int entry_remove(struct ext2_inode *directory, const struct entry_place *place)
{
    struct ext2_buffer *buffer;
    int err = directory_block(directory, place->logical, &buffer);
    if (err)
        return err;
    err = entries_remove(directory->fs, buffer->data, place);
    if (!err) {
        const struct ext2_disk_entry *gone = (void *) (buffer->data + place->offset);
        buffer_dirty(buffer, EXT2_ENTRIES);
        name_went(directory, place->logical, buffer->data, gone->name, gone->name_length);
    }
    buffer_put(buffer);
    if (place->logical < directory->room)
        directory->room = place->logical;
    return err ? err : directory_touch(directory);
}

int entry_point(struct ext2_inode *directory, const struct entry_place *place,
                const struct ext2_inode *inode)
{
    struct ext2_buffer *buffer;
    int err = directory_block(directory, place->logical, &buffer);
    if (err)
        return err;
    struct ext2_disk_entry *e = entry_at(directory->fs, buffer->data, place->offset);
    if (e && e->inode == place->inode) {
        e->inode = inode->number;
        e->type = entry_type(inode);
        buffer_dirty(buffer, EXT2_ENTRIES);
    } else
        err = entry_bad(directory->fs);
    buffer_put(buffer);
    return err ? err : directory_touch(directory);
}

/* Writes "." and ".." into the first block of a new directory. */
int directory_init(struct ext2_inode *directory, uint32_t parent)
{
    struct ext2 *fs = directory->fs;
    struct ext2_inode other = { .fs = fs, .number = parent, .mode = EXT2_DIRECTORY };
    struct ext2_buffer *buffer;
    int err = blocks_make(directory, 0, &buffer);
    if (err)
        return err;
    struct ext2_disk_entry *e = (void *) buffer->data;
    e->length = entry_size(1);
    entry_write(e, ".", 1, directory);
    e = (void *) (buffer->data + entry_size(1));
    e->length = fs->block_size - entry_size(1);
    entry_write(e, "..", 2, &other);
    buffer_dirty(buffer, EXT2_ENTRIES);
    buffer_put(buffer);
    directory->size = fs->block_size;
    return 0;
}
