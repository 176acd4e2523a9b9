/* SPDX-License-Identifier: MIT */
/* Every party of every phase of an IPC is deleted, renamed, halted or broken off in it.  A thread that waits for the dead one is told, or
 * waits on without harm; what is left goes when the stage is cleared. */
#include "stage.h"

enum { PARTIES = 4 };
static L4_ThreadId_t party[PARTIES];
static unsigned parties;

static L4_Word_t p_sleep(L4_Word_t a, L4_Word_t b)
{
    (void)a;
    (void)b;
    L4_Sleep(L4_Never);
    return 0;
}
static L4_Word_t p_send(L4_Word_t to, L4_Word_t b)
{
    L4_LoadMR(0, 63);
    return L4_Ipc(L4_ThreadIdOfRaw(to), L4_nilthread, b, NULL).raw;
}
static L4_Word_t p_receive(L4_Word_t from, L4_Word_t timeouts)
{
    return L4_Ipc(L4_nilthread, L4_ThreadIdOfRaw(from), timeouts, NULL).raw;
}
static L4_Word_t p_call(L4_Word_t to, L4_Word_t timeouts)
{
    L4_LoadMR(0, 5);
    return L4_Ipc(L4_ThreadIdOfRaw(to), L4_ThreadIdOfRaw(to), timeouts, NULL).raw;
}
static L4_Word_t p_send_for(L4_Word_t to, L4_Word_t as)
{
    L4_LoadMR(0, 0);
    return L4_Send_Propagated(L4_ThreadIdOfRaw(to), L4_ThreadIdOfRaw(as), L4_Never).raw;
}
static L4_Word_t p_pager(L4_Word_t pager, L4_Word_t handler)
{
    if (pager)
        L4_Set_Pager(L4_ThreadIdOfRaw(pager));
    if (handler)
        L4_Set_ExceptionHandler(L4_ThreadIdOfRaw(handler));
    return *(volatile L4_Word_t *)NOWHERE;
}
static L4_Word_t p_raise(L4_Word_t pager, L4_Word_t handler)
{
    (void)pager;
    L4_Set_ExceptionHandler(L4_ThreadIdOfRaw(handler));
    __asm__ volatile("ud2");
    return 0;
}
#define STRING_FROM 0x30000000ul
#define STRING_TO   0x38000000ul
static L4_Word_t p_send_string(L4_Word_t to, L4_Word_t from)
{
    L4_LoadMR(0, 2 << L4_TAG_T_SHIFT);
    L4_LoadMR(1, 3 * PAGE << L4_STRING_LENGTH_SHIFT);
    L4_LoadMR(2, from);
    L4_Set_XferTimeouts(0);
    return L4_Send(L4_ThreadIdOfRaw(to)).raw;
}
static L4_Word_t p_receive_string(L4_Word_t from, L4_Word_t at)
{
    L4_LoadBR(0, L4_ACCEPT_STRINGS);
    L4_LoadBR(1, 3 * PAGE << L4_STRING_LENGTH_SHIFT);
    L4_LoadBR(2, at);
    L4_Set_XferTimeouts(0);
    return L4_Receive(L4_ThreadIdOfRaw(from)).raw;
}

static void cast(unsigned n)
{
    parties = n;
    for (unsigned i = 0; i < n; i++)
        party[i] = puppet();
}
static void settle(void) { L4_Sleep(L4_TimePeriod(3000)); }

