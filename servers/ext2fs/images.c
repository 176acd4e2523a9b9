/* SPDX-License-Identifier: MIT */
/* Programs that start from files: file_image.  `task` holds an image of each program file that was
 * started lately, and copies nothing for the next start.  An image counts as long as the page cache
 * says that the file has not changed since.  An image has all pages of its file from the beginning,
 * and is `task`'s alone; or its pages come when they are touched (text.c), and then the file is not
 * written to while programs need it.  Before: handles.c.  Next hops: text.c, lib/pager, `task`. */
#include <errno.h>

#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>

#include "servers/ext2fs/images.h"

enum {
    IMAGES = HURD_TASK_IMAGES,          /* held at a time */
    PAGES_MOST = 512,                   /* of a program file that comes as a whole */
    TRIES = 3,
};

static struct image images[IMAGES];
static uint32_t asked;
bool images_wait;

L4_ThreadId_t task_server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}

/* What `task` holds goes when no program began with it any more. */
static void image_forget(struct image *image)
{
    hurd_cap_drop(task_server(), image->handle);
    image->version = 0;
    if (image->number)
        text_end(image);
}

/* A program began with the image, or somebody may begin one, and its pages come from us.  If `task`
 * does not know the image, nobody does. */
static bool image_is_needed(const struct image *image)
{
    L4_Word_t users;
    return image->number && !hurd_task_image_users(task_server(), image->handle, &users) &&
           users > 0;
}

static struct image *image_find(uint32_t inode)
{
    for (struct image *i = images; i < images + IMAGES; i++) {
        if (i->version && i->inode == inode)
            return i;
    }
    return NULL;
}

struct image *image_next_paged(const struct image *last)
{
    for (size_t i = last ? (size_t) (last - images) + 1 : 0; i < IMAGES; i++) {
        if (images[i].version && images[i].number)
            return &images[i];
    }
    return NULL;
}

/* ---- images go ---- */

bool images_yield(void)
{
    struct image *oldest = NULL;
    for (struct image *i = images; i < images + IMAGES; i++) {
        if (i->version && (!oldest || asked - i->used > asked - oldest->used) &&
            !image_is_needed(i))
            oldest = i;
    }
    if (oldest)
        image_forget(oldest);
    return oldest;
}

uint32_t images_promised(void)
{
    uint32_t n = 0;
    for (struct image *i = images; i < images + IMAGES; i++)
        n += i->version ? i->promised : 0;
    return n;
}

static struct image *record_free(void)
{
    for (unsigned tries = 0; tries < 2; tries++) {
        for (struct image *i = images; i < images + IMAGES; i++) {
            if (!i->version)
                return i;
        }
        if (!images_yield())
            break;
    }
    return NULL;
}

int images_write(const struct ext2_inode *inode)
{
    struct image *image = image_find(inode->number);
    if (!image || !image->number)
        return 0;                       /* its version will say that it is old */
    if (image_is_needed(image))
        return ETXTBSY;
    image_forget(image);
    return 0;
}

void images_leave(const struct ext2_inode *inode)
{
    struct image *image = image_find(inode->number);
    if (!image || image->file != inode)
        return;
    if (image_is_needed(image))
        images_wait = true;
    else
        image_forget(image);
}

void images_look(void)
{
    if (!images_wait)
        return;
    images_wait = false;
    for (struct image *i = image_next_paged(NULL); i; i = image_next_paged(i)) {
        if (i->file->links == 0 && image_is_needed(i))
            images_wait = true;
        else if (i->file->links == 0)
            image_forget(i);
    }
}

bool images_end(void)
{
    bool all = true;
    for (struct image *i = images; i < images + IMAGES; i++) {
        if (!i->version)
            continue;
        if (image_is_needed(i))
            all = false;
        else
            image_forget(i);
    }
    return all;
}

/* ---- images are made ---- */

/* `task` copies the pages from the cache, or only looks at the first one.  Frames of the cache may
 * be taken back meanwhile. */
int image_begin(struct image *image, struct pager_file *file, uint32_t size)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    const uint32_t pages = image->number ? 1 : (size + PAGE - 1) / PAGE;
    uint32_t done;
    L4_Word_t theirs;
    int err = ENOENT;
    for (unsigned i = 0; (err == ENOENT || err == ESTALE) && i < TRIES; i++) {
        err = pager_bring(&cache, file, 0, pages, false, &done);
        if (!err)
            err = hurd_pm_container_share(physmem(), file->container, HURD_TASK_TASK,
                                          HURD_PM_READ | HURD_PM_EXECUTE, &theirs);
        if (!err && image->number)
            err = hurd_task_image_empty(task_server(), data->task.cap, theirs, size,
                                        image->number, &image->handle, &image->container);
        else if (!err)
            err = hurd_task_image(task_server(), data->task.cap, theirs, 0, size,
                                  &image->handle);
    }
    return err == ENOENT || err == ESTALE ? EAGAIN : err;
}

static int whole_make(struct handle *h, struct pager_file *file, struct image *image)
{
    if (h->inode->size > PAGES_MOST * PAGE)
        return EFBIG;
    if (!text_room((uint32_t) (h->inode->size / PAGE) + 1))
        return ENOMEM;
    *image = (struct image) { .inode = h->inode->number,
                              .promised = (uint32_t) (h->inode->size / PAGE) + 1 };
    int err = pager_version(&cache, file, &image->version);
    return err ? err : image_begin(image, file, (uint32_t) h->inode->size);
}

static int image_of(struct handle *h, struct image **out)
{
    struct image made;
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
    if (!image) {
        err = text_make(h, &made);
        if (err == EFBIG)
            err = whole_make(h, file, &made);
        if (err)
            return err;
        image = record_free();
        if (!image) {
            image_forget(&made);
            return EAGAIN;
        }
        *image = made;
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
    int err = image_of(h, &image);
    if (!err)
        err = hurd_cap_give(task_server(), image->handle, call->task, 7, 0, &call->reply[0]);
    call->reply_words = 1;
    return err;
}
