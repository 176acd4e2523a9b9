/* SPDX-License-Identifier: MIT */
/* The block cache, and the order in which it writes.
 *
 * Changed blocks stay here until cache_flush() writes all of them, class after class, with a flush
 * of the device between two classes; within a class the order does not matter.  So the disk shows,
 * at any moment, a state that e2fsck -p repairs without a question (docs/ext2.md, "Write order").
 * A block that nothing on disk names yet (fresh) counts as data, whatever it holds. */
#include <errno.h>
#include <string.h>

#include "lib/ext2/parts.h"

enum { DATA_ALIGN = 4096, INDEX_PART = 8 };     /* one eighth of the memory is index.c's */

/* For ADDS, names come before inodes: e2fsck removes an entry of an unused inode without a
 * question, but it asks about a used inode without a name.  For REMOVES the order is the opposite,
 * for the same reason. */
static const uint8_t order[][EXT2_CLASSES] = {
    [EXT2_NEUTRAL] = { EXT2_BITMAP, EXT2_DATA, EXT2_INDIRECT, EXT2_ENTRIES, EXT2_INODES,
                       EXT2_COUNTS },
    [EXT2_ADDS] = { EXT2_BITMAP, EXT2_DATA, EXT2_INDIRECT, EXT2_ENTRIES, EXT2_INODES, EXT2_COUNTS },
    [EXT2_REMOVES] = { EXT2_BITMAP, EXT2_DATA, EXT2_INODES, EXT2_INDIRECT, EXT2_ENTRIES,
                       EXT2_COUNTS },
};

static uint32_t hash_size(uint32_t buffers)
{
    uint32_t n = 1;
    while (n < buffers)
        n *= 2;
    return n;
}

static size_t records_size(uint32_t buffers)
{
    return buffers * (sizeof(struct ext2_buffer) + sizeof(struct ext2_buffer *)) +
           hash_size(buffers) * sizeof(struct ext2_buffer *);
}

size_t ext2_memory(uint32_t buffers)
{
    size_t cache = records_size(buffers) + (size_t) buffers * DATA_ALIGN + DATA_ALIGN;
    return cache + cache / (INDEX_PART - 1) + sizeof(uint64_t);
}

static void list_remove(struct ext2 *fs, struct ext2_buffer *b)
{
    *(b->older ? &b->older->newer : &fs->oldest) = b->newer;
    *(b->newer ? &b->newer->older : &fs->newest) = b->older;
}

static void list_append(struct ext2 *fs, struct ext2_buffer *b)
{
    b->newer = NULL;
    b->older = fs->newest;
    *(fs->newest ? &fs->newest->newer : &fs->oldest) = b;
    fs->newest = b;
}

static void list_prepend(struct ext2 *fs, struct ext2_buffer *b)
{
    b->older = NULL;
    b->newer = fs->oldest;
    *(fs->oldest ? &fs->oldest->older : &fs->newest) = b;
    fs->oldest = b;
}

/* As many buffers of fs->block_size as the memory holds, page-aligned, behind the names' index. */
int cache_init(struct ext2 *fs, void *memory, size_t bytes)
{
    uint32_t count = 0;
    uintptr_t index = index_init(fs, memory, bytes / INDEX_PART);
    uintptr_t begin = (uintptr_t) memory + index;
    uint8_t *data = (uint8_t *) ((begin + DATA_ALIGN - 1) & -(uintptr_t) DATA_ALIGN);
    size_t lost = data - (uint8_t *) memory;
    while (bytes > lost &&
           records_size(count + 1) + (size_t) (count + 1) * fs->block_size <= bytes - lost)
        count++;
    if (count < EXT2_BUFFERS_LEAST)
        return ENOMEM;
    fs->buffer_count = count;
    fs->hash_mask = hash_size(count) - 1;
    fs->buffers = (void *) (data + (size_t) count * fs->block_size);
    fs->sorted = (void *) (fs->buffers + count);
    fs->buffer_hash = fs->sorted + count;
    memset(fs->buffers, 0, records_size(count));
    fs->newest = fs->oldest = NULL;
    for (uint32_t i = 0; i < count; i++) {
        fs->buffers[i].data = data + (size_t) i * fs->block_size;
        list_append(fs, &fs->buffers[i]);
    }
    return 0;
}

