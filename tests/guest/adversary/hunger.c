/* SPDX-License-Identifier: MIT */
/* Kernel memory, one resource after the other, until an error comes; under a quota nobody else notices.  Then all goes, and all
 * is there again.  And the processor: threads that want it for ever do not get it from a server. */
#include "stage.h"

enum { QUOTA = 60 }; /* pages */

/* While an actor has all it may have, others still can do what they could. */
static void others_are_well(void)
{
    L4_ThreadId_t p = puppet();
    EXPECT(L4_IpcSucceeded(give(p, 0x50000000, FPAGE(pages, 12, 7), false)));
    *(L4_Word_t *)pages = 0x600D;
    EXPECT_EQ(performed(p, p_read, 0x50000000, 0), 0x600D);
    actor_delete(p);
}
static L4_ThreadId_t hungry(void)
{
    L4_ThreadId_t p = puppet();
    EXPECT(space_quota(p, QUOTA));
    return p;
}
static void expect_within_quota(L4_ThreadId_t p)
{
    L4_Word_t used = ~0ul;
    EXPECT(space_counter(p, L4_PECAN_KMEM_USED, &used));
    EXPECT(used <= QUOTA * PAGE);
    EXPECT(used > QUOTA * PAGE * 3 / 4);
}

TEST(threads_until_the_quota_is_reached)
{
    L4_ThreadId_t p = hungry();
    L4_Word_t error = 0, n = 0;
    while (n < 2000 && error == 0) {
        L4_ThreadId_t t = L4_GlobalId(first_thread_number + 100 + n, first_version);
        error = thread_control(t, p, stage(), L4_nilthread, ~0ul);
        n += error == 0;
    }
    EXPECT_EQ(error, L4_ERR_MEMORY);
    EXPECT(n > 20);
    expect_within_quota(p);
    others_are_well();
    EXPECT_EQ(performed(p, p_nothing, 0, 0), 0);
    for (L4_Word_t i = 0; i < n; i++)
        actor_delete(L4_GlobalId(first_thread_number + 100 + i, first_version));
}
TEST(utcbs_until_the_quota_is_reached)
{
    L4_ThreadId_t t = actor_inactive(L4_nilthread);
    EXPECT_EQ(space_control(t, 0, FPAGE(L4_GetKernelInterface(), 12, 0), FPAGE(0x80000000, 29, 0), L4_anythread), 0);
    EXPECT(space_quota(t, QUOTA));
    L4_Word_t error = 0, n = 0;
    while (n < 1000 && error == 0) { /* each in a page, then in a page table of its own */
        L4_ThreadId_t next = L4_GlobalId(first_thread_number + 100 + n, first_version);
        error = thread_control(next, t, stage(), stage(), 0x80000000 + (n & 1 ? n << 22 : n << 12));
        n += error == 0;
        if (n == 120)
            break;
    }
    EXPECT_EQ(error, L4_ERR_MEMORY);
    others_are_well();
    for (L4_Word_t i = 0; i < n; i++)
        actor_delete(L4_GlobalId(first_thread_number + 100 + i, first_version));
}
/* One mapping in every 4 MB: a page table each. */
TEST(page_tables_until_the_quota_is_reached)
{
    L4_ThreadId_t p = hungry();
    unsigned mapped = 0;
    for (L4_Word_t at = 0; at < 0xA0000000; at += 0x400000) {
        L4_MsgTag_t tag = give(p, at + 0x3FF000, FPAGE(pages, 12, 7), false);
        mapped += L4_IpcSucceeded(tag);
        if (L4_IpcFailed(tag)) {
            EXPECT_EQ(L4_IpcErrorCode(L4_ErrorCode()), L4_IPC_OVERFLOW);
            L4_Sleep(L4_TimePeriod(1000));
        }
    }
    EXPECT(mapped > 10 && mapped < 200);
    expect_within_quota(p);
    others_are_well();
    EXPECT_EQ(performed(p, p_nothing, 0, 0), 0);
}
TEST(mappings_until_the_quota_is_reached)
{
    L4_ThreadId_t p = hungry();
    unsigned failed = 0, mapped = 0;
    for (L4_Word_t at = 0x20000000; at < 0x30000000 && failed < 10; at += PAGES * PAGE)
        if (L4_IpcSucceeded(give(p, at, FPAGE(pages, 16, 7), false)))
            mapped++;
        else
            failed++, L4_Sleep(L4_TimePeriod(1000));
    EXPECT_EQ(failed, 10);
    EXPECT(mapped > 100);
    expect_within_quota(p);
    others_are_well();
}
static void uses_the_fpu(void)
{
    TRY("fninit");
    __atomic_fetch_add(&shared[0], 1, __ATOMIC_SEQ_CST);
    rest();
}
TEST(fpus_until_the_quota_is_reached)
{
    L4_ThreadId_t p = puppet();
    L4_Word_t used = 0;
    EXPECT(space_counter(p, L4_PECAN_KMEM_USED, &used));
    EXPECT(space_quota(p, used / PAGE + 14));
    unsigned refused = 0;
    for (int i = 0; i < 30; i++) {
        L4_ThreadId_t t = fresh_id();
        if (thread_control(t, p, stage(), stage(), utcb_fresh()) != 0)
            break;
        actor_start(t, uses_the_fpu);
        struct event e = next_event(MS(5));
        refused += e.what == EXCEPTION && e.x.vector == NM;
    }
    others_are_well();
    EXPECT(shared[0] + refused > 5);
}
/* Spaces without a quota take from everybody's pool: until there is nothing, and all of it comes back. */
TEST(spaces_until_there_is_no_memory)
{
    L4_Word_t error = 0, n = 0;
    while (n < 8000 && error == 0) {
        L4_ThreadId_t t = L4_GlobalId(first_thread_number + 100 + n, first_version);
        error = thread_control(t, t, stage(), L4_nilthread, ~0ul);
        n += error == 0;
    }
    EXPECT_EQ(error, L4_ERR_MEMORY);
    EXPECT(n > 200);
    for (L4_Word_t i = 0; i < n; i++)
        actor_delete(L4_GlobalId(first_thread_number + 100 + i, first_version));
}
TEST(threads_until_there_is_no_memory)
{
    L4_ThreadId_t p = puppet();
    L4_Word_t error = 0, n = 0;
    while (n < 16000 && error == 0) {
        L4_ThreadId_t t = L4_GlobalId(first_thread_number + 100 + n, first_version);
        error = thread_control(t, p, stage(), L4_nilthread, ~0ul);
        n += error == 0;
    }
    EXPECT_EQ(error, L4_ERR_MEMORY);
    EXPECT(n > 1000);
    EXPECT_EQ(performed(p, p_nothing, 0, 0), 0);
    for (L4_Word_t i = 0; i < n; i++)
        actor_delete(L4_GlobalId(first_thread_number + 100 + i, first_version));
}
TEST(mappings_until_there_is_no_memory)
{
    L4_ThreadId_t p[6];
    unsigned failed = 0, mapped = 0;
    for (int i = 0; i < 6; i++)
        p[i] = puppet();
    for (L4_Word_t at = 0x10000000; at < 0x90000000 && failed < 20; at += 0x400000)
        for (int i = 0; i < 6; i++)
            for (L4_Word_t k = 0; k < 0x400000 && failed < 20; k += 0x80000)
                if (L4_IpcSucceeded(give(p[i], at + k, FPAGE(pages, 16, 7), false)))
                    mapped++;
                else
                    failed++, L4_Sleep(L4_TimePeriod(500));
    EXPECT_EQ(failed, 20);
    EXPECT(mapped > 100);
}
TEST(a_quota_below_what_is_used_stops_growth_and_breaks_nothing)
{
    L4_ThreadId_t p = puppet();
    EXPECT(space_quota(p, 1));
    EXPECT(L4_IpcFailed(give(p, 0x20000000, FPAGE(pages, 12, 7), false)));
    EXPECT_EQ(performed(p, p_nothing, 0, 0), 0);
    EXPECT_EQ(thread_control(fresh_id(), p, stage(), L4_nilthread, ~0ul), L4_ERR_MEMORY);
    EXPECT(space_quota(p, 0));
    EXPECT(L4_IpcSucceeded(give(p, 0x20000000, FPAGE(pages, 12, 7), false)));
}

