/* SPDX-License-Identifier: MIT */
/* An offline simulator of page replacement: what trace.c, sim.c and the policies share. A trace is
 * the references of one program in order (format: bench/traces/README.md). */
#ifndef PAGESIM_H
#define PAGESIM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define NONE UINT32_MAX

/* ---- traces ---- */

/* A reference, or the end of a page's contents (munmap, brk). */
struct reference {
    uint32_t page : 30;
    uint32_t write : 1;
    uint32_t unmap : 1;
};

struct trace {
    uint32_t pages, count;
    struct reference *references;
    uint32_t *number;           /* of each page: its page number in the traced program */
    unsigned char *class;       /* what the trace says of it: 0 to 9 */
    char *kind;                 /* F, A or S */
    uint32_t *place;            /* its page in a store that keeps neighbours together */
    uint32_t *at;               /* the inverse: which page is at a place, or NONE */
    uint32_t places;
};

/* The text form.  A line that makes no sense ends the program with a sentence. */
void trace_read(struct trace *t, FILE *in);

/* The binary form that a program in the booted system plays: bench/paging/trace.h. */
void trace_pack(const struct trace *t, FILE *out);

/* ---- one run ---- */

struct page {
    bool in_core, dirty, known; /* known: it was in core before */
    bool used;                  /* the processor's accessed bit */
    bool probation;             /* came by read-ahead, and was not used yet; or it comes now */
    bool probe;                 /* ... the last of those that came together */
    unsigned char list;         /* which list of its policy holds it */
    uint32_t next, prev;        /* on that list */
    uint32_t slot;              /* the frame that it is in */
};

struct counts {
    uint32_t faults;            /* references to pages that were not in core */
    uint32_t first;             /* ... for the first time */
    uint32_t fetched;           /* pages that came in: faults and what was read ahead */
    uint32_t reads;             /* runs of neighbours that came in together */
    uint32_t evicted, written;  /* pages that went; those of them that were written out */
    uint64_t microseconds;      /* of a modelled disk */
};

struct list { uint32_t first, last, count; };

enum { LISTS = 8, PROBATION = 7 };     /* that list is sim.c's, the others are the policy's */

struct sim {
    const struct trace *trace;
    const struct policy *policy;
    struct page *pages;
    uint32_t frames, in_core;
    uint32_t now;               /* index of the reference */
    struct list lists[LISTS];
    uint32_t parameter[4];      /* of the policy */
    void *state;                /* the policy's, freed by sim_run() */
    uint32_t *slot;             /* which page is in which frame */
    uint32_t *free, free_count; /* frames without a page, the last one goes first */
    uint32_t slots;             /* frames that were ever used */

    /* how the run is to be */
    bool unmap;                 /* respects the ends of contents */
    bool pager;                 /* sees what libhurd-mm's pager sees, no more */
    uint32_t ahead;             /* pages to read ahead at a fault; until they are used they are on
                                   probation, where the policy does not see them */
    uint32_t window, lonely;    /* of a pager: pages that come together now, and how many came alone */
    uint32_t head;              /* the disk's: behind the last place that moved */
    struct counts counts;
};

struct policy {
    const char *name, *text;
    bool by_use;                /* it needs every reference, so no pager can have it */
    void (*start)(struct sim *s);
    void (*load)(struct sim *s, uint32_t page);
    void (*hit)(struct sim *s, uint32_t page);          /* may be NULL */
    uint32_t (*victim)(struct sim *s, uint32_t incoming);
    void (*forget)(struct sim *s, uint32_t page);
};

extern const struct policy opt_policy, lru_policy, clock_policy, fifo_policy, mru_policy,
    random_policy, twoq_policy, arc_policy, rule_policy;
extern const struct policy *const all_policies[];
const struct policy *policy_find(const char *name);

/* Plays the trace from empty memory; the counts are in s->counts. */
void sim_run(struct sim *s, const struct trace *t, const struct policy *policy, uint32_t frames);

/* Was it used since the last look?  As the processor's accessed bit. */
bool page_look(struct sim *s, uint32_t page);

/* A place among the frames: the page of the policy there, or NONE. */
uint32_t page_at(const struct sim *s, uint32_t at);

/* ---- lists of pages ---- */
void list_append(struct sim *s, unsigned list, uint32_t page);
void list_prepend(struct sim *s, unsigned list, uint32_t page);
void list_remove(struct sim *s, uint32_t page);

/* Second chance: what was used goes to the end, once around; answers the head. */
uint32_t list_turn(struct sim *s, unsigned list);

/* The page that stands `behind` pages before the last one, or the first. */
uint32_t list_newest(const struct sim *s, unsigned list, uint32_t behind);

void *allocate(size_t size);

#endif
