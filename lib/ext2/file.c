/* SPDX-License-Identifier: MIT */
/* The contents of files and symbolic links. */
#include <errno.h>
#include <string.h>

#include "lib/ext2/parts.h"

enum { SMALL_MOST = 0x7FFFFFFF };       /* bytes of a file without the feature large_file */

static uint32_t smaller(uint64_t a, uint64_t b)
{
    return (uint32_t) (a < b ? a : b);
}

int ext2_read(struct ext2_inode *inode, uint64_t at, void *data, uint32_t size, uint32_t *done)
{
    struct ext2 *fs = inode->fs;
    *done = 0;
    if (!inode_is(inode, EXT2_REGULAR))
        return inode_is(inode, EXT2_DIRECTORY) ? EISDIR : EINVAL;
    size = at < inode->size ? smaller(size, inode->size - at) : 0;
    while (*done < size) {
        uint32_t offset = (uint32_t) at & (fs->block_size - 1);
        uint32_t n = smaller(size - *done, fs->block_size - offset);
        struct ext2_buffer *buffer;
        int err = blocks_read(inode, (uint32_t) (at >> fs->block_shift), &buffer);
        if (err)
            return err;
        if (buffer) {
            memcpy((uint8_t *) data + *done, buffer->data + offset, n);
            buffer_put(buffer);
        } else
            memset((uint8_t *) data + *done, 0, n);
        *done += n;
        at += n;
    }
    return 0;
}

int ext2_extent(struct ext2_inode *inode, uint64_t at, uint32_t size, uint64_t *where,
                uint32_t *run)
{
    struct ext2 *fs = inode->fs;
    uint32_t block = 0, blocks;
    *run = 0;
    if (!inode_is(inode, EXT2_REGULAR) || at & (fs->block_size - 1) || at >= inode->size)
        return EINVAL;
    if (size > inode->size - at)
        size = (uint32_t) (inode->size - at);
    int err = blocks_run(inode, (uint32_t) (at >> fs->block_shift), size >> fs->block_shift, &block,
                         &blocks);
    *where = (uint64_t) block << fs->block_shift;
    *run = err ? 0 : blocks << fs->block_shift;
    return err;
}

static int writable(const struct ext2_inode *inode, uint64_t at)
{
    if (!inode_is(inode, EXT2_REGULAR))
        return inode_is(inode, EXT2_DIRECTORY) ? EISDIR : EINVAL;
    if (inode->flags & EXT2_FLAG_IMMUTABLE ||
        (inode->flags & EXT2_FLAG_APPEND && at < inode->size))
        return EPERM;
    return 0;
}

/* Zeroes the rest of the block in which the file ends: if the file grows, zeros are seen there. */
static int tail_clear(struct ext2_inode *inode, uint64_t size)
{
    struct ext2 *fs = inode->fs;
    uint32_t offset = (uint32_t) size & (fs->block_size - 1);
    struct ext2_buffer *buffer;
    if (offset == 0)
        return 0;
    int err = blocks_read(inode, (uint32_t) (size >> fs->block_shift), &buffer);
    if (err || !buffer)
        return err;
    memset(buffer->data + offset, 0, fs->block_size - offset);
    buffer_dirty(buffer, EXT2_DATA);
    buffer_put(buffer);
    return 0;
}

/* A file of 2 GB needs a feature.  The superblock gets it with the first such file. */
static int size_allow(struct ext2 *fs, uint64_t size)
{
    if (size > fs->size_most)
        return EFBIG;
    if (size <= SMALL_MOST || (fs->super.revision && fs->super.ro_compat & EXT2_RO_LARGE_FILE))
        return 0;
    if (fs->super.revision == 0)
        return EFBIG;
    fs->super.ro_compat |= EXT2_RO_LARGE_FILE;
    return super_write(fs, false);
}

