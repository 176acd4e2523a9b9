/* SPDX-License-Identifier: MIT */
/* Images whose pages come when programs touch them, and go when memory is short: fs_image.  Such an
 * image is a container with holes, `task`'s and ours; a page of it is a logical copy of the page
 * cache's page, so both have one frame.  Pages that a program needs before its pager runs, and in
 * its pager, are always there.  The others are extra pages: physmem may take them back, as it may
 * those of the cache.  Before: images.c; main.c, for requests of programs' pagers.  Next hops:
 * lib/pager, physmem.
 *
 * All pages of an image are of one version of the file: while a program needs the image, the file
 * is not opened to be written (images.c).  A page appears in the image with its contents: it is
 * made in the tray, and moved. */
#include <errno.h>
#include <stdlib.h>

#include <hurd/fs.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>

#include "lib/startup/page.h"
#include "servers/ext2fs/images.h"

enum {
    SPARE = 192,                        /* frames of our guarantee that pages leave for the rest, */
    SPARE_LEAST = 96,                   /* and that those leave which are always there */
    PROMISED_MOST = 192,                /* pages of all images that are always there */
    PAGES_LEAST = 128,                  /* others, before the cache gives some of its own for
                                           them */
    SMALL = 48,                         /* pages of a program that come when it starts first */
    RUN = HURD_FS_IMAGE_MOST,           /* pages that go together */
    TRIES = 3,                          /* frames of the cache may be taken back meanwhile */
};

static L4_Word_t tray;                  /* a container; empty between two requests */
static uint32_t loose;                  /* pages of images that may go */

/* ---- frames for pages ---- */

static bool fits(uint32_t pages)
{
    struct hurd_pm_control_info info;
    return !hurd_pm_control_info(physmem(), __hurd_startup_data->physmem_control.cap, &info) &&
           info.guarantee >= info.used + pages;
}

/* From `page` on, pages in that state: how many of `most`. */
static uint32_t alike(const struct image *image, uint32_t page, uint32_t most,
                      enum page_state state)
{
    uint32_t n = 0;
    while (n < most && page + n < image->pages && image->state[page + n] == state)
        n++;
    return n;
}

static bool is_loose(enum page_state state)
{
    return state == PAGE_HERE || state == PAGE_EXTRA;
}

static void set(struct image *image, uint32_t page, uint32_t count, enum page_state state)
{
    for (uint32_t i = page; i < page + count; i++) {
        loose -= is_loose(image->state[i]);
        loose += is_loose(state);
        image->promised += state == PAGE_KEPT;
        image->state[i] = (uint8_t) state;
    }
}

/* A hand goes round all images, and takes the pages of a run that are not kept: what came first
 * goes first.  Returns how many. */
static uint32_t run_drop(void)
{
    static struct image *image;
    static uint32_t at;
    if (image && !image->number)
        image = NULL;                   /* it was forgotten */
    for (unsigned rounds = 0; rounds < 3; at = 0, image = image_next_paged(image)) {
        if (!image) {
            rounds++;
            continue;
        }
        while (at < image->pages && !is_loose(image->state[at]))
            at++;
        if (at >= image->pages)
            continue;
        uint32_t n = alike(image, at, RUN, image->state[at]);
        hurd_pm_container_deallocate(physmem(), image->container, at * PAGE, n * PAGE, NULL);
        set(image, at, n, PAGE_ABSENT);
        at += n;
        return n;
    }
    return 0;
}

uint32_t text_return(uint32_t pages)
{
    uint32_t done = 0, n = 1;
    for (; done < pages && n > 0; done += n)
        n = run_drop();
    return done;
}

bool text_spare(uint32_t pages)
{
    while (!fits(pages)) {
        if (run_drop() == 0)
            return false;
    }
    return true;
}

bool text_room(uint32_t pages)
{
    while (images_promised() + pages > PROMISED_MOST || !fits(pages + SPARE_LEAST)) {
        if (!images_yield() && run_drop() == 0)
            return false;
    }
    return true;
}

/* Frames for a run: extra pages in the tray; else our guarantee pays, as long as it goes, for a
 * program that runs has to go on.  ENOMEM. */
static int frames_find(uint32_t pages, enum page_state *state)
{
    *state = PAGE_EXTRA;
    for (;;) {
        int err = hurd_pm_container_allocate(physmem(), tray, HURD_PM_EXTRA | HURD_PM_SQUASH, 0,
                                             pages * PAGE, NULL);
        if (err != ENOMEM)
            return err;
        if (fits(pages + SPARE))
            break;
        if (loose < PAGES_LEAST && pager_return(&cache, pages) == pages)
            continue;
        if (run_drop() > 0)
            continue;
        if (fits(pages))
            break;
        return ENOMEM;
    }
    *state = PAGE_HERE;
    return 0;
}

/* ---- pages come ---- */

/* The image shows nothing of it before all of it is there. */
static int run_copy(struct image *image, uint32_t page, uint32_t count, enum page_state state)
{
    const L4_Word_t to = state == PAGE_EXTRA ? tray : image->container;
    const L4_Word_t at = page * PAGE, size = count * PAGE;
    uint32_t done;
    int err = ENOENT;
    for (unsigned i = 0; (err == ENOENT || err == ESTALE) && i < TRIES; i++) {
        err = pager_bring(&cache, image->cached, page, count, false, &done);
        if (!err)
            err = hurd_pm_container_copy(physmem(), image->cached->container, at, to,
                                         to == tray ? 0 : at, size, HURD_PM_SQUASH, NULL);
    }
    if (!err && to == tray)
        err = hurd_pm_container_copy(physmem(), tray, 0, image->container, at, size,
                                     HURD_PM_MOVE | HURD_PM_SQUASH, NULL);
    if (err && to == tray)
        hurd_pm_container_deallocate(physmem(), tray, 0, size, NULL);
    return err == ENOENT || err == ESTALE ? EAGAIN : err;
}

