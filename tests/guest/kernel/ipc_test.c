/* SPDX-License-Identifier: MIT */
/* Spec 5.1 - 5.4, 5.9, 5.10: phases, addressing, timeouts, transfer, errors. */
#include "test.h"

static volatile L4_Word_t result, error, got, ran;
static volatile L4_ThreadId_t seen_from;
static L4_ThreadId_t partner;

static L4_ThreadId_t me(void) { return L4_MyGlobalId(); }

/* Answers every message with its own words, each plus one. */
static void echo(void)
{
    L4_ThreadId_t from;
    L4_MsgTag_t tag = L4_Wait(&from);
    for (;;) {
        if (L4_IpcFailed(tag)) {
            error = L4_ErrorCode();
            tag = L4_Wait(&from);
            continue;
        }
        seen_from = from;
        got = tag.raw;
        for (L4_Word_t i = 1; i <= L4_UntypedWords(tag); i++)
            L4_LoadMR((int)i, L4_MR((int)i) + 1);
        L4_LoadMR(0, (tag.raw & 0xFFFF003F) ^ 0x00010000);
        tag = L4_ReplyWait(from, &from);
    }
}

static void expect_code(L4_MsgTag_t tag, L4_Word_t code, int line)
{
    if (!L4_IpcFailed(tag) || L4_ErrorCode() != code)
        serial_printf("# " __FILE__ ":%d: tag %lx, error %lx, want %lx\n", line, tag.raw, L4_ErrorCode(),
                      code);
    EXPECT(L4_IpcFailed(tag) && L4_ErrorCode() == code);
}
#define FAILS(call, code)                                                                          \
    (L4_LoadMR(0, 0), L4_Set_ErrorCode(0), expect_code((call), (code), __LINE__))

TEST(ipc_with_both_phases_nil_does_nothing)
{
    L4_LoadMR(0, 0x8000);
    EXPECT(L4_IpcSucceeded(L4_Ipc(L4_nilthread, L4_nilthread, 0, NULL)));
}

static void call_with_words(L4_ThreadId_t server, L4_Word_t n)
{
    L4_Word_t sum = 0;
    L4_LoadMR(0, 0xABCC0000 | n);
    for (L4_Word_t i = 1; i <= n; i++)
        L4_LoadMR((int)i, i * 0x01010101);
    L4_MsgTag_t tag = L4_Call_Timeouts(server, SOON, SOON);
    EXPECT_EQ(tag.raw, 0xABCD0000 | n);
    EXPECT_EQ(L4_MR(0), tag.raw);
    for (L4_Word_t i = 1; i <= n; i++)
        sum += L4_MR((int)i) != i * 0x01010101 + 1;
    EXPECT_EQ(sum, 0);
}

TEST(ipc_call_carries_0_to_63_words_within_a_space)
{
    L4_ThreadId_t t = helper(echo);
    for (L4_Word_t n = 0; n <= 63; n++)
        call_with_words(t, n);
    EXPECT(L4_IsLocalId(*(L4_ThreadId_t *)&seen_from));
    EXPECT_EQ(seen_from.raw, L4_MyLocalId().raw);
}

TEST(ipc_call_carries_0_to_63_words_between_spaces)
{
    L4_ThreadId_t t = stranger(echo);
    for (L4_Word_t n = 0; n <= 63; n++)
        call_with_words(t, n);
    EXPECT_EQ(seen_from.raw, me().raw);
}

TEST(ipc_from_is_a_local_id_within_a_space_and_global_between)
{
    L4_ThreadId_t from = L4_nilthread, t = helper(echo), s = stranger(echo);
    L4_LoadMR(0, 0);
    L4_Ipc(t, t, 0, &from);
    EXPECT_EQ(from.raw, L4_LocalIdOf(t).raw);
    L4_LoadMR(0, 0);
    L4_Ipc(s, s, 0, &from);
    EXPECT_EQ(from.raw, s.raw);
}

