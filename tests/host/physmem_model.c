/* SPDX-License-Identifier: MIT */
/* links: servers/physmem/swap.c servers/physmem/jobs.c servers/physmem/attach.c lib/swap/slots.c servers/physmem/frame.c servers/physmem/buddy.c servers/physmem/slab.c servers/physmem/sweep.c servers/physmem/slot.c servers/physmem/account.c servers/physmem/control.c servers/physmem/container.c servers/physmem/extra.c servers/physmem/policy.c servers/physmem/soft.c servers/physmem/lock.c servers/physmem/shake.c servers/physmem/copy.c servers/physmem/stretch.c servers/physmem/burial.c servers/physmem/map.c servers/physmem/pin.c lib/hurd-cap/captable.c */
/* Random operations on containers, against a model that knows nothing of frames.
 *
 * The model: a page is a hole or names a cell; a cell is a byte; pages that share name one cell, a copy is a new cell.
 * Beside it the clients' side: what each has mapped, as the kernel would keep it.  After each step everything
 * that a client can still reach must show what the model says, and everything it can write must be its own. */
#include "physmem_world.h"
#include "servers/physmem/shake.h"

enum { CONTAINERS = 3, PAGES = 70, CELLS = CONTAINERS * PAGES + 1, STEPS = 20000,
       SLACK = 2 /* frames that trees may cost on the way */ };

static struct control *control[2];
static struct container *container[CONTAINERS];

static int cell_of[CONTAINERS][PAGES];              /* 0 = hole */
static unsigned char cell_value[CELLS];
static unsigned cell_users[CELLS];
static struct control *cell_payer[CELLS];           /* of the group behind a cell that was shared; or NULL */

static bool extra_at[CONTAINERS][PAGES];            /* with a cell: an extra page */
static enum { NOTHING, SEIZED, SOFT } left[CONTAINERS][PAGES];  /* without a cell: what is remembered */
static unsigned char soft_value[CONTAINERS][PAGES];
static unsigned seized_so_far, hardened_so_far;

static struct { paddr_t pa; unsigned rights; } tlb[CONTAINERS][PAGES];

static void tlb_revoke(paddr_t pa, unsigned rights)
{
    for (unsigned c = 0; c < CONTAINERS; c++)
        for (unsigned p = 0; p < PAGES; p++)
            if (tlb[c][p].pa == pa)
                tlb[c][p].rights &= ~rights;
}

static uint32_t seed;

static unsigned pick(unsigned n)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % n;
}

/* ---- the model */

static void model_drop(unsigned c, unsigned p)
{
    cell_users[cell_of[c][p]]--;
    cell_of[c][p] = 0;
}

static unsigned model_holes(unsigned c, unsigned p, unsigned n)
{
    unsigned holes = 0;
    for (unsigned i = 0; i < n; i++)
        holes += !cell_of[c][p + i];
    return holes;
}

static void model_new(unsigned c, unsigned p, unsigned char value)
{
    left[c][p] = NOTHING;
    extra_at[c][p] = false;
    int cell = 1;
    while (cell_users[cell])
        cell++;
    cell_of[c][p] = cell;
    cell_users[cell] = 1;
    cell_value[cell] = value;
    cell_payer[cell] = NULL;
}

/* Nodes: a leaf for each 32 pages of which one is there, and the three above the leaves. */
static unsigned model_nodes(unsigned c)
{
    unsigned leaves = 0;
    for (unsigned p = 0; p < PAGES; p += NODE_SLOTS) {
        unsigned n = p + NODE_SLOTS < PAGES ? NODE_SLOTS : PAGES - p;
        unsigned used = n - model_holes(c, p, n);
        for (unsigned i = 0; i < n; i++)
            used += left[c][p + i] != NOTHING;
        leaves += used > 0;
    }
    return leaves ? leaves + NODE_LEVELS - 1 : 0;
}

/* Every byte of records that a control pays for. */
static uint32_t model_records(const struct control *payer)
{
    uint32_t bytes = payer == control[0] ? sizeof(struct account) : 0;
    for (unsigned c = 0; c < CONTAINERS; c++)
        if (container[c]->control == payer)
            bytes += sizeof(struct container) + model_nodes(c) * sizeof(struct node);
    for (unsigned cell = 1; cell < CELLS; cell++)
        if (cell_users[cell] && cell_payer[cell] == payer)
            bytes += sizeof(struct group);
    for (unsigned c = 0; c < CONTAINERS; c++)
        for (unsigned p = 0; p < PAGES; p++)
            if (left[c][p] == SOFT && container[c]->control == payer
                && *container_slot(container[c], p) != SLOT_GONE)
                bytes += sizeof(struct soft);
    return bytes;
}

/* ---- the clients */

