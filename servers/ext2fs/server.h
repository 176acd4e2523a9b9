/* SPDX-License-Identifier: MIT */
/* What the files of the file server ask of each other. */
#ifndef EXT2FS_SERVER_H
#define EXT2FS_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include <hurd/cap.h>
#include <hurd/dir.h>
#include <hurd/file.h>
#include <hurd/fs.h>
#include <hurd/io.h>

#include "lib/ext2/ext2.h"
#include "lib/pager/pager.h"

enum { PAGE = 4096 };

/* ---- main.c ---- */
extern struct ext2 fs;
extern char device_name[24];
L4_ThreadId_t physmem(void);
/* Pages of ours, mapped. */
int pages_make(uintptr_t size, L4_Word_t *container, uint8_t **at);

/* ---- device.c: the disk, by <hurd/block.h> ---- */
int device_open(struct ext2_device *device, const char **problem);
void device_announce(void);
/* Returns the landing's container, which has no pages but those that frames.c makes, and the place
 * in it for pages of a file from this one on. */
L4_Word_t device_landing(uint32_t page, L4_Word_t *offset);
/* Reads whole pages from this byte of the disk on to that place, where there are pages.  0, or
 * anything else: none of them can be used. */
int device_land(uint64_t where, uint32_t page, uint32_t count);

/* ---- clock.c ---- */
int64_t clock_seconds(void);            /* since 1970; 0: nothing knows */

/* ---- handles.c: what clients have open ---- */
struct position {                       /* of an open file */
    uint64_t at;
    unsigned handles;                   /* that share it; not used while it is a handle's own */
};
struct handle {
    struct hurd_cap_object object;
    struct handle *next;                /* of all handles and buffers */
    unsigned task, head;                /* head: share_of() it */
    unsigned made;                      /* by which request: its number */
    struct ext2_inode *inode;           /* NULL: it is a buffer or a pipe's end */
    struct pipe *pipe;                  /* NULL: it is none */
    unsigned seen;                      /* of a pipe: pipe_came() when this end was made */
    unsigned flags;                     /* HURD_DIR_ flags that it was opened with */
    struct position *position;          /* NULL  <=>  inode is */
    struct position alone;              /* *position, until somebody claims the handle */
    struct pager_file *cached;          /* NULL: no pages of it have been asked for */
    bool is_map;                        /* of io_map: no descriptor, so its end releases no lock */
    bool is_weak;                       /* a map that does not keep the file */
    L4_Word_t ticket;                   /* 0: it is not offered */
    L4_Word_t container;                /* buffer: in our table of physmem */
};
struct handle *handle_of(const struct hurd_cap_call *call);
/* Nobody took the reply of the last request: the handles that it made go. */
void handles_undelivered(struct hurd_cap_server *s);
/* A handle for the caller in reply word 0; it takes the reference of the inode over, always. */
int handle_give(struct hurd_cap_call *call, struct ext2_inode *inode, unsigned flags);
/* The same, with a position of its own, and *made is the handle. */
int handle_give_new(struct hurd_cap_call *call, struct ext2_inode *inode, unsigned flags,
                    struct handle **made);
/* The file, or the container of the buffer, that this word of the request names. */
int handle_named(struct hurd_cap_call *call, unsigned word, struct handle **handle);
int pipe_named(struct hurd_cap_call *call, unsigned word, struct handle **handle);
int buffer_named(struct hurd_cap_call *call, unsigned word, L4_Word_t *container);
int serve_slot(struct hurd_cap_call *call);
int serve_buffer(struct hurd_cap_call *call);
int serve_root(struct hurd_cap_call *call);
/* Somebody has it open for writing. */
bool handles_write(const struct ext2_inode *inode);
/* The map is a weak one from now on.  If there are too many, the oldest goes. */
void handle_weaken(struct handle *map);
/* The inode's weak maps go, if these are all that has it open. */
void weak_maps_end(const struct ext2_inode *inode, uint32_t opens);
extern struct hurd_cap_server server;
/* A handle for the caller in reply word 0. */
int handle_give_pipe(struct hurd_cap_call *call, struct pipe *pipe, unsigned flags,
                     const struct handle *like);
