/* SPDX-License-Identifier: MIT */
/* A root task whose segments are far from each other: all of them are loaded and its own, and what lies
 * between is free memory. */
#include "test.h"
#include <l4/sigma0.h>

static volatile L4_Word_t far[2048] __attribute__((section(".far"))) = {0xFA5, [2047] = 0xFA6};

TEST(far_segment_is_loaded_and_can_be_written)
{
    L4_Fpage_t all = L4_FpageAddRights(L4_FpageLog2((L4_Word_t)far, 13), L4_FPAGE_RWX);
    EXPECT_EQ((L4_Word_t)far, 0x2000000);
    EXPECT(!L4_IsNilFpage(L4_Sigma0_GetPage(L4_Sigma0Id(), all)));
    EXPECT_EQ(far[0], 0xFA5);
    EXPECT_EQ(far[1024], 0);
    EXPECT_EQ(far[2047], 0xFA6);
    far[1] = 7;
    EXPECT_EQ(far[1], 7);
}

TEST(memory_between_far_segments_is_given_to_a_thread_that_asks)
{
    L4_Fpage_t between = L4_FpageAddRights(L4_FpageLog2(0x1000000, 22), L4_FPAGE_RWX);
    L4_Fpage_t got = L4_Sigma0_GetPage(L4_Sigma0Id(), between);
    EXPECT(!L4_IsNilFpage(got));
    *(volatile L4_Word_t *)0x1000000 = 1;
    EXPECT_EQ(*(volatile L4_Word_t *)0x1000000, 1);
}

TEST(memory_of_the_kernel_between_far_segments_is_not_given)
{
    for (L4_Word_t i = 0; i < L4_NumMemoryDescriptors(L4_GetKernelInterface()); i++) {
        const L4_MemoryDesc_t *d = L4_MemoryDesc(L4_GetKernelInterface(), i);
        L4_Word_t low = (L4_MemoryDescLow(d) + 4095) & ~4095ul;
        if (L4_MemoryDescType(d) != L4_ReservedMemoryType || L4_MemoryDescHigh(d) - low < 4095)
            continue;
        L4_Fpage_t page = L4_FpageAddRights(L4_FpageLog2(low, 12), L4_FPAGE_RWX);
        EXPECT(L4_IsNilFpage(L4_Sigma0_GetPage(L4_Sigma0Id(), page)));
    }
}
