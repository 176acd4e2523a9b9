/* SPDX-License-Identifier: MIT */
/* include/l4/pecan.h: space counters and quotas, ExchangeRegisters by the pager; and what happens when kernel
 * memory runs out: an error for the thread that asked, and nobody else notices. */
#include "probe.h"
#include <l4/pecan.h>

enum { WINDOW = 0x80000000 };

static L4_Word_t pages[16][1024] __attribute__((aligned(16 * 4096)));
static volatile L4_Word_t result, error, progress;

static L4_Word_t counter(L4_ThreadId_t space, L4_Word_t which)
{
    L4_Word_t value = ~0ul;
    EXPECT(L4_SpaceControl(space, L4_PECAN_SPACE_READ | which, L4_Nilpage, L4_Nilpage, L4_nilthread,
                           &value));
    return value;
}

static L4_Word_t quota_set(L4_ThreadId_t space, L4_Word_t n)
{
    L4_Word_t old;
    return L4_SpaceControl(space, L4_PECAN_SPACE_QUOTA | n, L4_Nilpage, L4_Nilpage, L4_nilthread,
                           &old);
}

#define NEEDS(feature)                                                                             \
    do {                                                                                           \
        if (!L4_HasFeature(feature))                                                               \
            SKIP("no " feature);                                                                   \
    } while (0)

TEST(spaceinfo_counts_threads_and_kernel_memory)
{
    NEEDS("spaceinfo");
    L4_ThreadId_t s = stranger(rest);
    L4_Sleep(MOMENT);
    EXPECT_EQ(counter(s, L4_PECAN_THREADS), 1);
    L4_Word_t used = counter(s, L4_PECAN_KMEM_USED);
    EXPECT(used > 0);
    L4_ThreadId_t second = companion(s, rest);
    EXPECT_EQ(counter(s, L4_PECAN_THREADS), 2);
    EXPECT(counter(s, L4_PECAN_KMEM_USED) > used);
    EXPECT(thread_delete(second));
    EXPECT_EQ(counter(s, L4_PECAN_THREADS), 1);
}

TEST(spaceinfo_counts_no_more_for_a_thread_that_is_gone)
{
    NEEDS("spaceinfo");
    L4_ThreadId_t s = stranger(rest), me = L4_MyGlobalId();
    L4_Sleep(MOMENT);
    L4_Word_t used = counter(s, L4_PECAN_KMEM_USED);
    for (int active = 0; active < 2; active++) {
        L4_ThreadId_t t = fresh_id();
        EXPECT(L4_ThreadControl(t, s, me, active ? me : L4_nilthread, active ? fresh_utcb() : L4_UTCB_UNCHANGED));
        EXPECT(counter(s, L4_PECAN_KMEM_USED) > used);
        EXPECT(thread_delete(t));
        EXPECT_EQ(counter(s, L4_PECAN_KMEM_USED), used);
    }
}

TEST(spaceinfo_tells_faults_to_own_pagers_from_others)
{
    NEEDS("spaceinfo");
    L4_ThreadId_t p = prober(), me = L4_MyGlobalId();
    EXPECT(probe(p, PROBE_READ, (L4_Word_t)&me, 0).done); /* what it needs of the image is there now */
    L4_Word_t self = counter(p, L4_PECAN_FAULTS_SELF), other = counter(p, L4_PECAN_FAULTS_OTHER);
    EXPECT(other > 0);
    EXPECT(probe(p, PROBE_READ, WINDOW, 0).fault);
    EXPECT_EQ(counter(p, L4_PECAN_FAULTS_OTHER), other + 1);
    EXPECT_EQ(counter(p, L4_PECAN_FAULTS_SELF), self);
    self = counter(me, L4_PECAN_FAULTS_SELF);
    L4_Flush(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)pages[3], 12), 7));
    pages[3][0] = 1; /* our pager is the supervisor, of our own space */
    EXPECT(counter(me, L4_PECAN_FAULTS_SELF) > self);
}

static void spins(void)
{
    for (;;)
        progress++;
}

