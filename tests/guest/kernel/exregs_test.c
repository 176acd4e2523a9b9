/* SPDX-License-Identifier: MIT */
/* Spec 4.2: ExchangeRegisters. */
#include "test.h"

static volatile L4_Word_t counter, landed, handle_seen, result;

static void spinner(void)
{
    for (;;)
        counter++;
}

static void sleeper(void)
{
    L4_MsgTag_t tag = L4_Receive(supervisor());
    result = L4_IpcFailed(tag) ? L4_ErrorCode() : 0x100;
    rest();
}

static void pending_sender(void)
{
    L4_LoadMR(0, 0);
    L4_MsgTag_t tag = L4_Send(L4_ThreadIdOfRaw(result)); /* to the thread that the test put there */
    result = L4_IpcFailed(tag) ? L4_ErrorCode() : 0x100;
    rest();
}

static void landing(void)
{
    landed++;
    rest();
}

static L4_Word_t exchange(L4_ThreadId_t t, L4_Word_t control)
{
    L4_Word_t old = ~0ul;
    L4_ThreadId_t r = L4_ExchangeRegisters(t, control, 0, 0, 0, 0, L4_nilthread, &old, NULL, NULL,
                                           NULL, NULL, NULL);
    return L4_IsNilThread(r) ? ~0ul : old;
}

static void expect_no_thread(L4_ThreadId_t t)
{
    L4_Set_ErrorCode(0);
    L4_ThreadId_t r = L4_ExchangeRegisters(t, 0, 0, 0, 0, 0, L4_nilthread, NULL, NULL, NULL, NULL,
                                           NULL, NULL);
    EXPECT_EQ(r.raw, 0);
    EXPECT_EQ(L4_ErrorCode(), 2);
}

TEST(exregs_converts_ids_both_ways)
{
    L4_ThreadId_t t = helper(rest);
    EXPECT_EQ(L4_LocalIdOf(L4_MyGlobalId()).raw, L4_MyLocalId().raw);
    EXPECT_EQ(L4_GlobalIdOf(L4_MyLocalId()).raw, L4_MyGlobalId().raw);
    EXPECT(L4_IsLocalId(L4_LocalIdOf(t)) && !L4_IsNilThread(L4_LocalIdOf(t)));
    EXPECT_EQ(L4_GlobalIdOf(L4_LocalIdOf(t)).raw, t.raw);
    EXPECT(L4_SameThreads(t, L4_LocalIdOf(t)));
}

TEST(exregs_of_a_non_existing_thread_is_error_2)
{
    expect_no_thread(fresh_id());
    expect_no_thread(L4_GlobalId(L4_ThreadNo(L4_MyGlobalId()), L4_Version(L4_MyGlobalId()) + 1));
}

TEST(exregs_of_wild_ids_is_error_2)
{
    expect_no_thread(L4_ThreadIdOfRaw(L4_MyLocalId().raw + 64));
    expect_no_thread(L4_ThreadIdOfRaw(0x1000));
    expect_no_thread(L4_ThreadIdOfRaw(0xF0100000));
    expect_no_thread(L4_anythread);
    expect_no_thread(L4_anylocalthread);
    expect_no_thread(L4_nilthread);
    expect_no_thread(L4_GlobalId(0x3FFFF, 1));
}

TEST(exregs_of_an_inactive_thread_is_error_2) { expect_no_thread(helper_inactive()); }

TEST(exregs_of_interrupt_and_kernel_threads_is_error_2)
{
    const void *kip = L4_GetKernelInterface();
    expect_no_thread(L4_IrqId(1));
    expect_no_thread(L4_GlobalId(L4_ThreadIdSystemBase(kip), 1));
    expect_no_thread(L4_GlobalId(L4_ThreadIdUserBase(kip) - 1, 1));
}

TEST(exregs_of_a_thread_of_another_space_is_error_2)
{
    L4_ThreadId_t foreign = stranger(rest), t = fresh_id();
    EXPECT(L4_ThreadControl(t, foreign, L4_MyGlobalId(), foreign, fresh_utcb()));
    expect_no_thread(t); /* its pager is not of our space either ("pagerexregs") */
    expect_no_thread(L4_Sigma0Id());
}

TEST(exregs_sets_and_delivers_the_handle)
{
    L4_ThreadId_t t = helper(rest);
    L4_Set_UserDefinedHandleOf(t, 0xCAFE);
    EXPECT_EQ(L4_UserDefinedHandleOf(t), 0xCAFE);
    L4_Word_t old = 0;
    L4_ExchangeRegisters(t, L4_EXREGS_HANDLE | L4_EXREGS_DELIVER, 0, 0, 0, 5, L4_nilthread, NULL,
                         NULL, NULL, NULL, &old, NULL);
    EXPECT_EQ(old, 0xCAFE);
    EXPECT_EQ(L4_UtcbOf(L4_LocalIdOf(t).raw)->handle, 5);
}

