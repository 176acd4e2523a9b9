/* SPDX-License-Identifier: MIT */
/* Other people's names: their threads, versions, local ids, interrupts and the kernel's own; privileged calls without
 * privileges. */
#include "stage.h"

static L4_Word_t user_base(void) { return L4_ThreadIdUserBase(L4_GetKernelInterface()); }

/* ---- every number there can be, in every call that takes an id */
static const L4_Word_t versions[] = {1, 2, 3, 16, 0x40, 0x3FFF};
enum { VERSIONS = sizeof versions / sizeof versions[0] };
enum { NUMBERS = 1 << L4_ID_NUMBER_BITS };

/* All versions of the lowest numbers, where threads are; of the others one each. */
static unsigned versions_of(L4_Word_t number) { return number < 20000 ? VERSIONS : 1; }

static bool mine(L4_Word_t id) { return id == L4_MyGlobalId().raw || id == L4_MyLocalId().raw; }

static void sends_to_all(void)
{
    for (L4_Word_t number = 0; number < NUMBERS; number++)
        for (unsigned v = 0; v < versions_of(number); v++) {
            L4_Word_t id = number << 14 | versions[v];
            if (number >= shared[6] && number < shared[7])
                continue; /* servers answer, or do not: not our question */
            L4_LoadMR(0, 0);
            L4_MsgTag_t tag = L4_Ipc(L4_ThreadIdOfRaw(id), L4_ThreadIdOfRaw(id), 0x04000400, NULL);
            shared[0] += L4_IpcSucceeded(tag);
            L4_LoadMR(0, 0);
            tag = L4_Ipc(L4_nilthread, L4_ThreadIdOfRaw(id), 0x04000400, NULL);
            shared[0] += L4_IpcSucceeded(tag);
        }
}
TEST(ipc_with_every_thread_number)
{
    shared[6] = user_base();
    shared[7] = first_thread_number + 48;
    actor(sends_to_all);
    EXPECT_EQ(next_event(MS(55000)).what, DONE);
    EXPECT_EQ(shared[0], 0);
}

/* The same by calls without time limits: the fast path looks at the id, too. */
static void calls_all_for_ever(void)
{
    for (L4_Word_t number = 0; number < NUMBERS; number++) {
        L4_Word_t id = number << 14 | 0x2AAA; /* nobody's version */
        L4_LoadMR(0, 0);
        shared[0] += L4_IpcSucceeded(L4_Call(L4_ThreadIdOfRaw(id)));
        shared[0] += L4_IpcSucceeded(L4_ReplyWait_Timeout(L4_ThreadIdOfRaw(id), L4_ZeroTime, NULL));
    }
}
TEST(calls_without_limits_to_every_thread_number_end)
{
    actor(calls_all_for_ever);
    EXPECT_EQ(next_event(MS(55000)).what, DONE);
    EXPECT_EQ(shared[0], 0);
}

static void exchanges_with_all(void)
{
    L4_Word_t w;
    L4_ThreadId_t pager;
    for (L4_Word_t number = 0; number < NUMBERS; number++)
        for (unsigned v = 0; v < versions_of(number); v++) {
            L4_ThreadId_t id = L4_ThreadIdOfRaw(number << 14 | versions[v]);
            if (!mine(id.raw))
                shared[0] += !L4_IsNilThread(L4_ExchangeRegisters(id, 0x3FF, 0, 0, ~0ul, 0, L4_nilthread, &w, &w, &w, &w, &w, &pager));
        }
}
TEST(exchangeregisters_on_every_thread_number)
{
    actor(exchanges_with_all);
    EXPECT_EQ(next_event(MS(55000)).what, DONE);
    EXPECT_EQ(shared[0], 0);
}

