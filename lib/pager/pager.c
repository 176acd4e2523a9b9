/* SPDX-License-Identifier: MIT */
/* Files and pages of the cache: what comes in, what goes, and which page went unused for longest.
 * The hop after is dirty.c for pages that clients write to, and the server's functions. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "lib/pager/pager.h"

static uint32_t hash_size(uint32_t pages)
{
    uint32_t n = 1;
    while (n < pages)
        n *= 2;
    return n;
}

size_t pager_memory(uint32_t pages)
{
    return pages * sizeof(struct pager_page) + hash_size(pages) * sizeof(struct pager_page *);
}

/* Free records are used from the first on: memory of those that are never used is never touched. */
void pager_init(struct pager *p, const struct pager_store *store,
                const struct pager_frames *frames, void *context, uint8_t *stage, void *memory,
                uint32_t pages)
{
    memset(p, 0, sizeof *p);
    p->store = store;
    p->frames = frames;
    p->context = context;
    p->stage = stage;
    p->hash = memory;
    p->hash_mask = hash_size(pages) - 1;
    memset(p->hash, 0, hash_size(pages) * sizeof *p->hash);
    p->records = (struct pager_page *) (p->hash + hash_size(pages));
    p->count = pages;
}

/* ---- pages ---- */

static struct pager_page **hash_slot(struct pager *p, const struct pager_file *file, uint32_t page)
{
    uint32_t number = (uint32_t) (file - p->file);
    return &p->hash[(page + number * 0x9E3779B1u) & p->hash_mask];
}

struct pager_page *pager_page_find(struct pager *p, const struct pager_file *file, uint32_t page)
{
    struct pager_page *r = *hash_slot(p, file, page);
    while (r && (r->file != file || r->page != page))
        r = r->hash_next;
    return r;
}

static void list_remove(struct pager *p, struct pager_page *r)
{
    *(r->older ? &r->older->newer : &p->oldest) = r->newer;
    *(r->newer ? &r->newer->older : &p->newest) = r->older;
}

static void list_append(struct pager *p, struct pager_page *r)
{
    r->newer = NULL;
    r->older = p->newest;
    *(p->newest ? &p->newest->newer : &p->oldest) = r;
    p->newest = r;
}

static struct pager_page *record_take(struct pager *p)
{
    struct pager_page *r = p->free;
    if (r)
        p->free = r->hash_next;
    else if (p->cached < p->count)
        r = &p->records[p->cached];     /* none is free: all before this one are in use */
    return r;
}

/* Pre: a record is free. */
static void page_add(struct pager *p, struct pager_file *file, uint32_t page, bool promised)
{
    struct pager_page *r = record_take(p), **slot = hash_slot(p, file, page);
    assert(r);
    *r = (struct pager_page) { .file = file, .page = page, .promised = promised,
                               .hash_next = *slot, .after = file->pages };
    *slot = r;
    if (file->pages)
        file->pages->before = r;
    file->pages = r;
    list_append(p, r);
    p->cached++;
    p->promised += promised;
}

void pager_page_lose(struct pager *p, struct pager_page *r)
{
    struct pager_page **at = hash_slot(p, r->file, r->page);
    while (*at != r)
        at = &(*at)->hash_next;
    *at = r->hash_next;
    *(r->before ? &r->before->after : &r->file->pages) = r->after;
    if (r->after)
        r->after->before = r->before;
    list_remove(p, r);
    p->dirty -= r->dirty;
    p->promised -= r->promised;
    p->cached--;
    r->file = NULL;
    r->hash_next = p->free;
    p->free = r;
}

static void page_drop(struct pager *p, struct pager_page *r)
{
    p->frames->drop(p->context, r->file->container, r->page, 1);
    pager_page_lose(p, r);
}

uint32_t pager_alike(struct pager *p, const struct pager_file *file, uint32_t page, uint32_t count,
                     bool cached)
{
    uint32_t n = 0;
    while (n < count && !pager_page_find(p, file, page + n) == !cached)
        n++;
    return n;
}

/* ---- files ---- */

struct pager_file *pager_find(struct pager *p, uint64_t key)
{
    for (struct pager_file *f = p->file; f < p->file + PAGER_FILES; f++) {
        if (f->exists && f->key == key)
            return f;
    }
    return NULL;
}

void pager_file_changes(struct pager *p, struct pager_file *file)
{
    file->version = ++p->versions;
}

int pager_version(struct pager *p, struct pager_file *file, uint64_t *version)
{
    int err = p->dirty > 0 ? pager_sync(p, file) : 0;
    *version = file->version;
    return err;
}