/* Several neighbours, so that block and UTCB pages survive the one that goes. */
TEST(ipc_with_a_deleted_thread_by_local_id_finds_nobody)
{
    L4_ThreadId_t t[4];
    for (int i = 0; i < 4; i++)
        t[i] = helper(rest);
    L4_Sleep(MOMENT);
    for (int i = 1; i < 3; i++) {
        L4_ThreadId_t local = L4_LocalIdOf(t[i]);
        EXPECT(L4_IsLocalId(local) && !L4_IsNilThread(local));
        EXPECT(thread_delete(t[i]));
        for (int call = 0; call < 2; call++) {
            L4_LoadMR(0, L4_MakeTag(0x55, 1, 0).raw);
            L4_LoadMR(1, 0x1234);
            L4_Set_ErrorCode(0);
            EXPECT(L4_IpcFailed(call ? L4_Call(local) : L4_Send(local)));
            EXPECT_EQ(L4_ErrorCode(), 4); /* no partner (2), send phase (0) */
        }
    }
}

/* Where the words of a UTCB would lie beyond the end of the address space, or in the kernel. */
TEST(ipc_local_ids_of_wild_places_find_nobody)
{
    static const L4_Word_t wild[] = {0xFFFFFFC0, 0xFFFFFF80, 0xFFFFFF40, 0xFFFFFF00, 0xFFFFF000, 0xF0100000,
                                     0xE0004000, 0xC0000000, 0xBFFFFFC0, 0x40};
    for (unsigned i = 0; i < sizeof wild / sizeof wild[0]; i++) {
        L4_LoadMR(0, 0);
        L4_Set_ErrorCode(0);
        EXPECT(L4_IpcFailed(L4_Call(L4_ThreadIdOfRaw(wild[i]))));
        EXPECT_EQ(L4_ErrorCode(), 4);
    }
}

TEST(ipc_local_ids_reach_the_same_thread)
{
    L4_ThreadId_t t = L4_LocalIdOf(helper(echo));
    call_with_words(t, 3);
}

TEST(lipc_does_what_ipc_does)
{
    L4_ThreadId_t t = helper(echo);
    L4_LoadMR(0, 0x00020001);
    L4_LoadMR(1, 41);
    EXPECT_EQ(L4_Lcall(L4_LocalIdOf(t)).raw, 0x00030001);
    EXPECT_EQ(L4_MR(1), 42);
    FAILS(L4_Lipc(fresh_id(), L4_nilthread, 0, NULL), 4);
    FAILS(L4_Lipc(helper_inactive(), L4_nilthread, L4_Timeouts(L4_ZeroTime, L4_Never), NULL), 2);
}

TEST(ipc_to_nobody_is_error_2_in_the_send_phase)
{
    FAILS(L4_Send(fresh_id()), 4);
    FAILS(L4_Send(L4_GlobalId(L4_ThreadNo(me()), L4_Version(me()) + 1)), 4);
    FAILS(L4_Send(L4_anythread), 4);
    FAILS(L4_Send(L4_anylocalthread), 4);
    FAILS(L4_Send(L4_ThreadIdOfRaw(0xF0000000)), 4);
    FAILS(L4_Send(L4_ThreadIdOfRaw(L4_MyLocalId().raw + 0x40)), 4);
    FAILS(L4_Send(L4_GlobalId(0x3FFFF, 1)), 4);
    FAILS(L4_Send(L4_GlobalId(L4_ThreadIdSystemBase(L4_GetKernelInterface()), 1)), 4);
}

TEST(ipc_from_nobody_is_error_2_in_the_receive_phase)
{
    FAILS(L4_Receive_Timeout(fresh_id(), SOON), 5);
    FAILS(L4_Receive_Timeout(L4_ThreadIdOfRaw(L4_MyLocalId().raw + 0x40), SOON), 5);
    FAILS(L4_Receive_Timeout(L4_ThreadIdOfRaw(0x00001000), SOON), 5);
}

TEST(ipc_open_wait_without_senders_is_error_1_in_the_receive_phase)
{
    L4_ThreadId_t from;
    FAILS(L4_Wait_Timeout(L4_ZeroTime, &from), 3);
    FAILS(L4_WaitLocal_Timeout(L4_ZeroTime, &from), 3);
    FAILS(L4_Wait_Timeout(MOMENT, &from), 3);
}