/* ---- the phases.  Each leaves its parties in the middle of it. */
static void send_waits(void)
{
    cast(2);
    order(party[1], p_sleep, 0, 0);
    order(party[0], p_send, party[1].raw, 0);
}
static void send_waits_with_timeout(void)
{
    cast(2);
    order(party[1], p_sleep, 0, 0);
    order(party[0], p_send, party[1].raw, L4_Timeouts(MS(4), MS(4)));
}
static void receive_waits(void)
{
    cast(2);
    order(party[0], p_receive, party[1].raw, 0);
}
static void receive_waits_with_timeout(void)
{
    cast(2);
    order(party[0], p_receive, party[1].raw, L4_Timeouts(MS(4), MS(4)));
}
static void call_waits_for_its_answer(void)
{
    cast(3);
    order(party[0], p_call, party[1].raw, 0);
    order(party[2], p_call, party[1].raw, L4_Timeouts(MS(4), MS(4)));
}
static void calls_in_a_chain(void)
{
    cast(4);
    for (unsigned i = 3; i-- > 0;)
        order(party[i], p_receive, party[i + 1].raw, 0);
}
static void two_wait_for_each_other(void)
{
    cast(2);
    order(party[0], p_call, party[1].raw, 0);
    order(party[1], p_call, party[0].raw, 0);
}
static void fault_waits_for_its_pager(void)
{
    cast(2);
    order(party[1], p_sleep, 0, 0);
    order(party[0], p_pager, party[1].raw, 0);
}
static void fault_waits_for_its_answer(void)
{
    cast(2);
    order(party[0], p_pager, party[1].raw, 0);
}
static void exception_waits_for_its_handler(void)
{
    cast(2);
    order(party[1], p_sleep, 0, 0);
    order(party[0], p_raise, 0, party[1].raw);
}
static void exception_waits_for_its_answer(void)
{
    cast(2);
    order(party[0], p_raise, 0, party[1].raw);
}
static void start_waits(void)
{
    cast(2);
    party[2] = actor_inactive(party[0]);
    EXPECT_EQ(thread_control(party[2], party[2], L4_nilthread, party[1], utcb_fresh()), 0);
    parties = 3;
}
static void inactive_partner(void)
{
    cast(2);
    party[2] = actor_inactive(party[0]);
    order(party[0], p_send, party[2].raw, 0);
    order(party[1], p_receive, party[2].raw, 0);
    parties = 3;
}
static void propagated_send_waits(void)
{
    cast(2);
    party[2] = puppet_in(party[0]);
    order(party[1], p_sleep, 0, 0);
    order(party[0], p_send_for, party[1].raw, party[2].raw);
    parties = 3;
}
static void originator_waits_for_the_receiver(void)
{
    cast(2);
    party[2] = puppet_in(party[0]);
    order(party[2], p_receive, party[0].raw, 0);
    order(party[0], p_send_for, party[1].raw, party[2].raw);
    parties = 3;
}
static void redirected_send_waits(void)
{
    cast(3);
    EXPECT_EQ(space_control(party[0], 0, 0, 0, party[2]), 0);
    order(party[2], p_sleep, 0, 0);
    order(party[0], p_send, party[1].raw, 0);
}
static void redirected_call_waits_for_its_answer(void)
{
    cast(3);
    EXPECT_EQ(space_control(party[0], 0, 0, 0, party[2]), 0);
    order(party[0], p_call, party[1].raw, 0);
}
static void string_waits_at_its_source(void)
{
    cast(2);
    order(party[1], p_receive_string, party[0].raw, (L4_Word_t)scratch);
    order(party[0], p_send_string, party[1].raw, STRING_FROM);
}
static void string_waits_at_its_destination(void)
{
    cast(2);
    order(party[1], p_receive_string, party[0].raw, STRING_TO);
    order(party[0], p_send_string, party[1].raw, (L4_Word_t)code);
}
static void string_waits_for_a_third_pager(void)
{
    cast(3);
    EXPECT_EQ(thread_control(party[1], party[1], L4_nilthread, party[2], ~0ul), 0);
    order(party[1], p_receive_string, party[0].raw, STRING_TO);
    order(party[0], p_send_string, party[1].raw, (L4_Word_t)code);
    order(party[2], p_sleep, 0, 0);
}
static void string_inside_one_space_waits(void)
{
    cast(1);
    party[1] = puppet_in(party[0]);
    parties = 2;
    order(party[1], p_receive_string, party[0].raw, STRING_TO);
    order(party[0], p_send_string, party[1].raw, STRING_FROM);
}

