/* SPDX-License-Identifier: MIT */
/* The tree of memory control capabilities.  Depth and breadth are the users' choice, so nothing
 * here is recursive. Invariants: used <= guarantee; the sum of all guarantees and books is
 * ledger.guaranteed; a control lives as long as a capability, a container, a child or an account
 * needs it.  What is left of its records when it goes (groups that others still share) is its
 * parent's, which gets its frames. */
#include "control.h"

#include <hurd/assert.h>
#include <errno.h>
#include <string.h>

#include "container.h"
#include "stretch.h"
#include "swap.h"

/* Books: a page, and twice what a dense container takes for each page. */
#define BOOKS_MIN           1u
#define BOOKS_PAGE          (2u * sizeof(slot_t))
#define FOLDS               16u     /* at once, of a control and those above it */
#define FOLD_RECORDS        512u    /* pages of records that go up at once: 20,000 instructions */
#define RESERVE             16u     /* frames in no guarantee: for the server's arrays */

struct control *control_root, *control_all;

/* ---- charging -------------------------------------------------------------------------------- */

uint32_t control_used(const struct control *c)
{
    return c->pages + (c->meta.pages > c->books ? c->meta.pages - c->books : 0);
}

uint32_t control_unused(const struct control *c)
{
    uint32_t used = control_used(c);
    return used < c->guarantee ? c->guarantee - used : 0;
}

bool control_charge(struct control *c, uint32_t pages)
{
    if (pages > control_unused(c))
        return false;
    if (ledger.extra)
        extra_make_room(pages);
    c->pages += pages;
    ledger.promised += pages;
    return true;
}

void control_uncharge(struct control *c, uint32_t pages)
{
    c->pages -= pages;
    ledger.promised -= pages;
    assert_is(c->pages, <=, ledger.promised);
}

void *control_alloc(struct control *c, size_t bytes)
{
    if (bytes > SLAB_BLOCK_MAX)
        return NULL;
    void *block = slab_take(&c->meta, bytes);
    if (block || (c->meta.pages >= c->books && !control_unused(c)))
        return block;
    extra_make_room(1);
    return slab_grow(&c->meta) ? slab_take(&c->meta, bytes) : NULL;
}

void control_adopt(struct control *c, uint32_t frames)
{
    c->guarantee += frames;
    c->parent->split += frames;
    ledger.guaranteed += frames;
    control_grow(c, 0);             /* books for them, while the parent has any */
}

/* ---- birth ----------------------------------------------------------------------------------- */

static uint64_t books_of(uint32_t frames)
{
    return BOOKS_MIN + (((uint64_t) frames * BOOKS_PAGE + PAGE_MASK) >> PAGE_LOG2);
}

uint32_t control_most(uint32_t frames)
{
    uint64_t books = books_of(frames);
    uint32_t most = books < frames ? frames - books : 0;
    while (most && most + 1 + books_of(most + 1) <= frames)
        most++;
    return most;
}

static void control_enlist(struct control *c, struct control *parent, unsigned task)
{
    memset(c, 0, sizeof *c);
    hurd_cap_object_init(&c->object, &control_class);
    c->parent = parent;
    c->task = task;
    c->all_next = control_all;
    c->all_link = &control_all;
    if (c->all_next)
        c->all_next->all_link = &c->all_next;
    control_all = c;
}

bool control_init(void)
{
    control_root = slab_own_alloc(sizeof *control_root);
    if (!control_root || ledger.free <= RESERVE)
        return false;
    control_enlist(control_root, NULL, 0);
    hurd_cap_object_keep(&control_root->object);
    control_root->guarantee = ledger.free - RESERVE;
    ledger.guaranteed = control_root->guarantee;
    return true;
}

/* A child gets as large a part of the parent's unused pages on disk as of its unused frames. */
static uint32_t quota_share(const struct control *parent, uint32_t price)
{
    uint32_t unused = control_unused(parent);
    uint32_t left = swap_quota_left(&parent->swap);
    return unused ? (uint64_t) left * price / unused : 0;
}

bool control_quota(struct control *parent, struct control *child, uint32_t pages)
{
    if (pages > child->swap.quota && pages - child->swap.quota > swap_quota_left(&parent->swap))
        return false;
    parent->swap.quota += child->swap.quota - pages;
    child->swap.quota = pages;
    return true;
}

int control_split(struct control *parent, uint32_t frames, unsigned task, struct control **child)
{
    if (control_dying(parent))
        return EBUSY;
    struct control *c = control_alloc(parent, sizeof *c);
    if (!c)
        return ENOMEM;
    uint64_t price = frames + books_of(frames);
    if (price > control_unused(parent)) {
        slab_free(c, sizeof *c);
        return ENOMEM;
    }
    assert_is(price, <=, parent->guarantee);
    control_enlist(c, parent, task);
    c->guarantee = frames;
    c->books = books_of(frames);
    c->swap.quota = quota_share(parent, price);
    parent->swap.quota -= c->swap.quota;
    parent->guarantee -= price;
    parent->split += frames;
    hurd_cap_object_keep(&parent->object);
    c->next = parent->children;
    c->link = &parent->children;
    if (c->next)
        c->next->link = &c->next;
    parent->children = c;
    *child = c;
    return 0;
}