static struct ext2_buffer **hash_slot(struct ext2 *fs, uint32_t block)
{
    return &fs->buffer_hash[(block ^ block >> 12) & fs->hash_mask];
}

static struct ext2_buffer *buffer_find(struct ext2 *fs, uint32_t block)
{
    struct ext2_buffer *b = *hash_slot(fs, block);
    while (b && b->block != block)
        b = b->hash_next;
    return b;
}

bool buffer_present(struct ext2 *fs, uint32_t block)
{
    return buffer_find(fs, block) != NULL;
}

static void buffer_unhash(struct ext2 *fs, struct ext2_buffer *b)
{
    struct ext2_buffer **at = hash_slot(fs, b->block);
    if (!b->valid)
        return;
    while (*at != b)
        at = &(*at)->hash_next;
    *at = b->hash_next;
    b->valid = b->dirty = b->fresh = false;
}

/* Returns the oldest buffer that can be reused without a write, or NULL. */
static struct ext2_buffer *buffer_victim(struct ext2 *fs)
{
    struct ext2_buffer *b = fs->oldest;
    while (b && (b->pins || (b->dirty && !fs->failed)))
        b = b->newer;
    return b;
}

/* Gets a pinned buffer for this block.  Its data is not set yet. */
static int buffer_claim(struct ext2 *fs, uint32_t block, struct ext2_buffer **out)
{
    struct ext2_buffer *b = buffer_victim(fs);
    if (!b) {
        int err = cache_flush(fs);
        if (err && !fs->failed)
            return err;
        b = buffer_victim(fs);
    }
    if (!b)
        return ENOBUFS;
    assert_is(b->pins, ==, 0);
    assert(!b->dirty || fs->failed);            /* no change is lost but after a failure */
    buffer_unhash(fs, b);
    list_remove(fs, b);
    list_append(fs, b);
    struct ext2_buffer **slot = hash_slot(fs, block);
    b->block = block;
    b->hash_next = *slot;
    *slot = b;
    b->valid = true;
    b->pins = 1;
    *out = b;
    return 0;
}

static void buffer_drop(struct ext2 *fs, struct ext2_buffer *b)
{
    b->pins = 0;
    buffer_unhash(fs, b);
    list_remove(fs, b);
    list_prepend(fs, b);
}

/* Reads `count` blocks that are not in the cache, and leaves all of them there, the first one
 * pinned. */
static int buffer_fetch(struct ext2 *fs, uint32_t block, uint32_t count, struct ext2_buffer **out)
{
    struct ext2_buffer *b[EXT2_RUN];
    uint8_t *data[EXT2_RUN];
    uint32_t n = 0;
    int err = 0;
    while (n < count && !(err = buffer_claim(fs, block + n, &b[n]))) {
        data[n] = b[n]->data;
        n++;
    }
    if (n == 0)
        return err;
    err = fs->device.read(fs->device.context, block, fs->block_size, n, data);
    fs->reads += n;
    for (uint32_t i = 0; i < n; i++) {
        if (err)
            buffer_drop(fs, b[i]);
        else if (i > 0)
            b[i]->pins = 0;
    }
    *out = b[0];
    return err;
}

/* Gets the block, and reads up to `more` blocks behind it in the same read: the caller expects to
 * use them. */
int buffer_get_ahead(struct ext2 *fs, uint32_t block, uint32_t more, struct ext2_buffer **out)
{
    struct ext2_buffer *b = buffer_find(fs, block);
    if (b) {
        list_remove(fs, b);
        list_append(fs, b);
        b->pins++;
        *out = b;
        return 0;
    }
    uint32_t n = 1, most = fs->buffer_count / 4;
    if (more >= EXT2_RUN)
        more = EXT2_RUN - 1;
    while (n <= more && n < most && block + n < fs->blocks && !buffer_find(fs, block + n))
        n++;
    return buffer_fetch(fs, block, n, out);
}

int buffer_get(struct ext2 *fs, uint32_t block, struct ext2_buffer **out)
{
    return buffer_get_ahead(fs, block, 0, out);
}

/* Gets a buffer for a block that was just allocated: it is zero and dirty, and nothing on disk
 * names it. */
