/* SPDX-License-Identifier: MIT */
/* KIP and UTCB area: written, mapped, granted, unmapped, overmapped, forged. */
#include "stage.h"

static L4_Word_t kip(void) { return (L4_Word_t)L4_GetKernelInterface(); }

static bool kip_whole(void) { return *(volatile L4_Word_t *)kip() == L4_KIP_MAGIC; }

TEST(writing_to_the_kip_is_a_fault)
{
    L4_ThreadId_t p = puppet();
    for (L4_Word_t at = 0; at < PAGE; at += 256) {
        struct event e = perform(p, p_write, kip() + at, 0);
        EXPECT(e.what == PAGE_FAULT && e.w[1] == kip() + at && L4_PageFaultIsWrite(e.tag));
        forgive(&e);
        EXPECT_EQ(event_from(p, SOON).what, DONE);
    }
    EXPECT(kip_whole());
}

/* The pager answers such a fault with a page of its own. */
TEST(a_page_mapped_over_the_kip_is_not_mapped)
{
    L4_ThreadId_t p = puppet();
    *(L4_Word_t *)pages = 0x1234;
    for (int grant = 0; grant < 2; grant++) {
        EXPECT(L4_IpcSucceeded(give(p, kip(), FPAGE(pages, 12, 7), false)));
        EXPECT_EQ(performed(p, p_read, kip(), 0), L4_KIP_MAGIC);
        EXPECT_EQ(performed(p, p_write, kip(), 0), MISS);
    }
    EXPECT(kip_whole());
}

TEST(a_page_mapped_over_the_utcb_is_not_mapped)
{
    L4_ThreadId_t p = puppet();
    for (unsigned slot = 0; slot < 128; slot += 8)
        EXPECT(L4_IpcSucceeded(give(p, utcb_of(slot), FPAGE(pages, 12, 7), false)));
    EXPECT(L4_IpcSucceeded(give(p, utcb_of(0), FPAGE(pages, 16, 7), false)));
    EXPECT_EQ(performed(p, p_nothing, 0, 0), 0);
}

/* fpage out of the puppet's space to another one: what arrives is read there. */
static L4_Word_t p_send_item(L4_Word_t to, L4_Word_t item)
{
    L4_LoadMR(0, 2 << L4_TAG_T_SHIFT);
    L4_LoadMR(1, shared[10] | item);
    L4_LoadMR(2, shared[11]);
    return L4_Send_Timeout(L4_ThreadIdOfRaw(to), MOMENT).raw;
}

static L4_Word_t p_my_utcb(L4_Word_t a, L4_Word_t b)
{
    (void)a;
    (void)b;
    return (L4_Word_t)__L4_Utcb();
}

static void expect_not_given(bool of_utcb, L4_Word_t item)
{
    L4_ThreadId_t p = puppet(), q = puppet();
    L4_Word_t page = of_utcb ? performed(p, p_my_utcb, 0, 0) & ~(PAGE - 1) : kip();
    for (L4_Word_t log2 = 12; log2 < 23; log2 += 5) {
        shared[10] = 0x70000000;
        shared[11] = FPAGE(page, log2, 7);
        performed(p, p_send_item, q.raw, item);
        L4_Word_t at = 0x70000000 + (page & ((1ul << log2) - 1));
        EXPECT_EQ(performed(q, p_read, at, 0), MISS);
    }
    EXPECT_EQ(performed(p, p_nothing, 0, 0), 0);
    EXPECT(kip_whole());
}
TEST(the_kip_cannot_be_mapped_on) { expect_not_given(false, L4_ITEM_MAP); }
TEST(the_kip_cannot_be_granted) { expect_not_given(false, L4_ITEM_GRANT); }
TEST(the_utcb_cannot_be_mapped_on) { expect_not_given(true, L4_ITEM_MAP); }
TEST(the_utcb_cannot_be_granted) { expect_not_given(true, L4_ITEM_GRANT); }

TEST(kip_and_utcb_cannot_be_unmapped)
{
    L4_ThreadId_t p = puppet();
    L4_Word_t u = performed(p, p_my_utcb, 0, 0) & ~(PAGE - 1);
    for (L4_Word_t flush = 0; flush <= L4_UNMAP_FLUSH; flush += L4_UNMAP_FLUSH) {
        performed(p, p_unmap, FPAGE(u, 12, 7), flush);
        performed(p, p_unmap, FPAGE(kip(), 12, 7), flush);
        performed(p, p_unmap, FPAGE(u, 22, 7), flush);
        performed(p, p_unmap, FPAGE(kip(), 22, 7), flush);
        performed(p, p_unmap, L4_FPAGE_COMPLETE | 7, flush);
        EXPECT_EQ(performed(p, p_read, kip(), 0), L4_KIP_MAGIC);
        EXPECT_EQ(performed(p, p_my_utcb, 0, 0) & ~(PAGE - 1), u);
    }
}

