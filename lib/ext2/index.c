/* SPDX-License-Identifier: MIT */
/* In which block of a large directory a name is: a table in memory, which is made when the
 * directory is searched for the first time, and follows each change.  A few directories have an
 * index at a time.  The table holds hashes only, so the caller looks into the block that it
 * gives.
 *
 * The hash is of the directory's number and the name.  What an index leaves behind when its record
 * gets another directory is thus found by nobody, and goes when the table is full. */
#include <errno.h>
#include <string.h>

#include "lib/ext2/parts.h"

enum { SLOTS_LEAST = 64, GAP_UNIT = 4 };

/* Takes at most this part of the memory. */
size_t index_init(struct ext2 *fs, void *memory, size_t bytes)
{
    uint32_t slots = SLOTS_LEAST;
    while (slots * 2 * sizeof(struct ext2_index_slot) <= bytes)
        slots *= 2;
    memset(fs->indexed, 0, sizeof fs->indexed);
    if (slots * sizeof(struct ext2_index_slot) > bytes) {
        fs->index_mask = 0;             /* there is no room for an index */
        return 0;
    }
    fs->index = memory;
    fs->index_mask = slots - 1;
    fs->index_used = 0;
    memset(fs->index, 0, slots * sizeof *fs->index);
    return slots * sizeof *fs->index;
}

static uint32_t hash_of(uint32_t directory, const char *name, uint32_t length)
{
    uint32_t hash = 2166136261u ^ directory * 2654435761u;
    for (uint32_t i = 0; i < length; i++)
        hash = (hash ^ (uint8_t) name[i]) * 16777619u;
    return hash ^ hash >> 15;
}

struct ext2_indexed *index_find(struct ext2 *fs, uint32_t directory)
{
    for (unsigned i = 0; i < EXT2_INDEXED; i++) {
        if (fs->indexed[i].number == directory)
            return &fs->indexed[i];
    }
    return NULL;
}

/* Makes an empty one.  NULL: no index for a directory of so many blocks. */
struct ext2_indexed *index_new(struct ext2 *fs, uint32_t directory, uint32_t blocks)
{
    if (blocks > EXT2_GAPS || fs->index_mask == 0)
        return NULL;
    struct ext2_indexed *x = &fs->indexed[fs->indexed_next++ % EXT2_INDEXED];
    memset(x, 0, sizeof *x);
    x->number = directory;
    return x;
}

void index_drop(struct ext2 *fs, uint32_t directory)
{
    struct ext2_indexed *x = index_find(fs, directory);
    if (x)
        x->number = 0;
}

/* Three quarters of the table are full: all begin anew. */
static void index_clear(struct ext2 *fs)
{
    memset(fs->indexed, 0, sizeof fs->indexed);
    memset(fs->index, 0, (fs->index_mask + 1) * sizeof *fs->index);
    fs->index_used = 0;
}

/* ENOSPC: the table was full, and no directory has an index now. */
int index_add(struct ext2 *fs, uint32_t directory, const char *name, uint32_t length,
              uint32_t logical)
{
    uint32_t hash = hash_of(directory, name, length), i = hash & fs->index_mask;
    if (fs->index_used >= fs->index_mask / 4 * 3) {
        index_clear(fs);
        return ENOSPC;
    }
    while (fs->index[i].block)
        i = (i + 1) & fs->index_mask;
    fs->index[i] = (struct ext2_index_slot) { hash, logical + 1 };
    fs->index_used++;
    return 0;
}

bool index_next(struct ext2 *fs, uint32_t directory, const char *name, uint32_t length,
                uint32_t *step, uint32_t *logical)
{
    uint32_t hash = hash_of(directory, name, length);
    assert_is(fs->index_used, <=, fs->index_mask / 4 * 3);      /* so the search ends */
    for (;;) {
        const struct ext2_index_slot *slot = &fs->index[(hash + *step) & fs->index_mask];
        if (!slot->block)
            return false;
        ++*step;
        if (slot->hash == hash) {
            *logical = slot->block - 1;
            return true;
        }
    }
}

/* Fills the hole at i: a slot behind it moves there, if its search passes i. */
static void slot_remove(struct ext2 *fs, uint32_t i)
{
    uint32_t mask = fs->index_mask;
    for (uint32_t j = (i + 1) & mask; fs->index[j].block; j = (j + 1) & mask) {
        if (((j - fs->index[j].hash) & mask) >= ((j - i) & mask)) {
            fs->index[i] = fs->index[j];
            i = j;
        }
    }
    assert_is(fs->index_used, >, 0);
    fs->index[i].block = 0;
    fs->index_used--;
}

void index_remove(struct ext2 *fs, uint32_t directory, const char *name, uint32_t length,
                  uint32_t logical)
{
    uint32_t hash = hash_of(directory, name, length);
    for (uint32_t i = hash & fs->index_mask; fs->index[i].block; i = (i + 1) & fs->index_mask) {
        if (fs->index[i].hash == hash && fs->index[i].block == logical + 1) {
            slot_remove(fs, i);
            return;
        }
    }
}

/* ---- room ---- */

static uint8_t gap_of(uint32_t bytes)
{
    return bytes / GAP_UNIT < UINT8_MAX ? bytes / GAP_UNIT : UINT8_MAX;
}

void index_set_gap(struct ext2_indexed *x, uint32_t logical, uint32_t bytes)
{
    if (logical < EXT2_GAPS)
        x->gap[logical] = gap_of(bytes);
}

/* Begins where the last name went. */
uint32_t index_room(struct ext2_indexed *x, uint32_t blocks, uint32_t bytes)
{
    assert_is(blocks, <=, EXT2_GAPS);
    for (uint32_t i = 0; i < blocks; i++) {
        uint32_t logical = (x->last + i) % blocks;
        if (x->gap[logical] >= gap_of(bytes))
            return x->last = logical;
    }
    return blocks;
}
