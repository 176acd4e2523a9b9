/* SPDX-License-Identifier: MIT */
/* The jobs of the swap server, one at a time, and what becomes of cells when a job ends.  The hop
 * before is request.c; swap.h says what a cell is. */
#include "swap.h"

#include <hurd/assert.h>
#include <errno.h>
#include <string.h>

/* ---- a swap server comes and goes ------------------------------------------------------------ */

static uint32_t frames_in_use(void)
{
    return (frame_highest() >> PAGE_LOG2) + 1;
}

/* Returns the bytes of all tables: map, where, stored and cells. */
static uint64_t tables_bytes(uint32_t blocks, uint32_t cells)
{
    return slots_bytes(blocks) + ((uint64_t) blocks + frames_in_use()) * sizeof(uint32_t)
           + (uint64_t) cells * sizeof(struct cell);
}

/* Makes a container of `pages` frames that lie one behind the other.  They are charged like a
 * client's. */
static int frames_hold(struct control *payer, uint32_t pages, struct container **holder)
{
    struct container *c;
    uint32_t done;
    int err = container_create(payer, payer->task, false, &c);
    if (err)
        return err;
    err = container_allocate(c, 0, pages, false, false, &done);
    unsigned order = 0;
    while (1u << order < pages)
        order++;
    paddr_t base = err ? 0 : frame_alloc(order);
    if (!base) {
        container_destroy(c);
        return ENOMEM;
    }
    struct slot_sweeps rest;
    slot_sweeps_begin(&rest);
    for (uint32_t i = 0; i < 1u << order; i++) {
        slot_t slot = slot_of_frame(base + (i << PAGE_LOG2));
        if (i < pages)
            *container_slot(c, i) = slot;
        else
            slot_release(slot, NULL, &rest);
    }
    slot_sweeps_end(&rest);
    *holder = c;
    return 0;
}

static void tables_lay(uint32_t blocks, uint32_t cells)
{
    char *at = phys_pointer(slot_frame(*container_slot(swap.tables, 0)));
    slots_init(&swap.map, at, blocks, swap.reserved);
    at += slots_bytes(blocks);
    swap.where = (uint32_t *) at;
    swap.stored = swap.where + blocks;
    swap.frames = frames_in_use();
    swap.cell = (struct cell *) (swap.stored + swap.frames);
    swap.cells = cells;
    memset(swap.where, 0, (char *) (swap.cell + cells) - at);
    for (uint32_t i = 0; i < cells; i++)
        swap.cell[i].block = SWAP_NONE;
}

/* Gives all quota to the first control.  Pre: no page is on disk. */
static void quotas_reset(uint32_t pages)
{
    for (struct control *c = control_all; c; c = c->all_next)
        c->swap = (struct slots_account) { 0, 0 };
    control_root->swap.quota = pages;
    swap.kept = (struct slots_account) { UINT32_MAX, 0 };
}

void swap_forget(void)
{
    for (uint32_t i = 0; i < swap.cells; i++)
        cell_release(i);
    for (uint32_t i = 0; i < swap.map.count; i++)
        if (swap_frame(i))
            swap_unstore(swap_frame(i));
    assert_is(swap.pages, ==, 0);
    assert_is(swap.map.references, ==, 0);
    container_destroy(swap.window);
    container_destroy(swap.tables);
    quotas_reset(0);
    swap = (struct swap) { .tags = swap.tags, .attaches = swap.attaches };
}

static int swap_begin(struct control *payer, uint32_t blocks, uint32_t cells)
{
    uint32_t done;
    uint64_t pages = (tables_bytes(blocks, cells) + PAGE_MASK) >> PAGE_LOG2;
    int err = container_create(payer, payer->task, false, &swap.window);
    if (err)
        return err;
    err = container_allocate(swap.window, 0, cells, false, false, &done);
    if (!err)
        err = frames_hold(payer, pages, &swap.tables);
    if (err) {
        container_destroy(swap.window);
        swap.window = NULL;
        return err;
    }
    hurd_cap_object_keep(&swap.window->object);
    swap.window->window = true;
    swap.payer = payer;
    tables_lay(blocks, cells);
    quotas_reset(swap.map.free);
    return 0;
}

int swap_attach(struct control *payer, unsigned task, uint32_t blocks, uint32_t reserved,
                uint32_t identity, uint32_t window)
{
    if (window < SWAP_WINDOW_LEAST || window > SWAP_WINDOW_MOST || blocks > SWAP_BLOCKS_MOST
        || reserved >= blocks)
        return EINVAL;
    if (swap.task && swap.task != task)
        return EBUSY;
    bool same = swap.window && swap.map.count == blocks && swap.reserved == reserved
                && swap.identity == identity;
    if (!same && swap.pages)
        return EBUSY;
    swap_detach();
    if (!same) {
        if (swap.window)
            swap_forget();
        swap.reserved = reserved;
        swap.identity = identity;
        int err = swap_begin(payer, blocks, window);
        if (err)
            return err;
    }
    swap.task = task;
    swap.attaches++;
    swap.gone = false;
    swap.failures = 0;
    for (uint32_t i = 0; i < swap.cells; i++)
        if (swap.cell[i].state == CELL_STUCK)
            swap_rename(i);
    return 0;
}

/* The job under way must be done again.  A read may have brought its page already: the page is
 * dropped. */
static void job_undo(void)
{
    const struct swap_job job = swap.job;
    swap.job.tag = 0;
    for (uint32_t i = job.cell; job.tag && i < job.cell + job.pages; i++) {
        if (job.write) {
            cell_set(i, CELL_DIRTY);
        } else {
            cell_clear(i, SWAP_NONE);
            if (swap.cell[i].block == SWAP_NONE)
                cell_release(i);
            else
                cell_set(i, CELL_WANTED);
        }
    }
}

