/* SPDX-License-Identifier: MIT */
/* Names: create, link, unlink, rename.
 *
 * Each function makes its changes in an order in which each of them may be the last one that the
 * disk sees: e2fsck -p then mends the rest without a question (docs/ext2.md, "Write order").  So
 * a name comes before its inode, and an inode goes before its name.
 * A directory that goes to another directory is move.c's. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/ext2/parts.h"

static bool is_dots(const char *name, uint32_t length)
{
    return length <= 2 && memcmp(name, "..", length) == 0;
}

/* Checks that the directory can be changed and does not have the name yet. */
static int name_is_free(struct ext2_inode *directory, const char *name, uint32_t length)
{
    struct entry_place place;
    int err = name_check(name, length);
    if (!err)
        err = directory_open(directory);
    if (err)
        return err;
    err = entry_find(directory, name, length, &place);
    return err == ENOENT ? 0 : err ? err : EEXIST;
}

/* ---- new inodes ---- */

/* Writes the name, then the inode. */
static int inode_name(struct ext2_inode *directory, const char *name, uint32_t length,
                      struct ext2_inode *inode)
{
    int err = inode_prepare(inode);
    if (!err)
        err = inode_prepare(directory);
    if (!err)
        err = entry_add(directory, name, length, inode);
    if (!err)
        return inode_store(inode);
    inode_undo(inode);
    return err;
}

static int inode_begin(struct ext2_inode *directory, const char *name, uint32_t length,
                       uint32_t mode, struct ext2_owner owner, struct ext2_inode **inode)
{
    int err = name_is_free(directory, name, length);
    if (!err)
        err = batch_begin(directory->fs, EXT2_ADDS);
    return err ? err : inode_new(directory->fs, directory->number, mode, owner, inode);
}

static int without_blocks(struct ext2_inode *directory, const char *name, uint32_t length,
                          uint32_t mode, struct ext2_owner owner, struct ext2_inode **inode)
{
    int err = inode_begin(directory, name, length, mode, owner, inode);
    return err ? err : inode_name(directory, name, length, *inode);
}

int ext2_create(struct ext2_inode *directory, const char *name, uint32_t length, uint32_t mode,
                struct ext2_owner owner, struct ext2_inode **inode)
{
    return without_blocks(directory, name, length, EXT2_REGULAR | (mode & ~EXT2_TYPE & 0xFFFF),
                          owner, inode);
}

int ext2_mkfifo(struct ext2_inode *directory, const char *name, uint32_t length, uint32_t mode,
                struct ext2_owner owner, struct ext2_inode **inode)
{
    return without_blocks(directory, name, length, EXT2_FIFO | (mode & ~EXT2_TYPE & 0xFFFF), owner,
                          inode);
}

/* A batch ends behind a new directory: names in it may follow only when the directory is on
 * disk. */
int ext2_mkdir(struct ext2_inode *directory, const char *name, uint32_t length, uint32_t mode,
               struct ext2_owner owner, struct ext2_inode **inode)
{
    if (directory->links >= EXT2_LINKS_MOST)
        return EMLINK;
    mode = EXT2_DIRECTORY | (mode & ~EXT2_TYPE & 0xFFFF);
    int err = inode_begin(directory, name, length, mode, owner, inode);
    if (err)
        return err;
    err = directory_init(*inode, directory->number);
    if (err) {
        inode_undo(*inode);
        return err;
    }
    (*inode)->links = 2;
    err = inode_name(directory, name, length, *inode);
    if (err)
        return err;
    directory->links++;
    err = inode_store(directory);
    if (!err)
        err = batch_commit(directory->fs);
    if (err)
        ext2_inode_put(*inode);
    return err;
}

static int target_store(struct ext2_inode *inode, const char *target, uint32_t length)
{
    struct ext2_buffer *buffer;
    inode->size = length;
    if (length < EXT2_FAST_SYMLINK) {
        memcpy(inode->block, target, length);
        return 0;
    }
    int err = blocks_make(inode, 0, &buffer);
    if (err)
        return err;
    memcpy(buffer->data, target, length);
    buffer_put(buffer);
    return 0;
}

int ext2_symlink(struct ext2_inode *directory, const char *name, uint32_t length,
                 const char *target, uint32_t target_length, struct ext2_owner owner,
                 struct ext2_inode **inode)
{
    if (target_length == 0 || memchr(target, 0, target_length))
        return EINVAL;
    if (target_length >= directory->fs->block_size)
        return ENAMETOOLONG;
    int err = inode_begin(directory, name, length, EXT2_SYMLINK | 0777, owner, inode);
    if (err)
        return err;
    err = target_store(*inode, target, target_length);
    if (err) {
        inode_undo(*inode);
        return err;
    }
    return inode_name(directory, name, length, *inode);
}

