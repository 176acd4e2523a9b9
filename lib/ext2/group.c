/* SPDX-License-Identifier: MIT */
/* Block groups: their descriptors, and the bitmaps of blocks and inodes.
 * The bitmaps are the truth; the counts in the descriptors only say where to look first. */
#include <errno.h>
#include <string.h>

#include "lib/ext2/parts.h"

enum { WORD_BITS = 32 };

static bool is_power(uint32_t n, uint32_t base)
{
    while (n > 1 && n % base == 0)
        n /= base;
    return n == 1;
}

/* Does a copy of superblock and descriptors stand at the start of this group? */
bool group_has_super(const struct ext2 *fs, uint32_t group)
{
    bool sparse = fs->super.revision > 0 && (fs->super.ro_compat & EXT2_RO_SPARSE_SUPER);
    return !sparse || group <= 1 || is_power(group, 3) || is_power(group, 5) || is_power(group, 7);
}

static uint32_t group_first(const struct ext2 *fs, uint32_t group)
{
    return fs->first_block + group * fs->group_blocks;
}

static uint32_t group_size(const struct ext2 *fs, uint32_t group)
{
    return group + 1 < fs->groups ? fs->group_blocks : fs->blocks - group_first(fs, group);
}

/* Blocks at the group's start that hold superblock, descriptors, and room for more of these. */
static uint32_t group_head(const struct ext2 *fs, uint32_t group)
{
    if (!group_has_super(fs, group))
        return 0;
    return 1 + fs->descriptor_blocks + (fs->super.revision ? fs->super.reserved_descriptors : 0);
}

/* Are bitmaps and table where they can be, in the group itself? */
static bool descriptor_is_good(const struct ext2 *fs, uint32_t group, const struct ext2_group *d)
{
    uint32_t first = group_first(fs, group), size = group_size(fs, group);
    uint32_t head = group_has_super(fs, group) ? 1 + fs->descriptor_blocks : 0;
    return d->block_bitmap - first < size && d->block_bitmap - first >= head &&
           d->inode_bitmap - first < size && d->inode_bitmap - first >= head &&
           d->inode_table - first < size && d->inode_table - first >= head &&
           fs->table_blocks <= size - (d->inode_table - first) &&
           d->block_bitmap != d->inode_bitmap &&
           d->block_bitmap - d->inode_table >= fs->table_blocks &&
           d->inode_bitmap - d->inode_table >= fs->table_blocks;
}

int group_get(struct ext2 *fs, uint32_t group, struct ext2_buffer **buffer,
              struct ext2_group **descriptor)
{
    uint32_t per_block = fs->block_size / sizeof(struct ext2_group);
    int err = buffer_get(fs, fs->first_block + 1 + group / per_block, buffer);
    if (err)
        return err;
    *descriptor = (struct ext2_group *) (*buffer)->data + group % per_block;
    if (descriptor_is_good(fs, group, *descriptor))
        return 0;
    buffer_put(*buffer);
    return fs_damaged(fs, "a group descriptor points to the wrong places");
}

/* The totals of the superblock may be wrong, and e2fsck accepts that.  So this sums them up. */
int groups_count(struct ext2 *fs)
{
    fs->free_blocks = fs->free_inodes = 0;
    for (uint32_t i = 0; i < fs->groups; i++) {
        struct ext2_buffer *buffer;
        struct ext2_group *d;
        int err = group_get(fs, i, &buffer, &d);
        if (err)
            return err;
        uint32_t blocks = d->free_blocks, inodes = d->free_inodes;
        buffer_put(buffer);
        if (blocks > group_size(fs, i) || inodes > fs->group_inodes)
            return fs_damaged(fs, "a group has more free blocks or inodes than it has at all");
        fs->free_blocks += blocks;
        fs->free_inodes += inodes;
    }
    return 0;
}

