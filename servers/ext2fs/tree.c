/* SPDX-License-Identifier: MIT */
/* The dir protocol. */
#include <errno.h>
#include <string.h>

#include "servers/ext2fs/server.h"

static const struct ext2_owner nobody_else;     /* everything belongs to uid 0 */

static bool is_type(const struct ext2_inode *inode, uint32_t type)
{
    return (inode->mode & EXT2_TYPE) == type;
}

/* ---- lookup ---- */

static int open_refuse(const struct ext2_inode *inode, L4_Word_t flags)
{
    if (flags & HURD_DIR_CREATE && flags & HURD_DIR_EXCLUSIVE)
        return EEXIST;
    if (flags & HURD_DIR_DIRECTORY && !is_type(inode, EXT2_DIRECTORY))
        return ENOTDIR;
    if (is_type(inode, EXT2_DIRECTORY) && flags & (HURD_DIR_WRITES | HURD_DIR_TRUNCATE))
        return EISDIR;
    if (is_type(inode, EXT2_SYMLINK) && flags & (HURD_DIR_READS | HURD_DIR_WRITES))
        return ELOOP;
    if (special_is(inode))
        return 0;
    if ((is_type(inode, EXT2_CHARACTER) || is_type(inode, EXT2_BLOCK)) &&
        flags & (HURD_DIR_READS | HURD_DIR_WRITES))
        return ENXIO;
    if (fs.read_only && flags & (HURD_DIR_WRITES | HURD_DIR_TRUNCATE))
        return EROFS;
    return 0;
}

/* path_walk(), but some files of "/" are on no disk. */
static int walk(struct ext2_inode *from, const char *path, uint32_t length, bool follow,
                struct place *place)
{
    struct ext2_inode *special = special_find(from, path, length);
    if (!special)
        return path_walk(from, path, length, follow, place);
    *place = (struct place) { .inode = special };
    return 0;
}

static int lookup_make(struct place *place, L4_Word_t flags, L4_Word_t mode)
{
    if (!(flags & HURD_DIR_CREATE))
        return ENOENT;
    if (place->length == 0 || flags & HURD_DIR_DIRECTORY)
        return EISDIR;
    return ext2_create(place->directory, place->name, place->length, mode, nobody_else,
                       &place->inode);
}

static int serve_lookup(struct hurd_cap_call *call, struct handle *h)
{
    const char *path;
    struct place place;
    L4_Word_t flags = call->arg[1];
    if (call->words < 4 || flags & ~HURD_DIR_FLAGS || call->arg[2] > 07777)
        return EINVAL;
    int err = path_take(call, 4, call->arg[3], &path);
    bool follow = !(flags & HURD_DIR_NOFOLLOW) &&
                  !(flags & HURD_DIR_CREATE && flags & HURD_DIR_EXCLUSIVE);
    if (!err)
        err = walk(h->inode, path, call->arg[3], follow, &place);
    if (err)
        return err;
    if (place.inode) {
        err = mounts_enter(place.inode, "", 0);
        if (!err)
            err = open_refuse(place.inode, flags);
        if (!err && flags & (HURD_DIR_WRITES | HURD_DIR_TRUNCATE))
            err = images_write(place.inode);
        if (!err && flags & HURD_DIR_TRUNCATE && !is_type(place.inode, EXT2_FIFO))
            err = contents_cut(place.inode, 0);
    } else
        err = lookup_make(&place, flags, call->arg[2]);
    if (!err) {
        call->reply[1] = place.inode->mode;
        call->reply[2] = place.inode->number;
        err = is_type(place.inode, EXT2_FIFO) && flags & (HURD_DIR_READS | HURD_DIR_WRITES)
              ? fifo_open(call, place.inode, flags) : handle_give(call, place.inode, flags);
        call->reply_words = 3;
        place.inode = NULL;
    }
    place_put(&place);
    return err;
}

static int serve_stat(struct hurd_cap_call *call, struct handle *h)
{
    const char *path;
    struct place place;
    if (call->words < 3 || call->arg[1] & ~HURD_DIR_NOFOLLOW)
        return EINVAL;
    int err = path_take(call, 3, call->arg[2], &path);
    if (!err)
        err = walk(h->inode, path, call->arg[2], !call->arg[1], &place);
    if (err)
        return err;
    err = place.inode ? mounts_enter(place.inode, "", 0) : ENOENT;
    if (!err)
        contents_stat(call, place.inode);
    place_put(&place);
    return err;
}

/* ---- reading ---- */

/* As many entries as fit into a page. */
static int serve_entries(struct hurd_cap_call *call, struct handle *h)
{
    L4_Word_t container;
    uint32_t used = 0, cursor = call->arg[3], next = cursor;
    struct ext2_entry entry;
    int err = 0;
    if (call->words != 4 || call->arg[2] % PAGE || call->arg[2] > 0u - PAGE)
        return EINVAL;
    if (buffer_named(call, 1, &container))
        return EBADF;
    while ((err = ext2_next_entry(h->inode, &next, &entry)) == 0) {
        uint32_t size = (offsetof(struct hurd_dir_entry, name) + entry.length + 3) & ~3u;
        if (size > PAGE - used)
            break;
        struct hurd_dir_entry *e = (void *) (window_bytes() + used);
        e->inode = entry.inode;
        e->type = entry.type;
        e->length = entry.length;
        memcpy(e->name, entry.name, entry.length);
        used += size;
        cursor = next;
    }
    if (err && err != ENOENT)
        return err;
    err = window_deliver(container, call->arg[2], used);
    call->reply[0] = used;
    call->reply[1] = cursor;
    call->reply_words = 2;
    return err;
}