TEST(spaceinfo_tells_how_long_a_space_has_run_and_for_which_thread_one_waits)
{
    NEEDS("spaceinfo");
    L4_ThreadId_t busy = stranger(spins), idle = stranger(rest), me = L4_MyGlobalId();
    EXPECT(L4_Set_Priority(busy, 1));
    L4_Word_t ran = counter(busy, L4_PECAN_TICKS), before = counter(idle, L4_PECAN_TICKS);
    L4_Sleep(L4_TimePeriod(50000));
    EXPECT(counter(busy, L4_PECAN_TICKS) - ran >= 20);
    EXPECT(counter(idle, L4_PECAN_TICKS) - before <= 1);
    EXPECT_EQ(counter(me, L4_PECAN_PARTNER), 0);
    EXPECT_EQ(counter(busy, L4_PECAN_PARTNER), 0);
    EXPECT(counter(idle, L4_PECAN_PARTNER) != 0);
    EXPECT(thread_delete(busy));
}

TEST(spaceinfo_unknown_requests_are_error_5)
{
    NEEDS("spaceinfo");
    L4_Word_t old;
    L4_Set_ErrorCode(0);
    EXPECT_EQ(L4_SpaceControl(L4_MyGlobalId(), L4_PECAN_SPACE_READ | 99, L4_Nilpage, L4_Nilpage,
                              L4_nilthread, &old),
              0);
    EXPECT_EQ(L4_ErrorCode(), 5);
    EXPECT_EQ(
        L4_SpaceControl(L4_MyGlobalId(), 0x04000000, L4_Nilpage, L4_Nilpage, L4_nilthread, &old),
        0);
    EXPECT_EQ(L4_SpaceControl(fresh_id(), L4_PECAN_SPACE_READ, L4_Nilpage, L4_Nilpage, L4_nilthread,
                              &old),
              0);
    EXPECT_EQ(L4_ErrorCode(), 3);
}

static void reads_counter(void)
{
    L4_Word_t old;
    result = L4_SpaceControl(L4_MyGlobalId(), L4_PECAN_SPACE_READ, L4_Nilpage, L4_Nilpage,
                             L4_nilthread, &old);
    error = L4_ErrorCode();
    rest();
}

TEST(spaceinfo_is_for_the_privileged)
{
    NEEDS("spaceinfo");
    result = 7;
    stranger(reads_counter);
    L4_Sleep(MOMENT);
    EXPECT_EQ(result, 0);
    EXPECT_EQ(error, 1);
}

TEST(quota_stops_threads_with_error_8)
{
    NEEDS("spaceinfo");
    L4_ThreadId_t s = stranger(rest), t = L4_nilthread;
    L4_Sleep(MOMENT);
    EXPECT(quota_set(s, counter(s, L4_PECAN_KMEM_USED) / 4096 + 2));
    EXPECT(counter(s, L4_PECAN_KMEM_QUOTA) > 0);
    L4_Word_t n = 0, ok = 1;
    for (; n < 40 && ok; n++) {
        t = fresh_id();
        L4_Set_ErrorCode(0);
        ok = L4_ThreadControl(t, s, L4_MyGlobalId(), supervisor(), fresh_utcb());
    }
    EXPECT(!ok);
    EXPECT_EQ(L4_ErrorCode(), 8);
    EXPECT(quota_set(s, 0));
    EXPECT(L4_ThreadControl(t, s, L4_MyGlobalId(), supervisor(), fresh_utcb()));
}

TEST(quota_stops_mappings_with_message_overflow)
{
    NEEDS("spaceinfo");
    L4_ThreadId_t p = prober();
    EXPECT(quota_set(p, counter(p, L4_PECAN_KMEM_USED) / 4096 + 2));
    bool refused = false;
    for (L4_Word_t i = 0; i < 64 && !refused; i++) { /* each needs a page table */
        refused = L4_IpcFailed(map_to(p, pages[0], 12, 7, 0x40000000 + i * 0x400000));
        if (refused)
            EXPECT_EQ(L4_ErrorCode() & 15, 8);
    }
    EXPECT(refused);
    EXPECT(quota_set(p, 0));
    EXPECT(L4_IpcSucceeded(map_to(p, pages[0], 12, 7, WINDOW)));
    pages[0][0] = 0x77;
    EXPECT(can_read(p, WINDOW, 0x77));
}

