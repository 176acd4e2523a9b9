/* SPDX-License-Identifier: MIT */
/* Names that were looked up lately, and their inodes: a table in memory, so that a path that is
 * used again is not searched again.  It holds names that are there, never that one is missing.
 * A name that goes, or that gets another inode, makes the whole table void. */
#include <string.h>

#include "lib/ext2/parts.h"

static struct ext2_known *slot_of(struct ext2 *fs, uint32_t directory, const char *name,
                                  uint32_t length)
{
    uint32_t hash = directory * 2654435761u;
    for (uint32_t i = 0; i < length; i++)
        hash = hash * 31 + (uint8_t) name[i];
    return &fs->known[(hash ^ hash >> 15) % EXT2_KNOWN];
}

bool known_find(struct ext2 *fs, uint32_t directory, const char *name, uint32_t length,
                uint32_t *number)
{
    if (length > EXT2_KNOWN_NAME)
        return false;
    const struct ext2_known *k = slot_of(fs, directory, name, length);
    if (k->directory != directory || k->changes != fs->known_changes || k->length != length ||
        memcmp(k->name, name, length) != 0)
        return false;
    *number = k->number;
    return true;
}

void known_add(struct ext2 *fs, uint32_t directory, const char *name, uint32_t length,
               uint32_t number)
{
    if (length > EXT2_KNOWN_NAME)
        return;
    struct ext2_known *k = slot_of(fs, directory, name, length);
    *k = (struct ext2_known) { .directory = directory, .number = number,
                               .changes = fs->known_changes, .length = (uint8_t) length };
    memcpy(k->name, name, length);
}

/* The count may wrap: an old record must not look new then. */
void known_void(struct ext2 *fs)
{
    if (++fs->known_changes == 0)
        memset(fs->known, 0, sizeof fs->known);
}
