/* SPDX-License-Identifier: MIT */
/* Spec 6.7: sigma0's protocol, asked by the root task and by a stranger. */
#include "probe.h"

static volatile L4_Word_t asked, answered, got;

static L4_Fpage_t get(L4_Word_t base, L4_Word_t log2)
{
    return L4_Sigma0_GetPage(L4_nilthread, L4_FpageLog2(base, log2));
}

static L4_Fpage_t any(L4_Word_t log2)
{
    return L4_Sigma0_GetAny(L4_nilthread, log2, L4_CompleteAddressSpace);
}

/* A helper is another thread: another owner. */
static void ask_for_the_same(void)
{
    got = L4_Sigma0_GetPage(L4_nilthread, L4_FpageOfRaw(asked)).raw;
    answered = 1;
    rest();
}

static L4_Word_t as_another_thread(L4_Fpage_t f)
{
    asked = f.raw;
    answered = 0;
    helper(ask_for_the_same);
    for (int i = 0; i < 20 && !answered; i++)
        L4_Sleep(MOMENT);
    EXPECT(answered);
    return got;
}

TEST(sigma0_gives_any_page_aligned_and_writable)
{
    for (L4_Word_t log2 = 12; log2 <= 16; log2++) {
        L4_Fpage_t f = any(log2);
        EXPECT_EQ(L4_SizeLog2(f), log2);
        EXPECT(L4_Address(f) != 0);
        EXPECT_EQ(L4_Rights(f), 7);
        volatile L4_Word_t *p = (L4_Word_t *)L4_Address(f);
        p[0] = 0x1234;
        p[(1ul << log2) / 4 - 1] = 0x5678;
        EXPECT_EQ(p[0], 0x1234);
    }
}

TEST(sigma0_gives_a_page_again_to_its_owner_only)
{
    L4_Fpage_t f = any(12);
    EXPECT(!L4_IsNilFpage(f));
    L4_Set_Rights(&f, 0);
    EXPECT(!L4_IsNilFpage(L4_Sigma0_GetPage(L4_nilthread, f)));
    EXPECT_EQ(as_another_thread(f), 0);
}

TEST(sigma0_gives_a_specific_page_at_its_physical_address)
{
    L4_Word_t base = L4_Address(any(13)); /* so that we know a place */
    L4_Fpage_t f = get(base, 12);
    EXPECT_EQ(L4_Address(f), base);
    EXPECT_EQ(L4_SizeLog2(f), 12);
}

TEST(sigma0_refuses_reserved_memory)
{
    const void *kip = L4_GetKernelInterface();
    for (L4_Word_t i = 0; i < L4_NumMemoryDescriptors(kip); i++) {
        const L4_MemoryDesc_t *d = L4_MemoryDesc(kip, i);
        if (!L4_IsVirtual(d) && L4_MemoryDescType(d) == L4_ReservedMemoryType)
            EXPECT(L4_IsNilFpage(get(L4_MemoryDescLow(d), 12)));
    }
}

TEST(sigma0_refuses_the_memory_of_other_servers)
{
    const L4_KernelInterfacePage_t *kip = L4_GetKernelInterface();
    EXPECT(L4_IsNilFpage(get(kip->Sigma0.low, 12)));
    EXPECT(
        L4_IsNilFpage(get(kip->RootServer.low, 12))); /* the first thread's, and we are another */
}

TEST(sigma0_gives_shared_memory_to_everybody)
{
    L4_Fpage_t f = get(0xB8000, 12);
    EXPECT_EQ(L4_Address(f), 0xB8000);
    L4_Set_Rights(&f, 0);
    EXPECT(as_another_thread(f) != 0);
}

TEST(sigma0_refuses_sizes_below_a_page_and_above_everything)
{
    EXPECT(L4_IsNilFpage(any(11)));
    EXPECT(L4_IsNilFpage(any(0)));
    EXPECT(L4_IsNilFpage(any(31)));
    EXPECT(L4_IsNilFpage(any(32)));
    EXPECT(L4_IsNilFpage(any(63)));
    EXPECT(L4_IsNilFpage(get(0x200000, 10)));
    EXPECT(L4_IsNilFpage(L4_Sigma0_GetPage(L4_nilthread, L4_CompleteAddressSpace)));
    EXPECT(L4_IsNilFpage(L4_Sigma0_GetPage(L4_nilthread, L4_Nilpage)));
    EXPECT(L4_IsNilFpage(get(0, 32)));
    EXPECT(L4_IsNilFpage(get(0x80000000, 31))); /* partly in front of sigma0's own areas, partly behind */
}