static void file_end(struct pager *p, struct pager_file *file)
{
    while (file->pages)
        pager_page_lose(p, file->pages);
    p->frames->destroy(p->context, file->container);
    file->exists = false;
}

/* A free record, or that of the file that went unused for longest. */
static struct pager_file *file_free(struct pager *p)
{
    struct pager_file *old = NULL;
    for (struct pager_file *f = p->file; f < p->file + PAGER_FILES; f++) {
        if (!f->exists)
            return f;
        if (f->users == 0 && (!old || p->opened - f->used > p->opened - old->used))
            old = f;
    }
    if (old)
        file_end(p, old);
    return old;
}

static int file_make(struct pager *p, uint64_t key, struct pager_file **file)
{
    uintptr_t container;
    struct pager_file *f = file_free(p);
    if (!f)
        return ENFILE;
    int err = p->frames->create(p->context, &container);
    if (err)
        return err;
    *f = (struct pager_file) { .key = key, .container = container, .exists = true };
    pager_file_changes(p, f);           /* what an earlier record of the file said is forgotten */
    *file = f;
    return 0;
}

int pager_open(struct pager *p, uint64_t key, void *owner, struct pager_file **file)
{
    struct pager_file *f = pager_find(p, key);
    int err = f ? 0 : file_make(p, key, &f);
    if (err)
        return err;
    assert(f->users == 0 || f->owner == owner);
    f->owner = owner;
    f->users++;
    f->used = ++p->opened;
    *file = f;
    return 0;
}

int pager_close(struct pager *p, struct pager_file *file)
{
    assert(file->users > 0);
    int err = 0;
    if (file->users == 1) {
        err = pager_sync(p, file);
        for (struct pager_page *r = file->pages, *next; r; r = next) {
            next = r->after;
            if (r->dirty)               /* it cannot be written, and nobody is left to ask for it */
                page_drop(p, r);
        }
    }
    file->users--;
    return err;
}

void pager_forget(struct pager *p, uint64_t key)
{
    struct pager_file *file = pager_find(p, key);
    if (file && file->users == 0)
        file_end(p, file);
}

/* ---- pages come ---- */

uint32_t pager_return(struct pager *p, uint32_t pages)
{
    uint32_t n = 0;
    for (struct pager_page *r = p->oldest, *next; r && n < pages; r = next) {
        next = r->newer;
        if (r->promised)
            continue;
        page_drop(p, r);
        p->evicted++;
        n++;
    }
    return n;
}

/* There are records for so many pages more, at the cost of others. */
static bool records_ready(struct pager *p, uint32_t count)
{
    uint32_t left = p->count - p->cached;
    return left >= count || pager_return(p, count - left) == count - left;
}

static int fetch_by_stage(struct pager *p, struct pager_file *file, uint32_t page, uint32_t count,
                          bool *promised)
{
    int err = p->store->read_page(file->owner, page, count, p->stage);
    if (!err)
        err = p->frames->put(p->context, file->container, page, count, promised);
    if (err == ENOMEM && pager_return(p, count) > 0)
        err = p->frames->put(p->context, file->container, page, count, promised);
    return err;
}

/* Pages that are not in the cache come from the store: *count of them at most, and so many then. */
static int pages_fetch(struct pager *p, struct pager_file *file, uint32_t page, uint32_t *count)
{
    bool promised = false;
    int err = 0;
    if (!records_ready(p, *count))
        return ENOMEM;
    uint32_t landed = p->store->land ? p->store->land(file->owner, page, *count) : 0;
    if (landed && p->frames->settle(p->context, file->container, page, landed, &promised))
        landed = 0;
    *count = landed ? landed : *count < PAGER_RUN ? *count : PAGER_RUN;
    if (!landed)
        err = fetch_by_stage(p, file, page, *count, &promised);
    for (uint32_t i = 0; i < *count && !err; i++)
        page_add(p, file, page + i, promised);
    if (!err)
        p->read += *count;
    return err;
}

static void pages_touch(struct pager *p, struct pager_file *file, uint32_t page, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct pager_page *r = pager_page_find(p, file, page + i);
        list_remove(p, r);
        list_append(p, r);
    }
}

/* Those that have lost their frames are forgotten. */
static int pages_check(struct pager *p, struct pager_file *file, uint32_t page, uint32_t count,
                       uint32_t *good)
{
    int err = p->frames->check(p->context, file->container, page, count, false, good);
    if (!err && *good < count) {
        pager_page_lose(p, pager_page_find(p, file, page + *good));
        p->lost++;
    }
    return err;
}

