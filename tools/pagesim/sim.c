/* SPDX-License-Identifier: MIT */
/* One run: which pages are in core, what a fault brings and takes, what the disk does for it.
 * Before: main.c.  After: the policies, which choose. */
#include "sim.h"
#include <stdlib.h>

enum {
    SEEK = 8000, TRANSFER = 100,        /* microseconds of the modelled disk */
    BATCH = 16, RESERVE = 4,            /* of libhurd-mm: pages of one call; frames kept back */
    LONELY = 31, TRIES = 4,             /* after so many pages that came alone it brings so many */
};

/* ---- lists ---- */

void list_append(struct sim *s, unsigned list, uint32_t page)
{
    struct list *l = &s->lists[list];
    struct page *p = &s->pages[page];
    p->list = (unsigned char)list;
    p->prev = l->last;
    p->next = NONE;
    *(l->count ? &s->pages[l->last].next : &l->first) = page;
    l->last = page;
    l->count++;
}

void list_prepend(struct sim *s, unsigned list, uint32_t page)
{
    struct list *l = &s->lists[list];
    struct page *p = &s->pages[page];
    p->list = (unsigned char)list;
    p->next = l->first;
    p->prev = NONE;
    *(l->count ? &s->pages[l->first].prev : &l->last) = page;
    l->first = page;
    l->count++;
}

void list_remove(struct sim *s, uint32_t page)
{
    struct page *p = &s->pages[page];
    struct list *l = &s->lists[p->list];
    *(p->prev != NONE ? &s->pages[p->prev].next : &l->first) = p->next;
    *(p->next != NONE ? &s->pages[p->next].prev : &l->last) = p->prev;
    l->count--;
}

uint32_t list_turn(struct sim *s, unsigned list)
{
    struct list *l = &s->lists[list];
    for (uint32_t n = l->count; n > 0 && page_look(s, l->first); n--) {
        uint32_t page = l->first;
        list_remove(s, page);
        list_append(s, list, page);
    }
    return l->count ? l->first : NONE;
}

uint32_t list_newest(const struct sim *s, unsigned list, uint32_t behind)
{
    uint32_t page = s->lists[list].count ? s->lists[list].last : NONE;
    for (; behind > 0 && page != NONE && s->pages[page].prev != NONE; behind--)
        page = s->pages[page].prev;
    return page;
}

bool page_look(struct sim *s, uint32_t page)
{
    bool was = s->pages[page].used;
    s->pages[page].used = false;
    return was;
}

uint32_t page_at(const struct sim *s, uint32_t at)
{
    uint32_t page = s->slot[at % s->slots];
    return page != NONE && !s->pages[page].probation ? page : NONE;
}

/* ---- the disk ---- */

static void disk_move(struct sim *s, uint32_t place, uint32_t pages)
{
    s->counts.microseconds += (place == s->head ? 0 : SEEK) + (uint64_t)TRANSFER * pages;
    s->head = place + pages;
}

/* ---- out ---- */

static uint32_t page_of_place(const struct sim *s, uint32_t place)
{
    return place < s->trace->places ? s->trace->at[place] : NONE;
}

static bool is_dirty(const struct sim *s, uint32_t place)
{
    uint32_t page = page_of_place(s, place);
    return page != NONE && s->pages[page].in_core && s->pages[page].dirty;
}

/* A pager writes the changed neighbours too, those behind first; writing reads them. */
static void clean(struct sim *s, uint32_t page)
{
    uint32_t first = s->trace->place[page], end = first + 1;
    if (s->pager) {
        while (end - first < BATCH && is_dirty(s, end))
            end++;
        while (end - first < BATCH && first && is_dirty(s, first - 1))
            first--;
    }
    for (uint32_t place = first; place < end; place++) {
        struct page *p = &s->pages[s->trace->at[place]];
        p->dirty = false;
        p->used = p->used || s->pager;
    }
    s->counts.written += end - first;
    disk_move(s, first, end - first);
}

/* A pager learns how many pages to bring together from the last one of them. */
static void learn(struct sim *s, uint32_t page, bool used)
{
    if (!s->pages[page].probe)
        return;
    s->pages[page].probe = false;
    if (used && s->window <= s->ahead)
        s->window *= 2;
    if (!used && s->window > 1)
        s->window /= 2;
}

static void drop(struct sim *s, uint32_t page)
{
    struct page *p = &s->pages[page];
    if (p->probation)
        list_remove(s, page);
    else
        s->policy->forget(s, page);
    learn(s, page, false);
    p->in_core = p->dirty = p->used = p->probation = false;
    s->slot[p->slot] = NONE;
    s->free[s->free_count++] = p->slot;
    s->in_core--;
}

/* Pages that were read ahead and not used go first when there are many of them. */
static uint32_t choose(struct sim *s, uint32_t incoming)
{
    uint32_t waiting = s->lists[PROBATION].count, room = s->frames / 16;
    if (waiting == s->in_core || (waiting && waiting >= (room > s->ahead ? room : s->ahead)))
        return s->lists[PROBATION].first;
    uint32_t page = s->policy->victim(s, incoming);
    return page == NONE && waiting ? s->lists[PROBATION].first : page;
}

