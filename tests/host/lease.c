/* SPDX-License-Identifier: MIT */
/* links: servers/deva/lease.c */
/* words: 32 */
/* deva and a driver of a part of the console: which of them has the device and the bytes, at each moment.  The driver is made of C. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "servers/deva/lease.h"

static struct lease lease;
static L4_Word_t said[LEASE_WORDS];

static int fresh(void **state)
{
    (void) state;
    memset(&lease, 0, sizeof lease);
    lease_begin(&lease, true);
    return 0;
}

static bool hear(L4_Word_t done, L4_Word_t count, const char *bytes)
{
    L4_Word_t words[3 + HURD_CONSOLE_CHUNK / 4] = { 7, done, count };
    memcpy(words + 3, bytes, strlen(bytes));
    return lease_hear(&lease, words, 3 + (unsigned) (count + 3) / 4);
}

static unsigned tell(bool always)
{
    unsigned n = lease_tell(&lease, always, said);
    if (n > 0)
        lease_told(&lease, said, true);
    return n;
}

static void a_driver_gets_room_once_and_bytes_when_the_last_ones_are_done(void **state)
{
    (void) state;
    fifo_put(&lease.out, 'a');
    assert_int_equal(tell(false), 0);                   /* it does not wait yet */
    assert_true(hear(0, 0, ""));
    assert_int_equal(tell(false), 3);
    assert_int_equal(said[0], HURD_CONSOLE_CHUNK);
    assert_int_equal(said[1], 1);
    assert_int_equal(said[2], 'a');
    fifo_put(&lease.out, 'b');
    assert_true(hear(0, 0, ""));                        /* it has not sent it */
    assert_int_equal(tell(false), 0);
    assert_true(hear(1, 0, ""));
    assert_int_equal(tell(false), 3);
    assert_int_equal(said[2], 'b');
    assert_true(hear(1, 0, ""));
    assert_int_equal(tell(false), 0);
    assert_int_equal(fifo_count(&lease.out), 0);
}

static void what_is_received_waits_for_the_console_and_room_comes_when_it_is_taken(void **state)
{
    (void) state;
    assert_true(hear(0, 0, ""));
    tell(false);
    assert_true(hear(0, 3, "xyz"));
    assert_int_equal(tell(false), 0);                   /* there is room enough */
    assert_true(hear(0, 237, "0123456789"));
    assert_int_equal(lease.in_count, 240);
    assert_int_equal(tell(false), 0);                   /* none, until the console takes some */
    assert_memory_equal(lease.in, "xyz012", 6);
    lease_taken(&lease, 2);
    assert_int_equal(lease.in[0], 'z');
    assert_int_equal(tell(false), 0);
    lease_taken(&lease, 238);
    assert_int_equal(tell(false), 2);
    assert_int_equal(said[0], HURD_CONSOLE_CHUNK);
}

static void nonsense_is_refused_and_changes_nothing(void **state)
{
    (void) state;
    L4_Word_t words[8] = { 7, 0, 0 };
    assert_false(hear(0, 1, "x"));                      /* no room was given */
    fifo_put(&lease.out, 'a');
    assert_true(hear(0, 0, ""));
    tell(false);
    assert_false(hear(2, 0, ""));
    assert_false(hear((L4_Word_t) -1, 0, ""));
    assert_false(hear(1, HURD_CONSOLE_CHUNK + 1, ""));
    words[2] = (L4_Word_t) -1;
    assert_false(lease_hear(&lease, words, 3));
    words[2] = 4;
    assert_false(lease_hear(&lease, words, 3));
    assert_false(lease_hear(&lease, words, 5));
    assert_false(lease_hear(&lease, words, 2));
    assert_int_equal(lease.given, 1);
    assert_int_equal(lease.room, HURD_CONSOLE_CHUNK);
    assert_int_equal(lease.in_count, 0);
    assert_true(hear(1, 1, "x"));
}

