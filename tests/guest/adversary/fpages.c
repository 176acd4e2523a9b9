/* SPDX-License-Identifier: MIT */
/* Fpages of every size at both ends of the address space, send bases and lengths that wrap, from one actor to another. */
#include "stage.h"

static const L4_Word_t bases[] = {0,          0x400,      0x1000,     0x3FF000,   0x400000,   0x7FFFF000, 0x80000000, 0xA0000000,
                                  0xBF000000, 0xBFC00000, 0xBFFFE000, 0xBFFFF000, 0xBFFFFC00, 0xC0000000, 0xC0001000, 0xE0004000,
                                  0xF0000000, 0xF0100000, 0xFFC00000, 0xFFFFF000, 0xFFFFFC00};
enum { BASES = sizeof bases / sizeof bases[0] };
#define AT 0x70000000ul /* 16 pages of the giver */

/* The first puppet gets the pages there. */
static L4_ThreadId_t giver(void)
{
    L4_ThreadId_t p = puppet();
    for (unsigned i = 0; i < PAGES; i++)
        *(L4_Word_t *)(pages + i * PAGE) = 0x1000 + i;
    EXPECT(L4_IpcSucceeded(give(p, AT, FPAGE(pages, 16, 7), false)));
    EXPECT_EQ(performed(p, p_read, AT + 15 * PAGE, 0), 0x100F);
    return p;
}

/* shared[0] to, [1] item type; then every base and size, for fpage and send base.  The count of sends that succeeded. */
static L4_Word_t p_sends_all(L4_Word_t first, L4_Word_t end)
{
    L4_Word_t sent = 0;
    for (L4_Word_t size = first; size < end; size++)
        for (unsigned i = 0; i < BASES; i++)
            for (unsigned k = 0; k < BASES; k += shared[2]) {
                L4_LoadMR(0, 2 << L4_TAG_T_SHIFT);
                L4_LoadMR(1, (bases[k] & L4_FPAGE_BASE_MASK) | shared[1]);
                L4_LoadMR(2, FPAGE(bases[i], size, (i + k + size) & 7));
                sent += L4_IpcSucceeded(L4_Send_Timeout(L4_ThreadIdOfRaw(shared[0]), MOMENT));
            }
    return sent;
}

/* Takes everything at one's window, unmaps, looks whether it still lives. */
static void expect_fpages(L4_Word_t item, L4_Word_t window)
{
    L4_ThreadId_t p = giver(), q = puppet();
    EXPECT_EQ(performed(q, p_window, window, 0), 0);
    shared[0] = q.raw;
    shared[1] = item;
    shared[2] = 3;
    EXPECT(order(p, p_sends_all, 0, 64));
    struct event e;
    unsigned limit = 4000;
    while (limit-- > 0 && (e = next_event(SOON)).what != DONE && e.what != NOTHING)
        forgive(&e); /* their own pages may be gone: those of the image are brought back */
    EXPECT_EQ(e.what, DONE);
}
TEST(mapping_fpages_of_every_size_and_base) { expect_fpages(L4_ITEM_MAP, L4_FPAGE_COMPLETE); }
TEST(granting_fpages_of_every_size_and_base) { expect_fpages(L4_ITEM_GRANT, L4_FPAGE_COMPLETE); }
TEST(fpages_into_a_window_at_the_end_of_user_memory) { expect_fpages(L4_ITEM_MAP, FPAGE(0xBFFFF000, 12, 0)); }
TEST(fpages_into_a_window_across_the_end_of_user_memory) { expect_fpages(L4_ITEM_MAP, FPAGE(0x80000000, 31, 0)); }
TEST(fpages_into_a_window_of_kernel_memory) { expect_fpages(L4_ITEM_MAP, FPAGE(0xC0000000, 30, 0)); }
TEST(fpages_into_a_window_over_kip_and_utcbs) { expect_fpages(L4_ITEM_MAP, FPAGE(0xA0000000, 16, 0)); }
TEST(fpages_into_an_io_window) { expect_fpages(L4_ITEM_MAP, L4_FPAGE_COMPLETE_IO); }
TEST(fpages_into_windows_too_small_or_too_large)
{
    for (L4_Word_t log2 = 2; log2 < 64; log2 += 7)
        expect_fpages(L4_ITEM_MAP, FPAGE(0x40000000, log2, 0)), stage_clear();
}

