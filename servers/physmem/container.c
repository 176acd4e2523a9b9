/* SPDX-License-Identifier: MIT */
/* The tree of a container, and the operations that need one container only.  The hop before is
 * request.c; slot.c knows what a slot means.  A lookup takes four steps, a walk over a range skips
 * what is empty, and no function is recursive.
 *
 * All-or-nothing works in two passes: everything that can fail (holes, charges, nodes) comes before
 * the first slot changes.  Every used slot is charged one page to c->control. */
#include "container.h"

#include <hurd/assert.h>
#include <errno.h>
#include <string.h>

#include "stretch.h"

/* ---- the tree -------------------------------------------------------------------------------- */

/* Index in the node of this level; level 0 is the root. */
static unsigned slot_index(uint32_t page, unsigned level)
{
    return page >> (NODE_LEVELS - 1 - level) * NODE_LOG2 & (NODE_SLOTS - 1);
}

/* The first page behind what a slot of this level covers. */
static uint32_t slot_end(uint32_t page, unsigned level)
{
    return (page | ((1u << (NODE_LEVELS - 1 - level) * NODE_LOG2) - 1)) + 1;
}

/* Returns the page's slot, or NULL: then no node holds one, and *level is the level at which the
 * node for it is missing. */
slot_t *container_walk(struct container *c, uint32_t page, unsigned *level)
{
    struct node *node = c->root;
    *level = 0;
    if (!node)
        return NULL;
    while (*level < NODE_LEVELS - 1) {
        node = (struct node *) node->slot[slot_index(page, *level)];
        if (!node)
            return NULL;
        ++*level;
    }
    c->leaf = node;
    c->leaf_number = page >> NODE_LOG2;
    return &node->slot[slot_index(page, *level)];
}

#define SLOTS_AT_ONCE   8u          /* most nodes are full or empty: looks at so many together */

static bool slots_empty(const slot_t *s)
{
    return !(s[0] | s[1] | s[2] | s[3] | s[4] | s[5] | s[6] | s[7]);
}

/* The first slot from `i` on that is not 0; `end` or more: there is none before `end`. */
static unsigned node_next(const struct node *node, unsigned i, unsigned end)
{
    for (; i % SLOTS_AT_ONCE && i < end; i++)
        if (node->slot[i])
            return i;
    while (i < end && slots_empty(&node->slot[i]))
        i += SLOTS_AT_ONCE;
    while (i < end && !node->slot[i])
        i++;
    return i;
}

/* The deepest node on the way to the page, and its level. */
static struct node *node_near(struct container *c, uint32_t page, unsigned *level)
{
    struct node *node = c->root, *below;
    *level = 0;
    while (*level < NODE_LEVELS - 1
           && (below = (struct node *) node->slot[slot_index(page, *level)])) {
        node = below;
        ++*level;
    }
    return node;
}

/* A node's empty slots are skipped one by one, without a new walk for each. */
uint32_t container_search(struct container *c, uint32_t page, uint32_t end)
{
    unsigned level = NODE_LEVELS - 1;
    while (page < end && c->root) {
        struct node *node = c->leaf && c->leaf_number == page >> NODE_LOG2
                            ? c->leaf : node_near(c, page, &level);
        unsigned i = slot_index(page, level), stop = NODE_SLOTS;
        if (level == NODE_LEVELS - 1 && end - page < stop - i)
            stop = i + (end - page);
        unsigned next = node_next(node, i, stop), shift = (NODE_LEVELS - 1 - level) * NODE_LOG2;
        if (next != i)
            page = ((page >> shift) + (next - i)) << shift;
        if (level == NODE_LEVELS - 1 && next < stop) {
            c->leaf = node;
            c->leaf_number = page >> NODE_LOG2;
            return page;
        }
        level = NODE_LEVELS - 1;
    }
    return end;
}

/* As container_next(), but it skips pages on disk: these are not charged. */
static uint32_t next_charged(struct container *c, uint32_t page, uint32_t end)
{
    while ((page = container_next(c, page, end)) < end && c->swapped
           && slot_swapped(*container_slot(c, page)))
        page++;
    return page;
}

uint32_t container_count(struct container *c, uint32_t start, uint32_t count)
{
    uint32_t n = 0, end = start + count, row;
    for (uint32_t p = start; (p = container_next_any(c, p, end)) < end; p += row) {
        const slot_t *slot = container_row(c, p, end - p, &row);
        for (uint32_t i = 0; i < row; i++)
            n += slot_charged(slot[i]);
    }
    return n;
}