int buffer_new(struct ext2 *fs, uint32_t block, struct ext2_buffer **out)
{
    struct ext2_buffer *b = buffer_find(fs, block);
    if (b)
        b->pins++;
    else {
        int err = buffer_claim(fs, block, &b);
        if (err)
            return err;
    }
    memset(b->data, 0, fs->block_size);
    b->fresh = true;
    buffer_dirty(b, EXT2_DATA);
    *out = b;
    return 0;
}

void buffer_dirty(struct ext2_buffer *b, enum ext2_class class)
{
    assert_is(b->pins, >, 0);
    assert_is(class, <, EXT2_CLASSES);
    b->dirty = true;
    b->class = b->fresh ? EXT2_DATA : class;
}

void buffer_put(struct ext2_buffer *b)
{
    assert_is(b->pins, >, 0);
    b->pins--;
}

/* The block is free: its contents need not be written. */
void buffer_forget(struct ext2 *fs, uint32_t block)
{
    struct ext2_buffer *b = buffer_find(fs, block);
    if (b && b->pins == 0)
        buffer_drop(fs, b);
}

/* ---- writing ---- */

/* Shell's sort, by block: no recursion, no memory. */
static void sort_blocks(struct ext2_buffer **b, uint32_t count)
{
    for (uint32_t gap = count / 2; gap > 0; gap /= 2) {
        for (uint32_t i = gap; i < count; i++) {
            struct ext2_buffer *x = b[i];
            uint32_t j = i;
            for (; j >= gap && b[j - gap]->block > x->block; j -= gap)
                b[j] = b[j - gap];
            b[j] = x;
        }
    }
}

int cache_barrier(struct ext2 *fs)
{
    fs->flushes++;
    int err = fs->device.flush ? fs->device.flush(fs->device.context) : 0;
    if (err)
        fs_fail(fs);
    return err;
}

static int write_run(struct ext2 *fs, struct ext2_buffer **b, uint32_t count)
{
    uint8_t *data[EXT2_RUN] = { b[0]->data };
    assert_is(count, <=, EXT2_RUN);
    for (uint32_t i = 1; i < count; i++) {
        assert_is(b[i]->block, ==, b[0]->block + i);
        data[i] = b[i]->data;
    }
    fs->writes += count;
    int err = fs->device.write(fs->device.context, b[0]->block, fs->block_size, count, data);
    if (err) {
        fs_fail(fs);
        return err;
    }
    for (uint32_t i = 0; i < count; i++)
        b[i]->dirty = b[i]->fresh = false;
    return 0;
}

/* Writes one block now, before all other dirty blocks. */
int buffer_write(struct ext2 *fs, struct ext2_buffer *b)
{
    return write_run(fs, &b, 1);
}

/* Writes the dirty blocks of one class.  *wrote: there were some. */
static int write_class(struct ext2 *fs, enum ext2_class class, bool *wrote)
{
    uint32_t n = 0, run;
    for (uint32_t i = 0; i < fs->buffer_count; i++) {
        if (fs->buffers[i].dirty && fs->buffers[i].class == class)
            fs->sorted[n++] = &fs->buffers[i];
    }
    if (n == 0)
        return 0;
    int err = *wrote ? cache_barrier(fs) : 0;
    *wrote = true;
    sort_blocks(fs->sorted, n);
    for (uint32_t i = 0; i < n && !err; i += run) {
        run = 1;
        while (run < EXT2_RUN && i + run < n &&
               fs->sorted[i + run]->block == fs->sorted[i]->block + run)
            run++;
        err = write_run(fs, fs->sorted + i, run);
    }
    return err;
}

bool cache_is_dirty(const struct ext2 *fs)
{
    for (uint32_t i = 0; i < fs->buffer_count; i++) {
        if (fs->buffers[i].dirty)
            return true;
    }
    return false;
}

/* Writes all dirty blocks, in the order of the batch. */
int cache_flush(struct ext2 *fs)
{
    bool wrote = false;
    int err = 0;
    if (fs->failed)
        return EIO;
    if (!cache_is_dirty(fs))
        return 0;
    if (fs->clean)
        err = super_write(fs, false);
    for (unsigned i = 0; i < EXT2_CLASSES && !err; i++)
        err = write_class(fs, order[fs->mode][i], &wrote);
    assert(err || !cache_is_dirty(fs));         /* each class is in the order */
    return err ? err : cache_barrier(fs);
}
