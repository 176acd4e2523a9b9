/* SPDX-License-Identifier: MIT */
/* Inodes: from the disk's tables to the ones in use and back; their attributes; their end.  An
 * inode in use is in fs->inode, only once.  Every change goes to the table's block in the cache at
 * once, so a put needs no write. */
#include <errno.h>
#include <string.h>

#include "lib/ext2/parts.h"

enum { EXTRA_SIZE = 32, TIME_HIGH = 3, TIME_SHIFT = 32 };

/* ---- the place on disk ---- */

static int slot_get(struct ext2 *fs, uint32_t number, struct ext2_buffer **buffer,
                    struct ext2_disk_inode **slot)
{
    struct ext2_buffer *head;
    struct ext2_group *d;
    int err = group_get(fs, (number - 1) / fs->group_inodes, &head, &d);
    if (err)
        return err;
    uint32_t per_block = fs->block_size / fs->inode_size, index = (number - 1) % fs->group_inodes;
    uint32_t block = d->inode_table + index / per_block;
    buffer_put(head);
    err = buffer_get(fs, block, buffer);
    if (!err)
        *slot = (void *) ((*buffer)->data + index % per_block * fs->inode_size);
    return err;
}

/* Does this inode have room on disk for the field that ends so many bytes behind byte 128? */
static bool has_extra(const struct ext2 *fs, const struct ext2_disk_inode *slot, unsigned end)
{
    return fs->inode_size > EXT2_INODE_SIZE && slot->extra_size >= end &&
           slot->extra_size <= fs->inode_size - EXT2_INODE_SIZE;
}

static int64_t time_load(uint32_t low, const uint32_t *extra)
{
    return (int32_t) low + (extra ? (int64_t) (*extra & TIME_HIGH) << TIME_SHIFT : 0);
}

/* A time that did not change keeps its nanoseconds. */
static void time_store(int64_t time, uint32_t *low, uint32_t *extra)
{
    if (time_load(*low, extra) == time)
        return;
    if (!extra && time > INT32_MAX)
        time = INT32_MAX;
    *low = (uint32_t) time;
    if (extra)
        *extra = (time - (int32_t) time) >> TIME_SHIFT & TIME_HIGH;
}

static uint32_t *extra_field(const struct ext2 *fs, struct ext2_disk_inode *slot, uint32_t *field)
{
    unsigned end = (unsigned) ((uint8_t *) (field + 1) - (uint8_t *) slot) - EXT2_INODE_SIZE;
    return has_extra(fs, slot, end) ? field : NULL;
}

static void inode_decode(struct ext2_inode *inode, struct ext2_disk_inode *d)
{
    const struct ext2 *fs = inode->fs;
    inode->mode = d->mode;
    inode->uid = d->uid | (uint32_t) d->uid_high << 16;
    inode->gid = d->gid | (uint32_t) d->gid_high << 16;
    inode->links = d->links;
    inode->flags = d->flags;
    inode->generation = d->generation;
    inode->attributes = d->attributes;
    inode->dtime = d->dtime;
    inode->sectors = d->sectors;
    inode->size = d->size;
    if (inode_is(inode, EXT2_REGULAR))
        inode->size |= (uint64_t) d->size_high << 32;
    memcpy(inode->block, d->block, sizeof inode->block);
    inode->atime = time_load(d->atime, extra_field(fs, d, &d->atime_extra));
    inode->mtime = time_load(d->mtime, extra_field(fs, d, &d->mtime_extra));
    inode->ctime = time_load(d->ctime, extra_field(fs, d, &d->ctime_extra));
}

static void inode_encode(const struct ext2_inode *inode, struct ext2_disk_inode *d)
{
    const struct ext2 *fs = inode->fs;
    d->mode = inode->mode;
    d->uid = (uint16_t) inode->uid;
    d->uid_high = inode->uid >> 16;
    d->gid = (uint16_t) inode->gid;
    d->gid_high = inode->gid >> 16;
    d->links = inode->links;
    d->flags = inode->flags;
    d->generation = inode->generation;
    d->attributes = inode->attributes;
    d->dtime = inode->dtime;
    d->sectors = inode->sectors;
    d->size = (uint32_t) inode->size;
    if (inode_is(inode, EXT2_REGULAR))
        d->size_high = inode->size >> 32;
    memcpy(d->block, inode->block, sizeof d->block);
    time_store(inode->atime, &d->atime, extra_field(fs, d, &d->atime_extra));
    time_store(inode->mtime, &d->mtime, extra_field(fs, d, &d->mtime_extra));
    time_store(inode->ctime, &d->ctime, extra_field(fs, d, &d->ctime_extra));
}