uint32_t container_swapped(struct container *c, uint32_t start, uint32_t count)
{
    uint32_t n = 0, end = start + count, row;
    for (uint32_t p = start; c->swapped && (p = container_next_any(c, p, end)) < end; p += row) {
        const slot_t *slot = container_row(c, p, end - p, &row);
        for (uint32_t i = 0; i < row; i++)
            n += slot_swapped(slot[i]);
    }
    return n;
}

static struct node *node_make(struct container *c)
{
    struct node *node = control_alloc(c->control, sizeof *node);
    if (node)
        memset(node, 0, sizeof *node);
    return node;
}

/* Makes the leaf of a page, and the nodes above it.  Returns false if memory is out; the nodes that
 * it has made stay. */
static bool leaf_make(struct container *c, uint32_t page)
{
    if (!c->root && !(c->root = node_make(c)))
        return false;
    struct node *node = c->root;
    for (unsigned level = 0; level < NODE_LEVELS - 1; level++) {
        slot_t *slot = &node->slot[slot_index(page, level)];
        if (!*slot && !(*slot = (slot_t) node_make(c)))
            return false;
        node = (struct node *) *slot;
    }
    return true;
}

uint32_t container_make_nodes(struct container *c, uint32_t start, uint32_t count)
{
    uint32_t end = start + count;
    for (uint32_t page = start; page < end; page = slot_end(page, NODE_LEVELS - 2))
        if (!leaf_make(c, page))
            return page - start;
    return count;
}

static bool node_empty(const struct node *node)
{
    for (unsigned i = 0; i < NODE_SLOTS; i += SLOTS_AT_ONCE)
        if (!slots_empty(&node->slot[i]))
            return false;
    return true;
}

/* Drops the nodes on the way to this page that hold nothing, from below. */
static void path_prune(struct container *c, uint32_t page)
{
    slot_t *way[NODE_LEVELS - 1];           /* the slot that names the node below */
    struct node *node = c->root;
    unsigned depth = 0;
    for (; depth < NODE_LEVELS - 1; depth++) {
        way[depth] = &node->slot[slot_index(page, depth)];
        if (!*way[depth])
            break;
        node = (struct node *) *way[depth];
    }
    while (node_empty(node)) {
        c->leaf = NULL;
        slab_free(node, sizeof *node);
        if (depth == 0) {
            c->root = NULL;
            return;
        }
        *way[--depth] = SLOT_HOLE;
        node = depth ? (struct node *) *way[depth - 1] : c->root;
    }
}

/* The page behind this one from which on a node may stand.  `node`, at this level, is the deepest
 * one on the way to it. */
static uint32_t prune_next(const struct node *node, uint32_t page, unsigned level)
{
    if (level == NODE_LEVELS - 1)
        return slot_end(page, NODE_LEVELS - 2);
    unsigned i = slot_index(page, level), shift = (NODE_LEVELS - 1 - level) * NODE_LOG2;
    unsigned next = node_next(node, i + 1, NODE_SLOTS);
    return ((page >> shift) + ((next < NODE_SLOTS ? next : NODE_SLOTS) - i)) << shift;
}

/* Each step skips the whole part of the tree that is missing, so an empty gigabyte costs little. */
void container_prune(struct container *c, uint32_t start, uint32_t count)
{
    uint32_t end = start + count, next;
    for (uint32_t page = start; page < end && c->root; page = next) {
        unsigned level;
        const struct node *node = node_near(c, page, &level);
        next = prune_next(node, page, level);
        path_prune(c, page);
    }
}

/* ---- birth and death ------------------------------------------------------------------------- */

int container_create(struct control *control, unsigned task, bool wired,
                     struct container **container)
{
    if (control_dying(control))
        return EBUSY;
    struct container *c = control_alloc(control, sizeof *c);
    if (!c)
        return ENOMEM;
    memset(c, 0, sizeof *c);
    hurd_cap_object_init(&c->object, &container_class);
    c->control = control;
    c->task = task;
    c->wired = wired;
    hurd_cap_object_keep(&control->object);
    control->count++;
    c->next = control->containers;
    c->link = &control->containers;
    if (c->next)
        c->next->link = &c->next;
    control->containers = c;
    *container = c;
    return 0;
}

