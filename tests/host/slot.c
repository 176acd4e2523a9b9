/* SPDX-License-Identifier: MIT */
/* links: lib/hurd-cap/slot.c */
/* flags: -include tests/host/mm_l4.h */
/* words: 32 */
/* Others take a server's slot a number of times before the client does, or for ever. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <hurd/cap.h>

static unsigned me, taken;              /* our task's number; so many others come first */
static unsigned tries, pauses;
static unsigned long slept;
static int at_last;                     /* what the server says then */

L4_ThreadId_t L4_MyGlobalId(void) { return L4_GlobalId(100, me); }

void L4_Sleep(L4_Time_t time)
{
    (void) time;
    slept = slept * 31 + time.raw;
    pauses++;
}

static int use(void *what)
{
    assert_ptr_equal(what, &tries);
    return tries++ < taken ? EPERM : at_last;
}

static int used(unsigned task, unsigned others, int then)
{
    me = task;
    taken = others;
    at_last = then;
    tries = pauses = slept = 0;
    return hurd_cap_slot_use(use, &tries);
}

static void a_free_slot_is_used_at_once(void **state)
{
    (void) state;
    assert_int_equal(used(600, 0, 0), 0);
    assert_int_equal(tries, 1);
    assert_int_equal(pauses, 0);
}

static void a_slot_that_others_took_is_asked_for_again(void **state)
{
    (void) state;
    assert_int_equal(used(600, 60, 0), 0);
    assert_int_equal(tries, 61);
    assert_int_equal(pauses, 60);
}

static void tasks_come_back_at_different_times(void **state)
{
    (void) state;
    used(600, 3, 0);
    unsigned long first = slept;
    used(601, 3, 0);
    assert_true(slept != first);
}

static void another_error_ends_it(void **state)
{
    (void) state;
    assert_int_equal(used(600, 2, EMFILE), EMFILE);
    assert_int_equal(tries, 3);
}

static void it_ends_if_others_always_come_first(void **state)
{
    (void) state;
    assert_int_equal(used(600, ~0u, 0), EPERM);
    assert_int_equal(tries, 200);
    assert_int_equal(pauses, 199);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_free_slot_is_used_at_once),
        cmocka_unit_test(a_slot_that_others_took_is_asked_for_again),
        cmocka_unit_test(tasks_come_back_at_different_times),
        cmocka_unit_test(another_error_ends_it),
        cmocka_unit_test(it_ends_if_others_always_come_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
