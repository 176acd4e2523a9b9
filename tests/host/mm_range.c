/* SPDX-License-Identifier: MIT */
/* links: lib/hurd-mm/range.c */
/* The tree of ranges, against an array of bytes that cannot be wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/hurd-mm/range.h"

enum { BYTES = 512 };

static struct range *root;
static struct range pool[BYTES];
static struct range *owner[BYTES];      /* the model: which range holds this byte */

static int reset(void **state)
{
    (void)state;
    root = NULL;
    memset(pool, 0, sizeof pool);
    memset(owner, 0, sizeof owner);
    srand(4711);
    return 0;
}

/* Heights are right, siblings differ by 1 at most, order holds.  Returns the height. */
static int check_balance(const struct range *r, const uintptr_t *above, const uintptr_t *below)
{
    if (!r)
        return 0;
    assert_true(r->first <= r->last);
    assert_true(!above || r->first > *above);
    assert_true(!below || r->last < *below);
    int left = check_balance(r->left, above, &r->first);
    int right = check_balance(r->right, &r->last, below);
    assert_true(left - right <= 1 && right - left <= 1);
    assert_int_equal(r->height, 1 + (left > right ? left : right));
    return r->height;
}

static bool model_insert(struct range *r, uintptr_t first, uintptr_t last)
{
    r->first = first;
    r->last = last;
    bool free = true;
    for (uintptr_t i = first; i <= last; i++)
        free = free && !owner[i];
    assert_int_equal(range_insert(&root, r), free);
    for (uintptr_t i = first; free && i <= last; i++)
        owner[i] = r;
    return free;
}

static void model_remove(struct range *r)
{
    range_remove(&root, r);
    for (uintptr_t i = 0; i < BYTES; i++)
        if (owner[i] == r)
            owner[i] = NULL;
}

static struct range *model_from(uintptr_t at)
{
    while (at < BYTES && !owner[at])
        at++;
    return at < BYTES ? owner[at] : NULL;
}

static struct range *model_upto(uintptr_t at)
{
    for (uintptr_t i = at + 1; i-- > 0;)
        if (owner[i])
            return owner[i];
    return NULL;
}

static void compare_all(void)
{
    check_balance(root, NULL, NULL);
    for (uintptr_t at = 0; at < BYTES; at++) {
        assert_ptr_equal(range_find(root, at), owner[at]);
        assert_ptr_equal(range_from(root, at), model_from(at));
        assert_ptr_equal(range_upto(root, at), model_upto(at));
        uintptr_t last = at + (uintptr_t)rand() % (BYTES - at);
        struct range *overlap = model_from(at);
        assert_ptr_equal(range_overlap(root, at, last),
                         overlap && overlap->first <= last ? overlap : NULL);
    }
}

static void range_tree_answers_as_an_array_would(void **state)
{
    (void)state;
    bool used[BYTES] = {false};
    for (int step = 0; step < 4000; step++) {
        int i = rand() % BYTES;
        if (used[i]) {
            model_remove(&pool[i]);
            used[i] = false;
        } else {
            uintptr_t first = (uintptr_t)rand() % BYTES, length = (uintptr_t)rand() % 8;
            used[i] = model_insert(&pool[i], first,
                                   first + length < BYTES ? first + length : BYTES - 1);
        }
        if (step % 50 == 0)
            compare_all();
    }
    compare_all();
}

static void range_tree_stays_low_when_filled_in_order(void **state)
{
    (void)state;
    for (uintptr_t i = 0; i < BYTES; i++)
        assert_true(model_insert(&pool[i], i, i));
    assert_true(root->height <= 10);
    compare_all();
    for (uintptr_t i = 0; i < BYTES; i += 2)
        model_remove(&pool[i]);
    compare_all();
}

static void range_insert_refuses_an_overlap_and_changes_nothing(void **state)
{
    (void)state;
    struct range a = {.first = 10, .last = 19}, b;
    assert_true(range_insert(&root, &a));
    static const uintptr_t tries[][2] = {{0, 10}, {19, 30}, {12, 13}, {0, 100}, {10, 19}};
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        b = (struct range){.first = tries[i][0], .last = tries[i][1]};
        assert_false(range_insert(&root, &b));
        assert_ptr_equal(root, &a);
        assert_null(a.left);
        assert_null(a.right);
    }
}

static void range_insert_refuses_a_range_that_ends_before_it_starts(void **state)
{
    (void)state;
    struct range a = {.first = 10, .last = 9};
    assert_false(range_insert(&root, &a));
    assert_null(root);
}

/* Addresses 2 GB apart and more, where a difference does not fit an int (P21). */
static void range_order_holds_over_the_whole_address_space(void **state)
{
    (void)state;
    struct range low = {.first = 0, .last = 0xfff},
                 high = {.first = UINTPTR_MAX - 0xfff, .last = UINTPTR_MAX};
    struct range middle = {.first = UINTPTR_MAX / 2, .last = UINTPTR_MAX / 2 + 1};
    assert_true(range_insert(&root, &high));
    assert_true(range_insert(&root, &low));
    assert_true(range_insert(&root, &middle));
    assert_ptr_equal(range_find(root, 0), &low);
    assert_ptr_equal(range_find(root, UINTPTR_MAX), &high);
    assert_ptr_equal(range_find(root, UINTPTR_MAX / 2 + 1), &middle);
    assert_null(range_find(root, UINTPTR_MAX / 2 + 2));
    assert_ptr_equal(range_from(root, 0x1000), &middle);
    assert_ptr_equal(range_upto(root, UINTPTR_MAX - 0x1000), &middle);
    range_remove(&root, &middle);
    assert_ptr_equal(range_from(root, 0x1000), &high);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(range_tree_answers_as_an_array_would, reset),
        cmocka_unit_test_setup(range_tree_stays_low_when_filled_in_order, reset),
        cmocka_unit_test_setup(range_insert_refuses_an_overlap_and_changes_nothing, reset),
        cmocka_unit_test_setup(range_insert_refuses_a_range_that_ends_before_it_starts, reset),
        cmocka_unit_test_setup(range_order_holds_over_the_whole_address_space, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
