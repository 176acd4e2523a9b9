/* SPDX-License-Identifier: MIT */
/* Spec 4.5, 4.6, 5.12: ThreadSwitch, Schedule, priorities, time slices. */
#include "rtc.h"
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
        serial_printf("# " __FILE__ ":%d: result %lx, error %lx, want error %lx\n", line, r, L4_ErrorCode(),
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

TEST(schedule_of_detached_interrupt_and_kernel_threads_is_error_2)
{
    const void *kip = L4_GetKernelInterface();
    REFUSED(L4_Set_Priority(L4_GlobalId(L4_ThreadIdSystemBase(kip), 1), 10), 2);
    REFUSED(L4_Set_Priority(L4_IrqId(5), 10), 2);
    REFUSED(L4_Set_Priority(L4_IrqId(0), 10), 2);
    REFUSED(L4_Set_Priority(L4_GlobalId(5, 2), 10), 2);
}

static void schedules_an_interrupt(void)
{
    L4_Set_ErrorCode(0);
    result = L4_Set_Priority(L4_IrqId(RTC_LINE), 10);
    error = L4_ErrorCode();
    ran = 1;
    rest();
}

TEST(schedule_of_an_attached_interrupt_tells_whether_its_message_waits)
{
    L4_Word_t old;
    EXPECT(L4_AssociateInterrupt(L4_IrqId(5), me())); /* nothing is there */
    EXPECT_EQ(L4_Set_Priority(L4_IrqId(5), 255), L4_SCHED_INACTIVE);
    L4_DeassociateInterrupt(L4_IrqId(5));
    EXPECT(L4_AssociateInterrupt(L4_IrqId(RTC_LINE), me()));
    REFUSED(L4_Schedule(L4_IrqId(RTC_LINE), ~0ul, 1, ~0ul, ~0ul, &old), 5);
    rtc_on();
    L4_Sleep(MOMENT);
    EXPECT_EQ(L4_Schedule(L4_IrqId(RTC_LINE), ~0ul, ~0ul, ~0ul, ~0ul, &old), L4_SCHED_PENDING_SEND);
    EXPECT_EQ(old, 0);
    rtc_off();
    EXPECT(L4_Set_Timeslice(L4_IrqId(RTC_LINE), L4_TimePeriod(5000), L4_TimePeriod(1000)));
    EXPECT(L4_IpcSucceeded(L4_Receive_Timeout(L4_IrqId(RTC_LINE), SOON)));
    ran = 0;
    stranger(schedules_an_interrupt);
    L4_Sleep(MOMENT);
    EXPECT(ran == 1 && result == 0 && error == 1);
    L4_DeassociateInterrupt(L4_IrqId(RTC_LINE));
    REFUSED(L4_Set_Priority(L4_IrqId(RTC_LINE), 10), 2);
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

/* ---- total quanta: 6.2 */

static L4_ThreadId_t limited_spinner(L4_Word_t quantum_us)
{
    L4_ThreadId_t t = helper(spin0);
    EXPECT(L4_Set_Priority(t, 90));
    EXPECT(L4_Set_Timeslice(t, L4_TimePeriod(10000), L4_TimePeriod(quantum_us)));
    return t;
}

static bool stands_still(void)
{
    L4_Word_t before = counter[0];
    L4_Sleep(MOMENT);
    return counter[0] == before;
}

TEST(schedule_used_up_quantum_stops_the_thread_and_tells_its_scheduler_once)
{
    L4_Word64_t before = clock_us();
    L4_ThreadId_t t = limited_spinner(50000);
    L4_MsgTag_t tag = expect_message(t);
    L4_Word_t low, high;
    L4_StoreMR(1, &low);
    L4_StoreMR(2, &high);
    L4_Word64_t at = (L4_Word64_t)high << 32 | low;
    EXPECT_EQ(tag.raw, 0xFFD00002);
    EXPECT(at >= before + 40000 && at <= clock_us());
    EXPECT(stands_still());
    EXPECT(!L4_IpcSucceeded(L4_Receive_Timeout(t, MOMENT)));
    EXPECT_EQ(L4_ThreadStatus(t), L4_SCHED_RUNNING);
}

TEST(schedule_new_quantum_lets_the_thread_go_on)
{
    L4_ThreadId_t t = limited_spinner(10000);
    expect_message(t);
    EXPECT(stands_still());
    EXPECT(L4_Set_Timeslice(t, L4_TimePeriod(10000), L4_TimePeriod(20000)));
    EXPECT_EQ(L4_Label(expect_message(t)), 0xFFD0);
    EXPECT(L4_Set_Timeslice(t, L4_TimePeriod(10000), L4_Never));
    EXPECT(!stands_still());
    EXPECT(!stands_still());
}

TEST(schedule_new_quantum_takes_back_a_message_that_nobody_took)
{
    L4_ThreadId_t t = limited_spinner(10000);
    L4_Sleep(L4_TimePeriod(100000));
    EXPECT(stands_still());
    EXPECT(L4_Set_Timeslice(t, L4_TimePeriod(10000), L4_Never));
    EXPECT(!L4_IpcSucceeded(L4_Receive_Timeout(t, MOMENT)));
    EXPECT(!stands_still());
}

TEST(schedule_another_scheduler_hears_of_a_quantum_that_is_over)
{
    L4_ThreadId_t busy = helper(rest), t = limited_spinner(10000);
    expect_message(t);
    EXPECT(L4_ThreadControl(t, me(), busy, L4_nilthread, L4_UTCB_UNCHANGED)); /* its message waits */
    L4_Sleep(MOMENT);
    EXPECT_EQ(thread_delete(busy), 1);
    EXPECT(stands_still());
    EXPECT(L4_ThreadControl(t, me(), me(), L4_nilthread, L4_UTCB_UNCHANGED));
    EXPECT_EQ(L4_Label(expect_message(t)), 0xFFD0);
    EXPECT(stands_still());
    EXPECT(L4_ThreadControl(t, me(), me(), L4_nilthread, L4_UTCB_UNCHANGED)); /* told once more, and taken back */
    EXPECT(L4_Set_Timeslice(t, L4_TimePeriod(10000), L4_Never));
    EXPECT(L4_IpcFailed(L4_Receive_Timeout(t, MOMENT)));
    EXPECT(!stands_still());
}

TEST(schedule_resume_does_not_replace_a_quantum)
{
    L4_ThreadId_t t = limited_spinner(10000);
    expect_message(t);
    L4_Stop(t);
    L4_Start(t);
    EXPECT(stands_still());
    L4_Stop(t);
    EXPECT(L4_Set_Timeslice(t, L4_TimePeriod(10000), L4_Never));
    EXPECT(stands_still());
    L4_Start(t);
    EXPECT(!stands_still());
}

TEST(schedule_tells_what_is_left_of_slice_and_quantum)
{
    L4_Time_t slice, quantum;
    L4_ThreadId_t t = helper(rest);
    L4_Sleep(MOMENT);
    EXPECT(L4_Set_Timeslice(t, L4_TimePeriod(7168), L4_TimePeriod(512000)));
    EXPECT_EQ(L4_Timeslice(t, &slice, &quantum), L4_SCHED_WAITING);
    EXPECT_EQ(slice.raw, L4_TimePeriod(7168).raw);
    EXPECT_EQ(quantum.raw, L4_TimePeriod(512000).raw);
    t = limited_spinner(1000000);
    EXPECT(L4_Set_Timeslice(t, L4_TimePeriod(512000), L4_TimePeriod(1024000)));
    L4_Sleep(L4_TimePeriod(100000));
    L4_Timeslice(t, &slice, &quantum);
    EXPECT(L4_PeriodUsec(slice) < 512000 && L4_PeriodUsec(slice) > 200000);
    EXPECT(L4_PeriodUsec(quantum) < 1024000 && L4_PeriodUsec(quantum) > 700000);
    EXPECT(L4_Set_Timeslice(t, L4_Never, L4_Never));
    L4_Timeslice(t, &slice, &quantum);
    EXPECT_EQ(slice.raw, L4_Never.raw);
    EXPECT_EQ(quantum.raw, L4_Never.raw);
}

/* Runs for 300 us between two ticks, again and again: no tick ever meets it. */
static void dodges(void)
{
    for (;;) {
        L4_Word64_t from = clock_us();
        while (clock_us() < from + 300)
            ;
        counter[0]++;
        L4_Sleep(L4_TimePeriod(1));
    }
}

TEST(schedule_quantum_is_charged_to_the_thread_that_runs_between_ticks)
{
    L4_ThreadId_t t = helper_waiting_for_start(supervisor());
    counter[0] = 0;
    EXPECT(L4_Set_Timeslice(t, L4_TimePeriod(10000), L4_TimePeriod(6000)));
    start(t, dodges);
    EXPECT_EQ(L4_Label(expect_message(t)), 0xFFD0);
    EXPECT(counter[0] >= 5 && counter[0] <= 20);
}

/* ---- delayed preemption: 5.12 */

static volatile bool armed, high_ran, yields;
static volatile L4_Word_t pending_seen;
static volatile L4_Word64_t pending_at, over_at;

static void runs_soon(void)
{
    armed = true;
    L4_Sleep(L4_TimePeriod(30000));
    high_ran = true;
    rest();
}

static void delays_others(void)
{
    while (!armed)
        ;
    L4_DisablePreemption();
    while (!high_ran && !pending_seen)
        if (L4_PreemptionPending())
            pending_seen = 1;
    pending_at = clock_us();
    if (yields && !high_ran) {
        L4_Yield();
        pending_seen = high_ran ? 2 : 3;
    }
    while (!high_ran)
        ;
    over_at = clock_us();
    for (;;)
        counter[0]++;
}

/* A thread of priority 90 that asks for up to `us` against priorities up to `sensitive`; one of 95 comes. */
static void delay(L4_Word_t sensitive, L4_Word_t us, bool yield)
{
    L4_ThreadId_t low = helper_waiting_for_start(supervisor()), high = helper_waiting_for_start(supervisor());
    armed = high_ran = false;
    yields = yield;
    pending_seen = 0;
    EXPECT(L4_Set_Priority(low, 90));
    EXPECT(L4_Set_Priority(high, 95));
    EXPECT(L4_Set_PreemptionDelay(low, sensitive, us));
    start(low, delays_others);
    start(high, runs_soon);
    L4_Sleep(L4_TimePeriod(200000));
    EXPECT(high_ran);
}

TEST(preemption_is_delayed_but_not_longer_than_allowed)
{
    delay(95, 20000, false);
    EXPECT_EQ(pending_seen, 1);
    EXPECT(over_at - pending_at >= 10000);
    EXPECT(over_at - pending_at <= 21000);
}

TEST(preemption_above_the_sensitive_priority_is_not_delayed)
{
    delay(94, 20000, false);
    EXPECT_EQ(pending_seen, 0);
}

TEST(preemption_is_not_delayed_without_a_maximum_delay)
{
    delay(95, 0, false);
    EXPECT_EQ(pending_seen, 0);
}

TEST(preemption_that_was_delayed_happens_at_a_yield)
{
    delay(95, 50000, true);
    EXPECT_EQ(pending_seen, 2);
}

/* ---- signalled preemption: 6.2 */

static void wants_to_know(void)
{
    L4_Set_ExceptionHandler(partner);
    L4_EnablePreemptionFaultException();
    armed = true;
    while (armed)
        counter[0]++;
    L4_DisablePreemptionFaultException();
    armed = true;
    for (;;)
        counter[0]++;
}

static void wakes_every_5_ms(void)
{
    for (;;)
        L4_Sleep(L4_TimePeriod(4096));
}

/* Messages of t within 100 ms, each with a clock value of then. */
static L4_Word_t signals_of(L4_ThreadId_t t)
{
    L4_Word_t n = 0;
    for (L4_Word64_t end = clock_us() + 100000; clock_us() < end;) {
        L4_Word64_t before = clock_us();
        L4_MsgTag_t tag = L4_Receive_Timeout(t, L4_TimePeriod(20000));
        if (L4_IpcFailed(tag))
            continue;
        L4_Word64_t at = (L4_Word64_t)L4_MR(2) << 32 | L4_MR(1);
        EXPECT_EQ(tag.raw, 0xFFD00002);
        EXPECT(at + 20000 >= before && at <= clock_us());
        n++;
    }
    return n;
}

TEST(preemption_is_signalled_once_to_the_exception_handler_of_a_thread_that_asks)
{
    partner = me();
    armed = false;
    L4_ThreadId_t low = helper_waiting_for_start(supervisor()), high = helper(wakes_every_5_ms);
    EXPECT(L4_Set_Priority(high, 95));
    EXPECT(L4_Set_Priority(low, 90));
    start(low, wants_to_know);
    while (!armed)
        L4_Sleep(L4_TimePeriod(5000));
    L4_Word_t n = signals_of(low);
    EXPECT(n >= 10 && n <= 30);
    L4_Sleep(L4_TimePeriod(50000)); /* nobody waits for it: it goes on */
    L4_Word_t before = counter[0];
    L4_Sleep(L4_TimePeriod(20000));
    EXPECT(counter[0] != before);
    armed = false;
    while (!armed)
        L4_Sleep(L4_TimePeriod(5000));
    EXPECT_EQ(signals_of(low), 0);
}
