/* SPDX-License-Identifier: MIT */
/* links: servers/deva/omega0.c */
/* words: 32 */
/* Shared interrupt lines: which task gets an interrupt, when the line is let through, and storms. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "servers/deva/omega0.h"

enum {
    LINE = 11,
    OTHER = 10,
    TASK_A = 600,
    TASK_B = 601,
    A = 5 << 14 | TASK_A,
    B = 6 << 14 | TASK_B,
};

static struct {
    unsigned sent_a, sent_b, unmasked, complaints;
    uint32_t off;
    bool busy_a, busy_b;
} seen;

static bool send(uint32_t thread, unsigned line)
{
    assert_int_equal(line, LINE);
    if (thread == A ? seen.busy_a : seen.busy_b)
        return false;
    seen.sent_a += thread == A;
    seen.sent_b += thread == B;
    return true;
}

static void unmask(unsigned line)
{
    assert_int_equal(line, LINE);
    seen.unmasked++;
}

static void complain(unsigned line, uint32_t us)
{
    assert_int_equal(line, LINE);
    seen.complaints++;
    seen.off = us;
}

static bool first, last;

static void begin(bool two)
{
    omega0_calls = (struct omega0_calls) { send, unmask, complain };
    seen = (typeof(seen)) { 0 };
    assert_int_equal(omega0_attach(LINE, A, &first), 0);
    assert_true(first);
    if (two) {
        assert_int_equal(omega0_attach(LINE, B, &first), 0);
        assert_false(first);
    }
}

static void end(bool two)
{
    assert_int_equal(omega0_detach(LINE, A, 0, &last), 0);
    assert_int_equal(last, !two);
    if (two) {
        assert_int_equal(omega0_detach(LINE, B, 0, &last), 0);
        assert_true(last);
    }
    assert_false(omega0_masked());
    assert_false(omega0_shared(LINE));
}

static void the_line_waits_for_all_its_drivers(void **state)
{
    (void) state;
    begin(true);
    omega0_interrupt(LINE, 100);
    assert_int_equal(seen.sent_a + seen.sent_b, 2);
    omega0_done(LINE, A, true, 100);
    assert_int_equal(seen.unmasked, 0);
    assert_true(omega0_masked());
    omega0_done(LINE, A, true, 100);        /* once more: nothing */
    omega0_done(OTHER, B, true, 100);
    omega0_done(LINE, 77, true, 100);
    omega0_done(LINE, 0, true, 100);
    assert_int_equal(seen.unmasked, 0);
    omega0_done(LINE, B, false, 100);
    assert_int_equal(seen.unmasked, 1);
    assert_int_equal(omega0_pass(100), UINT32_MAX);
    end(true);
}

static void a_busy_driver_is_tried_again(void **state)
{
    (void) state;
    begin(true);
    seen.busy_b = true;
    omega0_interrupt(LINE, 100);
    assert_int_equal(seen.sent_a, 1);
    assert_int_equal(omega0_pass(100), OMEGA0_RETRY);
    omega0_done(LINE, A, true, 200);
    seen.busy_b = false;
    assert_int_equal(omega0_pass(1100), HURD_DEVICE_IRQ_PATIENCE - 1000);
    assert_int_equal(seen.sent_b, 1);
    omega0_done(LINE, B, true, 1200);
    assert_int_equal(seen.unmasked, 1);
    end(true);
}

static void a_silent_driver_is_waited_for_once(void **state)
{
    (void) state;
    begin(true);
    omega0_interrupt(LINE, 0);
    omega0_done(LINE, A, true, 0);
    assert_int_equal(omega0_pass(HURD_DEVICE_IRQ_PATIENCE - 1), 1);
    assert_int_equal(seen.unmasked, 0);
    assert_int_equal(omega0_pass(HURD_DEVICE_IRQ_PATIENCE), UINT32_MAX);
    assert_int_equal(seen.unmasked, 1);
    omega0_interrupt(LINE, 2000000);        /* B has the last one still, and is not waited for */
    assert_int_equal(seen.sent_b, 1);
    omega0_done(LINE, A, true, 2000000);
    assert_int_equal(seen.unmasked, 2);
    omega0_done(LINE, B, true, 2000001);    /* at last */
    omega0_interrupt(LINE, 3000000);
    assert_int_equal(seen.sent_b, 2);
    omega0_done(LINE, A, true, 3000000);
    assert_int_equal(seen.unmasked, 2);
    omega0_done(LINE, B, true, 3000000);
    assert_int_equal(seen.unmasked, 3);
    end(true);
}

