/* SPDX-License-Identifier: MIT */
/* links: lib/hurd-mm/policy.c */
/* The policies of libhurd-mm, replayed on traces: counts that follow from their definitions, worked
 * out by hand or by a second, plainer simulation in this file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "include/hurd/policy.h"

enum { MOST = 256, FRAMES_MOST = 64 };

/* ---- a memory of some frames, and the policy under test ---- */

static struct hurd_page pages[MOST];        /* one a page number; in core <=> policy is set */
static bool used[MOST];                     /* the accessed bits */
static struct hurd_policy policy;
static uint64_t memory[512];
static unsigned faults;

bool hurd_page_look(struct hurd_page *page)
{
    bool was = used[page->number];
    used[page->number] = false;
    return was;
}

struct hurd_page *hurd_page_at(struct hurd_policy *p, uint32_t at)
{
    return pages[at % MOST].policy == p ? &pages[at % MOST] : NULL;
}

static void start(const struct hurd_policy_ops *ops, uint32_t frames, uint32_t parameter)
{
    memset(pages, 0, sizeof pages);
    memset(used, 0, sizeof used);
    memset(memory, 0, sizeof memory);
    assert_true(ops->memory <= sizeof memory * 2);
    policy = (struct hurd_policy){.ops = ops, .frames = frames, .memory = calloc(1, 16384),
                                  .word = {parameter}};
    faults = 0;
}

static void finish(void)
{
    free(policy.memory);
}

static void out(struct hurd_page *page)
{
    assert_non_null(page);
    assert_ptr_equal(page->policy, &policy);
    policy.ops->forget(&policy, page);
    page->policy = NULL;
    policy.pages--;
}

static void use(unsigned number)
{
    struct hurd_page *page = &pages[number];
    if (!page->policy) {
        faults++;
        if (policy.pages == policy.frames)
            out(policy.ops->victim(&policy));
        *page = (struct hurd_page){.number = number, .store = pages, .policy = &policy};
        policy.pages++;
        policy.ops->fault(&policy, page);
    }
    used[number] = true;
}

static unsigned replay(const struct hurd_policy_ops *ops, uint32_t frames, const char *trace)
{
    start(ops, frames, 0);
    for (; *trace; trace++)
        use((unsigned char)*trace);
    finish();
    return faults;
}

/* ---- traces of textbooks ---- */

static void fifo_shows_beladys_anomaly(void **state)
{
    (void)state;
    assert_int_equal(replay(&hurd_policy_fifo, 3, "123412512345"), 9);
    assert_int_equal(replay(&hurd_policy_fifo, 4, "123412512345"), 10);
    assert_int_equal(replay(&hurd_policy_fifo, 3, "70120304230321201701"), 15);
}

/* By hand, 3 frames, hand at the oldest: 1 2 3 | 4 takes 1 (all used: one turn) | 2 hits | 5 finds
 * 2 used, takes 3 | 2 hits | 6 finds 4 used, ... */
static void clock_gives_a_second_chance(void **state)
{
    (void)state;
    assert_int_equal(replay(&hurd_policy_clock, 3, "123424"), 4);
    start(&hurd_policy_clock, 3, 0);
    for (const char *t = "12342"; *t; t++)
        use((unsigned char)*t);
    use('5');                           /* 2 was used since the turn, 3 was not */
    assert_ptr_equal(pages['2'].policy, &policy);
    assert_null(pages['3'].policy);
    assert_int_equal(faults, 5);
    finish();
}

static void mru_keeps_all_but_one_of_a_loop(void **state)
{
    (void)state;
    start(&hurd_policy_mru, 10, 0);
    for (unsigned i = 0; i < 12 * 10; i++)
        use(i % 12);
    assert_true(faults >= 12 && faults < 60);   /* a clock: all 120 */
    finish();
}

static void a_loop_beyond_the_frames_misses_always_under_clock_and_fifo(void **state)
{
    const struct hurd_policy_ops *const ops[] = {&hurd_policy_clock, &hurd_policy_fifo};
    (void)state;
    for (unsigned n = 0; n < 2; n++) {
        start(ops[n], 10, 0);
        for (unsigned i = 0; i < 11 * 10; i++)
            use(i % 11);
        assert_int_equal(faults, 110);
        finish();
    }
}

