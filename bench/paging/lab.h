/* SPDX-License-Identifier: MIT */
/* What the experiments share: stores whose pages are computed or kept in memory, a disk that is
 * modelled, and what is counted. Each experiment runs twice or more, with the default policy and
 * with what its program knows; frames and batches are the same. */
#ifndef PAGING_LAB_H
#define PAGING_LAB_H

#include <hurd/mm.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    PAGE = HURD_MM_PAGE, WORDS = PAGE / sizeof(uint32_t),
    SEEK = 8000, TRANSFER = 100,        /* microseconds of the disk: to find a place, for a page */
    INSTRUCTIONS = 1000,                /* in one microsecond of virtual time */
};

/* ---- counts of a run ---- */

struct counts {
    uint32_t first;             /* pages that came in for the first time */
    uint32_t again;             /* ... that had been in core before */
    uint32_t reads, writes;     /* requests to the disk */
    uint32_t written;           /* pages that were written to it */
    uint64_t disk;              /* its microseconds */
    uint64_t instructions;      /* of the whole machine */
    uint32_t late;              /* deadlines missed; only some have them */
};

/* Starts counting: all stores are fresh, the disk's head is nowhere. */
void lab_start(void);

/* Stops, and prints "paging EXPERIMENT CASE frames=... first=... ..." in one line. */
void lab_report(const char *experiment, const char *name, uint32_t frames);

/* A page that no store has fetched: from this place of a disk. */
void lab_fetched(bool first, uint32_t place);

/* Microseconds since lab_start(): the disk's and those of the instructions. */
uint64_t lab_time(void);
uint64_t lab_disk_time(void);
void lab_late(void);

/* ---- stores ---- */

/* Fills a page's words for the first time, or each time when `kept` is NULL. */
typedef void lab_fill_t(uint32_t page, uint32_t *words);

struct lab_store {
    struct hurd_store store;
    uintptr_t base;             /* where it is mapped */
    uint32_t pages;
    uint32_t disk;              /* its first place on the disk; 0: computed, no disk */
    lab_fill_t *fill;           /* NULL: zero */
    uint32_t *kept;             /* what is on the disk, in memory; NULL: cannot be written */
    unsigned char *known;       /* of each page: enum lab_known */
    void (*leaving)(uint32_t page, const uint32_t *words);      /* it is written; may be NULL */
};

/* LAB_CAME: it was in core before; LAB_WRITTEN: the disk has it; LAB_WORTHLESS: see below. */
enum lab_known { LAB_CAME = 1, LAB_WRITTEN = 2, LAB_WORTHLESS = 4 };

/* On the disk and writable, on the disk and readable, or computed at each fetch. */
enum lab_kind { LAB_WRITABLE, LAB_READABLE, LAB_COMPUTED };

void lab_open(struct lab_store *s, uint32_t pages, enum lab_kind kind, lab_fill_t *fill);
/* Also ends its policies. */
void lab_close(struct lab_store *s);

/* Pages [first, first + pages) get a policy of their own with so many frames; a number for
 * lab_share(). */
unsigned lab_policy(struct lab_store *s, const struct hurd_policy_ops *ops, uint32_t frames,
                    uint32_t parameter);
/* The whole store goes under a policy that there is already. */
void lab_share(struct lab_store *s, unsigned policy);

/* The contents of the page are not needed: it comes without the disk, as zeroes. */
void lab_worthless(struct lab_store *s, uint32_t page);
/* ... and its frame is free at once, unwritten, as after munmap(). */
void lab_forget(struct lab_store *s, uint32_t page);

static inline volatile uint32_t *lab_words(const struct lab_store *s, uint32_t page)
{
    return (volatile uint32_t *)(s->base + page * PAGE);
}

/* ---- results ---- */

/* What a program computed is what it should be; false is the end of everything. */
void lab_check(bool right, const char *what);

/* Seeded numbers, the same for each run. */
uint32_t lab_random(uint32_t *state);

/* ---- experiments; a name for each ---- */
void scan(void), sweep(void), join(void), hotscan(void), regen(void), plan(void), gc(void);
void control(void), skew(void), stream(void), isolation(void);

#endif