/* ---- the processor */
static void spins(void)
{
    for (;;)
        __atomic_fetch_add(&shared[0], 1, __ATOMIC_RELAXED);
}
static void stage_gets_its_turn(void)
{
    for (int i = 0; i < 20; i++) {
        L4_Word64_t before = L4_SystemClock().raw;
        next_event(L4_TimePeriod(2000));
        EXPECT(L4_SystemClock().raw - before < 2000000);
    }
}
TEST(thirty_spinners_do_not_stop_a_server)
{
    for (int i = 0; i < 30; i++)
        actor(spins);
    stage_gets_its_turn();
    EXPECT(shared[0] > 0);
}
static void spins_with_delays(void)
{
    for (;;) {
        L4_DisablePreemption();
        __atomic_fetch_add(&shared[0], 1, __ATOMIC_RELAXED);
        *((volatile uint8_t *)__L4_Utcb() - 40) = 0xFF; /* all preemption flags there are */
    }
}
TEST(preemption_flags_do_not_stop_a_server)
{
    for (int i = 0; i < 8; i++)
        L4_Set_PreemptionDelay(actor(spins_with_delays), 255, 65535); /* more than we may grant: refused */
    for (int i = 0; i < 8; i++)
        L4_Set_PreemptionDelay(actor(spins_with_delays), 100, 65535);
    stage_gets_its_turn();
}
static void yields(void)
{
    for (;;) {
        L4_ThreadSwitch(L4_ThreadIdOfRaw(shared[8 + (shared[0]++ & 7)]));
        L4_Yield();
    }
}
TEST(threads_that_give_each_other_the_processor_do_not_stop_a_server)
{
    for (int i = 0; i < 8; i++)
        shared[8 + i] = actor(yields).raw;
    stage_gets_its_turn();
}
static void calls_in_circles(void)
{
    for (;;) {
        L4_LoadMR(0, 0);
        L4_ThreadId_t next = L4_ThreadIdOfRaw(shared[8 + (shared[0]++ & 7)]);
        L4_Ipc(next, L4_anythread, L4_Timeouts(L4_ZeroTime, L4_TimePeriod(1)), NULL);
    }
}
TEST(threads_that_call_each_other_for_ever_do_not_stop_a_server)
{
    for (int i = 0; i < 8; i++)
        shared[8 + i] = actor(calls_in_circles).raw;
    stage_gets_its_turn();
    EXPECT(shared[0] > 0);
}
/* A thread that is its own scheduler may do with its time what it likes, and no more. */
static void schedules_itself(void)
{
    L4_Word_t old;
    L4_ThreadId_t me = L4_MyGlobalId();
    shared[1] += L4_Schedule(me, ~0ul, ~0ul, 255, ~0ul, &old) != 0;
    shared[1] += L4_Schedule(me, ~0ul, ~0ul, 150, ~0ul, &old) != 0;
    shared[1] += L4_Schedule(me, ~0ul, ~0ul, ~0ul, 255 << 16 | 0xFFFF, &old) != 0;
    shared[1] += L4_Schedule(me, ~0ul, 1, ~0ul, ~0ul, &old) != 0;
    shared[2] += L4_Schedule(me, 0, ~0ul, ~0ul, ~0ul, &old) != 0; /* a slice without end */
    spins();
}
TEST(a_thread_that_schedules_itself_does_not_stop_a_server)
{
    L4_ThreadId_t t = actor_waiting(L4_nilthread);
    EXPECT_EQ(thread_control(t, t, t, L4_nilthread, ~0ul), 0);
    EXPECT(actor_start(t, schedules_itself));
    stage_gets_its_turn();
    EXPECT_EQ(shared[1], 0);
    EXPECT_EQ(shared[2], 1);
    EXPECT(shared[0] > 0);
}
/* Its quantum ends: it stops, and its scheduler is told, or is itself, and so it stops for good. */
TEST(a_thread_whose_quantum_is_over_stops)
{
    for (int own = 0; own < 2; own++) {
        L4_Word_t old;
        shared[0] = 0;
        L4_ThreadId_t t = actor(spins);
        while (!shared[0])
            next_event(L4_TimePeriod(1000));
        L4_Schedule(t, L4_Timeouts(L4_TimePeriod(2000), L4_TimePeriod(5000)), ~0ul, ~0ul, ~0ul, &old);
        if (own)
            EXPECT_EQ(thread_control(t, t, t, L4_nilthread, ~0ul), 0);
        while (next_event(MS(20)).what != NOTHING)
            ;
        L4_Word_t before = shared[0];
        next_event(MS(20));
        EXPECT_EQ(shared[0], before);
        stage_clear();
    }
}
/* Everybody sends to us, all the time, and we take only one of them. */
static void floods(void)
{
    for (;;) {
        L4_LoadMR(0, 63);
        L4_Ipc(L4_ExceptionHandler(), L4_nilthread, 0, NULL);
    }
}
TEST(a_flood_of_messages_does_not_hide_a_quiet_one)
{
    L4_ThreadId_t p = puppet();
    for (int i = 0; i < 30; i++)
        actor(floods);
    L4_Sleep(MS(20));
    for (int i = 0; i < 50; i++) {
        L4_ThreadId_t from;
        L4_Wait_Timeout(MS(100), &from);
        if (L4_IsPageFault(L4_MsgTag()) && i < 40)
            give(from, L4_MR(1) & ~(PAGE - 1), FPAGE(L4_MR(1) & ~(PAGE - 1), 12, 7), false);
    }
    for (int i = 0; i < 5; i++)
        EXPECT_EQ(performed(p, p_nothing, 0, 0), 0);
}
