/* SPDX-License-Identifier: MIT */
/* Spec 7.3: an Unmap of a page that is mapped thousands of times, and threads that take some of these mappings away meanwhile. */
#include "probe.h"

enum { WINDOW = 0x80000000, MESSAGES = 780, ITEMS = 31, W = 2, RWX = 7 };

static L4_Word_t page[1024] __attribute__((aligned(4096)));
static L4_ThreadId_t first, crowd;
static volatile L4_Word_t begun, over, answer, taken;

static L4_Fpage_t page_fpage(L4_Word_t rights) { return L4_FpageAddRights(L4_FpageLog2((L4_Word_t)page, 12), rights); }

/* `first` gets the page once, and is the last one that a walk comes to; `crowd` gets it 24,180 times. */
static void spread(void)
{
    first = prober();
    crowd = prober();
    page[0] = 1;
    map_to(first, page, 12, RWX, WINDOW);
    for (L4_Word_t at = WINDOW, m = 0; m < MESSAGES; m++) {
        for (int i = 0; i < ITEMS; i++, at += 4096) {
            L4_MapItem_t item = L4_MapItem(page_fpage(RWX), at);
            L4_LoadMRs(1 + 2 * i, 2, item.raw);
        }
        L4_LoadMR(0, PROBE_MAP << 16 | 2 * ITEMS << L4_TAG_T_SHIFT);
        EXPECT(L4_IpcSucceeded(L4_Send_Timeout(crowd, SOON)));
    }
    EXPECT(probe(first, PROBE_WRITE, WINDOW, 7).done);
}

static void unmapper(void)
{
    begun = 1;
    answer = L4_UnmapFpage(page_fpage(taken)).raw;
    over = 1;
    rest();
}

static L4_ThreadId_t heir;
static void granter(void)
{
    L4_MapItem_t item = L4_GrantItem(page_fpage(taken), WINDOW);
    L4_LoadMR(0, PROBE_MAP << 16 | 2 << L4_TAG_T_SHIFT);
    L4_LoadMRs(1, 2, item.raw);
    begun = 1;
    answer = L4_Send_Timeout(heir, SOON).raw;
    over = 1;
    rest();
}

/* The act (unmapper, granter) begins; a tick later, we are better, comes `meddle`. */
static void disturb(void (*act)(void), L4_Word_t rights, void (*meddle)(void))
{
    bool reached = false;
    L4_Set_Priority(L4_MyGlobalId(), 200);
    for (int tries = 0; tries < 10 && !reached; tries++) {
        spread();
        begun = over = 0;
        taken = rights;
        helper(act);
        while (!begun)
            L4_Sleep(L4_TimePeriod(1000));
        reached = !over;
        meddle();
        for (int i = 0; i < 3000 && !over; i++)
            L4_Sleep(L4_TimePeriod(1000));
        EXPECT(over);
        if (!reached) { /* it was too quick */
            thread_delete(first);
            thread_delete(crowd);
        }
    }
    EXPECT(reached);
}

static void delete_crowd(void) { EXPECT_EQ(thread_delete(crowd), 1); }
static void unmap_too(void) { L4_UnmapFpage(page_fpage(RWX)); }
static void flush(void) { L4_Flush(page_fpage(RWX)); }

static bool faults(struct probe r) { return r.fault && r.address == WINDOW; }

TEST(walk_that_removes_comes_to_its_end_when_most_of_its_pages_go_meanwhile)
{
    disturb(unmapper, RWX, delete_crowd);
    EXPECT(answer & W); /* `first` had written */
    EXPECT(faults(probe(first, PROBE_READ, WINDOW, 0)));
    EXPECT_EQ(page[0], 7);
}

TEST(walk_that_takes_a_right_comes_to_its_end_when_most_of_its_pages_go_meanwhile)
{
    disturb(unmapper, W, delete_crowd);
    EXPECT(answer & W);
    EXPECT(can_read(first, WINDOW, 7));
    EXPECT(faults(probe(first, PROBE_WRITE, WINDOW, 8)));
}

TEST(walk_that_takes_a_right_finds_all_gone)
{
    disturb(unmapper, W, unmap_too);
    EXPECT(faults(probe(first, PROBE_READ, WINDOW, 0)));
    EXPECT_EQ(page[0], 7);
}

TEST(walk_ends_when_its_own_page_goes_meanwhile)
{
    for (L4_Word_t rights = W; rights <= RWX; rights += RWX - W) {
        disturb(unmapper, rights, flush);
        EXPECT(faults(probe(first, PROBE_READ, WINDOW, 0)));
        EXPECT_EQ(page[0], 7); /* from sigma0 once more */
    }
}

static void nothing(void) {}

TEST(grant_that_takes_a_right_and_pauses_keeps_what_was_accessed)
{
    heir = prober();
    disturb(granter, RWX & ~W, nothing);
    EXPECT(L4_IpcSucceeded((L4_MsgTag_t){.raw = answer}));
    EXPECT(can_read(heir, WINDOW, 7));
    EXPECT_EQ(probe(heir, PROBE_UNMAP, WINDOW | 12 << 4, 0).value & W, W); /* `first` had written */
    EXPECT(faults(probe(first, PROBE_WRITE, WINDOW, 8)));
}