static void client_map(unsigned c, unsigned p, unsigned rights)
{
    char *at = world_map(container[c], p, 1, rights);
    paddr_t pa = (paddr_t) ((uintptr_t) at - phys_base);
    if (tlb[c][p].pa != pa)
        tlb[c][p].rights = 0;                       /* overmapped */
    tlb[c][p].pa = pa;
    tlb[c][p].rights |= rights;
}

static void client_write(unsigned c, unsigned p)
{
    if (!cell_of[c][p])
        return;
    if (!(tlb[c][p].rights & 2))
        client_map(c, p, 6);
    unsigned char value = pick(256);
    memset(phys_pointer(tlb[c][p].pa), value, PAGE_SIZE);
    cell_value[cell_of[c][p]] = value;
}

static void client_read(unsigned c, unsigned p)
{
    if (cell_of[c][p] && !(tlb[c][p].rights & 4))
        client_map(c, p, 4);
}

static void check_page(unsigned c, unsigned p)
{
    slot_t *slot = container_slot(container[c], p);
    if (!cell_of[c][p]) {
        assert_true(left[c][p] ? slot && slot_residue(*slot) : !slot || !*slot);
        assert_int_equal(tlb[c][p].rights, 0);      /* nothing stays reachable */
        return;
    }
    assert_true(slot && slot_used(*slot));
    assert_int_equal(slot_extra(*slot), extra_at[c][p]);
    if (!tlb[c][p].rights)
        return;
    const unsigned char *bytes = phys_pointer(tlb[c][p].pa);
    assert_int_equal(bytes[0], cell_value[cell_of[c][p]]);
    assert_int_equal(bytes[PAGE_SIZE - 1], cell_value[cell_of[c][p]]);
}

static void check_all(void)
{
    for (unsigned c = 0; c < CONTAINERS; c++) {
        for (unsigned p = 0; p < PAGES; p++)
            check_page(c, p);
        assert_int_equal(container[c]->pages, PAGES - model_holes(c, 0, PAGES));
    }
    assert_int_equal(control[0]->pages + control[0]->extra, container[0]->pages + container[1]->pages);
    assert_int_equal(control[1]->pages + control[1]->extra, container[2]->pages);
    for (unsigned i = 0; i < 2; i++) {
        uint32_t records = model_records(control[i]);
        assert_int_equal(control[i]->meta.bytes, records);
        assert_true(control[i]->meta.pages >= (records + PAGE_SIZE - 1) / PAGE_SIZE);
        assert_true(control_used(control[i]) <= control[i]->guarantee);
    }
    world_check();
}

/* ---- operations: the implementation's answer is predicted, error and amount */

/* Extra pages that physmem has taken: nothing else can vanish. */
static void absorb(void)
{
    for (unsigned c = 0; c < CONTAINERS; c++)
        for (unsigned p = 0; p < PAGES; p++) {
            slot_t *slot = container_slot(container[c], p);
            if (!cell_of[c][p] || !slot || *slot != SLOT_SEIZED)
                continue;
            assert_true(extra_at[c][p]);
            model_drop(c, p);
            left[c][p] = SEIZED;
            seized_so_far++;
        }
}

/* What an operation on so many pages does first. */
static void make_room(unsigned n)
{
    extra_make_room(extra_claims(n));
    absorb();
}

static void op_allocate(unsigned c, unsigned p, unsigned n)
{
    bool squash = pick(2), partial = pick(2), extra = pick(3) == 0;
    if (!extra)
        make_room(n);
    uint32_t done, unused = container_holes_left(container[c], extra);
    unsigned possible = 0, holes = 0;
    int expect = 0;
    while (possible < n && !expect) {
        bool hole = !cell_of[c][p + possible];
        if (!hole && !squash)
            expect = EEXIST;
        else if (hole && holes == unused)
            expect = ENOMEM;
        else
            holes += hole, possible++;
    }
    int err = (extra ? container_allocate_extra : container_allocate)(container[c], p, n, squash, partial, &done);
    if (err == ENOMEM) {                            /* the tree itself may take the last frames */
        assert_true(unused - holes <= SLACK);
        assert_true(!partial ? done == 0 : done <= possible && done + SLACK >= possible);
    } else {
        assert_int_equal(err, expect);
        assert_int_equal(done, expect && !partial ? 0 : possible);
    }
    for (unsigned i = 0; i < done; i++) {
        bool kind = cell_of[c][p + i] ? extra_at[c][p + i] : extra;
        if (cell_of[c][p + i])
            model_drop(c, p + i);
        model_new(c, p + i, 0);
        extra_at[c][p + i] = kind;
    }
}

