/* SPDX-License-Identifier: MIT */
/* lib/pager: a server's page cache over a store.  Spec: hurd-l4-design.md 5.4.
 *
 * The pages of a file lie in a container of physmem that belongs to the server alone; the offset in
 * the container is the offset in the file.  Clients see the container by weak references, so what
 * one of them writes, all others see, and so does the server.  The library never touches a page of
 * the cache: the server's functions move pages between containers and the stage, which is
 * PAGER_RUN pages of the server's own memory.  The landing is PAGER_LANDING pages that only the
 * server's functions know.
 *
 * Pages and counts are in units of PAGER_PAGE bytes, sizes in bytes.  All functions that return int
 * return 0 or an errno: what the server's functions say, and ENOMEM: there is no frame or no record
 * and nothing to evict.  Functions wait only as long as the server's functions do. */
#ifndef PAGER_H
#define PAGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PAGER_PAGE = 4096,
    PAGER_RUN = 8,                      /* pages of the stage */
    PAGER_LANDING = 16,                 /* pages of the landing */
    PAGER_FILES = 64,                   /* in the cache, in use or not */
    PAGER_DIRTY = 64,                   /* pages that are dirty at a time */
};

/* What lies in a file.  `owner` is what pager_open() was given. */
struct pager_store {
    /* Fills the stage; behind the end of the file with zeros.  ENXIO: all of it is behind it. */
    int (*read_page)(void *owner, uint32_t page, uint32_t count, uint8_t *stage);
    int (*write_page)(void *owner, uint32_t page, uint32_t count, const uint8_t *stage);
    /* The medium has, or gets, room for the pages: later, write_page does not fail for want of it.
     * ENXIO as above. */
    int (*reserve)(void *owner, uint32_t page, uint32_t count);
    /* A quicker way than read_page, or NULL: brings pages from the first on to the landing, and
     * answers how many, PAGER_LANDING at most.  0: not this way.  It may call pager_return(). */
    uint32_t (*land)(void *owner, uint32_t page, uint32_t count);
};

/* Where pages are.  count <= PAGER_RUN, except in drop() and settle(). */
struct pager_frames {
    int (*create)(void *context, uintptr_t *container);
    void (*destroy)(void *context, uintptr_t container);
    /* What is in the stage becomes new pages.  *promised: their frames cannot be taken back. */
    int (*put)(void *context, uintptr_t container, uint32_t page, uint32_t count, bool *promised);
    /* The same with what is in the landing, which is empty then, after an error too.  Not used if
     * the store has no land(). */
    int (*settle)(void *context, uintptr_t container, uint32_t page, uint32_t count,
                  bool *promised);
    /* Copies pages to the stage.  No client can write to them any more, until it asks again. */
    int (*get)(void *context, uintptr_t container, uint32_t page, uint32_t count);
    /* How many of the pages, from the first on, still have their frames; with `promise` these
     * cannot be taken back from now on.  ENOMEM: the next one's frame cannot be promised. */
    int (*check)(void *context, uintptr_t container, uint32_t page, uint32_t count, bool promise,
                 uint32_t *good);
    /* The frames can be taken back from now on.  An error: the pages are gone. */
    int (*release)(void *context, uintptr_t container, uint32_t page, uint32_t count);
    void (*drop)(void *context, uintptr_t container, uint32_t page, uint32_t count);
    /* Changes bytes of a page whose frame is promised, in place; from NULL: to zeros. */
    int (*poke)(void *context, uintptr_t container, uint32_t page, uint32_t offset,
                const uint8_t *from, uint32_t size);
};

struct pager_page {
    struct pager_file *file;            /* NULL: the record is free */
    struct pager_page *hash_next;       /* the next page of the same hash, or the next free one */
    struct pager_page *newer, *older;   /* least recently used first */
    struct pager_page *before, *after;  /* of the same file */
    uint32_t page;
    bool promised, dirty;               /* dirty => promised */
};

struct pager_file {
    uint64_t key;
    void *owner;                        /* valid while users > 0 */
    uintptr_t container;
    struct pager_page *pages;
    uint32_t users;
    uint32_t used;                      /* when it was opened last */
    uint64_t version;                   /* another one each time its contents may have changed */
    bool exists;                        /* false: the record is free */
};

