/* SPDX-License-Identifier: MIT */
/* Pipes with a name: the inode says that it is a fifo, and has no bytes.  All who have it open
 * share one pipe, which goes with its last end.  Before: tree.c.  After: pipes.c. */
#include <errno.h>
#include <stdlib.h>

#include "servers/ext2fs/pipes.h"

static struct pipe *fifos;

static struct pipe *fifo_of(const struct ext2_inode *inode)
{
    struct pipe *p = fifos;
    while (p && p->inode != inode)
        p = p->next;
    return p;
}

void fifo_forget(struct pipe *pipe)
{
    struct pipe **at = &fifos;
    while (*at && *at != pipe)
        at = &(*at)->next;
    if (*at)
        *at = pipe->next;
    inode_leave(pipe->inode);
}

/* The pipe has one end, which the caller gives up when it has made another. */
static int fifo_begin(struct ext2_inode *inode, struct pipe **pipe)
{
    *pipe = fifo_of(inode);
    if (!*pipe) {
        *pipe = calloc(1, sizeof **pipe);
        if (!*pipe)
            return ENOMEM;
        ext2_inode_hold(inode);
        (*pipe)->inode = inode;
        (*pipe)->next = fifos;
        fifos = *pipe;
    }
    (*pipe)->readers++;
    return 0;
}

int fifo_open(struct hurd_cap_call *call, struct ext2_inode *inode, unsigned flags)
{
    struct pipe *pipe = fifo_of(inode);
    bool only_writes = (flags & (HURD_DIR_READS | HURD_DIR_WRITES)) == HURD_DIR_WRITES;
    int err = flags & HURD_DIR_NOWAIT && only_writes && (!pipe || pipe->readers == 0)
              ? ENXIO : fifo_begin(inode, &pipe);
    inode_leave(inode);
    if (err)
        return err;
    err = handle_give_pipe(call, pipe, flags & (HURD_DIR_READS | HURD_DIR_WRITES), NULL);
    pipe_leave(pipe, HURD_DIR_READS);   /* ours */
    return err;
}