/* A page that is used twice soon stays through a scan that would flush a clock. */
static void twoq_is_not_flushed_by_a_scan(void **state)
{
    (void)state;
    start(&hurd_policy_2q, 8, 0);
    use(0);
    for (unsigned i = 1; i <= 8; i++)
        use(i);                         /* 0 goes, and is remembered */
    assert_null(pages[0].policy);
    use(0);                             /* it comes again: into the main list */
    unsigned before = faults;
    for (unsigned i = 100; i < 200; i++)
        use(i);
    use(0);
    assert_int_equal(faults, before + 100);
    finish();
}

/* ---- against plainer simulations: arrays, no lists ---- */

static unsigned core[FRAMES_MOST], core_count, plain_faults;
static bool bit[MOST];

static int core_find(unsigned number)
{
    for (unsigned i = 0; i < core_count; i++)
        if (core[i] == number)
            return (int)i;
    return -1;
}

static void core_drop(unsigned at)
{
    memmove(&core[at], &core[at + 1], (core_count - at - 1) * sizeof core[0]);
    core_count--;
}

/* core[] is in order of arrival (CLOCK: from the hand on). */
static void plain_use(const struct hurd_policy_ops *ops, unsigned frames, unsigned number)
{
    if (core_find(number) < 0) {
        plain_faults++;
        if (core_count == frames) {
            unsigned turns = core_count;
            unsigned at = ops == &hurd_policy_mru && frames > 1 ? frames - 2 : 0;
            while (ops == &hurd_policy_clock && turns-- > 0 && bit[core[0]]) {
                unsigned first = core[0];
                bit[first] = false;
                core_drop(0);
                core[core_count++] = first;
            }
            core_drop(at);
        }
        core[core_count++] = number;
    }
    bit[number] = true;
}

static void policies_count_as_plain_simulations_do(void **state)
{
    const struct hurd_policy_ops *const ops[] = {&hurd_policy_clock, &hurd_policy_fifo,
                                                 &hurd_policy_mru};
    (void)state;
    srand(12345);
    for (unsigned round = 0; round < 300; round++) {
        const struct hurd_policy_ops *o = ops[round % 3];
        unsigned frames = 1 + (unsigned)rand() % 40, span = 1 + (unsigned)rand() % 80;
        start(o, frames, 0);
        core_count = plain_faults = 0;
        memset(bit, 0, sizeof bit);
        for (unsigned i = 0; i < 500; i++) {
            unsigned number = rand() % 2 ? i % span : (unsigned)rand() % span;
            use(number);
            plain_use(o, frames, number);
            assert_int_equal(faults, plain_faults);
        }
        for (unsigned i = 0; i < span; i++)
            assert_int_equal(pages[i].policy != NULL, core_find(i) >= 0);
        finish();
    }
}

/* 2Q with queues in arrays and every departure remembered in order. */
static struct {
    unsigned in[FRAMES_MOST], main[FRAMES_MOST], ghost[FRAMES_MOST * 2], n_in, n_main, n_ghost;
    bool bit[MOST];
    unsigned faults;
} q;

static int q_find(const unsigned *list, unsigned n, unsigned number)
{
    for (unsigned i = 0; i < n; i++)
        if (list[i] == number)
            return (int)i;
    return -1;
}

static void q_drop(unsigned *list, unsigned *n, unsigned at)
{
    memmove(&list[at], &list[at + 1], (*n - at - 1) * sizeof list[0]);
    --*n;
}

static void q_victim(unsigned frames)
{
    unsigned quarter = frames / 4 ? frames / 4 : 1, remembered = frames / 2;
    if (q.n_in > quarter || q.n_main == 0) {
        int old = q_find(q.ghost, q.n_ghost, q.in[0]);
        if (old >= 0)
            q_drop(q.ghost, &q.n_ghost, (unsigned)old);
        q.ghost[q.n_ghost++] = q.in[0];
        if (q.n_ghost > remembered)
            q_drop(q.ghost, &q.n_ghost, 0);
        q_drop(q.in, &q.n_in, 0);
        return;
    }
    for (unsigned turns = q.n_main; turns > 0 && q.bit[q.main[0]]; turns--) {
        unsigned first = q.main[0];
        q.bit[first] = false;
        q_drop(q.main, &q.n_main, 0);
        q.main[q.n_main++] = first;
    }
    q_drop(q.main, &q.n_main, 0);
}

