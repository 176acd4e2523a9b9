/* SPDX-License-Identifier: MIT */
/* The commonest requests of all, straight from the message registers and back: MAP or ALLOCATE_MAP
 * of one page, with which a program that pages itself serves a fault.  The hop before is main.c.
 * Whatever is unusual goes to lib/hurd-cap/server.c and request_map.c, which do the same, and more
 * slowly: a request takes 300 instructions less here. */
#include <l4/ipc.h>
#include <l4/message.h>

#include "map.h"
#include "request.h"
#include "server.h"

/* The tags, without the flags of the kernel: a label, and five words (handle, rights, address,
 * place in the container, size). */
enum {
    FLAGS = 0xF000,
    MAP = HURD_PM_CONTAINER_MAP << 16 | 5,
    ALLOCATE_MAP = HURD_PM_CONTAINER_ALLOCATE_MAP << 16 | 5,
};

/* Returns the container that the handle names for this task; or NULL if the handle does not give
 * all of these rights, or if more has to be asked (a weak handle, the window). */
static inline struct container *container_named(unsigned task, L4_Word_t handle, L4_Word_t rights)
{
    struct hurd_cap *cap;
    if (hurd_cap_lookup(&server.table, task, handle, &cap))
        return NULL;
    struct container *c = (struct container *) cap->object;
    if (c->object.class != &container_class || cap->flags & HURD_CAP_WEAK || c->window
        || rights & ~(L4_Word_t) cap->rights)
        return NULL;
    return c;
}

/* Maps a page that has no frame yet, or that shares its frame and must get one of its own.  Returns
 * the frame; or 0 if there is no such page.  To find out why may change something
 * (container_missing()), so that is left to request_map.c. */
static __attribute__((noinline)) paddr_t map_slowly(struct container *c, uint32_t page,
                                                    uint32_t vaddr, unsigned rights)
{
    const struct map_request how = { .from = c, .start = page, .count = 1, .vaddr = vaddr,
                                     .rights = rights };
    const slot_t *slot = container_slot(c, page);
    struct map_item item;
    if (!slot || !slot_used(*slot) || container_map_one(&how, &item))
        return 0;
    return item.block.base;
}

/* Allocates one page, as request_map.c does.  Returns its slot; or NULL, and has changed nothing,
 * if some page is extra, if the task may not spend the guarantee, or if the page is no hole. */
static inline slot_t *allocate_one(struct container *c, unsigned task, uint32_t page)
{
    return ledger.extra || task != c->control->task ? NULL : container_allocate_one(c, page);
}

static inline bool task_pages_itself(unsigned task)
{
    const struct account *account = account_of(task);
    return account && account->self_paged;
}

bool quick_map(L4_ThreadId_t from, L4_MsgTag_t tag)
{
    const L4_Word_t what = tag.raw & ~FLAGS;
    if ((what != MAP && what != ALLOCATE_MAP) || L4_IsLocalId(from) || server.longs)
        return false;
    const L4_Word_t rights = L4_MR(2), vaddr = L4_MR(3), start = L4_MR(4);
    if (L4_MR(5) != PAGE_SIZE || (vaddr | start) & PAGE_MASK || rights - 1 >= HURD_PM_RIGHTS)
        return false;
    const unsigned task = L4_Version(from);
    const uint32_t page = start >> PAGE_LOG2;
    uint32_t done;
    struct container *c =
        container_named(task, L4_MR(1), what == MAP ? rights : rights | RIGHTS_WRITE);
    if (!c || !task_pages_itself(task))
        return false;
    slot_t *slot = what == MAP ? container_slot(c, page) : allocate_one(c, task, page);
    if (what != MAP && !slot)
        return false;
    paddr_t pa = page_mark(slot, rights, false, FRAME_MAPPED);
    if (!pa && !(pa = map_slowly(c, page, vaddr, rights))) {
        if (what != MAP)
            container_deallocate(c, page, 1, &done);
        return false;
    }
    server.requests++;
    L4_LoadMR(0, L4_MakeTag(0, 0, 2).raw);
    L4_LoadMR(1, vaddr | L4_ITEM_MAP);
    L4_LoadMR(2, pa | PAGE_LOG2 << L4_FPAGE_SIZE_SHIFT | rights);
    return true;
}