/* Nothing of it reached the kernel, or went where the window is not. */
TEST(nothing_is_mapped_outside_the_window)
{
    L4_ThreadId_t p = giver(), q = puppet();
    EXPECT_EQ(performed(q, p_window, FPAGE(0x50000000, 14, 0), 0), 0);
    shared[0] = q.raw;
    shared[1] = L4_ITEM_MAP;
    shared[2] = 1;
    EXPECT(order(p, p_sends_all, 12, 33));
    struct event e;
    while ((e = next_event(SOON)).what != DONE && e.what != NOTHING)
        forgive(&e);
    EXPECT_EQ(performed(q, p_read, 0x50000000 - PAGE, 0), MISS);
    EXPECT_EQ(performed(q, p_read, 0x50004000, 0), MISS);
    EXPECT_EQ(performed(q, p_read, AT, 0), MISS);
    EXPECT_EQ(performed(q, p_read, 0, 0), MISS);
    EXPECT_EQ(performed(q, p_read, 0xBFFFF000, 0), MISS);
    EXPECT_EQ(performed(q, p_read, 0xC0000000, 0), MISS);
}

/* One item: shared[10] send base, shared[11] fpage. */
static L4_Word_t p_give(L4_Word_t to, L4_Word_t item)
{
    L4_LoadMR(0, 2 << L4_TAG_T_SHIFT);
    L4_LoadMR(1, shared[10] | item);
    L4_LoadMR(2, shared[11]);
    return L4_Send_Timeout(L4_ThreadIdOfRaw(to), MOMENT).raw;
}

/* ---- rights */
TEST(rights_that_the_giver_lacks_are_not_given)
{
    L4_ThreadId_t p = puppet(), q = puppet();
    *(L4_Word_t *)pages = 0x77;
    EXPECT(L4_IpcSucceeded(give(p, AT, FPAGE(pages, 12, 5), false))); /* read only */
    shared[0] = q.raw;
    for (int grant = 0; grant < 2; grant++) {
        shared[10] = AT;
        shared[11] = FPAGE(AT, 12, 7);
        performed(p, p_give, q.raw, grant ? L4_ITEM_GRANT : L4_ITEM_MAP);
        EXPECT_EQ(performed(q, p_read, AT, 0), 0x77);
        EXPECT_EQ(performed(q, p_write, AT, 0x78), MISS);
    }
    EXPECT_EQ(*(L4_Word_t *)pages, 0x77);
}

/* ---- unmap */
static L4_Word_t p_unmaps_all(L4_Word_t flush, L4_Word_t b)
{
    (void)b;
    for (L4_Word_t size = 0; size < 64; size++)
        for (unsigned i = 0; i < BASES; i++)
            for (L4_Word_t rights = 0; rights < 8; rights++) {
                L4_LoadMR(0, FPAGE(bases[i], size, rights));
                L4_Unmap(flush);
            }
    return 0;
}
TEST(unmapping_fpages_of_every_size_and_base)
{
    L4_ThreadId_t p = giver();
    EXPECT_EQ(performed(p, p_unmaps_all, 0, 0), 0);
    EXPECT_EQ(performed(p, p_read, AT, 0), 0x1000);
}
TEST(flushing_fpages_of_every_size_and_base)
{
    L4_ThreadId_t p = giver();
    EXPECT_EQ(performed(p, p_unmaps_all, L4_UNMAP_FLUSH, 0), 0);
    EXPECT_EQ(performed(p, p_read, AT, 0), MISS);
    EXPECT_EQ(*(L4_Word_t *)pages, 0x1000);
}
static L4_Word_t p_unmap_wide(L4_Word_t control, L4_Word_t value)
{
    for (int i = 0; i < 64; i++)
        L4_LoadMR(i, value);
    L4_Unmap(control);
    return 0;
}
TEST(unmap_with_every_control_word)
{
    L4_ThreadId_t p = giver();
    for (L4_Word_t control = 0; control < 256; control++)
        EXPECT_EQ(performed(p, p_unmap_wide, control, L4_FPAGE_COMPLETE | (control & 7)), 0);
    for (L4_Word_t control = 256; control; control <<= 1)
        EXPECT_EQ(performed(p, p_unmap_wide, ~0ul ^ control, 0xBFFFFFF7), 0);
}
TEST(a_child_cannot_unmap_what_its_mapper_has)
{
    L4_ThreadId_t p = giver(), q = puppet();
    shared[10] = AT;
    shared[11] = FPAGE(AT, 16, 7);
    performed(p, p_give, q.raw, L4_ITEM_MAP);
    EXPECT_EQ(performed(q, p_read, AT, 0), 0x1000);
    EXPECT_EQ(performed(q, p_unmaps_all, L4_UNMAP_FLUSH, 0), 0);
    EXPECT_EQ(performed(p, p_read, AT, 0), 0x1000);
}