TEST(ipc_to_a_busy_thread_with_zero_timeout_is_error_1_in_the_send_phase)
{
    FAILS(L4_Send_Timeout(helper(rest), L4_ZeroTime), 2);
    FAILS(L4_Send_Timeout(helper_inactive(), L4_ZeroTime), 2);
}

TEST(ipc_send_timeout_is_not_shorter_than_asked)
{
    L4_Word64_t start_us = clock_us();
    FAILS(L4_Send_Timeout(helper(rest), L4_TimePeriod(40000)), 2);
    EXPECT(clock_us() - start_us >= 40000);
    EXPECT(clock_us() - start_us < 140000);
}

TEST(ipc_receive_timeout_is_not_shorter_than_asked)
{
    L4_Word64_t start_us = clock_us();
    FAILS(L4_Receive_Timeout(helper(rest), L4_TimePeriod(40000)), 3);
    EXPECT(clock_us() - start_us >= 40000);
    EXPECT(clock_us() - start_us < 140000);
}

TEST(ipc_to_oneself_is_never_ready)
{
    FAILS(L4_Send_Timeout(me(), L4_ZeroTime), 2);
    FAILS(L4_Send_Timeout(me(), MOMENT), 2);
    FAILS(L4_Send_Timeout(L4_MyLocalId(), L4_ZeroTime), 2);
    FAILS(L4_Call_Timeouts(me(), MOMENT, L4_Never), 2);
}

TEST(ipc_from_oneself_is_a_sleep)
{
    FAILS(L4_Receive_Timeout(me(), MOMENT), 3);
    FAILS(L4_Receive_Timeout(L4_MyLocalId(), MOMENT), 3);
}

static void send_once(void)
{
    L4_LoadMR(0, 0x00050001);
    L4_LoadMR(1, L4_ThreadNo(L4_MyGlobalId()));
    L4_MsgTag_t tag = L4_Send(partner);
    result = L4_IpcFailed(tag) ? L4_ErrorCode() : 0x100;
    ran++;
    rest();
}

TEST(ipc_pending_sender_is_taken_by_a_zero_timeout_receive)
{
    partner = me();
    ran = 0;
    L4_ThreadId_t t = helper(send_once);
    L4_Sleep(MOMENT);
    EXPECT_EQ(ran, 0);
    EXPECT_EQ(L4_Receive_Timeout(t, L4_ZeroTime).raw, 0x00050001);
    L4_Sleep(MOMENT);
    EXPECT_EQ(ran, 1);
    EXPECT_EQ(result, 0x100);
}

TEST(ipc_two_pending_senders_are_both_served_first_come_first)
{
    L4_ThreadId_t from;
    partner = me();
    L4_ThreadId_t a = helper(send_once);
    L4_Sleep(MOMENT);
    L4_ThreadId_t b = helper(send_once);
    L4_Sleep(MOMENT);
    L4_Wait_Timeout(L4_ZeroTime, &from);
    EXPECT(L4_SameThreads(from, a));
    L4_Wait_Timeout(L4_ZeroTime, &from);
    EXPECT(L4_SameThreads(from, b));
}

TEST(ipc_closed_receive_leaves_others_pending)
{
    L4_ThreadId_t from;
    partner = me();
    L4_ThreadId_t a = helper(send_once);
    L4_Sleep(MOMENT);
    L4_ThreadId_t b = helper(send_once);
    L4_Sleep(MOMENT);
    L4_Ipc(L4_nilthread, L4_LocalIdOf(b), L4_Timeouts(L4_Never, L4_ZeroTime), &from);
    EXPECT(L4_SameThreads(from, b));
    FAILS(L4_Receive_Timeout(b, MOMENT), 3);
    EXPECT(L4_IpcSucceeded(L4_Receive_Timeout(a, L4_ZeroTime)));
}

