/* SPDX-License-Identifier: MIT */
/* The jobs of the swap server, one at a time, and what becomes of cells when a job ends.  The hop
 * before is swap_request.c; swap.h says what a cell is. */
#include "swap.h"

#include <hurd/assert.h>

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
