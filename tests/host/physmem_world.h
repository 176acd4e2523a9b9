/* SPDX-License-Identifier: MIT */
/* A machine for physmem's core: an arena in place of RAM, and a record of what clients have mapped, which
 * machine_revoke() cuts down.  Includes what every physmem_*.c test needs. */
#ifndef PHYSMEM_WORLD_H
#define PHYSMEM_WORLD_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "servers/physmem/container.h"
#include "servers/physmem/slab.h"
#include "servers/physmem/soft.h"
#include "servers/physmem/stretch.h"
#include "servers/physmem/swap.h"

#define WORLD_BASE  0x00300000u             /* not at a multiple of 4 MB: two frame tables */
#ifndef WORLD_PAGES
#define WORLD_PAGES 1024u
#endif

/* The classes' wire side is request.c, which is not linked. */
struct hurd_cap_class control_class = { .name = "control", .unreferenced = control_unreferenced };
struct hurd_cap_class container_class = { .name = "container", .unreferenced = container_unreferenced };

static uint8_t world_mapped[WORLD_PAGES];   /* rights that clients hold on each page */
static unsigned world_revocations;          /* calls of machine_revoke() */

static void (*world_on_revoke)(paddr_t pa, unsigned rights);    /* for each page */

static unsigned world_index(paddr_t pa)
{
    assert_true(pa >= WORLD_BASE && pa < WORLD_BASE + WORLD_PAGES * PAGE_SIZE);
    return (pa - WORLD_BASE) >> PAGE_LOG2;
}

void machine_revoke(const struct extent *blocks, unsigned n, unsigned rights)
{
    world_revocations++;
    assert_true(n > 0);
    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(blocks[i].base & ((PAGE_SIZE << blocks[i].order) - 1), 0);
        for (uint32_t page = 0; page < 1u << blocks[i].order; page++) {
            paddr_t pa = blocks[i].base + (page << PAGE_LOG2);
            world_mapped[world_index(pa)] &= ~rights;
            if (world_on_revoke)
                world_on_revoke(pa, rights);
        }
    }
}

static unsigned world_wakes;                /* calls of machine_wake() */
static unsigned world_cell_wakes;           /* ... for requests that wait for a cell */

void machine_wake(uint32_t key)
{
    world_wakes++;
    world_cell_wakes += key == SWAP_KEY_CELL;
}

/* Dirty RAM, frame tables, slabs and the root control.  Once a program. */
static int world_create(void **state)
{
    (void) state;
    void *arena = aligned_alloc(PAGE_SIZE, WORLD_PAGES * PAGE_SIZE);
    memset(arena, 0xa5, WORLD_PAGES * PAGE_SIZE);
    phys_base = (uintptr_t) arena - WORLD_BASE;
    frame_add(WORLD_BASE, WORLD_PAGES * PAGE_SIZE);
    return control_init() ? 0 : -1;
}

/* Frames are conserved, nobody has more than was guaranteed, and what is promised can be bound. */
static inline void world_check(void)
{
    uint32_t guaranteed = 0, records = 0, promised = 0, extra = 0;
    for (const struct control *c = control_all; c; c = c->all_next) {
        assert_true(c->pages + c->meta.pages <= c->guarantee + c->books);
        assert_int_equal(control_unused(c), c->guarantee - control_used(c));
        guaranteed += c->guarantee + c->books;
        records += c->meta.pages;
        promised += c->pages;
        extra += c->extra;
        uint32_t pages = 0, theirs = 0;
        for (const struct container *k = c->containers; k; k = k->next) {
            pages += k->pages - k->extra;
            theirs += k->extra;
        }
        assert_int_equal(c->pages, pages);
        assert_int_equal(c->extra, theirs);
        assert_true(c->asked <= c->extra);
    }
    assert_int_equal(guaranteed, ledger.guaranteed);
    assert_int_equal(promised, ledger.promised);
    assert_int_equal(ledger.own + records + slab_spare(), ledger.meta);
    assert_true(ledger.own + ledger.guaranteed <= ledger.total);
    assert_int_equal(extra, ledger.extra);
    assert_int_equal(ledger.free + ledger.soft + ledger.bound + ledger.meta, ledger.total);
    assert_true(ledger.bound <= ledger.promised + ledger.extra);
    assert_true(ledger.free + ledger.soft + slab_spare() + ledger.bound >= ledger.promised + ledger.extra);
    assert_true(ledger.promised + ledger.extra + ledger.own + records <= ledger.total);
}

