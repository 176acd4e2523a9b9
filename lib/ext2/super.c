/* SPDX-License-Identifier: MIT */
/* Mount, sync and unmount; the superblock; batches.
 *
 * Features decide, not the creator: a file system with an incompatible feature that we do not know
 * is refused, and one with a read-only-compatible feature that we do not know is mounted read-only.
 *
 * A batch is what was changed since the last write of the cache.  Blocks and inodes that a batch
 * lets go of are free only after the batch is on the disk, so nothing on the disk ever names a
 * block that has got a new owner. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/ext2/parts.h"

enum { SHIFT_LEAST = 10, SHIFT_MOST = 12, TABLE_LEAST = 8, FEW_BLOCKS = 256 };

struct feature {
    uint32_t bit;
    const char *name;                   /* as mke2fs spells it */
};

static const struct feature incompatible[] = {
    { 0x1, "compression" }, { 0x4, "needs_recovery" }, { 0x8, "journal_dev" }, { 0x10, "meta_bg" },
    { 0x40, "extent" }, { 0x80, "64bit" }, { 0x100, "mmp" }, { 0x200, "flex_bg" },
    { 0x400, "ea_inode" }, { 0x1000, "dirdata" }, { 0x2000, "metadata_csum_seed" },
    { 0x4000, "large_dir" }, { 0x8000, "inline_data" }, { 0x10000, "encrypt" },
    { 0x20000, "casefold" }, { 0, NULL },
};

static const struct feature read_only[] = {
    { 0x8, "huge_file" }, { 0x10, "uninit_bg" }, { 0x20, "dir_nlink" }, { 0x80, "has_snapshot" },
    { 0x100, "quota" }, { 0x200, "bigalloc" }, { 0x400, "metadata_csum" }, { 0x800, "replica" },
    { 0x1000, "read-only" }, { 0x2000, "project" }, { 0x4000, "shared_blocks" },
    { 0x8000, "verity" }, { 0x10000, "orphan_present" }, { 0, NULL },
};

/* Says which features of `set` are in the way. */
static void name_features(struct ext2 *fs, const char *what, uint32_t set, const struct feature *f)
{
    int n = snprintf(fs->sentence, sizeof fs->sentence, "%s", what);
    for (; f->name && n < (int) sizeof fs->sentence; f++) {
        if (set & f->bit)
            n += snprintf(fs->sentence + n, sizeof fs->sentence - n, " %s", f->name);
        set &= ~f->bit;
    }
    if (set && n < (int) sizeof fs->sentence)
        snprintf(fs->sentence + n, sizeof fs->sentence - n, " %#lx", (unsigned long) set);
}

static int refuse(struct ext2 *fs, const char *why)
{
    snprintf(fs->sentence, sizeof fs->sentence, "%s", why);
    return EINVAL;
}

int fs_damaged(struct ext2 *fs, const char *what)
{
    if (!fs->read_only || !fs->sentence[0])
        snprintf(fs->sentence, sizeof fs->sentence, "damaged: %s", what);
    fs->read_only = true;
    fs->super.state |= EXT2_STATE_ERROR;
    return EUCLEAN;
}

void fs_fail(struct ext2 *fs)
{
    if (!fs->failed)
        snprintf(fs->sentence, sizeof fs->sentence, "the device failed to write");
    fs->failed = fs->read_only = true;
}

/* ---- mount ---- */

static int features_check(struct ext2 *fs)
{
    const struct ext2_super *s = &fs->super;
    if (s->revision == 0)
        return 0;
    uint32_t bad = s->incompat & ~(uint32_t) EXT2_INCOMPAT_FILETYPE;
    if (bad) {
        name_features(fs, "Pecan does not know the incompatible features:", bad, incompatible);
        return EINVAL;
    }
    bad = s->ro_compat & ~(uint32_t) (EXT2_RO_SPARSE_SUPER | EXT2_RO_LARGE_FILE |
                                      EXT2_RO_BTREE_DIR | EXT2_RO_EXTRA_ISIZE);
    if (bad) {
        name_features(fs, "read-only, because of the features:", bad, read_only);
        fs->read_only = true;
    }
    return 0;
}

