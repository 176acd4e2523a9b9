/* SPDX-License-Identifier: MIT */
/* A swap server comes and goes.  The hop before is swap_request.c.  An attach goes in parts: what
 * is there of another partition is forgotten, and the tables for the new one are made and cleared.
 * `coming` has what is made, and `swap` gets it when it is whole: so an attach that ends in the
 * middle leaves no swap, or half of the old one, which has no pages and which the next attach goes
 * on to forget (swap.leaving). */
#include "stretch.h"
#include "swap.h"

#include <hurd/assert.h>
#include <errno.h>
#include <string.h>

#define CELLS_PART      16u             /* of one part: each may cost an Unmap */
#define BLOCKS_PART     2048u           /* that are looked at */
#define STORED_COSTS    32u             /* as much as looking at so many */
#define CLEAR_PART      16u             /* pages: 1,024 words each */

enum step { NOBODY_COMES, RENAME, FORGET, REAP, PROMISE, CLEAR };

static struct {
    enum step step;
    uint32_t serial;
    unsigned task;
    struct swap_disk disk;
    struct control *payer;      /* kept */
    struct container *window, *tables;      /* NULL: not made yet */
    uint32_t pages;             /* of the tables */
    uint32_t at;                /* where this step goes on */
    uint32_t gone;              /* REAP: until so many containers are reaped */
    int err;                    /* REAP: what the attach ends with */
} coming;

static void step_to(enum step step)
{
    coming.step = step;
    coming.at = 0;
}

/* ---- the partition before -------------------------------------------------------------------- */

static void swap_gone(void)
{
    assert_is(swap.pages, ==, 0);
    assert_is(swap.map.references, ==, 0);
    container_doom(swap.window);
    container_doom(swap.tables);
    for (struct control *c = control_all; c; c = c->all_next)
        c->swap = (struct slots_account) { 0, 0 };
    swap = (struct swap) { .tags = swap.tags, .attaches = swap.attaches, .leaving = true };
}

/* First the cells, then the frames that are stored; *at counts both. */
bool swap_forget_part(uint32_t *at)
{
    uint32_t stop = *at + CELLS_PART, left = BLOCKS_PART;
    assert_is(swap.pages, ==, 0);
    swap.leaving = true;
    for (; *at < swap.cells && *at < stop; ++*at)
        cell_release(*at);
    for (; *at >= swap.cells && *at - swap.cells < swap.map.count && left > STORED_COSTS; ++*at) {
        paddr_t pa = swap_frame(*at - swap.cells);
        left -= pa ? STORED_COSTS : 1;
        if (pa)
            swap_unstore(pa);
    }
    if (*at < swap.cells + swap.map.count)
        return true;
    swap_gone();
    return false;
}

/* ---- the tables of the next one -------------------------------------------------------------- */

static uint32_t frames_in_use(void)
{
    return (frame_highest() >> PAGE_LOG2) + 1;
}

/* The pages of all tables: map, where, stored and cells. */
static uint32_t tables_pages(const struct swap_disk *disk)
{
    uint64_t bytes = slots_bytes(disk->blocks)
                     + ((uint64_t) disk->blocks + frames_in_use()) * sizeof(uint32_t)
                     + (uint64_t) disk->cells * sizeof(struct cell);
    return (bytes + PAGE_MASK) >> PAGE_LOG2;
}

/* Makes a container, or promises it a part of the pages that it lacks. */
static int promise(struct container **c, uint32_t pages)
{
    uint32_t has = *c ? (*c)->pages : 0, left = pages - has, done;
    int err = *c ? 0 : container_create(coming.payer, coming.payer->task, false, c);
    if (!err && left)
        err = container_allocate(*c, has, left < STRETCH_PAGES ? left : STRETCH_PAGES, false,
                                 false, &done);
    return err;
}

/* The tables' pages get frames that lie one behind the other. */
static int tables_bind(void)
{
    paddr_t pa = frame_alloc_run(coming.pages);
    if (!pa)
        return ENOMEM;
    for (uint32_t n, at = 0; at < coming.pages; at += n) {
        slot_t *slot = container_row(coming.tables, at, coming.pages - at, &n);
        for (uint32_t i = 0; i < n; i++, pa += PAGE_SIZE)
            slot[i] = slot_of_frame(pa);
    }
    return 0;
}

static int part_promise(void)
{
    int err = 0;
    if (!coming.window || coming.window->pages < coming.disk.cells)
        err = promise(&coming.window, coming.disk.cells);
    else if (!coming.tables || coming.tables->pages < coming.pages)
        err = promise(&coming.tables, coming.pages);
    else if (!(err = tables_bind()))
        step_to(CLEAR);
    return err ? err : SWAP_AGAIN;
}

static char *tables_start(void)
{
    return phys_pointer(slot_frame(*container_slot(coming.tables, 0)));
}

/* Pre: the tables are clear. */
static void tables_lay(void)
{
    const struct swap_disk disk = coming.disk;
    char *at = tables_start();
    slots_lay(&swap.map, at, disk.blocks, disk.reserved);
    at += slots_bytes(disk.blocks);
    swap.where = (uint32_t *) at;
    swap.stored = swap.where + disk.blocks;
    swap.frames = frames_in_use();
    swap.cell = (struct cell *) (swap.stored + swap.frames);
    swap.cells = disk.cells;
    for (uint32_t i = 0; i < disk.cells; i++)
        swap.cell[i].block = SWAP_NONE;
}