static uint32_t range_clear(struct container *c, uint32_t start, uint32_t count);

void container_forget(struct container *c)
{
    if (container_held(c))
        account_unpin(c);
    hurd_cap_object_revoke(&c->object);
}

void container_destroy(struct container *c)
{
    struct control *control = c->control;
    container_forget(c);
    range_clear(c, 0, PAGES_MAX);
    bury_forget(c);
    unsteady_forget(c);
    assert(!c->root && *c->link == c);
    assert_is(c->pages + c->swapped + c->residues + c->pins + c->locks, ==, 0);
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
    control->count--;
    slab_free(c, sizeof *c);
    hurd_cap_object_drop(&control->object);
}

void container_unreferenced(struct hurd_cap_object *object)
{
    container_doom((struct container *) object);
}

/* ---- wired pages ----------------------------------------------------------------------------- */

bool container_may_wire(const struct container *c, const struct account *account, uint32_t pages)
{
    uint32_t share = c->control->guarantee / WIRED_SHARE,
             most = share > WIRED_MAX ? share : WIRED_MAX;
    return pages <= most && account->wired <= most - pages;
}

int container_wire(struct container *c, uint32_t pages)
{
    struct account *account = account_of(c->task);
    if (!account)
        return ENOMEM;
    if (!container_may_wire(c, account, pages))
        return EAGAIN;
    account->wired += pages;
    c->pins += pages;
    return 0;
}

void container_unwire(struct container *c, uint32_t pages)
{
    if (pages)
        account_of(c->task)->wired -= pages;    /* exists: container_wire() found it */
    assert_is(pages, <=, c->pins);
    c->pins -= pages;
}

void container_orphan(struct container *c)
{
    assert_is(c->pages, <=, c->pins);
    c->wired = false;
    c->pins -= c->pages;
    for (uint32_t page = 0; (page = container_next(c, page, PAGES_MAX)) < PAGES_MAX; page++)
        *frame_find(slot_frame(*container_slot(c, page))) -= FRAME_PIN;
}

bool container_busy(struct container *c, uint32_t start, uint32_t count)
{
    uint32_t end = start + count, own = c->wired;
    if (!(c->pinned_parts & container_parts(start, count)))
        return false;
    for (uint32_t p = start; (p = container_next(c, p, end)) < end; p++)
        if (slot_pins(*container_slot(c, p)) > own)
            return true;
    return false;
}

/* Binds the pages of a wired container, which were just made or replaced. */
static void range_wire(struct container *c, uint32_t start, uint32_t count)
{
    for (uint32_t page = start; page < start + count; page++) {
        slot_t *slot = container_slot(c, page);
        if (slot_bind(slot))                    /* it was charged: there is a frame */
            *frame_find(slot_frame(*slot)) += FRAME_PIN;
        else
            container_unwire(c, 1);
    }
}

/* ---- allocate -------------------------------------------------------------------------------- */

uint32_t container_affordable(struct container *c, uint32_t start, uint32_t count, uint32_t holes)
{
    uint32_t end = start + count, page = start;
    while (page < end) {
        uint32_t used = next_charged(c, page, end);
        if (used - page > holes)
            return page + holes - start;
        holes -= used - page;
        page = used < end ? used + 1 : end;
    }
    return count;
}

uint32_t container_holes_left(const struct container *c, bool extra)
{
    uint32_t room;
    if (!extra)
        return control_unused(c->control);
    room = extra_room();
    return room < control_extra_left(c->control) ? room : control_extra_left(c->control);
}

/* How many pages of the range can be used; a range of holes is not looked at page by page. */
static uint32_t affordable(struct container *c, uint32_t start, uint32_t count, bool holes,
                           bool extra)
{
    uint32_t left = container_holes_left(c, extra);
    if (!holes)
        return container_affordable(c, start, count, left);
    return count < left ? count : left;
}

/* The first pass: everything that can fail.  Post: the caller can commit *count pages, of which
 * *holes are holes and charged now.  After an error *count may be smaller than it was: with PARTIAL
 * the caller commits these pages, else it uncharges them. */