TEST(quota_counts_every_mapping)
{
    NEEDS("spaceinfo");
    L4_ThreadId_t p = prober();
    EXPECT(L4_IpcSucceeded(map_to(p, pages[0], 12, 7, 0x40000000))); /* the page table is there */
    EXPECT(quota_set(p, counter(p, L4_PECAN_KMEM_USED) / 4096 + 2));
    bool refused = false;
    for (L4_Word_t i = 1; i < 1024 && !refused; i++)
        refused = L4_IpcFailed(map_to(p, pages[0], 12, 7, 0x40000000 + i * 4096));
    EXPECT(refused);
    EXPECT(quota_set(p, 0));
}

TEST(quota_of_one_space_is_no_other_spaces_problem)
{
    NEEDS("spaceinfo");
    L4_ThreadId_t poor = prober(), rich = prober();
    EXPECT(quota_set(poor, 1));
    EXPECT(L4_IpcFailed(map_to(poor, pages[0], 12, 7, 0x50000000)));
    pages[0][0] = 0x78;
    EXPECT(L4_IpcSucceeded(map_to(rich, pages[0], 12, 7, 0x50000000)));
    EXPECT(can_read(rich, 0x50000000, 0x78));
}

TEST(kernel_memory_of_a_deleted_space_comes_back)
{
    NEEDS("spaceinfo");
    L4_ThreadId_t me = L4_MyGlobalId();
    pages[1][0] = 1;
    L4_Word_t before = counter(me, L4_PECAN_KMEM_USED);
    for (int i = 0; i < 10; i++) {
        L4_ThreadId_t p = prober();
        map_to(p, pages[0], 16, 7, WINDOW);
        EXPECT(thread_delete(p));
    }
    L4_Word_t after = counter(me, L4_PECAN_KMEM_USED);
    EXPECT(after <= before + 2 * 4096);
}

TEST(spaces_until_memory_ends_give_error_8_and_recover)
{
    L4_Word_t base = L4_ThreadNo(L4_MyGlobalId()) + 400, n, limit = 4000;
    for (n = 0; n < limit; n++) {
        L4_ThreadId_t t = L4_GlobalId(base + n, 1);
        L4_Set_ErrorCode(0);
        if (!L4_ThreadControl(t, t, L4_MyGlobalId(), L4_nilthread, L4_UTCB_UNCHANGED))
            break;
    }
    if (n < limit)
        EXPECT_EQ(L4_ErrorCode(), 8);
    while (n-- > 0)
        EXPECT(thread_delete(L4_GlobalId(base + n, 1)));
    progress = 0;
    L4_ThreadId_t p = prober();
    EXPECT(probe(p, PROBE_READ, WINDOW, 0).fault);
}

/* ---- pagerexregs */
static void two_steps(void)
{
    progress = 1;
    (void)*(volatile L4_Word_t *)WINDOW;
    progress = 2;
    send_words(L4_Pager(), 1, 0, 0);
    rest();
}

static void elsewhere(void)
{
    progress = 3;
    send_words(L4_Pager(), 1, 0, 0);
    rest();
}

TEST(pagerexregs_sends_a_faulting_thread_elsewhere)
{
    NEEDS("pagerexregs");
    L4_Word_t ip = 0, sp = 0;
    progress = 0;
    L4_ThreadId_t t = stranger_of(L4_MyGlobalId(), two_steps);
    EXPECT(L4_IsPageFault(pager_serve(t)));
    L4_ExchangeRegisters(t, L4_EXREGS_DELIVER, 0, 0, 0, 0, L4_nilthread, NULL, &sp, &ip, NULL, NULL,
                         NULL);
    EXPECT(in_image(sp));
    EXPECT_EQ(ip & ~255ul, (L4_Word_t)two_steps & ~255ul);
    L4_ExchangeRegisters(t, L4_EXREGS_IP | L4_EXREGS_RECEIVE, 0, (L4_Word_t)elsewhere, 0, 0,
                         L4_nilthread, NULL, NULL, NULL, NULL, NULL, NULL);
    EXPECT_EQ(L4_Label(pager_serve(t)), 1);
    EXPECT_EQ(progress, 3);
}

