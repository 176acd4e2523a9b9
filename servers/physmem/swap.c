/* SPDX-License-Identifier: MIT */
/* Pages out and in, and which slot has which block.  Nothing here waits: a function that cannot go
 * on says what the request has to wait for, and is called again after that.
 *
 * Invariants: a frame has FRAME_STORED  <=>  stored[frame] = b and where[b] names the frame, and
 * the account `kept` holds a reference to b for it;  a cell has a block  <=>  where[block] names
 * the cell;  references to b = slots that name b + one if it is stored + one for an alias. */
#include "swap.h"

#include <hurd/assert.h>
#include <errno.h>

#define WHERE_CELL      0xfffu          /* low bits of where[]: the cell + 1, ... */
#define WHERE_ALIAS     0xfffu          /* ... or: the upper bits are another block */
#define AHEAD           SWAP_JOB_PAGES  /* reads begun at a time by one request */
#define REFERENCES_MOST (SLOT_REFERENCES - 16u)     /* by slots: the rest is for `kept` */
#define FAILURES_MOST   8u
#define NOTHING_TO_DO   (-2)
#define RECLAIM_LOOKS   2048u           /* blocks, of one search: 30,000 instructions */

struct swap swap;

/* ---- blocks and frames ----------------------------------------------------------------------- */

static bool is_alias(uint32_t block)
{
    return (swap.where[block] & WHERE_CELL) == WHERE_ALIAS;
}

/* Returns the block that has the contents: another block after a write that failed. */
static uint32_t block_resolve(uint32_t block)
{
    while (is_alias(block))
        block = swap.where[block] >> PAGE_LOG2;
    return block;
}

paddr_t swap_frame(uint32_t block)
{
    return is_alias(block) ? 0 : swap.where[block] & ~PAGE_MASK;
}

static struct cell *block_cell(uint32_t block)
{
    uint32_t cell = swap.where[block] & WHERE_CELL;
    return cell == 0 || cell == WHERE_ALIAS ? NULL : &swap.cell[cell - 1];
}

static uint32_t references(uint32_t block) { return swap.map.slot[block].references; }

void swap_store(paddr_t pa, uint32_t block)
{
    assert_is(*frame_find(pa) & FRAME_WRITABLE, ==, 0);
    assert_is(swap_frame(block), ==, 0);
    slots_hold(&swap.map, &swap.kept, block);       /* cannot fail: see REFERENCES_MOST */
    *frame_find(pa) |= FRAME_STORED;
    swap.stored[pa >> PAGE_LOG2] = block;
    swap.where[block] |= pa;
}

/* The frame and the block part.  If the block has no reference after that, the caller calls
 * block_finish(). */
static void part(paddr_t pa, uint32_t block)
{
    assert_is(swap.stored[pa >> PAGE_LOG2], ==, block);
    assert_is(swap_frame(block), ==, pa);
    *frame_find(pa) &= ~FRAME_STORED;
    swap.stored[pa >> PAGE_LOG2] = 0;
    swap.where[block] &= PAGE_MASK;
    slots_drop(&swap.map, &swap.kept, block);
}

/* If the block has no references, and no write of it is under way, it is free from now on. */
static void block_finish(uint32_t block)
{
    if (references(block) == 0 && slots_state(&swap.map, block) == SLOT_DOOMED)
        slots_written(&swap.map, block, true);
}

void swap_unstore(paddr_t pa)
{
    uint32_t block = swap.stored[pa >> PAGE_LOG2];
    part(pa, block);
    block_finish(block);
}

/* ---- cells ----------------------------------------------------------------------------------- */

static void count_state(enum cell_state state, uint32_t by)
{
    swap.dirty += state == CELL_DIRTY ? by : 0;
    swap.wanted += state == CELL_WANTED ? by : 0;
}

void cell_set(uint32_t i, enum cell_state state)
{
    assert_is(i, <, swap.cells);
    count_state(swap.cell[i].state, -1u);
    count_state(state, 1);
    swap.cell[i].state = state;
}