static int allocate_prepare(struct container *c, uint32_t start, uint32_t *count,
                            uint32_t *holes, bool squash, bool extra)
{
    int err = 0;
    uint32_t used = container_next(c, start, start + *count), possible;
    if (!squash && used < start + *count) {
        *count = used - start;
        err = EEXIST;
    }
    const bool empty = used >= start + *count;
    possible = affordable(c, start, *count, empty, extra);
    if (possible < *count) {
        *count = possible;
        err = ENOMEM;
    }
    uint32_t made = container_make_nodes(c, start, *count);
    if (made < *count) {
        *count = made;
        err = ENOMEM;
    }
    /* The nodes may have taken from the same guarantee. */
    possible = affordable(c, start, *count, empty, extra);
    if (possible < *count) {
        *count = possible;
        err = ENOMEM;
    }
    *holes = empty ? *count : *count - container_count(c, start, *count);
    if (!(extra ? control_charge_extra : control_charge)(c->control, *holes)) {
        *count = *holes = 0;
        err = ENOMEM;
    }
    return err;
}

int container_check(struct container *c, uint32_t start, uint32_t count, bool squash,
                    uint32_t *holes)
{
    if (squash && container_busy(c, start, count))
        return EBUSY;
    if (!squash && container_next(c, start, start + count) < start + count)
        return EEXIST;
    if (container_make_nodes(c, start, count) < count)
        return ENOMEM;
    *holes += count - container_count(c, start, count);
    return 0;
}

static void page_promise(struct container *c, slot_t *slot, bool extra, struct slot_sweeps *sweeps)
{
    if (slot_residue(*slot))
        residue_clear(c, slot);
    bool kind = slot_charged(*slot) ? slot_extra(*slot) : extra;
    assert_is(slot_swapped(*slot), <=, c->swapped);
    c->swapped -= slot_swapped(*slot);
    if (c->wired && slot_pins(*slot))           /* its new frame gets the pin (range_wire) */
        *frame_find(slot_frame(*slot)) &= ~FRAME_PINS;
    slot_release(*slot, &c->control->swap, sweeps);
    *slot = SLOT_LAZY | (kind ? SLOT_EXTRA : 0);
}

/* Promises each page of the range anew.  A page that is charged keeps its kind, extra or not; a
 * hole becomes an extra page if `extra`. */
static void range_promise(struct container *c, uint32_t start, uint32_t count, bool extra)
{
    struct slot_sweeps sweeps;
    slot_sweeps_begin(&sweeps);
    for (uint32_t n, at = 0; at < count; at += n) {
        slot_t *slot = container_row(c, start + at, count - at, &n);
        for (uint32_t i = 0; i < n; i++, slot++) {
            if (*slot == SLOT_HOLE)
                *slot = SLOT_LAZY | (extra ? SLOT_EXTRA : 0);
            else
                page_promise(c, slot, extra, &sweeps);
        }
    }
    slot_sweeps_end(&sweeps);
}

static int allocate(struct container *c, uint32_t start, uint32_t count, bool squash, bool partial,
                    bool extra, uint32_t *done)
{
    uint32_t possible = count, holes;
    *done = 0;
    if (squash && container_busy(c, start, count))
        return EBUSY;
    if (ledger.extra && !extra)
        extra_make_room(control_claims(c->control, count));
    int err = allocate_prepare(c, start, &possible, &holes, squash, extra);
    if (!err && c->wired)
        err = container_wire(c, holes);
    if (err && (!partial || c->wired)) {        /* wired pages come all or not at all */
        (extra ? control_uncharge_extra : control_uncharge)(c->control, holes);
        container_prune(c, start, count);
        return err;
    }
    range_promise(c, start, possible, extra);
    c->pages += holes;
    if (extra)
        container_note_extra(c, start, possible, holes);
    if (c->wired)
        range_wire(c, start, possible);
    if (err)
        container_prune(c, start, count);
    *done = possible;
    return err;
}

int container_allocate(struct container *c, uint32_t start, uint32_t count, bool squash,
                       bool partial, uint32_t *done)
{
    return allocate(c, start, count, squash, partial, false, done);
}

int container_allocate_extra(struct container *c, uint32_t start, uint32_t count, bool squash,
                             bool partial, uint32_t *done)
{
    *done = 0;
    return c->wired ? EINVAL : allocate(c, start, count, squash, partial, true, done);
}

/* The commonest case, a first touch: allocates one page and binds it at once.  The leaf exists, so
 * nothing can fail but the two tests at the start. */