/* What `from` has left pays for them.  false: too little. */
static bool frames_move(struct control *from, struct control *to, uint32_t frames)
{
    uint32_t unused = control_unused(from);
    uint64_t books = books_of(to->guarantee + (frames < unused ? frames : unused));
    if (books < to->books)
        books = to->books;
    uint64_t price = frames + books - to->books;
    if (price > unused)
        return false;
    uint32_t quota = quota_share(from, price);
    from->swap.quota -= quota;
    to->swap.quota += quota;
    from->guarantee -= price;
    to->guarantee += frames;
    to->books = books;
    to->parent->split += frames;
    for (struct control *c = to->parent; c != from; c = c->parent)
        c->parent->split += price;      /* so much will be c's when `to` has gone */
    return true;
}

bool control_grow(struct control *c, uint32_t frames)
{
    return frames_move(c->parent, c, frames);
}

int control_pass(struct control *from, struct control *to, uint32_t frames)
{
    if (control_dying(to))
        return EBUSY;
    return frames_move(from, to, frames) ? 0 : ENOMEM;
}

/* The books stay as they were: records may lie in them. */
void control_give_back(struct control *c, uint32_t frames)
{
    assert_is(frames, <=, control_unused(c));
    c->guarantee -= frames;
    c->parent->split -= frames;
    c->parent->guarantee += frames;
}

/* ---- death ----------------------------------------------------------------------------------- */

static void control_unlink(struct control *c)
{
    assert(*c->link == c && *c->all_link == c);
    policy_forget(c);
    unsteady_forget_control(c);
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
    *c->all_link = c->all_next;
    if (c->all_next)
        c->all_next->all_link = c->all_link;
}

/* The parent takes over the control's records, a frame of the control's with each page of them:
 * *most pages at most.  Returns false if some are left. */
static bool records_move_up(struct control *c, uint32_t *most)
{
    struct control *parent = c->parent;
    const uint32_t moved = slab_move(&c->meta, &parent->meta, *most);
    const uint32_t promised = moved < c->guarantee ? moved : c->guarantee;
    c->guarantee -= promised;
    c->books -= moved - promised;
    parent->split -= promised;
    parent->guarantee += moved;
    *most -= moved;
    return c->meta.pages == 0;
}

/* Folds c.  If c was the last thing that kept its parent, the parent folds as well, and so on up;
 * the rest of a long chain folds later, and so does a control with many records. */
void control_fold(struct control *c)
{
    uint32_t records = FOLD_RECORDS;
    for (unsigned n = 0; n < FOLDS; n++) {
        struct control *parent = c->parent;
        assert(parent && !c->containers && !c->children && !c->object.caps);
        assert_is(c->pages + c->extra + c->swap.used + c->homes, ==, 0);
        control_fold_now(c);
        if (!records_move_up(c, &records))
            break;
        control_unlink(c);
        parent->split -= c->guarantee;
        parent->guarantee += c->guarantee + c->books;
        parent->swap.quota += c->swap.quota;
        slab_free(c, sizeof *c);
        if (--parent->object.strong)
            return;
        c = parent;
    }
    control_fold_later(c);
}

void control_unreferenced(struct hurd_cap_object *object)
{
    control_fold((struct control *) object);
}

/* Returns the control behind c, in an order in which parents come before their children; NULL if c
 * is the last. */
static struct control *control_after(struct control *c, const struct control *top)
{
    if (c->children)
        return c->children;
    while (c != top && !c->next)
        c = c->parent;
    return c == top ? NULL : c->next;
}

uint32_t control_weight(struct control *top, uint32_t enough)
{
    uint32_t weight = 0;
    for (struct control *c = top; c && weight <= enough; c = control_after(c, top)) {
        weight += c->condemned ? enough + 1 : 1;
        for (const struct container *k = c->containers; k && weight <= enough; k = k->next)
            weight += k->doomed ? enough + 1 : container_weight(k);
    }
    return weight;
}

/* Takes c away from all clients, and dooms its containers. */
static void control_evacuate(struct control *c)
{
    for (struct container *k = c->containers, *next; k; k = next) {
        next = k->next;
        if (!k->doomed)
            container_doom(k);
    }
    hurd_cap_object_disown(&c->object);
    account_evict(c);
}

bool control_contains(const struct control *top, const struct control *wanted)
{
    while (wanted && wanted != top)
        wanted = wanted->parent;
    return wanted;
}

/* Keeps all controls until it has evacuated the last one.  Then each one goes as soon as nothing
 * else needs it.  Parents come first, because their children keep them. */
void control_destroy(struct control *top)
{
    struct control *next;
    for (struct control *c = top; c; c = c->next_dying) {
        hurd_cap_object_keep(&c->object);
        c->next_dying = control_after(c, top);
    }
    for (struct control *c = top; c; c = c->next_dying)
        control_evacuate(c);
    for (struct control *c = top; c; c = next) {
        next = c->next_dying;
        hurd_cap_object_drop(&c->object);
    }
}
