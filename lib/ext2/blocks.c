/* SPDX-License-Identifier: MIT */
/* Which block of the disk holds which block of a file: twelve pointers in the inode, then trees of
 * indirect blocks of one, two and three levels.  A pointer of 0 is a hole.
 * No function goes deeper than the three levels, and every pointer is checked before it is used. */
#include <errno.h>
#include <string.h>

#include "lib/ext2/parts.h"

enum { LEVELS = 3 };

static unsigned pointer_shift(const struct ext2 *fs)
{
    return fs->block_shift - 2;
}

static uint64_t level_span(const struct ext2 *fs, unsigned level)
{
    return (uint64_t) 1 << level * pointer_shift(fs);
}

/* i_blocks counts sectors in 32 bits, of data and of indirect blocks. */
uint64_t blocks_most(const struct ext2 *fs)
{
    uint64_t tree = EXT2_DIRECT, counted = ((uint64_t) 1 << 32) / (fs->block_size / EXT2_SECTOR);
    for (unsigned level = 1; level <= LEVELS; level++)
        tree += level_span(fs, level);
    counted -= (counted >> pointer_shift(fs)) * 2;
    return tree < counted ? tree : counted;
}

/* Finds the way to a block: first a pointer of the inode, then one of each indirect block.  Returns
 * the level. */
static unsigned path_of(const struct ext2 *fs, uint32_t logical, uint32_t index[LEVELS + 1])
{
    uint64_t rest = logical;
    unsigned level = 0;
    if (rest < EXT2_DIRECT) {
        index[0] = logical;
        return 0;
    }
    rest -= EXT2_DIRECT;
    for (level = 1; level < LEVELS && rest >= level_span(fs, level); level++)
        rest -= level_span(fs, level);
    index[0] = EXT2_DIRECT + level - 1;
    for (unsigned i = 1; i <= level; i++)
        index[i] = rest >> (level - i) * pointer_shift(fs) & (level_span(fs, 1) - 1);
    return level;
}

static int pointer_check(struct ext2 *fs, uint32_t block)
{
    if (block == 0 || block_is_file(fs, block))
        return 0;
    return fs_damaged(fs, "a file has a block that no file can have");
}

/* The block, and so many of the `most` blocks behind it that lie behind it on the disk as well. */
static int blocks_trace(struct ext2_inode *inode, uint32_t logical, uint32_t most, uint32_t *block,
                        uint32_t *behind)
{
    struct ext2 *fs = inode->fs;
    struct ext2_buffer *buffer = NULL;
    uint32_t index[LEVELS + 1], n = 0, left = EXT2_DIRECT - logical - 1;
    unsigned level = path_of(fs, logical, index);
    const uint32_t *pointer = &inode->block[index[0]];
    int err = pointer_check(fs, *pointer);
    for (unsigned i = 1; i <= level && *pointer && !err; i++) {
        struct ext2_buffer *above = buffer;
        err = buffer_get(fs, *pointer, &buffer);
        if (above)
            buffer_put(above);
        if (err)
            return err;
        pointer = (uint32_t *) buffer->data + index[i];
        left = (uint32_t) level_span(fs, 1) - index[i] - 1;
        err = pointer_check(fs, *pointer);
    }
    *block = *pointer;
    while (n < most && n < left && *block && pointer[n + 1] == *block + n + 1)
        n++;
    *behind = n;
    if (buffer)
        buffer_put(buffer);
    return err;
}

int blocks_find(struct ext2_inode *inode, uint32_t logical, uint32_t *block)
{
    uint32_t behind;
    return blocks_trace(inode, logical, 0, block, &behind);
}

int blocks_run(struct ext2_inode *inode, uint32_t logical, uint32_t most, uint32_t *block,
               uint32_t *count)
{
    struct ext2 *fs = inode->fs;
    uint32_t n = 0;
    int err = most > 0 ? blocks_trace(inode, logical, most - 1, block, &n) : 0;
    *count = 0;
    if (err || most == 0 || *block == 0)
        return err;
    most = blocks_are_file(fs, *block, n + 1);
    while (*count < most && !buffer_present(fs, *block + *count))
        ++*count;
    return 0;
}

