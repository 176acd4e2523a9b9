/* SPDX-License-Identifier: MIT */
/* From a path to a directory and a name in it.  Symbolic links are followed without recursion: a
 * link's target takes the place of its name, in front of the rest of the path. */
#include <errno.h>
#include <string.h>

#include "servers/ext2fs/server.h"

/* The rest of a path and what links put in front of it; it grows downwards. */
static char rest[2 * HURD_DIR_PATH];
static char taken[HURD_DIR_PATH + 4];

int path_take(struct hurd_cap_call *call, unsigned first, uint32_t length, const char **path)
{
    L4_Word_t container;
    uint8_t *bytes;
    if (length > HURD_DIR_PATH)
        return ENAMETOOLONG;
    if (length <= HURD_DIR_INLINE) {
        if (call->words != first + (length + 3) / 4)
            return EINVAL;
        memcpy(taken, &call->arg[first], length);
    } else {
        if (call->words != first + 2)
            return EINVAL;
        if (buffer_named(call, first, &container))
            return EBADF;
        int err = window_fetch(container, call->arg[first + 1], length, &bytes);
        if (err)
            return err;
        memcpy(taken, bytes, length);
    }
    *path = taken;
    return memchr(taken, 0, length) ? EINVAL : 0;
}

void place_put(struct place *place)
{
    if (place->inode)
        inode_leave(place->inode);
    if (place->directory)
        inode_leave(place->directory);
    place->inode = place->directory = NULL;
}

/* Puts the link's target in front of *at. */
static int link_expand(struct ext2_inode *link, const char **at)
{
    uint32_t left = (uint32_t) (rest + sizeof rest - *at), n;
    uint8_t target[PAGE];
    int err = ext2_readlink(link, target, sizeof target, &n);
    if (err)
        return err;
    if (n > HURD_DIR_PATH || n + left > sizeof rest)
        return ENAMETOOLONG;
    char *to = rest + sizeof rest - left - n;
    memcpy(to, target, n);
    *at = to;
    return 0;
}

/* Takes one name off the path; false: there is none. */
static bool name_next(const char **at, const char **name, uint32_t *length)
{
    const char *end = rest + sizeof rest;
    while (*at < end && **at == '/')
        ++*at;
    *name = *at;
    while (*at < end && **at != '/')
        ++*at;
    *length = (uint32_t) (*at - *name);
    return *length > 0;
}

static bool path_ends(const char *at)
{
    const char *end = rest + sizeof rest;
    while (at < end && *at == '/')
        at++;
    return at == end;
}

/* Looks the name up in place->directory; a missing last name is no error. */
static int step(struct place *place, const char *name, uint32_t length, bool last)
{
    uint32_t number;
    place->inode = NULL;
    int err = ext2_lookup(place->directory, name, length, &number);
    if (!err)
        err = ext2_inode_get(&fs, number, &place->inode);
    if (err == ENOENT && last)
        err = 0;
    place->length = length < sizeof place->name ? length : 0;
    memcpy(place->name, name, place->length);
    return err;
}

/* The inode that was found is where the next name is looked up. */
static void descend(struct place *place)
{
    inode_leave(place->directory);
    place->directory = place->inode;
    place->inode = NULL;
}

/* `at`: the rest of the path, from its '/' on. */
static int back_to_root(struct place *place, const char *at)
{
    int err = mounts_root(at, (uint32_t) (rest + sizeof rest - at));
    if (err)
        return err;
    inode_leave(place->directory);
    place->directory = NULL;
    return ext2_inode_get(&fs, EXT2_ROOT, &place->directory);
}

/* The path that leads nowhere further: "/" or "". */
static int stay(struct place *place)
{
    ext2_inode_hold(place->directory);
    place->inode = place->directory;
    place->length = 0;
    return 0;
}

static int walk(struct place *place, const char *at, bool follow)
{
    const char *name;
    uint32_t length;
    unsigned links = 0;
    int err = *at == '/' ? back_to_root(place, at) : 0;
    while (!err) {
        if (!name_next(&at, &name, &length))
            return stay(place);
        bool last = path_ends(at);
        if (length == 2 && !memcmp(name, "..", 2) && place->directory->number == EXT2_ROOT)
            err = mounts_up(at, (uint32_t) (rest + sizeof rest - at));
        if (err)
            return err;
        err = step(place, name, length, last);
        if (err || !place->inode)
            return err;
        bool slash = at < rest + sizeof rest;
        if (place->inode->mode >> 12 == 10 && (!last || slash || follow)) {
            if (++links > HURD_DIR_LINKS)
                return ELOOP;
            err = link_expand(place->inode, &at);
            inode_leave(place->inode);
            place->inode = NULL;
            if (!err && *at == '/')
                err = back_to_root(place, at);
            continue;
        }
        if (last)
            return slash && place->inode->mode >> 12 != 4 ? ENOTDIR : 0;
        err = mounts_enter(place->inode, at, (uint32_t) (rest + sizeof rest - at));
        if (!err)
            descend(place);
    }
    return err;
}

int path_walk(struct ext2_inode *from, const char *path, uint32_t length, bool follow,
              struct place *place)
{
    place->directory = place->inode = NULL;
    place->length = 0;                  /* of the name: its bytes mean nothing then */
    if (length == 0)
        return ENOENT;
    if (length > HURD_DIR_PATH)
        return ENAMETOOLONG;
    char *at = rest + sizeof rest - length;
    memcpy(at, path, length);
    ext2_inode_hold(from);
    place->directory = from;
    int err = walk(place, at, follow);
    if (err)
        place_put(place);
    return err;
}
