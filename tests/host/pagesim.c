/* SPDX-License-Identifier: MIT */
/* links: tools/pagesim/sim.c tools/pagesim/trace.c tools/pagesim/orders.c tools/pagesim/opt.c tools/pagesim/adaptive.c tools/pagesim/rules.c */
/* The simulator of page replacement against second, plainer ones: arrays for lists, times of use
 * for orders, a ring with a hand for CLOCK, and for OPT all choices that there are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/pagesim/sim.h"

enum { PAGES = 64, MOST = 4000 };

static struct reference references[MOST];
static uint32_t places[PAGES], numbers[PAGES];
static unsigned char classes[PAGES];
static struct trace trace = {
    .references = references, .number = numbers, .class = classes, .place = places, .at = places,
};

static struct counts simulated(const struct policy *policy, uint32_t frames, uint32_t parameter)
{
    struct sim s = {.parameter = {parameter}};
    sim_run(&s, &trace, policy, frames);
    return s.counts;
}

static uint32_t below(uint32_t limit)
{
    static uint64_t state = 88172645463325252u;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % limit;
}

/* Loops and jumps, some of them writes. */
static void random_trace(uint32_t pages, uint32_t count)
{
    trace.pages = trace.places = pages;
    trace.count = count;
    for (uint32_t i = 0; i < pages; i++)
        places[i] = i;
    for (uint32_t i = 0; i < count; i++)
        references[i] = (struct reference){below(2) ? i % pages : below(pages), below(4) == 0, 0};
}

static void trace_of(const char *text)
{
    trace.pages = trace.places = 10;
    trace.count = (uint32_t)strlen(text);
    for (uint32_t i = 0; i < 10; i++)
        places[i] = i;
    for (uint32_t i = 0; i < trace.count; i++)
        references[i] = (struct reference){(uint32_t)(text[i] - '0'), 0, 0};
}

/* ---- textbooks ---- */

static void the_textbooks_counts_come_out(void **state)
{
    (void)state;
    trace_of("70120304230321201701");
    assert_int_equal(simulated(&fifo_policy, 3, 0).faults, 15);
    assert_int_equal(simulated(&lru_policy, 3, 0).faults, 12);
    assert_int_equal(simulated(&opt_policy, 3, 0).faults, 9);
    trace_of("123412512345");
    assert_int_equal(simulated(&fifo_policy, 3, 0).faults, 9);
    assert_int_equal(simulated(&fifo_policy, 4, 0).faults, 10);
}

/* ---- OPT: every choice ---- */

static uint32_t best(uint32_t from, uint32_t core, uint32_t frames)
{
    uint32_t i = from, least = NONE;
    while (i < trace.count && core >> references[i].page & 1)
        i++;
    if (i == trace.count)
        return 0;
    uint32_t with = core | 1u << references[i].page;
    if ((uint32_t)__builtin_popcount(core) < frames)
        return 1 + best(i + 1, with, frames);
    for (uint32_t page = 0; page < trace.pages; page++)
        if (core >> page & 1) {
            uint32_t faults = 1 + best(i + 1, with & ~(1u << page), frames);
            least = faults < least ? faults : least;
        }
    return least;
}

static void opt_is_the_best_of_all_choices(void **state)
{
    (void)state;
    for (int round = 0; round < 300; round++) {
        random_trace(3 + below(4), 14);
        uint32_t frames = 1 + below(4);
        assert_int_equal(simulated(&opt_policy, frames, 0).faults, best(0, 0, frames));
    }
}

/* ---- one frame of the plain simulations ---- */

struct frame { uint32_t page, came, used; bool bit, dirty; };

static struct frame frame[PAGES];
static uint32_t filled, hand;

static struct frame *frame_of(uint32_t page)
{
    for (uint32_t i = 0; i < filled; i++)
        if (frame[i].page == page)
            return &frame[i];
    return NULL;
}

static struct frame *extreme(size_t field, bool largest, uint32_t spared)
{
    struct frame *found = NULL;
    for (uint32_t i = 0; i < filled; i++) {
        uint32_t value = *(uint32_t *)((char *)&frame[i] + field), newer = 0;
        for (uint32_t j = 0; j < filled; j++)
            newer += *(uint32_t *)((char *)&frame[j] + field) > value;
        if (largest ? newer == spared : newer == filled - 1)
            found = &frame[i];
    }
    return found;
}

/* The hand goes round the frames, and a new page is put where it took one out. */
static struct frame *by_hand(void)
{
    while (frame[hand].bit) {
        frame[hand].bit = false;
        hand = (hand + 1) % filled;
    }
    struct frame *f = &frame[hand];
    hand = (hand + 1) % filled;
    return f;
}