void swap_detach(void)
{
    if (!swap.window)
        return;
    job_undo();
    hurd_cap_object_revoke(&swap.window->object);
    swap.task = 0;
}

void swap_abandon(void)
{
    swap_detach();
    swap.gone = true;
    for (uint32_t i = 0; i < swap.cells; i++)
        if (swap.cell[i].state == CELL_WANTED)
            cell_fail(i);
    machine_wake(SWAP_KEY_CELL);
    swap_round_over();
}

/* ---- jobs ------------------------------------------------------------------------------------ */

static uint32_t cells_in_row(uint32_t first, enum cell_state state)
{
    uint32_t n = 1;
    while (n < SWAP_JOB_PAGES && first + n < swap.cells) {
        const struct cell *cell = &swap.cell[first + n];
        if (cell->state != state || cell->alone || cell->block != swap.cell[first].block + n)
            break;
        n++;
    }
    return swap.cell[first].alone ? 1 : n;
}

/* Finds the oldest cell in this state: the oldest part of the circle begins behind the cell that
 * was taken last. */
static bool job_find(enum cell_state state)
{
    for (uint32_t n = 0; n < swap.cells; n++) {
        uint32_t i = (swap.next_cell + n) % swap.cells;
        if (swap.cell[i].state != state)
            continue;
        swap.job = (struct swap_job) {
            .tag = ++swap.tags ? swap.tags : ++swap.tags, .write = state == CELL_DIRTY,
            .block = swap.cell[i].block, .cell = i, .pages = cells_in_row(i, state),
        };
        return true;
    }
    return false;
}

bool swap_next_job(struct swap_job *job)
{
    if (swap.job.tag || !(swap.wanted ? job_find(CELL_WANTED) : swap.dirty && job_find(CELL_DIRTY)))
        return false;
    assert_is(swap.job.cell + swap.job.pages, <=, swap.cells);
    for (uint32_t i = 0; i < swap.job.pages; i++)
        cell_set(swap.job.cell + i, swap.job.write ? CELL_WRITING : CELL_READING);
    *job = swap.job;
    return true;
}

static void cell_written(uint32_t i)
{
    uint32_t block = swap.cell[i].block;
    assert_is(swap.cell[i].state, ==, CELL_WRITING);
    slots_written(&swap.map, block, true);
    swap.failures = 0;
    swap.written++;
    cell_set(i, CELL_CLEAN);
    swap.cell[i].alone = false;
    if (swap.map.slot[block].references == 1)   /* no slot names the block */
        cell_release(i);
    machine_wake(SWAP_KEY_CELL);
}

/* The write failed.  If no slot names the block, the cell is free; else the page gets another
 * block, or stays in the cell. */
static void cell_not_written(uint32_t i)
{
    uint32_t block = swap.cell[i].block;
    slots_written(&swap.map, block, false);
    swap.failures++;
    swap.cell[i].alone = false;
    cell_set(i, CELL_STUCK);
    if (swap.map.slot[block].references == 1)
        cell_discard(i);
    else
        swap_rename(i);
}

static void cell_read(uint32_t i)
{
    slot_t slot = *container_slot(swap.window, i);
    uint32_t block = swap.cell[i].block;
    assert_is(swap.cell[i].state, ==, CELL_READING);
    if (block == SWAP_NONE) {
        cell_release(i);
    } else if (!slot_bound(slot)) {             /* the server reports a page, but none is here */
        cell_fail(i);
    } else {
        swap.read++;
        swap.cell[i].round = swap.round;
        swap.rounds_cells = true;
        cell_set(i, CELL_CLEAN);
        swap_store(slot_frame(slot), block);
        machine_wake(block);
    }
}

static void cell_not_read(uint32_t i, bool again)
{
    cell_clear(i, SWAP_NONE);
    if (swap.cell[i].block == SWAP_NONE) {
        cell_release(i);
    } else if (again) {
        swap.cell[i].alone = true;
        cell_set(i, CELL_WANTED);
    } else {
        cell_fail(i);
    }
}

bool swap_job_end(uint32_t tag, bool failed, uint32_t pages)
{
    const struct swap_job job = swap.job;
    if (tag != job.tag)
        return false;
    swap.job.tag = 0;
    for (uint32_t n = 0; tag && n < job.pages; n++) {
        uint32_t i = job.cell + n;
        bool good = !failed || n < pages;
        if (job.write && good)
            cell_written(i);
        else if (job.write && job.pages == 1)
            cell_not_written(i);
        else if (job.write) {
            swap.cell[i].alone = true;
            cell_set(i, CELL_DIRTY);
        } else if (good)
            cell_read(i);
        else
            cell_not_read(i, job.pages > 1);
    }
    return true;
}

/* The cells whose reads ended in this round can be used again, and perhaps nobody else says so:
 * whoever asked for their pages need not come back. */
void swap_round_over(void)
{
    swap.round++;
    if (swap.rounds_cells)
        machine_wake(SWAP_KEY_CELL);
    swap.rounds_cells = false;
}

/* ---- numbers ---- */

uint32_t swap_kept(void)
{
    return swap.kept.used;
}

uint32_t swap_inactive(void)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < swap.cells; i++)
        n += swap.cell[i].state == CELL_DIRTY || swap.cell[i].state == CELL_WRITING
             || swap.cell[i].state == CELL_STUCK;
    return n;
}
