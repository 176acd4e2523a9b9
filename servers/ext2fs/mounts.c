/* SPDX-License-Identifier: MIT */
/* Other file systems in ours, and ours in another one.  Spec: hurd-l4-design.md 5.6, look-ups
 * across servers.  A directory that another server covers stays open here, so it cannot go away.  A
 * path that leads there, or up from our root, is answered with the server that goes on, and the
 * rest of the path: we ask no other server.  Before: paths.c, tree.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <l4/thread.h>

#include "servers/ext2fs/server.h"

enum { MOUNTS = 8 };

static struct mount {
    struct ext2_inode *inode;           /* covered, open; NULL: the record is free */
    L4_ThreadId_t server;
} mounts[MOUNTS];

/* Ours in another one: the server of "/", and the path of the directory that we cover. */
static L4_ThreadId_t above;
static char covered[HURD_DIR_TEXT];     /* "": we are the root */

static struct {
    L4_ThreadId_t server;
    char text[HURD_DIR_TEXT + 1];
    uint32_t length;
} elsewhere;

void mounts_begin(const char *server, const char *path)
{
    above = L4_ThreadIdOfRaw(strtoul(server, NULL, 16));
    snprintf(covered, sizeof covered, "%s", path);
}

bool mounts_root_is_ours(void)
{
    return !*covered;
}

static struct mount *mount_of(const struct ext2_inode *inode)
{
    for (struct mount *m = mounts; m < mounts + MOUNTS; m++) {
        if (m->inode && m->inode == inode)
            return m;
    }
    return NULL;
}

bool mounts_cover(const struct ext2_inode *inode)
{
    return mount_of(inode) != NULL;
}

unsigned mounts_count(void)
{
    unsigned n = 0;
    for (const struct mount *m = mounts; m < mounts + MOUNTS; m++)
        n += m->inode != NULL;
    return n;
}

/* ---- paths that leave us ---- */

static int leave(L4_ThreadId_t server, const char *first, const char *second, const char *rest,
                 uint32_t length)
{
    size_t a = strlen(first), b = strlen(second);
    if (a + b + length > HURD_DIR_TEXT)
        return ENAMETOOLONG;
    elsewhere.server = server;
    memcpy(elsewhere.text, first, a);
    memcpy(elsewhere.text + a, second, b);
    memcpy(elsewhere.text + a + b, rest, length);
    elsewhere.length = (uint32_t) (a + b + length);
    return EREMOTE;
}

/* In and up again stays here: so a path up from another file system's root comes to its end. */
int mounts_enter(const struct ext2_inode *inode, const char *rest, uint32_t length)
{
    const struct mount *m = mount_of(inode);
    while (length > 0 && *rest == '/') {
        rest++;
        length--;
    }
    if (length >= 2 && !memcmp(rest, "..", 2) && (length == 2 || rest[2] == '/'))
        return 0;
    return m ? leave(m->server, "", "", rest, length) : 0;
}

int mounts_up(const char *rest, uint32_t length)
{
    return *covered ? leave(above, covered, "/..", rest, length) : 0;
}

int mounts_root(const char *path, uint32_t length)
{
    return *covered ? leave(above, "", "", path, length) : 0;
}

int mounts_reply(struct hurd_cap_call *call)
{
    call->reply[0] = elsewhere.server.raw;
    call->reply[1] = elsewhere.length;
    memset(&call->reply[2], 0, (elsewhere.length + 3) / 4 * 4);
    memcpy(&call->reply[2], elsewhere.text, elsewhere.length);
    call->reply_label = EREMOTE;
    call->reply_words = 2 + (elsewhere.length + 3) / 4;
    return 0;
}

/* ---- what covers us: boot tasks say so ---- */

static int mount_make(struct ext2_inode *inode, L4_ThreadId_t server)
{
    if ((inode->mode & EXT2_TYPE) != EXT2_DIRECTORY)
        return ENOTDIR;
    if (inode->number == EXT2_ROOT || mount_of(inode))
        return EBUSY;
    for (struct mount *m = mounts; m < mounts + MOUNTS; m++) {
        if (m->inode)
            continue;
        ext2_inode_hold(inode);
        *m = (struct mount) { inode, server };
        return 0;
    }
    return ENFILE;
}

int mounts_restore(const char *server, const char *path)
{
    struct ext2_inode *root;
    struct place place;
    int err = ext2_inode_get(&fs, EXT2_ROOT, &root);
    if (err)
        return err;
    err = path_walk(root, path, (uint32_t) strlen(path), true, &place);
    inode_leave(root);
    if (err)
        return err;
    err = place.inode ? mount_make(place.inode, L4_ThreadIdOfRaw(strtoul(server, NULL, 16)))
                      : ENOENT;
    place_put(&place);
    return err;
}

int serve_mount(struct hurd_cap_call *call, struct handle *h)
{
    if (call->words != 2 || call->arg[1] == 0)
        return EINVAL;
    if (call->task >= HURD_TASK_FIRST)
        return EPERM;
    return mount_make(h->inode, L4_ThreadIdOfRaw(call->arg[1]));
}

static struct mount *mount_by(L4_Word_t server)
{
    for (struct mount *m = mounts; m < mounts + MOUNTS; m++) {
        if (m->inode && m->server.raw == server)
            return m;
    }
    return NULL;
}

/* The next server comes in one step: no path sees the directory without one. */
int serve_cover(struct hurd_cap_call *call)
{
    if (call->words != 2)
        return EINVAL;
    if (call->task >= HURD_TASK_FIRST)
        return EPERM;
    struct mount *m = mount_by(call->arg[0]);
    if (!m)
        return ENOENT;
    m->server = L4_ThreadIdOfRaw(call->arg[1]);
    if (L4_IsNilThread(m->server)) {
        inode_leave(m->inode);
        m->inode = NULL;
    }
    return 0;
}

int serve_above(struct hurd_cap_call *call)
{
    if (call->words != 1 || call->arg[0] == 0)
        return EINVAL;
    if (call->task >= HURD_TASK_FIRST)
        return EPERM;
    if (!*covered)
        return ENOENT;
    above = L4_ThreadIdOfRaw(call->arg[0]);
    return 0;
}