TEST(ipc_anylocalthread_leaves_strangers_pending)
{
    L4_ThreadId_t from;
    partner = me();
    L4_ThreadId_t s = stranger(send_once);
    L4_Sleep(MOMENT);
    FAILS(L4_WaitLocal_Timeout(MOMENT, &from), 3);
    L4_ThreadId_t t = helper(send_once);
    EXPECT(L4_IpcSucceeded(L4_WaitLocal_Timeout(SOON, &from)));
    EXPECT(L4_SameThreads(from, t));
    EXPECT(L4_IpcSucceeded(L4_Wait_Timeout(L4_ZeroTime, &from)));
    EXPECT_EQ(from.raw, s.raw);
}

TEST(ipc_failed_send_phase_does_not_enter_the_receive_phase)
{
    partner = me();
    L4_ThreadId_t from, t = helper(send_once);
    L4_Sleep(MOMENT);
    FAILS(L4_Ipc(fresh_id(), L4_anythread, 0, &from), 4);
    EXPECT(L4_IpcSucceeded(L4_Receive_Timeout(t, L4_ZeroTime)));
}

static void slow_server(void)
{
    L4_ThreadId_t from;
    L4_Sleep(L4_TimePeriod(80000));
    L4_Wait(&from);
    L4_Sleep(L4_TimePeriod(20000));
    L4_LoadMR(0, 0);
    L4_Reply(from);
    rest();
}

/* How long `count` receives with this timeout take, in us: the best of five tries, for the build machine may be busy. */
static L4_Word64_t receives_take(L4_ThreadId_t from, L4_Time_t timeout, int count)
{
    L4_Word64_t best = ~0ull;
    for (int attempt = 0; attempt < 5; attempt++) {
        L4_Word64_t start_us = clock_us();
        for (int i = 0; i < count; i++)
            L4_Receive_Timeout(from, timeout);
        L4_Word64_t took = clock_us() - start_us;
        best = took < best ? took : best;
    }
    return best;
}

TEST(ipc_timeout_is_hardly_longer_than_asked)
{
    L4_ThreadId_t t = helper(rest);
    EXPECT(receives_take(t, L4_TimePeriod(40000), 1) < 60000);
    EXPECT(receives_take(t, L4_TimePeriod(200000), 1) < 250000);
}

TEST(ipc_zero_receive_timeout_takes_no_time)
{
    EXPECT(receives_take(helper(rest), L4_ZeroTime, 50) < 40000);
}

TEST(ipc_zero_send_timeout_takes_no_time)
{
    L4_ThreadId_t t = helper(rest);
    L4_Word64_t best = ~0ull;
    for (int attempt = 0; attempt < 5; attempt++) {
        L4_Word64_t start_us = clock_us();
        for (int i = 0; i < 50; i++)
            L4_Send_Timeout(t, L4_ZeroTime);
        L4_Word64_t took = clock_us() - start_us;
        best = took < best ? took : best;
    }
    EXPECT(best < 40000);
}

TEST(ipc_receive_timeout_starts_after_the_send_phase)
{
    L4_ThreadId_t t = helper(slow_server);
    L4_LoadMR(0, 0);
    EXPECT(L4_IpcSucceeded(L4_Call_Timeouts(t, L4_Never, L4_TimePeriod(70000))));
}

static void prompt_server(void)
{
    L4_ThreadId_t from;
    L4_MsgTag_t tag = L4_Wait(&from);
    for (;;) {
        L4_LoadMR(0, 0);
        tag = L4_Ipc(from, L4_anythread, L4_Timeouts(L4_ZeroTime, L4_Never), &from);
        if (L4_IpcFailed(tag)) {
            error = L4_ErrorCode();
            tag = L4_Wait(&from);
        }
    }
}

TEST(ipc_prompt_reply_always_finds_the_caller_ready)
{
    L4_ThreadId_t t = helper(prompt_server), s = stranger(prompt_server);
    error = 0;
    for (int i = 0; i < 500; i++) {
        L4_LoadMR(0, 0);
        EXPECT(L4_IpcSucceeded(L4_Call_Timeouts(i & 1 ? t : s, SOON, SOON)));
    }
    EXPECT_EQ(error, 0);
}

