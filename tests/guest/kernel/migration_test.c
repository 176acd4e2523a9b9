/* SPDX-License-Identifier: MIT */
/* Spec 4.3: ThreadControl moves threads between spaces. */
#include <l4/pecan.h>

#include "test.h"

#define UNCHANGED L4_UTCB_UNCHANGED
static const L4_ThreadId_t NIL = {.raw = 0};

static L4_ThreadId_t main_thread, target;
static volatile L4_Word_t result, error, ran;

static L4_ThreadId_t me(void) { return L4_MyGlobalId(); }

static L4_Word_t counter(L4_ThreadId_t space, L4_Word_t which)
{
    L4_Word_t value = 0;
    EXPECT(L4_SpaceControl(space, L4_PECAN_SPACE_READ | which, L4_Nilpage, L4_Nilpage, L4_nilthread,
                           &value));
    return value;
}

static L4_Word_t move(L4_ThreadId_t t, L4_ThreadId_t to, void *utcb)
{
    L4_Set_ErrorCode(0);
    return L4_ThreadControl(t, to, NIL, NIL, utcb);
}

/* How the receive ended, and which id we have then. */
static void waits_and_tells(void)
{
    L4_Set_UserDefinedHandle(0x600D);
    L4_MsgTag_t tag = L4_Receive(main_thread);
    L4_Word_t words[3] = {L4_IpcFailed(tag) ? L4_ErrorCode() : 0, L4_MyLocalId().raw,
                          L4_UserDefinedHandle()};
    L4_Msg_t m;
    L4_MsgClear(&m);
    for (int i = 0; i < 3; i++)
        L4_MsgAppendWord(&m, words[i]);
    L4_MsgLoad(&m);
    L4_Send(main_thread);
    rest();
}

static void expect_report(L4_ThreadId_t from, L4_Word_t code, L4_Word_t local_id)
{
    L4_ThreadId_t sender;
    L4_Word_t words[3];
    L4_MsgTag_t tag = L4_Wait_Timeout(SOON, &sender);
    EXPECT(L4_IpcSucceeded(tag));
    EXPECT_EQ(sender.raw, from.raw);
    L4_StoreMRs(1, 3, words);
    EXPECT_EQ(words[0], code);
    EXPECT_EQ(words[1], local_id);
    EXPECT_EQ(words[2], 0x600D);
}

TEST(migration_moves_a_thread_and_its_utcb_and_cancels_its_ipc)
{
    main_thread = me();
    L4_ThreadId_t there = stranger(rest), t = helper(waits_and_tells);
    L4_Word_t here = counter(me(), L4_PECAN_THREADS);
    char *utcb = fresh_utcb();
    L4_Sleep(MOMENT);
    EXPECT_EQ(move(t, there, utcb), 1);
    EXPECT_EQ(counter(me(), L4_PECAN_THREADS), here - 1);
    EXPECT_EQ(counter(there, L4_PECAN_THREADS), 2);
    EXPECT_EQ(counter(t, L4_PECAN_THREADS), 2);
    expect_report(t, 7, (L4_Word_t)utcb + 256); /* by its global id */
}

TEST(migration_with_the_location_unchanged_keeps_the_local_id)
{
    main_thread = me();
    L4_ThreadId_t there = stranger(rest), t = helper(waits_and_tells);
    L4_ThreadId_t local = L4_LocalId(t);
    L4_Sleep(MOMENT);
    EXPECT_EQ(move(t, there, UNCHANGED), 1);
    expect_report(t, 7, local.raw);
    L4_LoadMR(0, 0);
    EXPECT(L4_IpcFailed(L4_Send_Timeout(local, L4_ZeroTime))); /* nobody here has that name now */
    EXPECT_EQ(L4_ErrorCode(), 4);
}

static void spins(void)
{
    for (;;)
        ran++;
}

