/* SPDX-License-Identifier: MIT */
/* What others notice of a thread that maps, faults, makes threads and spaces until nothing more is given, again and again: the
 * worst of ten thousand of their calls, with and without it, in ticks of the time-stamp counter.  tests/system/calm.py boots this
 * with a clock that counts instructions, and judges; here it is only asked that calls succeed and that it really meets its limits.
 *
 * It has a lower priority: at the same one it also gets slices of time, which are no part of a call.  It runs while we rest.
 * A burst of our calls begins a little before a tick, so that both worsts are of calls with a tick in them. */
#include "stage.h"

enum { CALLS = 10000, BURST = 64, MARGIN = 4, GREEDY_PRIORITY = 50, QUOTA = 60, AT = 0x10000000 };
#define GREED shared[0] /* it may begin */
#define MET(limit) shared[1 + (limit)]
#define TABLE_PAGER shared[20]
#define CLEARED shared[21] /* no thread is left of those that it made */
enum { OUT_OF_MAPPINGS, OUT_OF_TABLES, OUT_OF_THREADS, LIMITS };

static L4_ThreadId_t partner, mapper_of, home;

static L4_Word_t now(void)
{
    L4_Word_t low;
    __asm__ volatile("rdtsc" : "=a"(low) : : "edx");
    return low;
}

/* ---- the others */
static void answers(void)
{
    L4_ThreadId_t from;
    L4_LoadBR(0, L4_FPAGE_COMPLETE);
    L4_Wait(&from);
    for (;;) {
        L4_LoadMR(0, 0);
        L4_ReplyWait(from, &from);
    }
}

static bool call_partner(void)
{
    L4_LoadMR(0, 0);
    return L4_IpcSucceeded(L4_Call(partner));
}
static bool map_and_unmap(void)
{
    L4_LoadMR(0, 2 << L4_TAG_T_SHIFT);
    L4_LoadMR(1, 0x50000000 | L4_ITEM_MAP);
    L4_LoadMR(2, FPAGE(pages, 12, 7));
    bool good = L4_IpcSucceeded(L4_Call(partner));
    L4_LoadMR(0, FPAGE(pages, 12, 7));
    L4_Unmap(0);
    return good;
}

/* ---- the greedy one: four threads in spaces of its own, one in ours for what is privileged */
static void waits_for_greed(void)
{
    while (!GREED)
        L4_Sleep(L4_TimePeriod(1000));
}
/* Takes all that mapper gives; when there is no more, all goes, and again. */
static void takes(void)
{
    L4_ThreadId_t from;
    L4_LoadBR(0, L4_FPAGE_COMPLETE);
    for (;;) {
        if (L4_IpcFailed(L4_Wait(&from))) {
            MET(OUT_OF_MAPPINGS)++;
            L4_LoadMR(0, FPAGE(AT, 28, 7));
            L4_Unmap(L4_UNMAP_FLUSH);
        }
    }
}
static void maps(void)
{
    *(volatile L4_Word_t *)(pages + PAGE) = 1;
    waits_for_greed();
    for (L4_Word_t at = 0;; at = (at + 0x400000) & 0x0FFFFFFF) {
        L4_LoadMR(0, 2 << L4_TAG_T_SHIFT);
        L4_LoadMR(1, (AT + at) | L4_ITEM_MAP);
        L4_LoadMR(2, FPAGE(pages + PAGE, 12, 7));
        L4_Send(mapper_of);
    }
}
/* A page in every 4 MB, by faults that maps_too() answers. */
static void faults(void)
{
    waits_for_greed();
    L4_Set_Pager(L4_ThreadIdOfRaw(TABLE_PAGER));
    for (L4_Word_t at = 0;; at = (at + 0x400000) & 0x3FFFFFFF)
        (void)*(volatile L4_Word_t *)(AT + at);
}
static void maps_too(void)
{
    L4_ThreadId_t from;
    *(volatile L4_Word_t *)(pages + 2 * PAGE) = 1;
    L4_Wait(&from);
    for (;;) {
        L4_Word_t address = L4_MR(1) & ~(PAGE - 1);
        L4_LoadMR(0, 2 << L4_TAG_T_SHIFT);
        L4_LoadMR(1, address | L4_ITEM_MAP);
        L4_LoadMR(2, FPAGE(pages + 2 * PAGE, 12, 7));
        if (L4_IpcFailed(L4_ReplyWait(from, &from))) {
            MET(OUT_OF_TABLES)++;
            L4_LoadMR(0, FPAGE(pages + 2 * PAGE, 12, 7)); /* its tables stay, the pages go */
            L4_Unmap(0);
            L4_Wait(&from);
        }
    }
}
/* Threads in a space with a quota until it is full, then some spaces; all go, and again. */
static void makes_threads(void)
{
    waits_for_greed();
    while (GREED) {
        L4_Word_t n = 0, first = first_thread_number + 200;
        while (thread_control(L4_GlobalId(first + n, first_version), home, stage(), L4_nilthread, ~0ul) == 0)
            n++;
        MET(OUT_OF_THREADS)++;
        for (L4_Word_t i = 0; i < 5; i++, n++)
            thread_control(L4_GlobalId(first + n, first_version), L4_GlobalId(first + n, first_version), stage(), L4_nilthread, ~0ul);
        while (n-- > 0)
            thread_control(L4_GlobalId(first + n, first_version), L4_nilthread, L4_nilthread, L4_nilthread, ~0ul);
    }
    CLEARED = 1;
    rest();
}