/* ---- what a thread writes into its UTCB */
static L4_Word_t p_forge_id(L4_Word_t id, L4_Word_t b)
{
    (void)b;
    *__L4_Tcr(L4_UTCB_GLOBAL_ID) = id;
    return 0;
}
TEST(a_forged_global_id_deceives_nobody)
{
    L4_ThreadId_t p = puppet(), q = puppet();
    const L4_Word_t forged[] = {q.raw, stage().raw, 0, ~0ul, 1, 0x12345678, L4_ID_ANYLOCAL};
    for (unsigned i = 0; i < sizeof forged / sizeof forged[0]; i++) {
        struct event e = perform(p, p_forge_id, forged[i], 0);
        EXPECT_EQ(e.what, DONE);
        EXPECT_EQ(e.from.raw, p.raw);
    }
}

/* Local ids go through the UTCB: a companion's forged id must not make another thread of it. */
static L4_Word_t p_use_local(L4_Word_t local, L4_Word_t b)
{
    (void)b;
    L4_LoadMR(0, 0);
    L4_Word_t tag = L4_Send_Timeout(L4_ThreadIdOfRaw(local), L4_ZeroTime).raw;
    L4_Word_t w;
    L4_ThreadId_t id;
    L4_ThreadId_t found = L4_ExchangeRegisters(L4_ThreadIdOfRaw(local), 0, 0, 0, 0, 0, L4_nilthread, &w, &w, &w, &w, &w, &id);
    L4_ThreadSwitch(L4_ThreadIdOfRaw(local));
    return (tag & L4_TAG_ERROR ? 1 : 0) | (L4_IsNilThread(found) ? 2 : 0);
}
TEST(a_local_id_whose_utcb_was_forged_names_nobody)
{
    L4_ThreadId_t p = puppet(), q = puppet_in(p), r = puppet();
    L4_Word_t local = performed(q, p_my_utcb, 0, 0);
    EXPECT_EQ(performed(p, p_use_local, local, 0), 0);
    const L4_Word_t forged[] = {r.raw, p.raw, stage().raw, 0, ~0ul, 1, local};
    for (unsigned i = 0; i < sizeof forged / sizeof forged[0]; i++) {
        EXPECT_EQ(performed(q, p_forge_id, forged[i], 0), 0);
        EXPECT_EQ(performed(p, p_use_local, local, 0), 3);
    }
    EXPECT_EQ(performed(q, p_forge_id, q.raw, 0), 0);
    EXPECT_EQ(performed(p, p_use_local, local, 0), 0);
}
TEST(addresses_that_are_no_utcb_are_no_local_ids)
{
    L4_ThreadId_t p = puppet();
    for (L4_Word_t at = utcb_of(0) - 512; at < utcb_of(128) + 512; at += 64)
        if ((at & 0x1C0) != 0x100 || at < utcb_of(0) || at >= utcb_of(128))
            EXPECT_EQ(performed(p, p_use_local, at, 0), 3);
    const L4_Word_t others[] = {0x40, 0x100, 0xBFFFFFC0, 0xC0000000, 0xC0000100, 0xF0100000, 0xFFFFFF80, (L4_Word_t)shared & ~63ul, kip()};
    for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++)
        EXPECT_EQ(performed(p, p_use_local, others[i], 0), 3);
}

/* All ones, then all rubbish, in every word of the UTCB page; then it calls, sleeps, faults. */
static void scribbles(void)
{
    L4_Word_t *page = (L4_Word_t *)((L4_Word_t)__L4_Utcb() & ~(PAGE - 1)), seed = 1;
    L4_ThreadId_t handler = L4_ExceptionHandler();
    for (unsigned round = 0; round < 60; round++) {
        for (unsigned i = 0; i < PAGE / 4; i++) {
            seed = seed * 1664525 + 1013904223;
            page[i] = round == 0 ? ~0ul : round == 1 ? 0 : round == 2 ? handler.raw : seed;
        }
        L4_Set_ExceptionHandler(handler);
        L4_Set_Pager(handler);
        L4_Word_t w;
        L4_ThreadId_t id;
        L4_LoadMR(0, round & 1 ? 0 : L4_MR(0));
        L4_Ipc(handler, L4_nilthread, 0x04000400, &id);
        L4_LoadMR(0, 0x1000 | (round & 63));
        L4_Ipc(handler, handler, 0x04000400, &id);
        L4_Ipc(L4_nilthread, L4_anylocalthread, 0x04000400, &id);
        L4_ExchangeRegisters(L4_ThreadIdOfRaw((L4_Word_t)__L4_Utcb()), 0x3F8, 0, 0, 0, 0, handler, &w, &w, &w, &w, &w, &id);
        L4_Yield();
        shared[0]++;
    }
}
TEST(rubbish_in_every_word_of_the_utcb_page_harms_only_its_owner)
{
    actor(scribbles);
    struct tally t = conduct(MS(200), 400);
    EXPECT(t.done || t.silent || refusals(&t));
    EXPECT(shared[0] > 0);
}