/* Sizes and their relations, each checked before the next one uses it. */
static int geometry_check(struct ext2 *fs)
{
    const struct ext2_super *s = &fs->super;
    if (s->log_block_size > SHIFT_MOST - SHIFT_LEAST)
        return refuse(fs, "its blocks are larger than 4 KB");
    fs->block_shift = SHIFT_LEAST + s->log_block_size;
    fs->block_size = 1u << fs->block_shift;
    uint32_t most = 8 * fs->block_size;         /* bits of one bitmap */
    fs->first_block = fs->block_shift == SHIFT_LEAST ? 1 : 0;
    fs->blocks = s->blocks;
    fs->inodes = s->inodes;
    fs->group_blocks = s->blocks_per_group;
    fs->group_inodes = s->inodes_per_group;
    fs->inode_size = s->revision == 0 ? EXT2_INODE_SIZE : s->inode_size;
    fs->first_inode = s->revision == 0 ? EXT2_FIRST_INODE : s->first_inode;
    if (s->first_data_block != fs->first_block)
        return refuse(fs, "its first block is not where its block size says");
    if (fs->blocks <= fs->first_block || fs->blocks > fs->device.bytes >> fs->block_shift)
        return refuse(fs, "it is larger than its device");
    if (fs->group_blocks < TABLE_LEAST || fs->group_blocks > most || fs->group_blocks % 8)
        return refuse(fs, "its block groups have an impossible size");
    if (fs->inode_size < EXT2_INODE_SIZE || fs->inode_size > fs->block_size ||
        (fs->inode_size & (fs->inode_size - 1)))
        return refuse(fs, "its inodes have an impossible size");
    if (fs->group_inodes == 0 || fs->group_inodes > most)
        return refuse(fs, "its groups have an impossible number of inodes");
    fs->groups = (fs->blocks - fs->first_block - 1) / fs->group_blocks + 1;
    if ((uint64_t) fs->groups * fs->group_inodes != fs->inodes)
        return refuse(fs, "its number of inodes is not that of its groups");
    if (fs->first_inode < EXT2_FIRST_INODE || fs->first_inode > fs->inodes)
        return refuse(fs, "its first inode is impossible");
    uint32_t per_block = fs->block_size / sizeof(struct ext2_group);
    fs->descriptor_blocks = (fs->groups - 1) / per_block + 1;
    fs->table_blocks = (fs->group_inodes - 1) / (fs->block_size / fs->inode_size) + 1;
    if (fs->descriptor_blocks + s->reserved_descriptors >= fs->group_blocks ||
        fs->descriptor_blocks >= fs->blocks - fs->first_block)
        return refuse(fs, "its group descriptors do not fit into a group");
    return 0;
}

/* We never write a time that is before a time on the disk, or that looks like an inode's number. */
static void time_init(struct ext2 *fs)
{
    const struct ext2_super *s = &fs->super;
    fs->time_least = fs->inodes;
    if (s->write_time > fs->time_least)
        fs->time_least = s->write_time;
    if (s->mount_time > fs->time_least)
        fs->time_least = s->mount_time;
    if (s->check_time > fs->time_least)
        fs->time_least = s->check_time;
}

int64_t fs_now(struct ext2 *fs)
{
    int64_t now = fs->device.now ? fs->device.now(fs->device.context) : 0;
    return now > fs->time_least ? now : fs->time_least;
}

int64_t ext2_now(struct ext2 *fs)
{
    return fs_now(fs);
}

/* The superblock lies 1 KB behind the start, whatever the block size is. */
static int super_read(struct ext2 *fs)
{
    uint8_t *data[1] = { (uint8_t *) &fs->super };
    if (fs->device.bytes < EXT2_SUPER_AT + EXT2_SUPER_SIZE)
        return refuse(fs, "the device is too small");
    int err = fs->device.read(fs->device.context, 1, EXT2_SUPER_SIZE, 1, data);
    if (err)
        return err;
    if (fs->super.magic != EXT2_MAGIC)
        return refuse(fs, "there is no ext2 file system");
    if (fs->super.revision > 1)
        return refuse(fs, "its revision is unknown");
    return 0;
}

static int root_check(struct ext2 *fs)
{
    struct ext2_inode *root;
    int err = ext2_inode_get(fs, EXT2_ROOT, &root);
    if (err)
        return err == EUCLEAN ? refuse(fs, "its root directory is damaged") : err;
    bool good = inode_is(root, EXT2_DIRECTORY);
    ext2_inode_put(root);
    return good ? 0 : refuse(fs, "its root is not a directory");
}

/* Sets up the cache, with the superblock's block pinned, and the totals. */
static int start(struct ext2 *fs, void *memory, size_t bytes)
{
    int err = cache_init(fs, memory, bytes);
    if (!err)
        err = buffer_get(fs, EXT2_SUPER_AT >> fs->block_shift, &fs->super_buffer);
    return err ? err : groups_count(fs);
}

/* Repairs a file system that was not unmounted.  Meanwhile, part of the cache's memory counts
 * names. */
static void try_repair(struct ext2 *fs, void *memory, size_t bytes)
{
    size_t counts = (repair_memory(fs) + sizeof(uint64_t) - 1) & ~(sizeof(uint64_t) - 1);
    bool marked = fs->super.state & EXT2_STATE_ERROR || fs->super.last_orphan;
    int err = marked ? EUCLEAN : counts > bytes ? ENOMEM : 0;
    if (!err)
        err = start(fs, (uint8_t *) memory + counts, bytes - counts);
    if (!err)
        err = repair(fs, memory);
    if (!err) {
        fs->was_clean = fs->repaired = fs->changed = true;
        refuse(fs, "it was not unmounted, and is repaired");
        return;
    }
    refuse(fs, err == ENOMEM
                   ? "read-only: it was not unmounted, and is too large to be repaired here"
                   : "read-only, because it was not unmounted: e2fsck -p repairs it");
    fs->read_only = true;
}