static struct frame *plain_victim(const struct policy *policy, uint32_t frames, uint32_t window)
{
    if (policy == &lru_policy)
        return extreme(offsetof(struct frame, used), false, 0);
    if (policy == &fifo_policy)
        return extreme(offsetof(struct frame, came), false, 0);
    if (policy == &mru_policy)
        return extreme(offsetof(struct frame, used), true, window < frames ? window : frames - 1);
    return by_hand();
}

static struct counts plain(const struct policy *policy, uint32_t frames, uint32_t window)
{
    struct counts c = {0};
    filled = hand = 0;
    for (uint32_t i = 0; i < trace.count; i++) {
        struct frame *f = frame_of(references[i].page);
        if (!f) {
            c.faults++;
            if (filled < frames) {
                f = &frame[filled++];
            } else {
                f = plain_victim(policy, frames, window);
                c.written += f->dirty;
                c.evicted++;
            }
            *f = (struct frame){.page = references[i].page, .came = i};
        }
        f->used = i;
        f->bit = true;
        f->dirty = f->dirty || references[i].write;
    }
    return c;
}

static void orders_count_as_plain_simulations_do(void **state)
{
    const struct policy *const policies[] = {&lru_policy, &fifo_policy, &mru_policy, &clock_policy};
    (void)state;
    for (int round = 0; round < 400; round++) {
        const struct policy *policy = policies[round % 4];
        uint32_t frames = 1 + below(20), window = 1 + below(5);
        random_trace(2 + below(30), 600);
        struct counts is = simulated(policy, frames, window), want = plain(policy, frames, window);
        assert_int_equal(is.faults, want.faults);
        assert_int_equal(is.evicted, want.evicted);
        assert_int_equal(is.written, want.written);
        assert_int_equal(is.fetched, is.faults);
    }
}

/* ---- ARC as its paper has it (figure 4), with arrays ---- */

enum { T1, T2, B1, B2 };
static uint32_t queue[4][2 * PAGES], length[4];

static int find(int q, uint32_t page)
{
    for (uint32_t i = 0; i < length[q]; i++)
        if (queue[q][i] == page)
            return (int)i;
    return -1;
}

static uint32_t take(int q, int at)
{
    uint32_t page = queue[q][at];
    length[q]--;
    memmove(&queue[q][at], &queue[q][at + 1], (length[q] - (uint32_t)at) * sizeof page);
    return page;
}

static void put(int q, uint32_t page)
{
    queue[q][length[q]++] = page;
}

static void replace(uint32_t page, uint32_t p)
{
    bool first = length[T1] && ((find(B2, page) >= 0 && length[T1] == p) || length[T1] > p);
    put(first ? B1 : B2, take(first ? T1 : T2, 0));
}

static uint32_t ratio(uint32_t a, uint32_t b)
{
    return b >= a ? 1 : a / b;
}

static void arc_miss(uint32_t page, uint32_t c, uint32_t *p)
{
    int b1 = find(B1, page), b2 = find(B2, page);
    if (b1 >= 0) {
        *p += ratio(length[B2], length[B1]);
        *p = *p > c ? c : *p;
    } else if (b2 >= 0) {
        uint32_t step = ratio(length[B1], length[B2]);
        *p = *p > step ? *p - step : 0;
    }
    if (b1 >= 0 || b2 >= 0) {
        replace(page, *p);
        take(b1 >= 0 ? B1 : B2, find(b1 >= 0 ? B1 : B2, page));
        put(T2, page);
        return;
    }
    if (length[T1] + length[B1] == c) {
        take(length[T1] < c ? B1 : T1, 0);
        if (length[T1] + length[T2] == c)
            replace(page, *p);
    } else if (length[T1] + length[T2] + length[B1] + length[B2] >= c) {
        if (length[T1] + length[T2] + length[B1] + length[B2] == 2 * c)
            take(B2, 0);
        replace(page, *p);
    }
    put(T1, page);
}

static uint32_t plain_arc(uint32_t c)
{
    uint32_t p = 0, faults = 0;
    memset(length, 0, sizeof length);
    for (uint32_t i = 0; i < trace.count; i++) {
        uint32_t page = references[i].page;
        int t1 = find(T1, page), t2 = find(T2, page);
        if (t1 >= 0 || t2 >= 0) {
            put(T2, take(t1 >= 0 ? T1 : T2, t1 >= 0 ? t1 : t2));
            continue;
        }
        faults++;
        arc_miss(page, c, &p);
    }
    return faults;
}

static void arc_counts_as_its_paper_says(void **state)
{
    (void)state;
    for (int round = 0; round < 200; round++) {
        uint32_t frames = 2 + below(20);
        random_trace(2 + below(40), 800);
        assert_int_equal(simulated(&arc_policy, frames, 0).faults, plain_arc(frames));
    }
}

