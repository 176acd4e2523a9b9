/* SPDX-License-Identifier: MIT */
/* The longest work of every kind that one call can ask for.  Spec 4.9 - 4.11, 5.5, 5.11, 7. */
#include "probe.h"

enum { PAGE = 4096, LARGE = 22, RW = 6, RWX = 7, COPIES = 256 };
#define LARGE_SIZE (1ul << LARGE)
#define THERE 0x40000000ul /* in others' spaces */

static L4_Word_t region; /* 4 MB of memory */

/* Its pages know their numbers. */
static bool have_region(void)
{
    if (!region) {
        region = L4_Address(L4_Sigma0_GetAny(L4_nilthread, LARGE, L4_CompleteAddressSpace));
        for (L4_Word_t at = 0; region && at < LARGE_SIZE; at += PAGE)
            *(L4_Word_t *)(region + at) = at;
    }
    return EXPECT(region != 0);
}

static L4_Word_t unmap(L4_Word_t address, L4_Word_t log2, L4_Word_t rights, L4_Word_t control)
{
    L4_LoadMR(0, L4_FpageAddRights(L4_FpageLog2(address, log2), rights).raw);
    L4_Unmap(control);
    return L4_MR(0) & 7;
}

/* The whole region, so often, side by side. */
static void map_copies(L4_ThreadId_t p, L4_Word_t copies)
{
    for (L4_Word_t i = 0; i < copies; i++)
        if (!EXPECT(L4_IpcSucceeded(map_to(p, (void *)region, LARGE, RWX, THERE + i * LARGE_SIZE))))
            return;
}

TEST(a_space_of_a_million_mappings_ends)
{
    if (!have_region())
        return;
    L4_ThreadId_t p = prober();
    map_copies(p, COPIES);
    EXPECT(can_read(p, THERE + (COPIES - 1) * LARGE_SIZE + 5 * PAGE, 5 * PAGE));
    EXPECT_EQ(thread_delete(p), 1);
    EXPECT_EQ(unmap(region, LARGE, 0, 0) & 4, 4); /* what it had read is not forgotten */
}

TEST(trees_with_many_branches_lose_rights_and_then_all)
{
    if (!have_region())
        return;
    L4_ThreadId_t p = prober();
    map_copies(p, 40);
    EXPECT(probe(p, PROBE_WRITE, THERE + 3 * LARGE_SIZE, 0).done);
    EXPECT_EQ(unmap(region, LARGE, 2, 0) & 2, 2);
    EXPECT(can_read(p, THERE + 39 * LARGE_SIZE, 0));
    EXPECT(probe(p, PROBE_WRITE, THERE, 0).fault);
    thread_delete(p);
    p = prober();
    map_copies(p, 40);
    unmap(region, LARGE, RWX, 0);
    EXPECT(probe(p, PROBE_READ, THERE + 39 * LARGE_SIZE, 0).fault);
}

/* One child a page, which is the commonest case, then more and less of them in turns. */
TEST(rows_of_pages_are_unmapped_in_every_way)
{
    if (!have_region())
        return;
    for (L4_Word_t form = 0; form < 8; form++) {
        L4_ThreadId_t p = prober();
        map_copies(p, 1);
        for (L4_Word_t at = 0; form & 1 && at < LARGE_SIZE; at += 3 * PAGE) /* a second one */
            map_to(p, (void *)(region + at), 12, RW, THERE + 2 * LARGE_SIZE + at);
        for (L4_Word_t at = 0; form & 2 && at < LARGE_SIZE; at += 64 * PAGE)
            EXPECT(probe(p, PROBE_WRITE, THERE + at, at).done);
        if (form & 4)
            EXPECT(probe(p, PROBE_FLUSH, L4_FpageAddRights(L4_FpageLog2(THERE, LARGE), RWX).raw, 0).done);
        else
            unmap(region, LARGE, RWX, 0);
        EXPECT(probe(p, PROBE_READ, THERE + LARGE_SIZE - PAGE, 0).fault);
        thread_delete(p);
    }
}

/* What is mapped inside one space is in the TLB too. */
static void takes_copies(void)
{
    L4_ThreadId_t from;
    for (;;) {
        L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
        L4_Wait(&from);
    }
}
TEST(a_space_that_maps_to_itself_unmaps_rows)
{
    if (!have_region())
        return;
    L4_ThreadId_t t = helper(takes_copies);
    for (int copies = 1; copies <= 3; copies++) {
        for (int i = 0; i < copies; i++)
            EXPECT(L4_IpcSucceeded(map_to(t, (void *)region, LARGE, RW, THERE + i * LARGE_SIZE)));
        EXPECT_EQ(*(volatile L4_Word_t *)(THERE + 7 * PAGE), 7 * PAGE);
        EXPECT(unmap(region, LARGE, RWX, 0) & 4);
    }
    for (int copies = 1; copies <= 2; copies++) { /* from the other end: the parent stays */
        for (int i = 0; i < copies; i++)
            EXPECT(L4_IpcSucceeded(map_to(t, (void *)(i ? THERE : region), LARGE, RW, THERE + i * LARGE_SIZE)));
        unmap(THERE, LARGE, RWX, L4_UNMAP_FLUSH);
    }
    EXPECT_EQ(*(volatile L4_Word_t *)(region + 7 * PAGE), 7 * PAGE);
}

