/* SPDX-License-Identifier: MIT */
/* Spec 5.11, 7: map, grant, unmap, access bits. */
#include "probe.h"

enum { PAGE = 4096, WINDOW = 0x80000000, READ = 4, RW = 6, RWX = 7 };

static L4_Word_t pages[16][PAGE / 4] __attribute__((aligned(16 * 4096)));

/* Every page knows its number. */
static void number_pages(void)
{
    for (L4_Word_t i = 0; i < 16; i++)
        pages[i][0] = 0xA0 + i;
}

static L4_Fpage_t page_fpage(L4_Word_t i, L4_Word_t rights)
{
    return L4_FpageAddRights(L4_FpageLog2((L4_Word_t)pages[i], 12), rights);
}

static bool faults(struct probe r, L4_Word_t address) { return r.fault && r.address == address; }

TEST(map_with_the_complete_window_lands_at_the_send_base)
{
    L4_ThreadId_t p = prober();
    number_pages();
    EXPECT(L4_IpcSucceeded(map_to(p, pages[3], 12, RWX, WINDOW + 5 * PAGE)));
    EXPECT(can_read(p, WINDOW + 5 * PAGE, 0xA3));
    EXPECT(faults(probe(p, PROBE_READ, WINDOW + 6 * PAGE, 0), WINDOW + 6 * PAGE));
}

TEST(map_into_a_larger_window_lands_at_base_plus_send_base)
{
    L4_ThreadId_t p = prober();
    number_pages();
    EXPECT(probe(p, PROBE_WINDOW, L4_FpageLog2(WINDOW, 16).raw, 0).done);
    map_to(p, pages[2], 12, RWX, 0x12345000);
    EXPECT(can_read(p, WINDOW + 0x5000, 0xA2));
}

TEST(map_of_a_larger_page_takes_the_part_at_the_send_base)
{
    L4_ThreadId_t p = prober();
    number_pages();
    EXPECT(probe(p, PROBE_WINDOW, L4_FpageLog2(WINDOW, 12).raw, 0).done);
    map_to(p, pages[0], 16, RWX, 0x00009000);
    EXPECT(can_read(p, WINDOW, 0xA9));
    EXPECT(faults(probe(p, PROBE_READ, WINDOW + PAGE, 0), WINDOW + PAGE));
}

TEST(map_of_equal_sizes_ignores_the_send_base)
{
    L4_ThreadId_t p = prober();
    number_pages();
    EXPECT(probe(p, PROBE_WINDOW, L4_FpageLog2(WINDOW, 12).raw, 0).done);
    map_to(p, pages[4], 12, RWX, 0x7000);
    EXPECT(can_read(p, WINDOW, 0xA4));
}

TEST(map_of_16_pages_in_one_item_maps_all)
{
    L4_ThreadId_t p = prober();
    number_pages();
    map_to(p, pages[0], 16, RWX, WINDOW);
    for (L4_Word_t i = 0; i < 16; i++)
        EXPECT(can_read(p, WINDOW + i * PAGE, 0xA0 + i));
}

TEST(map_items_of_one_message_all_take_effect)
{
    L4_ThreadId_t p = prober();
    number_pages();
    L4_LoadMR(0, PROBE_MAP << 16 | 6 << 6);
    for (L4_Word_t i = 0; i < 3; i++) {
        L4_MapItem_t item = L4_MapItem(page_fpage(i, RWX), WINDOW + i * PAGE);
        item.raw[0] |= i < 2;
        L4_LoadMRs(1 + 2 * (int)i, 2, item.raw);
    }
    EXPECT(L4_IpcSucceeded(L4_Send_Timeout(p, SOON)));
    for (L4_Word_t i = 0; i < 3; i++)
        EXPECT(can_read(p, WINDOW + i * PAGE, 0xA0 + i));
}

TEST(map_read_only_makes_writes_fault)
{
    L4_ThreadId_t p = prober();
    number_pages();
    map_to(p, pages[0], 12, READ, WINDOW);
    EXPECT(can_read(p, WINDOW, 0xA0));
    struct probe r = probe(p, PROBE_WRITE, WINDOW, 1);
    EXPECT(faults(r, WINDOW) && L4_PageFaultIsWrite(r.tag));
    EXPECT_EQ(pages[0][0], 0xA0);
    map_to(p, pages[0], 12, RW, WINDOW); /* the answer to the fault: more rights */
    EXPECT(probe_on(p).done);
    EXPECT_EQ(pages[0][0], 1);
}

