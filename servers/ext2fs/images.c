/* SPDX-License-Identifier: MIT */
/* Programs that start from files: file_image.  `task` holds an image of each program file that was
 * started lately, and copies nothing for the next start.  An image counts as long as the page cache
 * says that the file has not changed since.  Before: handles.c.  Next hops: lib/pager, `task`. */
#include <errno.h>

#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>

#include "servers/ext2fs/server.h"

enum {
    IMAGES = 12,                        /* held at a time; HURD_TASK_IMAGES at most */
    PAGES_MOST = 512,                   /* of a program file */
    SPARE = 192,                        /* frames of our guarantee that images leave for the rest */
    TRIES = 3,
};

static struct image {
    L4_Word_t handle;                   /* in our table of `task` */
    uint64_t version;                   /* of the file; 0: the record is free */
    uint32_t inode;
    uint32_t used;                      /* when it was asked for last */
} images[IMAGES];

static uint32_t asked;

static L4_ThreadId_t task_server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}

static void image_forget(struct image *image)
{
    hurd_cap_drop(task_server(), image->handle);
    image->version = 0;
}

static struct image *image_find(uint32_t inode)
{
    for (struct image *i = images; i < images + IMAGES; i++) {
        if (i->version && i->inode == inode)
            return i;
    }
    return NULL;
}

/* The one that went unused for longest; NULL: there is none. */
static struct image *image_oldest(void)
{
    struct image *oldest = NULL;
    for (struct image *i = images; i < images + IMAGES; i++) {
        if (i->version && (!oldest || asked - i->used > asked - oldest->used))
            oldest = i;
    }
    return oldest;
}

static struct image *record_free(void)
{
    for (struct image *i = images; i < images + IMAGES; i++) {
        if (!i->version)
            return i;
    }
    struct image *oldest = image_oldest();
    image_forget(oldest);
    return oldest;
}

/* Our guarantee pays for so many pages more, perhaps at the cost of older images. */
static bool room_for(uint32_t pages)
{
    struct hurd_pm_control_info info;
    struct image *oldest;
    for (;;) {
        if (hurd_pm_control_info(physmem(), __hurd_startup_data->physmem_control.cap, &info))
            return false;
        if (info.guarantee >= info.used + pages + SPARE)
            return true;
        oldest = image_oldest();
        if (!oldest)
            return false;
        image_forget(oldest);
    }
}

/* `task` copies the pages from the cache.  Frames of the cache may be taken back meanwhile. */
static int image_make(struct handle *h, struct pager_file *file, L4_Word_t *image)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    const uint32_t size = (uint32_t) h->inode->size;
    uint32_t done;
    L4_Word_t theirs;
    int err = ENOENT;
    for (unsigned i = 0; (err == ENOENT || err == ESTALE) && i < TRIES; i++) {
        err = pager_bring(&cache, file, 0, (size + PAGE - 1) / PAGE, false, &done);
        if (!err)
            err = hurd_pm_container_share(physmem(), file->container, HURD_TASK_TASK,
                                          HURD_PM_READ | HURD_PM_EXECUTE, &theirs);
        if (!err)
            err = hurd_task_image(task_server(), data->task.cap, theirs, 0, size, image);
    }
    return err == ENOENT || err == ESTALE ? EAGAIN : err;
}

static int image_of(struct handle *h, struct image **out)
{
    struct pager_file *file;
    uint64_t version;
    int err = cache_of(h, &file);
    if (!err)
        err = pager_version(&cache, file, &version);
    if (err)
        return err;
    struct image *image = image_find(h->inode->number);
    if (image && image->version != version) {
        image_forget(image);
        image = NULL;
    }
    if (!image && !room_for((uint32_t) (h->inode->size / PAGE) + 1))
        return ENOMEM;
    if (!image) {
        L4_Word_t handle;
        err = image_make(h, file, &handle);
        if (err)
            return err;
        image = record_free();
        *image = (struct image) { .handle = handle, .version = version, .inode = h->inode->number };
    }
    image->used = ++asked;
    *out = image;
    return 0;
}

int serve_image(struct hurd_cap_call *call, struct handle *h)
{
    struct image *image;
    if (call->words != 1)
        return EINVAL;
    if ((h->inode->mode & EXT2_TYPE) != EXT2_REGULAR || !(h->inode->mode & 0111) ||
        !(h->flags & HURD_DIR_READS))
        return EACCES;
    if (h->inode->size == 0)
        return ENOEXEC;
    if (h->inode->size > PAGES_MOST * PAGE)
        return EFBIG;
    int err = image_of(h, &image);
    if (!err)
        err = hurd_cap_give(task_server(), image->handle, call->task, 7, 0, &call->reply[0]);
    call->reply_words = 1;
    return err;
}
