/* SPDX-License-Identifier: MIT */
/* links: servers/policy/share.c */
/* words: 32 */
/* The policy server's rule: what controls want, and what they get.  Of 1,000 pages, 16 are left for
 * records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "servers/policy/share.h"

static struct hurd_pm_policy_entry entry[HURD_PM_POLICY_ENTRIES];

static void begin(uint32_t pool)
{
    memset(entry, 0, sizeof entry);
    entry[0].guarantee = pool;
}

static void wants(unsigned i, uint32_t guarantee, uint32_t wanted)
{
    entry[i] = (struct hurd_pm_policy_entry){.task = 600 + i, .serial = 70 + i,
                                             .guarantee = guarantee, .wanted = wanted};
}

static void extra_pages_go_in_proportion_to_the_guarantees(void **state)
{
    (void)state;
    begin(1000);
    wants(1, 101, 5000);
    wants(7, 301, 5000);
    share_out(entry);
    assert_in_range(entry[1].most, 245, 249);
    assert_in_range(entry[7].most, 735, 739);
    assert_int_equal(entry[1].answer, 71);
    assert_int_equal(entry[7].answer, 77);
}

static void what_one_does_not_want_the_others_get(void **state)
{
    (void)state;
    begin(1000);
    wants(1, 301, 10);
    wants(2, 101, 5000);
    wants(3, 101, 5000);
    share_out(entry);
    assert_int_equal(entry[1].most, 10);
    assert_int_equal(entry[2].most, 487);
    assert_int_equal(entry[3].most, 487);
}

static void with_enough_for_all_everybody_may_have_more(void **state)
{
    (void)state;
    begin(1000);
    wants(1, 101, 100);
    wants(2, 101, 300);
    share_out(entry);
    assert_int_equal(entry[1].most, 392);
    assert_int_equal(entry[2].most, 592);
}

static void entries_that_are_not_in_use_get_no_answer(void **state)
{
    (void)state;
    begin(10);
    entry[4].serial = 5;
    share_out(entry);
    assert_int_equal(entry[4].answer, 0);
    assert_int_equal(entry[4].most, 0);
}

/* Whatever is wanted, no more pages are given out than there are. */
static void answers_never_exceed_the_pages(void **state)
{
    (void)state;
    srand(11);
    for (int round = 0; round < 500; round++) {
        uint32_t pool = (uint32_t)rand() % 100000;
        uint64_t sum = 0;
        begin(pool);
        for (unsigned i = 1; i < HURD_PM_POLICY_ENTRIES; i++)
            if (rand() % 3)
                wants(i, round % 5 ? (uint32_t)rand() % 5000 : UINT32_MAX,
                      round % 7 ? (uint32_t)rand() % 3000 : UINT32_MAX);
        share_out(entry);
        for (unsigned i = 1; i < HURD_PM_POLICY_ENTRIES; i++)
            sum += entry[i].most;
        assert_true(sum <= pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extra_pages_go_in_proportion_to_the_guarantees),
        cmocka_unit_test(what_one_does_not_want_the_others_get),
        cmocka_unit_test(with_enough_for_all_everybody_may_have_more),
        cmocka_unit_test(entries_that_are_not_in_use_get_no_answer),
        cmocka_unit_test(answers_never_exceed_the_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