void handle_take_back(struct hurd_cap_call *call, L4_Word_t handle);
int serve_offer(struct hurd_cap_call *call, struct handle *h);
int serve_claim(struct hurd_cap_call *call);
void clients_look(struct hurd_cap_table *table);    /* the dead lose their handles */
unsigned handles_of_programs(void);

/* ---- frames.c: the pages of files ---- */
enum { CACHE_PAGES = 1 << 20 };         /* of a file at most: a container has no more */
extern struct pager cache;
int frames_init(void);
/* The file's pages, as long as the handle is there.  ENFILE, ENOMEM: they cannot be cached. */
int cache_of(struct handle *h, struct pager_file **file);
/* Is this a message from our own thread that frames must go back?  It is served, then. */
bool cache_returns(L4_ThreadId_t from, L4_MsgTag_t tag);
/* ext2_inode_put(); if the inode is freed by that, its pages go. */
void inode_leave(struct ext2_inode *inode);

/* ---- maps.c ---- */
int serve_map(struct hurd_cap_call *call, struct handle *h);
int serve_pages(struct hurd_cap_call *call, struct handle *h);

/* ---- images.c: programs that start from files ---- */
int serve_image(struct hurd_cap_call *call, struct handle *h);
/* The file is about to be opened for writing, or cut.  ETXTBSY: programs need pages of it. */
int images_write(const struct ext2_inode *inode);
/* A file without a name has one user less. */
void images_leave(const struct ext2_inode *inode);
/* Images of files without a name go when their programs have ended; images_wait: there are some. */
void images_look(void);
extern bool images_wait;
/* false: programs need some of them still. */
bool images_end(void);

/* ---- text.c: pages of such programs ---- */
int serve_text(struct hurd_cap_call *call);
int text_init(void);
/* Gives frames of such pages back.  Returns how many. */
uint32_t text_return(uint32_t pages);
/* So many frames of our guarantee are left, perhaps at the cost of such pages. */
bool text_spare(uint32_t pages);

/* ---- contents.c ---- */
/* The reply's words: struct hurd_file_stat. */
void contents_stat(struct hurd_cap_call *call, const struct ext2_inode *inode);
/* Truncates, and the cache with it. */
int contents_cut(struct ext2_inode *inode, uint64_t size);
/* What clients have changed through maps, and the file system, goes to the medium.  NULL: of all
 * files. */
int contents_sync(struct pager_file *file);
int serve_io(struct hurd_cap_call *call);
int serve_where(struct hurd_cap_call *call, struct handle *h);
int serve_file(struct hurd_cap_call *call);
int serve_pieces(struct hurd_cap_call *call);
/* May a request name these bytes of a container? */
bool window_takes(L4_Word_t offset, uint32_t size);
/* Bytes of a client's container to the window, or back; *bytes is the window. */
int window_fetch(L4_Word_t container, L4_Word_t offset, uint32_t size, uint8_t **bytes);
int window_deliver(L4_Word_t container, L4_Word_t offset, uint32_t size);
uint8_t *window_bytes(void);
int window_init(void);

/* ---- pipes.c ---- */
void pipe_join(struct pipe *pipe, unsigned flags);      /* one more end, to be read or written */
void pipe_leave(struct pipe *pipe, unsigned flags);     /* the last one frees the pipe */
bool pipe_has_name(const struct pipe *pipe);            /* it is a fifo's */
/* How many ends of the other kind there have been, modulo 2^32. */
unsigned pipe_came(const struct pipe *pipe, unsigned flags);
int serve_pipe(struct hurd_cap_call *call);
int serve_pipe_end(struct hurd_cap_call *call);