TEST(exregs_sets_and_delivers_the_pager)
{
    L4_ThreadId_t t = helper(rest);
    EXPECT(L4_SameThreads(L4_PagerOf(t), supervisor()));
    L4_Set_PagerOf(t, L4_MyGlobalId());
    EXPECT(L4_SameThreads(L4_PagerOf(t), L4_MyGlobalId()));
    EXPECT(
        L4_SameThreads(L4_ThreadIdOfRaw(L4_UtcbOf(L4_LocalIdOf(t).raw)->pager), L4_MyGlobalId()));
}

TEST(exregs_halt_stops_a_spinner_and_resume_lets_it_go_on)
{
    L4_ThreadId_t t = helper(spinner);
    L4_Sleep(MOMENT);
    EXPECT(counter != 0);
    EXPECT(!L4_ThreadWasHalted(L4_Stop(t)));
    L4_Word_t stopped = counter;
    L4_Sleep(MOMENT);
    EXPECT_EQ(counter, stopped);
    EXPECT_EQ(exchange(t, L4_EXREGS_DELIVER) & 7, 1);
    L4_Start(t);
    L4_Sleep(MOMENT);
    EXPECT(counter != stopped);
    EXPECT_EQ(exchange(t, L4_EXREGS_DELIVER) & 7, 0);
}

TEST(exregs_halt_bit_without_its_mask_bit_changes_nothing)
{
    L4_ThreadId_t t = helper(spinner);
    L4_Sleep(MOMENT);
    exchange(t, L4_EXREGS_HALT);
    L4_Word_t then = counter;
    L4_Sleep(MOMENT);
    EXPECT(counter != then);
}

TEST(exregs_delivers_sp_and_ip_of_a_stopped_spinner)
{
    L4_Word_t sp, ip, flags;
    L4_ThreadId_t t = helper(spinner);
    L4_Sleep(MOMENT);
    L4_Stop_SpIpFlags(t, &sp, &ip, &flags);
    EXPECT(ip >= (L4_Word_t)spinner && ip < (L4_Word_t)spinner + 64);
    EXPECT(in_image(sp));
    EXPECT(flags & 0x200);
}

TEST(exregs_new_ip_of_a_halted_thread_counts_when_it_is_resumed)
{
    L4_ThreadId_t t = helper(spinner);
    landed = 0;
    L4_Sleep(MOMENT);
    L4_Stop(t);
    L4_ExchangeRegisters(t, L4_EXREGS_IP | L4_EXREGS_SP, stack_for(t, landing), (L4_Word_t)landing,
                         0, 0, L4_nilthread, NULL, NULL, NULL, NULL, NULL, NULL);
    L4_Sleep(MOMENT);
    EXPECT_EQ(landed, 0);
    L4_Start(t);
    L4_Sleep(MOMENT);
    EXPECT_EQ(landed, 1);
}

TEST(exregs_flags_cannot_clear_if_nor_raise_iopl)
{
    L4_Word_t flags = 0;
    L4_ThreadId_t t = helper(spinner);
    L4_Sleep(MOMENT);
    for (int i = 0; i < 2; i++) {
        L4_ExchangeRegisters(t, L4_EXREGS_FLAGS, 0, 0, i ? ~0ul : 0, 0, L4_nilthread, NULL, NULL,
                             NULL, NULL, NULL, NULL);
        L4_Stop_SpIpFlags(t, NULL, NULL, &flags);
        EXPECT_EQ(flags & 0x23200, 0x200); /* IF; no IOPL, no VM */
        EXPECT_EQ(flags & 0x4100, 0);      /* no NT, no TF */
        L4_Start(t);
    }
    L4_Word_t then = counter;
    L4_Sleep(MOMENT);
    EXPECT(counter != then);
}

TEST(exregs_reports_receiving_and_sending)
{
    L4_ThreadId_t t = helper(sleeper), other = helper_inactive();
    L4_Sleep(MOMENT);
    EXPECT_EQ(exchange(t, L4_EXREGS_DELIVER) & 7, 2);
    result = other.raw;
    t = helper(pending_sender);
    L4_Sleep(MOMENT);
    EXPECT_EQ(exchange(t, L4_EXREGS_DELIVER) & 7, 4);
}

TEST(exregs_cancels_a_receive_with_error_7)
{
    L4_ThreadId_t t = helper(sleeper);
    result = 0;
    L4_Sleep(MOMENT);
    exchange(t, L4_EXREGS_RECEIVE);
    L4_Sleep(MOMENT);
    EXPECT_EQ(result, 7);
}

TEST(exregs_cancels_a_send_with_error_6)
{
    L4_ThreadId_t other = helper_inactive();
    result = other.raw;
    L4_ThreadId_t t = helper(pending_sender);
    L4_Sleep(MOMENT);
    exchange(t, L4_EXREGS_SEND);
    L4_Sleep(MOMENT);
    EXPECT_EQ(result, 6);
}