/* U in EDI: the kernel knows better. */
static void calls_with_wild_u(void)
{
    static const L4_Word_t wild[] = {0, 1, 0x60000000, 0xBFFFFF00, 0xBFFFFFFF, 0xC0000000, 0xE0004000, 0xF0100000, 0xFFFFFF00, ~0ul};
    for (unsigned i = 0; i < sizeof wild / sizeof wild[0]; i++)
        for (unsigned vector = 0x30; vector < 0x3B; vector++) {
            const char bytes[] = {(char)0xCD, (char)vector};
            assemble(bytes, 2);
            machine.eax = machine.edx = 0;
            machine.ecx = 0x04000400;
            machine.esi = 63;
            machine.edi = wild[i];
            shared[0] += launch();
        }
}
TEST(system_calls_with_a_wild_utcb_address)
{
    actor(calls_with_wild_u);
    struct tally t = conduct(SOON, 10);
    EXPECT(t.done);
    EXPECT_EQ(shared[0], 110);
}

/* ---- areas that are none, by the thread that may configure spaces */
TEST(areas_outside_user_memory_are_refused)
{
    static const L4_Word_t bad[] = {0,
                                    FPAGE(0xBFFFF000, 11, 0),
                                    FPAGE(0xC0000000, 12, 0),
                                    FPAGE(0xF0000000, 22, 0),
                                    FPAGE(0x80000000, 31, 0),
                                    FPAGE(0, 32, 0),
                                    FPAGE(0, 63, 0),
                                    L4_FPAGE_COMPLETE,
                                    L4_FPAGE_COMPLETE_IO,
                                    FPAGE(0xFFFFF000, 12, 0),
                                    FPAGE(0xA0000000, 2, 0)};
    L4_ThreadId_t t = actor_inactive(L4_nilthread);
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        EXPECT_EQ(space_control(t, 0, FPAGE(0x1000, 12, 0), bad[i], L4_anythread), L4_ERR_UTCB);
        EXPECT_EQ(space_control(t, 0, bad[i], FPAGE(0xA0000000, 16, 0), L4_anythread), L4_ERR_KIP);
    }
    EXPECT_EQ(space_control(t, 0, FPAGE(0xA0008000, 12, 0), FPAGE(0xA0000000, 16, 0), L4_anythread), L4_ERR_KIP);
}
TEST(areas_of_all_legal_sizes_are_taken_and_given_back)
{
    for (L4_Word_t log2 = 12; log2 < 32; log2++)
        for (int swap = 0; swap < 2; swap++) {
            L4_ThreadId_t t = actor_inactive(L4_nilthread);
            L4_Word_t base = log2 < 30 ? 0x80000000 : log2 == 30 ? 0x40000000 : 0, big = FPAGE(base, log2, 0);
            EXPECT_EQ(space_control(t, 0, swap ? big : FPAGE(0xBFFFF000, 12, 0), swap ? FPAGE(0xBFFFF000, 12, 0) : big, L4_anythread), 0);
            L4_Word_t last = swap ? 0xBFFFFE00 : base + ((1ul << log2) - 512);
            EXPECT_EQ(thread_control(t, t, L4_nilthread, stage(), last), 0);
            stage_clear();
        }
}
TEST(utcb_locations_outside_the_area_are_refused)
{
    L4_ThreadId_t t = actor_waiting(L4_nilthread);
    static const L4_Word_t bad[] = {0xA0000000 - 512, 0xA0010000, 0xA0000001, 0xA0000100, 0xA00001FF, 0, 0xC0000000, 0xFFFFFE00, 0xBFFFFE00};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        L4_ThreadId_t second = fresh_id();
        EXPECT_EQ(thread_control(second, t, stage(), stage(), bad[i]), L4_ERR_UTCB);
    }
    L4_ThreadId_t second = fresh_id();
    L4_Word_t used = 0, failed = 0;
    for (unsigned slot = 0; slot < 128; slot++) {
        L4_Word_t error = thread_control(second, t, stage(), stage(), utcb_of(slot));
        used += error == L4_ERR_UTCB;
        failed += error && error != L4_ERR_UTCB;
        if (!error)
            actor_delete(second);
    }
    EXPECT_EQ(used, 1);
    EXPECT_EQ(failed, 0);
}