int ext2_mount(struct ext2 *fs, const struct ext2_device *device, void *memory, size_t bytes)
{
    memset(fs, 0, sizeof *fs);
    fs->device = *device;
    int err = super_read(fs);
    if (!err)
        err = features_check(fs);
    if (!err)
        err = geometry_check(fs);
    if (err)
        return err;
    if (device->read_only)
        fs->read_only = true;
    fs->clean = fs->was_clean = (fs->super.state & EXT2_STATE_VALID) &&
                                !(fs->super.state & EXT2_STATE_ERROR) && !fs->super.last_orphan;
    fs->size_most = blocks_most(fs) << fs->block_shift;
    time_init(fs);
    for (unsigned i = 0; i < EXT2_OPEN; i++) {
        fs->inode[i].next = fs->inode_free;
        fs->inode_free = &fs->inode[i];
    }
    if (!fs->was_clean && !fs->read_only)
        try_repair(fs, memory, bytes);
    err = start(fs, memory, bytes);
    if (!err)
        err = root_check(fs);
    return err;
}

/* ---- batches ---- */

int batch_begin(struct ext2 *fs, enum ext2_mode mode)
{
    if (fs->failed)
        return EIO;
    if (fs->read_only)
        return EROFS;
    bool turns = mode != EXT2_NEUTRAL && fs->mode != EXT2_NEUTRAL && mode != fs->mode;
    bool short_of_space = fs->dead_count > 0 && fs->free_blocks < FEW_BLOCKS;
    if (turns || (mode == EXT2_ADDS && short_of_space)) {
        int err = batch_commit(fs);
        if (err)
            return err;
    }
    if (mode != EXT2_NEUTRAL)
        fs->mode = mode;
    fs->changed = true;
    return 0;
}

static int reap(struct ext2 *fs)
{
    int err = 0;
    while (fs->dead_count > 0 && !err)
        err = inode_reap(fs, fs->dead[--fs->dead_count]);
    if (err)
        fs->was_clean = false;          /* what it had is lost until the next repair */
    return err;
}

int batch_commit(struct ext2 *fs)
{
    int err = cache_flush(fs);
    if (err)
        return err;
    assert_is(fs->dead_count, <=, EXT2_DEAD);
    fs->commits++;
    fs->mode = EXT2_NEUTRAL;
    return reap(fs);
}

/* ---- superblock ---- */

/* Writes the superblock, at once.  It calls the file system clean only if this was clean when it
 * was mounted, and no inode or block waits to be freed. */
int super_write(struct ext2 *fs, bool clean)
{
    struct ext2_super *s = &fs->super;
    fs->clean = clean;
    s->state = (s->state & ~EXT2_STATE_VALID) | (clean ? EXT2_STATE_VALID : 0);
    s->free_blocks = fs->free_blocks;
    s->free_inodes = fs->free_inodes;
    s->write_time = (uint32_t) fs_now(fs);
    assert_is(fs->super_buffer->pins, >, 0);
    memcpy(fs->super_buffer->data + (EXT2_SUPER_AT & (fs->block_size - 1)), s, sizeof *s);
    int err = buffer_write(fs, fs->super_buffer);
    return err ? err : cache_barrier(fs);
}

/* The first commit frees what was unlinked; the second one writes that. */
int ext2_sync(struct ext2 *fs)
{
    int err = 0;
    if (fs->failed)
        return EIO;
    fs->changed = false;
    if (fs->clean && !cache_is_dirty(fs))
        return 0;
    while (!err && (cache_is_dirty(fs) || fs->dead_count > 0))
        err = batch_commit(fs);
    if (err || fs->clean)
        return err;
    bool clean = fs->was_clean && !fs->open_dead && !(fs->super.state & EXT2_STATE_ERROR);
    return super_write(fs, clean);
}

int ext2_unmount(struct ext2 *fs)
{
    for (unsigned i = 0; i < EXT2_OPEN; i++) {
        if (fs->inode[i].opens)
            return EBUSY;
    }
    assert_is(fs->open_dead, ==, 0);
    return ext2_sync(fs);
}

void ext2_statfs(const struct ext2 *fs, struct ext2_statfs *out)
{
    *out = (struct ext2_statfs) {
        fs->block_size, fs->blocks, fs->free_blocks, fs->super.reserved_blocks,
        fs->inodes, fs->free_inodes, fs->read_only, fs->clean,
    };
}
