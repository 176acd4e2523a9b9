/* SPDX-License-Identifier: MIT */
/* Spec 4.5, 4.6, 5.12: ThreadSwitch, Schedule, priorities, time slices. */
#include "test.h"

static volatile L4_Word_t counter[3], order, result, error, ran, state;
static L4_ThreadId_t partner;

static void spin0(void)
{
    for (;;)
        counter[0]++;
}
static void spin1(void)
{
    for (;;)
        counter[1]++;
}

static L4_ThreadId_t me(void) { return L4_MyGlobalId(); }

static void expect_refused(L4_Word_t r, L4_Word_t code, int line)
{
    if (r != 0 || L4_ErrorCode() != code)
        serial_printf("# line %d: result %lx, error %lx, want error %lx\n", line, r, L4_ErrorCode(),
                      code);
    EXPECT(r == 0 && L4_ErrorCode() == code);
}
#define REFUSED(call, code) (L4_Set_ErrorCode(0), expect_refused((call), (code), __LINE__))

TEST(threadswitch_preserves_every_register)
{
    L4_ThreadId_t ready = helper(spin0), waiting = helper(rest), to[5];
    L4_Sleep(MOMENT);
    to[0] = L4_nilthread;
    to[1] = ready;
    to[2] = waiting;
    to[3] = fresh_id();
    to[4] = me();
    for (int i = 0; i < 5; i++) {
        L4_Word_t eax = to[i].raw, ebx = 0xB0, ecx = 0xC0, edx = 0xD0, esi = 0x50, edi = 0xF0, ebp;
        __asm__ volatile("pushl %%ebp\n\tmovl $0xBB, %%ebp\n\tcall *__L4_Links+36\n\txchgl %%ebp, "
                         "(%%esp)\n\tpopl %%esi"
                         : "+a"(eax), "+b"(ebx), "+c"(ecx), "+d"(edx), "+S"(esi), "+D"(edi)
                         :
                         : "cc", "memory");
        ebp = esi;
        EXPECT_EQ(eax, to[i].raw);
        EXPECT_EQ(ebx, 0xB0);
        EXPECT_EQ(ecx, 0xC0);
        EXPECT_EQ(edx, 0xD0);
        EXPECT_EQ(edi, 0xF0);
        EXPECT_EQ(ebp, 0xBB);
    }
}

static void runs_once(void)
{
    ran++;
    rest();
}

TEST(threadswitch_runs_a_ready_thread_of_lower_priority)
{
    L4_ThreadId_t t = helper_waiting_for_start(supervisor());
    ran = 0;
    EXPECT(L4_Set_Priority(t, 50));
    start(t, runs_once);
    EXPECT_EQ(ran, 0);
    L4_ThreadSwitch(t);
    EXPECT_EQ(ran, 1);
}

TEST(yield_lets_equals_run)
{
    L4_ThreadId_t t = helper_waiting_for_start(supervisor());
    ran = 0;
    start(t, runs_once);
    for (int i = 0; i < 5 && !ran; i++)
        L4_Yield();
    EXPECT_EQ(ran, 1);
}

TEST(schedule_higher_priority_preempts_at_once)
{
    L4_ThreadId_t t = helper_waiting_for_start(supervisor());
    ran = 0;
    EXPECT(L4_Set_Priority(t, 100));
    start(t, spin0);
    L4_Sleep(MOMENT);
    L4_ThreadId_t high = helper_waiting_for_start(me());
    EXPECT(L4_Set_Priority(me(), 100));
    EXPECT(L4_Set_Priority(high, 100));
    send_words(high, 0, (L4_Word_t)runs_once, stack_for(high, runs_once));
    L4_Sleep(MOMENT);
    EXPECT_EQ(ran, 1);
}

static void note_order(void)
{
    L4_LoadMR(0, 0);
    L4_Receive(L4_anythread);
    order = order * 10 + 2;
    rest();
}

TEST(schedule_receiver_of_higher_priority_runs_before_its_sender_continues)
{
    L4_ThreadId_t t = helper(note_order);
    L4_Sleep(MOMENT);
    EXPECT(L4_Set_Priority(me(), 90));
    order = 0;
    L4_LoadMR(0, 0);
    EXPECT(L4_IpcSucceeded(L4_Send(t)));
    order = order * 10 + 1;
    L4_Sleep(MOMENT);
    EXPECT_EQ(order, 21);
}

TEST(schedule_receiver_of_lower_priority_runs_after_its_sender)
{
    L4_ThreadId_t t = helper(note_order);
    L4_Sleep(MOMENT);
    EXPECT(L4_Set_Priority(t, 50));
    order = 0;
    L4_LoadMR(0, 0);
    EXPECT(L4_IpcSucceeded(L4_Send(t)));
    order = order * 10 + 1;
    L4_Sleep(MOMENT);
    EXPECT_EQ(order, 12);
}

TEST(schedule_lower_priority_starves_while_a_higher_one_spins)
{
    L4_ThreadId_t low = helper(spin1), high = helper(spin0);
    EXPECT(L4_Set_Priority(low, 50));
    counter[1] = 0;
    counter[0] = 0;
    L4_Sleep(L4_TimePeriod(100000));
    EXPECT_EQ(counter[1], 0);
    EXPECT(counter[0] != 0);
    (void)high;
}

