/* SPDX-License-Identifier: MIT */
/* OPT (Belady): the page whose next use is farthest away goes.  A heap of (next use, page), in
 * which entries of pages that were used since are left until they come up. */
#include "sim.h"

struct entry { uint32_t when, page; };

struct opt {
    uint32_t *next;             /* of each reference: when its page is used again, NONE: never */
    uint32_t *when;             /* of each page: when it is used next */
    struct entry *heap;
    uint32_t count;
};

/* An unmap ends the page: what comes after it is a new one. */
static void find_next(struct sim *s, struct opt *o)
{
    const struct trace *t = s->trace;
    uint32_t *last = allocate(t->pages * sizeof *last);
    for (uint32_t i = 0; i < t->pages; i++)
        last[i] = NONE;
    for (uint32_t i = t->count; i-- > 0;) {
        const struct reference *r = &t->references[i];
        o->next[i] = last[r->page];
        if (!r->unmap)
            last[r->page] = i;
        else if (s->unmap)
            last[r->page] = NONE;
    }
    __builtin_free(last);
}

static void opt_start(struct sim *s)
{
    const struct trace *t = s->trace;
    size_t next = t->count * sizeof(uint32_t), when = t->pages * sizeof(uint32_t);
    struct opt *o = s->state = allocate(sizeof *o + next + when + t->count * sizeof(struct entry));
    o->heap = (struct entry *)(o + 1);
    o->next = (uint32_t *)(o->heap + t->count);
    o->when = o->next + t->count;
    find_next(s, o);
}

static void push(struct opt *o, struct entry e)
{
    uint32_t i = o->count++;
    for (; i > 0 && o->heap[(i - 1) / 2].when < e.when; i = (i - 1) / 2)
        o->heap[i] = o->heap[(i - 1) / 2];
    o->heap[i] = e;
}

static void pop(struct opt *o)
{
    struct entry e = o->heap[--o->count];
    uint32_t i = 0;
    for (uint32_t child; (child = 2 * i + 1) < o->count; i = child) {
        if (child + 1 < o->count && o->heap[child + 1].when > o->heap[child].when)
            child++;
        if (o->heap[child].when <= e.when)
            break;
        o->heap[i] = o->heap[child];
    }
    o->heap[i] = e;
}

static void opt_use(struct sim *s, uint32_t page)
{
    struct opt *o = s->state;
    o->when[page] = o->next[s->now];
    push(o, (struct entry){o->when[page], page});
}

static uint32_t opt_victim(struct sim *s, uint32_t incoming)
{
    struct opt *o = s->state;
    (void)incoming;
    while (o->count && (!s->pages[o->heap[0].page].in_core ||
                        o->when[o->heap[0].page] != o->heap[0].when))
        pop(o);
    return o->count ? o->heap[0].page : NONE;
}

static void opt_forget(struct sim *s, uint32_t page)
{
    (void)s, (void)page;
}

const struct policy opt_policy = {
    "opt", "the best that can be: what is needed last goes first", true, opt_start, opt_use,
    opt_use, opt_victim, opt_forget};