/* Empties the window's slot.  If no other page uses its frame, the frame and the block part. */
void cell_clear(uint32_t i, uint32_t block)
{
    slot_t *slot = container_slot(swap.window, i), old = *slot;
    struct slot_sweeps sweeps;
    *slot = SLOT_LAZY;
    if (!slot_bound(old))
        return;
    if (frame_users(slot_frame(old)) == 1 && (*frame_find(slot_frame(old)) & FRAME_STORED))
        part(slot_frame(old), block);
    slot_sweeps_begin(&sweeps);
    slot_release(old, NULL, &sweeps);
    slot_sweeps_end(&sweeps);
}

void cell_release(uint32_t i)
{
    uint32_t block = swap.cell[i].block;
    cell_set(i, CELL_FREE);
    swap.cell[i].block = SWAP_NONE;
    if (block != SWAP_NONE)
        swap.where[block] &= ~(uint32_t) WHERE_CELL;
    cell_clear(i, block);
    if (block != SWAP_NONE)
        block_finish(block);
    machine_wake(SWAP_KEY_CELL);
}

void cell_fail(uint32_t i)
{
    uint32_t block = swap.cell[i].block;
    cell_set(i, CELL_FAILED);
    swap.cell[i].round = swap.round;
    swap.rounds_cells = true;
    machine_wake(block);
}

/* Other pages may use the frame, but it was never written. */
void cell_discard(uint32_t i)
{
    uint32_t block = swap.cell[i].block;
    cell_release(i);
    if (swap_frame(block))
        swap_unstore(swap_frame(block));
}

/* No slot names the block any more; only the frame that it is stored in may still have a
 * reference. */
static void block_unwanted(uint32_t block)
{
    struct cell *cell = block_cell(block);
    if (!cell)
        return;
    uint32_t i = cell - swap.cell;
    if (cell->state == CELL_DIRTY || cell->state == CELL_STUCK) {
        cell_discard(i);
    } else if (cell->state == CELL_CLEAN) {
        cell_release(i);
    } else if (cell->state == CELL_WANTED || cell->state == CELL_FAILED) {
        cell_release(i);
        machine_wake(block);
    } else if (cell->state == CELL_READING) {
        cell->block = SWAP_NONE;
        swap.where[block] &= ~(uint32_t) WHERE_CELL;
        machine_wake(block);
    }
}

static void block_drop(struct slots_account *account, uint32_t block)
{
    slots_drop(&swap.map, account, block);
    while (references(block) == 0 && is_alias(block)) {
        uint32_t target = swap.where[block] >> PAGE_LOG2;
        swap.where[block] = 0;
        slots_drop(&swap.map, &swap.kept, target);
        block = target;
    }
    if (references(block) == (swap_frame(block) ? 1 : 0))
        block_unwanted(block);
    block_finish(block);
}

/* ---- references of slots --------------------------------------------------------------------- */

int swap_hold(struct slots_account *account, uint32_t *block)
{
    uint32_t at = block_resolve(*block);
    if (references(at) >= REFERENCES_MOST)
        return EAGAIN;
    int err = slots_hold(&swap.map, account, at);
    if (err)
        return err == EBADF ? EIO : err;
    *block = at;
    swap.pages++;
    return 0;
}

void swap_drop(struct slots_account *account, uint32_t block)
{
    assert_is(swap.pages, >, 0);
    assert_is(references(block), >, 0);
    swap.pages--;
    block_drop(account, block);
}

uint32_t swap_quota_left(const struct slots_account *account)
{
    return account->used < account->quota ? account->quota - account->used : 0;
}

/* ---- a cell for a page ----------------------------------------------------------------------- */

static bool cell_usable(const struct cell *cell)
{
    return cell->state == CELL_FREE
           || ((cell->state == CELL_CLEAN || cell->state == CELL_FAILED)
               && cell->round != swap.round);
}

/* Returns the next usable cell in a circle, so that neighbours in time are neighbours in the
 * window; SWAP_NONE: there is none. */
static uint32_t cell_find(void)
{
    for (uint32_t n = 0; n < swap.cells; n++) {
        uint32_t i = (swap.next_cell + n) % swap.cells;
        if (cell_usable(&swap.cell[i]))
            return i;
    }
    return SWAP_NONE;
}