TEST(migration_of_a_running_thread_lets_it_run_on)
{
    L4_ThreadId_t there = stranger(rest), t = helper(spins);
    EXPECT(L4_Set_Priority(t, 90));
    L4_Sleep(MOMENT);
    EXPECT_EQ(move(t, there, UNCHANGED), 1);
    L4_Word_t before = ran;
    L4_Sleep(L4_TimePeriod(100000));
    EXPECT(ran != before);
    EXPECT_EQ(L4_ThreadStatus(t), L4_SCHED_RUNNING);
}

TEST(migration_of_an_inactive_thread_lets_it_start_there)
{
    main_thread = me();
    L4_ThreadId_t there = stranger(rest), t = helper_inactive();
    char *utcb = fresh_utcb();
    EXPECT_EQ(move(t, there, UNCHANGED), 1);
    EXPECT_EQ(counter(there, L4_PECAN_THREADS), 2);
    EXPECT_EQ(L4_ThreadControl(t, there, NIL, supervisor(), utcb), 1);
    EXPECT_EQ(counter(t, L4_PECAN_THREADS), 2);
}

TEST(migration_and_activation_are_one_call)
{
    main_thread = me();
    L4_ThreadId_t there = stranger(rest), t = helper_inactive();
    EXPECT_EQ(L4_ThreadControl(t, there, NIL, supervisor(), fresh_utcb()), 1);
    EXPECT_EQ(counter(there, L4_PECAN_THREADS), 2);
    EXPECT_EQ(L4_ThreadStatus(t), L4_SCHED_WAITING);
}

TEST(migration_of_the_last_thread_ends_its_old_space)
{
    main_thread = me();
    L4_Word_t before = 0;
    for (int round = 0; round < 4; round++) {
        L4_ThreadId_t t = stranger(waits_and_tells);
        char *utcb = fresh_utcb();
        L4_Sleep(MOMENT);
        EXPECT_EQ(move(t, me(), utcb), 1);
        L4_ThreadId_t sender;
        EXPECT(L4_IpcSucceeded(L4_Wait_Timeout(SOON, &sender)));
        EXPECT_EQ(sender.raw, (L4_Word_t)utcb + 256); /* one of us */
        EXPECT_EQ(thread_delete(t), 1);
        L4_Word_t free_now = counter(me(), L4_PECAN_POOL_FREE);
        if (round == 1)
            before = free_now;
        if (round > 1)
            EXPECT_EQ(free_now, before);
    }
}

static void moves_itself(void)
{
    result = L4_ThreadControl(me(), target, NIL, NIL, UNCHANGED);
    ran = 1;
    error = L4_ThreadControl(me(), main_thread, NIL, NIL, UNCHANGED) ? 0 : L4_ErrorCode();
    ran = 2;
    rest();
}

TEST(migration_of_oneself_takes_effect_at_once)
{
    main_thread = me();
    target = stranger(rest);
    ran = result = 0;
    L4_ThreadId_t t = helper(moves_itself);
    for (int i = 0; i < 20 && ran != 2; i++)
        L4_Sleep(MOMENT);
    EXPECT_EQ(ran, 2);
    EXPECT_EQ(result, 1);
    EXPECT_EQ(error, 1); /* there, it has no privilege to come back */
    EXPECT_EQ(counter(t, L4_PECAN_THREADS), 2);
}

static void expect_refused(L4_Word_t r, L4_Word_t code, int line)
{
    if (r != 0 || L4_ErrorCode() != code)
        serial_printf("# " __FILE__ ":%d: result %lx, error %lx, want error %lx\n", line, r, L4_ErrorCode(),
                      code);
    EXPECT(r == 0 && L4_ErrorCode() == code);
}
#define REFUSED(call, code) expect_refused((call), (code), __LINE__)