TEST(map_again_with_fewer_rights_takes_none_away)
{
    L4_ThreadId_t p = prober();
    map_to(p, pages[0], 12, RW, WINDOW);
    map_to(p, pages[0], 12, READ, WINDOW);
    EXPECT(probe(p, PROBE_WRITE, WINDOW, 5).done);
}

TEST(map_gives_no_more_rights_than_the_mapper_has)
{
    L4_ThreadId_t a = prober(), b = prober();
    number_pages();
    map_to(a, pages[0], 12, READ, WINDOW);
    EXPECT(probe(a, PROBE_PASS, WINDOW | 12 << 4 | RWX, b.raw).done);
    EXPECT(can_read(b, WINDOW, 0xA0));
    EXPECT(faults(probe(b, PROBE_WRITE, WINDOW, 1), WINDOW));
}

TEST(map_over_an_old_page_replaces_it)
{
    L4_ThreadId_t p = prober();
    number_pages();
    map_to(p, pages[0], 12, RWX, WINDOW);
    map_to(p, pages[1], 12, RWX, WINDOW);
    EXPECT(can_read(p, WINDOW, 0xA1));
}

TEST(map_over_an_old_page_removes_it_from_its_children)
{
    L4_ThreadId_t a = prober(), b = prober();
    number_pages();
    map_to(a, pages[0], 12, RWX, WINDOW);
    EXPECT(probe(a, PROBE_PASS, WINDOW | 12 << 4 | RWX, b.raw).done);
    EXPECT(can_read(b, WINDOW, 0xA0));
    map_to(a, pages[1], 12, RWX, WINDOW);
    EXPECT(faults(probe(b, PROBE_READ, WINDOW, 0), WINDOW));
}

TEST(map_skips_holes)
{
    L4_ThreadId_t p = prober();
    number_pages();
    L4_Flush(page_fpage(5, RWX)); /* our own mapping goes; sigma0 still has the page */
    EXPECT(L4_IpcSucceeded(map_to(p, pages[4], 13, RWX, WINDOW)));
    EXPECT(can_read(p, WINDOW, 0xA4));
    EXPECT(faults(probe(p, PROBE_READ, WINDOW + PAGE, 0), WINDOW + PAGE));
    pages[5][0] = 1; /* fetch it back */
}

TEST(map_of_a_nil_page_maps_nothing)
{
    L4_ThreadId_t p = prober();
    EXPECT(L4_IpcSucceeded(give(p, L4_MapItem(L4_Nilpage, WINDOW))));
    EXPECT(faults(probe(p, PROBE_READ, WINDOW, 0), WINDOW));
}

TEST(map_without_a_window_maps_nothing)
{
    L4_ThreadId_t p = prober();
    EXPECT(probe(p, PROBE_WINDOW, 0, 0).done);
    L4_MsgTag_t tag = map_to(p, pages[0], 12, RWX, WINDOW);
    if (L4_IpcFailed(tag)) /* P; M lets it succeed */
        EXPECT_EQ(L4_ErrorCode() & 15, 8);
    EXPECT(faults(probe(p, PROBE_READ, WINDOW, 0), WINDOW));
}

TEST(map_cannot_reach_kip_utcb_or_kernel)
{
    L4_ThreadId_t p = prober();
    L4_Word_t kip = (L4_Word_t)L4_GetKernelInterface();
    map_to(p, (void *)kip, 12, RWX, WINDOW);
    map_to(p, (void *)(L4_MyLocalId().raw & ~4095ul), 12, RWX, WINDOW + PAGE);
    map_to(p, (void *)0xF0100000, 12, RWX, WINDOW + 2 * PAGE);
    map_to(p, pages[0], 12, RWX, kip);
    map_to(p, pages[0], 12, RWX, 0xC0000000);
    map_to(p, pages[0], 12, RWX, 0xFFFFF000);
    EXPECT(can_read(p, kip, 0x4BE6344C));
    EXPECT(faults(probe(p, PROBE_READ, WINDOW + 2 * PAGE, 0), WINDOW + 2 * PAGE));
    map_to(p, pages[1], 12, RWX, WINDOW + 2 * PAGE);
    EXPECT(probe_on(p).done);
    EXPECT(faults(probe(p, PROBE_READ, WINDOW, 0), WINDOW));
}

