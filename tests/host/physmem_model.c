/* SPDX-License-Identifier: MIT */
/* links: servers/physmem/swap.c servers/physmem/jobs.c lib/swap/slots.c servers/physmem/frame.c servers/physmem/buddy.c servers/physmem/slab.c servers/physmem/sweep.c servers/physmem/slot.c servers/physmem/account.c servers/physmem/control.c servers/physmem/container.c servers/physmem/copy.c servers/physmem/stretch.c servers/physmem/map.c servers/physmem/pin.c lib/hurd-cap/captable.c */
/* Random operations on containers, against a model that knows nothing of frames.
 *
 * The model: a page is a hole or names a cell; a cell is a byte; pages that share name one cell, a copy is a new cell.
 * Beside it the clients' side: what each has mapped, as the kernel would keep it.  After each step everything
 * that a client can still reach must show what the model says, and everything it can write must be its own. */
#include "physmem_world.h"

enum { CONTAINERS = 3, PAGES = 70, CELLS = CONTAINERS * PAGES + 1, STEPS = 20000,
       SLACK = 2 /* frames that trees may cost on the way */ };

static struct control *control[2];
static struct container *container[CONTAINERS];

static int cell_of[CONTAINERS][PAGES];              /* 0 = hole */
static unsigned char cell_value[CELLS];
static unsigned cell_users[CELLS];
static struct control *cell_payer[CELLS];           /* of the group behind a cell that was shared; or NULL */

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
        leaves += model_holes(c, p, n) < n;
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
        assert_true(!slot || !*slot);
        assert_int_equal(tlb[c][p].rights, 0);      /* nothing stays reachable */
        return;
    }
    assert_true(slot && *slot);
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
    assert_int_equal(control[0]->pages, container[0]->pages + container[1]->pages);
    assert_int_equal(control[1]->pages, container[2]->pages);
    for (unsigned i = 0; i < 2; i++) {
        uint32_t records = model_records(control[i]);
        assert_int_equal(control[i]->meta.bytes, records);
        assert_true(control[i]->meta.pages >= (records + PAGE_SIZE - 1) / PAGE_SIZE);
        assert_true(control_used(control[i]) <= control[i]->guarantee);
    }
    world_check();
}

/* ---- operations: the implementation's answer is predicted, error and amount */

static void op_allocate(unsigned c, unsigned p, unsigned n)
{
    bool squash = pick(2), partial = pick(2);
    uint32_t done, unused = control_unused(container[c]->control);
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
    int err = container_allocate(container[c], p, n, squash, partial, &done);
    if (err == ENOMEM) {                            /* the tree itself may take the last frames */
        assert_true(unused - holes <= SLACK);
        assert_true(!partial ? done == 0 : done <= possible && done + SLACK >= possible);
    } else {
        assert_int_equal(err, expect);
        assert_int_equal(done, expect && !partial ? 0 : possible);
    }
    for (unsigned i = 0; i < done; i++) {
        if (cell_of[c][p + i])
            model_drop(c, p + i);
        model_new(c, p + i, 0);
    }
}

static void op_deallocate(unsigned c, unsigned p, unsigned n)
{
    unsigned there = n - model_holes(c, p, n);
    assert_int_equal(world_deallocate(container[c], p, n), there);
    for (unsigned i = 0; i < n; i++)
        if (cell_of[c][p + i])
            model_drop(c, p + i);
}

static void op_release(unsigned c, unsigned p, unsigned n)
{
    uint32_t done;
    for (unsigned i = 0; i < n; i++) {              /* one by one: the last sharer keeps its contents */
        bool there = cell_of[c][p + i];
        if (there && slot_shared(*container_slot(container[c], p + i))) {
            model_drop(c, p + i);
            model_new(c, p + i, 0);
        }
        container_release(container[c], p + i, 1, &done);
        assert_int_equal(done, there);
    }
}

static void model_copy_page(unsigned from, unsigned fp, unsigned to, unsigned tp, const struct copy *how)
{
    int cell = cell_of[from][fp];
    cell_users[cell]++;                             /* it may be what is squashed */
    if (cell_of[to][tp])
        model_drop(to, tp);
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
    bool same = how.from->control == how.to->control;
    uint32_t unused = control_unused(how.to->control);
    bool overlap = from == to && (fp > tp ? fp - tp : tp - fp) < n;
    unsigned possible = 0;
    bool refused = false;
    while (possible < n && !refused) {
        unsigned holes = model_holes(to, tp, possible + 1);
        refused = !cell_of[from][fp + possible] || (cell_of[to][tp + possible] && !how.squash)
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
    switch (pick(8)) {
    case 0: op_allocate(c, p, n); break;
    case 1: op_deallocate(c, p, n); break;
    case 2: op_release(c, p, n); break;
    case 3: case 4: op_copy(c, pick(CONTAINERS)); break;
    default:
        for (unsigned i = 0; i < n; i++)
            pick(2) ? client_write(c, p + i) : client_read(c, p + i);
    }
}

static void run(uint32_t with_seed, unsigned frames)
{
    struct ledger before;
    slab_reclaim();
    before = ledger;
    memset(cell_of, 0, sizeof cell_of);
    memset(cell_users, 0, sizeof cell_users);
    memset(tlb, 0, sizeof tlb);
    seed = with_seed;
    world_on_revoke = tlb_revoke;
    for (unsigned i = 0; i < 2; i++)
        control[i] = world_control(frames);
    for (unsigned i = 0; i < CONTAINERS; i++)
        container[i] = world_container(control[i / 2]);
    for (unsigned i = 0; i < STEPS; i++) {
        step();
        check_all();
    }
    for (unsigned i = 0; i < 2; i++)
        world_destroy(control[i]);
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
    run(1, 400);
}

static void random_operations_under_a_tight_guarantee_agree_with_the_model(void **state)
{
    (void) state;
    run(20050111, 60);
}

static void random_operations_from_another_seed_agree_with_the_model(void **state)
{
    (void) state;
    run(424242, 120);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operations_with_plenty_agree_with_the_model),
        cmocka_unit_test(random_operations_under_a_tight_guarantee_agree_with_the_model),
        cmocka_unit_test(random_operations_from_another_seed_agree_with_the_model),
    };
    return cmocka_run_group_tests(tests, world_create, NULL);
}