static void cell_take(uint32_t i, uint32_t block, enum cell_state state)
{
    if (swap.cell[i].state != CELL_FREE)
        cell_release(i);
    assert(!slot_bound(*container_slot(swap.window, i)) && !block_cell(block));
    swap.cell[i] = (struct cell) { .block = block };
    cell_set(i, state);
    swap.where[block] |= i + 1;
    swap.next_cell = (i + 1) % swap.cells;
}

/* ---- blocks for pages ------------------------------------------------------------------------ */

/* Blocks that follow each other, for pages that follow each other. */
struct row {
    uint32_t block, left;
};

/* Frees a block that only repeats a frame in core.  It looks at a part of the disk, and goes on
 * there when it is called again.  Returns 0; ENOSPC: there is no such block; or SWAP_AGAIN. */
static int reclaim(void)
{
    static uint32_t hand, looked;           /* blocks without success */
    for (uint32_t n = 0; n < RECLAIM_LOOKS && looked < swap.map.count; n++, looked++) {
        hand = hand + 1 < swap.map.count ? hand + 1 : 0;
        paddr_t pa = swap_frame(hand);
        if (!pa || references(hand) > 1 || slots_state(&swap.map, hand) != SLOT_WRITTEN)
            continue;
        swap_unstore(pa);
        looked = 0;
        return 0;
    }
    if (looked < swap.map.count)
        return SWAP_AGAIN;
    looked = 0;
    return ENOSPC;
}

static int blocks_alloc(struct slots_account *account, uint32_t want, struct row *row)
{
    int err = slots_alloc(&swap.map, account, want, &row->block, &row->left);
    if (err == ENOSPC && !(err = reclaim()))
        err = slots_alloc(&swap.map, account, want, &row->block, &row->left);
    return err;
}

static int row_begin(struct row *row, struct slots_account *account, uint32_t want)
{
    if (row->left)
        return 0;
    return blocks_alloc(account, want < SWAP_JOB_PAGES ? want : SWAP_JOB_PAGES, row);
}

static uint32_t row_take(struct row *row)
{
    row->left--;
    return row->block++;
}

static void row_end(struct row *row, struct slots_account *account)
{
    if (swap.map.next == row->block + row->left)
        swap.map.next = row->block;
    while (row->left)
        block_drop(account, row_take(row));
}

/* ---- out ------------------------------------------------------------------------------------- */

/* Returns 0 if the page can go out, the errno if it cannot, or NOTHING_TO_DO. */
static int page_refuse(const struct container *c, slot_t slot)
{
    if (!slot_bound(slot))
        return NOTHING_TO_DO;
    if (slot_pins(slot) || c->wired)
        return EBUSY;
    if ((slot & SLOT_TAG) == SLOT_GROUP && slot_group(slot)->members > 1)
        return EBUSY;
    return 0;
}

/* The page goes out without a write: its contents are on disk, or on the way there. */
static int page_leave(struct container *c, slot_t *slot, struct slot_sweeps *sweeps)
{
    uint32_t block = swap.stored[slot_frame(*slot) >> PAGE_LOG2];
    int err = swap_hold(&c->control->swap, &block);
    if (err)
        return err;
    slot_release(*slot, &c->control->swap, sweeps);
    *slot = slot_of_block(block);
    swap.clean++;
    return 0;
}

/* The slot's frame goes to the window, and the slot names the block from now on. */
static void page_hand_over(slot_t *slot, uint32_t i, uint32_t block, struct slot_sweeps *sweeps)
{
    paddr_t pa = slot_frame(*slot);
    cell_take(i, block, CELL_DIRTY);
    *container_slot(swap.window, i) = slot_of_frame(pa);
    sweep_add(&sweeps->kept, pa);
    swap_store(pa, block);
    *slot = slot_of_block(block);
    swap.pages++;
}

