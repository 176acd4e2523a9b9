/* SPDX-License-Identifier: MIT */
/* Pages that clients may write to, and their way to the store.  Before: pager.c.
 *
 * Nobody tells the server of a write: a page counts as dirty from the moment when a client may
 * write to it, until its contents have been copied to the stage.  The copy takes the right to write
 * from all clients, so the next write is asked for again. */
#include <assert.h>
#include <errno.h>

#include "lib/pager/pager.h"

/* ---- they become dirty ---- */

static uint32_t dirty_more(struct pager *p, const struct pager_file *file, uint32_t page,
                           uint32_t count)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++)
        n += !pager_page_find(p, file, page + i)->dirty;
    return n;
}

static int promise_once(struct pager *p, struct pager_file *file, uint32_t page, uint32_t count,
                        uint32_t *done)
{
    int err = p->frames->check(p->context, file->container, page, count, true, done);
    if (*done > 0)
        pager_file_changes(p, file);    /* from now on, clients may write to them */
    for (uint32_t i = 0; i < *done; i++) {
        struct pager_page *r = pager_page_find(p, file, page + i);
        p->dirty += !r->dirty;
        p->promised += !r->promised;
        r->promised = r->dirty = true;
    }
    if (!err && *done < count) {
        pager_page_lose(p, pager_page_find(p, file, page + *done));
        p->lost++;
    }
    return err;
}

/* Pre: the pages are in the cache, and are PAGER_RUN at most. */
int pager_promise(struct pager *p, struct pager_file *file, uint32_t page, uint32_t count,
                  uint32_t *done)
{
    *done = 0;
    int err = p->store->reserve(file->owner, page, count);
    if (!err && p->dirty + dirty_more(p, file, page, count) > PAGER_DIRTY) {
        err = pager_sync(p, NULL);
        if (pager_alike(p, file, page, count, true) < count)
            return err;                 /* one was lost on the way: the caller looks again */
    }
    if (err)
        return err;
    err = promise_once(p, file, page, count, done);
    if (err == ENOMEM && p->dirty > 0) {
        err = pager_sync(p, NULL);
        if (!err && pager_alike(p, file, page, count, true) == count)
            err = promise_once(p, file, page, count, done);
    }
    return err;
}

/* ---- they are written ---- */

static bool is_behind(const struct pager_page *a, const struct pager_page *b)
{
    return a->file > b->file || (a->file == b->file && a->page > b->page);
}

/* By insertion: they are few, and most of them are in order. */
static uint32_t dirty_sort(struct pager *p, const struct pager_file *file)
{
    uint32_t n = 0;
    for (struct pager_page *r = p->oldest; r && n < p->dirty; r = r->newer) {
        if (!r->dirty || (file && r->file != file))
            continue;
        uint32_t at = n++;
        for (; at > 0 && is_behind(p->sorted[at - 1], r); at--)
            p->sorted[at] = p->sorted[at - 1];
        p->sorted[at] = r;
    }
    return n;
}

/* One run: it is clean as soon as it is copied, for a client may write to it again while it is
 * written. */
static int run_write(struct pager *p, struct pager_page *const *r, uint32_t count)
{
    struct pager_file *file = r[0]->file;
    int err = p->frames->get(p->context, file->container, r[0]->page, count);
    if (err)
        return err;
    err = p->store->write_page(file->owner, r[0]->page, count, p->stage);
    if (err)
        return err;
    for (uint32_t i = 0; i < count; i++)
        r[i]->dirty = false;
    p->dirty -= count;
    p->written += count;
    p->runs++;
    return 0;
}

/* Clean pages whose frames are promised, in the file's pages: their frames can go again. */
static void pages_release(struct pager *p, struct pager_file *file)
{
    for (struct pager_page *r = file->pages, *next; r; r = next) {
        next = r->after;
        if (!r->promised || r->dirty)
            continue;
        if (p->frames->release(p->context, file->container, r->page, 1)) {
            pager_page_lose(p, r);
            continue;
        }
        r->promised = false;
        p->promised--;
    }
}

int pager_sync(struct pager *p, struct pager_file *file)
{
    uint32_t count = dirty_sort(p, file), run;
    int err = 0;
    for (uint32_t i = 0; i < count; i += run) {
        struct pager_page *const *r = &p->sorted[i];
        run = 1;
        while (run < PAGER_RUN && i + run < count && r[run]->file == r[0]->file &&
               r[run]->page == r[0]->page + run)
            run++;
        int failed = run_write(p, r, run);
        err = err ? err : failed;
    }
    for (struct pager_file *f = p->file; p->promised > 0 && f < p->file + PAGER_FILES; f++) {
        if (f->exists && (!file || f == file))
            pages_release(p, f);
    }
    return err;
}