TEST(exregs_abort_bit_of_the_other_phase_leaves_a_thread_blocked)
{
    L4_ThreadId_t receiver = helper(sleeper), other = helper_inactive();
    L4_Sleep(MOMENT);
    result = other.raw;
    L4_ThreadId_t sender = helper(pending_sender);
    L4_Sleep(MOMENT);
    exchange(receiver, L4_EXREGS_SEND);
    exchange(sender, L4_EXREGS_RECEIVE);
    L4_Sleep(MOMENT);
    EXPECT_EQ(result, other.raw);
    EXPECT_EQ(exchange(receiver, 0) & 7, 2);
    EXPECT_EQ(exchange(sender, 0) & 7, 4);
}

TEST(exregs_on_a_halted_receiver_loses_no_message)
{
    L4_ThreadId_t t = helper(sleeper);
    result = 0;
    L4_Sleep(MOMENT);
    L4_Set_PagerOf(t, supervisor());
    L4_Stop(t);
    L4_LoadMR(0, 0);
    L4_MsgTag_t tag = L4_Send_Timeout(t, MOMENT); /* it waits for the supervisor: not for us */
    EXPECT(L4_IpcFailed(tag));
    EXPECT_EQ(L4_ErrorCode(), 2);
    L4_Start(t); /* cancels the receive it was in */
    L4_Sleep(MOMENT);
    EXPECT_EQ(result, 7);
}

static void open_waiter(void)
{
    L4_ThreadId_t from;
    L4_MsgTag_t tag = L4_Wait(&from);
    result = L4_IpcFailed(tag) ? L4_ErrorCode() : 0x100;
    rest();
}

TEST(exregs_halted_receiver_from_anybody_takes_nothing_until_it_is_resumed)
{
    result = 0;
    L4_ThreadId_t t = helper(open_waiter);
    L4_Sleep(MOMENT);
    exchange(t, L4_EXREGS_HALT_VALID | L4_EXREGS_HALT);
    L4_LoadMR(0, 0);
    EXPECT(L4_IpcFailed(L4_Send_Timeout(t, MOMENT)));
    EXPECT_EQ(L4_ErrorCode(), 2);
    exchange(t, L4_EXREGS_HALT_VALID);
    L4_LoadMR(0, 0);
    EXPECT(L4_IpcSucceeded(L4_Send_Timeout(t, SOON)));
    L4_Sleep(MOMENT);
    EXPECT_EQ(result, 0x100);
}

/* Its call waited in a queue, so its receive phase began without it. */
static L4_ThreadId_t slow;
static void calls_the_slow_one(void)
{
    L4_ThreadId_t from;
    L4_LoadMR(0, 0);
    L4_MsgTag_t tag = L4_Ipc(slow, L4_anythread, L4_Timeouts(L4_Never, SOON), &from);
    result = L4_IpcFailed(tag) ? L4_ErrorCode() : 0x100;
    rest();
}

static void sends_to_the_slow_one(void)
{
    L4_LoadMR(0, 0);
    L4_Send(slow);
    rest();
}

TEST(exregs_resumed_caller_whose_call_had_waited_takes_what_came_meanwhile)
{
    L4_ThreadId_t t;
    result = 0;
    slow = L4_MyGlobalId();
    t = helper(calls_the_slow_one);
    L4_Sleep(MOMENT);
    EXPECT(L4_IpcSucceeded(L4_Receive_Timeout(t, SOON)));
    exchange(t, L4_EXREGS_HALT_VALID | L4_EXREGS_HALT);
    slow = t;
    helper(sends_to_the_slow_one);
    L4_Sleep(MOMENT);
    EXPECT_EQ(result, 0);
    exchange(t, L4_EXREGS_HALT_VALID);
    L4_Sleep(MOMENT);
    EXPECT_EQ(result, 0x100);
}

TEST(exregs_starts_a_thread_that_waits_for_its_start_message)
{
    L4_ThreadId_t t = helper_waiting_for_start(L4_MyGlobalId());
    landed = 0;
    start(t, landing);
    L4_Sleep(MOMENT);
    EXPECT_EQ(landed, 1);
}

TEST(exregs_accepts_a_local_id_and_returns_the_global_one)
{
    L4_ThreadId_t t = helper(sleeper), local = L4_LocalIdOf(t);
    L4_ThreadId_t r = L4_ExchangeRegisters(local, L4_EXREGS_DELIVER, 0, 0, 0, 0, L4_nilthread, NULL,
                                           NULL, NULL, NULL, NULL, NULL);
    EXPECT_EQ(r.raw, t.raw);
}

TEST(exregs_on_oneself_sets_the_own_handle)
{
    EXPECT_EQ(L4_ExchangeRegisters(L4_MyGlobalId(), L4_EXREGS_HANDLE, 0, 0, 0, 77, L4_nilthread,
                                   NULL, NULL, NULL, NULL, NULL, NULL)
                  .raw,
              L4_MyLocalId().raw);
    EXPECT_EQ(L4_UserDefinedHandle(), 77);
}