/* Clears the place of a new inode: only the size of its extra fields and its creation time are not
 * zero. */
static void slot_clear(const struct ext2_inode *inode, struct ext2_disk_inode *d)
{
    const struct ext2 *fs = inode->fs;
    uint32_t room = fs->inode_size - EXT2_INODE_SIZE, wanted = fs->super.extra_size_wanted;
    memset(d, 0, fs->inode_size);
    if (room < EXTRA_SIZE)
        return;
    d->extra_size = wanted >= EXTRA_SIZE && wanted <= room && wanted % 4 == 0 ? wanted : EXTRA_SIZE;
    time_store(inode->ctime, &d->made_time, &d->made_extra);
}

int inode_prepare(const struct ext2_inode *inode)
{
    struct ext2_buffer *buffer;
    struct ext2_disk_inode *slot;
    int err = slot_get(inode->fs, inode->number, &buffer, &slot);
    if (!err)
        buffer_put(buffer);
    return err;
}

int inode_store(struct ext2_inode *inode)
{
    struct ext2_buffer *buffer;
    struct ext2_disk_inode *slot;
    int err = slot_get(inode->fs, inode->number, &buffer, &slot);
    if (err)
        return err;
    if (inode->fresh)
        slot_clear(inode, slot);
    inode->fresh = false;
    inode_encode(inode, slot);
    buffer_dirty(buffer, EXT2_INODES);
    buffer_put(buffer);
    return 0;
}

/* ---- inodes in use ---- */

bool inode_has_blocks(const struct ext2_inode *inode)
{
    uint32_t own = inode->attributes ? inode->fs->block_size / EXT2_SECTOR : 0;
    switch (inode->mode & EXT2_TYPE) {
    case EXT2_REGULAR:
    case EXT2_DIRECTORY:
        return true;
    case EXT2_SYMLINK:
        return inode->sectors != own;
    default:
        return false;
    }
}

/* Is what the disk says of a used inode possible? */
bool inode_is_good(const struct ext2_inode *inode)
{
    const struct ext2 *fs = inode->fs;
    if (inode->flags & (EXT2_FLAG_EXTENTS | EXT2_FLAG_INLINE))
        return false;
    switch (inode->mode & EXT2_TYPE) {
    case EXT2_REGULAR:
        return inode->size <= fs->size_most;
    case EXT2_DIRECTORY:
        return inode->size > 0 && inode->size % fs->block_size == 0 &&
               inode->size >> fs->block_shift <= fs->blocks;
    case EXT2_SYMLINK:
        return inode->size > 0 &&
               inode->size < (inode_has_blocks(inode) ? fs->block_size : EXT2_FAST_SYMLINK);
    case EXT2_FIFO:
    case EXT2_CHARACTER:
    case EXT2_BLOCK:
    case EXT2_SOCKET:
        return true;
    default:
        return false;
    }
}

int inode_load(struct ext2 *fs, uint32_t number, struct ext2_inode *inode)
{
    struct ext2_buffer *buffer;
    struct ext2_disk_inode *slot;
    int err = slot_get(fs, number, &buffer, &slot);
    if (err)
        return err;
    memset(inode, 0, sizeof *inode);
    inode->fs = fs;
    inode->number = number;
    inode_decode(inode, slot);
    buffer_put(buffer);
    return 0;
}

static struct ext2_inode **inode_slot(struct ext2 *fs, uint32_t number)
{
    return &fs->inode_hash[number % EXT2_OPEN];
}

static struct ext2_inode *inode_take(struct ext2 *fs)
{
    struct ext2_inode *inode = fs->inode_free;
    if (inode) {
        fs->inode_free = inode->next;
        fs->opened++;
    }
    return inode;
}

