/* SPDX-License-Identifier: MIT */
/* links: lib/hurd-mm/range.c lib/hurd-mm/slab.c lib/hurd-mm/map.c lib/hurd-mm/frame.c */
/* words: 32 */
/* Regions and frames of libhurd-mm: cutting, joining, gaps; against arrays of pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/hurd-mm/frame.h"
#include "lib/hurd-mm/map.h"

enum { PAGES = 256, P = HURD_MM_PAGE, LOW = 4 };

static struct slab slab;
static struct address_space as;
static struct store store;
static int pages_given;

static void *give_page(struct slab *s)
{
    (void)s;
    pages_given++;
    void *page = aligned_alloc(4096, 4096);
    return page ? memset(page, 0, 4096) : NULL;
}

static void *pages[64];
static int page_count;

static void *give_tracked_page(struct slab *s)
{
    assert_true(page_count < 64);
    return pages[page_count++] = give_page(s);
}

static int reset(void **state)
{
    (void)state;
    page_count = pages_given = 0;
    slab = (struct slab){.size = sizeof(struct map) > sizeof(struct frame) ? sizeof(struct map)
                                                                           : sizeof(struct frame),
                         .new_page = give_tracked_page};
    as = (struct address_space){
        .low = LOW * P, .high = PAGES * P - 1, .search = 64 * P, .slab = &slab};
    store = (struct store){.rights = HURD_VM_RIGHTS};
    srand(1234);
    assert_true(slab_reserve(&slab, 8));
    return 0;
}

static int release(void **state)
{
    (void)state;
    while (page_count)
        free(pages[--page_count]);
    return 0;
}

/* ---- slab ---- */

static void slab_reserve_brings_in_a_page_only_when_it_must(void **state)
{
    (void)state;
    int before = pages_given;
    assert_true(slab_reserve(&slab, 8));
    assert_int_equal(pages_given, before);
    assert_true(slab_reserve(&slab, slab.count));
    assert_int_equal(pages_given, before + 1);
}

static void slab_records_are_zero_and_apart(void **state)
{
    (void)state;
    char *seen[200];
    slab_reserve(&slab, 200);
    for (int i = 0; i < 200; i++) {
        seen[i] = slab_take(&slab);
        assert_non_null(seen[i]);
        for (size_t k = 0; k < slab.size; k++)
            assert_int_equal(seen[i][k], 0);
        memset(seen[i], i, slab.size);
    }
    for (int i = 0; i < 200; i++)
        for (size_t k = 0; k < slab.size; k++)
            assert_int_equal((unsigned char)seen[i][k], (unsigned char)i);
    for (int i = 0; i < 200; i++)
        slab_give(&slab, seen[i]);
}

static void slab_without_pages_says_so(void **state)
{
    (void)state;
    struct slab empty = {.size = 64};
    _Alignas(4096) char page[4096] = {0};
    assert_false(slab_reserve(&empty, 1));
    assert_null(slab_take(&empty));
    slab_add_page(&empty, page, 256);
    assert_int_equal(empty.count, 4);
    assert_true(slab_reserve(&empty, 4));       /* its own needs come second */
    assert_false(slab_reserve(&empty, 5));
}

static void slab_pages_without_a_record_in_use_can_be_cut_out(void **state)
{
    (void)state;
    const size_t whole = slab_per_page(&slab);
    void *taken[300];
    assert_true(slab_reserve(&slab, 300));
    for (int i = 0; i < 300; i++)
        taken[i] = slab_take(&slab);
    for (int i = 1; i < 300; i++)
        slab_give(&slab, taken[i]);
    int cut = 0;
    for (int i = 0; i < page_count; i++) {
        char *page = pages[i];
        bool holds = (char *)taken[0] >= page && (char *)taken[0] < page + 4096;
        assert_int_equal(slab_page_is_free(&slab, page), !holds);
        size_t before = slab.count;
        if (holds || cut++ == 2)
            continue;
        assert_int_equal(slab_cut(&slab, page, page + 4095), whole);
        assert_int_equal(slab.count, before - whole);
        memset(page, 0xee, 4096);
    }
    for (size_t n = slab.count; n > 0; n--) {
        char *record = slab_take(&slab);        /* none of the pages that went */
        assert_non_null(record);
        assert_int_equal(*(record + slab.size - 1), 0);
    }
    assert_null(slab_take(&slab));
}

/* ---- regions ---- */

static struct map *add(unsigned first, unsigned n, unsigned rights)
{
    slab_reserve(&slab, 4);
    return map_insert(&as, first * P, (first + n) * P - 1, &store, first * P, rights, false);
}

