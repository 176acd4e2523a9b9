/* SPDX-License-Identifier: MIT */
/* Directories: blocks of entries, which are searched from the first to the last.  A directory with
 * an index (the feature dir_index) is read in the same way, because the index hides in entries that
 * look unused; before the first change the index is dropped, as it would be wrong afterwards.
 *
 * Entries never move to another block, and a change is one write of one block, except in
 * directory_rewrite(), whose one write is the inode's. */
#include <errno.h>
#include <string.h>

#include "lib/ext2/parts.h"

enum { ENTRY_ALIGN = 4 };

int name_check(const char *name, uint32_t length)
{
    if (length == 0 || memchr(name, '/', length) || memchr(name, 0, length))
        return EINVAL;
    return length > EXT2_NAME_MOST ? ENAMETOOLONG : 0;
}

static uint32_t entry_size(uint32_t name_length)
{
    return (EXT2_ENTRY_HEAD + name_length + ENTRY_ALIGN - 1) & -ENTRY_ALIGN;
}

/* The entry at this offset, or NULL if it cannot be one. */
static struct ext2_disk_entry *entry_at(const struct ext2 *fs, uint8_t *data, uint32_t offset)
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

static uint32_t directory_blocks(const struct ext2_inode *directory)
{
    return (uint32_t) (directory->size >> directory->fs->block_shift);
}

static int block_get(struct ext2_inode *directory, uint32_t logical, struct ext2_buffer **buffer)
{
    int err = blocks_read(directory, logical, buffer);
    if (!err && !*buffer)
        err = fs_damaged(directory->fs, "a directory has a hole");
    return err;
}

static int entry_bad(struct ext2 *fs)
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

int entry_find(struct ext2_inode *directory, const char *name, uint32_t length,
               struct entry_place *place)
{
    int err = ENOENT;
    if (!inode_is(directory, EXT2_DIRECTORY))
        return ENOTDIR;
    uint32_t blocks = directory_blocks(directory);
    for (uint32_t i = 0; i < blocks && err == ENOENT; i++) {
        struct ext2_buffer *buffer;
        err = block_get(directory, i, &buffer);
        if (err)
            return err;
        place->logical = i;
        err = block_find(directory->fs, buffer, name, length, place);
        buffer_put(buffer);
    }
    return err;
}

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
        err = block_get(directory, logical, &buffer);
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

static int directory_touch(struct ext2_inode *directory)
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