static int pages_bring(struct pager *p, struct pager_file *file, uint32_t page, uint32_t count,
                       bool writes, bool checks, uint32_t *done)
{
    int err = 0;
    *done = 0;
    while (*done < count && !err) {
        uint32_t at = page + *done, n = count - *done < PAGER_RUN ? count - *done : PAGER_RUN;
        uint32_t known = pager_alike(p, file, at, n, true), good = known;
        if (known == 0) {
            n = count - *done < PAGER_LANDING ? count - *done : PAGER_LANDING;
            n = pager_alike(p, file, at, n, false);
            err = pages_fetch(p, file, at, &n);
            good = err || writes ? 0 : n;
        } else if (writes)
            err = pager_promise(p, file, at, known, &good);
        else if (checks)
            err = pages_check(p, file, at, known, &good);
        if (known > 0)
            pages_touch(p, file, at, good);
        *done += good;
    }
    return err;
}

int pager_bring(struct pager *p, struct pager_file *file, uint32_t page, uint32_t count,
                bool writes, uint32_t *done)
{
    return pages_bring(p, file, page, count, writes, true, done);
}

int pager_want(struct pager *p, struct pager_file *file, uint32_t page, uint32_t count,
               uint32_t *done)
{
    return pages_bring(p, file, page, count, false, false, done);
}

/* ---- the store changes under the pages ---- */

/* A page that clients may be writing to is changed in place.  Another one is clean, so nothing is
 * lost with it, and it comes again from the store. */
static int page_change(struct pager *p, struct pager_page *r, uint32_t offset, const uint8_t *from,
                       uint32_t size)
{
    if (r->dirty)
        return p->frames->poke(p->context, r->file->container, r->page, offset, from, size);
    page_drop(p, r);
    return 0;
}

int pager_changed(struct pager *p, struct pager_file *file, uint64_t at, const uint8_t *from,
                  uint32_t size)
{
    int err = 0;
    pager_file_changes(p, file);
    for (uint32_t done = 0, n; done < size; done += n) {
        uint32_t offset = (at + done) % PAGER_PAGE;
        n = size - done < PAGER_PAGE - offset ? size - done : PAGER_PAGE - offset;
        struct pager_page *r = pager_page_find(p, file, (uint32_t) ((at + done) / PAGER_PAGE));
        int failed = r ? page_change(p, r, offset, from ? from + done : NULL, n) : 0;
        err = err ? err : failed;
    }
    return err;
}

int pager_offer(struct pager *p, struct pager_file *file, uint32_t page, uint32_t count)
{
    bool promised = false, all = true;
    int err = 0;
    pager_file_changes(p, file);
    for (uint32_t i = 0; i < count && !err; i++) {
        struct pager_page *r = pager_page_find(p, file, page + i);
        all = all && !(r && r->dirty);
        err = r ? page_change(p, r, 0, p->stage + i * PAGER_PAGE, PAGER_PAGE) : 0;
    }
    if (err || !all || !records_ready(p, count) ||
        p->frames->put(p->context, file->container, page, count, &promised))
        return err;
    for (uint32_t i = 0; i < count; i++)
        page_add(p, file, page + i, promised);
    return 0;
}

int pager_cut(struct pager *p, struct pager_file *file, uint64_t size)
{
    uint32_t rest = size % PAGER_PAGE;
    pager_file_changes(p, file);
    for (struct pager_page *r = file->pages, *next; r; r = next) {
        next = r->after;
        if ((uint64_t) r->page * PAGER_PAGE >= size)
            page_drop(p, r);
    }
    return rest ? pager_changed(p, file, size, NULL, PAGER_PAGE - rest) : 0;
}

/* ---- for tests ---- */

const char *pager_problem(const struct pager *p)
{
    uint32_t cached = 0, promised = 0, dirty = 0, listed = 0;
    for (const struct pager_file *f = p->file; f < p->file + PAGER_FILES; f++) {
        for (const struct pager_page *r = f->exists ? f->pages : NULL; r; r = r->after) {
            if (r->file != f || (r->after && r->after->before != r))
                return "a page is not where its file says";
            if (r->dirty && (!r->promised || f->users == 0))
                return "a page is dirty, but not promised, or nobody uses its file";
            cached++;
            promised += r->promised;
            dirty += r->dirty;
        }
    }
    for (const struct pager_page *r = p->oldest; r; r = r->newer)
        listed++;
    if (cached != p->cached || listed != cached || dirty != p->dirty || promised != p->promised)
        return "pages are counted wrongly";
    return dirty > PAGER_DIRTY ? "too many pages are dirty" : NULL;
}