static void a_device_that_says_nothing_gives_its_driver_no_room(void **state)
{
    (void) state;
    lease_end(&lease);
    lease_begin(&lease, false);
    fifo_put(&lease.out, 'a');
    assert_true(hear(0, 0, ""));
    assert_int_equal(tell(false), 3);
    assert_int_equal(said[0], 0);
    assert_false(hear(1, 1, "x"));
    assert_true(hear(1, 0, ""));
    assert_int_equal(tell(true), 2);
    assert_int_equal(said[0], 0);
}

static void news_that_did_not_arrive_come_again_and_what_was_not_sent_stays(void **state)
{
    (void) state;
    fifo_put(&lease.out, 'a');
    fifo_put(&lease.out, 'b');
    assert_true(hear(0, 0, ""));
    assert_int_equal(lease_tell(&lease, false, said), 3);
    lease_told(&lease, said, false);
    assert_int_equal(tell(false), 0);
    assert_true(hear(0, 0, ""));
    assert_int_equal(tell(false), 3);
    assert_true(hear(1, 0, ""));
    lease_end(&lease);
    assert_int_equal(fifo_count(&lease.out), 1);
    assert_int_equal(fifo_peek(&lease.out, 0), 'b');
    assert_int_equal(tell(true), 0);
}

static void a_driver_that_is_silent_for_two_periods_is_noticed(void **state)
{
    (void) state;
    assert_true(lease_tick(&lease));
    assert_true(lease_tick(&lease));
    assert_true(hear(0, 0, ""));
    assert_int_equal(tell(true), 2);
    assert_int_equal(tell(true), 0);
    assert_true(lease_tick(&lease));
    assert_true(lease_tick(&lease));
    assert_false(lease_tick(&lease));
}

/* A driver of chance: nothing is lost, doubled or out of order. */
static void all_bytes_arrive_in_order_both_ways(void **state)
{
    (void) state;
    unsigned sent = 0, received = 0, typed = 0, taken = 0;      /* counts; byte n is n */
    unsigned held = 0, room = 0;                                /* the driver's */
    srand(1);
    for (int i = 0; i < 200000; i++) {
        for (int k = rand() % 40; k > 0 && fifo_count(&lease.out) < FIFO_SIZE; k--)
            fifo_put(&lease.out, (uint8_t) sent++);
        unsigned done = held ? (unsigned) rand() % (held + 1) : 0;
        unsigned count = room ? (unsigned) rand() % (room + 1) : 0;
        L4_Word_t words[3 + HURD_CONSOLE_CHUNK / 4] = { 7, done, count };
        for (unsigned k = 0; k < count; k++)
            ((uint8_t *) (words + 3))[k] = (uint8_t) typed++;
        assert_true(lease_hear(&lease, words, 3 + (count + 3) / 4));
        held -= done;
        room -= count;
        unsigned some = (unsigned) rand() % (lease.in_count + 1);
        for (unsigned k = 0; k < some; k++)
            assert_int_equal(lease.in[k], (uint8_t) taken++);
        lease_taken(&lease, some);
        unsigned n = lease_tell(&lease, rand() % 4 == 0, said);
        bool arrives = rand() % 3 > 0;
        if (n > 0)
            lease_told(&lease, said, arrives);
        if (n == 0 || !arrives)
            continue;
        room = (unsigned) said[0];
        for (unsigned k = 0; k < said[1]; k++)
            assert_int_equal(((uint8_t *) (said + 2))[k], (uint8_t) received++);
        held += (unsigned) said[1];
    }
    assert_true(received > 100000 && taken > 100000);
}

#define M(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        M(a_driver_gets_room_once_and_bytes_when_the_last_ones_are_done),
        M(what_is_received_waits_for_the_console_and_room_comes_when_it_is_taken),
        M(nonsense_is_refused_and_changes_nothing),
        M(a_device_that_says_nothing_gives_its_driver_no_room),
        M(news_that_did_not_arrive_come_again_and_what_was_not_sent_stays),
        M(a_driver_that_is_silent_for_two_periods_is_noticed),
        M(all_bytes_arrive_in_order_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