TEST(pagerexregs_is_for_the_pager_only)
{
    NEEDS("pagerexregs");
    L4_ThreadId_t s = stranger(rest), t = fresh_id();
    EXPECT(L4_ThreadControl(t, s, L4_MyGlobalId(), s, fresh_utcb()));
    L4_Set_ErrorCode(0);
    EXPECT(L4_IsNilThread(L4_ExchangeRegisters(t, L4_EXREGS_HALT | L4_EXREGS_HALT_VALID, 0, 0, 0, 0,
                                               L4_nilthread, NULL, NULL, NULL, NULL, NULL, NULL)));
    EXPECT_EQ(L4_ErrorCode(), 2);
}

/* ---- sigma0 and the kernel against rubbish */
static volatile L4_Word_t seed;

static L4_Word_t rubbish(void)
{
    static const L4_Word_t favourites[] = {
        0,          ~0ul,   0x10,       0x80000000, 0xFFA00002, 0xFFE20002, 0xFF860002,
        0xFFB0000C, 0x4020, 0xBF000000, 0xC0000000, 0xF0100000, 0x100000,   12 << 4 | 7};
    seed = seed * 1103515245 + 12345;
    return seed & 0x10000 ? favourites[(seed >> 20) % 14] : seed ^ seed << 13;
}

static void sends_rubbish_to_sigma0(void)
{
    for (int i = 0; i < 3000; i++) {
        for (int r = 1; r < 64; r++)
            L4_LoadMR(r, rubbish());
        L4_LoadMR(0, rubbish());
        L4_LoadBR(0, rubbish());
        if (i & 1)
            L4_Call_Timeouts(L4_Sigma0Id(), L4_TimePeriod(1000), L4_TimePeriod(500));
        else
            L4_Send_Timeout(L4_Sigma0Id(), L4_TimePeriod(1000));
    }
    progress = 1;
    rest();
}

TEST(sigma0_survives_rubbish)
{
    progress = 0;
    seed = 4711;
    stranger(sends_rubbish_to_sigma0);
    for (int i = 0; i < 400 && !progress; i++)
        L4_Sleep(MOMENT);
    EXPECT_EQ(progress, 1);
    EXPECT(L4_IsNilFpage(
        L4_Sigma0_GetPage(L4_nilthread, L4_FpageLog2(0x100000, 12)))); /* the kernel's */
    EXPECT(!L4_IsNilFpage(L4_Sigma0_GetPage(L4_nilthread, L4_FpageLog2(0xB8000, 12))));
}

static void calls_with_rubbish(void)
{
    L4_Word_t old;
    for (int i = 0; i < 2000; i++) {
        L4_LoadMR(0, rubbish());
        switch (rubbish() % 6) {
        case 0:
            L4_ThreadSwitch(L4_ThreadIdOfRaw(rubbish()));
            break;
        case 1:
            L4_Schedule(L4_ThreadIdOfRaw(rubbish()), rubbish(), rubbish(), rubbish(), rubbish(),
                        &old);
            break;
        case 2:
            L4_ThreadControl(L4_ThreadIdOfRaw(rubbish()), L4_ThreadIdOfRaw(rubbish()),
                             L4_ThreadIdOfRaw(rubbish()), L4_ThreadIdOfRaw(rubbish()),
                             (void *)rubbish());
            break;
        case 3:
            L4_SpaceControl(L4_ThreadIdOfRaw(rubbish()), rubbish(), L4_FpageOfRaw(rubbish()),
                            L4_FpageOfRaw(rubbish()), L4_ThreadIdOfRaw(rubbish()), &old);
            break;
        case 4:
            L4_ExchangeRegisters(L4_ThreadIdOfRaw(rubbish()), rubbish() & ~0xFFul, rubbish(),
                                 rubbish(), rubbish(), rubbish(), L4_nilthread, &old, NULL, NULL,
                                 NULL, NULL, NULL);
            break;
        default:
            L4_Ipc(L4_ThreadIdOfRaw(rubbish() | 1), L4_nilthread,
                   L4_Timeouts(L4_ZeroTime, L4_ZeroTime), NULL);
            break;
        }
    }
    progress = 1;
    rest();
}

TEST(kernel_survives_rubbish_from_an_unprivileged_space)
{
    progress = 0;
    seed = 815;
    stranger(calls_with_rubbish);
    for (int i = 0; i < 200 && !progress; i++)
        L4_Sleep(MOMENT);
    EXPECT_EQ(progress, 1);
    L4_ThreadId_t p = prober();
    EXPECT(probe(p, PROBE_READ, WINDOW, 0).fault);
}