/* Every page lands on one that has been passed on: all of that goes first. */
TEST(a_map_over_pages_with_children_replaces_them)
{
    static L4_Word_t others[512 * PAGE / sizeof(L4_Word_t)] __attribute__((aligned(2 << 20)));
    if (!have_region())
        return;
    L4_ThreadId_t p = prober(), q = prober();
    map_copies(p, 1);
    for (L4_Word_t i = 0; i < 30; i++) /* p passes them on to q, again and again */
        if (!EXPECT(probe(p, PROBE_PASS, L4_FpageAddRights(L4_FpageLog2(THERE, 21), RW).raw, q.raw).done))
            break;
    others[0] = 4711;
    EXPECT(L4_IpcSucceeded(map_to(p, others, 21, RW, THERE)));
    EXPECT(can_read(p, THERE, 4711));
    EXPECT(can_read(p, THERE + LARGE_SIZE - PAGE, LARGE_SIZE - PAGE));
    EXPECT(L4_IpcSucceeded(map_to(p, (void *)region, LARGE, RW, THERE)));
    EXPECT(can_read(p, THERE, 0));
}

TEST(attributes_of_many_pages_are_set_and_set_back)
{
    if (!have_region())
        return;
    EXPECT_EQ(L4_Set_PageAttribute(L4_FpageLog2(region, LARGE), L4_UncacheableMemory), 1);
    EXPECT_EQ(*(volatile L4_Word_t *)(region + 9 * PAGE), 9 * PAGE);
    EXPECT_EQ(L4_Set_PageAttribute(L4_FpageLog2(region, LARGE), L4_DefaultMemory), 1);
}

/* 63 pages of the largest size, all of the same memory. */
TEST(one_call_unmaps_the_same_four_megabytes_again_and_again)
{
    if (!have_region())
        return;
    for (L4_Word_t i = 0; i < 64; i++)
        L4_LoadMR(i, L4_FpageAddRights(L4_FpageLog2(region, LARGE), RWX).raw);
    L4_Unmap(63);
    EXPECT_EQ(L4_MR(63) & 7, 0);
}

/* A string from odd address to odd address, of many pieces, into many pieces. */
static L4_Word_t sink[2];
static void takes_strings(void)
{
    L4_ThreadId_t from;
    L4_LoadBR(1, (LARGE_SIZE / 2) << 10);
    L4_LoadBR(2, region + LARGE_SIZE / 2 + sink[0]);
    L4_LoadBR(0, L4_ACCEPT_STRINGS);
    sink[1] = L4_Ipc(L4_nilthread, L4_anythread, 0, &from).raw;
    rest();
}
TEST(strings_lie_as_badly_as_they_can)
{
    if (!have_region())
        return;
    for (sink[0] = 0; sink[0] < 4; sink[0]++) {
        L4_Word_t length = LARGE_SIZE / 4 + 3;
        L4_ThreadId_t t = helper(takes_strings);
        char *from = (char *)region + 1;
        from[length - 1] = 77 + sink[0];
        L4_LoadMR(1, length << 10);
        L4_LoadMR(2, (L4_Word_t)from);
        L4_LoadMR(0, 2 << 6);
        EXPECT(L4_IpcSucceeded(L4_Send_Timeout(t, SOON)));
        EXPECT_EQ(((char *)region)[LARGE_SIZE / 2 + sink[0] + length - 1], 77 + sink[0]);
    }
    for (L4_Word_t at = 0; at < LARGE_SIZE; at += PAGE)
        *(L4_Word_t *)(region + at) = at;
}

/* ---- more threads than may pause, in the middle of unmaps of the same page */

enum { PATIENT = 50 };
static volatile L4_Word_t come, gone;
static volatile bool tree_is_ready;

static void asks_the_tree(void)
{
    come++;
    while (!tree_is_ready)
        L4_Yield();
    gone += (unmap(region, 12, 0, 0) & 2) == 0;
    rest();
}

TEST(of_many_that_pause_in_one_tree_all_come_to_their_end)
{
    L4_ThreadId_t t[PATIENT], p;
    if (!have_region())
        return;
    unmap(region, LARGE, RWX, 0);
    p = prober();
    for (L4_Word_t i = 0; i < 4000; i++)
        map_to(p, (void *)region, 12, RW, THERE + i * PAGE);
    come = gone = 0;
    tree_is_ready = false;
    for (int i = 0; i < PATIENT; i++) {
        t[i] = helper(asks_the_tree);
        EXPECT(L4_Set_Priority(t[i], 50));
    }
    L4_Sleep(MOMENT);
    EXPECT_EQ(come, PATIENT);
    L4_Word64_t took = clock_us();
    (void)unmap(region, 12, 0, 0); /* what was seen before is forgotten */
    took = clock_us() - took;
    tree_is_ready = true;
    for (int i = 0; i < PATIENT; i++)
        L4_ThreadSwitch(t[i]); /* until the next tick, and that meets it in its unmap */
    if (took > 2000) /* so in `make test`; bench/irqoff.py has a faster machine */
        EXPECT(gone < PATIENT - 32);
    L4_Sleep(SOON);
    EXPECT_EQ(gone, PATIENT);
}
