/* SPDX-License-Identifier: MIT */
/* All 65,536 encodings of a time, wherever a time is taken. */
#include "stage.h"

/* A sleeper and the thread that wakes it: by ExchangeRegisters, until it moves on. */
static void sleeps_all(void)
{
    for (L4_Word_t time = 0; time < 0x10000; time++) {
        shared[0] = time;
        L4_LoadMR(0, 0);
        L4_Ipc(L4_nilthread, L4_MyGlobalId(), time, NULL);
        shared[2] += L4_IpcErrorCode(L4_ErrorCode()) == L4_IPC_CANCELLED;
    }
    shared[1] = 1;
}
static void sends_all(void)
{
    for (L4_Word_t time = 0; time < 0x10000; time++) {
        shared[0] = time;
        L4_LoadMR(0, 0);
        L4_Ipc(L4_ThreadIdOfRaw(shared[3]), L4_nilthread, time << 16, NULL);
        shared[2] += L4_IpcErrorCode(L4_ErrorCode()) == L4_IPC_CANCELLED;
    }
    shared[1] = 1;
}
static void wakes(void)
{
    L4_Word_t w;
    L4_ThreadId_t id, sleeper = L4_ThreadIdOfRaw(shared[4]);
    while (!shared[1]) {
        L4_ExchangeRegisters(sleeper, L4_EXREGS_RECEIVE | L4_EXREGS_SEND, 0, 0, 0, 0, L4_nilthread, &w, &w, &w, &w, &w, &id);
        L4_ThreadSwitch(sleeper);
    }
}
static void expect_all_times(act_t act)
{
    L4_ThreadId_t t = actor_waiting(L4_nilthread);
    shared[4] = t.raw;
    L4_ThreadId_t waker = companion(t, wakes);
    shared[3] = waker.raw;
    EXPECT(actor_start(t, act));
    struct event e;
    for (int seconds = 0; seconds < 60 && (e = next_event(MS(1000))).what == NOTHING; seconds++)
        ;
    EXPECT_EQ(e.what, DONE);
    EXPECT_EQ(shared[0], 0xFFFF);
    EXPECT(shared[2] > 0x8000); /* most of them are long */
}
TEST(every_time_for_a_receive) { expect_all_times(sleeps_all); }
TEST(every_time_for_a_send) { expect_all_times(sends_all); }

/* A partner is ready: no time matters, except that it must not. */
static void calls_with_all(void)
{
    for (L4_Word_t time = 0; time < 0x10000; time += 3) {
        L4_LoadMR(0, 0);
        L4_Set_XferTimeouts(time << 16 | (time ^ 0xFFFF));
        shared[0] += L4_IpcSucceeded(L4_Ipc(L4_ExceptionHandler(), L4_ExceptionHandler(), time << 16 | 0x7FFF, NULL));
    }
}
TEST(every_send_time_to_a_partner_that_waits)
{
    actor(calls_with_all);
    struct event e;
    unsigned calls = 0;
    while ((e = next_event(SOON)).what == OTHER) {
        calls++;
        L4_LoadMR(0, 0);
        L4_Reply(e.from);
    }
    EXPECT_EQ(e.what, DONE);
    EXPECT_EQ(shared[0], calls);
    EXPECT_EQ(calls, 0x10000 / 3 + 1);
}

/* By its scheduler: refused or taken, it still runs, and can be mended. */
static void counts(void)
{
    for (;;)
        shared[0]++;
}
TEST(every_time_for_timeslice_and_quantum)
{
    L4_ThreadId_t t = actor(counts);
    while (!shared[0])
        next_event(L4_TimePeriod(1000));
    L4_Word_t old, refused = 0;
    for (L4_Word_t time = 0; time < 0x10000; time++) {
        refused += L4_Schedule(t, time << 16 | 0, ~0ul, ~0ul, ~0ul, &old) == 0;
        L4_Schedule(t, L4_TIME_NEVER << 16 | time, ~0ul, ~0ul, ~0ul, &old);
    }
    EXPECT_EQ(refused, 0x8000); /* time points */
    EXPECT(L4_Schedule(t, L4_Timeouts(L4_TimePeriod(10000), L4_Never), ~0ul, ~0ul, ~0ul, &old) != 0);
    while (next_event(L4_TimePeriod(1000)).what != NOTHING) /* preemption messages */
        ;
    L4_Word_t before = shared[0];
    L4_Sleep(MOMENT);
    EXPECT(shared[0] != before);
}

/* Ten thousand short sleeps of forty threads, all at once. */
static void naps(void)
{
    for (unsigned i = 0; i < 250; i++) {
        L4_Sleep(L4_TimePeriod(1 + i * 7 % 3000));
        __atomic_fetch_add(&shared[0], 1, __ATOMIC_RELAXED);
    }
}
TEST(forty_sleepers_that_never_sleep_long)
{
    L4_ThreadId_t first = actor(naps);
    for (int i = 1; i < 40; i++)
        companion(first, naps);
    unsigned ended = 0;
    while (next_event(SOON).what == DONE && ++ended < 40)
        ;
    EXPECT_EQ(ended, 40);
    EXPECT_EQ(shared[0], 10000);
}