TEST(grant_moves_the_page)
{
    L4_ThreadId_t a = prober(), b = prober();
    number_pages();
    map_to(a, pages[0], 12, RWX, WINDOW);
    map_to(b, pages[7], 12, RWX, WINDOW + 8 * PAGE);
    /* a is told to send a grant item: through the generic path, as words of its own message */
    L4_Word_t before = pages[7][0];
    EXPECT(can_read(a, WINDOW, 0xA0));
    EXPECT(L4_IpcSucceeded(give(b, L4_GrantItem(page_fpage(6, RWX), WINDOW))));
    EXPECT(can_read(b, WINDOW, 0xA6));
    EXPECT_EQ(before, 0xA7);
    EXPECT_EQ(pages[6][0], 0xA6); /* ours is gone: sigma0 gives it to us again */
    EXPECT(can_read(b, WINDOW, 0xA6));
}

TEST(grant_takes_the_children_along)
{
    L4_ThreadId_t child = prober(), b = prober();
    number_pages();
    map_to(child, pages[8], 12, RWX, WINDOW);
    give(b, L4_GrantItem(page_fpage(8, RWX), WINDOW));
    EXPECT(can_read(child, WINDOW, 0xA8));
    EXPECT(probe(b, PROBE_UNMAP, WINDOW | 12 << 4 | RWX, 0).done);
    EXPECT(faults(probe(child, PROBE_READ, WINDOW, 0), WINDOW));
    EXPECT(can_read(b, WINDOW, 0xA8));
}

TEST(grant_with_fewer_rights_leaves_children_no_more) /* spec 7.2: parents lose rights together with children */
{
    L4_ThreadId_t child = prober(), b = prober();
    number_pages();
    map_to(child, pages[9], 12, RWX, WINDOW);
    EXPECT(probe(child, PROBE_WRITE, WINDOW, 0xB9).done);
    give(b, L4_GrantItem(page_fpage(9, READ), WINDOW));
    EXPECT(can_read(b, WINDOW, 0xB9));
    EXPECT(faults(probe(child, PROBE_WRITE, WINDOW, 1), WINDOW));
}

TEST(unmap_removes_children_and_keeps_the_own_page)
{
    L4_ThreadId_t p = prober();
    number_pages();
    map_to(p, pages[0], 12, RWX, WINDOW);
    EXPECT(can_read(p, WINDOW, 0xA0));
    L4_UnmapFpage(page_fpage(0, RWX));
    EXPECT_EQ(pages[0][0], 0xA0);
    EXPECT(faults(probe(p, PROBE_READ, WINDOW, 0), WINDOW));
}

TEST(unmap_is_recursive_over_three_spaces)
{
    L4_ThreadId_t a = prober(), b = prober(), c = prober();
    number_pages();
    map_to(a, pages[0], 12, RWX, WINDOW);
    EXPECT(probe(a, PROBE_PASS, WINDOW | 12 << 4 | RWX, b.raw).done);
    EXPECT(probe(b, PROBE_PASS, WINDOW | 12 << 4 | RWX, c.raw).done);
    EXPECT(can_read(c, WINDOW, 0xA0));
    L4_UnmapFpage(page_fpage(0, RWX));
    EXPECT(faults(probe(a, PROBE_READ, WINDOW, 0), WINDOW));
    EXPECT(faults(probe(b, PROBE_READ, WINDOW, 0), WINDOW));
    EXPECT(faults(probe(c, PROBE_READ, WINDOW, 0), WINDOW));
}

TEST(unmap_of_write_leaves_read)
{
    L4_ThreadId_t p = prober();
    map_to(p, pages[0], 12, RW, WINDOW);
    EXPECT(probe(p, PROBE_WRITE, WINDOW, 9).done);
    L4_UnmapFpage(page_fpage(0, 2));
    EXPECT(can_read(p, WINDOW, 9));
    EXPECT(faults(probe(p, PROBE_WRITE, WINDOW, 1), WINDOW));
    pages[0][0] = 3; /* f = 0: we may still write */
}