static inline struct control *world_control(uint32_t frames)
{
    struct control *c;
    assert_int_equal(control_split(control_root, frames, 600, &c), 0);
    hurd_cap_object_keep(&c->object);
    assert_true(account_open(600, c));
    return c;
}

/* One of world_control(), with all that hangs on it. */
static inline void world_destroy(struct control *c)
{
    control_destroy(c);
    hurd_cap_object_drop(&c->object);
    while (reap_wanted())
        reap();
}

/* An attach in one piece, and what the next one of another partition begins with. */
static inline int swap_attach(struct control *payer, unsigned task, uint32_t blocks, uint32_t reserved,
                              uint32_t identity, uint32_t window)
{
    const struct swap_disk disk = { blocks, reserved, identity, window };
    int err = swap_attach_refuse(task, &disk);
    if (err)
        return err;
    swap_attach_begin(payer, task, &disk);
    return swap_attach_whole();
}

static inline void swap_forget(void)
{
    uint32_t at = 0;
    while (swap_forget_part(&at))
        ;
    swap.leaving = false;
    while (reap_wanted())
        reap();
}

static inline struct container *world_container(struct control *control)
{
    struct container *c;
    assert_int_equal(container_create(control, 600, false, &c), 0);
    return c;
}

/* Maps pages as a client would, remembers the rights, and returns the address of the first. */
static inline char *world_map(struct container *c, uint32_t page, uint32_t count, unsigned rights)
{
    struct map_item items[MAP_ITEMS_MAX];
    char *first = NULL;
    for (uint32_t done = 0; done < count; ) {
        unsigned n;
        const struct map_request how = {
            .from = c, .start = page + done, .count = count - done,
            .vaddr = (page + done) << PAGE_LOG2, .rights = rights,
        };
        assert_int_equal(container_map(&how, items, &n), 0);
        assert_in_range(n, 1, MAP_ITEMS_MAX);
        if (!first)
            first = phys_pointer(items[0].block.base);
        for (unsigned i = 0; i < n; i++) {
            assert_int_equal(items[i].vaddr, (page + done) << PAGE_LOG2);
            for (uint32_t p = 0; p < 1u << items[i].block.order; p++)
                world_mapped[world_index(items[i].block.base + (p << PAGE_LOG2))] |= rights;
            done += 1u << items[i].block.order;
        }
    }
    return first;
}

/* What a client's store does: map for writing, write; and its load. */
static inline void world_write(struct container *c, uint32_t page, int value)
{
    memset(world_map(c, page, 1, 6), value, PAGE_SIZE);
}

static inline int world_read(struct container *c, uint32_t page)
{
    const unsigned char *p = (unsigned char *) world_map(c, page, 1, 4);
    for (unsigned i = 1; i < PAGE_SIZE; i++)
        if (p[i] != p[0])
            return -1;
    return p[0];
}

static inline uint8_t world_rights(struct container *c, uint32_t page)
{
    return world_mapped[world_index(slot_frame(*container_slot(c, page)))];
}

static inline int world_allocate(struct container *c, uint32_t start, uint32_t count)
{
    uint32_t done;
    return container_allocate(c, start, count, false, false, &done);
}

static inline uint32_t world_deallocate(struct container *c, uint32_t start, uint32_t count)
{
    uint32_t done;
    assert_int_equal(container_deallocate(c, start, count, &done), 0);
    return done;
}

#endif
