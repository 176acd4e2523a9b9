/* SPDX-License-Identifier: MIT */
/* links: lib/hurd-mm/anonymous.c lib/hurd-mm/region.c lib/hurd-mm/map.c lib/hurd-mm/frame.c lib/hurd-mm/range.c lib/hurd-mm/slab.c lib/hurd-mm/page.c lib/hurd-mm/pageout.c lib/hurd-mm/swapin.c lib/hurd-mm/room.c lib/hurd-mm/evict.c lib/hurd-mm/policy.c lib/hurd-mm/paged.c lib/hurd-mm/ahead.c lib/hurd-mm/pagein.c lib/hurd-mm/fault.c lib/hurd-mm/hint.c lib/hurd-mm/move.c lib/hurd-mm/store.c lib/hurd-mm/shown.c */
/* flags: -include tests/host/mm_l4.h */
/* words: 32 */
/* Anonymous memory that goes out and comes in: the pager's code against a physmem of this file.
 * Every page holds a word; what a thread reads must be what was written last, whatever was paged
 * out, moved, unmapped or refused in between, and the frames must balance. */
#include "mm_world.h"

static void three_times_the_memory_keeps_every_word(void **state)
{
    enum { FRAMES = 200, N = 3 * FRAMES };
    (void)state;
    start(FRAMES, 10 * FRAMES);
    uintptr_t a = region(N * P);
    for (unsigned i = 0; i < N; i++)
        assert_true(write_word(a + i * P, i + 1));
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < N; i++) {
            assert_int_equal(read_word(a + i * P), i + 1 + round);
            assert_true(write_word(a + i * P, i + 2 + round));
        }
    assert_true(mm.counters.swapped_out > 2 * N && mm.counters.swapped_in > 2 * N);
    finish(a, N * P);
}

static void without_a_shortage_nothing_is_watched(void **state)
{
    (void)state;
    start(200, 1000);
    uintptr_t a = region(100 * P);
    for (unsigned i = 0; i < 100; i++)
        assert_true(write_word(a + i * P, i));
    assert_false(mm.room.active);
    assert_int_equal(mm.counters.swapped_out, 0);
    finish(a, 100 * P);
}

static void without_swap_the_page_that_is_too_much_is_refused(void **state)
{
    (void)state;
    start(100, 0);
    uintptr_t a = region(200 * P);
    unsigned i = 0;
    while (i < 200 && write_word(a + i * P, i))
        i++;
    assert_true(i > 90 && i <= 100);
    assert_int_equal(violation, ENOMEM + 1);
    for (unsigned k = 0; k < i; k++)
        assert_int_equal(read_word(a + k * P), k);
}

static void frames_of_tasks_above_are_asked_for_when_none_is_left(void **state)
{
    (void)state;
    start(100, 0);
    above = 50;
    uintptr_t a = region(200 * P);
    unsigned i = 0;
    while (i < 200 && write_word(a + i * P, i))
        i++;
    assert_true(i > 140 && i <= 150);
    assert_int_equal(violation, ENOMEM + 1);
    assert_int_equal(above, 0);
    for (unsigned k = 0; k < i; k++)
        assert_int_equal(read_word(a + k * P), k);
    finish(a, 200 * P);
}

/* The pager passes the fault on, because it does not know that another thread has spent the frames. */
static void a_first_touch_that_finds_no_frame_is_an_error_and_leaves_nothing(void **state)
{
    (void)state;
    start(100, 0);
    uintptr_t a = region(20 * P);
    assert_true(write_word(a, 1));
    uint32_t others = guarantee - charged;
    unsigned before = passes_failed;
    charged = guarantee;
    assert_false(write_word(a + P, 2));
    assert_int_equal(violation, ENOMEM + 1);
    assert_int_equal(passes_failed, before + 1);
    charged -= others;
    assert_true(write_word(a + P, 2));
    assert_int_equal(read_word(a), 1);
    assert_int_equal(read_word(a + P), 2);
    room_refresh();
    finish(a, 20 * P);
}

static void a_full_quota_refuses_a_page_and_loses_none(void **state)
{
    (void)state;
    start(100, 50);
    uintptr_t a = region(300 * P);
    unsigned i = 0;
    while (i < 300 && write_word(a + i * P, i))
        i++;
    assert_true(i >= 130 && i <= 150);
    assert_int_equal(violation, ENOMEM + 1);
    assert_int_equal(AGAIN(region_destroy(a, 100 * P)), 0);
    for (unsigned k = 100; k < i; k++)
        assert_int_equal(read_word(a + k * P), k);
    assert_true(write_word(a + 250 * P, 9));        /* there is room again */
}