static int page_out(struct container *c, slot_t *slot, uint32_t left, struct row *row,
                    struct slot_sweeps *sweeps)
{
    int err = page_refuse(c, *slot);
    bool extra = slot_extra(*slot);
    if (err)
        return err;
    slot_unshare(slot);
    if (*frame_find(slot_frame(*slot)) & FRAME_STORED) {
        err = page_leave(c, slot, sweeps);
    } else {
        if (swap.failures >= FAILURES_MOST)
            return EIO;
        uint32_t i = cell_find();
        if (i == SWAP_NONE)
            return SWAP_WAITS;
        err = row_begin(row, &c->control->swap, left);
        if (!err)
            page_hand_over(slot, i, row_take(row), sweeps);
    }
    if (err)
        return err;
    c->swapped++;
    container_uncharge(c, !extra, extra);
    return 0;
}

int swap_out(struct container *c, uint32_t start, uint32_t count, uint32_t *done, uint32_t *key)
{
    struct slot_sweeps sweeps;
    struct row row = { 0, 0 };
    uint32_t page = start, end = start + count;
    int err = 0;
    *done = 0;
    *key = SWAP_KEY_CELL;
    if (swap.leaving && !swap.gone)
        return SWAP_WAITS;
    if (!swap.window || swap.gone)
        return ENODEV;
    slot_sweeps_begin(&sweeps);
    for (; (page = container_next(c, page, end)) < end; page++) {
        err = page_out(c, container_slot(c, page), end - page, &row, &sweeps);
        if (err && err != NOTHING_TO_DO)
            break;
        err = 0;
    }
    slot_sweeps_end(&sweeps);
    row_end(&row, &c->control->swap);
    if (swap.dirty)
        machine_wake(SWAP_KEY_JOB);
    *done = page - start;
    return err;
}

/* ---- in -------------------------------------------------------------------------------------- */

/* The frame gets one more user.  Mappings that were made through the window go first. */
static void frame_join(paddr_t pa)
{
    const struct cell *cell = block_cell(swap.stored[pa >> PAGE_LOG2]);
    if (cell && slot_seen(*container_slot(swap.window, cell - swap.cell))) {
        struct sweep s;
        sweep_begin(&s, RIGHTS_ALL, false);
        sweep_add(&s, pa);
        sweep_end(&s);
    }
    ++*frame_find(pa);
}

/* The block's contents are not in core: asks for a read. */
static int page_want(uint32_t block, uint32_t *key)
{
    struct cell *cell = block_cell(block);
    if (swap.gone || (cell && cell->state == CELL_FAILED && cell->round == swap.round))
        return EIO;
    *key = block;
    if (cell && cell->state != CELL_FAILED)
        return SWAP_WAITS;
    if (cell)
        cell_release(cell - swap.cell);
    uint32_t i = cell_find();
    if (i == SWAP_NONE)
        *key = SWAP_KEY_CELL;
    else
        cell_take(i, block, CELL_WANTED);
    return SWAP_WAITS;
}

static int page_in(struct container *c, slot_t *slot, uint32_t *key)
{
    uint32_t named = slot_block(*slot), block = block_resolve(named);
    if (ledger.extra && control_unused(c->control))
        extra_make_room(1);                 /* first: it may take the very frame */
    paddr_t pa = swap_frame(block);
    if (!pa)
        return page_want(block, key);
    if (!control_charge(c->control, 1))
        return ENOMEM;
    const struct cell *cell = block_cell(block);
    swap.recovered += !cell || cell->round != swap.round;
    frame_join(pa);
    *slot = slot_of_frame(pa);
    c->pages++;
    c->swapped--;
    swap_drop(&c->control->swap, named);
    return 0;
}

int swap_in(struct container *c, uint32_t start, uint32_t count, uint32_t *done, uint32_t *key)
{
    uint32_t end = start + count, first = end, stop = start + (count < AHEAD ? count : AHEAD);
    int result = 0;
    for (uint32_t page = start; (page = container_next(c, page, stop)) < stop; page++) {
        slot_t *slot = container_slot(c, page);
        uint32_t for_what = 0;
        int err = slot_swapped(*slot) ? page_in(c, slot, &for_what) : 0;
        if (err && first == end) {
            first = page;
            result = err;
            *key = for_what;
        }
        if (err && err != SWAP_WAITS)
            break;
    }
    if (swap.wanted)
        machine_wake(SWAP_KEY_JOB);
    *done = (first < stop ? first : stop) - start;
    return result;
}