int ext2_link(struct ext2_inode *directory, const char *name, uint32_t length,
              struct ext2_inode *inode)
{
    if (inode_is(inode, EXT2_DIRECTORY) || inode->flags & (EXT2_FLAG_IMMUTABLE | EXT2_FLAG_APPEND))
        return EPERM;
    if (inode->links >= EXT2_LINKS_MOST)
        return EMLINK;
    if (inode->links == 0)
        return ENOENT;
    int err = name_is_free(directory, name, length);
    if (!err)
        err = batch_begin(directory->fs, EXT2_ADDS);
    if (!err)
        err = entry_add(directory, name, length, inode);
    if (err)
        return err;
    inode->links++;
    inode->ctime = fs_now(inode->fs);
    return inode_store(inode);
}

/* ---- names are removed ---- */

/* Finds a name whose directory can be changed, and opens its inode. */
static int name_open(struct ext2_inode *directory, const char *name, uint32_t length,
                     struct entry_place *place, struct ext2_inode **inode)
{
    int err = name_check(name, length);
    if (!err)
        err = directory_open(directory);
    if (!err)
        err = entry_find(directory, name, length, place);
    if (!err)
        err = ext2_inode_get(directory->fs, place->inode, inode);
    return err;
}

static int may_go(const struct ext2_inode *inode)
{
    return inode->flags & (EXT2_FLAG_IMMUTABLE | EXT2_FLAG_APPEND) ? EPERM : 0;
}

int ext2_unlink(struct ext2_inode *directory, const char *name, uint32_t length)
{
    struct entry_place place;
    struct ext2_inode *inode;
    int err = name_open(directory, name, length, &place, &inode);
    if (err)
        return err;
    err = inode_is(inode, EXT2_DIRECTORY) ? EISDIR : may_go(inode);
    if (!err)
        err = batch_begin(directory->fs, EXT2_REMOVES);
    if (!err)
        err = inode_unlink(inode);
    if (!err)
        err = entry_remove(directory, &place);
    ext2_inode_put(inode);
    return err;
}

/* Removes the inode, then its part of the parent's link count, then the name. */
static int directory_remove(struct ext2_inode *directory, const struct entry_place *place,
                            struct ext2_inode *inode)
{
    bool empty;
    int err = directory_is_empty(inode, &empty);
    if (!err)
        err = empty ? may_go(inode) : ENOTEMPTY;
    if (!err)
        err = batch_begin(directory->fs, EXT2_REMOVES);
    if (err)
        return err;
    inode->links = 1;           /* ".", which goes with it */
    err = inode_unlink(inode);
    if (err)
        return err;
    if (directory->links > 2)
        directory->links--;
    return entry_remove(directory, place);
}

int ext2_rmdir(struct ext2_inode *directory, const char *name, uint32_t length)
{
    struct entry_place place;
    struct ext2_inode *inode;
    if (is_dots(name, length))
        return length == 1 ? EINVAL : ENOTEMPTY;
    int err = name_open(directory, name, length, &place, &inode);
    if (err)
        return err;
    if (!inode_is(inode, EXT2_DIRECTORY))
        err = ENOTDIR;
    else if (inode == directory)
        err = fs_damaged(directory->fs, "a directory is in itself");
    else
        err = directory_remove(directory, &place, inode);
    ext2_inode_put(inode);
    return err;
}

/* ---- rename ---- */

struct rename {
    struct ext2_inode *from, *to;       /* directories */
    const char *name, *new_name;
    uint32_t length, new_length;
    struct ext2_inode *inode;           /* the inode that is renamed */
    struct ext2_inode *there;           /* the inode that has the new name already, or NULL */
    struct entry_place place, there_place;
    struct ext2_inode *lost;            /* lost+found, while `there` has a name in it, or NULL */
    char lost_name[16];
};

/* Removes the old name.  The new name may have moved entries, so this looks for the old one
 * again. */
static int rename_forget(struct rename *r)
{
    int err = entry_find(r->from, r->name, r->length, &r->place);
    if (!err && r->place.inode != r->inode->number)
        err = ENOENT;
    return err ? err : entry_remove(r->from, &r->place);
}

/* Changing an entry may take away an inode's last name.  If the power failed then, the disk would
 * have a used inode without a name.  So the inode gets a name in lost+found first, where e2fsck
 * would put it. */