static void op_seize(unsigned c)
{
    struct control *control = container[c]->control;
    unsigned n = pick(5), before = seized_so_far, had = control->extra;
    assert_int_equal(extra_seize(control, n), n < had ? n : had);
    absorb();
    assert_int_equal(seized_so_far - before, n < had ? n : had);
}

static void op_return(unsigned c, unsigned p, unsigned n)
{
    uint32_t done;
    make_room(0);
    unsigned there = n - model_holes(c, p, n);
    assert_int_equal(container_return(container[c], p, n, &done), 0);
    assert_int_equal(done, there);
    for (unsigned i = 0; i < n; i++) {
        if (!cell_of[c][p + i])
            continue;
        slot_t *slot = container_slot(container[c], p + i);
        if (slot && slot_residue(*slot)) {
            assert_int_equal(cell_users[cell_of[c][p + i]], 1);
            left[c][p + i] = SOFT;
            soft_value[c][p + i] = cell_value[cell_of[c][p + i]];
        }
        model_drop(c, p + i);
    }
}

/* One page: it has the contents that it had, or is certainly gone. */
static void op_harden(unsigned c, unsigned p)
{
    bool extra = pick(2), soft = left[c][p] == SOFT, can = container_holes_left(container[c], extra) > 0;
    uint32_t done;
    slot_t *slot = container_slot(container[c], p);
    bool gone = !slot || !*slot || *slot == SLOT_GONE;
    int err = container_harden(container[c], p, 1, extra, &done);
    assert_int_equal(done, err == 0);
    if (cell_of[c][p]) {
        assert_int_equal(err, extra || !extra_at[c][p] || can ? 0 : ENOMEM);
        extra_at[c][p] &= extra || err;
        return;
    }
    assert_int_equal(err, left[c][p] == SEIZED ? ESTALE : gone ? ENOENT : can ? 0 : ENOMEM);
    if (err == ENOMEM)
        return;
    left[c][p] = NOTHING;
    if (err)
        return;
    assert_true(soft);
    hardened_so_far++;
    model_new(c, p, soft_value[c][p]);
    extra_at[c][p] = extra;
    assert_int_equal(world_read(container[c], p), soft_value[c][p]);
    absorb();
}

static void op_deallocate(unsigned c, unsigned p, unsigned n)
{
    unsigned there = n - model_holes(c, p, n);
    assert_int_equal(world_deallocate(container[c], p, n), there);
    for (unsigned i = 0; i < n; i++) {
        if (cell_of[c][p + i])
            model_drop(c, p + i);
        left[c][p + i] = NOTHING;
    }
}

static void op_release(unsigned c, unsigned p, unsigned n)
{
    uint32_t done;
    for (unsigned i = 0; i < n; i++) {              /* one by one: the last sharer keeps its contents */
        bool there = cell_of[c][p + i];
        if (there && slot_shared(*container_slot(container[c], p + i))) {
            bool kind = extra_at[c][p + i];
            model_drop(c, p + i);
            model_new(c, p + i, 0);
            extra_at[c][p + i] = kind;
        }
        container_release(container[c], p + i, 1, &done);
        assert_int_equal(done, there);
    }
}

static void model_copy_page(unsigned from, unsigned fp, unsigned to, unsigned tp, const struct copy *how)
{
    int cell = cell_of[from][fp];
    bool kind = cell_of[to][tp] && extra_at[to][tp];
    if (how->move && how->from->control == how->to->control)
        kind = extra_at[from][fp];
    cell_users[cell]++;                             /* it may be what is squashed */
    if (cell_of[to][tp])
        model_drop(to, tp);
    left[to][tp] = NOTHING;
    if (how->shared || how->move) {
        if (how->shared && !cell_payer[cell])
            cell_payer[cell] = how->to->control;
        cell_of[to][tp] = cell;
        cell_users[cell]++;
    } else {
        model_new(to, tp, cell_value[cell]);
    }
    if (how->move)
        model_drop(from, fp);
    cell_users[cell]--;
    extra_at[to][tp] = kind;
}