/* The missing ones among these pages. */
static int pages_bring(struct image *image, uint32_t page, uint32_t count, bool kept)
{
    int err = 0;
    for (uint32_t n; count > 0 && !err; page += n, count -= n) {
        enum page_state state = PAGE_KEPT;
        n = alike(image, page, count < RUN ? count : RUN, PAGE_ABSENT);
        if (n == 0) {
            n = 1;
            continue;
        }
        err = kept ? 0 : frames_find(n, &state);
        if (!err)
            err = run_copy(image, page, n, state);
        if (!err)
            set(image, page, n, state);
    }
    return err;
}

/* Extra pages that physmem has taken back since are absent. */
static void pages_check(struct image *image, uint32_t page, uint32_t count)
{
    for (uint32_t n; count > 0; page += n, count -= n) {
        L4_Word_t done = 0;
        n = alike(image, page, count, PAGE_EXTRA);
        if (n > 0 && hurd_pm_container_harden(physmem(), image->container, HURD_PM_EXTRA,
                                              page * PAGE, n * PAGE, &done))
            set(image, page + done / PAGE, n - done / PAGE, PAGE_ABSENT);
        n += n == 0;
    }
}

/* ---- an image is made ---- */

static int headers_read(struct handle *h, struct elf_program *program)
{
    uint32_t size = h->inode->size < PAGE ? (uint32_t) h->inode->size : PAGE, done;
    int err = ext2_read(h->inode, 0, window_bytes(), size, &done);
    return err ? err : elf_read(window_bytes(), done, (L4_Word_t) h->inode->size, STARTUP_LOW,
                                program);
}

static bool comes_later(const struct elf_program *program)
{
    for (L4_Word_t i = 0; i < program->count; i++) {
        if (program->segment[i].later)
            return true;
    }
    return false;
}

/* The pages of a segment in the file: how many. */
static uint32_t segment_pages(const struct elf_segment *s, uint32_t *first)
{
    *first = s->offset / PAGE;
    return s->filesz ? (s->offset + s->filesz - 1) / PAGE - *first + 1 : 0;
}

static int kept_bring(struct image *image, const struct elf_program *program)
{
    int err = text_room(1) ? pages_bring(image, 0, 1, true) : ENOMEM;      /* the headers */
    for (L4_Word_t i = 0; i < program->count && !err; i++) {
        uint32_t first, count = segment_pages(&program->segment[i], &first);
        if (!program->segment[i].later)
            err = text_room(count) ? pages_bring(image, first, count, true) : ENOMEM;
    }
    return err;
}

void text_end(struct image *image)
{
    struct image old = *image;
    set(image, 0, image->pages, PAGE_ABSENT);
    *image = (struct image) { .version = 0 };   /* first: the end of the file looks here */
    if (old.container)
        hurd_cap_drop(physmem(), old.container);
    if (old.cached)
        pager_close(&cache, old.cached);
    free(old.state);
    inode_leave(old.file);
}

static void text_undo(struct image *image)
{
    if (image->handle)
        hurd_cap_drop(task_server(), image->handle);
    text_end(image);
}

int text_make(struct handle *h, struct image *image)
{
    static L4_Word_t last;
    struct elf_program program;
    const uint64_t pages = (h->inode->size + PAGE - 1) / PAGE;
    int err = pages > HURD_TASK_IMAGE_MAX / PAGE ? EFBIG : headers_read(h, &program);
    if (err)
        return err;
    if (!comes_later(&program) || handles_write(h->inode))
        return EFBIG;
    *image = (struct image) { .number = ++last, .inode = h->inode->number, .file = h->inode,
                              .pages = (uint32_t) pages, .state = calloc(1, (size_t) pages) };
    if (!image->state)
        return ENOMEM;
    ext2_inode_hold(image->file);
    err = pager_open(&cache, image->inode, image->file, &image->cached);
    if (!err)
        err = pager_version(&cache, image->cached, &image->version);
    if (!err)
        err = image_begin(image, image->cached, (uint32_t) h->inode->size);
    if (!err)
        err = kept_bring(image, &program);
    if (err)
        text_undo(image);
    else if (pages <= SMALL)
        pages_bring(image, 0, (uint32_t) pages, false);     /* what does not come now comes later */
    return err;
}

int text_init(void)
{
    return hurd_pm_container_create(physmem(), __hurd_startup_data->physmem_control.cap, 0, &tray);
}

/* ---- a program touches a page ---- */

static struct image *image_numbered(L4_Word_t number)
{
    struct image *image = image_next_paged(NULL);
    while (image && image->number != number)
        image = image_next_paged(image);
    return image;
}

int serve_text(struct hurd_cap_call *call)
{
    uint64_t version;
    if (call->words != 3 || call->arg[2] == 0 || call->arg[2] > RUN)
        return EINVAL;
    struct image *image = image_numbered(call->arg[0]);
    if (!image)
        return ENOENT;
    const uint32_t page = call->arg[1];
    if (page >= image->pages)
        return ENXIO;
    const uint32_t left = image->pages - page, count = left < call->arg[2] ? left : call->arg[2];
    int err = pager_version(&cache, image->cached, &version);
    if (!err && version != image->version)
        err = EIO;                      /* never a mixture */
    if (!err)
        pages_check(image, page, count);
    if (!err)
        err = pages_bring(image, page, count, false);
    uint32_t there = 0;
    while (there < count && image->state[page + there] != PAGE_ABSENT)
        there++;
    call->reply[0] = there;
    call->reply[1] = image->pages;
    call->reply_words = 2;
    return there > 0 ? 0 : err;
}