/* Does one block's part of a write. */
static int write_part(struct ext2_inode *inode, uint64_t at, const void *data, uint32_t n)
{
    struct ext2 *fs = inode->fs;
    uint32_t block, logical = (uint32_t) (at >> fs->block_shift);
    struct ext2_buffer *buffer;
    int err = blocks_find(inode, logical, &block);
    if (!err && block == 0)
        err = batch_begin(fs, EXT2_ADDS);
    if (err)
        return err;
    if (block && n == fs->block_size)
        err = buffer_new(fs, block, &buffer);
    else
        err = blocks_make(inode, logical, &buffer);
    if (err)
        return err;
    memcpy(buffer->data + ((uint32_t) at & (fs->block_size - 1)), data, n);
    buffer_dirty(buffer, EXT2_DATA);
    buffer_put(buffer);
    return 0;
}

int ext2_write(struct ext2_inode *inode, uint64_t at, const void *data, uint32_t size,
               uint32_t *done)
{
    struct ext2 *fs = inode->fs;
    *done = 0;
    int err = writable(inode, at);
    if (!err)
        err = batch_begin(fs, EXT2_NEUTRAL);
    if (!err && at > UINT64_MAX - size)
        err = EFBIG;
    if (!err && size > 0)
        err = size_allow(fs, at + size);
    if (!err && at > inode->size)
        err = tail_clear(inode, inode->size);
    if (err || size == 0)
        return err;
    while (*done < size && !err) {
        uint32_t offset = (uint32_t) (at + *done) & (fs->block_size - 1);
        uint32_t n = smaller(size - *done, fs->block_size - offset);
        err = write_part(inode, at + *done, (const uint8_t *) data + *done, n);
        if (!err)
            *done += n;
    }
    if (*done && at + *done > inode->size)
        inode->size = at + *done;
    inode->mtime = inode->ctime = fs_now(fs);
    int stored = inode_store(inode);
    return err ? err : stored;
}

/* A hole gets a block of zeros. */
static int hole_fill(struct ext2_inode *inode, uint32_t logical, bool *filled)
{
    uint32_t block;
    struct ext2_buffer *buffer;
    int err = blocks_find(inode, logical, &block);
    if (err || block)
        return err;
    err = batch_begin(inode->fs, EXT2_ADDS);
    if (!err)
        err = blocks_make(inode, logical, &buffer);
    if (!err)
        buffer_put(buffer);
    *filled = true;
    return err;
}

int ext2_reserve(struct ext2_inode *inode, uint64_t at, uint32_t size)
{
    struct ext2 *fs = inode->fs;
    bool filled = false;
    int err = writable(inode, at);
    if (!err && (size == 0 || size > inode->size || at > inode->size - size))
        err = EINVAL;
    uint32_t logical = (uint32_t) (at >> fs->block_shift);
    for (; !err && (uint64_t) logical << fs->block_shift < at + size; logical++)
        err = hole_fill(inode, logical, &filled);
    int stored = filled ? inode_store(inode) : 0;
    return err ? err : stored;
}

int ext2_truncate(struct ext2_inode *inode, uint64_t size)
{
    struct ext2 *fs = inode->fs;
    int err = writable(inode, size);
    if (!err)
        err = batch_begin(fs, EXT2_NEUTRAL);
    if (!err)
        err = size_allow(fs, size);
    if (!err)
        err = tail_clear(inode, size < inode->size ? size : inode->size);
    if (err)
        return err;
    bool shorter = size < inode->size;
    inode->size = size;
    inode->mtime = inode->ctime = fs_now(fs);
    if (!shorter)
        return inode_store(inode);
    inode->goal = 0;
    return blocks_cut(inode, (uint32_t) ((size + fs->block_size - 1) >> fs->block_shift));
}

int ext2_readlink(struct ext2_inode *inode, void *data, uint32_t size, uint32_t *done)
{
    struct ext2_buffer *buffer = NULL;
    *done = 0;
    if (!inode_is(inode, EXT2_SYMLINK))
        return EINVAL;
    if (inode->size < size)
        size = (uint32_t) inode->size;
    if (inode_has_blocks(inode)) {
        int err = blocks_read(inode, 0, &buffer);
        if (!err && !buffer)
            err = fs_damaged(inode->fs, "a symbolic link has no target");
        if (err)
            return err;
    }
    memcpy(data, buffer ? (void *) buffer->data : (void *) inode->block, size);
    if (buffer)
        buffer_put(buffer);
    *done = size;
    return 0;
}