static void map_cut_in_the_middle_keeps_offsets(void **state)
{
    (void)state;
    assert_non_null(add(10, 10, 6));
    map_cut(&as, 13 * P, 15 * P - 1);
    static const unsigned expected[][2] = {{10, 13}, {13, 15}, {15, 20}};
    struct map *m = map_from(&as, 0);
    for (int i = 0; i < 3; i++, m = map_next(&as, m)) {
        assert_int_equal(m->range.first, expected[i][0] * P);
        assert_int_equal(m->range.last, expected[i][1] * P - 1);
        assert_int_equal(m->offset, m->range.first);
        assert_int_equal(m->is.rights, 6);
    }
    assert_null(m);
    assert_int_equal(store.users, 3);
}

static void map_cut_at_the_edges_of_a_region_changes_nothing(void **state)
{
    (void)state;
    struct map *m = add(10, 10, 6);
    map_cut(&as, 10 * P, 20 * P - 1);
    assert_ptr_equal(map_from(&as, 0), m);
    assert_null(map_next(&as, m));
    map_cut(&as, 5 * P, 30 * P - 1);
    assert_null(map_next(&as, m));
}

static void map_join_undoes_a_cut_but_respects_rights(void **state)
{
    (void)state;
    struct map *m = add(10, 10, 6);
    map_cut(&as, 13 * P, 15 * P - 1);
    map_find(&as, 13 * P)->is.rights = 4;
    map_join(&as, 0, UINTPTR_MAX);
    assert_int_equal(store.users, 3);
    map_find(&as, 13 * P)->is.rights = 6;
    map_join(&as, 13 * P, 15 * P - 1);
    assert_int_equal(store.users, 1);
    assert_int_equal(m->range.last, 20 * P - 1);
}

static void map_join_respects_stores_and_offsets(void **state)
{
    (void)state;
    struct store other = store;
    add(10, 2, 6);
    slab_reserve(&slab, 8);
    map_insert(&as, 12 * P, 14 * P - 1, &other, 12 * P, 6, false);
    map_insert(&as, 14 * P, 16 * P - 1, &other, 99 * P, 6, false);
    map_insert(&as, 16 * P, 17 * P - 1, &other, 101 * P, 6, true);
    map_join(&as, 0, UINTPTR_MAX);
    assert_int_equal(store.users, 1);
    assert_int_equal(other.users, 3);
}

static void map_gap_is_the_first_that_fits(void **state)
{
    (void)state;
    add(64, 4, 6);
    add(70, 4, 6);
    assert_int_equal(map_gap(&as, 0, 2 * P), 68 * P);
    assert_int_equal(map_gap(&as, 0, 3 * P), 74 * P);
    assert_int_equal(map_gap(&as, 72 * P, P), 74 * P);
    assert_int_equal(map_gap(&as, 0, (PAGES - 74) * P), 74 * P);
}

static void map_gap_wraps_to_the_bottom_and_then_gives_up(void **state)
{
    (void)state;
    add(64, PAGES - 64, 6);
    assert_int_equal(map_gap(&as, 200 * P, 3 * P), LOW * P);
    assert_int_equal(map_gap(&as, 0, 60 * P), LOW * P);
    assert_int_equal(map_gap(&as, 0, 61 * P), 0);
    assert_int_equal(map_gap(&as, 0, UINTPTR_MAX - P + 1), 0);
}

static void map_gap_never_leaves_the_users_part(void **state)
{
    (void)state;
    assert_int_equal(map_gap(&as, (PAGES - 1) * P, P), (PAGES - 1) * P);
    assert_int_equal(map_gap(&as, (PAGES - 1) * P, 2 * P), 64 * P);
    assert_int_equal(map_gap(&as, PAGES * P, P), 64 * P);
    assert_int_equal(map_gap(&as, P, P), 64 * P);
}

static void map_insert_refuses_what_is_taken(void **state)
{
    (void)state;
    assert_non_null(add(10, 4, 6));
    size_t records = slab.count;
    assert_null(map_insert(&as, 13 * P, 15 * P - 1, &store, 0, 6, false));
    assert_int_equal(slab.count, records);
    assert_int_equal(store.users, 1);
}

/* Random maps, unmaps and protections; the model says for each page which rights it has, 255 =
 * nothing. */