TEST(ipc_flags_set_by_a_sender_do_not_arrive)
{
    L4_ThreadId_t t = helper(echo);
    L4_LoadMR(0, 0x0006E001); /* E X r */
    L4_LoadMR(1, 1);
    L4_MsgTag_t tag = L4_Call_Timeouts(t, SOON, SOON);
    EXPECT_EQ(tag.raw, 0x00070001);
    EXPECT_EQ(got, 0x00060001);
}

TEST(ipc_success_clears_the_error_bit_of_a_pure_send)
{
    L4_ThreadId_t t = helper(echo);
    L4_Sleep(MOMENT);
    L4_LoadMR(0, 0x00018000);
    EXPECT(L4_IpcSucceeded(L4_Send_Timeout(t, SOON)));
}

TEST(ipc_success_leaves_the_error_code_alone)
{
    L4_ThreadId_t t = helper(echo);
    L4_Set_ErrorCode(0x123);
    L4_LoadMR(0, 0);
    L4_Call_Timeouts(t, SOON, SOON);
    EXPECT_EQ(L4_ErrorCode(), 0x123);
}

TEST(ipc_senders_words_survive_a_pure_send)
{
    L4_ThreadId_t t = helper(echo);
    L4_Word_t wrong = 0;
    L4_Sleep(MOMENT);
    L4_LoadMR(0, 63);
    for (int i = 1; i < 64; i++)
        L4_LoadMR(i, (L4_Word_t)i * 3);
    L4_Send_Timeout(t, SOON);
    for (int i = 1; i < 64; i++)
        wrong += L4_MR(i) != (L4_Word_t)i * 3;
    EXPECT_EQ(wrong, 0);
}

TEST(ipc_message_of_more_than_63_words_is_message_overflow)
{
    L4_ThreadId_t t = helper(echo);
    L4_Sleep(MOMENT);
    for (int i = 1; i < 64; i++)
        L4_LoadMR(i, 0);
    L4_LoadMR(0, 40 | 24 << 6);
    EXPECT(L4_IpcFailed(L4_Send_Timeout(t, SOON)));
    EXPECT_EQ(L4_ErrorCode() & 15, 8);
}

TEST(ipc_string_item_for_a_receiver_that_accepts_none_is_message_overflow)
{
    static char text[16];
    L4_StringItem_t s = L4_StringItem(sizeof text, text);
    L4_ThreadId_t t = helper(echo);
    error = 0;
    L4_Sleep(MOMENT);
    L4_LoadMR(0, 2 << 6);
    L4_LoadMRs(1, 2, s.raw);
    EXPECT(L4_IpcFailed(L4_Send_Timeout(t, SOON)));
    EXPECT_EQ(L4_ErrorCode() & 15, 8);
    L4_Sleep(MOMENT);
    EXPECT_EQ(error & 15, 9);
}

TEST(ipc_typed_item_of_no_kind_is_refused_with_message_overflow)
{
    L4_ThreadId_t t = helper(echo);
    error = 0;
    L4_Sleep(MOMENT);
    L4_LoadMR(0, 2 << 6);
    L4_LoadMR(1, 0xE);
    L4_LoadMR(2, 0);
    EXPECT(L4_IpcFailed(L4_Send_Timeout(t, SOON)));
    EXPECT_EQ(L4_ErrorCode() & 15, 8);
    L4_Sleep(MOMENT);
    EXPECT_EQ(error & 15, 9);
}

TEST(ipc_truncated_map_item_is_refused_with_message_overflow)
{
    L4_ThreadId_t t = helper(echo);
    L4_Sleep(MOMENT);
    L4_LoadMR(0, 1 << 6);
    L4_LoadMR(1, 8);
    EXPECT(L4_IpcFailed(L4_Send_Timeout(t, SOON)));
    EXPECT_EQ(L4_ErrorCode() & 15, 8);
}

