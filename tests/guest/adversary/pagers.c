/* SPDX-License-Identifier: MIT */
/* Pagers and handlers that are none: oneself, each other, nobody, the kernel, an interrupt; and answers that are no help.
 * Each such thread halts or waits for ever, alone. */
#include "stage.h"

static L4_Word_t user_base(void) { return L4_ThreadIdUserBase(L4_GetKernelInterface()); }

/* shared[0] what, [1] pager, [2] handler; then a fault or an exception, and, if it ever gets there, a report in [3]. */
static void suffers(void)
{
    L4_ThreadId_t pager = L4_ThreadIdOfRaw(shared[1]), handler = L4_ThreadIdOfRaw(shared[2]);
    shared[3] = 0;
    L4_Set_ExceptionHandler(handler);
    L4_Set_Pager(pager);
    switch (shared[0]) {
    case 0:
        shared[4] = *(volatile L4_Word_t *)NOWHERE;
        break;
    case 1:
        __asm__ volatile("ud2");
        break;
    case 2:
        __asm__ volatile("inb $0x60, %%al" : : : "eax");
        break;
    case 3:
        __asm__ volatile("jmp *%0" : : "r"(NOWHERE));
        break;
    case 4:
        __asm__ volatile("mov %0, %%esp; push %%eax" : : "r"(NOWHERE));
        break;
    }
    shared[3] = 1;
    rest();
}

static void expect_lost(L4_Word_t pager, L4_Word_t handler)
{
    for (L4_Word_t what = 0; what < 5; what++) {
        shared[0] = what;
        L4_ThreadId_t t = actor_waiting(L4_nilthread);
        shared[1] = pager == ~1ul ? t.raw : pager;
        shared[2] = handler == ~1ul ? t.raw : handler;
        EXPECT(actor_start(t, suffers));
        struct event e;
        while ((e = next_event(MS(5))).what != NOTHING)
            EXPECT(what == 0 || shared[1] != stage().raw); /* nobody asks us */
        EXPECT_EQ(shared[3], 0);
        actor_delete(t);
    }
}
#define SELF ~1ul
TEST(a_thread_that_is_its_own_pager_and_handler) { expect_lost(SELF, SELF); }
TEST(a_thread_without_pager_and_handler) { expect_lost(0, 0); }
TEST(a_thread_paged_by_an_interrupt)
{
    for (L4_Word_t line = 0; line < 16; line++)
        expect_lost(L4_GlobalId(line, 1).raw, L4_GlobalId(line, 1).raw);
}
TEST(a_thread_paged_by_the_kernels_threads)
{
    for (L4_Word_t number = 16; number < user_base(); number += 5)
        expect_lost(L4_GlobalId(number, 1).raw, L4_GlobalId(number, 1).raw);
}
TEST(a_thread_paged_by_wildcards)
{
    expect_lost(L4_ID_ANY, L4_ID_ANY);
    expect_lost(L4_ID_ANYLOCAL, L4_ID_ANYLOCAL);
}
TEST(a_thread_paged_by_nobody)
{
    expect_lost(0x2AAAAAAB, 0x2AAAAAAB);
    expect_lost(0xC0000000, 0xC0000000);
    expect_lost(0x100, 0xBFFFFFC0);
    expect_lost(0xFFFFFFBF, 0xFFFFFF81);
}
TEST(a_thread_paged_by_sigma0) { expect_lost(L4_GlobalId(user_base(), 1).raw, L4_GlobalId(user_base(), 1).raw); }