bool swap_reads(uint32_t page)
{
    return page < swap.cells && swap.cell[page].state == CELL_READING;
}

/* ---- when the disk refuses ------------------------------------------------------------------- */

/* The cell's block is BAD, but slots still name it: it becomes an alias of another block. */
bool swap_rename(uint32_t i)
{
    uint32_t old = swap.cell[i].block;
    paddr_t pa = swap_frame(old);
    struct row row = { 0, 0 };
    int err;
    if (swap.failures >= FAILURES_MOST)
        return false;
    while ((err = blocks_alloc(&swap.kept, 1, &row)) == SWAP_AGAIN)
        ;
    if (err)
        return false;
    const uint32_t new = row.block;
    slots_drop(&swap.map, &swap.kept, old);
    swap.where[old] = new << PAGE_LOG2 | WHERE_ALIAS;
    swap.where[new] = i + 1;
    swap.cell[i].block = new;
    swap_store(pa, new);
    cell_set(i, CELL_DIRTY);
    return true;
}

/* ---- what must hold -------------------------------------------------------------------------- */

bool swap_knows(uint32_t block)
{
    if (block >= swap.map.count || references(block) == 0)
        return false;
    uint32_t at = block_resolve(block);
    enum slot_state state = slots_state(&swap.map, at);
    return state == SLOT_WRITTEN ||
           ((state == SLOT_WRITING || state == SLOT_BAD) && swap_frame(at));
}

static const char *cell_problem(uint32_t i)
{
    const struct cell *cell = &swap.cell[i];
    bool full = slot_bound(*container_slot(swap.window, i));
    if (cell->block == SWAP_NONE)
        return cell->state == CELL_FREE || cell->state == CELL_READING ? NULL
               : "a cell has a state and no block";
    if (block_cell(cell->block) != cell)
        return "a block does not know its cell";
    switch (cell->state) {
    case CELL_DIRTY: case CELL_WRITING: case CELL_CLEAN: case CELL_STUCK:
        return full && slot_frame(*container_slot(swap.window, i)) == swap_frame(cell->block)
               ? NULL : "a cell does not have its block's frame";
    case CELL_WANTED: case CELL_FAILED:
        return full ? "a cell that waits for its page has one" : NULL;
    default:
        return cell->state == CELL_READING ? NULL : "a free cell has a block";
    }
}

static const char *block_problem(uint32_t block)
{
    if (is_alias(block))
        return slots_state(&swap.map, block) == SLOT_BAD && references(block) ? NULL
               : "a block that can be used is an alias";
    const struct cell *cell = block_cell(block);
    paddr_t pa = swap_frame(block);
    if (cell && cell->block != block)
        return "a cell does not know its block";
    if (pa && (!(*frame_find(pa) & FRAME_STORED) || swap.stored[pa >> PAGE_LOG2] != block))
        return "a block is in a frame that does not know of it";
    return (cell || pa) && references(block) == 0 ? "a block in core is nobody's" : NULL;
}

const char *swap_problem(void)
{
    struct slots_account all = swap.kept;
    uint32_t dirty = 0, wanted = 0;
    for (const struct control *c = control_all; c; c = c->all_next)
        all.used += c->swap.used;
    const char *problem = slots_problem(&swap.map, &all, 1);
    for (uint32_t i = 0; i < swap.cells && !problem; i++) {
        problem = cell_problem(i);
        dirty += swap.cell[i].state == CELL_DIRTY;
        wanted += swap.cell[i].state == CELL_WANTED;
    }
    for (uint32_t block = 0; block < swap.map.count && !problem; block++)
        problem = block_problem(block);
    if (!problem && (dirty != swap.dirty || wanted != swap.wanted))
        problem = "the numbers of cells with work are wrong";
    return problem;
}