/* ebx and ebp are MR1 and MR2 on every return; edi and esp are as before. */
TEST(ipc_registers_on_return_match_the_utcb)
{
    L4_ThreadId_t t = helper(echo);
    L4_Word_t *u = __L4_Utcb(), mr0 = 3, mr1, mr2, eax = t.raw, ecx = 0, edx = t.raw,
              edi = (L4_Word_t)u;
    u[1] = 10;
    u[2] = 20;
    u[3] = 30;
    __asm__ volatile("pushl %%ebp\n\tcall *__L4_Links+16\n\tmovl %%ebp, %%ecx\n\tpopl %%ebp"
                     : "+a"(eax), "+c"(ecx), "+d"(edx), "+S"(mr0), "=b"(mr1), "+D"(edi)
                     :
                     : "memory", "cc");
    mr2 = ecx;
    EXPECT_EQ(mr0, u[0]);
    EXPECT_EQ(mr1, 11);
    EXPECT_EQ(mr1, u[1]);
    EXPECT_EQ(mr2, 21);
    EXPECT_EQ(mr2, u[2]);
    EXPECT_EQ(edi, (L4_Word_t)u);
    EXPECT_EQ(eax, L4_LocalIdOf(t).raw);
}

TEST(ipc_registers_match_the_utcb_after_a_failure)
{
    L4_Word_t *u = __L4_Utcb(), mr0 = 0, mr1, mr2, eax = 0, ecx = 0x0400, edx = L4_anythread.raw,
              edi = (L4_Word_t)u;
    u[1] = 77;
    u[2] = 88;
    __asm__ volatile("pushl %%ebp\n\tcall *__L4_Links+16\n\tmovl %%ebp, %%ecx\n\tpopl %%ebp"
                     : "+a"(eax), "+c"(ecx), "+d"(edx), "+S"(mr0), "=b"(mr1), "+D"(edi)
                     :
                     : "memory", "cc");
    mr2 = ecx;
    EXPECT(mr0 & 0x8000);
    EXPECT_EQ(mr1, u[1]);
    EXPECT_EQ(mr2, u[2]);
    EXPECT_EQ(edi, (L4_Word_t)u);
}

static void partner_caller(void)
{
    L4_LoadMR(0, 0);
    L4_MsgTag_t tag = L4_Call(partner);
    result = L4_IpcFailed(tag) ? L4_ErrorCode() : 0x100;
    rest();
}

TEST(ipc_caller_pending_at_a_dying_server_gets_error_2_in_the_send_phase)
{
    result = 0;
    L4_ThreadId_t victim = helper_waiting_for_start(supervisor());
    partner = victim;
    start(victim, rest);
    L4_Sleep(MOMENT);
    helper(partner_caller);
    L4_Sleep(MOMENT);
    EXPECT_EQ(result, 0);
    EXPECT(thread_delete(victim));
    L4_Sleep(MOMENT);
    EXPECT_EQ(result, 4);
}

TEST(ipc_x_is_0_on_one_processor)
{
    L4_ThreadId_t t = helper(echo);
    L4_LoadMR(0, 0);
    EXPECT(!L4_IpcXcpu(L4_Call_Timeouts(t, SOON, SOON)));
}

/* ---- a caller whose call has waited, and which has a queue itself: the answer comes before it runs */

static L4_ThreadId_t callee, caller;
static volatile L4_Word_t heard;

static void calls_with_a_queue(void)
{
    L4_ThreadId_t from;
    L4_LoadMR(0, 0);
    L4_MsgTag_t tag = L4_Ipc(callee, L4_anylocalthread, 0, &from);
    heard = L4_IpcFailed(tag) ? L4_ErrorCode() : L4_Label(tag);
    rest();
}

static void asks_the_caller(void)
{
    L4_LoadMR(0, 0x00110000);
    L4_Send(caller);
    rest();
}

TEST(ipc_prompt_answer_reaches_a_caller_that_has_a_queue)
{
    callee = L4_MyGlobalId();
    heard = 0;
    caller = helper(calls_with_a_queue);
    stranger(asks_the_caller);
    L4_Sleep(MOMENT);
    EXPECT(L4_IpcSucceeded(L4_Receive_Timeout(caller, SOON)));
    L4_LoadMR(0, 0x00220000);
    EXPECT(L4_IpcSucceeded(L4_Send_Timeout(caller, L4_ZeroTime)));
    L4_Sleep(MOMENT);
    EXPECT_EQ(heard, 0x22);
}
