/* SPDX-License-Identifier: MIT */
/* The task that uses three times the memory that it has: two arrays and a deep stack, several
 * passes, and every byte is looked at.  It calls nothing for that: the library pages. */
#include "paging.h"

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <stdint.h>
#include <string.h>

enum { WORDS = HURD_MM_PAGE / 4, EVERY = 32, PATIENCE = 5000000 };

static struct report now;
static L4_ThreadId_t reporter;
static uint32_t *array, *loop;          /* one under the task's policy, one under MRU */
static unsigned array_pages, loop_pages;
static uint32_t generation[4096];       /* of each page of the array: how often it was written */

/* ---- reports ---- */

/* Pages on disk, by what they are: the pager knows. */
static void count_out(void)
{
    L4_Word_t r[10 * HURD_MM_MAPS_WORDS], from = 0;
    now.out_array = now.out_loop = now.out_rest = 0;
    for (unsigned asked = 0; asked < 100; asked++) {
        L4_LoadMR(1, from);
        L4_LoadMR(0, L4_MakeTag(HURD_MM_MAPS, 1, 0).raw);
        L4_MsgTag_t tag = L4_Call(hurd_mm_pager());
        unsigned n = L4_UntypedWords(tag);
        if (L4_IpcFailed(tag) || L4_Label(tag) || n == 0 || n > sizeof r / sizeof r[0])
            return;
        L4_StoreMRs(1, (int)n, r);
        for (unsigned i = 0; i < n; i += HURD_MM_MAPS_WORDS) {
            L4_Word_t out = r[i + 2] >> HURD_MM_MAPS_OUT_SHIFT;
            if (r[i] <= (uintptr_t)array && (uintptr_t)array <= r[i + 1])
                now.out_array += out;
            else if (r[i] <= (uintptr_t)loop && (uintptr_t)loop <= r[i + 1])
                now.out_loop += out;
            else
                now.out_rest += out;
            from = r[i + 1] + 1;
        }
        if (from == 0)
            return;
    }
}

static void report(enum pass pass)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    struct hurd_pm_control_info info = {0};
    struct hurd_mm_counters counters;
    hurd_pm_control_info(L4_ThreadIdOfRaw(data->physmem_control.server), data->physmem_control.cap,
                         &info);
    hurd_mm_counters(&counters);
    now.pass = pass;
    now.resident = info.used;
    now.faults = counters.faults;
    now.swapped_out = counters.swapped_out;
    now.swapped_in = counters.swapped_in;
    count_out();
    L4_Accept(L4_UntypedWordsAcceptor);
    L4_LoadMRs(1, sizeof now / sizeof(L4_Word_t), (const L4_Word_t *)&now);
    L4_LoadMR(0, L4_MakeTag(REPORT, sizeof now / sizeof(L4_Word_t), 0).raw);
    L4_Call_Timeouts(reporter, L4_TimePeriod(PATIENCE), L4_TimePeriod(PATIENCE));
}

static void count_page(enum pass pass)
{
    if (++now.pages % EVERY == 0)
        report(pass);
}

/* ---- pages ---- */

static uint32_t word_of(uint32_t page, uint32_t written, uint32_t i)
{
    return (page * 2654435761u ^ written * 40503u) + i * 2246822519u;
}

static void fill(uint32_t *at, uint32_t page, uint32_t written)
{
    for (uint32_t i = 0; i < WORDS; i++)
        at[i] = word_of(page, written, i);
}

static void check(const uint32_t *at, uint32_t page, uint32_t written)
{
    for (uint32_t i = 0; i < WORDS; i++)
        if (at[i] != word_of(page, written, i))
            now.wrong += 4;
}

static void visit_array(enum pass pass, unsigned page, bool write)
{
    uint32_t *at = array + page * WORDS;
    check(at, page, generation[page]);
    if (write)
        fill(at, page, ++generation[page]);
    count_page(pass);
}

/* ---- passes ---- */

static void write_all(void)
{
    for (unsigned i = 0; i < array_pages; i++) {
        for (unsigned k = 0; k < WORDS; k++)
            now.wrong += array[i * WORDS + k] ? 4 : 0;  /* new memory is zero */
        fill(array + i * WORDS, i, generation[i]);
        count_page(PASS_WRITE);
    }
    for (unsigned i = 0; i < loop_pages; i++) {
        fill(loop + i * WORDS, ~i, 0);
        count_page(PASS_WRITE);
    }
}

static void sequential(enum pass pass, unsigned write_every)
{
    for (unsigned i = 0; i < array_pages; i++)
        visit_array(pass, i, write_every && i % write_every == 0);
}

static void at_random(void)
{
    uint32_t x = 12345;
    for (unsigned i = 0; i < array_pages; i++) {
        x = x * 1664525u + 1013904223u;
        visit_array(PASS_RANDOM, (x >> 8) % array_pages, x >> 30 == 0);
    }
}

static void around(unsigned rounds)
{
    for (unsigned i = 0; i < rounds * loop_pages; i++) {
        check(loop + i % loop_pages * WORDS, ~(i % loop_pages), 0);
        count_page(PASS_LOOP);
    }
}

/* A stack of `depth` pages: while its lower end works, the upper end goes out; on the way back each
 * frame finds its own words. */
__attribute__((noinline)) static void deep(unsigned depth)
{
    volatile uint32_t own[WORDS];
    for (uint32_t i = 0; i < WORDS; i++)
        own[i] = word_of(depth, 77, i);
    if (depth)
        deep(depth - 1);
    else
        sequential(PASS_STACK, 0);
    for (uint32_t i = 0; i < WORDS; i++)
        if (own[i] != word_of(depth, 77, i))
            now.wrong += 4;
    count_page(PASS_STACK);
}

/* A fifth of it goes around and around in few frames: MRU keeps most of it, CLOCK would keep none.
 * */
static bool make_arrays(L4_Word_t memory)
{
    uintptr_t a = 0, b = 0;
    unsigned policy;
    loop_pages = memory / 5;
    array_pages = memory - loop_pages;
    if (array_pages > sizeof generation / sizeof generation[0] ||
        hurd_vm_allocate(&a, array_pages * HURD_MM_PAGE, 0, 0) ||
        hurd_vm_allocate(&b, loop_pages * HURD_MM_PAGE, 0, 0) ||
        hurd_policy_create(&hurd_policy_mru, loop_pages * 2 / 3, 0, &policy) ||
        hurd_vm_set_policy(b, loop_pages * HURD_MM_PAGE, policy))
        return false;
    array = (uint32_t *)a;
    loop = (uint32_t *)b;
    return true;
}

int worker(L4_Word_t memory, L4_ThreadId_t to)
{
    reporter = to;
    if (!make_arrays(memory))
        return 2;
    write_all();
    sequential(PASS_SEQUENTIAL, 2);
    at_random();
    deep(memory / 12);
    around(4);
    sequential(PASS_LAST, 0);
    report(PASS_DONE);
    return now.wrong != 0;
}