static void inode_use(struct ext2_inode *inode)
{
    assert_is(inode->number, <=, inode->fs->inodes);
    struct ext2_inode **slot = inode_slot(inode->fs, inode->number);
    inode->opens = 1;
    inode->next = *slot;
    *slot = inode;
}

static void inode_release(struct ext2 *fs, struct ext2_inode *inode)
{
    inode->opens = 0;
    inode->next = fs->inode_free;
    fs->inode_free = inode;
    fs->opened--;
}

int ext2_inode_get(struct ext2 *fs, uint32_t number, struct ext2_inode **out)
{
    if (number != EXT2_ROOT && (number < fs->first_inode || number > fs->inodes))
        return fs_damaged(fs, "a name has an inode that cannot have one");
    struct ext2_inode *inode = *inode_slot(fs, number);
    while (inode && inode->number != number)
        inode = inode->next;
    if (inode) {
        inode->opens++;
        *out = inode;
        return 0;
    }
    inode = inode_take(fs);
    if (!inode)
        return ENFILE;
    int err = inode_load(fs, number, inode);
    if (!err && inode->links == 0)
        err = EUCLEAN;
    else if (!err && !inode_is_good(inode))
        err = fs_damaged(fs, "an inode says what cannot be");
    if (err) {
        inode_release(fs, inode);
        return err;
    }
    inode_use(inode);
    *out = inode;
    return 0;
}

void ext2_inode_hold(struct ext2_inode *inode)
{
    inode->opens++;
}

/* An inode without a name is freed by the next commit.  If that fails, e2fsck finds its blocks. */
static void dead_add(struct ext2 *fs, uint32_t number)
{
    assert_is(fs->open_dead, >, 0);
    fs->open_dead--;
    fs->changed = true;
    if (fs->dead_count == EXT2_DEAD)
        batch_commit(fs);
    if (fs->dead_count < EXT2_DEAD)
        fs->dead[fs->dead_count++] = number;
}

void ext2_inode_put(struct ext2_inode *inode)
{
    struct ext2 *fs = inode->fs;
    assert_is(inode->opens, >, 0);
    if (--inode->opens > 0)
        return;
    struct ext2_inode **at = inode_slot(fs, inode->number);
    while (*at != inode)
        at = &(*at)->next;
    *at = inode->next;
    bool dead = inode->links == 0;
    inode_release(fs, inode);
    if (dead)
        dead_add(fs, inode->number);
}

/* ---- beginning and end ---- */

/* Only the number is taken; inode_store() puts the inode into its place. */
int inode_new(struct ext2 *fs, uint32_t near, uint32_t mode, struct ext2_owner owner,
              struct ext2_inode **out)
{
    uint32_t number;
    struct ext2_inode *inode = inode_take(fs);
    if (!inode)
        return ENFILE;
    int err = number_alloc(fs, near, (mode & EXT2_TYPE) == EXT2_DIRECTORY, &number);
    if (err) {
        inode_release(fs, inode);
        return err;
    }
    memset(inode, 0, sizeof *inode);
    inode->fs = fs;
    inode->number = number;
    inode->mode = mode;
    inode->uid = owner.uid;
    inode->gid = owner.gid;
    inode->links = 1;
    inode->fresh = true;
    inode->atime = inode->mtime = inode->ctime = fs_now(fs);
    inode->generation = (uint32_t) inode->ctime ^ number << 12;
    inode_use(inode);
    *out = inode;
    return 0;
}

/* Nothing on disk names its blocks, so they are free at once. */
void inode_undo(struct ext2_inode *inode)
{
    struct ext2 *fs = inode->fs;
    assert(inode->fresh);
    if (inode_has_blocks(inode))
        pointers_free(fs, inode->block);
    number_free(fs, inode->number, inode_is(inode, EXT2_DIRECTORY));
    inode->links = 1;           /* so the put has nothing more to do */
    ext2_inode_put(inode);
}

int inode_unlink(struct ext2_inode *inode)
{
    inode->ctime = fs_now(inode->fs);
    if (inode->links > 0 && --inode->links == 0) {
        inode->dtime = (uint32_t) inode->ctime;
        inode->fs->open_dead++;
    }
    return inode_store(inode);
}

