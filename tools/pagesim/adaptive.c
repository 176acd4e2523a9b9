/* SPDX-License-Identifier: MIT */
/* Policies that remember pages which have gone: 2Q (Johnson, Shasha 1994) and ARC (Megiddo, Modha
 * 2003). */
#include "sim.h"

/* ---- 2Q: a page that comes for the first time goes through a short queue, a quarter of the
 * frames.  A page that comes again soon after that, while it is remembered, is kept ---- */

enum { NEW = 0, MAIN = 1, PAGER_GHOSTS = 512 };

struct ghost { uint32_t page, left; };

struct twoq {
    uint32_t departures;
    struct ghost ghost[];       /* by page, or in a pager by a hash of its place */
};

static void twoq_start(struct sim *s)
{
    uint32_t n = s->pager ? PAGER_GHOSTS : s->trace->pages;
    struct twoq *q = s->state = allocate(sizeof *q + n * sizeof(struct ghost));
    for (uint32_t i = 0; i < n; i++)
        q->ghost[i].page = NONE;
}

static struct ghost *ghost_of(struct sim *s, uint32_t page)
{
    struct twoq *q = s->state;
    return &q->ghost[s->pager ? s->trace->place[page] % PAGER_GHOSTS : page];
}

/* The frames' half is remembered; a pager has only so much room, and 12 bits for a departure. */
static bool is_remembered(struct sim *s, uint32_t page)
{
    struct twoq *q = s->state;
    struct ghost *g = ghost_of(s, page);
    uint32_t room = s->frames / 2, ago = q->departures - g->left;
    if (s->pager) {
        room = room < PAGER_GHOSTS ? room : PAGER_GHOSTS;
        ago &= 0xfff;
    }
    return g->page == page && ago < room;
}

static void twoq_load(struct sim *s, uint32_t page)
{
    list_append(s, is_remembered(s, page) ? MAIN : NEW, page);
}

static void twoq_hit(struct sim *s, uint32_t page)
{
    if (s->pager || s->pages[page].list != MAIN)
        return;
    list_remove(s, page);
    list_append(s, MAIN, page);
}

static uint32_t twoq_victim(struct sim *s, uint32_t incoming)
{
    struct twoq *q = s->state;
    uint32_t quarter = s->frames / 4 ? s->frames / 4 : 1;
    (void)incoming;
    if (s->lists[NEW].count <= quarter && s->lists[MAIN].count)
        return s->pager ? list_turn(s, MAIN) : s->lists[MAIN].first;
    uint32_t page = s->lists[NEW].first;
    q->departures++;
    *ghost_of(s, page) = (struct ghost){page, q->departures};
    return page;
}

const struct policy twoq_policy = {
    "2q", "worth keeping is what comes twice", false, twoq_start, twoq_load, twoq_hit, twoq_victim,
    list_remove};

/* ---- ARC: pages seen once and pages seen twice, and a boundary that moves towards those of which
 * one that has gone is wanted back ---- */

enum { ONCE = 0, TWICE = 1, ONCE_GONE = 2, TWICE_GONE = 3 };

/* The lists of those that have gone use the same links: such pages are on no other list. */
struct arc {
    uint32_t goal;              /* of the pages seen once */
    bool gone[];                /* of each page: it is on one of the two lists of the gone */
};

static void arc_start(struct sim *s)
{
    s->state = allocate(sizeof(struct arc) + s->trace->pages * sizeof(bool));
}

static void gone_remove(struct sim *s, uint32_t page)
{
    struct arc *a = s->state;
    list_remove(s, page);
    a->gone[page] = false;
}

static void arc_adapt(struct sim *s, uint32_t page)
{
    struct arc *a = s->state;
    uint32_t once = s->lists[ONCE_GONE].count, twice = s->lists[TWICE_GONE].count;
    if (s->pages[page].list == ONCE_GONE) {
        uint32_t step = once >= twice ? 1 : twice / once;
        a->goal = a->goal + step > s->frames ? s->frames : a->goal + step;
    } else {
        uint32_t step = twice >= once ? 1 : once / twice;
        a->goal = a->goal < step ? 0 : a->goal - step;
    }
}

/* Before a fault takes a frame: the boundary moves, and what is remembered is kept in bounds. */
static uint32_t arc_victim(struct sim *s, uint32_t incoming)
{
    struct arc *a = s->state;
    bool known = a->gone[incoming], was_twice = known && s->pages[incoming].list == TWICE_GONE;
    if (known)
        arc_adapt(s, incoming);
    uint32_t once = s->lists[ONCE].count;
    if (once && (once > a->goal || (was_twice && once == a->goal) || !s->lists[TWICE].count))
        return s->lists[ONCE].first;
    return s->lists[TWICE].first;
}

static void arc_bound(struct sim *s)
{
    struct list *l = s->lists;
    while (l[ONCE].count + l[ONCE_GONE].count > s->frames && l[ONCE_GONE].count)
        gone_remove(s, l[ONCE_GONE].first);
    while (l[ONCE].count + l[TWICE].count + l[ONCE_GONE].count + l[TWICE_GONE].count >
               2 * s->frames && l[TWICE_GONE].count)
        gone_remove(s, l[TWICE_GONE].first);
}

static void arc_load(struct sim *s, uint32_t page)
{
    struct arc *a = s->state;
    bool known = a->gone[page];
    if (known)
        gone_remove(s, page);
    list_append(s, known ? TWICE : ONCE, page);
    arc_bound(s);
}

static void arc_hit(struct sim *s, uint32_t page)
{
    list_remove(s, page);
    list_append(s, TWICE, page);
}

static void arc_forget(struct sim *s, uint32_t page)
{
    struct arc *a = s->state;
    unsigned list = s->pages[page].list == ONCE ? ONCE_GONE : TWICE_GONE;
    list_remove(s, page);
    list_append(s, list, page);
    a->gone[page] = true;
}

const struct policy arc_policy = {
    "arc", "once or twice used, with a boundary that learns", true, arc_start, arc_load, arc_hit,
    arc_victim, arc_forget};