static int rename_park(struct rename *r)
{
    struct ext2 *fs = r->to->fs;
    struct ext2_inode *root;
    uint32_t number;
    int err = ext2_inode_get(fs, EXT2_ROOT, &root);
    if (err)
        return err;
    err = ext2_lookup(root, "lost+found", 10, &number);
    ext2_inode_put(root);
    if (!err)
        err = ext2_inode_get(fs, number, &r->lost);
    if (err)
        return err;
    int n = snprintf(r->lost_name, sizeof r->lost_name, "#%lu", (unsigned long) r->there->number);
    err = name_is_free(r->lost, r->lost_name, n);
    if (!err)
        err = batch_begin(fs, EXT2_ADDS);
    if (!err)
        err = entry_add(r->lost, r->lost_name, n, r->there);
    if (!err)
        err = batch_commit(fs);
    if (err) {
        ext2_inode_put(r->lost);
        r->lost = NULL;
    }
    return err;
}

static int rename_unpark(struct rename *r)
{
    struct entry_place place;
    int err = entry_find(r->lost, r->lost_name, strlen(r->lost_name), &place);
    if (!err)
        err = entry_remove(r->lost, &place);
    ext2_inode_put(r->lost);
    r->lost = NULL;
    return err;
}

/* One write gives the new name to the other inode.  Then the old name and the inode that had the
 * new one are removed. */
static int rename_over(struct rename *r)
{
    struct ext2 *fs = r->to->fs;
    int err = may_go(r->there);
    if (!err && r->there->links == 1)
        err = rename_park(r);
    if (err == ENOENT || err == ENOTDIR || err == ENOSPC || err == EEXIST)
        err = batch_begin(fs, EXT2_REMOVES);    /* not parked: the inode goes before its name */
    bool early = !err && r->there->links == 1 && !r->lost;
    if (early)
        err = inode_unlink(r->there);
    if (!err)
        err = batch_begin(fs, EXT2_ADDS);
    if (!err)
        err = entry_find(r->to, r->new_name, r->new_length, &r->there_place);
    if (!err)
        err = entry_point(r->to, &r->there_place, r->inode);
    if (!err)
        err = batch_begin(fs, EXT2_REMOVES);
    if (!err && !early)
        err = inode_unlink(r->there);
    int unparked = r->lost ? rename_unpark(r) : 0;
    if (!err)
        err = unparked;
    return err ? err : rename_forget(r);
}

/* Within one directory, one write is enough if there is room.  A directory must be renamed like
 * this. */
static int rename_add(struct rename *r)
{
    if (r->from != r->to && inode_is(r->inode, EXT2_DIRECTORY))
        return move_directory(r->from, r->name, r->length, r->to, r->new_name, r->new_length,
                              r->inode);
    struct ext2 *fs = r->to->fs;
    int err = batch_begin(fs, EXT2_ADDS);
    if (err)
        return err;
    if (r->from == r->to) {
        err = entry_rename(r->from, &r->place, r->new_name, r->new_length, r->inode);
        if (err != ENOSPC || inode_is(r->inode, EXT2_DIRECTORY))
            return err;
    }
    err = entry_add(r->to, r->new_name, r->new_length, r->inode);
    if (!err)
        err = batch_begin(fs, EXT2_REMOVES);
    return err ? err : rename_forget(r);
}

static int rename_check(const struct rename *r)
{
    bool directory = inode_is(r->inode, EXT2_DIRECTORY);
    int err = may_go(r->inode);
    if (err || r->there == r->inode)
        return err;
    if (directory && r->from != r->to)
        err = move_check(r->inode, r->to);
    if (err == EINVAL)
        return err;
    if (r->there && directory && !inode_is(r->there, EXT2_DIRECTORY))
        return ENOTDIR;
    if (r->there && !directory && inode_is(r->there, EXT2_DIRECTORY))
        return EISDIR;
    return err;
}

static int rename_commit(struct rename *r)
{
    int err = rename_check(r);
    if (err || r->there == r->inode)
        return err;
    if (r->there && inode_is(r->there, EXT2_DIRECTORY)) {
        err = directory_remove(r->to, &r->there_place, r->there);
        if (!err)
            err = entry_find(r->from, r->name, r->length, &r->place);
        if (!err)
            err = rename_add(r);
    } else
        err = r->there ? rename_over(r) : rename_add(r);
    if (err)
        return err;
    r->inode->ctime = fs_now(r->inode->fs);
    return inode_store(r->inode);
}

int ext2_rename(struct ext2_inode *from, const char *name, uint32_t length,
                struct ext2_inode *to, const char *new_name, uint32_t new_length)
{
    struct rename r = { .from = from, .to = to, .name = name, .new_name = new_name,
                        .length = length, .new_length = new_length };
    if (is_dots(name, length) || is_dots(new_name, new_length))
        return EINVAL;
    int err = name_open(from, name, length, &r.place, &r.inode);
    if (err)
        return err;
    err = name_open(to, new_name, new_length, &r.there_place, &r.there);
    if (err == ENOENT) {
        r.there = NULL;
        err = 0;
    }
    if (!err)
        err = rename_commit(&r);
    if (r.there)
        ext2_inode_put(r.there);
    ext2_inode_put(r.inode);
    return err;
}
