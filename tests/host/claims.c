/* SPDX-License-Identifier: MIT */
/* links: servers/init/claims.c */
/* Sectors that are in use are not given away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "servers/init/claims.h"

static int fresh(void **state)
{
    (void) state;
    for (unsigned disk = 0; disk < 5; disk++) {
        for (unsigned first = 0; first < 1000; first++)
            claims_end(disk, first);
    }
    assert_null(claims_make(0, 100, 50, "is mounted"));
    return 0;
}

static void sectors_that_overlap_are_refused(void **state)
{
    (void) state;
    assert_string_equal(claims_find(0, 100, 50), "is mounted");
    assert_string_equal(claims_find(0, 149, 1), "is mounted");
    assert_string_equal(claims_find(0, 0, 101), "is mounted");
    assert_string_equal(claims_find(0, 0, UINT32_MAX), "is mounted");
    assert_string_equal(claims_find(0, 120, 1), "is mounted");
    assert_string_equal(claims_make(0, 149, UINT32_MAX, "is used for swapping"), "is mounted");
}

static void neighbours_and_other_disks_are_free(void **state)
{
    (void) state;
    assert_null(claims_find(0, 0, 100));
    assert_null(claims_find(0, 150, UINT32_MAX));
    assert_null(claims_find(1, 100, 50));
    assert_null(claims_make(0, 150, 10, "is used for swapping"));
    assert_string_equal(claims_find(0, 159, 1), "is used for swapping");
}

static void a_claim_that_has_ended_binds_nobody(void **state)
{
    (void) state;
    claims_end(0, 101);
    assert_non_null(claims_find(0, 100, 1));
    claims_end(0, 100);
    assert_null(claims_find(0, 0, UINT32_MAX));
}

static void a_claim_too_many_is_refused(void **state)
{
    (void) state;
    for (unsigned i = 1; i < CLAIMS; i++)
        assert_null(claims_make(i, 0, 1, "is in use"));
    assert_non_null(claims_make(CLAIMS, 0, 1, "is in use"));
    assert_null(claims_find(CLAIMS, 0, 1));
    claims_end(1, 0);
    assert_null(claims_make(CLAIMS, 0, 1, "is in use"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sectors_that_overlap_are_refused, fresh),
        cmocka_unit_test_setup(neighbours_and_other_disks_are_free, fresh),
        cmocka_unit_test_setup(a_claim_that_has_ended_binds_nobody, fresh),
        cmocka_unit_test_setup(a_claim_too_many_is_refused, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