/* Puts an entry into the first gap of the block that is large enough; ENOSPC: there is none. */
static int block_insert(struct ext2 *fs, uint8_t *data, const char *name, uint32_t length,
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

/* Removes the entry: its space is added to the entry before it. */
static int block_remove(struct ext2 *fs, uint8_t *data, const struct entry_place *place)
{
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
    int err = block_get(directory, logical, &buffer);
    if (err)
        return err;
    err = block_insert(directory->fs, buffer->data, name, length, inode);
    if (!err)
        buffer_dirty(buffer, EXT2_ENTRIES);
    buffer_put(buffer);
    return err;
}

int entry_add(struct ext2_inode *directory, const char *name, uint32_t length,
              const struct ext2_inode *inode)
{
    uint32_t blocks = directory_blocks(directory), i = directory->room;
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
    if (length <= 8)
        directory->room = i - 1;
    return directory_touch(directory);
}

int entry_remove(struct ext2_inode *directory, const struct entry_place *place)
{
    struct ext2_buffer *buffer;
    int err = block_get(directory, place->logical, &buffer);
    if (err)
        return err;
    err = block_remove(directory->fs, buffer->data, place);
    if (!err)
        buffer_dirty(buffer, EXT2_ENTRIES);
    buffer_put(buffer);
    if (place->logical < directory->room)
        directory->room = place->logical;
    return err ? err : directory_touch(directory);
}

int entry_point(struct ext2_inode *directory, const struct entry_place *place,
                const struct ext2_inode *inode)
{
    struct ext2_buffer *buffer;
    int err = block_get(directory, place->logical, &buffer);
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

/* ---- a directory becomes another one ---- */

static int dots_point(struct ext2_inode *directory, uint8_t *data, uint32_t parent)
{
    struct ext2_disk_entry *dot = entry_at(directory->fs, data, 0), *dots = NULL;
    if (dot && dot->length < directory->fs->block_size)
        dots = entry_at(directory->fs, data, dot->length);
    if (!dots || dot->name_length != 1 || memcmp(dot->name, ".", 1) != 0 ||
        dots->name_length != 2 || memcmp(dots->name, "..", 2) != 0)
        return fs_damaged(directory->fs, "a directory does not begin with \".\" and \"..\"");
    dot->inode = directory->number;
    dots->inode = parent;
    return 0;
}

int entries_adopt(struct ext2_inode *directory, uint8_t *data, uint32_t logical, uint32_t parent)
{
    struct ext2 *fs = directory->fs;
    struct entry_place place = { .logical = logical };
    int err = logical == 0 ? dots_point(directory, data, parent) : 0;
    uint32_t dots = logical == 0 ? 2 : 0, next;
    for (uint32_t at = 0; at < fs->block_size && !err; at = next) {
        struct ext2_disk_entry *e = entry_at(fs, data, at);
        struct ext2_inode inode = { .links = 0 };
        if (!e)
            return entry_bad(fs);
        next = at + e->length;
        place.offset = at;
        place.inode = e->inode;
        if (dots > 0)
            dots--;
        else if (e->inode)
            err = inode_load(fs, e->inode, &inode);
        bool goes = !err && inode.links > 0 && inode_is(&inode, EXT2_DIRECTORY);
        if (goes)
            err = block_remove(fs, data, &place);
        if (!goes || place.before == at)
            place.before = at;
    }
    return err;
}

/* ---- one name for another, at once ---- */

/* Tries it within the block.  Returns 0, or ENOSPC: then the block is as good as before. */
static int block_rename(struct ext2_inode *directory, const struct entry_place *place,
                        const char *name, uint32_t length, const struct ext2_inode *inode)
{
    struct ext2 *fs = directory->fs;
    struct ext2_buffer *buffer;
    char old[EXT2_NAME_MOST];
    int err = block_get(directory, place->logical, &buffer);
    if (err)
        return err;
    struct ext2_disk_entry *e = entry_at(fs, buffer->data, place->offset);
    uint32_t old_length = e ? e->name_length : 0;
    if (e)
        memcpy(old, e->name, old_length);
    err = block_remove(fs, buffer->data, place);
    if (!err) {
        err = block_insert(fs, buffer->data, name, length, inode);
        if (err == ENOSPC && block_insert(fs, buffer->data, old, old_length, inode))
            err = entry_bad(fs);
        buffer_dirty(buffer, EXT2_ENTRIES);
    }
    buffer_put(buffer);
    return err;
}

/* Copies all blocks but the old name to new places, and adds the new name there. */
static int directory_copy(struct ext2_inode *directory, struct ext2_inode *copy,
                          const struct entry_place *place, const char *name, uint32_t length,
                          const struct ext2_inode *inode)
{
    struct ext2 *fs = directory->fs;
    struct ext2_buffer *from, *to;
    uint32_t blocks = directory_blocks(directory);
    int err = 0, added = ENOSPC;
    for (uint32_t i = 0; i <= blocks && !err; i++) {
        if (i == blocks && !added)
            break;
        err = blocks_make(copy, i, &to);
        if (err)
            break;
        copy->size = (uint64_t) (i + 1) << fs->block_shift;
        if (i < blocks && !(err = block_get(directory, i, &from))) {
            memcpy(to->data, from->data, fs->block_size);
            buffer_put(from);
        } else if (i == blocks)
            ((struct ext2_disk_entry *) to->data)->length = fs->block_size;
        if (!err && i == place->logical)
            err = block_remove(fs, to->data, place);
        if (!err && added)
            added = block_insert(fs, to->data, name, length, inode);
        buffer_put(to);
        if (!err && added && added != ENOSPC)
            err = added;
    }
    return err ? err : added;
}

/* Renames an entry whose block has no room for the new name.  The write of the inode is the
 * change. */
static int directory_rewrite(struct ext2_inode *directory, const struct entry_place *place,
                             const char *name, uint32_t length, const struct ext2_inode *inode)
{
    struct ext2 *fs = directory->fs;
    struct ext2_inode copy = *directory;
    uint32_t old[EXT2_POINTERS];
    memcpy(old, directory->block, sizeof old);
    memset(copy.block, 0, sizeof copy.block);
    copy.sectors = directory->attributes ? fs->block_size / EXT2_SECTOR : 0;
    int err = directory_copy(directory, &copy, place, name, length, inode);
    if (err) {
        int freed = pointers_free(fs, copy.block);
        return freed ? freed : err;
    }
    memcpy(directory->block, copy.block, sizeof old);
    directory->size = copy.size;
    directory->sectors = copy.sectors;
    directory->room = 0;
    err = directory_touch(directory);
    if (!err)
        err = batch_commit(fs);
    return err ? err : pointers_free(fs, old);
}

int entry_rename(struct ext2_inode *directory, const struct entry_place *place, const char *name,
                 uint32_t length, const struct ext2_inode *inode)
{
    int err = block_rename(directory, place, name, length, inode);
    if (err == ENOSPC && inode_is(inode, EXT2_DIRECTORY))
        return directory_rewrite(directory, place, name, length, inode);
    return err ? err : directory_touch(directory);
}