/* Those that do exist, by their full names. */
static L4_Word_t p_attack(L4_Word_t id, L4_Word_t b)
{
    L4_Word_t w, old, wins = 0;
    L4_ThreadId_t pager, t = L4_ThreadIdOfRaw(id);
    (void)b;
    for (L4_Word_t control = 0; control < 0x400; control++)
        wins += !L4_IsNilThread(L4_ExchangeRegisters(t, control, 0, 0, ~0ul, 0, L4_nilthread, &w, &w, &w, &w, &w, &pager));
    wins += L4_Schedule(t, ~0ul, ~0ul, ~0ul, ~0ul, &old) > 1;
    wins += L4_Schedule(t, 0, 0, 0, 0, &old) > 1;
    wins += L4_Schedule(t, ~0ul, ~0ul, 255, ~0ul, &old) > 1;
    wins += L4_ThreadControl(t, L4_nilthread, L4_nilthread, L4_nilthread, L4_UTCB_UNCHANGED) != 0;
    wins += L4_ThreadControl(t, t, L4_MyGlobalId(), L4_MyGlobalId(), L4_UTCB_UNCHANGED) != 0;
    wins += L4_SpaceControl(t, 0, L4_FpageLog2(0x1000, 12), L4_FpageLog2(0x2000, 12), L4_MyGlobalId(), &old) != 0;
    wins += L4_SpaceControl(t, L4_PECAN_SPACE_QUOTA | 1, L4_Nilpage, L4_Nilpage, L4_nilthread, &old) != 0;
    wins += L4_SpaceControl(t, L4_PECAN_SPACE_READ, L4_Nilpage, L4_Nilpage, L4_nilthread, &old) != 0;
    L4_ThreadSwitch(t);
    return wins;
}
TEST(threads_of_others_cannot_be_touched)
{
    L4_ThreadId_t p = puppet(), q = puppet();
    L4_Word_t victims[] = {q.raw, stage().raw, L4_GlobalId(user_base(), 1).raw, L4_GlobalId(user_base() + 2, 1).raw,
                           L4_GlobalId(user_base() + 3, 2).raw, L4_GlobalId(first_thread_number, first_version + 1).raw,
                           L4_GlobalId(first_thread_number + 1, first_version + 2).raw};
    for (unsigned i = 0; i < sizeof victims / sizeof victims[0]; i++)
        EXPECT_EQ(performed(p, p_attack, victims[i], 0), 0);
    EXPECT_EQ(performed(q, p_nothing, 0, 0), 0);
}
TEST(interrupts_and_kernel_threads_cannot_be_touched)
{
    L4_ThreadId_t p = puppet();
    for (L4_Word_t number = 0; number < user_base(); number++)
        EXPECT_EQ(performed(p, p_attack, L4_GlobalId(number, 1).raw, 0), 0);
}
TEST(wildcards_and_nil_cannot_be_touched)
{
    static const L4_Word_t ids[] = {L4_ID_NIL, L4_ID_ANY, L4_ID_ANYLOCAL, 0x40, 0xC0000000, 0xFFFFFFBF, 0xFFFFFF40, 0x3F};
    L4_ThreadId_t p = puppet();
    for (unsigned i = 0; i < sizeof ids / sizeof ids[0]; i++)
        EXPECT_EQ(performed(p, p_attack, ids[i], 0), 0);
}

static void switches_to_all(void)
{
    for (L4_Word_t number = 0; number < NUMBERS; number++)
        L4_ThreadSwitch(L4_ThreadIdOfRaw(number << 14 | versions[number % VERSIONS]));
    for (L4_Word_t local = 0; local < 0xFFFF0000; local += 0x10040)
        L4_ThreadSwitch(L4_ThreadIdOfRaw(local & ~63ul));
}
TEST(threadswitch_to_every_thread_number)
{
    actor(switches_to_all);
    EXPECT_EQ(next_event(MS(55000)).what, DONE);
}

static void schedules_all(void)
{
    L4_Word_t old;
    for (L4_Word_t number = 0; number < NUMBERS; number++)
        for (unsigned v = 0; v < versions_of(number); v++) {
            L4_Word_t state = L4_Schedule(L4_ThreadIdOfRaw(number << 14 | versions[v]), 0x7FFF7FFF, 0, 255, 0xFFFFFF, &old);
            shared[0] += state > 1;
        }
}
TEST(schedule_on_every_thread_number)
{
    actor(schedules_all);
    EXPECT_EQ(next_event(MS(55000)).what, DONE);
    EXPECT_EQ(shared[0], 0);
}

/* ---- privileged calls with everything in the registers */
static L4_Word_t seed;
static L4_Word_t any_word(void)
{
    static const L4_Word_t special[] = {0, ~0ul, L4_ID_ANYLOCAL, 0x10, 0x4020, 0xA0000000, 0xC0000000, 63};
    seed = seed * 1664525 + 1013904223;
    L4_Word_t r = seed >> 8;
    return (r & 7) == 0 ? special[r >> 4 & 7] : (r & 7) == 1 ? shared[8 + (r >> 4 & 3)] : seed << 9 ^ r;
}
static void calls_privileged(void)
{
    static const unsigned char vectors[] = {0x34, 0x38, 0x39, 0x3A};
    for (unsigned i = 0; i < 20000; i++) {
        const char bytes[] = {(char)0xCD, (char)vectors[i & 3]};
        assemble(bytes, 2);
        machine.eax = any_word();
        machine.ecx = any_word();
        machine.edx = any_word();
        machine.esi = any_word();
        machine.edi = any_word();
        machine.ebx = any_word();
        machine.ebp = any_word();
        if (!launch() || L4_ErrorCode() != L4_ERR_PRIVILEGE)
            shared[0]++;
        L4_Set_ErrorCode(0);
    }
}
TEST(privileged_calls_without_privileges_are_error_1)
{
    seed = 42;
    shared[8] = stage().raw;
    L4_ThreadId_t t = actor_waiting(L4_nilthread);
    shared[9] = t.raw;
    shared[10] = L4_GlobalId(user_base(), 1).raw;
    shared[11] = L4_GlobalId(3, 1).raw;
    EXPECT(actor_start(t, calls_privileged));
    EXPECT_EQ(next_event(MS(55000)).what, DONE);
    EXPECT_EQ(shared[0], 0);
}