TEST(flush_removes_the_own_page_too)
{
    L4_ThreadId_t a = prober(), b = prober();
    number_pages();
    map_to(a, pages[0], 12, RWX, WINDOW);
    EXPECT(probe(a, PROBE_PASS, WINDOW | 12 << 4 | RWX, b.raw).done);
    EXPECT(probe(a, PROBE_FLUSH, WINDOW | 12 << 4 | RWX, 0).done);
    EXPECT(faults(probe(a, PROBE_READ, WINDOW, 0), WINDOW));
    EXPECT(faults(probe(b, PROBE_READ, WINDOW, 0), WINDOW));
    EXPECT_EQ(pages[0][0], 0xA0);
}

TEST(flush_of_write_takes_it_from_the_own_page)
{
    L4_ThreadId_t p = prober();
    number_pages();
    map_to(p, pages[0], 12, RWX, WINDOW);
    EXPECT(probe(p, PROBE_WRITE, WINDOW, 5).done);
    EXPECT(probe(p, PROBE_FLUSH, WINDOW | 12 << 4 | 2, 0).done);
    EXPECT(can_read(p, WINDOW, 5));
    EXPECT(faults(probe(p, PROBE_WRITE, WINDOW, 6), WINDOW));
}

TEST(unmap_of_64_pages_in_one_call_treats_each)
{
    L4_ThreadId_t p = prober();
    L4_Fpage_t f[16];
    number_pages();
    map_to(p, pages[0], 16, RWX, WINDOW);
    for (L4_Word_t i = 0; i < 16; i++) {
        EXPECT(probe(p, PROBE_READ, WINDOW + i * PAGE, 0).done);
        f[i] = page_fpage(i, i & 1 ? RWX : 0);
    }
    L4_UnmapFpages(16, f);
    for (L4_Word_t i = 0; i < 16; i++)
        EXPECT(L4_WasReferenced(f[i]) && L4_Address(f[i]) == (L4_Word_t)pages[i]);
    EXPECT(can_read(p, WINDOW + 2 * PAGE, 0xA2));
    EXPECT(faults(probe(p, PROBE_READ, WINDOW + 3 * PAGE, 0), WINDOW + 3 * PAGE));
}

TEST(unmap_ignores_nil_pages_and_holes)
{
    L4_UnmapFpage(L4_Nilpage);
    L4_Flush(L4_FpageAddRights(L4_FpageLog2(0x70000000, 28), RWX));
    L4_Flush(L4_FpageAddRights(L4_FpageLog2(0xC0000000, 30), RWX));
    EXPECT_EQ(*(L4_Word_t *)L4_GetKernelInterface(), 0x4BE6344C);
}

TEST(unmap_of_the_complete_space_leaves_kip_and_utcb)
{
    L4_ThreadId_t p = prober();
    number_pages();
    map_to(p, pages[0], 12, RWX, WINDOW);
    EXPECT(probe(p, PROBE_FLUSH, L4_CompleteAddressSpace.raw | RWX, 0)
               .done); /* its code comes back by faults */
    EXPECT(can_read(p, (L4_Word_t)L4_GetKernelInterface(), 0x4BE6344C));
    EXPECT(faults(probe(p, PROBE_READ, WINDOW, 0), WINDOW));
}

static L4_Word_t status(L4_Word_t i) { return L4_Rights(L4_GetStatus(page_fpage(i, 0))); }

TEST(status_tells_a_childs_reads_from_its_writes_and_resets)
{
    L4_ThreadId_t p = prober();
    map_to(p, pages[0], 12, RW, WINDOW);
    status(0);
    EXPECT(probe(p, PROBE_WRITE, WINDOW, 1).done);
    EXPECT_EQ(status(0) & 6, 6);
    EXPECT(probe(p, PROBE_READ, WINDOW, 0).done);
    EXPECT_EQ(status(0) & 6, 4);
    EXPECT_EQ(status(0) & 6, 0);
}

TEST(status_of_one_level_hides_nothing_from_another)
{
    L4_ThreadId_t p = prober();
    map_to(p, pages[0], 12, RW, WINDOW);
    status(0);
    EXPECT(probe(p, PROBE_UNMAP, WINDOW | 12 << 4, 0).done);
    EXPECT(probe(p, PROBE_WRITE, WINDOW, 1).done);
    EXPECT_EQ(probe(p, PROBE_UNMAP, WINDOW | 12 << 4, 0).value & 6, 6);
    EXPECT_EQ(status(0) & 6, 6);
    EXPECT(probe(p, PROBE_WRITE, WINDOW, 1).done);
    EXPECT_EQ(status(0) & 6, 6);
    EXPECT_EQ(probe(p, PROBE_UNMAP, WINDOW | 12 << 4, 0).value & 6, 6);
    EXPECT_EQ(probe(p, PROBE_UNMAP, WINDOW | 12 << 4, 0).value & 6, 0);
}

