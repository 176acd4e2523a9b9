/* SPDX-License-Identifier: MIT */
/* Blocks of a directory as a whole: one name for another at once, and the copy of a directory that
 * becomes another one. */
#include <errno.h>
#include <string.h>

#include "lib/ext2/parts.h"

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
            err = entries_remove(fs, data, &place);
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
    int err = directory_block(directory, place->logical, &buffer);
    if (err)
        return err;
    struct ext2_disk_entry *e = entry_at(fs, buffer->data, place->offset);
    uint32_t old_length = e ? e->name_length : 0;
    if (e)
        memcpy(old, e->name, old_length);
    err = entries_remove(fs, buffer->data, place);
    if (!err) {
        err = entries_insert(fs, buffer->data, name, length, inode);
        if (err == ENOSPC && entries_insert(fs, buffer->data, old, old_length, inode))
            err = entry_bad(fs);
        buffer_dirty(buffer, EXT2_ENTRIES);
    }
    if (!err) {
        name_went(directory, place->logical, buffer->data, old, old_length);
        name_came(directory, place->logical, buffer->data, name, length);
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
        if (i < blocks && !(err = directory_block(directory, i, &from))) {
            memcpy(to->data, from->data, fs->block_size);
            buffer_put(from);
        } else if (i == blocks)
            ((struct ext2_disk_entry *) to->data)->length = fs->block_size;
        if (!err && i == place->logical)
            err = entries_remove(fs, to->data, place);
        if (!err && added)
            added = entries_insert(fs, to->data, name, length, inode);
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
    index_drop(fs, directory->number);
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