/* ---- changing ---- */

/* The last name of the path, which need not be there. */
static int name_walk(struct hurd_cap_call *call, struct ext2_inode *from, unsigned first,
                     uint32_t length, struct place *place)
{
    const char *path;
    int err = path_take(call, first, length, &path);
    return err ? err : path_walk(from, path, length, false, place);
}

/* A directory or a fifo. */
static int serve_make(struct hurd_cap_call *call, struct handle *h)
{
    struct place place;
    struct ext2_inode *made;
    bool fifo = call->label == HURD_DIR_MKFIFO;
    if (call->words < 3 || call->arg[1] > 07777)
        return EINVAL;
    int err = name_walk(call, h->inode, 3, call->arg[2], &place);
    if (err)
        return err;
    err = place.inode ? EEXIST
          : (fifo ? ext2_mkfifo : ext2_mkdir)(place.directory, place.name, place.length,
                                              call->arg[1], nobody_else, &made);
    if (!err)
        inode_leave(made);
    place_put(&place);
    return err;
}

static int serve_unlink(struct hurd_cap_call *call, struct handle *h)
{
    struct place place;
    if (call->words < 3 || call->arg[1] > HURD_DIR_REMOVE)
        return EINVAL;
    int err = name_walk(call, h->inode, 3, call->arg[2], &place);
    if (err)
        return err;
    if (!place.inode)
        err = ENOENT;
    else if (place.length == 0 || mounts_cover(place.inode))
        err = EBUSY;                    /* the root, here or there */
    else if (call->arg[1])
        err = ext2_rmdir(place.directory, place.name, place.length);
    else
        err = ext2_unlink(place.directory, place.name, place.length);
    place_put(&place);
    return err;
}

static int serve_link(struct hurd_cap_call *call, struct handle *h)
{
    struct place place;
    struct handle *file;
    if (call->words < 3)
        return EINVAL;
    int err = handle_named(call, 1, &file);
    if (!err)
        err = name_walk(call, h->inode, 3, call->arg[2], &place);
    if (err)
        return err;
    err = place.inode ? EEXIST : special_is_of_no_disk(file->inode) ? EPERM
          : ext2_link(place.directory, place.name, place.length, file->inode);
    place_put(&place);
    return err;
}

/* Both lengths, checked before they are added. */
static int two_paths(struct hurd_cap_call *call, unsigned word, const char **path, uint32_t *first,
                     uint32_t *second)
{
    if (call->words < 4)
        return EINVAL;
    *first = call->arg[word];
    *second = call->arg[word + 1];
    if (*first > HURD_DIR_PATH || *second > HURD_DIR_PATH)
        return ENAMETOOLONG;
    return path_take(call, word + 2, *first + *second, path);
}

static int serve_symlink(struct hurd_cap_call *call, struct handle *h)
{
    struct place place;
    struct ext2_inode *made;
    const char *target;
    uint32_t target_length, length;
    int err = two_paths(call, 1, &target, &target_length, &length);
    if (!err)
        err = path_walk(h->inode, target + target_length, length, false, &place);
    if (err)
        return err;
    err = place.inode ? EEXIST
          : ext2_symlink(place.directory, place.name, place.length, target, target_length,
                         nobody_else, &made);
    if (!err)
        inode_leave(made);
    place_put(&place);
    return err;
}

static int serve_rename(struct hurd_cap_call *call, struct handle *h)
{
    struct place from, to;
    struct handle *target;
    const char *path;
    uint32_t length, new_length;
    int err = two_paths(call, 2, &path, &length, &new_length);
    if (!err)
        err = handle_named(call, 1, &target);
    if (!err)
        err = path_walk(h->inode, path, length, false, &from);
    if (err)
        return err;
    err = from.inode ? path_walk(target->inode, path + length, new_length, false, &to) : ENOENT;
    if (!err) {
        if (from.length == 0 || to.length == 0 || mounts_cover(from.inode) ||
            (to.inode && mounts_cover(to.inode)))
            err = EBUSY;                /* the root, here or there */
        else if (!to.inode && path[length + new_length - 1] == '/' && from.inode->mode >> 12 != 4)
            err = ENOTDIR;
        else
            err = ext2_rename(from.directory, from.name, from.length, to.directory, to.name,
                              to.length);
        place_put(&to);
    }
    place_put(&from);
    return err;
}

static int serve_one(struct hurd_cap_call *call, struct handle *h)
{
    switch (call->label) {
    case HURD_DIR_LOOKUP:
        return serve_lookup(call, h);
    case HURD_DIR_STAT:
        return serve_stat(call, h);
    case HURD_DIR_READ:
        return serve_entries(call, h);
    case HURD_DIR_MKDIR:
    case HURD_DIR_MKFIFO:
        return serve_make(call, h);
    case HURD_DIR_UNLINK:
        return serve_unlink(call, h);
    case HURD_DIR_RENAME:
        return serve_rename(call, h);
    case HURD_DIR_LINK:
        return serve_link(call, h);
    case HURD_DIR_MOUNT:
        return serve_mount(call, h);
    default:
        return serve_symlink(call, h);
    }
}

int serve_dir(struct hurd_cap_call *call)
{
    int err = serve_one(call, handle_of(call));
    return err == EREMOTE ? mounts_reply(call) : err;
}