TEST(status_comes_back_when_the_child_lost_the_page)
{
    L4_ThreadId_t p = prober();
    map_to(p, pages[0], 12, RW, WINDOW);
    status(0);
    EXPECT(probe(p, PROBE_WRITE, WINDOW, 1).done);
    EXPECT(probe(p, PROBE_FLUSH, WINDOW | 12 << 4 | RWX, 0).done);
    EXPECT_EQ(status(0) & 6, 6);
}

/* ---- 4 MB pages */
TEST(superpage_is_mapped_on_in_pieces_and_taken_back_in_pieces)
{
    L4_Fpage_t big = L4_Sigma0_GetAny(L4_nilthread, 22, L4_CompleteAddressSpace);
    if (L4_IsNilFpage(big))
        SKIP("no 4 MB in one piece");
    L4_ThreadId_t p = prober();
    L4_Word_t *at = (L4_Word_t *)L4_Address(big);
    for (L4_Word_t i = 0; i < 1024; i += 100)
        at[i * 1024] = i;
    map_to(p, at, 22, RWX, WINDOW);
    for (L4_Word_t i = 0; i < 1024; i += 100)
        EXPECT(can_read(p, WINDOW + i * PAGE, i));
    L4_UnmapFpage(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)at + 100 * PAGE, 12), RWX));
    EXPECT(can_read(p, WINDOW + 200 * PAGE, 200));
    EXPECT(can_read(p, WINDOW, 0));
    EXPECT(faults(probe(p, PROBE_READ, WINDOW + 100 * PAGE, 0), WINDOW + 100 * PAGE));
    EXPECT_EQ(at[100 * 1024], 100);
    map_to(p, at + 100 * 1024, 12, RWX, WINDOW + 100 * PAGE);
    EXPECT(probe_on(p).done);
    L4_UnmapFpage(L4_FpageAddRights(big, RWX));
    EXPECT(faults(probe(p, PROBE_READ, WINDOW, 0), WINDOW));
}

TEST(superpage_place_takes_a_small_page_over_it)
{
    L4_Fpage_t big = L4_Sigma0_GetAny(L4_nilthread, 22, L4_CompleteAddressSpace);
    if (L4_IsNilFpage(big))
        SKIP("no 4 MB in one piece");
    L4_ThreadId_t p = prober();
    number_pages();
    L4_Word_t *at = (L4_Word_t *)L4_Address(big);
    at[0] = 1;
    at[1024] = 2;
    map_to(p, at, 22, RWX, WINDOW);
    EXPECT(can_read(p, WINDOW + PAGE, 2));
    map_to(p, pages[9], 12, RWX, WINDOW + PAGE);
    EXPECT(can_read(p, WINDOW + PAGE, 0xA9));
    EXPECT(can_read(p, WINDOW, 1));
}

TEST(deleting_a_space_takes_its_mappings_from_others)
{
    L4_ThreadId_t a = prober(), b = prober();
    number_pages();
    map_to(a, pages[0], 12, RWX, WINDOW);
    EXPECT(probe(a, PROBE_PASS, WINDOW | 12 << 4 | RWX, b.raw).done);
    EXPECT(can_read(b, WINDOW, 0xA0));
    EXPECT(thread_delete(a));
    EXPECT(faults(probe(b, PROBE_READ, WINDOW, 0), WINDOW));
}

/* A chain through many spaces, and a page mapped many times: depth and breadth cost no stack. */
TEST(map_chain_of_twelve_spaces_is_unmapped_at_once)
{
    L4_ThreadId_t p[12];
    number_pages();
    for (int i = 0; i < 12; i++)
        p[i] = prober();
    map_to(p[0], pages[0], 12, RWX, WINDOW);
    for (int i = 0; i < 11; i++)
        EXPECT(probe(p[i], PROBE_PASS, WINDOW | 12 << 4 | RWX, p[i + 1].raw).done);
    EXPECT(can_read(p[11], WINDOW, 0xA0));
    L4_UnmapFpage(page_fpage(0, RWX));
    for (int i = 0; i < 12; i++)
        EXPECT(faults(probe(p[i], PROBE_READ, WINDOW, 0), WINDOW));
}