static bool block_is_table(const struct ext2 *fs, uint32_t group, const struct ext2_group *d,
                           uint32_t block)
{
    return block - group_first(fs, group) < group_head(fs, group) || block == d->block_bitmap ||
           block == d->inode_bitmap || block - d->inode_table < fs->table_blocks;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* A bitmap or table before `block` is further away than any count: the difference wraps. */
uint32_t blocks_are_file(struct ext2 *fs, uint32_t block, uint32_t count)
{
    struct ext2_buffer *buffer;
    struct ext2_group *d;
    if (block <= fs->first_block || block >= fs->blocks)
        return 0;
    uint32_t group = (block - fs->first_block) / fs->group_blocks;
    if (group_get(fs, group, &buffer, &d))
        return 0;
    if (block_is_table(fs, group, d, block))
        count = 0;
    count = smaller(count, group_first(fs, group) + group_size(fs, group) - block);
    count = smaller(count, d->block_bitmap - block);
    count = smaller(count, d->inode_bitmap - block);
    count = smaller(count, d->inode_table - block);
    buffer_put(buffer);
    return count;
}

bool block_is_file(struct ext2 *fs, uint32_t block)
{
    return blocks_are_file(fs, block, 1) > 0;
}

/* ---- bitmaps ---- */

static bool bit_test(const uint8_t *map, uint32_t bit)
{
    return map[bit / 8] >> bit % 8 & 1;
}

/* The first clear bit from `from` on, or `bits`. */
static uint32_t bit_find_clear(const uint8_t *map, uint32_t from, uint32_t bits)
{
    while (from < bits) {
        uint32_t word;
        memcpy(&word, map + from / WORD_BITS * 4, sizeof word);
        if (from % WORD_BITS == 0 && word == UINT32_MAX)
            from += WORD_BITS;
        else if (word >> from % WORD_BITS & 1)
            from++;
        else
            return from;
    }
    return bits;
}

enum map_kind { MAP_BLOCKS, MAP_INODES };

/* Takes the first clear bit from `from` on in the group's bitmap; ENOSPC: there is none. */
static int bit_take(struct ext2 *fs, uint32_t group, enum map_kind kind, uint32_t from,
                    uint32_t *bit)
{
    struct ext2_buffer *head, *map;
    struct ext2_group *d;
    uint32_t bits = kind == MAP_BLOCKS ? group_size(fs, group) : fs->group_inodes;
    int err = group_get(fs, group, &head, &d);
    if (err)
        return err;
    uint16_t *count = kind == MAP_BLOCKS ? &d->free_blocks : &d->free_inodes;
    uint32_t block = kind == MAP_BLOCKS ? d->block_bitmap : d->inode_bitmap;
    err = *count == 0 ? ENOSPC : buffer_get(fs, block, &map);
    if (err)
        goto put_head;
    *bit = bit_find_clear(map->data, from, bits);
    if (*bit == bits)
        err = ENOSPC;
    else if (kind == MAP_BLOCKS && block_is_table(fs, group, d, group_first(fs, group) + *bit))
        err = fs_damaged(fs, "a bitmap calls a block of the tables free");
    else {
        map->data[*bit / 8] |= 1 << *bit % 8;
        buffer_dirty(map, EXT2_BITMAP);
        --*count;
        buffer_dirty(head, EXT2_COUNTS);
    }
    buffer_put(map);
put_head:
    buffer_put(head);
    return err;
}

/* Clears `count` bits from `bit` on, all of which have to be set. */
static int bits_clear(struct ext2 *fs, uint32_t group, enum map_kind kind, uint32_t bit,
                      uint32_t count, bool directory)
{
    struct ext2_buffer *head, *map;
    struct ext2_group *d;
    int err = group_get(fs, group, &head, &d);
    if (err)
        return err;
    err = buffer_get(fs, kind == MAP_BLOCKS ? d->block_bitmap : d->inode_bitmap, &map);
    if (err)
        goto put_head;
    assert_is(bit + count, <=, kind == MAP_BLOCKS ? group_size(fs, group) : fs->group_inodes);
    for (uint32_t i = 0; i < count && !err; i++) {
        if (!bit_test(map->data, bit + i))
            err = fs_damaged(fs, "something that is in use is marked free");
    }
    if (!err) {
        for (uint32_t i = 0; i < count; i++)
            map->data[(bit + i) / 8] &= ~(1 << (bit + i) % 8);
        buffer_dirty(map, EXT2_BITMAP);
        *(kind == MAP_BLOCKS ? &d->free_blocks : &d->free_inodes) += count;
        if (directory && d->directories)
            d->directories--;
        buffer_dirty(head, EXT2_COUNTS);
    }
    buffer_put(map);
put_head:
    buffer_put(head);
    return err;
}

/* ---- blocks ---- */

/* Returns where an inode's first block should go: into the inode's own group. */
uint32_t block_goal(struct ext2 *fs, uint32_t inode)
{
    return group_first(fs, (inode - 1) / fs->group_inodes);
}

/* Finds a free block: at or behind `goal`, then in the groups behind it, then from the start on. */
int block_alloc(struct ext2 *fs, uint32_t goal, uint32_t *block)
{
    uint32_t bit;
    if (goal < fs->first_block || goal >= fs->blocks)
        goal = fs->first_block;
    uint32_t start = (goal - fs->first_block) / fs->group_blocks;
    for (uint32_t i = 0; i <= fs->groups; i++) {
        uint32_t group = (start + i) % fs->groups;
        uint32_t from = i == 0 ? goal - group_first(fs, group) : 0;
        int err = bit_take(fs, group, MAP_BLOCKS, from, &bit);
        if (err == ENOSPC)
            continue;
        if (err)
            return err;
        fs->free_blocks -= fs->free_blocks > 0;
        *block = group_first(fs, group) + bit;
        assert_is(*block, <, fs->blocks);
        return 0;
    }
    return ENOSPC;
}

int block_free(struct ext2 *fs, uint32_t block, uint32_t count)
{
    while (count > 0) {
        for (uint32_t i = 0; i < count; i++) {
            if (!block_is_file(fs, block + i))
                return fs_damaged(fs, "a file has a block that no file can have");
        }
        uint32_t group = (block - fs->first_block) / fs->group_blocks;
        uint32_t bit = block - group_first(fs, group);
        uint32_t n = count < group_size(fs, group) - bit ? count : group_size(fs, group) - bit;
        int err = bits_clear(fs, group, MAP_BLOCKS, bit, n, false);
        if (err)
            return err;
        for (uint32_t i = 0; i < n; i++)
            buffer_forget(fs, block + i);
        fs->free_blocks += n;
        block += n;
        count -= n;
    }
    return 0;
}

/* ---- inodes ---- */

/* A new directory goes to a group with at least the average number of free inodes, so that its
 * files have room beside it.  A file goes to the group of its directory. */
static uint32_t directory_group(struct ext2 *fs, uint32_t near)
{
    uint32_t average = fs->free_inodes / fs->groups;
    for (uint32_t i = 1; i <= fs->groups; i++) {
        struct ext2_buffer *buffer;
        struct ext2_group *d;
        if (group_get(fs, (near + i) % fs->groups, &buffer, &d))
            break;
        bool good = d->free_inodes >= average && d->free_inodes > 0 && d->free_blocks > 0;
        buffer_put(buffer);
        if (good)
            return (near + i) % fs->groups;
    }
    return near;
}

static int directories_add(struct ext2 *fs, uint32_t group)
{
    struct ext2_buffer *buffer;
    struct ext2_group *d;
    int err = group_get(fs, group, &buffer, &d);
    if (err)
        return err;
    d->directories++;
    buffer_dirty(buffer, EXT2_COUNTS);
    buffer_put(buffer);
    return 0;
}

int number_alloc(struct ext2 *fs, uint32_t near, bool directory, uint32_t *number)
{
    uint32_t bit, start = (near - 1) / fs->group_inodes;
    if (directory)
        start = directory_group(fs, start);
    for (uint32_t i = 0; i < fs->groups; i++) {
        uint32_t group = (start + i) % fs->groups;
        uint32_t from = group == 0 ? fs->first_inode - 1 : 0;   /* the first ones are reserved */
        int err = bit_take(fs, group, MAP_INODES, from, &bit);
        if (err == ENOSPC)
            continue;
        if (err)
            return err;
        fs->free_inodes -= fs->free_inodes > 0;
        *number = group * fs->group_inodes + bit + 1;
        assert(*number >= fs->first_inode && *number <= fs->inodes);
        return directory ? directories_add(fs, group) : 0;
    }
    return ENOSPC;
}

int number_free(struct ext2 *fs, uint32_t number, bool directory)
{
    index_drop(fs, number);
    known_void(fs);
    int err = bits_clear(fs, (number - 1) / fs->group_inodes, MAP_INODES,
                         (number - 1) % fs->group_inodes, 1, directory);
    fs->free_inodes += !err;
    return err;
}
