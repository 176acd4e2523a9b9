/* SPDX-License-Identifier: MIT */
/* The watcher: above everybody.  Do calls still happen, and are two old threads in two old spaces as they were? */
#include "fuzz.h"

enum { LOOK_US = 20000, PATIENCE = 150, LEG = 20000 };

volatile word_t pair_talks, pair_failures, starved, hollow_legs;
static word_t castor, pollux;
static char pair_stacks[2][PAGE] __attribute__((aligned(4096)));

/* ---- the pair */

static word_t pattern(word_t page, word_t i) { return (page + 1) * 0x9E3779B9 ^ i * 0x01000193; }

static bool page_intact(word_t page)
{
    const volatile word_t *p = (const volatile word_t *)(PAIR_PAGES + page * PAGE);
    for (word_t i = 0; i < PAGE / 4; i += 7)
        if (p[i] != pattern(page, i))
            return false;
    return true;
}

/* 63 words come in and go on, each one more; the label says that all was well. */
static void increment(void)
{
    word_t *u = utcb_now();
    for (int i = 1; i < 64; i++)
        u[i]++;
}

static void pollux_main(void)
{
    L4_ThreadId_t from;
    L4_MsgTag_t tag = L4_Wait(&from);
    for (;;) {
        increment();
        L4_LoadMR(0, (page_intact(1) && L4_IpcSucceeded(tag)) << L4_TAG_LABEL_SHIFT | 63);
        tag = L4_ReplyWait(from, &from);
    }
}

static void castor_main(void)
{
    L4_ThreadId_t from;
    L4_Wait(&from);
    for (;;) {
        increment();
        L4_LoadMR(0, 63);
        L4_MsgTag_t tag = L4_Call_Timeouts(L4_ThreadIdOfRaw(pollux), L4_TimePeriod(500000), L4_TimePeriod(500000));
        bool good = L4_IpcSucceeded(tag) && L4_Label(tag) == 1 && page_intact(0);
        increment();
        L4_LoadMR(0, (word_t)good << L4_TAG_LABEL_SHIFT | 63);
        L4_ReplyWait(from, &from);
    }
}

static word_t make_old(word_t number, int which, void (*f)(void))
{
    word_t id = (first_number - FIRST_NUMBER + number) << L4_ID_VERSION_BITS | 7, old;
    L4_ThreadId_t t = L4_ThreadIdOfRaw(id), keeper = L4_ThreadIdOfRaw(keeper_id);
    L4_ThreadControl(t, t, keeper, L4_nilthread, L4_UTCB_UNCHANGED);
    L4_SpaceControl(t, 0, L4_FpageLog2(L4_PECAN_INITIAL_KIP, 12), L4_FpageLog2(L4_PECAN_INITIAL_UTCB, 12), L4_anythread, &old);
    L4_ThreadControl(t, t, L4_nilthread, keeper, (void *)L4_PECAN_INITIAL_UTCB);
    L4_Set_Priority(t, 135);
    L4_LoadMR(0, L4_START_WORDS);
    L4_LoadMR(1, (word_t)f);
    L4_LoadMR(2, (word_t)&pair_stacks[which][PAGE - 16]);
    L4_Send_Propagated(t, keeper, L4_ZeroTime);
    return id;
}

static void pair_make(void)
{
    for (word_t page = 0; page < 2; page++)
        for (word_t i = 0; i < PAGE / 4; i++)
            ((word_t *)(PAIR_PAGES + page * PAGE))[i] = pattern(page, i);
    pollux = make_old(12, 1, pollux_main);
    castor = make_old(11, 0, castor_main);
}

static void pair_check(void)
{
    word_t base = (word_t)L4_SystemClock().raw, bad = 0;
    for (int i = 1; i < 64; i++)
        L4_LoadMR(i, base + (word_t)i * 0x10001);
    L4_LoadMR(0, 63);
    L4_MsgTag_t tag = L4_Call_Timeouts(L4_ThreadIdOfRaw(castor), L4_TimePeriod(2000000), L4_TimePeriod(2000000));
    for (int i = 1; i < 64; i++)
        bad += L4_MR(i) != base + (word_t)i * 0x10001 + 3;
    pair_talks++;
    pair_failures += L4_IpcFailed(tag) || bad || L4_Label(tag) != 1 || L4_UntypedWords(tag) != 63;
}

/* ---- the watch */

/* Without privileged workers the rest of a run would be hollow: only error 1 comes back. */
static void leg_over(void)
{
    static word_t made;
    hollow_legs += counts[THREADCONTROL][0] - made < LEG / 100;
    made = counts[THREADCONTROL][0];
}

void watcher_main(void)
{
    word_t seen = 0, quiet = 0, told = 0;
    pair_make();
    for (word_t round = 0; !stopping && !starved; round++) {
        L4_Sleep(L4_TimePeriod(LOOK_US));
        quiet = total == seen ? quiet + 1 : 0;
        starved = quiet > PATIENCE;
        seen = total;
        if (seen - told >= LEG) {
            serial_printf("# %lu calls\n", told = seen);
            leg_over();
        }
        if (round % 4 == 0)
            pair_check();
        if (total >= calls_wanted)
            stopping = true;
    }
    finish();
    for (;;)
        L4_Sleep(L4_Never);
}