slot_t *container_allocate_one(struct container *c, uint32_t page)
{
    slot_t *slot = c->wired ? NULL : container_slot(c, page);
    if (!slot || *slot || !control_charge(c->control, 1))
        return NULL;
    paddr_t pa = frame_alloc(0);            /* it was charged: there is a frame */
    if (pa)
        memset(phys_pointer(pa), 0, PAGE_SIZE);
    *slot = pa ? slot_of_frame(pa) : SLOT_LAZY;
    c->pages++;
    return slot;
}

/* ---- deallocate and the like ----------------------------------------------------------------- */

/* What the pages were that went. */
struct cleared {
    uint32_t pages, extra, swapped, pins;
};

static void page_clear(struct container *c, slot_t *slot, struct cleared *sum,
                       struct slot_sweeps *sweeps)
{
    if (slot_residue(*slot)) {
        residue_clear(c, slot);
        return;
    }
    if (c->pins && slot_pins(*slot)) {          /* wired: whatever else was pinned is not here */
        sum->pins += slot_pins(*slot);
        *frame_find(slot_frame(*slot)) &= ~FRAME_PINS;
    }
    sum->extra += slot_extra(*slot);
    sum->swapped += slot_swapped(*slot);
    slot_release(*slot, &c->control->swap, sweeps);
    *slot = SLOT_HOLE;
    sum->pages++;
}

/* Most pages go by slot_release_alone(), which asks nothing that page_clear() must. */
static uint32_t range_clear(struct container *c, uint32_t start, uint32_t count)
{
    struct cleared sum = { 0 };
    struct slot_sweeps sweeps;
    uint32_t end = start + count, n;
    slot_sweeps_begin(&sweeps);
    for (uint32_t page = start; (page = container_next_any(c, page, end)) < end; page += n) {
        slot_t *slot = container_row(c, page, end - page, &n);
        for (uint32_t i = 0; i < n; i++, slot++) {
            if (slot_release_alone(*slot, &sweeps)) {
                *slot = SLOT_HOLE;
                sum.pages++;
            } else if (*slot) {
                page_clear(c, slot, &sum, &sweeps);
            }
        }
    }
    slot_sweeps_end(&sweeps);
    container_prune(c, start, count);
    container_unwire(c, sum.pins);
    container_uncharge(c, sum.pages - sum.swapped - sum.extra, sum.extra);
    c->swapped -= sum.swapped;
    return sum.pages;
}

int container_deallocate(struct container *c, uint32_t start, uint32_t count, uint32_t *done)
{
    *done = 0;
    if (container_busy(c, start, count))
        return EBUSY;
    *done = range_clear(c, start, count);
    return 0;
}

void container_release(struct container *c, uint32_t start, uint32_t count, uint32_t *done)
{
    uint32_t end = start + count;
    struct slot_sweeps sweeps;
    slot_sweeps_begin(&sweeps);
    *done = 0;
    for (uint32_t page = start; (page = container_next(c, page, end)) < end; page++) {
        slot_t *slot = container_slot(c, page);
        ++*done;
        if (!slot_shared(*slot) || slot_pins(*slot))
            continue;
        slot_release(*slot, &c->control->swap, &sweeps);
        *slot = SLOT_LAZY | (*slot & SLOT_EXTRA);
    }
    slot_sweeps_end(&sweeps);
}

void container_unmap(struct container *c, uint32_t start, uint32_t count)
{
    uint32_t end = start + count;
    struct sweep s;
    sweep_begin(&s, RIGHTS_ALL, false);
    for (uint32_t page = start; (page = container_next(c, page, end)) < end; page++) {
        slot_t slot = *container_slot(c, page);
        if (slot_bound(slot) && !slot_pins(slot))
            sweep_add(&s, slot_frame(slot));
    }
    sweep_end(&s);
}

/* ---- boot images ----------------------------------------------------------------------------- */

int container_adopt(struct container *c, uint32_t start, paddr_t base, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        paddr_t pa = base + (i << PAGE_LOG2);
        if (container_make_nodes(c, start + i, 1) == 0)
            return ENOMEM;
        if (*container_slot(c, start + i))
            return EEXIST;
        if (!frame_adopt(pa))
            return EINVAL;
        control_adopt(c->control, 1);
        control_charge(c->control, 1);
        *container_slot(c, start + i) = slot_of_frame(pa);
        c->pages++;
    }
    return 0;
}