static void regions_follow_a_page_by_page_model(void **state)
{
    (void)state;
    unsigned char model[PAGES];
    memset(model, 255, sizeof model);
    for (int step = 0; step < 3000; step++) {
        unsigned first = LOW + (unsigned)rand() % (PAGES - LOW), n = 1 + (unsigned)rand() % 20,
                 what = (unsigned)rand() % 3;
        unsigned rights = (unsigned)rand() % 8;
        if (first + n > PAGES)
            n = PAGES - first;
        uintptr_t from = first * (uintptr_t)P, to = (first + n) * (uintptr_t)P - 1;
        slab_reserve(&slab, 8);
        if (what == 0) {
            bool free = true;
            for (unsigned i = first; i < first + n; i++)
                free = free && model[i] == 255;
            assert_int_equal(map_insert(&as, from, to, &store, from, rights, false) != NULL, free);
            if (free)
                memset(model + first, (int)rights, n);
        } else {
            size_t records = slab.count;
            unsigned cuts = map_cuts(&as, from, to);
            map_cut(&as, from, to);
            assert_int_equal(records - slab.count, cuts);
            for (struct map *m = map_from(&as, from), *next; m && m->range.first <= to; m = next) {
                next = map_next(&as, m);
                if (what == 1)
                    map_remove(&as, m);
                else
                    m->is.rights = (unsigned char)rights;
            }
            for (unsigned i = first; i < first + n; i++)
                model[i] = what == 1 ? 255 : model[i] == 255 ? 255 : (unsigned char)rights;
        }
        map_join(&as, from, to);
        for (unsigned i = 0; i < PAGES; i++) {
            struct map *m = map_find(&as, i * (uintptr_t)P + 17);
            assert_int_equal(m ? m->is.rights : 255, model[i]);
            if (m) {
                assert_int_equal(m->offset, m->range.first);
                struct map *next = map_next(&as, m);        /* joined as far as possible */
                assert_false(next && next->range.first == m->range.last + 1 &&
                             next->is.rights == m->is.rights);
            }
        }
    }
}

/* ---- frames ---- */

static void frame_runs_join_with_both_neighbours(void **state)
{
    (void)state;
    slab_reserve(&slab, 8);
    assert_true(frame_add(&slab, &store, 10 * P, 11 * P - 1, 7, 110 * P));
    assert_true(frame_add(&slab, &store, 12 * P, 13 * P - 1, 7, 112 * P));
    assert_ptr_not_equal(frame_find(&store, 10 * P), frame_find(&store, 12 * P));
    assert_true(frame_add(&slab, &store, 11 * P, 12 * P - 1, 7, 111 * P));
    struct frame *f = frame_find(&store, 10 * P);
    assert_int_equal(f->range.first, 10 * P);
    assert_int_equal(f->range.last, 13 * P - 1);
    assert_int_equal(frame_offset(f, 12 * P), 112 * P);
}

static void frame_runs_of_other_containers_or_places_stay_apart(void **state)
{
    (void)state;
    slab_reserve(&slab, 8);
    assert_true(frame_add(&slab, &store, 10 * P, 11 * P - 1, 7, 110 * P));
    assert_true(frame_add(&slab, &store, 11 * P, 12 * P - 1, 8, 111 * P));
    assert_true(frame_add(&slab, &store, 12 * P, 13 * P - 1, 8, 113 * P));
    assert_int_equal(frame_find(&store, 10 * P)->range.last, 11 * P - 1);
    assert_int_equal(frame_find(&store, 11 * P)->range.last, 12 * P - 1);
    assert_int_equal(frame_find(&store, 12 * P)->range.first, 12 * P);
}

static void frame_add_refuses_a_page_that_is_there(void **state)
{
    (void)state;
    slab_reserve(&slab, 8);
    assert_true(frame_add(&slab, &store, 10 * P, 14 * P - 1, 7, 0));
    assert_false(frame_add(&slab, &store, 13 * P, 15 * P - 1, 7, 0));
}

static void frame_add_without_records_can_still_join(void **state)
{
    (void)state;
    assert_true(frame_add(&slab, &store, 10 * P, 11 * P - 1, 7, 10 * P));
    slab.new_page = NULL;
    while (slab.count)
        slab_take(&slab);
    assert_true(frame_add(&slab, &store, 11 * P, 12 * P - 1, 7, 11 * P));
    assert_true(frame_add(&slab, &store, 9 * P, 10 * P - 1, 7, 9 * P));
    assert_false(frame_add(&slab, &store, 20 * P, 21 * P - 1, 7, 20 * P));
}

static void frame_take_of_the_end_keeps_the_front(void **state)         /* M3 */
{
    (void)state;
    struct frame taken;
    slab_reserve(&slab, 8);
    frame_add(&slab, &store, 10 * P, 20 * P - 1, 7, 110 * P);
    assert_true(frame_take(&slab, &store, 16 * P, 30 * P - 1, &taken));
    assert_int_equal(taken.range.first, 16 * P);
    assert_int_equal(taken.range.last, 20 * P - 1);
    assert_int_equal(taken.offset, 116 * P);
    assert_int_equal(frame_find(&store, 10 * P)->range.last, 16 * P - 1);
    assert_false(frame_take(&slab, &store, 16 * P, 30 * P - 1, &taken));
}