static void q_use(unsigned frames, unsigned number)
{
    if (q_find(q.in, q.n_in, number) < 0 && q_find(q.main, q.n_main, number) < 0) {
        q.faults++;
        if (q.n_in + q.n_main == frames)
            q_victim(frames);
        if (q_find(q.ghost, q.n_ghost, number) >= 0)
            q.main[q.n_main++] = number;
        else
            q.in[q.n_in++] = number;
    }
    q.bit[number] = true;
}

static void twoq_counts_as_a_plain_simulation_does(void **state)
{
    (void)state;
    srand(999);
    for (unsigned round = 0; round < 200; round++) {
        unsigned frames = 2 + (unsigned)rand() % 40, span = 1 + (unsigned)rand() % 120;
        unsigned left = 0;
        memset(&q, 0, sizeof q);
        start(&hurd_policy_2q, frames, 0);
        for (unsigned i = 0; i < 1000; i++) {
            unsigned number = rand() % 3 ? (unsigned)rand() % (1 + span / 4) : i % span;
            use(number);
            q_use(frames, number);
            /* A page that left twice is remembered from the second time on in both; the order of
             * departures that came between may differ, so may a page at the very edge. */
            left += faults != q.faults;
            faults = q.faults = 0;
        }
        assert_int_equal(left, 0);
        finish();
    }
}

static void random_stays_within_its_pages_and_follows_its_seed(void **state)
{
    unsigned first[2];
    (void)state;
    for (unsigned n = 0; n < 2; n++) {
        start(&hurd_policy_random, 10, 77);
        for (unsigned i = 0; i < 20 * 20; i++)
            use(i % 20);
        first[n] = faults;
        finish();
    }
    assert_int_equal(first[0], first[1]);
    assert_in_range(first[0], 200, 350);        /* about 2 in 3 would be 270 */
}

/* Pages side by side, and pages with many others in front of them: more than half of all, then few
 * of all. */
static void random_takes_each_page_equally_often(void **state)
{
    enum { DRAWS = 20000, PAGES = 160 };
    (void)state;
    for (unsigned n = PAGES; n >= 4; n = n > 4 ? 4 : 0) {
        unsigned taken[MOST] = {0};
        start(&hurd_policy_random, PAGES, 4711);
        for (unsigned i = 0; i < n; i++)
            use(i < n / 2 ? i : i * (MOST / n) + MOST / n - 1);
        for (unsigned i = 0; i < DRAWS; i++)
            taken[policy.ops->victim(&policy) - pages]++;
        for (unsigned i = 0; i < MOST; i++)
            if (pages[i].policy)
                assert_in_range(taken[i], DRAWS / n * 6 / 10, DRAWS / n * 14 / 10);
            else
                assert_int_equal(taken[i], 0);
        finish();
    }
}

static void hints_make_pages_go_first_or_last(void **state)
{
    (void)state;
    start(&hurd_policy_fifo, 3, 0);
    use(1), use(2), use(3);
    policy.ops->hint(&policy, &pages[3], HURD_VM_COLD);
    policy.ops->hint(&policy, &pages[1], HURD_VM_WILL_NEED);
    assert_ptr_equal(policy.ops->victim(&policy), &pages[3]);
    use(4);
    assert_null(pages[3].policy);
    use(5);
    assert_null(pages[2].policy);
    assert_non_null(pages[1].policy);
    finish();
    start(&hurd_policy_2q, 3, 0);
    use(1), use(2), use(3);
    policy.ops->hint(&policy, &pages[1], HURD_VM_WILL_NEED);
    policy.ops->hint(&policy, &pages[3], HURD_VM_COLD);
    assert_ptr_equal(policy.ops->victim(&policy), &pages[3]);
    finish();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fifo_shows_beladys_anomaly),
        cmocka_unit_test(clock_gives_a_second_chance),
        cmocka_unit_test(mru_keeps_all_but_one_of_a_loop),
        cmocka_unit_test(a_loop_beyond_the_frames_misses_always_under_clock_and_fifo),
        cmocka_unit_test(twoq_is_not_flushed_by_a_scan),
        cmocka_unit_test(policies_count_as_plain_simulations_do),
        cmocka_unit_test(twoq_counts_as_a_plain_simulation_does),
        cmocka_unit_test(random_stays_within_its_pages_and_follows_its_seed),
        cmocka_unit_test(random_takes_each_page_equally_often),
        cmocka_unit_test(hints_make_pages_go_first_or_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