static void a_page_that_the_disk_cannot_read_is_an_error_of_that_page_alone(void **state)
{
    (void)state;
    start(100, 1000);
    uintptr_t a = region(300 * P);
    for (unsigned i = 0; i < 300; i++)
        assert_true(write_word(a + i * P, i));
    assert_int_equal(at(a)->state, OUT);
    in_error = EIO;
    assert_false(touch(a, HURD_VM_READ));
    assert_int_equal(violation, EIO + 1);
    in_error = 0;
    for (unsigned i = 0; i < 300; i++)
        assert_int_equal(read_word(a + i * P), i);
    finish(a, 300 * P);
}

static void a_pinned_page_stays_and_others_go(void **state)
{
    (void)state;
    start(100, 1000);
    uintptr_t a = region(300 * P);
    for (unsigned i = 0; i < 20; i++) {
        assert_true(write_word(a + i * P, i));
        at(a + i * P)->pinned = i % 3 == 0;
    }
    for (unsigned i = 20; i < 300; i++)
        assert_true(write_word(a + i * P, i));
    for (unsigned i = 0; i < 300; i++) {
        assert_true(i >= 20 || i % 3 || at(a + i * P)->state == CORE);
        assert_int_equal(read_word(a + i * P), i);
    }
    for (unsigned i = 0; i < 20; i++)
        at(a + i * P)->pinned = 0;
    finish(a, 300 * P);
}

static void locked_pages_are_in_core_and_stay(void **state)
{
    (void)state;
    start(100, 1000);
    uintptr_t a = region(300 * P);
    for (unsigned i = 0; i < 300; i++)
        assert_true(write_word(a + i * P, i));
    assert_int_equal(at(a + 5 * P)->state, OUT);
    assert_int_equal(AGAIN(hint_lock(a, 30 * P, true)), 0);
    for (unsigned round = 0; round < 2; round++)
        for (unsigned i = 30; i < 300; i++)
            assert_int_equal(read_word(a + i * P), i);
    for (unsigned i = 0; i < 30; i++)
        assert_int_equal(at(a + i * P)->state, CORE);
    assert_int_equal(AGAIN(hint_lock(a + 50 * P, 200 * P, true)), EAGAIN);
    assert_int_equal(AGAIN(hint_lock(a, 30 * P, false)), 0);
    for (unsigned i = 30; i < 300; i++)
        assert_int_equal(read_word(a + i * P), i);
    assert_int_equal(at(a + 5 * P)->state, OUT);
    finish(a, 300 * P);
}

static void what_is_in_core_is_told_from_what_is_out(void **state)
{
    L4_Word_t bits[HURD_VM_RESIDENT_PAGES / 32];
    (void)state;
    start(100, 1000);
    uintptr_t a = region(300 * P);
    for (unsigned i = 0; i < 250; i++)
        assert_true(write_word(a + i * P, i));
    while (work_any())
        ;
    assert_int_equal(hint_resident(a, 300 * P, bits), 0);
    for (unsigned i = 0; i < 300; i++)
        assert_int_equal(bits[i / 32] >> i % 32 & 1, at(a + i * P)->state == CORE);
    L4_Word_t words[HURD_MM_MAPS_WORDS];
    assert_int_equal(region_list(a, words, HURD_MM_MAPS_WORDS), HURD_MM_MAPS_WORDS);
    assert_int_equal(words[2] >> HURD_MM_MAPS_OUT_SHIFT, on_disk);
    finish(a, 300 * P);
}

/* A policy of a region with 40 frames: never more, and MRU keeps a loop. */
static void a_region_with_frames_of_its_own_keeps_to_them(void **state)
{
    unsigned mru, in = 0;
    (void)state;
    start(200, 1000);
    uintptr_t a = region(60 * P);
    assert_int_equal(policy_create(&hurd_policy_mru, 40, 0, &mru), 0);
    assert_int_equal(policy_bind(a, 60 * P, mru, false), 0);
    for (unsigned round = 0; round < 10; round++)
        for (unsigned i = 0; i < 60; i++) {
            assert_true(write_word(a + i * P, i + round));
            unsigned core = 0;
            for (unsigned k = 0; k < 60; k++)
                core += at(a + k * P)->state == CORE;
            assert_true(core <= 40);
            if (round == 0 && i == 59)
                in = mm.counters.swapped_in;
        }
    assert_true(mm.counters.swapped_in - in < 9 * 30);  /* a clock: 9 * 60 */
    AGAIN(region_destroy(a, 60 * P));
    while (work_any())
        ;
    assert_int_equal(policy_destroy(mru), 0);
    assert_int_equal(on_disk, 0);
}