/* ---- the measurement */
static L4_Word_t worst_of(bool (*call)(void), L4_Word_t ticks_a_ms)
{
    L4_Word_t worst = 0;
    for (L4_Word_t i = 0; i < CALLS; i++) {
        if (i % BURST == 0) {
            next_event(L4_TimePeriod(2000));
            L4_Word_t rested = now(), burst = MARGIN * (worst ? worst : 1000);
            while (now() - rested + burst < ticks_a_ms)
                ;
        }
        L4_Word_t began = now();
        bool good = call();
        L4_Word_t took = now() - began;
        if (!good)
            EXPECT(!"the call succeeds");
        worst = took > worst ? took : worst;
    }
    return worst;
}

static const struct {
    const char *name;
    bool (*call)(void);
} calls[] = {{"ipc", call_partner}, {"map", map_and_unmap}};
enum { KINDS = sizeof calls / sizeof calls[0] };

static L4_ThreadId_t greedy(L4_ThreadId_t of, act_t act)
{
    L4_ThreadId_t t = companion(of, act);
    L4_Set_Priority(t, GREEDY_PRIORITY);
    if (L4_IsNilThread(of))
        EXPECT(space_quota(t, QUOTA));
    return t;
}

TEST(the_worst_of_ten_thousand_calls_while_a_thread_takes_all_it_can)
{
    L4_Word_t frames, usual[KINDS], ms = L4_ProcDescInternalFreq(L4_ProcDesc(L4_GetKernelInterface(), 0));
    if (!ms || (form_rpc(&frames) && frames != ~0ul)) { /* a thread that makes threads here must be of our own space */
        stage_skip("wants a time-stamp counter, and to be the root task");
        return;
    }
    partner = actor(answers);
    next_event(MS(20));
    for (unsigned i = 0; i < KINDS; i++) {
        calls[i].call(); /* the first one needs a page table */
        usual[i] = worst_of(calls[i].call, ms);
    }
    mapper_of = greedy(L4_nilthread, takes);
    greedy(L4_nilthread, maps);
    TABLE_PAGER = greedy(L4_nilthread, maps_too).raw;
    greedy(L4_nilthread, faults);
    home = actor_inactive(L4_nilthread);
    EXPECT(space_quota(home, QUOTA));
    L4_ThreadId_t maker = fresh_id(); /* in our own space, for it makes privileged calls */
    EXPECT_EQ(thread_control(maker, stage(), stage(), stage(), (L4_MyLocalId().raw & ~0xFFFFul) + 100 * 512), 0);
    EXPECT(actor_start(maker, makes_threads));
    L4_Set_Priority(maker, GREEDY_PRIORITY);
    GREED = 1;
    next_event(MS(100));
    for (unsigned i = 0; i < KINDS; i++)
        say("# calm %s %lu %lu\n", calls[i].name, usual[i], worst_of(calls[i].call, ms));
    for (int i = 0; i < LIMITS; i++)
        EXPECT(MET(i) > 0);
    GREED = 0;
    for (int i = 0; i < 5000 && !CLEARED; i++)
        next_event(MS(1));
    EXPECT(CLEARED);
}