/* ---- what happens to a party then */
static void exchange(L4_ThreadId_t t, L4_Word_t control)
{
    L4_Word_t w;
    L4_ThreadId_t pager;
    L4_ExchangeRegisters(t, control, 0, 0, 0, 0, L4_nilthread, &w, &w, &w, &w, &w, &pager);
}
static void blow(unsigned kind, L4_ThreadId_t t)
{
    L4_Word_t old;
    L4_ThreadId_t other = L4_GlobalId(L4_ThreadNo(t), (L4_Version(t) ^ 0x1000) | 1);
    switch (kind) {
    case 0:
        actor_delete(t);
        break;
    case 1:
        EXPECT_EQ(thread_control(other, t, L4_nilthread, L4_nilthread, ~0ul), 0);
        break;
    case 2:
        exchange(t, L4_EXREGS_RECEIVE | L4_EXREGS_SEND);
        break;
    case 3:
        exchange(t, L4_EXREGS_HALT | L4_EXREGS_HALT_VALID);
        break;
    case 4:
        exchange(t, L4_EXREGS_HALT | L4_EXREGS_HALT_VALID | L4_EXREGS_RECEIVE | L4_EXREGS_SEND);
        exchange(t, L4_EXREGS_HALT_VALID);
        break;
    case 5:
        thread_control(t, t, L4_nilthread, t, ~0ul); /* its own pager from now on; one without UTCB is refused */
        break;
    case 6:
        L4_Schedule(t, L4_Timeouts(L4_TimePeriod(1), L4_TimePeriod(1)), ~0ul, 1, ~0ul, &old);
        break;
    case 7:
        exchange(t, L4_EXREGS_RECEIVE | L4_EXREGS_SEND);
        actor_delete(t);
        break;
    }
}
enum { BLOWS = 8 };

static void expect_phase_survives(void (*phase)(void))
{
    for (unsigned kind = 0; kind < BLOWS; kind++)
        for (unsigned victim = 0; victim < PARTIES; victim++) {
            phase();
            settle();
            if (victim < parties) {
                if (kind & 1) /* with our answer owed, and without */
                    next_event(L4_ZeroTime);
                blow(kind, party[victim]);
                for (int i = 0; i < 6 && next_event(L4_TimePeriod(2000)).what != NOTHING; i++)
                    ;
            }
            stage_clear();
        }
}

TEST(phase_send_waits) { expect_phase_survives(send_waits); }
TEST(phase_send_waits_with_timeout) { expect_phase_survives(send_waits_with_timeout); }
TEST(phase_receive_waits) { expect_phase_survives(receive_waits); }
TEST(phase_receive_waits_with_timeout) { expect_phase_survives(receive_waits_with_timeout); }
TEST(phase_call_waits_for_its_answer) { expect_phase_survives(call_waits_for_its_answer); }
TEST(phase_calls_in_a_chain) { expect_phase_survives(calls_in_a_chain); }
TEST(phase_two_wait_for_each_other) { expect_phase_survives(two_wait_for_each_other); }
TEST(phase_fault_waits_for_its_pager) { expect_phase_survives(fault_waits_for_its_pager); }
TEST(phase_fault_waits_for_its_answer) { expect_phase_survives(fault_waits_for_its_answer); }
TEST(phase_exception_waits_for_its_handler) { expect_phase_survives(exception_waits_for_its_handler); }
TEST(phase_exception_waits_for_its_answer) { expect_phase_survives(exception_waits_for_its_answer); }
TEST(phase_start_waits) { expect_phase_survives(start_waits); }
TEST(phase_inactive_partner) { expect_phase_survives(inactive_partner); }
TEST(phase_propagated_send_waits) { expect_phase_survives(propagated_send_waits); }
TEST(phase_originator_waits_for_the_receiver) { expect_phase_survives(originator_waits_for_the_receiver); }
TEST(phase_redirected_send_waits) { expect_phase_survives(redirected_send_waits); }
TEST(phase_redirected_call_waits_for_its_answer) { expect_phase_survives(redirected_call_waits_for_its_answer); }
TEST(phase_string_waits_at_its_source) { expect_phase_survives(string_waits_at_its_source); }
TEST(phase_string_waits_at_its_destination) { expect_phase_survives(string_waits_at_its_destination); }
TEST(phase_string_waits_for_a_third_pager) { expect_phase_survives(string_waits_for_a_third_pager); }
TEST(phase_string_inside_one_space_waits) { expect_phase_survives(string_inside_one_space_waits); }