/* The pages on their way out stay counted, whatever chooses the next ones. */
static void a_policy_that_is_replaced_while_pages_leave_counts_them(void **state)
{
    unsigned own;
    (void)state;
    start(200, 1000);
    uintptr_t a = region(60 * P);
    assert_int_equal(policy_create(&hurd_policy_fifo, 40, 0, &own), 0);
    assert_int_equal(policy_bind(a, 60 * P, own, false), 0);
    for (unsigned i = 0; i < 40; i++)
        assert_true(write_word(a + i * P, i));
    fault(0, a + 40 * P, HURD_VM_WRITE);
    const struct hurd_policy *policy = policy_of(own);
    uint32_t leaving = policy->leaving;
    assert_true(waits[0] && leaving > 0);
    assert_int_equal(policy_replace(own, &hurd_policy_mru, 0), 0);
    assert_int_equal(policy->leaving, leaving);
    while (work_any())
        ;
    assert_int_equal(policy->leaving, 0);
    assert_false(waits[0]);
    AGAIN(region_destroy(a, 60 * P));
    while (work_any())
        ;
    assert_int_equal(policy_destroy(own), 0);
}

/* What is not changed after it came goes without being mapped for writing. */
static void a_page_that_is_only_read_is_not_mapped_for_writing(void **state)
{
    (void)state;
    start(100, 1000);
    uintptr_t a = region(300 * P);
    for (unsigned i = 0; i < 300; i++)
        assert_true(write_word(a + i * P, i));
    assert_int_equal(read_word(a), 0);
    assert_int_equal(at(a)->rights, HURD_VM_READ);
    assert_true(write_word(a, 7));
    assert_int_equal(at(a)->rights, RW);
    finish(a, 300 * P);
}

/* Pages that come together: few where nobody wants the neighbours, many where all are wanted. */
/* Pages at random places come alone, pages in order come together: after one, the other is learned
 * anew, wherever the turn comes.  (A try that is made at every 32nd page would always begin at the
 * same place of an aligned group; if that was its end, it brought nothing.) */
static void learns(unsigned seed)
{
    enum { N = 600 };
    srand(seed);                        /* which of two workers is first */
    start(200, 2000);
    uintptr_t a = region(N * P);
    for (unsigned i = 0; i < N; i++)
        assert_true(write_word(a + i * P, i));
    uint32_t in = mm.counters.swapped_in, wanted = mm.counters.pageins;
    for (unsigned i = 0; i < 2000; i++)
        assert_int_equal(read_word(a + i * 1009 % N * P), i * 1009 % N);
    in = mm.counters.swapped_in - in, wanted = mm.counters.pageins - wanted;
    assert_true(wanted > 1000 && in < wanted * 3 / 2);
    for (unsigned i = 0; i < N; i++)
        assert_int_equal(read_word(a + i * P), i);
    in = mm.counters.swapped_in, wanted = mm.counters.pageins;
    for (unsigned i = 0; i < 3 * N; i++)
        assert_int_equal(read_word(a + i % N * P), i % N);
    in = mm.counters.swapped_in - in, wanted = mm.counters.pageins - wanted;
    assert_true(in > 2 * N && wanted * 6 < in);
    finish(a, N * P);
}

static void a_region_learns_how_many_pages_come_together(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 20; seed++)
        learns(seed);
}

/* ---- anything at all, in any order ---- */

enum { SPAN = 400 };
static uint32_t shadow[2][SPAN];
static bool there[2][SPAN];
static uintptr_t base[2];

static void random_touch(unsigned r)
{
    unsigned i = (unsigned)rand() % SPAN;
    uintptr_t a = base[r] + i * P;
    if (!there[r][i]) {
        assert_false(touch(a, HURD_VM_READ));
        return;
    }
    if (rand() % 2) {
        assert_int_equal(read_word(a), shadow[r][i]);
    } else {
        shadow[r][i] = (uint32_t)rand();
        assert_true(write_word(a, shadow[r][i]));
    }
}

