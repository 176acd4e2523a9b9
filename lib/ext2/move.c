/* SPDX-License-Identifier: MIT */
/* Moves a directory to another directory.
 *
 * e2fsck asks about a directory with two names, with none, or with a wrong "..".  The two names and
 * ".." are in three blocks, so no order of single writes takes a directory from one parent to the
 * other as long as its inode keeps its number.  So it gets another number.  A twin of it is made:
 * an inode of its own, blocks of its own, the same files in it.  A subdirectory has the directory
 * in its "..", so it gets a twin as well, and so on down.  Files then have two names, in the old
 * directory and in the twin, and e2fsck corrects a link count without a question.
 *
 *   1. From the top down, each twin is made as a new directory is: its name, then its inode.
 *   2. From the bottom up, each old directory goes as a removed one does: its inode, then its name.
 *
 * When step 2 begins, the new tree is whole and on the medium.  Link counts of files do not change.
 * An open directory goes on under its twin's number. */
#include <errno.h>
#include <string.h>

#include "lib/ext2/parts.h"

enum {
    DEPTH_MOST = 48,                    /* of directories in directories */
    DIRECTORIES_MOST = 1024,            /* nobody else is served meanwhile */
};

struct level {
    uint32_t old, twin;                 /* inode numbers; twin 0: there is none */
    uint32_t cursor;                    /* behind the last subdirectory that was visited */
    bool has_children;
};

struct move {
    struct ext2 *fs;
    struct level level[DEPTH_MOST];
    unsigned depth;
};

static int level_push(struct move *m, uint32_t old, uint32_t twin)
{
    if (m->depth == DEPTH_MOST)
        return EXDEV;
    m->level[m->depth++] = (struct level) { old, twin, 0, false };
    return 0;
}

static int is_directory(struct ext2 *fs, uint32_t number, bool *directory)
{
    struct ext2_inode inode;
    int err = inode_load(fs, number, &inode);
    *directory = !err && inode.links > 0 && inode_is(&inode, EXT2_DIRECTORY);
    return err;
}

static bool is_dots(const char *name, uint32_t length)
{
    return length <= 2 && memcmp(name, "..", length) == 0;
}

/* Gives the next subdirectory of the level's old directory.  ENOENT: there is none. */
static int child_next(struct ext2 *fs, struct level *l, struct ext2_entry *child)
{
    struct ext2_inode *inode;
    bool found = false;
    int err = ext2_inode_get(fs, l->old, &inode);
    if (err)
        return err;
    while (!err && !found) {
        err = ext2_next_entry(inode, &l->cursor, child);
        if (!err && !is_dots(child->name, child->length))
            err = is_directory(fs, child->inode, &found);
    }
    ext2_inode_put(inode);
    return err;
}

/* ---- may it move? ---- */

/* Goes up from `at`.  The steps end at the root, or at a place that they have come to before. */
static int is_below(struct ext2 *fs, uint32_t at, uint32_t number, bool *below)
{
    uint32_t seen = 0;
    *below = false;
    for (uint32_t step = 1, mark = 1; at != EXT2_ROOT && at != number; step++) {
        struct ext2_inode *inode;
        if (at == seen)
            return fs_damaged(fs, "the way up from a directory does not end");
        if (step == mark) {
            seen = at;
            mark *= 2;
        }
        int err = ext2_inode_get(fs, at, &inode);
        if (err)
            return err;
        err = ext2_lookup(inode, "..", 2, &at);
        ext2_inode_put(inode);
        if (err)
            return err == ENOENT ? fs_damaged(fs, "a directory has no \"..\"") : err;
    }
    *below = at == number;
    return 0;
}

/* A block of attributes would get one more owner, and e2fsck asks about a wrong count of them. */
static int twin_check(struct ext2 *fs, uint32_t number, uint32_t *blocks)
{
    struct ext2_inode inode;
    int err = inode_load(fs, number, &inode);
    if (!err && !inode_is_good(&inode))
        err = fs_damaged(fs, "an inode says what cannot be");
    if (!err && inode.attributes)
        err = EXDEV;
    *blocks = inode.sectors / (fs->block_size / EXT2_SECTOR);
    return err;
}

int move_check(struct ext2_inode *directory, struct ext2_inode *to)
{
    struct ext2 *fs = directory->fs;
    struct move m = { .fs = fs };
    struct ext2_entry child;
    uint32_t count = 1, blocks, more;
    bool below;
    int err = is_below(fs, to->number, directory->number, &below);
    if (!err)
        err = below ? EINVAL : to->links >= EXT2_LINKS_MOST ? EMLINK : 0;
    if (!err)
        err = twin_check(fs, directory->number, &blocks);
    if (!err)
        err = level_push(&m, directory->number, 0);
    while (!err && m.depth > 0) {
        err = child_next(fs, &m.level[m.depth - 1], &child);
        if (err == ENOENT) {
            m.depth--;
            err = 0;
            continue;
        }
        if (!err)
            err = ++count > DIRECTORIES_MOST ? EXDEV : twin_check(fs, child.inode, &more);
        if (!err)
            err = level_push(&m, child.inode, 0);
        blocks += more;
    }
    if (!err && (count > fs->free_inodes || blocks >= fs->free_blocks))
        err = ENOSPC;
    return err;
}

/* ---- the twins ---- */