static void frame_take_of_the_front_keeps_the_end(void **state)
{
    (void)state;
    struct frame taken;
    slab_reserve(&slab, 8);
    frame_add(&slab, &store, 10 * P, 20 * P - 1, 7, 110 * P);
    assert_true(frame_take(&slab, &store, 0, 12 * P - 1, &taken));
    assert_int_equal(taken.offset, 110 * P);
    assert_int_equal(taken.range.last, 12 * P - 1);
    struct frame *rest = frame_find(&store, 12 * P);
    assert_int_equal(rest->range.first, 12 * P);
    assert_int_equal(rest->offset, 112 * P);
}

static void frame_take_of_the_middle_keeps_both_sides(void **state)     /* M4 */
{
    (void)state;
    struct frame taken;
    slab_reserve(&slab, 8);
    frame_add(&slab, &store, 10 * P, 20 * P - 1, 7, 110 * P);
    assert_true(frame_take(&slab, &store, 13 * P, 15 * P - 1, &taken));
    assert_int_equal(taken.offset, 113 * P);
    assert_int_equal(frame_offset(frame_find(&store, 12 * P), 12 * P), 112 * P);
    assert_null(frame_find(&store, 13 * P));
    assert_null(frame_find(&store, 14 * P));
    assert_int_equal(frame_offset(frame_find(&store, 15 * P), 19 * P), 119 * P);
    assert_int_equal(frame_count(&store, 0, UINTPTR_MAX, false), 8);
    assert_int_equal(frame_count(&store, 12 * P, 16 * P - 1, false), 2);
}

static void frames_follow_a_page_by_page_model(void **state)
{
    (void)state;
    uintptr_t model[PAGES] = {0};       /* 1 + page of the container, 0 = nothing */
    for (int step = 0; step < 4000; step++) {
        unsigned first = (unsigned)rand() % PAGES, n = 1 + (unsigned)rand() % 8;
        if (first + n > PAGES)
            n = PAGES - first;
        uintptr_t from = first * (uintptr_t)P, to = (first + n) * (uintptr_t)P - 1,
                  base = first + 1000 * ((unsigned)rand() % 2);
        slab_reserve(&slab, 4);
        if (rand() % 2) {
            bool free = true;
            for (unsigned i = first; i < first + n; i++)
                free = free && !model[i];
            assert_int_equal(frame_add(&slab, &store, from, to, 7, base * P), free);
            for (unsigned i = first; free && i < first + n; i++)
                model[i] = 1 + base + (i - first);
        } else {
            struct frame taken;
            size_t records = slab.count;
            bool cuts = frame_cuts(&store, from, to);
            while (frame_take(&slab, &store, from, to, &taken)) {
                for (uintptr_t at = taken.range.first; at < taken.range.last; at += P) {
                    assert_int_equal(model[at / P], 1 + frame_offset(&taken, at) / P);
                    model[at / P] = 0;
                }
            }
            assert_true(cuts ? records - slab.count == FRAME_CUTS : slab.count >= records);
            for (unsigned i = first; i < first + n; i++)
                assert_int_equal(model[i], 0);
        }
        uintptr_t count = 0;
        for (unsigned i = 0; i < PAGES; i++) {
            struct frame *f = frame_find(&store, i * (uintptr_t)P + 5);
            assert_int_equal(f ? 1 + frame_offset(f, i * (uintptr_t)P) / P : 0, model[i]);
            count += model[i] != 0;
        }
        assert_int_equal(frame_count(&store, 0, UINTPTR_MAX, false), count);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, reset, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(slab_reserve_brings_in_a_page_only_when_it_must),
        TEST(slab_records_are_zero_and_apart),
        TEST(slab_without_pages_says_so),
        TEST(slab_pages_without_a_record_in_use_can_be_cut_out),
        TEST(map_cut_in_the_middle_keeps_offsets),
        TEST(map_cut_at_the_edges_of_a_region_changes_nothing),
        TEST(map_join_undoes_a_cut_but_respects_rights),
        TEST(map_join_respects_stores_and_offsets),
        TEST(map_gap_is_the_first_that_fits),
        TEST(map_gap_wraps_to_the_bottom_and_then_gives_up),
        TEST(map_gap_never_leaves_the_users_part),
        TEST(map_insert_refuses_what_is_taken),
        TEST(regions_follow_a_page_by_page_model),
        TEST(frame_runs_join_with_both_neighbours),
        TEST(frame_runs_of_other_containers_or_places_stay_apart),
        TEST(frame_add_refuses_a_page_that_is_there),
        TEST(frame_add_without_records_can_still_join),
        TEST(frame_take_of_the_end_keeps_the_front),
        TEST(frame_take_of_the_front_keeps_the_end),
        TEST(frame_take_of_the_middle_keeps_both_sides),
        TEST(frames_follow_a_page_by_page_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