static void random_range(unsigned r)
{
    unsigned first = (unsigned)rand() % SPAN, n = 1 + (unsigned)rand() % (SPAN - first);
    if (n > 40)
        n = 40;
    uintptr_t a = base[r] + first * P;
    switch (rand() % 9) {
    case 0: {
        struct region_request q = {.address = a, .size = n * P, .rights = RW,
                                   .flags = HURD_VM_HERE | HURD_VM_REPLACE, .store = &mm.anonymous};
        assert_int_equal(AGAIN(region_create(&q)), 0);
        for (unsigned i = first; i < first + n; i++)
            there[r][i] = true, shadow[r][i] = 0;
        break;
    }
    case 1:
        assert_int_equal(AGAIN(region_destroy(a, n * P)), 0);
        for (unsigned i = first; i < first + n; i++)
            there[r][i] = false;
        break;
    case 2:
        if (AGAIN(hint_advise(a, n * P, HURD_VM_DONT_NEED)) == 0)
            for (unsigned i = first; i < first + n; i++)
                shadow[r][i] = 0;
        break;
    case 3: AGAIN(hint_advise(a, n * P, (unsigned)rand() % 4)); break;
    case 4: hint_advise(a, n * P, HURD_VM_COLD); break;
    case 5:
        if (n <= 8 && AGAIN(hint_lock(a, n * P, true)) == 0)
            assert_int_equal(AGAIN(hint_lock(a, n * P, false)), 0);
        break;
    case 6: policy_bind(a, n * P, rand() % 2, false); break;
    default: break;
    }
}

static void random_move(void)
{
    unsigned r = rand() % 2, first = (unsigned)rand() % (SPAN - 20), n = 1 + (unsigned)rand() % 20;
    unsigned to = (unsigned)rand() % (SPAN - 20);
    struct move_request m = {.address = base[r] + first * P, .size = n * P, .new_size = n * P,
                             .flags = HURD_VM_MAY_MOVE | HURD_VM_HERE, .to = base[!r] + to * P};
    if (AGAIN(move_region(&m)) != 0)
        return;
    for (unsigned i = 0; i < n; i++) {
        assert_true(there[r][first + i]);
        there[r][first + i] = false;
        there[!r][to + i] = true;
        shadow[!r][to + i] = shadow[r][first + i];
    }
}

static void whatever_a_program_does_no_word_is_lost(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 40; seed++) {
        unsigned own;
        srand(seed);
        start(60 + seed * 3, 1000);
        for (unsigned r = 0; r < 2; r++) {
            base[r] = region(SPAN * P);
            for (unsigned i = 0; i < SPAN; i++)
                there[r][i] = true, shadow[r][i] = 0;
        }
        assert_int_equal(policy_create(&hurd_policy_fifo, 10, 0, &own), 0);
        for (unsigned step = 0; step < 3000; step++) {
            unsigned what = (unsigned)rand() % 100;
            if (what < 90)
                random_touch(rand() % 2);
            else if (what < 98)
                random_range(rand() % 2);
            else
                random_move();
            if (rand() % 4 == 0)
                work_any();
        }
        for (unsigned r = 0; r < 2; r++)
            for (unsigned i = 0; i < SPAN; i++)
                if (there[r][i])
                    assert_int_equal(read_word(base[r] + i * P), shadow[r][i]);
        assert_int_equal(AGAIN(region_destroy(base[0], SPAN * P)), 0);
        finish(base[1], SPAN * P);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_times_the_memory_keeps_every_word),
        cmocka_unit_test(without_a_shortage_nothing_is_watched),
        cmocka_unit_test(without_swap_the_page_that_is_too_much_is_refused),
        cmocka_unit_test(frames_of_tasks_above_are_asked_for_when_none_is_left),
        cmocka_unit_test(a_full_quota_refuses_a_page_and_loses_none),
        cmocka_unit_test(a_page_that_the_disk_cannot_read_is_an_error_of_that_page_alone),
        cmocka_unit_test(a_pinned_page_stays_and_others_go),
        cmocka_unit_test(locked_pages_are_in_core_and_stay),
        cmocka_unit_test(what_is_in_core_is_told_from_what_is_out),
        cmocka_unit_test(a_region_with_frames_of_its_own_keeps_to_them),
        cmocka_unit_test(a_policy_that_is_replaced_while_pages_leave_counts_them),
        cmocka_unit_test(a_page_that_is_only_read_is_not_mapped_for_writing),
        cmocka_unit_test(a_region_learns_how_many_pages_come_together),
        cmocka_unit_test(whatever_a_program_does_no_word_is_lost),
        cmocka_unit_test(a_first_touch_that_finds_no_frame_is_an_error_and_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