/* ---- rings of pagers: 2 to 12 threads, each the pager and handler of the one before */
static void suffers_in_a_ring(void)
{
    L4_ThreadId_t next = L4_ThreadIdOfRaw(shared[16 + L4_UserDefinedHandle()]);
    L4_Set_ExceptionHandler(next);
    L4_Set_Pager(next);
    if (shared[0])
        __asm__ volatile("ud2");
    shared[1] = *(volatile L4_Word_t *)NOWHERE;
    shared[2]++;
}
static void begins_in_a_ring(void)
{
    __atomic_fetch_add(&shared[3], 1, __ATOMIC_SEQ_CST);
    L4_Set_UserDefinedHandle(shared[3] - 1);
    while (shared[4] == 0)
        L4_Sleep(L4_TimePeriod(1000));
    suffers_in_a_ring();
}
static void expect_ring(unsigned n, bool one_space, bool exception)
{
    memset((void *)shared, 0, sizeof shared);
    shared[0] = exception;
    L4_ThreadId_t first = L4_nilthread;
    for (unsigned i = 0; i < n; i++) {
        L4_ThreadId_t t = companion(one_space ? first : L4_nilthread, begins_in_a_ring);
        if (i == 0)
            first = t;
        for (int k = 0; k < 200 && shared[3] <= i; k++)
            EXPECT_EQ(next_event(L4_TimePeriod(2000)).what, NOTHING);
        shared[16 + (i + n - 1) % n] = t.raw;
    }
    shared[4] = 1;
    L4_Word_t end = 0;
    while (next_event(MS(10)).what != NOTHING && end++ < 100)
        ;
    EXPECT_EQ(shared[2], 0);
    stage_clear();
}
TEST(pagers_in_a_ring)
{
    for (unsigned n = 2; n < 13; n += 5)
        for (int how = 0; how < 4; how++)
            expect_ring(n, how & 1, how & 2);
}

/* ---- answers */
static void faults_once(void)
{
    shared[0] = *(volatile L4_Word_t *)NOWHERE;
}
static unsigned answer_with(L4_Word_t u, L4_Word_t t, L4_Word_t fill, L4_Word_t step)
{
    L4_ThreadId_t who = actor(faults_once);
    unsigned faults = 0;
    struct event e;
    while (faults < 20 && (e = next_event(MS(50))).what == PAGE_FAULT) {
        faults++;
        for (int i = 1; i < 64; i++)
            L4_LoadMR(i, fill + (L4_Word_t)i * step);
        L4_LoadMR(0, t << 6 | u);
        L4_Reply(who);
    }
    stage_clear();
    return faults;
}
TEST(a_pager_that_answers_with_anything)
{
    static const L4_Word_t counts[][2] = {{0, 0}, {63, 0}, {0, 2}, {61, 2}, {1, 62}, {0, 63}, {63, 63}, {0, 1}, {2, 4}};
    static const L4_Word_t fills[][2] = {{0, 0}, {~0ul, 0}, {8, 0}, {10, 0}, {0xC0000008, 0}, {0x60000FF7, 1}, {0x12345678, 0x9E3779B9}};
    for (unsigned i = 0; i < sizeof counts / sizeof counts[0]; i++)
        for (unsigned k = 0; k < sizeof fills / sizeof fills[0]; k++)
            EXPECT(answer_with(counts[i][0], counts[i][1], fills[k][0], fills[k][1]) > 0);
}
TEST(a_pager_that_always_answers_with_nothing_gets_the_fault_again)
{
    EXPECT_EQ(answer_with(0, 0, 0, 0), 20);
}
TEST(a_pager_that_maps_without_rights_gets_the_fault_again)
{
    actor(faults_once);
    for (int i = 0; i < 10; i++) {
        struct event e = next_event(SOON);
        EXPECT_EQ(e.what, PAGE_FAULT);
        give(e.from, NOWHERE, FPAGE(pages, 12, 0), false);
    }
}
TEST(a_pager_that_maps_elsewhere_gets_the_fault_again)
{
    actor(faults_once);
    for (int i = 0; i < 10; i++) {
        struct event e = next_event(SOON);
        EXPECT_EQ(e.what, PAGE_FAULT);
        give(e.from, NOWHERE + PAGE * (1 + (L4_Word_t)i), FPAGE(pages, 12, 7), false);
    }
}

/* An exception answered with every word all ones, or with an instruction pointer that is nowhere, again and again. */
static void raises(void) { __asm__ volatile("ud2"); }
TEST(a_handler_that_answers_with_anything)
{
    for (unsigned words = 0; words < 64; words += 3)
        for (unsigned k = 0; k < 3; k++) {
            L4_ThreadId_t t = actor(raises);
            unsigned limit = 12;
            struct event e;
            while (limit-- > 0 && (e = next_event(MS(3))).what != NOTHING && e.what != DONE) {
                for (int i = 1; i < 64; i++)
                    L4_LoadMR(i, k == 0 ? ~0ul : k == 1 ? 0 : 0xC0000000 + (L4_Word_t)i * 0x01010101);
                L4_LoadMR(0, words);
                L4_Reply(t);
            }
            actor_delete(t);
        }
}