struct pager {
    const struct pager_store *store;
    const struct pager_frames *frames;
    void *context;                      /* of frames */
    uint8_t *stage;
    struct pager_file file[PAGER_FILES];
    struct pager_page *records, **hash, *free, *newest, *oldest;
    uint32_t count, hash_mask;
    uint32_t cached, promised, dirty;   /* pages in the cache, and so many of them */
    uint32_t opened;                    /* opens so far */
    uint64_t versions;                  /* of all files so far */
    struct pager_page *sorted[PAGER_DIRTY];
    /* counted since the start, for measurements: pages that came from the store, were found lost,
     * were evicted, were written; runs in which they were written */
    uint32_t read, lost, evicted, written, runs;
};

/* ---- pager.c ---- */

/* `memory` of pager_memory(pages) bytes holds the records of so many pages. */
size_t pager_memory(uint32_t pages);
void pager_init(struct pager *p, const struct pager_store *store,
                const struct pager_frames *frames, void *context, uint8_t *stage, void *memory,
                uint32_t pages);

/* The file is in use until pager_close(), which writes what is dirty if it was the last user; what
 * cannot be written then is lost, and the error says so.  The user may show the container to
 * clients: they may read all of it, and write to pages that pager_bring() made dirty.
 * ENFILE: PAGER_FILES are in use. */
int pager_open(struct pager *p, uint64_t key, void *owner, struct pager_file **file);
int pager_close(struct pager *p, struct pager_file *file);
/* From `page` on, *done pages are in the cache; all of them, unless there is an error.  Pages whose
 * frames were taken back come again.  `writes`: they are dirty, and clients may write to them. */
int pager_bring(struct pager *p, struct pager_file *file, uint32_t page, uint32_t count,
                bool writes, uint32_t *done);
/* Only pages that the cache does not know.  The caller sees whether physmem took frames back, and
 * calls pager_bring() then. */
int pager_want(struct pager *p, struct pager_file *file, uint32_t page, uint32_t count,
               uint32_t *done);

/* Gives frames of the least recently used clean pages back.  Returns how many. */
uint32_t pager_return(struct pager *p, uint32_t pages);

/* The stage holds what these pages are in the store: the next reader need not ask there.
 * count <= PAGER_RUN.  Without an error it may still be that the cache takes none of them. */
int pager_offer(struct pager *p, struct pager_file *file, uint32_t page, uint32_t count);
/* The store's contents have changed: `size` bytes at `at` are now `from` (NULL: zeros). */
int pager_changed(struct pager *p, struct pager_file *file, uint64_t at, const uint8_t *from,
                  uint32_t size);
/* The file ends at `size`: what is behind it goes, dirty or not, and the rest of its last page is
 * zero.  Called with the old size before the file grows, too: clients may write behind the end. */
int pager_cut(struct pager *p, struct pager_file *file, uint64_t size);
/* All pages of the file with this key go, dirty or not. Pre: it has no user. */
void pager_forget(struct pager *p, uint64_t key);
/* The file with this key, or NULL. */
struct pager_file *pager_find(struct pager *p, uint64_t key);
/* Two calls with the same result: the file's contents have not changed between them.  Pages that
 * were dirty are written first, so that the next write is noticed; an error is that of a write. */
int pager_version(struct pager *p, struct pager_file *file, uint64_t *version);

/* ---- dirty.c ---- */

/* Dirty pages go to the store, in order of files and pages, in runs.  NULL: of all files.  Pages
 * that could not be written stay dirty.  Frames of clean pages can be taken back then. */
int pager_sync(struct pager *p, struct pager_file *file);

/* ---- between the two ---- */
int pager_promise(struct pager *p, struct pager_file *file, uint32_t page, uint32_t count,
                  uint32_t *done);
struct pager_page *pager_page_find(struct pager *p, const struct pager_file *file, uint32_t page);
void pager_page_lose(struct pager *p, struct pager_page *page);    /* its frame is gone */
void pager_file_changes(struct pager *p, struct pager_file *file);
/* How many of `count` pages from `page` on are in the cache, or are not, until one that differs. */
uint32_t pager_alike(struct pager *p, const struct pager_file *file, uint32_t page, uint32_t count,
                     bool cached);

/* What does not hold, or NULL: for tests. */
const char *pager_problem(const struct pager *p);

#endif