static void a_driver_that_is_never_reached_is_left_out(void **state)
{
    (void) state;
    begin(false);
    seen.busy_a = true;
    omega0_interrupt(LINE, 0);
    omega0_pass(HURD_DEVICE_IRQ_PATIENCE);
    assert_int_equal(seen.unmasked, 1);
    seen.busy_a = false;
    omega0_interrupt(LINE, 2000000);
    assert_int_equal(seen.sent_a, 1);
    end(false);
    assert_int_equal(seen.unmasked, 2);     /* the driver went with an interrupt in its hands */
}

static void unwanted(unsigned n, uint64_t now)
{
    for (unsigned i = 0; i < n; i++) {
        omega0_interrupt(LINE, now);
        omega0_done(LINE, A, false, now);
    }
}

static void a_storm_switches_the_line_off_for_longer_each_time(void **state)
{
    (void) state;
    uint64_t now = 1000;
    uint32_t off = HURD_DEVICE_STORM_PAUSE;
    begin(false);
    for (unsigned storm = 1; storm < 15; storm++) {
        seen.unmasked = 0;
        unwanted(HURD_DEVICE_STORM, now);
        assert_int_equal(seen.complaints, storm);
        assert_int_equal(seen.off, off);
        assert_int_equal(seen.unmasked, HURD_DEVICE_STORM - 1);
        assert_int_equal(omega0_pass(now), off);
        assert_int_equal(omega0_pass(now + off - 1), 1);
        assert_int_equal(seen.unmasked, HURD_DEVICE_STORM - 1);
        now += off;
        assert_int_equal(omega0_pass(now), UINT32_MAX);
        assert_int_equal(seen.unmasked, HURD_DEVICE_STORM);
        off = storm < 11 ? 2 * off : off;
        off = storm >= 10 ? HURD_DEVICE_STORM_PAUSE << 10 : off;
    }
    end(false);
}

static void one_interrupt_that_is_wanted_ends_the_counting(void **state)
{
    (void) state;
    begin(false);
    unwanted(HURD_DEVICE_STORM - 1, 0);
    omega0_interrupt(LINE, 0);
    omega0_done(LINE, A, true, 0);
    unwanted(HURD_DEVICE_STORM - 1, 0);
    assert_int_equal(seen.complaints, 0);
    unwanted(1, 0);
    assert_int_equal(seen.complaints, 1);
    end(false);                             /* lets it through again */
    assert_int_equal(seen.unmasked, 2 * HURD_DEVICE_STORM);
}

static void a_driver_that_goes_is_not_waited_for(void **state)
{
    (void) state;
    begin(true);
    omega0_interrupt(LINE, 0);
    omega0_done(LINE, B, false, 0);
    assert_int_equal(omega0_thread_of(LINE, TASK_A), A);
    assert_int_equal(omega0_thread_of(LINE, 602), 0);
    assert_int_equal(omega0_detach(LINE, A, 0, &last), 0);
    assert_false(last);
    assert_int_equal(seen.unmasked, 1);
    assert_int_equal(omega0_detach(LINE, A, 0, &last), EPERM);
    assert_int_equal(omega0_detach(LINE, 0, 0, &last), EPERM);
    assert_int_equal(omega0_detach(LINE, B, 0, &last), 0);
    assert_true(last);
}

static void a_line_has_room_for_so_many(void **state)
{
    (void) state;
    begin(false);
    assert_int_equal(omega0_attach(LINE, A, &first), EBUSY);
    for (uint32_t i = 1; i < OMEGA0_SHARERS; i++)
        assert_int_equal(omega0_attach(LINE, A + (i << 14), &first), 0);
    assert_int_equal(omega0_attach(LINE, B, &first), ENOSPC);
    for (uint32_t i = 1; i < OMEGA0_SHARERS; i++)
        assert_int_equal(omega0_detach(LINE, A + (i << 14), 0, &last), 0);
    end(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_waits_for_all_its_drivers),
        cmocka_unit_test(a_busy_driver_is_tried_again),
        cmocka_unit_test(a_silent_driver_is_waited_for_once),
        cmocka_unit_test(a_driver_that_is_never_reached_is_left_out),
        cmocka_unit_test(a_storm_switches_the_line_off_for_longer_each_time),
        cmocka_unit_test(one_interrupt_that_is_wanted_ends_the_counting),
        cmocka_unit_test(a_driver_that_goes_is_not_waited_for),
        cmocka_unit_test(a_line_has_room_for_so_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
