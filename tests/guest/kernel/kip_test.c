/* SPDX-License-Identifier: MIT */
/* Spec 3, 4.1: the kernel interface page as a program sees it. */
#include "test.h"
#include <l4/pecan.h>

static const L4_KernelInterfacePage_t *kip(void) { return L4_GetKernelInterface(); }

TEST(kernel_interface_returns_the_page_with_the_magic)
{
    L4_Word_t version, flags, id;
    const L4_KernelInterfacePage_t *k = L4_KernelInterface(&version, &flags, &id);
    EXPECT_EQ(k->magic, 0x4BE6344C);
    EXPECT_EQ(version, k->ApiVersion.raw);
    EXPECT_EQ(version >> 24, 0x84);
    EXPECT_EQ(flags, 0);
    EXPECT_EQ(id, L4_KernelDesc(k)->KernelId);
}

TEST(second_way_to_the_kip_gives_what_the_first_gives)
{
    L4_Word_t version, flags, id, limit = 0, k = 0, version2, flags2, id2;
    if (!L4_HasFeature(L4_FEATURE_KIPBYUD2))
        SKIP("no " L4_FEATURE_KIPBYUD2);
    __asm__("lsl %1, %0" : "+r"(limit) : "r"((L4_Word_t)L4_PECAN_SELECTOR));
    EXPECT_EQ(limit, L4_PECAN_SIGNATURE);
    __asm__ volatile(".byte 0x0f, 0x0b, 0x4c, 0x34, 0xe6, 0x4b"
                     : "+a"(k), "=c"(version2), "=d"(flags2), "=S"(id2));
    EXPECT_EQ(k, (L4_Word_t)L4_KernelInterface(&version, &flags, &id));
    EXPECT_EQ(version2, version);
    EXPECT_EQ(flags2, flags);
    EXPECT_EQ(id2, id);
}

TEST(kip_areas_leave_room_for_foreign_programs_assumptions)
{
    EXPECT_EQ(L4_UtcbSize(kip()), 512);
    EXPECT_EQ(L4_UtcbAlignmentLog2(kip()), 9);
    EXPECT_EQ(L4_UtcbAreaSizeLog2(kip()), 12);
    EXPECT_EQ(L4_KipAreaSizeLog2(kip()), 12);
    EXPECT_EQ((L4_Word_t)kip() & 4095, 0);
}

TEST(kip_page_info_has_4_kb_pages_and_independent_write_right)
{
    EXPECT(L4_PageSizeMask(kip()) & 1 << 12);
    EXPECT(L4_PageRights(kip()) & L4_Writable);
}

TEST(kip_links_lie_inside_the_kip_area)
{
    const L4_Word_t *link = &kip()->SpaceControl;
    for (int i = 0; i < 11; i++)
        EXPECT(link[i] >= 0x120 && link[i] < 4096);
    EXPECT(kip()->ProcDescPtr && kip()->ProcDescPtr + L4_NumProcessors(kip()) * 16 <= 4096);
    EXPECT(kip()->KernDescPtr && kip()->KernDescPtr < 4096);
}

TEST(kip_memory_descriptors_have_low_below_high_and_fit)
{
    EXPECT(L4_NumMemoryDescriptors(kip()) > 2);
    EXPECT((kip()->MemoryInfo.raw >> 16) + 8 * L4_NumMemoryDescriptors(kip()) <= 4096);
    for (L4_Word_t i = 0; i < L4_NumMemoryDescriptors(kip()); i++) {
        const L4_MemoryDesc_t *d = L4_MemoryDesc(kip(), i);
        EXPECT(L4_MemoryDescLow(d) <= L4_MemoryDescHigh(d));
    }
    EXPECT(L4_MemoryDesc(kip(), L4_NumMemoryDescriptors(kip())) == NULL);
}

TEST(kip_first_descriptor_makes_shared_what_nothing_else_is_said_of)
{
    const L4_MemoryDesc_t *d = L4_MemoryDesc(kip(), 0);
    EXPECT(!L4_IsVirtual(d));
    EXPECT_EQ(L4_MemoryDescType(d), L4_SharedMemoryType);
    EXPECT_EQ(L4_MemoryDescLow(d), 0);
    EXPECT_EQ(L4_MemoryDescHigh(d), ~0ul);
}

TEST(kip_highest_conventional_word_is_a_programs)
{
    L4_Word_t high = 0;
    for (L4_Word_t i = 0; i < L4_NumMemoryDescriptors(kip()); i++) {
        const L4_MemoryDesc_t *d = L4_MemoryDesc(kip(), i);
        if (!L4_IsVirtual(d) && L4_MemoryDescType(d) == L4_ConventionalMemoryType && L4_MemoryDescHigh(d) > high)
            high = L4_MemoryDescHigh(d);
    }
    L4_Fpage_t f = L4_Sigma0_GetPage(L4_nilthread, L4_FpageLog2(high & ~4095ul, 12));
    EXPECT_EQ(L4_Address(f), high & ~4095ul);
    volatile L4_Word_t *word = (L4_Word_t *)(high & ~3ul);
    *word = 0x4711;
    EXPECT_EQ(*word, 0x4711);
}

