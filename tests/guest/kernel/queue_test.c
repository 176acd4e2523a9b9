/* SPDX-License-Identifier: MIT */
/* Spec 5.1-5.3, 5.7, 5.8: receivers that have a queue, and what comes to them before they run, or while they look through it.
 * A receiver that goes through forty strangers in vain is interrupted after some of them: the thread that has just been called runs
 * then. */
#include "test.h"

enum { CROWD = 40 };

static L4_ThreadId_t me(void) { return L4_MyGlobalId(); }
static L4_ThreadId_t t, r, d, q, k;
static volatile L4_Word_t result, answer, reply, state, counter, go, target, from_raw, halts;
static L4_Time_t limit;

static void to_target(void)
{
    L4_LoadMR(0, 0x00990000);
    L4_Send(L4_ThreadIdOfRaw(target));
    rest();
}

static void queue_at(L4_ThreadId_t whom) /* one stranger */
{
    target = whom.raw;
    q = stranger(to_target);
    L4_Sleep(MOMENT);
}

static void crowd_at(L4_ThreadId_t whom)
{
    queue_at(whom);
    for (int i = 1; i < CROWD; i++)
        companion(q, to_target);
    L4_Sleep(MOMENT);
}

static L4_ThreadId_t with_priority(L4_Word_t p, void (*f)(void))
{
    L4_ThreadId_t x = helper(f);
    L4_Set_Priority(x, p);
    return x;
}

static L4_Word_t exchange(L4_ThreadId_t x, L4_Word_t control)
{
    L4_Word_t old = ~0ul;
    L4_ThreadId_t y = L4_ExchangeRegisters(x, control, 0, 0, 0, 0, L4_nilthread, &old, NULL, NULL, NULL, NULL, NULL);
    return L4_IsNilThread(y) ? ~0ul : old;
}

static void outcome(L4_MsgTag_t tag) { result = L4_IpcFailed(tag) ? L4_ErrorCode() : 0x100 | L4_Label(tag) << 16; }

/* ---- a call that waited, by somebody with a queue, is passed on */

static void calls_r(void)
{
    L4_ThreadId_t from;
    L4_LoadMR(0, 0x00110000);
    outcome(L4_Ipc(r, r, L4_Timeouts(L4_Never, limit), &from));
    from_raw = from.raw;
    rest();
}

static void passes_on(void)
{
    L4_Sleep(L4_TimePeriod(200000));
    L4_Receive(t);
    L4_LoadMR(0, 0x00220000);
    L4_Send_Propagated(d, t, SOON);
    rest();
}

static void answers(void)
{
    L4_ThreadId_t from;
    L4_Wait(&from);
    if (go)
        L4_Sleep(L4_TimePeriod(300000));
    L4_LoadMR(0, 0x00330000);
    reply = L4_IpcSucceeded(L4_Send_Timeout(t, MOMENT));
    rest();
}

static void passed_on(bool queue)
{
    result = reply = go = 0;
    limit = L4_Never;
    d = helper(answers);
    r = with_priority(101, passes_on);
    t = helper(calls_r);
    if (queue)
        queue_at(t);
    L4_Sleep(L4_TimePeriod(500000));
    EXPECT_EQ(reply, 1);
    EXPECT_EQ(result, 0x00330100);
}

TEST(passing_on_reaches_a_caller_without_a_queue) { passed_on(false); }
TEST(passing_on_reaches_a_caller_with_a_queue) { passed_on(true); }

static void passed_on_and_halted(bool queue)
{
    result = reply = 0;
    go = 1;
    limit = SOON;
    d = helper(answers);
    r = with_priority(101, passes_on);
    t = helper(calls_r);
    L4_Sleep(L4_TimePeriod(250000)); /* passed on by now */
    if (queue)
        queue_at(t);
    exchange(t, L4_EXREGS_HALT_VALID | L4_EXREGS_HALT);
    exchange(t, L4_EXREGS_HALT_VALID);
    L4_Sleep(L4_TimePeriod(500000));
    EXPECT_EQ(reply, 1);
    EXPECT_EQ(result, 0x00330100);
}

TEST(halting_forgets_nothing_that_was_passed_on_without_a_queue) { passed_on_and_halted(false); }
TEST(halting_forgets_nothing_that_was_passed_on_with_a_queue) { passed_on_and_halted(true); }

/* ---- halted while it looks, a sender queues, resumed while it looks */