/* ---- an attach, step by step ----------------------------------------------------------------- */

static void coming_end(void)
{
    hurd_cap_object_drop(&coming.payer->object);
    coming.payer = NULL;
    coming.window = coming.tables = NULL;
    swap.leaving &= swap.window != NULL;
    step_to(NOBODY_COMES);
    machine_wake(SWAP_KEY_CELL);
}

static int attached(void)
{
    swap.task = coming.task;
    swap.attaches++;
    swap.gone = false;
    swap.failures = 0;
    coming_end();
    return 0;
}

static void swap_begin(void)
{
    swap.window = coming.window;
    swap.tables = coming.tables;
    swap.payer = coming.payer;
    swap.disk = coming.disk;
    hurd_cap_object_keep(&swap.window->object);
    swap.window->window = true;
    tables_lay();
    control_root->swap.quota = swap.map.free;   /* all of it; nobody else has any yet */
    swap.kept = (struct slots_account) { UINT32_MAX, 0 };
    swap.leaving = false;
}

static int part_clear(void)
{
    uint32_t left = coming.pages - coming.at, part = left < CLEAR_PART ? left : CLEAR_PART;
    memset(tables_start() + (coming.at << PAGE_LOG2), 0, part << PAGE_LOG2);
    coming.at += part;
    if (coming.at < coming.pages)
        return SWAP_AGAIN;
    swap_begin();
    return attached();
}

/* A part of the cells whose pages could not be written: they get another block. */
static int part_rename(void)
{
    for (uint32_t n = 0; coming.at < swap.cells && n < CELLS_PART; n++, coming.at++)
        if (swap.cell[coming.at].state == CELL_STUCK)
            swap_rename(coming.at);
    return coming.at < swap.cells ? SWAP_AGAIN : attached();
}

/* What was doomed so far goes first: its pages may be needed, and a caller that is refused has them
 * back. */
static void step_to_reap(int err)
{
    coming.err = err;
    coming.gone = doomed;
    step_to(REAP);
}

static void coming_doom(void)
{
    if (coming.window)
        container_doom(coming.window);
    if (coming.tables)
        container_doom(coming.tables);
    coming.window = coming.tables = NULL;
}

static int part_reap(void)
{
    if ((int32_t) (reaped - coming.gone) < 0)
        return SWAP_WAITS;
    if (!coming.err) {
        step_to(PROMISE);
        return SWAP_AGAIN;
    }
    coming_end();
    return coming.err;
}

int swap_attach_part(void)
{
    int err = SWAP_AGAIN;
    if (coming.step == RENAME)
        return part_rename();
    if (coming.step == REAP)
        return part_reap();
    if (coming.step == CLEAR)
        return part_clear();
    if (coming.step == PROMISE)
        err = part_promise();
    else if (!swap.window || !swap_forget_part(&coming.at))
        step_to_reap(0);
    if (err != SWAP_AGAIN) {
        coming_doom();
        step_to_reap(err);
    }
    return SWAP_AGAIN;
}

int swap_attach_whole(void)
{
    int err;
    while ((err = swap_attach_part()) == SWAP_AGAIN || err == SWAP_WAITS)
        if (err == SWAP_WAITS)
            reap();
    return err;
}

static bool same_disk(const struct swap_disk *disk)
{
    return swap.window && !swap.leaving && swap.disk.blocks == disk->blocks
           && swap.disk.reserved == disk->reserved && swap.disk.identity == disk->identity;
}

int swap_attach_refuse(unsigned task, const struct swap_disk *disk)
{
    if (disk->cells < SWAP_WINDOW_LEAST || disk->cells > SWAP_WINDOW_MOST
        || disk->blocks > SWAP_BLOCKS_MOST || disk->reserved > SWAP_RESERVED_MOST
        || disk->reserved >= disk->blocks)
        return EINVAL;
    if (coming.step != NOBODY_COMES || (swap.task && swap.task != task))
        return EBUSY;
    return swap.pages && !same_disk(disk) ? EBUSY : 0;
}

uint32_t swap_attach_pages(const struct swap_disk *disk)
{
    uint32_t old = swap.window ? swap.cells : 0;
    if (same_disk(disk))
        return old;
    return old + (swap.window ? swap.tables->pages : 0) + disk->cells + tables_pages(disk);
}

uint32_t swap_attach_begin(struct control *payer, unsigned task, const struct swap_disk *disk)
{
    assert_is(swap_attach_refuse(task, disk), ==, 0);
    swap_detach();
    coming.task = task;
    coming.disk = *disk;
    coming.payer = payer;
    coming.pages = tables_pages(disk);
    hurd_cap_object_keep(&payer->object);
    step_to(same_disk(disk) ? RENAME : FORGET);
    return ++coming.serial;
}

bool swap_attach_goes_on(uint32_t serial)
{
    return coming.step != NOBODY_COMES && coming.serial == serial;
}

bool swap_attach_charges(struct control *control)
{
    return coming.payer && control_contains(control, coming.payer);
}

void swap_attach_stop(void)
{
    if (coming.step == NOBODY_COMES)
        return;
    coming_doom();
    coming_end();
}

/* ---- the end --------------------------------------------------------------------------------- */

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
    swap_attach_stop();
    if (!swap.window)
        return;
    job_undo();
    hurd_cap_object_revoke(&swap.window->object);
    swap.task = 0;
}

void swap_task_died(unsigned task)
{
    if (task == coming.task)
        swap_attach_stop();
    if (task && task == swap.task)
        swap_detach();
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