/* ---- and a thread that waited for the dead one is told */
static void expect_told(void (*phase)(void), unsigned victim, unsigned waiter, L4_Word_t code)
{
    phase();
    settle();
    actor_delete(party[victim]);
    struct event e = event_from(party[waiter], MS(200));
    EXPECT_EQ(e.what, DONE);
    EXPECT_EQ(e.w[1] & L4_TAG_ERROR, code ? L4_TAG_ERROR : 0);
    stage_clear();
}
TEST(threads_that_wait_for_a_dead_one_are_told)
{
    expect_told(send_waits, 1, 0, 1);
    expect_told(receive_waits, 1, 0, 1);
    expect_told(call_waits_for_its_answer, 1, 0, 1);
    expect_told(calls_in_a_chain, 3, 2, 1);
    expect_told(two_wait_for_each_other, 0, 1, 1);
    expect_told(inactive_partner, 2, 0, 1);
    expect_told(inactive_partner, 2, 1, 1);
    expect_told(string_waits_at_its_source, 0, 1, 1);
    expect_told(string_waits_at_its_source, 1, 0, 1);
    expect_told(string_waits_at_its_destination, 0, 1, 1);
    expect_told(string_waits_at_its_destination, 1, 0, 1);
    expect_told(string_inside_one_space_waits, 0, 1, 1);
}

/* Forty threads of one space, each in some phase with the next, and the space goes while they are at it. */
static void waits_somehow(void)
{
    L4_Word_t n = __atomic_fetch_add(&shared[0], 1, __ATOMIC_SEQ_CST);
    L4_ThreadId_t next = L4_ThreadIdOfRaw(shared[16 + (n + 1) % 40]);
    for (L4_Word_t i = 0;; i++)
        switch ((n + i) % 5) {
        case 0:
            L4_LoadMR(0, 3);
            L4_Ipc(next, next, L4_Timeouts(L4_TimePeriod(700), L4_TimePeriod(900)), NULL);
            break;
        case 1:
            L4_Ipc(L4_nilthread, L4_anythread, L4_Timeouts(L4_Never, L4_TimePeriod(800)), NULL);
            break;
        case 2:
            L4_ThreadSwitch(next);
            break;
        case 3:
            L4_Sleep(L4_TimePeriod(300));
            break;
        case 4:
            L4_Ipc(L4_nilthread, next, L4_Timeouts(L4_Never, L4_TimePeriod(500)), NULL);
        }
}
TEST(a_space_of_forty_busy_threads_is_deleted_in_any_order)
{
    for (unsigned round = 0; round < 6; round++) {
        L4_ThreadId_t t[40];
        memset((void *)shared, 0, sizeof shared);
        for (unsigned i = 0; i < 40; i++) {
            t[i] = actor_waiting(i ? t[0] : L4_nilthread);
            shared[16 + i] = t[i].raw;
        }
        for (unsigned i = 0; i < 40; i++)
            EXPECT(actor_start(t[i], waits_somehow));
        next_event(MS(15));
        for (unsigned i = 0; i < 40; i++)
            actor_delete(t[(i * 7 + round * 11) % 40]);
        stage_clear();
    }
}