static void looks(void)
{
    L4_ThreadId_t from;
    L4_Wait(&from);
    L4_LoadMR(0, 0);
    outcome(L4_Ipc(r, L4_anylocalthread, L4_Timeouts(L4_Never, L4_TimePeriod(300000)), &from));
    rest();
}

static void kicks(void)
{
    rest();
}

static void halts_and_sends(void)
{
    L4_ThreadId_t from;
    L4_Wait(&from);
    if (halts)
        state = exchange(t, L4_EXREGS_HALT_VALID | L4_EXREGS_HALT);
    L4_LoadMR(0, 0);
    L4_Send(k);
    L4_LoadMR(0, 0x00550000);
    reply = 1 + L4_IpcSucceeded(L4_Send_Timeout(t, L4_TimePeriod(600000)));
    rest();
}

static void resumes(void)
{
    L4_ThreadId_t from;
    L4_Wait(&from);
    if (halts)
        exchange(t, L4_EXREGS_HALT_VALID);
    rest();
}

static void halted_crowd(void)
{
    exchange(t, L4_EXREGS_HALT_VALID | L4_EXREGS_HALT); /* until they are all there */
    crowd_at(t);
    exchange(t, L4_EXREGS_HALT_VALID);
}

static void halted_while_looking(bool halt)
{
    result = reply = state = 0;
    halts = halt;
    k = with_priority(101, resumes);
    r = with_priority(101, halts_and_sends);
    t = helper(looks);
    L4_Set_Priority(t, 99);
    d = helper(kicks);
    L4_Sleep(MOMENT);
    L4_LoadMR(0, 0);
    L4_Send(t); /* it wakes, but we are before it */
    halted_crowd();
    L4_Sleep(L4_TimePeriod(1500000));
    if (halt)
        EXPECT_EQ(state & 7, 2);
    EXPECT_EQ(reply, 2);
    EXPECT_EQ(result, 0x00550100);
}

TEST(searcher_takes_a_sender_that_comes_while_it_looks) { halted_while_looking(false); }
TEST(searcher_takes_a_sender_that_came_while_it_was_halted) { halted_while_looking(true); }

/* ---- hand-over */

static void spins(void)
{
    for (;;)
        counter++;
}

static void serves(void)
{
    L4_ThreadId_t from;
    L4_Wait(&from);
    for (;;) {
        L4_LoadMR(0, 0x00660000);
        L4_Ipc(from, L4_anythread, 0, &from);
    }
}

static void calls_later(void)
{
    L4_Sleep(L4_TimePeriod(300000));
    L4_LoadMR(0, 0x00110000);
    outcome(L4_Call_Timeouts(r, SOON, L4_TimePeriod(300000)));
    rest();
}

static void hand_over(bool queue)
{
    result = 0;
    r = with_priority(90, serves);
    L4_Sleep(MOMENT);
    t = helper(calls_later);
    if (queue)
        queue_at(t);
    with_priority(95, spins);
    L4_Sleep(L4_TimePeriod(1000000));
    EXPECT_EQ(result, 0x00660100);
}

TEST(call_hands_over_without_a_queue) { hand_over(false); }
TEST(call_hands_over_with_a_queue) { hand_over(true); }

/* ---- timeouts */

static void answers_late(void)
{
    L4_Sleep(L4_TimePeriod(200000));
    L4_Receive(t);
    L4_Word64_t end = clock_us() + 200000;
    while (clock_us() < end)
        ;
    L4_LoadMR(0, 0x00770000);
    reply = 1 + L4_IpcSucceeded(L4_Send_Timeout(t, L4_ZeroTime));
    rest();
}

static void late(bool queue)
{
    result = reply = 0;
    limit = L4_TimePeriod(20000);
    r = with_priority(101, answers_late);
    t = helper(calls_r);
    if (queue)
        queue_at(t);
    L4_Sleep(L4_TimePeriod(800000));
    EXPECT_EQ(reply, 1);
    EXPECT_EQ(result, 3);
}

TEST(answer_can_be_too_late_without_a_queue) { late(false); }
TEST(answer_can_be_too_late_with_a_queue) { late(true); }

static void waits_for_r(void)
{
    L4_ThreadId_t from;
    outcome(L4_Ipc(L4_nilthread, r, L4_Timeouts(L4_Never, L4_TimePeriod(200000)), &from));
    rest();
}

static void restarted(bool queue)
{
    result = 0;
    r = helper(rest);
    t = helper(waits_for_r);
    if (queue)
        queue_at(t);
    for (int i = 0; i < 10; i++) {
        exchange(t, L4_EXREGS_HALT_VALID | L4_EXREGS_HALT);
        exchange(t, L4_EXREGS_HALT_VALID);
        L4_Sleep(L4_TimePeriod(80000));
    }
    EXPECT_EQ(result, 3);
}