/* A block of extended attributes may belong to several inodes. */
static int attributes_free(struct ext2 *fs, uint32_t block)
{
    struct ext2_buffer *buffer;
    if (!block_is_file(fs, block))
        return fs_damaged(fs, "an inode has attributes where none can be");
    int err = buffer_get(fs, block, &buffer);
    if (err)
        return err;
    struct ext2_attributes *head = (void *) buffer->data;
    bool good = head->magic == (uint32_t) EXT2_ATTRIBUTES_MAGIC && head->references > 0;
    bool last = good && head->references == 1;
    if (good && !last) {
        head->references--;
        buffer_dirty(buffer, EXT2_DATA);
    }
    buffer_put(buffer);
    if (!good)
        return fs_damaged(fs, "a block of attributes is none");
    return last ? block_free(fs, block, 1) : 0;
}

/* Pre: the disk says already that the inode is not in use.  So its blocks can be freed as well. */
int inode_reap(struct ext2 *fs, uint32_t number)
{
    struct ext2_inode inode;
    int err = inode_load(fs, number, &inode);
    if (err)
        return err;
    bool directory = inode_is(&inode, EXT2_DIRECTORY);
    if (inode_has_blocks(&inode))
        err = pointers_free(fs, inode.block);
    if (!err && inode.attributes)
        err = attributes_free(fs, inode.attributes);
    if (err)
        return err;
    memset(inode.block, 0, sizeof inode.block);
    inode.attributes = inode.sectors = 0;
    inode.size = 0;
    err = inode_store(&inode);
    return err ? err : number_free(fs, number, directory);
}

int inode_drop(struct ext2 *fs, uint32_t number)
{
    struct ext2_inode inode;
    int err = inode_load(fs, number, &inode);
    if (err)
        return err;
    inode.links = 0;
    inode.dtime = (uint32_t) fs_now(fs);
    err = inode_store(&inode);
    fs->open_dead++;
    if (!err)
        dead_add(fs, number);
    return err;
}

/* ---- one inode in the place of another ---- */

int inode_renumber(struct ext2 *fs, uint32_t number, uint32_t new_number)
{
    struct ext2_inode **at = inode_slot(fs, number), *inode, copy;
    while (*at && (*at)->number != number)
        at = &(*at)->next;
    inode = *at;
    if (!inode)
        return 0;
    int err = inode_load(fs, new_number, &copy);
    if (err)
        return err;
    *at = inode->next;
    uint32_t opens = inode->opens;
    assert_is(opens, >, 0);
    *inode = copy;
    inode_use(inode);
    inode->opens = opens;
    return 0;
}

int inode_copy_extra(struct ext2 *fs, uint32_t from, uint32_t to)
{
    struct ext2_buffer *source, *target;
    struct ext2_disk_inode *old, *new;
    int err = slot_get(fs, from, &source, &old);
    if (err)
        return err;
    err = slot_get(fs, to, &target, &new);
    if (!err) {
        memcpy((uint8_t *) new + EXT2_INODE_SIZE, (uint8_t *) old + EXT2_INODE_SIZE,
               fs->inode_size - EXT2_INODE_SIZE);
        buffer_dirty(target, EXT2_INODES);
        buffer_put(target);
    }
    buffer_put(source);
    return err;
}

/* ---- attributes ---- */

int ext2_set_mode(struct ext2_inode *inode, uint32_t mode)
{
    int err = batch_begin(inode->fs, EXT2_NEUTRAL);
    if (err)
        return err;
    inode->mode = (inode->mode & EXT2_TYPE) | (mode & ~EXT2_TYPE & 0xFFFF);
    inode->ctime = fs_now(inode->fs);
    return inode_store(inode);
}

int ext2_set_owner(struct ext2_inode *inode, uint32_t uid, uint32_t gid)
{
    int err = batch_begin(inode->fs, EXT2_NEUTRAL);
    if (err)
        return err;
    inode->uid = uid;
    inode->gid = gid;
    inode->ctime = fs_now(inode->fs);
    return inode_store(inode);
}

int ext2_set_times(struct ext2_inode *inode, int64_t atime, int64_t mtime)
{
    int err = batch_begin(inode->fs, EXT2_NEUTRAL);
    if (err)
        return err;
    inode->atime = atime;
    inode->mtime = mtime;
    inode->ctime = fs_now(inode->fs);
    return inode_store(inode);
}