/* ---- typed words of every kind */
static L4_Word_t p_every_item(L4_Word_t to, L4_Word_t b)
{
    L4_Word_t seed = b;
    for (unsigned round = 0; round < 3000; round++) {
        for (int i = 1; i < 64; i++) {
            seed = seed * 1664525 + 1013904223;
            L4_LoadMR(i, seed >> 28 ? seed : seed & 0x1F);
            if ((seed >> 20 & 3) == 0) /* a map item of pages that are there */
                L4_LoadMR(i, AT | (seed >> 8 & 0xFF3) | 8);
        }
        L4_LoadMR(0, (seed >> 16 & 0xFFF) | (round & 1 ? 0 : 0x5000));
        L4_Send_Timeout(L4_ThreadIdOfRaw(to), L4_ZeroTime);
    }
    return 0;
}
TEST(rubbish_for_typed_items)
{
    L4_ThreadId_t p = giver(), q = puppet();
    for (L4_Word_t window = 0; window < 2; window++) {
        EXPECT_EQ(performed(q, p_window, window ? L4_FPAGE_COMPLETE | 1 : FPAGE(0x50000000, 20, 0), 0), 0);
        EXPECT(order(p, p_every_item, q.raw, 77 + window));
        struct event e;
        unsigned limit = 4000;
        while (limit-- > 0 && (e = next_event(SOON)).what != DONE && e.what != NOTHING)
            forgive(&e);
        EXPECT_EQ(e.what, DONE);
    }
}

/* ---- games inside one space */
static L4_Word_t p_chain(L4_Word_t to, L4_Word_t length)
{
    L4_Word_t sent = 0;
    for (L4_Word_t i = 0; i < length; i++) {
        L4_LoadMR(0, 2 << L4_TAG_T_SHIFT);
        L4_LoadMR(1, (0x20000000 + (i + 1) * PAGE) | L4_ITEM_MAP);
        L4_LoadMR(2, FPAGE(0x20000000 + i * PAGE, 12, 7));
        sent += L4_IpcSucceeded(L4_Send_Timeout(L4_ThreadIdOfRaw(to), MS(500)));
    }
    return sent;
}
TEST(a_chain_of_ten_thousand_mappings_ends_by_one_unmap)
{
    L4_ThreadId_t p = puppet(), q = puppet_in(p);
    *(L4_Word_t *)pages = 0x4711;
    EXPECT(L4_IpcSucceeded(give(p, 0x20000000, FPAGE(pages, 12, 7), false)));
    EXPECT_EQ(performed(p, p_chain, q.raw, 10000), 10000);
    EXPECT_EQ(performed(p, p_read, 0x20000000 + 10000 * PAGE, 0), 0x4711);
    L4_UnmapFpage(L4_FpageOfRaw(FPAGE(pages, 12, 7)));
    EXPECT_EQ(performed(p, p_read, 0x20000000 + 10000 * PAGE, 0), MISS);
    EXPECT_EQ(performed(p, p_read, 0x20000000, 0), MISS);
}
TEST(a_chain_of_ten_thousand_mappings_dies_with_its_space)
{
    L4_ThreadId_t p = puppet(), q = puppet_in(p);
    EXPECT(L4_IpcSucceeded(give(p, 0x20000000, FPAGE(pages, 12, 7), false)));
    EXPECT_EQ(performed(p, p_chain, q.raw, 10000), 10000);
}
TEST(a_page_mapped_onto_itself)
{
    L4_ThreadId_t p = giver(), q = puppet_in(p);
    for (unsigned grant = 0; grant < 2; grant++)
        for (L4_Word_t log2 = 12; log2 <= 16; log2++) {
            shared[10] = AT;
            shared[11] = FPAGE(AT, log2, 7);
            performed(p, p_give, q.raw, grant ? L4_ITEM_GRANT : L4_ITEM_MAP);
            L4_Word_t value = performed(p, p_read, AT, 0);
            EXPECT(value == 0x1000 || value == MISS);
            EXPECT(L4_IpcSucceeded(give(p, AT, FPAGE(pages, 16, 7), false)));
        }
}
/* Each of two spaces maps the other's page back to it, over and over. */
TEST(pages_mapped_to_and_fro)
{
    L4_ThreadId_t p = giver(), q = puppet();
    for (unsigned i = 0; i < 200; i++) {
        shared[10] = AT;
        shared[11] = FPAGE(AT, 12 + i % 5, 7);
        performed(i & 1 ? q : p, p_give, (i & 1 ? p : q).raw, i % 7 ? L4_ITEM_MAP : L4_ITEM_GRANT);
    }
    L4_UnmapFpage(L4_FpageOfRaw(FPAGE(pages, 16, 7)));
    EXPECT_EQ(performed(p, p_read, AT, 0), MISS);
    EXPECT_EQ(performed(q, p_read, AT, 0), MISS);
}