TEST(kip_virtual_memory_covers_this_program)
{
    bool covered = false;
    for (L4_Word_t i = 0; i < L4_NumMemoryDescriptors(kip()); i++) {
        const L4_MemoryDesc_t *d = L4_MemoryDesc(kip(), i);
        if (L4_IsVirtual(d) && L4_MemoryDescType(d) == L4_ConventionalMemoryType)
            covered |= L4_MemoryDescLow(d) <= (L4_Word_t)kip &&
                       L4_MemoryDescHigh(d) >= (L4_Word_t)kip;
    }
    EXPECT(covered);
}

TEST(kip_thread_info_has_room_for_interrupts_and_users)
{
    EXPECT(L4_ThreadIdSystemBase(kip()) >= 16);
    EXPECT(L4_ThreadIdUserBase(kip()) > L4_ThreadIdSystemBase(kip()));
    EXPECT(L4_ThreadIdBits(kip()) >= 12 && L4_ThreadIdBits(kip()) <= 18);
    EXPECT(L4_SameThreads(L4_RootServerId(), supervisor()));
}

TEST(kip_clock_precisions_are_periods)
{
    EXPECT_EQ(L4_ReadPrecision(kip()) & 0x8000, 0);
    EXPECT_EQ(L4_SchedulePrecision(kip()) & 0x8000, 0);
    EXPECT(L4_ReadPrecision(kip()) != 0 && L4_SchedulePrecision(kip()) != 0);
}

TEST(kip_feature_list_ends_and_knows_only_real_features)
{
    L4_Word_t n = 0;
    while (L4_Feature(kip(), n))
        n++;
    EXPECT(n < 20);
    EXPECT(!L4_HasFeature("no such feature"));
    EXPECT(!L4_HasFeature("smallspaces"));
}

TEST(kip_names_where_this_program_lies)
{
    EXPECT(in_image(kip()->RootServer.ip));
    EXPECT(kip()->RootServer.low < kip()->RootServer.high);
    EXPECT(kip()->Sigma0.low < kip()->Sigma0.high);
}

static void kip_writer(void)
{
    ((volatile L4_KernelInterfacePage_t *)L4_GetKernelInterface())->magic = 0;
    rest();
}

TEST(kip_cannot_be_written)
{
    L4_Word_t address;
    L4_ThreadId_t t = stranger_of(L4_MyGlobalId(), kip_writer);
    L4_MsgTag_t tag = pager_serve(t);
    L4_StoreMR(1, &address);
    EXPECT(L4_IsPageFault(tag) && L4_PageFaultIsWrite(tag));
    EXPECT_EQ(address, (L4_Word_t)kip());
    EXPECT_EQ(kip()->magic, 0x4BE6344C);
}

static volatile L4_Word_t seen_kip;

static void kip_looker(void)
{
    seen_kip = (L4_Word_t)L4_KernelInterface(NULL, NULL, NULL);
    send_words(supervisor(), 0x700, 0, 0);
    rest();
}

TEST(kernel_interface_gives_each_space_its_own_address)
{
    L4_Word_t old;
    L4_ThreadId_t t = space_create();
    EXPECT(L4_SpaceControl(t, 0, L4_FpageLog2(0x10000000, 12), L4_FpageLog2(0x10002000, 12),
                           L4_anythread, &old));
    EXPECT(L4_ThreadControl(t, t, L4_nilthread, L4_MyGlobalId(), (void *)0x10002000));
    seen_kip = 0;
    send_words(t, 0, (L4_Word_t)kip_looker, stack_for(t, kip_looker));
    pager_serve(t); /* its send goes through links at our KIP's place: that faults */
    EXPECT_EQ(seen_kip, 0x10000000);
}

static volatile L4_Word_t *utcb_of_helper;

static void utcb_looker(void)
{
    utcb_of_helper = __L4_Utcb();
    send_words(L4_Pager(), 0, 0, 0);
    rest();
}

TEST(two_threads_see_their_own_utcb)
{
    L4_ThreadId_t me = L4_MyGlobalId(), t = helper_waiting_for_start(me);
    start(t, utcb_looker);
    EXPECT(L4_IpcSucceeded(expect_message(t)));
    EXPECT((L4_Word_t)utcb_of_helper != L4_MyLocalId().raw);
    EXPECT_EQ(utcb_of_helper[-15], t.raw);
    EXPECT_EQ((L4_Word_t)utcb_of_helper & 511, 256);
    EXPECT(L4_ProcessorNo() < L4_NumProcessors(kip()));
}
