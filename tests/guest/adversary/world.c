/* SPDX-License-Identifier: MIT */
/* Whether the world is as it was: two old spaces talk in 63 words, a page goes to one of them and is taken away, physmem
 * answers, the clock runs, and kernel memory, frames and threads are as many as before. */
#include "stage.h"

#define WORDS       63
#define WINDOW      0x70000000ul
#define ORDER_CALL  0x601
#define ORDER_READ  0x602
#define QUESTION    0x603
#define SEED        0x9E3779B9ul

static L4_ThreadId_t asker, answerer;
static volatile L4_Word_t answerer_raw;

/* Each word of the answer is the question's, turned. */
static L4_Word_t turned(L4_Word_t w) { return (w << 7 | w >> 25) + SEED; }

static void answerer_acts(void)
{
    for (;;) {
        L4_ThreadId_t from;
        L4_MsgTag_t tag = L4_Wait(&from);
        while (L4_IpcSucceeded(tag)) {
            for (int i = 1; i <= WORDS; i++)
                L4_LoadMR(i, turned(L4_MR(i)));
            L4_LoadMR(0, WORDS);
            tag = L4_ReplyWait(from, &from);
        }
    }
}

static bool asks(L4_Word_t seed)
{
    for (int i = 1; i <= WORDS; i++)
        L4_LoadMR(i, seed + (L4_Word_t)i * SEED);
    L4_LoadMR(0, QUESTION << 16 | WORDS);
    L4_MsgTag_t tag = L4_Call_Timeouts(L4_ThreadIdOfRaw(answerer_raw), MS(1000), MS(1000));
    if (L4_IpcFailed(tag) || L4_UntypedWords(tag) != WORDS || L4_Label(tag) != 0)
        return false;
    for (int i = 1; i <= WORDS; i++)
        if (L4_MR(i) != turned(seed + (L4_Word_t)i * SEED))
            return false;
    return true;
}

static void asker_acts(void)
{
    L4_LoadBR(0, L4_FPAGE_COMPLETE);
    for (;;) {
        L4_ThreadId_t from;
        L4_MsgTag_t tag = L4_Wait(&from);
        if (L4_IpcFailed(tag) || L4_UntypedWords(tag) < 1)
            continue;
        L4_Word_t result = L4_Label(tag) == ORDER_CALL ? asks(L4_MR(1)) : *(volatile L4_Word_t *)WINDOW;
        L4_LoadMR(0, 1);
        L4_LoadMR(1, result);
        L4_Send_Timeout(from, MS(1000));
    }
}

static L4_MsgTag_t tell_asker(L4_Word_t label, L4_Word_t word, L4_Word_t map)
{
    L4_LoadMR(0, label << 16 | (map ? 2 << L4_TAG_T_SHIFT : 0) | 1);
    L4_LoadMR(1, word);
    L4_LoadMR(2, WINDOW | L4_ITEM_MAP);
    L4_LoadMR(3, map);
    return L4_Send_Timeout(asker, MS(2000));
}

static bool answered(L4_Word_t value)
{
    struct event e = next_event(MS(3000)); /* nobody else is left to say anything */
    return e.what == OTHER && e.from.raw == asker.raw && e.w[1] == value;
}

static bool call_works(void)
{
    static L4_Word_t seed;
    return L4_IpcSucceeded(tell_asker(ORDER_CALL, ++seed, 0)) && answered(true);
}

/* Mapped: it reads our word.  Unmapped: it faults there, and reads the word of another page. */
static bool map_works(void)
{
    static L4_Word_t first[1024] __attribute__((aligned(4096))), second[1024] __attribute__((aligned(4096)));
    first[0] += 3;
    second[0] += 5;
    if (L4_IpcFailed(tell_asker(ORDER_READ, 0, FPAGE(first, 12, 7))) || !answered(first[0]))
        return false;
    L4_UnmapFpage(L4_FpageOfRaw(FPAGE(first, 12, 7)));
    if (L4_IpcFailed(tell_asker(ORDER_READ, 0, 0)))
        return false;
    struct event e = event_from(asker, MS(2000));
    if (e.what != PAGE_FAULT || e.w[1] != WINDOW ||
        L4_IpcFailed(give(asker, WINDOW, FPAGE(second, 12, 5), false)) || !answered(second[0]))
        return false;
    L4_UnmapFpage(L4_FpageOfRaw(FPAGE(second, 12, 7)));
    return true;
}

static bool clock_works(void)
{
    L4_Word64_t before = L4_SystemClock().raw;
    L4_Sleep(L4_TimePeriod(2000));
    L4_Word64_t slept = L4_SystemClock().raw - before;
    return slept >= 2000 && slept < 10000000;
}

L4_Word_t pool_free(void)
{
    L4_Word_t bytes = 0;
    EXPECT(space_counter(stage(), L4_PECAN_POOL_FREE, &bytes));
    return bytes;
}

struct account {
    L4_Word_t pool, frames, threads, kmem;
};
static struct account noted;

static struct account account(void)
{
    struct account a = {0, 0, 0, 0};
    a.pool = pool_free();
    EXPECT(form_rpc(&a.frames));
    EXPECT(space_counter(stage(), L4_PECAN_THREADS, &a.threads));
    EXPECT(space_counter(stage(), L4_PECAN_KMEM_USED, &a.kmem));
    return a;
}

void world_note(void) { noted = account(); }

void world_check(void)
{
    EXPECT(clock_works());
    EXPECT(call_works());
    EXPECT(map_works());
    struct account now = account();
    EXPECT_EQ(now.pool, noted.pool);
    EXPECT_EQ(now.frames, noted.frames);
    EXPECT_EQ(now.threads, noted.threads);
    EXPECT_EQ(now.kmem, noted.kmem);
}

bool world_begin(void)
{
    answerer = actor(answerer_acts);
    answerer_raw = answerer.raw;
    asker = actor(asker_acts);
    stage_forget();
    while (next_event(MOMENT).what != NOTHING)
        ;
    stage_clear();
    __asm__ volatile("fninit"); /* what the stage itself has in the course of the attempts */
    form_stale_words();
    return call_works() && map_works() && call_works() && map_works() && clock_works();
}
