/* SPDX-License-Identifier: MIT */
/* Spec 2, 2.1: the helpers about which libraries disagree (docs/choices.md). */
#include "test.h"

static L4_Word_t word_at(int offset)
{
    return *(volatile L4_Word_t *)(L4_MyLocalId().raw + offset);
}

TEST(buffer_registers_grow_downward)
{
    L4_Word_t saved = word_at(-64 - 4 * 5);
    L4_LoadBR(5, 0x12345);
    EXPECT_EQ(word_at(-64 - 4 * 5), 0x12345);
    L4_LoadBR(5, saved);
}

TEST(disable_preemption_sets_d_and_enable_clears_it)
{
    EXPECT_EQ(L4_DisablePreemption(), 0);
    EXPECT_EQ(word_at(-40) & 0x60, 0x40);
    EXPECT(L4_EnablePreemption());
    EXPECT_EQ(word_at(-40) & 0x60, 0);
}

TEST(enable_signal_sets_s_and_disable_clears_it)
{
    EXPECT_EQ(L4_EnablePreemptionFaultException(), 0);
    L4_Word_t flags = word_at(-40) & 0x60;
    EXPECT(L4_DisablePreemptionFaultException());
    EXPECT_EQ(flags, 0x20);
    EXPECT_EQ(word_at(-40) & 0x60, 0);
}

TEST(preemption_pending_tests_and_clears_i)
{
    *(volatile L4_Word_t *)(L4_MyLocalId().raw - 40) |= 0x80;
    EXPECT(L4_PreemptionPending());
    EXPECT_EQ(word_at(-40) & 0x80, 0);
    EXPECT_EQ(L4_PreemptionPending(), 0);
}

static void silent(void)
{
    for (;;)
        L4_Yield();
}

TEST(reply_wait_does_not_wait_for_one_that_does_not_receive)
{
    L4_ThreadId_t from;
    L4_LoadMR(0, 0);
    L4_MsgTag_t tag = L4_ReplyWait(helper(silent), &from);
    EXPECT(L4_IpcFailed(tag));
    EXPECT_EQ(L4_ErrorCode(), 2);
}