/* ---- device memory: what no descriptor but that of everything names */

/* The processor's first instruction is at 16 bytes below 4 GB, and the BIOS shows itself below 1 MB, too. */
static void expect_bios(const L4_Word_t *high)
{
    const L4_Word_t *low = (L4_Word_t *)0xFFFF0;
    EXPECT(!L4_IsNilFpage(get(0xFF000, 12)));
    for (int i = 0; i < 3; i++) /* the jump and the date */
        EXPECT_EQ(high[i], low[i]);
    EXPECT(high[0] != 0 && high[0] != ~0ul);
}

TEST(sigma0_gives_device_memory_up_to_the_last_page_in_any_size)
{
    L4_Fpage_t f = L4_Sigma0_GetPage_RcvWindow(L4_nilthread, L4_FpageLog2(0xFFFFF000, 12), L4_FpageLog2(0x40000000, 12));
    EXPECT_EQ(L4_Address(f), 0xFFFFF000);
    expect_bios((L4_Word_t *)0x40000FF0);
    f = L4_Sigma0_GetSpecial(L4_nilthread, L4_FpageLog2(0xFFC00000, 22), L4_UncacheableMemory, L4_FpageLog2(0x40400000, 22));
    EXPECT_EQ(f.raw, 0xFFC00000 | 22 << 4 | 7);
    expect_bios((L4_Word_t *)0x407FFFF0);
}

TEST(sigma0_gives_device_memory_to_all_that_ask)
{
    static const L4_Word_t at[] = {0x80000000, 0xBF000000, 0xBFF00000, 0xC0000000, 0xE0000000, 0xFD000000, 0xFEE00000};
    for (unsigned i = 0; i < sizeof at / sizeof *at; i++) {
        EXPECT_EQ(L4_Sigma0_GetPage_RcvWindow(L4_nilthread, L4_FpageLog2(at[i], 12), L4_FpageLog2(0x40000000, 12)).raw, at[i] | 12 << 4 | 7);
        EXPECT_EQ(as_another_thread(L4_FpageLog2(at[i], 12)), at[i] | 12 << 4 | 7);
    }
    EXPECT(!L4_IsNilFpage(L4_Sigma0_GetPage_RcvWindow(L4_nilthread, L4_FpageLog2(0xFC000000, 24), L4_FpageLog2(0x40000000, 12))));
}

TEST(sigma0_gives_no_device_memory_by_page_faults)
{
    static const L4_Word_t at[] = {0x80000000, 0xBF000000, 0xFEE00000};
    for (unsigned i = 0; i < sizeof at / sizeof *at; i++) {
        L4_Word_t w[3];
        L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
        L4_LoadMR(0, 0xFFE20002);
        L4_LoadMR(1, at[i]);
        L4_LoadMR(2, 0);
        EXPECT_EQ(L4_Call_Timeouts(L4_Sigma0Id(), SOON, SOON).raw, 2 << 6);
        L4_StoreMRs(0, 3, w);
        EXPECT_EQ(w[2], 0);
    }
}

TEST(sigma0_any_requests_end_with_a_refusal)
{
    L4_Word_t n = 0;
    while (n < 1000 && !L4_IsNilFpage(any(24)))
        n++;
    EXPECT(n < 1000);
    EXPECT(!L4_IsNilFpage(any(12))); /* smaller ones are still there */
}

TEST(sigma0_gives_uncacheable_memory_and_refuses_unknown_attributes)
{
    L4_Fpage_t page = any(12), same = page;
    L4_Set_Rights(&same, 0);
    EXPECT(!L4_IsNilFpage(
        L4_Sigma0_GetSpecial(L4_nilthread, same, L4_UncacheableMemory, L4_CompleteAddressSpace)));
    *(volatile L4_Word_t *)L4_Address(page) = 5;
    EXPECT(L4_IsNilFpage(L4_Sigma0_GetSpecial(L4_nilthread, same, 77, L4_CompleteAddressSpace)));
    EXPECT(!L4_IsNilFpage(
        L4_Sigma0_GetSpecial(L4_nilthread, same, L4_DefaultMemory, L4_CompleteAddressSpace)));
}