static void op_copy(unsigned from, unsigned to)
{
    unsigned n = 1 + pick(40), kind = pick(4);
    unsigned fp = pick(PAGES - n + 1), tp = pick(PAGES - n + 1);
    struct copy how = {
        .from = container[from], .to = container[to], .from_start = fp, .to_start = tp, .count = n,
        .shared = kind == 1, .move = kind == 2, .squash = pick(2), .partial = pick(2),
    };
    uint32_t done;
    make_room(n);
    bool same = how.from->control == how.to->control;
    uint32_t unused = control_unused(how.to->control);
    bool overlap = from == to && (fp > tp ? fp - tp : tp - fp) < n;
    unsigned possible = 0;
    bool refused = false;
    while (possible < n && !refused) {
        unsigned holes = model_holes(to, tp, possible + 1);
        refused = !cell_of[from][fp + possible] || (cell_of[to][tp + possible] && !how.squash)
                  || (how.move && !same && extra_at[from][fp + possible])
                  || (!(how.move && same) && holes > unused);
        possible += !refused;
    }
    int err = container_copy(&how, &done);
    if (overlap) {
        assert_int_equal(err, EINVAL);
        return;
    }
    if (err == ENOMEM && !refused)
        assert_true(unused - model_holes(to, tp, n) <= SLACK);
    else
        assert_int_equal(err != 0, refused);
    assert_true(done <= possible);                  /* charging in steps may stop a little early */
    assert_true(!err ? done == n : how.partial || done == 0);
    if (err == ESTALE) {
        assert_int_equal(left[from][fp + possible], SEIZED);
        left[from][fp + possible] = NOTHING;
    }
    for (unsigned i = 0; i < done; i++)
        model_copy_page(from, fp + i, to, tp + i, &how);
    for (unsigned i = done; how.shared && i < n; i++) {     /* groups of one are dissolved */
        int cell = cell_of[from][fp + i];
        if (cell && cell_users[cell] == 1)
            cell_payer[cell] = NULL;
    }
}

static void step(void)
{
    unsigned c = pick(CONTAINERS), n = 1 + pick(30), p = pick(PAGES - n + 1);
    switch (pick(12)) {
    case 8: op_seize(c); break;
    case 9: op_return(c, p, n); break;
    case 10: case 11:
        for (unsigned i = 0; i < n; i++)
            op_harden(c, p + i);
        break;
    case 0: op_allocate(c, p, n); break;
    case 1: op_deallocate(c, p, n); break;
    case 2: op_release(c, p, n); break;
    case 3: case 4: op_copy(c, pick(CONTAINERS)); break;
    default:
        for (unsigned i = 0; i < n; i++)
            pick(2) ? client_write(c, p + i) : client_read(c, p + i);
    }
}

/* hog: frames that are promised to somebody else meanwhile; shake: pages move after each step. */
static void run(uint32_t with_seed, unsigned frames, unsigned hog, unsigned shake)
{
    struct ledger before;
    slab_reclaim();
    before = ledger;
    memset(cell_of, 0, sizeof cell_of);
    memset(cell_users, 0, sizeof cell_users);
    memset(tlb, 0, sizeof tlb);
    memset(left, 0, sizeof left);
    seized_so_far = hardened_so_far = 0;
    seed = with_seed;
    world_on_revoke = tlb_revoke;
    for (unsigned i = 0; i < 2; i++)
        control[i] = world_control(frames);
    for (unsigned i = 0; i < CONTAINERS; i++)
        container[i] = world_container(control[i / 2]);
    struct control *others = hog ? world_control(hog) : NULL;
    if (hog)
        assert_int_equal(world_allocate(world_container(others), 0, hog), 0);
    for (unsigned i = 0; i < STEPS; i++) {
        step();
        absorb();
        shake_step(shake);
        check_all();
    }
    assert_true(seized_so_far > 20 && hardened_so_far > 20);
    for (unsigned i = 0; i < 2; i++)
        world_destroy(control[i]);
    if (hog)
        world_destroy(others);
    account_close(600);
    world_check();
    slab_reclaim();
    assert_int_equal(ledger.bound, before.bound);
    assert_int_equal(ledger.promised, before.promised);
    assert_int_equal(ledger.meta, before.meta);
}

static void random_operations_with_plenty_agree_with_the_model(void **state)
{
    (void) state;
    run(1, 400, 0, 0);
}

static void random_operations_under_a_tight_guarantee_agree_with_the_model(void **state)
{
    (void) state;
    run(20050111, 60, 0, 0);
}

static void random_operations_from_another_seed_agree_with_the_model(void **state)
{
    (void) state;
    run(424242, 120, 0, 0);
}

static void random_operations_with_hardly_a_frame_left_agree_with_the_model(void **state)
{
    (void) state;
    run(77, 100, 720, 0);
}

static void random_operations_on_pages_that_move_agree_with_the_model(void **state)
{
    (void) state;
    uint32_t moved = shake_moved;
    shake_start(4);
    run(78, 100, 720, 4);
    run(79, 300, 0, 30);
    assert_true(shake_moved - moved > STEPS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operations_with_plenty_agree_with_the_model),
        cmocka_unit_test(random_operations_under_a_tight_guarantee_agree_with_the_model),
        cmocka_unit_test(random_operations_with_hardly_a_frame_left_agree_with_the_model),
        cmocka_unit_test(random_operations_on_pages_that_move_agree_with_the_model),
        cmocka_unit_test(random_operations_from_another_seed_agree_with_the_model),
    };
    return cmocka_run_group_tests(tests, world_create, NULL);
}