TEST(halts_do_not_prolong_a_wait_without_a_queue) { restarted(false); }
TEST(halts_do_not_prolong_a_wait_with_a_queue) { restarted(true); }

/* ---- in the receiver's own name */

static void hears_r(void)
{
    L4_ThreadId_t from;
    outcome(L4_Ipc(L4_nilthread, r, L4_Timeouts(L4_Never, limit), &from));
    rest();
}

static void own_name(L4_Time_t l)
{
    result = 0;
    limit = l;
    r = me();
    t = helper(hears_r);
    L4_Sleep(MOMENT);
    L4_LoadMR(0, 0x00880000);
    EXPECT(L4_IpcSucceeded(L4_Send_Propagated(t, t, SOON)));
    L4_Sleep(MOMENT);
    EXPECT_EQ(result, 0x00880100);
}

TEST(propagation_in_the_receivers_own_name_arrives_in_a_limited_wait) { own_name(SOON); }
TEST(propagation_in_the_receivers_own_name_arrives) { own_name(L4_Never); }

/* ---- Schedule */

static void asks_state(void)
{
    L4_Word_t old;
    L4_Sleep(L4_TimePeriod(200000));
    L4_Receive(t);
    state = L4_Schedule(t, ~0ul, ~0ul, ~0ul, ~0ul, &old);
    rest();
}

static void state_of(bool queue)
{
    limit = SOON;
    state = 0;
    r = with_priority(101, asks_state);
    t = helper(calls_r);
    if (queue)
        queue_at(t);
    L4_Sleep(L4_TimePeriod(300000));
    EXPECT_EQ(state, 6);
}

TEST(schedule_shows_a_waiting_caller_without_a_queue) { state_of(false); }
TEST(schedule_shows_a_waiting_caller_with_a_queue) { state_of(true); }

/* ---- a fault in the copy of a redirected message */

static char fresh[3][4096] __attribute__((aligned(4096)));
static char source[3][4096] __attribute__((aligned(4096)));

static void ward_sends_string(void)
{
    L4_LoadMR(1, 64 << L4_STRING_LENGTH_SHIFT);
    L4_LoadMR(2, (L4_Word_t)source[0]);
    L4_LoadMR(0, 0x00440000 | 2 << L4_TAG_T_SHIFT);
    L4_Receive_Timeout(d, L4_TimePeriod(100000));
    L4_LoadMR(1, 64 << L4_STRING_LENGTH_SHIFT);
    L4_LoadMR(2, (L4_Word_t)source[0]);
    L4_LoadMR(0, 0x00440000 | 2 << L4_TAG_T_SHIFT);
    outcome(L4_Send_Timeout(d, SOON));
    rest();
}

static void takes_string(void)
{
    L4_ThreadId_t from;
    L4_LoadBR(1, 64 << L4_STRING_LENGTH_SHIFT);
    L4_LoadBR(2, (L4_Word_t)fresh[0]);
    L4_LoadBR(0, L4_ACCEPT_STRINGS);
    state = L4_Ipc(L4_nilthread, L4_anythread, 0, &from).raw;
    rest();
}

TEST(redirection_leaves_no_mark_on_a_fault_in_the_copy)
{
    L4_Word_t old;
    result = state = 0;
    d = stranger(rest);
    r = helper(takes_string);
    t = stranger_of(me(), ward_sends_string);
    EXPECT(L4_SpaceControl(t, 0, L4_Nilpage, L4_Nilpage, r, &old));
    for (int i = 0; i < 20 && !result; i++) {
        L4_MsgTag_t tag = L4_Receive_Timeout(t, L4_TimePeriod(300000));
        L4_Word_t address = L4_MR(1);
        if (L4_IpcFailed(tag) || !L4_IsPageFault(tag))
            break;
        EXPECT_EQ(tag.raw & 0xF000, 0);
        if (tag.raw & 0xF000)
            serial_printf("# tag %lx address %lx intended %lx\n", tag.raw, address, L4_IntendedReceiver().raw);
        L4_MapItem_t item = L4_MapItem(L4_FpageAddRights(L4_FpageLog2(address, 12), 7), address & ~4095ul);
        L4_LoadMR(0, 2 << L4_TAG_T_SHIFT);
        L4_LoadMRs(1, 2, item.raw);
        L4_Send_Timeout(t, SOON);
    }
    L4_Sleep(MOMENT);
    EXPECT_EQ(state & 0xF000, 0x2000);
}