TEST(schedule_equals_share_the_processor)
{
    counter[0] = counter[1] = 0;
    helper(spin0);
    helper(spin1);
    L4_Sleep(L4_TimePeriod(600000));
    L4_Word_t a = counter[0], b = counter[1];
    EXPECT(a != 0 && b != 0);
    EXPECT(a / 3 < b && b / 3 < a);
}

TEST(schedule_longer_timeslice_gets_more)
{
    L4_ThreadId_t a = helper(spin0), b = helper(spin1);
    EXPECT(L4_Set_Timeslice(a, L4_TimePeriod(40000), L4_Never));
    EXPECT(L4_Set_Timeslice(b, L4_TimePeriod(10000), L4_Never));
    counter[0] = counter[1] = 0;
    L4_Sleep(L4_TimePeriod(800000));
    EXPECT(counter[0] / 2 > counter[1]);
}

static void sends_for_ever(void)
{
    L4_LoadMR(0, 0);
    L4_Send(partner);
    rest();
}

TEST(schedule_tells_the_state_and_changes_nothing)
{
    L4_Word_t old;
    L4_ThreadId_t spinner = helper(spin0), waiting = helper(rest);
    partner = helper_inactive();
    L4_ThreadId_t sending = helper(sends_for_ever);
    L4_Sleep(MOMENT);
    EXPECT_EQ(L4_Schedule(spinner, ~0ul, ~0ul, ~0ul, ~0ul, &old), L4_SCHED_RUNNING);
    EXPECT_EQ(L4_Schedule(waiting, ~0ul, ~0ul, ~0ul, ~0ul, &old), L4_SCHED_WAITING);
    EXPECT_EQ(L4_Schedule(sending, ~0ul, ~0ul, ~0ul, ~0ul, &old), L4_SCHED_PENDING_SEND);
    L4_Stop(spinner);
    EXPECT_EQ(L4_Schedule(spinner, ~0ul, ~0ul, ~0ul, ~0ul, &old), L4_SCHED_INACTIVE);
    EXPECT_EQ(L4_Schedule(me(), ~0ul, ~0ul, ~0ul, ~0ul, &old), L4_SCHED_RUNNING);
}

TEST(schedule_of_nobody_is_error_2_or_dead)
{
    L4_Set_ErrorCode(0);
    L4_Word_t r = L4_Set_Priority(fresh_id(), 10);
    EXPECT(r == L4_SCHED_DEAD || (r == 0 && L4_ErrorCode() == 2));
}

TEST(schedule_of_interrupt_and_kernel_threads_is_error_2)
{
    const void *kip = L4_GetKernelInterface();
    REFUSED(L4_Set_Priority(L4_GlobalId(L4_ThreadIdSystemBase(kip), 1), 10), 2);
    REFUSED(L4_Set_Priority(L4_IrqId(1), 10), 2);
}

TEST(schedule_with_bad_parameters_is_error_5)
{
    L4_Word_t old;
    L4_ThreadId_t t = helper(rest);
    REFUSED(L4_Set_Timeslice(t, L4_TimeOfRaw(0x8001), L4_Never), 5);
    REFUSED(L4_Set_Timeslice(t, L4_Never, L4_TimeOfRaw(0x8001)), 5);
    REFUSED(L4_Schedule(t, ~0ul, 1, ~0ul, ~0ul, &old), 5);
}

static void schedules_somebody_else(void)
{
    L4_Set_ErrorCode(0);
    result = L4_Set_Priority(partner, 10);
    error = L4_ErrorCode();
    ran = 1;
    rest();
}

TEST(schedule_by_another_than_the_scheduler_is_error_1)
{
    partner = helper(rest);
    ran = 0;
    result = 7;
    stranger(schedules_somebody_else);
    L4_Sleep(MOMENT);
    EXPECT_EQ(ran, 1);
    EXPECT_EQ(result, 0);
    EXPECT_EQ(error, 1);
}

static void raises_itself(void)
{
    L4_Set_ErrorCode(0);
    result = L4_Set_Priority(partner, 200);
    error = L4_ErrorCode();
    state = L4_Set_Priority(partner, 90);
    ran = 1;
    rest();
}

TEST(schedule_above_the_own_priority_is_error_5_without_privilege)
{
    ran = 0;
    result = 7;
    partner = fresh_id();
    L4_ThreadId_t s = stranger(rest), boss = fresh_id();
    EXPECT(L4_ThreadControl(boss, s, me(), supervisor(), fresh_utcb()));
    EXPECT(L4_Set_Priority(boss, 100));
    EXPECT(L4_ThreadControl(partner, s, boss, supervisor(), fresh_utcb()));
    L4_LoadMR(0, 0x701 << 16 | 3);
    L4_LoadMR(1, boss.raw);
    L4_LoadMR(2, (L4_Word_t)raises_itself);
    L4_LoadMR(3, stack_for(boss, raises_itself));
    EXPECT(L4_IpcSucceeded(L4_Call(supervisor())));
    L4_Sleep(MOMENT);
    EXPECT_EQ(ran, 1);
    EXPECT_EQ(result, 0);
    EXPECT_EQ(error, 5);
    EXPECT(state != 0);
}
