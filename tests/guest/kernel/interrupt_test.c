/* SPDX-License-Identifier: MIT */
/* Spec 6.5: interrupts as messages, tried with the clock chip's periodic interrupt (line 8). */
#include "rtc.h"
#include "test.h"

static L4_ThreadId_t irq(void) { return L4_IrqId(RTC_LINE); }

static L4_MsgTag_t acknowledge(void)
{
    rtc_read(0x0C);
    L4_LoadMR(0, 0);
    return L4_Send_Timeout(irq(), SOON);
}

TEST(interrupt_of_an_absent_handler_is_error_2)
{
    L4_Set_ErrorCode(0);
    EXPECT_EQ(L4_AssociateInterrupt(irq(), fresh_id()), 0);
    EXPECT_EQ(L4_ErrorCode(), 2);
}

TEST(interrupt_with_another_version_is_error_2)
{
    L4_Set_ErrorCode(0);
    EXPECT_EQ(L4_AssociateInterrupt(L4_GlobalId(RTC_LINE, 2), L4_MyGlobalId()), 0);
    EXPECT_EQ(L4_ErrorCode(), 2);
}

TEST(interrupt_lines_of_the_kernel_are_error_2)
{
    L4_Set_ErrorCode(0);
    EXPECT_EQ(L4_AssociateInterrupt(L4_IrqId(0), L4_MyGlobalId()), 0);
    EXPECT_EQ(L4_ErrorCode(), 2);
    EXPECT_EQ(L4_AssociateInterrupt(L4_IrqId(2), L4_MyGlobalId()), 0);
}

TEST(interrupt_attaches_and_detaches)
{
    EXPECT_EQ(L4_AssociateInterrupt(irq(), L4_MyGlobalId()), 1);
    EXPECT_EQ(L4_DeassociateInterrupt(irq()), 1);
}

TEST(interrupt_message_is_empty_and_comes_from_the_line)
{
    L4_ThreadId_t from;
    EXPECT(L4_AssociateInterrupt(irq(), L4_MyGlobalId()));
    rtc_on();
    L4_MsgTag_t tag = L4_Wait_Timeout(SOON, &from);
    EXPECT_EQ(tag.raw, 0xFFF00000);
    EXPECT_EQ(from.raw, irq().raw);
    rtc_off();
    L4_DeassociateInterrupt(irq());
}

TEST(interrupt_comes_again_only_after_the_acknowledge)
{
    EXPECT(L4_AssociateInterrupt(irq(), L4_MyGlobalId()));
    rtc_on();
    EXPECT(L4_IpcSucceeded(L4_Receive_Timeout(irq(), SOON)));
    rtc_read(0x0C); /* the chip would send the next one */
    EXPECT(L4_IpcFailed(L4_Receive_Timeout(irq(), MOMENT)));
    for (int i = 0; i < 10; i++) {
        EXPECT(L4_IpcSucceeded(acknowledge()));
        EXPECT(L4_IpcSucceeded(L4_Receive_Timeout(irq(), SOON)));
    }
    rtc_off();
    L4_DeassociateInterrupt(irq());
}

TEST(interrupt_acknowledge_and_wait_work_in_one_call)
{
    L4_ThreadId_t from;
    EXPECT(L4_AssociateInterrupt(irq(), L4_MyGlobalId()));
    rtc_on();
    EXPECT(L4_IpcSucceeded(L4_Receive_Timeout(irq(), SOON)));
    for (int i = 0; i < 10; i++) {
        rtc_read(0x0C);
        L4_LoadMR(0, 0);
        EXPECT_EQ(L4_ReplyWait_Timeout(irq(), SOON, &from).raw, 0xFFF00000);
        EXPECT_EQ(from.raw, irq().raw);
    }
    rtc_off();
    L4_DeassociateInterrupt(irq());
}

TEST(interrupt_waits_while_its_handler_is_busy)
{
    EXPECT(L4_AssociateInterrupt(irq(), L4_MyGlobalId()));
    rtc_on();
    L4_Sleep(MOMENT);
    rtc_off();
    EXPECT(L4_IpcSucceeded(L4_Receive_Timeout(irq(), L4_ZeroTime)));
    L4_DeassociateInterrupt(irq());
}

TEST(interrupt_is_not_a_local_thread)
{
    L4_ThreadId_t from;
    EXPECT(L4_AssociateInterrupt(irq(), L4_MyGlobalId()));
    rtc_on();
    EXPECT(L4_IpcFailed(L4_WaitLocal_Timeout(MOMENT, &from)));
    EXPECT(L4_IpcSucceeded(L4_Receive_Timeout(irq(), L4_ZeroTime)));
    rtc_off();
    L4_DeassociateInterrupt(irq());
}

TEST(interrupt_withdraws_its_message_when_the_handler_changes)
{
    L4_ThreadId_t other = helper(rest);
    EXPECT(L4_AssociateInterrupt(irq(), L4_MyGlobalId()));
    rtc_on();
    L4_Sleep(MOMENT);
    rtc_off();
    EXPECT(L4_AssociateInterrupt(irq(), other));
    EXPECT(L4_IpcFailed(L4_Receive_Timeout(irq(), MOMENT)));
    L4_DeassociateInterrupt(irq());
}

TEST(interrupt_goes_quiet_when_its_handler_is_deleted)
{
    L4_ThreadId_t other = helper(rest);
    EXPECT(L4_AssociateInterrupt(irq(), other));
    rtc_on();
    L4_Sleep(MOMENT);
    EXPECT(thread_delete(other));
    L4_Sleep(MOMENT);
    rtc_read(0x0C);
    EXPECT(L4_AssociateInterrupt(irq(), L4_MyGlobalId()));
    rtc_read(0x0C);
    EXPECT(L4_IpcSucceeded(L4_Receive_Timeout(irq(), SOON)));
    rtc_off();
    L4_DeassociateInterrupt(irq());
}

static volatile L4_Word_t result, error;

static void ack_of_somebody_else(void)
{
    L4_LoadMR(0, 0);
    L4_MsgTag_t tag = L4_Send_Timeout(irq(), MOMENT);
    result = L4_IpcFailed(tag);
    error = L4_ErrorCode();
    rest();
}

TEST(interrupt_is_not_acknowledged_by_others)
{
    EXPECT(L4_AssociateInterrupt(irq(), L4_MyGlobalId()));
    rtc_on();
    EXPECT(L4_IpcSucceeded(L4_Receive_Timeout(irq(), SOON)));
    result = 0;
    helper(ack_of_somebody_else);
    L4_Sleep(L4_TimePeriod(80000));
    EXPECT_EQ(result, 1);
    EXPECT(error == 2 || error == 4);
    rtc_read(0x0C);
    EXPECT(L4_IpcFailed(L4_Receive_Timeout(irq(), MOMENT)));
    rtc_off();
    L4_DeassociateInterrupt(irq());
}

static void unprivileged(void)
{
    result = L4_AssociateInterrupt(irq(), L4_MyGlobalId());
    error = L4_ErrorCode();
    rest();
}

TEST(interrupt_attachment_without_privilege_is_error_1)
{
    result = 7;
    stranger(unprivileged);
    L4_Sleep(MOMENT);
    EXPECT_EQ(result, 0);
    EXPECT_EQ(error, 1);
}