/* False: it had changed, and was written. */
static bool evict(struct sim *s, uint32_t incoming)
{
    uint32_t page = choose(s, incoming);
    if (page == NONE || !s->pages[page].in_core) {
        fprintf(stderr, "pagesim: %s chose a page that is not in core\n", s->policy->name);
        exit(2);
    }
    bool dirty = s->pages[page].dirty;
    if (dirty)
        clean(s, page);
    drop(s, page);
    s->counts.evicted++;
    return !dirty;
}

/* ---- in ---- */

/* The page gets a frame.  Nobody may choose it until it has arrived. */
static void bring(struct sim *s, uint32_t page)
{
    struct page *p = &s->pages[page];
    if (s->in_core == s->frames)
        evict(s, page);
    p->slot = s->free_count ? s->free[--s->free_count] : s->slots++;
    s->slot[p->slot] = page;
    p->in_core = p->probation = true;
    s->in_core++;
    s->counts.fetched++;
    if (!p->known)
        s->counts.first++;
    p->known = true;
}

static void arrive(struct sim *s, uint32_t page, bool ahead)
{
    struct page *p = &s->pages[page];
    p->used = !ahead || s->pager;
    p->probation = ahead;
    if (ahead)
        list_append(s, PROBATION, page);
    else
        s->policy->load(s, page);
}

/* The page behind these, if it is to be brought. */
static uint32_t page_behind(const struct sim *s, uint32_t place)
{
    uint32_t page = page_of_place(s, place);
    return page != NONE && !s->pages[page].in_core ? page : NONE;
}

/* All pages get their frames first, and arrive together. */
static uint32_t bring_as_pager(struct sim *s, uint32_t page)
{
    uint32_t place = s->trace->place[page], pages = 1, most = s->window;
    if (s->window == 1 && s->ahead && ++s->lonely >= LONELY) {
        s->lonely = 0;
        most = TRIES;
    }
    bring(s, page);
    for (; pages < most && page_behind(s, place + pages) != NONE; pages++) {
        bool full = s->in_core == s->frames;
        if (full && (pages >= s->frames / 2 || !evict(s, NONE)))
            break;
        bring(s, page_of_place(s, place + pages));
    }
    for (uint32_t i = 0; i < pages; i++)
        arrive(s, page_of_place(s, place + i), i > 0);
    s->pages[page_of_place(s, place + pages - 1)].probe = pages > 1;
    return pages;
}

static uint32_t bring_one_by_one(struct sim *s, uint32_t page)
{
    uint32_t place = s->trace->place[page], pages = 1;
    bring(s, page);
    arrive(s, page, false);
    for (; pages <= s->ahead && pages < s->frames / 2; pages++) {
        uint32_t next = page_behind(s, place + pages);
        if (next == NONE)
            break;
        bring(s, next);
        arrive(s, next, true);
    }
    return pages;
}

static void fault(struct sim *s, uint32_t page)
{
    s->counts.faults++;
    uint32_t pages = s->pager ? bring_as_pager(s, page) : bring_one_by_one(s, page);
    disk_move(s, s->trace->place[page], pages);
    s->counts.reads++;
}

/* Its first use makes a page that was read ahead an ordinary one. */
static void prove(struct sim *s, uint32_t page)
{
    list_remove(s, page);
    learn(s, page, true);
    s->pages[page].probation = false;
    s->policy->load(s, page);
}

static void use(struct sim *s, const struct reference *r)
{
    struct page *p = &s->pages[r->page];
    if (!p->in_core)
        fault(s, r->page);
    else if (p->probation)
        prove(s, r->page);
    /* A pager learns of a use from the first write only. */
    else if (s->policy->hit && (!s->pager || (r->write && !p->dirty)))
        s->policy->hit(s, r->page);
    p->used = true;
    p->dirty = p->dirty || r->write;
}

void sim_run(struct sim *s, const struct trace *t, const struct policy *policy, uint32_t frames)
{
    s->trace = t;
    s->policy = policy;
    s->frames = frames;
    s->pages = allocate(t->pages * sizeof *s->pages);
    s->slots = RESERVE;
    s->slot = allocate((frames + RESERVE + 1) * sizeof *s->slot);
    for (uint32_t i = 0; i <= frames + RESERVE; i++)
        s->slot[i] = NONE;
    s->free = allocate((frames + RESERVE + 1) * sizeof *s->free);
    s->head = NONE;
    s->window = s->ahead + 1;
    for (unsigned i = 0; i < LISTS; i++)
        s->lists[i] = (struct list){NONE, NONE, 0};
    if (policy->start)
        policy->start(s);
    for (s->now = 0; s->now < t->count; s->now++) {
        const struct reference *r = &t->references[s->now];
        if (!r->unmap)
            use(s, r);
        else if (s->unmap && s->pages[r->page].in_core)
            drop(s, r->page);
    }
    free(s->pages);
    free(s->slot);
    free(s->free);
    free(s->state);
}
