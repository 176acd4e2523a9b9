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

/* ---- requests: of boot tasks ---- */

static int mount_make(struct ext2_inode *inode, L4_Word_t server)
{
    if ((inode->mode & EXT2_TYPE) != EXT2_DIRECTORY)
        return ENOTDIR;
    if (inode->number == EXT2_ROOT || mount_of(inode))
        return EBUSY;
    for (struct mount *m = mounts; m < mounts + MOUNTS; m++) {
        if (m->inode)
            continue;
        ext2_inode_hold(inode);
        *m = (struct mount) { inode, L4_ThreadIdOfRaw(server) };
        return 0;
    }
    return ENFILE;
}

static struct mount *mount_by(L4_Word_t server)
{
    for (struct mount *m = mounts; m < mounts + MOUNTS; m++) {
        if (m->inode && m->server.raw == server)
            return m;
    }
    return NULL;
}

/* The server has been started again: no path sees the directory without it. */
static int mount_replace(L4_Word_t old, L4_Word_t server)
{
    struct mount *m = mount_by(old);
    if (!m)
        return ENOENT;
    m->server = L4_ThreadIdOfRaw(server);
    return 0;
}

static int mount_end(L4_Word_t server)
{
    struct mount *m = mount_by(server);
    if (!m)
        return ENOENT;
    inode_leave(m->inode);
    m->inode = NULL;
    return 0;
}

/* The server of "/" has been started again. */
static int above_replace(L4_Word_t server)
{
    if (!*covered)
        return ENOENT;
    above = L4_ThreadIdOfRaw(server);
    return 0;
}

int serve_mount(struct hurd_cap_call *call, struct handle *h)
{
    bool mounts_it = call->label == HURD_DIR_MOUNT;
    if (call->words < 2 || call->words > (mounts_it ? 3u : 2u) || call->arg[1] == 0)
        return EINVAL;
    if (call->task >= HURD_TASK_FIRST)
        return EPERM;
    if (call->words == 3)
        return mount_replace(call->arg[2], call->arg[1]);
    if (call->label == HURD_DIR_ABOVE)
        return above_replace(call->arg[1]);
    return mounts_it ? mount_make(h->inode, call->arg[1]) : mount_end(call->arg[1]);
}