TEST(sigma0_gives_io_ports)
{
    L4_Fpage_t f = L4_Sigma0_GetPage(L4_nilthread, L4_IoFpageLog2(0x80, 0));
    if (!L4_HasFeature("ioflexpages"))
        SKIP("no IO fpages");
    EXPECT(L4_IsIoFpage(f));
    EXPECT_EQ(L4_IoFpagePort(f), 0x80);
    EXPECT(L4_IsNilFpage(L4_Sigma0_GetPage(L4_nilthread, L4_FpageOfRaw(0x00005020 | 17 << 10))));
}

/* ---- what is no request gets no answer */
static void expect_silence(L4_Word_t tag, L4_Word_t w1, L4_Word_t w2)
{
    L4_ThreadId_t s0 = L4_Sigma0Id();
    L4_LoadMR(0, tag);
    L4_LoadMR(1, w1);
    L4_LoadMR(2, w2);
    L4_MsgTag_t r = L4_Call_Timeouts(s0, SOON, MOMENT);
    if (!L4_IpcFailed(r))
        serial_printf("# tag %lx was answered with %lx\n", tag, r.raw);
    EXPECT(L4_IpcFailed(r));
}

TEST(sigma0_does_not_answer_malformed_requests)
{
    L4_Word_t page = L4_FpageLog2(0x400000, 12).raw;
    expect_silence(0xFFA00000, 0, 0);
    expect_silence(0xFFA00001, page, 0);
    expect_silence(0xFFA00003, page, 0);
    expect_silence(0xFFA0003F, page, 0);
    expect_silence(0xFFF00000, 0, 0);
    expect_silence(0xFFD00002, 0, 0);
    expect_silence(0xFFB0000C, 0, 0);
    expect_silence(0xFFE20001, 0x400000, 0);
    expect_silence(0xFFE20003, 0x400000, 0);
    expect_silence(0x00000002, page, 0);
    expect_silence(0xFFA10002, page, 0);
    EXPECT(!L4_IsNilFpage(any(12))); /* and it is still there */
}

TEST(sigma0_takes_no_items)
{
    static char page[4096] __attribute__((aligned(4096)));
    L4_MapItem_t item = L4_MapItem(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)page, 12), 7),
                                   0x200000);
    L4_LoadMR(0, 0xFFA00000 | 2 << 6);
    L4_LoadMRs(1, 2, item.raw);
    EXPECT(L4_IpcFailed(L4_Call_Timeouts(L4_Sigma0Id(), SOON, MOMENT)));
    EXPECT(!L4_IsNilFpage(any(12)));
}

TEST(sigma0_dump_and_seal_are_for_the_root_server_only)
{
    expect_silence(0xC1700002, 2, 1);
    expect_silence(0xC1700002, 3, 0);
    expect_silence(0xC1700002, 99, 1);
    EXPECT(!L4_IsNilFpage(any(12)));
}

/* A client that does not wait for its reply harms only itself. */
static void sends_only(void)
{
    for (int i = 0; i < 200; i++) {
        L4_LoadMR(0, 0xFFA00002);
        L4_LoadMR(1, 0xFFFFFCC0);
        L4_LoadMR(2, 0);
        L4_Send_Timeout(L4_Sigma0Id(), SOON);
    }
    answered = 1;
    rest();
}

TEST(sigma0_waits_for_no_client)
{
    answered = 0;
    stranger(sends_only);
    for (int i = 0; i < 50 && !answered; i++)
        L4_Sleep(MOMENT);
    EXPECT_EQ(answered, 1);
    EXPECT(!L4_IsNilFpage(any(12)));
}

TEST(sigma0_answers_a_page_fault_with_that_page)
{
    L4_Word_t page = L4_Address(any(12)), w[3];
    L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
    L4_LoadMR(0, 0xFFE20002);
    L4_LoadMR(1, page + 0x123);
    L4_LoadMR(2, 0);
    L4_MsgTag_t tag = L4_Call_Timeouts(L4_Sigma0Id(), SOON, SOON);
    L4_StoreMRs(0, 3, w);
    EXPECT_EQ(tag.raw, 2 << 6);
    EXPECT_EQ(w[2] & ~0xFul, page | 12 << 4);
    L4_LoadMR(0, 0xFFE20002); /* a page of somebody else: refused */
    L4_LoadMR(1, ((const L4_KernelInterfacePage_t *)L4_GetKernelInterface())->Sigma0.low);
    L4_LoadMR(2, 0);
    tag = L4_Call_Timeouts(L4_Sigma0Id(), SOON, SOON);
    L4_StoreMRs(0, 3, w);
    EXPECT_EQ(tag.raw, 2 << 6);
    EXPECT_EQ(w[1], 8);
    EXPECT_EQ(w[2], 0);
}
