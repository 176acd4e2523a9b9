/* SPDX-License-Identifier: MIT */
/* /dev/null, /dev/zero and /dev/full: programs take them for granted, so the server of "/" has them
 * even if its disk does not.  A character device on the disk with one of their numbers is the same
 * file.  No other device can be opened: its driver has a protocol of its own.  Before: tree.c,
 * contents.c. */
#include <errno.h>
#include <string.h>

#include "servers/ext2fs/server.h"

enum {
    MEMORY_DEVICES = 1,                 /* major number, as Linux counts */
    NULL_MINOR = 3, ZERO_MINOR = 5, FULL_MINOR = 7,
    NUMBER = 0xFFFFFF00,                /* and the minor number: no inode of a disk has it */
};

/* Of no disk.  `opens` never comes down to 0. */
#define SPECIAL(number_of)                                                                         \
    { .fs = &fs, .number = NUMBER + (number_of), .opens = 1, .links = 1,                           \
      .mode = EXT2_CHARACTER | 0666, .block = { MEMORY_DEVICES << 8 | (number_of) } }

static struct {
    const char *path;
    struct ext2_inode inode;
} specials[] = {
    { "dev/null", SPECIAL(NULL_MINOR) },
    { "dev/zero", SPECIAL(ZERO_MINOR) },
    { "dev/full", SPECIAL(FULL_MINOR) },
};

/* Does the path mean this one, whose names stand between single slashes? */
static bool path_is(const char *path, uint32_t length, const char *wanted)
{
    uint32_t at = 0;
    while (*wanted) {
        if (at == length || path[at] != *wanted++)
            return false;
        at++;
        while (path[at - 1] == '/' && at < length && path[at] == '/')
            at++;
    }
    return at == length;
}

struct ext2_inode *special_find(const struct ext2_inode *from, const char *path, uint32_t length)
{
    bool from_root = from->number == EXT2_ROOT || (length > 0 && *path == '/');
    while (length > 0 && *path == '/') {
        path++;
        length--;
    }
    if (length == 0 || *path != *specials[0].path || !from_root || !mounts_root_is_ours())
        return NULL;
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++) {
        if (path_is(path, length, specials[i].path)) {
            ext2_inode_hold(&specials[i].inode);
            return &specials[i].inode;
        }
    }
    return NULL;
}

bool special_is_of_no_disk(const struct ext2_inode *inode)
{
    return inode->number >= NUMBER;
}

/* Pre: it is a character device.  0: it is none of the three. */
static unsigned minor_of(const struct ext2_inode *inode)
{
    unsigned minor = inode->block[0] & 0xff;
    if (inode->block[0] >> 8 != MEMORY_DEVICES)
        return 0;
    return minor == NULL_MINOR || minor == ZERO_MINOR || minor == FULL_MINOR ? minor : 0;
}

bool special_is_device(const struct ext2_inode *inode)
{
    return minor_of(inode) != 0;
}

void special_read(const struct ext2_inode *inode, void *to, uint32_t size, uint32_t *done)
{
    *done = minor_of(inode) == NULL_MINOR ? 0 : size;
    memset(to, 0, *done);
}

int special_write(const struct ext2_inode *inode, uint32_t size, uint32_t *done)
{
    bool full = minor_of(inode) == FULL_MINOR;
    *done = full ? 0 : size;
    return full ? ENOSPC : 0;
}