/* ---- shares.c: what programs take of the server ---- */
/* The task that started all of this task's tree; the tree's share is known by it. */
unsigned share_of(unsigned task);
/* May the task's tree have so many, counted with what it asks for, if so many others are left? */
bool share_allows(unsigned task, uint32_t own, uint32_t left);
/* A record for the task, of zeros.  NULL: there is no memory, or its tree has its share. */
void *share_alloc(unsigned task, size_t bytes);
void share_free(unsigned task, void *record, size_t bytes);

/* ---- fifos.c ---- */
/* An end of the fifo's pipe in reply word 0; it takes the reference of the inode over, always.
 * ENXIO: HURD_DIR_NOWAIT. */
int fifo_open(struct hurd_cap_call *call, struct ext2_inode *inode, unsigned flags);

/* ---- waits.c ---- */
/* Parks the request: hurd_cap_park().  ENOMEM: HURD_FS_WAITS requests of its task wait already. */
int wait_park(struct hurd_cap_call *call, L4_Word_t key);

/* ---- locks.c ---- */
int serve_lock(struct hurd_cap_call *call, struct handle *h);
void locks_drop(unsigned task, struct ext2_inode *inode);

/* ---- paths.c ---- */
/* The path that begins at word `first` of the request, or lies in a buffer; `length` was checked to
 * be at most HURD_DIR_PATH.  The text is valid until the next call. */
int path_take(struct hurd_cap_call *call, unsigned first, uint32_t length, const char **path);
struct place {
    struct ext2_inode *directory;       /* open */
    struct ext2_inode *inode;           /* open, or NULL: there is no such name */
    char name[EXT2_NAME_MOST + 1];
    uint32_t length;                    /* 0: the path is the directory `inode` itself */
};
/* Walks; with `follow`, a symbolic link at the end too.  place_put() ends it.  EREMOTE: the path
 * leaves this file system (mounts.c); but a covered directory at its end is an end. */
int path_walk(struct ext2_inode *from, const char *path, uint32_t length, bool follow,
              struct place *place);
void place_put(struct place *place);

/* ---- mounts.c: file systems in others ---- */
/* We are in another file system: the thread of the server of "/", and the path that we cover. */
void mounts_begin(const char *server, const char *path);
bool mounts_cover(const struct ext2_inode *inode);      /* is another file system there? */
unsigned mounts_count(void);
/* EREMOTE: another server goes on with what is left of the path, and mounts_reply() says so; 0: it
 * does not, for nobody covers the inode, or we are the root.  ENAMETOOLONG. */
int mounts_enter(const struct ext2_inode *inode, const char *rest, uint32_t length);
int mounts_up(const char *rest, uint32_t length);       /* ".." of our root */
int mounts_root(const char *path, uint32_t length);     /* a path that begins with '/' */
int mounts_reply(struct hurd_cap_call *call);
/* As before this server was started: that server covers the directory, whose path begins at our
 * root and without a '/'. */
int mounts_restore(const char *server, const char *path);
int serve_mount(struct hurd_cap_call *call, struct handle *h);
int serve_cover(struct hurd_cap_call *call);
int serve_above(struct hurd_cap_call *call);

/* Is our root that of "/"? */
bool mounts_root_is_ours(void);

/* ---- special.c: /dev/null, /dev/zero and /dev/full ---- */
/* The one that the path from there names, held; NULL: none, or our root is not "/". */
struct ext2_inode *special_find(const struct ext2_inode *from, const char *path, uint32_t length);
bool special_is_device(const struct ext2_inode *inode);
static inline bool special_is(const struct ext2_inode *inode)
{
    return (inode->mode & EXT2_TYPE) == EXT2_CHARACTER && special_is_device(inode);
}
/* Its attributes cannot be changed, and it gets no other name. */
bool special_is_of_no_disk(const struct ext2_inode *inode);
void special_read(const struct ext2_inode *inode, void *to, uint32_t size, uint32_t *done);
int special_write(const struct ext2_inode *inode, uint32_t size, uint32_t *done);

/* ---- tree.c ---- */
int serve_dir(struct hurd_cap_call *call);

#endif
