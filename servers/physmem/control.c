/* SPDX-License-Identifier: MIT */
/* The tree of memory control capabilities.  Depth and breadth are the users' choice, so nothing
 * here is recursive. Invariants: used <= guarantee; the sum of all guarantees is ledger.guaranteed;
 * a control lives as long as a capability, a container or a child of it does. */
#include "control.h"

#include <errno.h>
#include <string.h>

#include "container.h"
#include "slab.h"

/* Bytes of bookkeeping that come with a control, and with each frame it guarantees: twice what a
 * dense container takes. */
#define ALLOWANCE           (256u * sizeof(slot_t))
#define ALLOWANCE_PAGE      (2u * sizeof(slot_t))
#define RESERVE_MIN         8u      /* frames that are in nobody's guarantee, ... */
#define RESERVE_SHARE       64u     /* ... and one in so many */
#define CONTROLS_PER_FRAME  2u      /* controls that the reserve is good for */
#define CONTROLS_TASK_MIN   8u      /* one task may split off so many, or a quarter of all */
#define BOOT_TASKS          513u    /* ids below are not limited */

struct control *control_root, *control_all;

static uint32_t control_count, control_limit;

/* ---- charging ----------------------------------------------------------------------------------
 * */

uint32_t control_used(const struct control *c)
{
    return c->pages + c->meta_frames;
}

uint32_t control_unused(const struct control *c)
{
    return c->guarantee - control_used(c);
}

/* What `bytes` of bookkeeping cost under a guarantee. */
static uint32_t meta_price(uint32_t guarantee, uint32_t bytes)
{
    uint64_t allowance = ALLOWANCE + (uint64_t) ALLOWANCE_PAGE * guarantee;
    return bytes <= allowance ? 0 : (bytes - allowance + PAGE_MASK) >> PAGE_LOG2;
}

/* Sets guarantee and bookkeeping together.  false: it would not fit, nothing changed. */
static bool control_set(struct control *c, uint32_t guarantee, uint32_t meta_bytes)
{
    uint32_t price = meta_price(guarantee, meta_bytes);
    if ((uint64_t) c->pages + price > guarantee)
        return false;
    ledger.guaranteed = ledger.guaranteed - c->guarantee + guarantee;
    ledger.charged_meta = ledger.charged_meta - c->meta_frames + price;
    c->guarantee = guarantee;
    c->meta_bytes = meta_bytes;
    c->meta_frames = price;
    return true;
}

/* Would every promised page still find a frame after `pages` more? */
static bool frames_suffice(uint32_t pages)
{
    uint64_t wanted = (uint64_t) ledger.promised - ledger.bound + pages;
    if (ledger.free < wanted)
        slab_reclaim();
    return ledger.free >= wanted;
}

/* The guarantee alone would do, if records never left holes in the slabs; what was promised must
 * not depend on that. */
bool control_charge(struct control *c, uint32_t pages)
{
    if (pages > control_unused(c))
        return false;
    if (!frames_suffice(pages))
        return false;
    c->pages += pages;
    ledger.promised += pages;
    return true;
}

void control_uncharge(struct control *c, uint32_t pages)
{
    c->pages -= pages;
    ledger.promised -= pages;
}

void *control_alloc(struct control *c, size_t bytes)
{
    if (!control_set(c, c->guarantee, c->meta_bytes + bytes))
        return NULL;
    void *block = slab_alloc(bytes);
    if (!block)
        control_set(c, c->guarantee, c->meta_bytes - bytes);
    return block;
}

void control_free(struct control *c, void *block, size_t bytes)
{
    slab_free(block, bytes);
    control_set(c, c->guarantee, c->meta_bytes - bytes);
}

void control_adopt(struct control *c, uint32_t frames)
{
    control_set(c, c->guarantee + frames, c->meta_bytes);
}

/* ---- birth -------------------------------------------------------------------------------------
 * */

static struct control *control_make(struct control *parent, unsigned task, unsigned creator)
{
    struct control *c = slab_alloc(sizeof *c);
    if (!c)
        return NULL;
    memset(c, 0, sizeof *c);
    hurd_cap_object_init(&c->object, &control_class);
    c->parent = parent;
    c->task = task;
    c->creator = creator;
    c->all_next = control_all;
    c->all_link = &control_all;
    if (c->all_next)
        c->all_next->all_link = &c->all_next;
    control_all = c;
    control_count++;
    return c;
}

bool control_init(void)
{
    uint32_t reserve = RESERVE_MIN + ledger.total / RESERVE_SHARE;
    control_root = control_make(NULL, 0, 0);
    if (!control_root || ledger.free <= reserve)
        return false;
    hurd_cap_object_keep(&control_root->object);
    control_limit = reserve * CONTROLS_PER_FRAME;
    return control_set(control_root, ledger.free - reserve, 0);
}

/* How many controls one task may have split off. */
static unsigned task_limit(unsigned creator)
{
    unsigned limit = control_limit / 4;
    if (creator < BOOT_TASKS || limit > UINT8_MAX)
        return UINT8_MAX;
    return limit < CONTROLS_TASK_MIN ? CONTROLS_TASK_MIN : limit;
}

int control_split(struct control *parent, uint32_t frames, unsigned task, unsigned creator,
                  struct control **child)
{
    struct account *account = account_of(creator);
    if (!account)
        return ENOMEM;
    if (control_count >= control_limit || account->controls >= task_limit(creator))
        return EAGAIN;
    if (frames > parent->guarantee)
        return ENOMEM;
    struct control *c = control_make(parent, task, creator);
    if (!c)
        return ENOMEM;
    if (!control_set(parent, parent->guarantee - frames, parent->meta_bytes)) {
        c->parent = NULL;
        *c->all_link = c->all_next;
        if (c->all_next)
            c->all_next->all_link = c->all_link;
        control_count--;
        slab_free(c, sizeof *c);
        return ENOMEM;
    }
    control_set(c, frames, 0);
    account->controls++;
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

bool control_grow(struct control *c, uint32_t frames)
{
    struct control *parent = c->parent;
    if (frames > parent->guarantee
        || !control_set(parent, parent->guarantee - frames, parent->meta_bytes))
        return false;
    parent->split += frames;
    return control_set(c, c->guarantee + frames, c->meta_bytes);
}

/* ---- death -------------------------------------------------------------------------------------
 * */

static void control_unlink(struct control *c)
{
    *c->link = c->next;
    if (c->next)
        c->next->link = c->link;
    *c->all_link = c->all_next;
    if (c->all_next)
        c->all_next->all_link = c->all_link;
    control_count--;
}

/* When that was the last that kept the parent, the parent folds as well, and so on up. */
void control_fold(struct control *c)
{
    for (;;) {
        struct control *parent = c->parent;
        uint32_t frames = c->guarantee;
        control_unlink(c);
        control_set(c, 0, 0);
        account_of(c->creator)->controls--;         /* exists: the split made it */
        slab_free(c, sizeof *c);
        parent->split -= frames;
        control_set(parent, parent->guarantee + frames, parent->meta_bytes);
        if (--parent->object.strong)
            return;
        c = parent;
    }
}

void control_unreferenced(struct hurd_cap_object *object)
{
    control_fold((struct control *) object);
}

void control_destroy(struct control *top)
{
    hurd_cap_object_keep(&top->object);
    for (;;) {
        struct control *c = top;
        while (c->children)
            c = c->children;
        if (c != top)
            hurd_cap_object_keep(&c->object);
        while (c->containers)
            container_destroy(c->containers);
        hurd_cap_object_revoke(&c->object);
        control_fold(c);
        if (c == top)
            return;
    }
}