TEST(migration_to_where_the_utcb_has_no_place_is_error_6_and_changes_nothing)
{
    L4_ThreadId_t t = helper(rest), there = stranger(rest), bare = space_create();
    void *taken = fresh_utcb();
    EXPECT_EQ(L4_ThreadControl(helper_inactive(), there, NIL, supervisor(), taken), 1);
    L4_Sleep(MOMENT);
    REFUSED(move(t, bare, UNCHANGED), 6);
    REFUSED(move(t, there, taken), 6);
    REFUSED(move(t, there, (char *)fresh_utcb() + 64), 6);
    REFUSED(move(t, there, (void *)0x1000), 6);
    REFUSED(move(t, fresh_id(), UNCHANGED), 3);
    EXPECT_EQ(counter(there, L4_PECAN_THREADS), 2);
    EXPECT_EQ(L4_ThreadStatus(t), L4_SCHED_WAITING); /* not even cancelled */
}

TEST(migration_beyond_a_quota_is_error_8_and_changes_nothing)
{
    L4_ThreadId_t t = helper(rest), there = stranger(rest);
    L4_Word_t old;
    L4_Sleep(MOMENT);
    L4_Word_t used = counter(there, L4_PECAN_KMEM_USED);
    EXPECT(L4_SpaceControl(there, L4_PECAN_SPACE_QUOTA | (used >> 12), L4_Nilpage, L4_Nilpage,
                           L4_nilthread, &old));
    REFUSED(move(t, there, UNCHANGED), 8);
    EXPECT_EQ(counter(there, L4_PECAN_KMEM_USED), used);
    EXPECT_EQ(counter(there, L4_PECAN_THREADS), 1);
    EXPECT_EQ(L4_ThreadStatus(t), L4_SCHED_WAITING);
}

static L4_Word_t quota;
static L4_ThreadId_t poor;

/* It sends to a thread that is inactive, so the send ends when that thread gets another version;
 * then it takes the rest of the quota away. */
static void sends_and_takes_the_memory(void)
{
    L4_Word_t old;
    L4_LoadMR(0, 0);
    result = L4_IpcFailed(L4_Send(target)) ? L4_ErrorCode() : 0x100;
    ran = L4_SpaceControl(poor, L4_PECAN_SPACE_QUOTA | quota, L4_Nilpage, L4_Nilpage,
                          L4_nilthread, &old);
    rest();
}

/* One call moves, renames and activates.  While it ends the sends to the old id, another thread
 * runs, and takes the memory for the UTCB away. */
TEST(migration_that_finds_no_memory_after_others_ran_changes_nothing)
{
    L4_ThreadId_t there = stranger(rest), t = helper_inactive();
    L4_Word_t first = (L4_Word_t)fresh_utcb(), utcb = first, old;
    while (utcb >> 12 == first >> 12)
        utcb = (L4_Word_t)fresh_utcb(); /* a page of its own */
    quota = counter(there, L4_PECAN_KMEM_USED) >> 12;
    target = t;
    poor = there;
    ran = 0;
    EXPECT(L4_Set_Priority(me(), 90));
    helper(sends_and_takes_the_memory);
    L4_Sleep(MOMENT);
    L4_ThreadId_t renamed = L4_GlobalId(L4_ThreadNo(t), L4_Version(t) ^ 0x2000);
    REFUSED(L4_ThreadControl(renamed, there, NIL, supervisor(), (void *)utcb), 8);
    EXPECT_EQ(ran, 1);
    EXPECT_EQ(result, 4);
    EXPECT_EQ(counter(there, L4_PECAN_THREADS), 1);
    EXPECT_EQ(counter(t, L4_PECAN_THREADS), counter(me(), L4_PECAN_THREADS));
    EXPECT(L4_SpaceControl(there, L4_PECAN_SPACE_QUOTA, L4_Nilpage, L4_Nilpage,
                           L4_nilthread, &old));
    EXPECT_EQ(L4_ThreadControl(renamed, there, NIL, supervisor(), (void *)utcb), 1);
    EXPECT_EQ(counter(there, L4_PECAN_THREADS), 2);
}