/* How many of the blocks behind this one lie behind it on the disk as well? */
static uint32_t blocks_ahead(struct ext2_inode *inode, uint32_t logical, uint32_t block)
{
    uint64_t end = (inode->size + inode->fs->block_size - 1) >> inode->fs->block_shift;
    uint32_t n = 0, next;
    while (n + 1 < EXT2_RUN && logical + n + 1 < end &&
           !blocks_find(inode, logical + n + 1, &next) && next == block + n + 1)
        n++;
    return n;
}

int blocks_read(struct ext2_inode *inode, uint32_t logical, struct ext2_buffer **out)
{
    uint32_t block, ahead = 0;
    int err = blocks_find(inode, logical, &block);
    *out = NULL;
    if (err || block == 0)
        return err;
    if (!buffer_present(inode->fs, block))
        ahead = blocks_ahead(inode, logical, block);
    return buffer_get_ahead(inode->fs, block, ahead, out);
}

/* ---- more blocks ---- */

/* Allocates a zero block for the inode: right behind its last one, if that place is free. */
static int block_add(struct ext2_inode *inode, struct ext2_buffer **out)
{
    struct ext2 *fs = inode->fs;
    uint32_t block;
    int err = block_alloc(fs, inode->goal ? inode->goal : block_goal(fs, inode->number), &block);
    if (err)
        return err;
    err = buffer_new(fs, block, out);
    if (err) {
        block_free(fs, block, 1);
        return err;
    }
    inode->goal = block + 1;
    inode->sectors += fs->block_size / EXT2_SECTOR;
    return 0;
}

/* The block that *pointer names, or a new one that it names from now on. */
static int pointer_follow(struct ext2_inode *inode, uint32_t *pointer, struct ext2_buffer **out,
                          bool *added)
{
    *added = *pointer == 0;
    if (*added) {
        int err = block_add(inode, out);
        if (!err)
            *pointer = (*out)->block;
        return err;
    }
    int err = pointer_check(inode->fs, *pointer);
    return err ? err : buffer_get(inode->fs, *pointer, out);
}

int blocks_make(struct ext2_inode *inode, uint32_t logical, struct ext2_buffer **out)
{
    uint32_t index[LEVELS + 1];
    unsigned level = path_of(inode->fs, logical, index);
    struct ext2_buffer *buffer, *below;
    bool added;
    int err = pointer_follow(inode, &inode->block[index[0]], &buffer, &added);
    for (unsigned i = 1; i <= level && !err; i++) {
        err = pointer_follow(inode, (uint32_t *) buffer->data + index[i], &below, &added);
        if (!err && added)
            buffer_dirty(buffer, EXT2_INDIRECT);
        buffer_put(buffer);
        buffer = below;
    }
    if (!err)
        *out = buffer;
    return err;
}

/* ---- fewer blocks ---- */

/* The data blocks that an indirect block of level 1 names, in runs. */
static int leaves_free(struct ext2 *fs, const uint32_t *pointer, uint32_t *freed)
{
    uint32_t count = (uint32_t) level_span(fs, 1), run;
    int err = 0;
    for (uint32_t i = 0; i < count && !err; i += run) {
        run = 1;
        if (pointer[i] == 0)
            continue;
        while (i + run < count && pointer[i + run] == pointer[i] + run)
            run++;
        err = block_free(fs, pointer[i], run);
        if (!err)
            *freed += run;
    }
    return err;
}

/* A tree with a loop in it frees a block twice, which block_free() notices. */
int blocks_free(struct ext2 *fs, uint32_t block, unsigned level, uint32_t *freed)
{
    struct ext2_buffer *buffer;
    int err = pointer_check(fs, block);
    if (!err && level > 0) {
        err = buffer_get(fs, block, &buffer);
        if (err)
            return err;
        const uint32_t *pointer = (uint32_t *) buffer->data;
        if (level == 1)
            err = leaves_free(fs, pointer, freed);
        for (uint32_t i = 0; level > 1 && i < level_span(fs, 1) && !err; i++) {
            if (pointer[i])
                err = blocks_free(fs, pointer[i], level - 1, freed);
        }
        buffer_put(buffer);
    }
    if (!err)
        err = block_free(fs, block, 1);
    *freed += !err;
    return err;
}