static int twin_fill(struct ext2_inode *old, struct ext2_inode *twin, uint32_t parent)
{
    struct ext2 *fs = old->fs;
    struct ext2_buffer *from, *to;
    int err = 0;
    for (uint32_t i = 0; i < old->size >> fs->block_shift && !err; i++) {
        err = blocks_read(old, i, &from);
        if (!err && !from)
            err = fs_damaged(fs, "a directory has a hole");
        if (err)
            break;
        err = blocks_make(twin, i, &to);
        if (!err) {
            memcpy(to->data, from->data, fs->block_size);
            err = entries_adopt(twin, to->data, i, parent);
            buffer_put(to);
        }
        buffer_put(from);
        twin->size = (uint64_t) (i + 1) << fs->block_shift;
    }
    return err;
}

/* Makes the twin of a directory, without its subdirectories, with this name in `parent`. */
static int twin_make(struct ext2_inode *old, struct ext2_inode *parent, const char *name,
                     uint32_t length, uint32_t *number)
{
    struct ext2 *fs = old->fs;
    struct ext2_owner owner = { old->uid, old->gid };
    struct ext2_inode *twin;
    int err = batch_begin(fs, EXT2_ADDS);
    if (!err)
        err = inode_new(fs, parent->number, old->mode, owner, &twin);
    if (err)
        return err;
    err = twin_fill(old, twin, parent->number);
    twin->links = 2;
    twin->flags = old->flags & ~EXT2_FLAG_INDEX;
    twin->atime = old->atime;
    twin->mtime = old->mtime;
    if (!err)
        err = inode_prepare(twin);
    if (!err)
        err = inode_prepare(parent);
    if (!err)
        err = entry_add(parent, name, length, twin);
    if (err) {
        inode_undo(twin);
        return err;
    }
    err = inode_store(twin);
    if (!err)
        err = inode_copy_extra(fs, old->number, twin->number);
    parent->links++;
    if (!err)
        err = inode_store(parent);
    *number = twin->number;
    ext2_inode_put(twin);
    return err ? err : batch_commit(fs);
}

/* Gets both inodes, for twin_make(). */
static int twin_add(struct move *m, const struct level *l, const struct ext2_entry *child)
{
    struct ext2_inode *old, *parent;
    uint32_t number;
    int err = ext2_inode_get(m->fs, child->inode, &old);
    if (err)
        return err;
    err = ext2_inode_get(m->fs, l->twin, &parent);
    if (!err) {
        err = twin_make(old, parent, child->name, child->length, &number);
        ext2_inode_put(parent);
    }
    ext2_inode_put(old);
    return err ? err : level_push(m, child->inode, number);
}

/* Makes the twins of all directories below. */
static int twins_below(struct ext2 *fs, uint32_t old, uint32_t twin)
{
    struct move m = { .fs = fs };
    struct ext2_entry child;
    int err = level_push(&m, old, twin);
    while (!err && m.depth > 0) {
        struct level *l = &m.level[m.depth - 1];
        err = child_next(fs, l, &child);
        if (!err)
            err = twin_add(&m, l, &child);
        else if (err == ENOENT) {
            m.depth--;
            err = 0;
        }
    }
    return err;
}

/* ---- the old ones ---- */

static int twin_find(struct ext2 *fs, uint32_t parent, const struct ext2_entry *child,
                     uint32_t *number)
{
    struct ext2_inode *inode;
    *number = 0;
    if (!parent)
        return 0;
    int err = ext2_inode_get(fs, parent, &inode);
    if (err)
        return err;
    err = ext2_lookup(inode, child->name, child->length, number);
    ext2_inode_put(inode);
    return err;
}

/* Takes the inode away.  Its name goes with the directory that the name is in.  Its subdirectories
 * have to be gone on the disk before. */
static int husk_drop(struct ext2 *fs, const struct level *l)
{
    assert_is(l->old, !=, l->twin);
    int err = l->has_children ? batch_commit(fs) : 0;
    if (!err)
        err = batch_begin(fs, EXT2_REMOVES);
    if (!err && l->twin)
        err = inode_renumber(fs, l->old, l->twin);
    return err ? err : inode_drop(fs, l->old);
}

/* Takes away all directories of a tree, from the bottom up.  twin: the root of the tree of their
 * twins, or 0. */
static int tree_drop(struct ext2 *fs, uint32_t old, uint32_t twin)
{
    struct move m = { .fs = fs };
    struct ext2_entry child;
    uint32_t number;
    int err = level_push(&m, old, twin);
    while (!err && m.depth > 0) {
        struct level *l = &m.level[m.depth - 1];
        err = child_next(fs, l, &child);
        if (!err) {
            l->has_children = true;
            err = twin_find(fs, l->twin, &child, &number);
            if (!err)
                err = level_push(&m, child.inode, number);
        } else if (err == ENOENT) {
            err = husk_drop(fs, l);
            m.depth--;
        }
    }
    return err;
}

/* Removes the name of a directory that is gone. */
static int name_drop(struct ext2_inode *parent, const char *name, uint32_t length, uint32_t number)
{
    struct entry_place place;
    int err = entry_find(parent, name, length, &place);
    if (!err && place.inode != number)
        err = ENOENT;
    if (!err && parent->links > 2)
        parent->links--;
    return err ? err : entry_remove(parent, &place);
}

int move_directory(struct ext2_inode *from, const char *name, uint32_t length,
                   struct ext2_inode *to, const char *new_name, uint32_t new_length,
                   struct ext2_inode *directory)
{
    struct ext2 *fs = from->fs;
    uint32_t old = directory->number, twin;
    int err = twin_make(directory, to, new_name, new_length, &twin);
    if (err)
        return err;
    err = twins_below(fs, old, twin);
    if (!err) {
        err = tree_drop(fs, old, twin);
        return err ? err : name_drop(from, name, length, old);
    }
    int undone = tree_drop(fs, twin, 0);
    if (!undone)
        undone = name_drop(to, new_name, new_length, twin);
    return undone ? undone : err;
}