/* ---- the rest ---- */

static void no_policy_is_better_than_opt_or_worse_than_one_fault_a_reference(void **state)
{
    const struct policy *const policies[] = {&lru_policy, &fifo_policy, &mru_policy, &clock_policy,
                                             &random_policy, &twoq_policy, &arc_policy,
                                             &rule_policy};
    (void)state;
    for (int round = 0; round < 400; round++) {
        uint32_t frames = 1 + below(20);
        random_trace(2 + below(40), 500);
        uint32_t least = simulated(&opt_policy, frames, 0).faults;
        uint32_t faults = simulated(policies[round % 8], frames, 1).faults;
        assert_in_range(faults, least, trace.count);
    }
}

/* One frame is spared, one is for those that come and go: 38 pages stay, 6 are missed each time. */
static void a_rule_keeps_the_front_of_a_loop(void **state)
{
    (void)state;
    trace.pages = trace.places = 44;
    trace.count = 44 * 20;
    memset(classes, 1, sizeof classes);
    for (uint32_t i = 0; i < trace.count; i++)
        references[i] = (struct reference){i % 44, 0, 0};
    assert_int_equal(simulated(&rule_policy, 40, 1 << 1).faults, 44 + 19 * 6);
    memset(classes, 0, sizeof classes);
    assert_int_equal(simulated(&rule_policy, 40, 1 << 1).faults, 44 * 20);
}

static void reading_ahead_takes_neighbours_and_forgets_the_useless_first(void **state)
{
    struct sim s = {.ahead = 7}, none = {.ahead = 7};
    (void)state;
    trace.pages = trace.places = 64;
    for (uint32_t i = 0; i < 64; i++)
        places[i] = i;
    trace.count = 64;
    for (uint32_t i = 0; i < trace.count; i++)
        references[i] = (struct reference){i, 0, 0};
    sim_run(&s, &trace, &lru_policy, 20);
    assert_int_equal(s.counts.faults, 8);
    assert_int_equal(s.counts.fetched, 64);
    assert_int_equal(s.counts.microseconds, 8000 + 64 * 100);
    trace.count = 48;                   /* four pages, far apart, for ever: the others go first */
    for (uint32_t i = 0; i < trace.count; i++)
        references[i] = (struct reference){i % 4 * 16, 0, 0};
    sim_run(&none, &trace, &lru_policy, 20);
    assert_int_equal(none.counts.faults, 4);
}

static void an_unmapped_page_is_a_new_one_and_is_not_written(void **state)
{
    const struct reference in[] = {{1, 1, 0}, {1, 0, 1}, {1, 0, 0}, {2, 0, 0}};
    struct sim with = {.unmap = true}, without = {0};
    (void)state;
    trace.pages = trace.places = 3;
    trace.count = 4;
    memcpy(references, in, sizeof in);
    sim_run(&with, &trace, &lru_policy, 1);
    sim_run(&without, &trace, &lru_policy, 1);
    assert_int_equal(with.counts.faults, 3);
    assert_int_equal(with.counts.written, 0);
    assert_int_equal(without.counts.faults, 2);
    assert_int_equal(without.counts.written, 1);
}

/* Cleaning one page takes its changed neighbours along, and is a use of them. */
static void a_pager_cleans_neighbours_together(void **state)
{
    const struct reference in[] = {{0, 1, 0}, {1, 1, 0}, {2, 1, 0}, {5, 0, 0}, {6, 0, 0}};
    struct sim pager = {.pager = true}, plain_one = {0};
    (void)state;
    trace.pages = trace.places = 7;
    for (uint32_t i = 0; i < 7; i++)
        places[i] = i;
    trace.count = 5;
    memcpy(references, in, sizeof in);
    sim_run(&pager, &trace, &fifo_policy, 3);
    sim_run(&plain_one, &trace, &fifo_policy, 3);
    assert_int_equal(pager.counts.written, 3);
    assert_int_equal(plain_one.counts.written, 2);
    assert_int_equal(pager.counts.microseconds, 8300 + 8300 + 8000 + 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_textbooks_counts_come_out),
        cmocka_unit_test(opt_is_the_best_of_all_choices),
        cmocka_unit_test(orders_count_as_plain_simulations_do),
        cmocka_unit_test(arc_counts_as_its_paper_says),
        cmocka_unit_test(no_policy_is_better_than_opt_or_worse_than_one_fault_a_reference),
        cmocka_unit_test(a_rule_keeps_the_front_of_a_loop),
        cmocka_unit_test(reading_ahead_takes_neighbours_and_forgets_the_useless_first),
        cmocka_unit_test(an_unmapped_page_is_a_new_one_and_is_not_written),
        cmocka_unit_test(a_pager_cleans_neighbours_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
