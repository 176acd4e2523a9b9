/* SPDX-License-Identifier: MIT */
/* An image of a program file, between images.c (which images there are) and text.c (the pages of
 * those that do not have all of them). */
#ifndef EXT2FS_IMAGES_H
#define EXT2FS_IMAGES_H

#include "servers/ext2fs/server.h"

enum page_state {
    PAGE_ABSENT,
    PAGE_EXTRA,                         /* physmem may have taken it back */
    PAGE_HERE,
    PAGE_KEPT,                          /* as long as the image is there */
};

struct image {
    L4_Word_t handle;                   /* in our table of `task` */
    uint64_t version;                   /* of the file; 0: the record is free */
    uint32_t inode;
    uint32_t used;                      /* when it was asked for last */
    uint32_t promised;                  /* pages that are always there */
    /* Valid if `number` is not 0; else the image has all its pages, and belongs to `task` alone. */
    L4_Word_t number;                   /* programs name it so: HURD_FS_IMAGE */
    L4_Word_t container;                /* ours and of `task` */
    struct ext2_inode *file;            /* open; while programs need it, nobody writes to it */
    struct pager_file *cached;
    uint32_t pages;
    uint8_t *state;                     /* enum page_state of each of them */
};

/* ---- images.c ---- */
L4_ThreadId_t task_server(void);
/* The one after `last` (NULL: the first) that has a number.  NULL: there are no more. */
struct image *image_next_paged(const struct image *last);
/* Forgets the image that went unused for longest among those that no program needs.  false: there
 * is none. */
bool images_yield(void);
uint32_t images_promised(void);         /* pages of all images that are always there */
/* `task` makes the image of so many bytes: a copy, or, if it has a number, one without pages.
 * ENOEXEC, EAGAIN, ENOMEM, EIO. */
int image_begin(struct image *image, struct pager_file *file, uint32_t size);

/* ---- text.c ---- */
/* Fills *image in, an image of the file whose pages come when they are touched; those that a
 * program needs at once are there.  EFBIG: it is better to have all pages.  ENOEXEC, EAGAIN,
 * ENOMEM, EIO. */
int text_make(struct handle *h, struct image *image);
/* Gives back what the record holds, but the record itself. */
void text_end(struct image *image);
/* Our guarantee pays for so many pages more, which are always there; perhaps at the cost of images
 * and of pages of them. */
bool text_room(uint32_t pages);

#endif