/* Notes a tree that the inode does not name any more; EAGAIN: no more room for notes. */
static int piece_add(struct ext2 *fs, uint32_t block, unsigned level)
{
    struct ext2_piece *last = fs->detached_count ? &fs->detached[fs->detached_count - 1] : NULL;
    if (level == 0 && last && last->level == 0) {
        if (block == last->block + last->count) {
            last->count++;
            return 0;
        }
        if (block + 1 == last->block) {
            last->block--;
            last->count++;
            return 0;
        }
    }
    if (fs->detached_count == EXT2_DETACHED)
        return EAGAIN;
    fs->detached[fs->detached_count++] = (struct ext2_piece) { block, 1, level };
    return 0;
}

/* Removes the blocks at or behind `keep` from a tree that begins at `base`, the last one first. */
static int branch_cut(struct ext2 *fs, uint32_t *pointer, unsigned level, uint64_t base,
                      uint32_t keep)
{
    struct ext2_buffer *buffer;
    if (*pointer == 0 || base + level_span(fs, level) <= keep)
        return 0;
    if (base >= keep) {
        int err = piece_add(fs, *pointer, level);
        if (!err)
            *pointer = 0;
        return err;
    }
    int err = pointer_check(fs, *pointer);
    if (!err)
        err = buffer_get(fs, *pointer, &buffer);
    if (err)
        return err;
    uint32_t *child = (uint32_t *) buffer->data;
    for (uint32_t i = (uint32_t) level_span(fs, 1); i-- > 0 && !err; ) {
        uint32_t before = child[i];
        err = branch_cut(fs, &child[i], level - 1, base + i * level_span(fs, level - 1), keep);
        if (child[i] != before)
            buffer_dirty(buffer, EXT2_INDIRECT);
    }
    buffer_put(buffer);
    return err;
}

static int inode_cut(struct ext2_inode *inode, uint32_t keep)
{
    struct ext2 *fs = inode->fs;
    uint64_t base[LEVELS + 1] = { 0, EXT2_DIRECT };
    int err = 0;
    for (unsigned level = 2; level <= LEVELS; level++)
        base[level] = base[level - 1] + level_span(fs, level - 1);
    for (unsigned level = LEVELS; level > 0 && !err; level--)
        err = branch_cut(fs, &inode->block[EXT2_DIRECT + level - 1], level, base[level], keep);
    for (uint32_t i = EXT2_DIRECT; i-- > 0 && !err; )
        err = branch_cut(fs, &inode->block[i], 0, i, keep);
    return err;
}

/* Frees the trees that were noted.  Pre: nothing on the disk names them any more. */
static int pieces_free(struct ext2_inode *inode)
{
    struct ext2 *fs = inode->fs;
    int err = 0;
    while (fs->detached_count > 0 && !err) {
        const struct ext2_piece *p = &fs->detached[--fs->detached_count];
        uint32_t freed = 0;
        if (p->level == 0)
            err = block_free(fs, p->block, freed = p->count);
        else
            err = blocks_free(fs, p->block, p->level, &freed);
        uint32_t sectors = freed * (fs->block_size / EXT2_SECTOR);
        inode->sectors -= sectors < inode->sectors ? sectors : inode->sectors;
    }
    return err;
}

int blocks_cut(struct ext2_inode *inode, uint32_t keep)
{
    struct ext2 *fs = inode->fs;
    int err, cut;
    do {
        err = batch_begin(fs, EXT2_REMOVES);
        if (err)
            return err;
        fs->detached_count = 0;
        cut = inode_cut(inode, keep);
        err = inode_store(inode);
        if (!err && fs->detached_count > 0)
            err = batch_commit(fs);
        if (!err)
            err = pieces_free(inode);
        if (!err)
            err = inode_store(inode);
    } while (!err && cut == EAGAIN);
    return err ? err : cut;
}

int pointers_free(struct ext2 *fs, const uint32_t *pointer)
{
    uint32_t freed;
    int err = 0;
    for (unsigned i = 0; i < EXT2_POINTERS && !err; i++) {
        if (pointer[i])
            err = blocks_free(fs, pointer[i], i < EXT2_DIRECT ? 0 : i - EXT2_DIRECT + 1, &freed);
    }
    return err;
}