/* ---- a string with a fault for a receiver that looks */

static volatile L4_Word_t turn, spin, no_pager;
static L4_Time_t limits[2];

static void give_signal(void) /* in the supervisor's name */
{
    L4_LoadMR(0, 0);
    EXPECT(L4_IpcSucceeded(L4_Send_Propagated(t, supervisor(), SOON)));
}

/* Calls r at the signal, and is content with any local thread: it looks through its queue, while r runs already. */
static void looks_for_string(void)
{
    for (;;) {
        L4_ThreadId_t from;
        L4_Receive(supervisor());
        L4_LoadBR(1, 64 << L4_STRING_LENGTH_SHIFT);
        L4_LoadBR(2, (L4_Word_t)fresh[no_pager ? 0 : turn]); /* a page that is there, or not */
        L4_LoadBR(0, L4_ACCEPT_STRINGS);
        L4_LoadMR(0, 0);
        outcome(L4_Ipc(r, L4_anylocalthread, L4_Timeouts(L4_Never, limits[turn]), &from));
        L4_LoadBR(0, 0);
        while (spin)
            spin++;
    }
}

static void sends_string(void)
{
    source[0][0] = 'x';
    if (!no_pager)
        source[1][0] = 'x';
    for (;;) {
        L4_ThreadId_t old = L4_Pager();
        L4_Receive(t);
        if (turn && no_pager)
            L4_Set_Pager(d);
        L4_LoadMR(1, 64 << L4_STRING_LENGTH_SHIFT);
        L4_LoadMR(2, (L4_Word_t)source[turn]);
        L4_LoadMR(0, 0x00440000 | 2 << L4_TAG_T_SHIFT);
        reply = 1;
        reply = L4_IpcSucceeded(L4_Send_Timeout(t, SOON)) ? 2 : L4_ErrorCode() | 0x80;
        L4_Set_Pager(old);
    }
}

/* One round without a queue, in which everything is mapped; then the signal for the second one, with a queue. */
static void prepare(L4_Time_t limit_of_the_second, bool senders_page_is_missing, bool spins_then)
{
    limits[0] = SOON;
    limits[1] = limit_of_the_second;
    no_pager = senders_page_is_missing;
    result = reply = spin = turn = 0;
    d = me();
    t = stranger(looks_for_string);
    r = companion(t, sends_string);
    L4_Set_Priority(r, 101);
    L4_Sleep(MOMENT);
    give_signal();
    L4_Sleep(L4_TimePeriod(100000));
    EXPECT_EQ(reply, 2);
    EXPECT_EQ(result, 0x00440100);
    target = t.raw;
    for (int i = 0; i < CROWD; i++)
        helper(to_target);
    L4_Sleep(MOMENT);
    result = reply = 0;
    turn = 1;
    spin = spins_then;
    give_signal();
}

static void string_for_one_that_looks(L4_Time_t limit_of_the_second)
{
    prepare(limit_of_the_second, false, false);
    L4_Sleep(L4_TimePeriod(1000000));
    EXPECT_EQ(reply, 2);
    EXPECT_EQ(result, 0x00440100);
}

TEST(searcher_that_may_wait_takes_a_string_and_faults) { string_for_one_that_looks(L4_Never); }
TEST(searcher_with_no_time_takes_a_string_and_faults) { string_for_one_that_looks(L4_ZeroTime); }

/* Moved to another space in the middle of a copy that began while it looked. */
static void migrates(L4_Time_t limit_of_the_second, bool spins_then)
{
    prepare(limit_of_the_second, true, spins_then);
    EXPECT(L4_IsPageFault(L4_Receive_Timeout(r, SOON)));
    EXPECT_EQ(L4_ThreadControl(t, me(), L4_nilthread, L4_nilthread, fresh_utcb()), 1);
    L4_LoadMR(0, 0);
    L4_Send_Timeout(r, SOON);
    L4_Sleep(MOMENT);
    spin = 0;
    L4_Sleep(MOMENT);
    EXPECT_EQ(result & 15, 15); /* broken off */
    EXPECT_EQ(reply & 15, 14);
}

TEST(searcher_that_may_wait_is_moved_in_the_middle_of_a_string) { migrates(L4_Never, false); }
TEST(searcher_with_no_time_is_moved_in_the_middle_of_a_string) { migrates(L4_ZeroTime, true); }