/* ---- names that are borrowed */
static L4_Word_t p_propagate(L4_Word_t to, L4_Word_t as)
{
    L4_LoadMR(0, 0x123 << 16);
    return L4_Send_Propagated(L4_ThreadIdOfRaw(to), L4_ThreadIdOfRaw(as), MOMENT).raw;
}
TEST(nobody_sends_in_the_name_of_a_stranger)
{
    L4_ThreadId_t p = puppet(), q = puppet();
    L4_Word_t names[] = {q.raw, L4_GlobalId(user_base(), 1).raw, L4_GlobalId(user_base() + 2, 1).raw, L4_GlobalId(4, 1).raw,
                         L4_GlobalId(20, 1).raw, 0, ~0ul, L4_ID_ANYLOCAL, 0xC0000000, 0x40};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        EXPECT(order(p, p_propagate, stage().raw, names[i]));
        struct event e = next_event(SOON);
        EXPECT(e.what == OTHER && L4_Label(e.tag) == 0x123);
        EXPECT_EQ(e.from.raw, p.raw);
        EXPECT(!L4_IpcPropagated(e.tag));
        EXPECT_EQ(event_from(p, SOON).what, DONE);
    }
}
/* A stranger sends a reply in place of the thread that was asked. */
static L4_Word_t p_call(L4_Word_t to, L4_Word_t b)
{
    (void)b;
    L4_LoadMR(0, 0);
    L4_MsgTag_t tag = L4_Call_Timeouts(L4_ThreadIdOfRaw(to), MOMENT, MS(100));
    return L4_IpcFailed(tag) ? MISS : L4_Label(tag);
}
TEST(nobody_answers_in_the_place_of_a_partner)
{
    L4_ThreadId_t p = puppet(), q = puppet(), r = puppet();
    EXPECT(order(p, p_call, q.raw, 0)); /* q takes it for an order of nobody's, and waits on */
    L4_Sleep(L4_TimePeriod(5000));
    EXPECT(performed(r, p_propagate, p.raw, q.raw) & L4_TAG_ERROR);
    EXPECT_EQ(event_from(p, SOON).w[1], MISS);
}

/* ---- forged kernel messages to a handler and pager (us): they come from their real senders, and the answer does no harm */
static void forges(void)
{
    static const L4_Word_t tags[] = {0xFFE20002, 0xFFE40002, 0xFFF00000, 0xFFD00002, 0xFF860002, 0xFFC00001};
    for (unsigned i = 0; i < sizeof tags / sizeof tags[0]; i++)
        for (unsigned k = 0; k < 3; k++) {
            L4_LoadMR(1, k == 0 ? 0 : k == 1 ? 0xF0100000 : 0xBFFFFFFF);
            L4_LoadMR(2, 0xC0000000);
            L4_LoadMR(0, tags[i]);
            L4_Ipc(L4_ExceptionHandler(), L4_ExceptionHandler(), L4_Timeouts(MS(1000), MS(5)), NULL);
            shared[0]++;
        }
}
TEST(forged_kernel_messages_come_from_their_sender)
{
    L4_ThreadId_t t = actor(forges);
    struct event e;
    while ((e = next_event(SOON)).what != DONE && e.what != NOTHING) {
        EXPECT_EQ(e.from.raw, t.raw);
        if (e.what == PAGE_FAULT)
            give(t, 0xF0100000, FPAGE(pages, 12, 7), false);
    }
    EXPECT_EQ(e.what, DONE);
    EXPECT_EQ(shared[0], 18);
}

/* ---- versions */
TEST(a_stale_id_names_nobody)
{
    L4_ThreadId_t p = puppet(), q = puppet();
    L4_ThreadId_t renamed = L4_GlobalId(L4_ThreadNo(q), (L4_Version(q) ^ 0x1000) | 1);
    EXPECT_EQ(thread_control(renamed, q, L4_nilthread, L4_nilthread, ~0ul), 0);
    EXPECT_EQ(performed(p, p_attack, q.raw, 0), 0);
    EXPECT_EQ(performed(p, p_call, q.raw, 0), MISS);
    EXPECT_EQ(performed(p, p_attack, renamed.raw, 0), 0);
}
