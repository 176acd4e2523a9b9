/* SPDX-License-Identifier: MIT */
/* links: lib/block/queue.c */
/* The order of work for a drive, and what becomes of a run that fails. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/block/queue.h"

#define MOST 32

static struct queue q;
static struct queue_run run;
static struct { struct queue_request *request; int error; uint32_t done; } ended[64];
static unsigned ended_count;

static int fresh(void **state)
{
    (void) state;
    memset(&q, 0, sizeof q);
    ended_count = 0;
    return 0;
}

static struct queue_request *add(enum queue_op op, uint32_t sector, uint32_t count)
{
    struct queue_request *r = queue_add(&q, 600, QUEUE_REQUESTS);
    assert_non_null(r);
    r->op = op;
    r->sector = sector;
    r->count = count;
    return r;
}

static void note(struct queue_request *r, int error)
{
    ended[ended_count].request = r;
    ended[ended_count].done = r->done;
    ended[ended_count++].error = error;
    queue_remove(&q, r);
}

static void expect_run(uint32_t sector, uint32_t count, unsigned parts)
{
    assert_true(queue_next(&q, MOST, &run));
    assert_int_equal(run.sector, sector);
    assert_int_equal(run.count, count);
    assert_int_equal(run.parts, parts);
}

static void succeed(void)
{
    queue_settle(&q, &run, run.count, false, note);
}

static void expect_idle(void)
{
    assert_false(queue_next(&q, MOST, &run));
    assert_int_equal(queue_count(&q), 0);
}

static void an_empty_queue_has_nothing_to_do(void **state)
{
    (void) state;
    expect_idle();
}

static void neighbours_go_in_one_run(void **state)
{
    (void) state;
    struct queue_request *b = add(QUEUE_READ, 108, 8), *a = add(QUEUE_READ, 100, 8),
                         *c = add(QUEUE_READ, 116, 3);
    expect_run(100, 19, 3);
    assert_ptr_equal(run.part[0].request, a);
    assert_ptr_equal(run.part[1].request, b);
    assert_ptr_equal(run.part[2].request, c);
    succeed();
    assert_int_equal(ended_count, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ended[i].error, 0);
    expect_idle();
}

static void what_does_not_end_with_a_page_is_the_last_of_its_run(void **state)
{
    (void) state;
    add(QUEUE_READ, 100, 7);
    add(QUEUE_READ, 107, 8);
    expect_run(100, 7, 1);
    succeed();
    expect_run(107, 8, 1);
    succeed();
    expect_idle();
}

static void a_read_and_a_write_or_two_disks_share_no_run(void **state)
{
    (void) state;
    add(QUEUE_READ, 100, 8);
    add(QUEUE_WRITE, 108, 8);
    add(QUEUE_READ, 116, 8)->disk = 1;
    expect_run(100, 8, 1);
    succeed();
    expect_run(108, 8, 1);
    succeed();
    expect_run(116, 8, 1);
    assert_int_equal(run.disk, 1);
    succeed();
    expect_idle();
}

static void a_long_request_goes_in_pieces_and_a_neighbour_fills_the_last(void **state)
{
    (void) state;
    struct queue_request *r = add(QUEUE_WRITE, 0, 80);
    add(QUEUE_WRITE, 80, 16);
    expect_run(0, 32, 1);
    succeed();
    assert_int_equal(ended_count, 0);
    assert_int_equal(r->done, 32);
    expect_run(32, 32, 1);
    succeed();
    expect_run(64, 32, 2);
    succeed();
    assert_int_equal(ended_count, 2);
    assert_int_equal(ended[0].done, 80);
    expect_idle();
}

static void a_piece_of_a_neighbour_that_fits_is_taken(void **state)
{
    (void) state;
    add(QUEUE_READ, 0, 24);
    struct queue_request *r = add(QUEUE_READ, 24, 20);
    expect_run(0, 32, 2);
    assert_int_equal(run.part[1].count, 8);
    succeed();
    assert_int_equal(r->done, 8);
    expect_run(32, 12, 1);
    succeed();
    expect_idle();
}

static void work_goes_upwards_and_begins_again_below(void **state)
{
    (void) state;
    add(QUEUE_READ, 500, 8);
    expect_run(500, 8, 1);
    add(QUEUE_READ, 100, 8);
    add(QUEUE_READ, 900, 8);
    add(QUEUE_READ, 600, 8);
    succeed();
    expect_run(600, 8, 1);
    succeed();
    expect_run(900, 8, 1);
    succeed();
    expect_run(100, 8, 1);
    succeed();
}

static void nobody_is_passed_over_for_ever(void **state)
{
    (void) state;
    uint32_t sector = 1000;
    add(QUEUE_READ, 0, 8);
    add(QUEUE_READ, sector, 8);
    q.head = 500;
    int runs = 0;
    for (;; runs++) {
        assert_true(runs <= QUEUE_PASSED + 1);
        assert_true(queue_next(&q, MOST, &run));
        if (run.sector == 0)
            break;
        add(QUEUE_READ, sector += 100, 8);      /* there is always one further up */
        succeed();
    }
    assert_int_equal(runs, QUEUE_PASSED);
}

static void what_overlaps_a_write_keeps_its_order(void **state)
{
    (void) state;
    q.head = 90;
    add(QUEUE_WRITE, 104, 8);
    add(QUEUE_READ, 100, 8);            /* nearer, but it wants what is written first */
    add(QUEUE_WRITE, 96, 8);            /* nearer still, and must not spoil the read */
    expect_run(104, 8, 1);
    succeed();
    expect_run(100, 8, 1);
    succeed();
    expect_run(96, 8, 1);
    succeed();
    expect_idle();
}

static void reads_of_the_same_sectors_need_no_order(void **state)
{
    (void) state;
    add(QUEUE_READ, 200, 8);
    add(QUEUE_READ, 100, 128);
    expect_run(100, 32, 1);
}

static void a_flush_waits_for_the_writes_before_it_and_for_no_other(void **state)
{
    (void) state;
    add(QUEUE_WRITE, 300, 8);
    add(QUEUE_FLUSH, 0, 0);
    add(QUEUE_WRITE, 400, 8);
    expect_run(300, 8, 1);
    assert_int_equal(run.op, QUEUE_WRITE);
    succeed();
    assert_true(queue_next(&q, MOST, &run));
    if (run.op == QUEUE_WRITE) {
        succeed();
        assert_true(queue_next(&q, MOST, &run));
    }
    assert_int_equal(run.op, QUEUE_FLUSH);
    queue_settle(&q, &run, 0, false, note);
    assert_int_equal(ended[ended_count - 1].error, 0);
}

static void a_flush_that_fails_ends_after_its_tries(void **state)
{
    (void) state;
    add(QUEUE_FLUSH, 0, 0);
    for (int i = 0; i < QUEUE_TRIES; i++) {
        assert_int_equal(ended_count, 0);
        assert_true(queue_next(&q, MOST, &run));
        queue_settle(&q, &run, 0, true, note);
    }
    assert_int_equal(ended_count, 1);
    assert_int_equal(ended[0].error, EIO);
    expect_idle();
}

static void only_the_request_with_the_bad_page_fails(void **state)
{
    (void) state;
    const uint32_t bad = 110;
    struct queue_request *before = add(QUEUE_READ, 100, 8), *with = add(QUEUE_READ, 108, 16),
                         *behind = add(QUEUE_READ, 124, 8);
    unsigned runs = 0;
    while (queue_next(&q, MOST, &run)) {
        assert_true(++runs < 20);
        bool hit = run.sector <= bad && bad < run.sector + run.count;
        queue_settle(&q, &run, hit ? bad - run.sector : run.count, hit, note);
    }
    assert_int_equal(ended_count, 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(ended[i].error, ended[i].request == with ? EIO : 0);
        if (ended[i].request == with)
            assert_int_equal(ended[i].done, 0);
    }
    assert_ptr_not_equal(before, behind);
    assert_int_equal(queue_count(&q), 0);
}

static void the_pages_before_a_bad_one_count_as_done(void **state)
{
    (void) state;
    const uint32_t bad = 21;
    add(QUEUE_READ, 0, 32);
    while (queue_next(&q, MOST, &run)) {
        bool hit = run.sector <= bad && bad < run.sector + run.count;
        queue_settle(&q, &run, hit ? bad - run.sector : run.count, hit, note);
    }
    assert_int_equal(ended_count, 1);
    assert_int_equal(ended[0].error, EIO);
    assert_int_equal(ended[0].done, 16);
}

static void a_page_that_fails_twice_and_then_goes_is_no_error(void **state)
{
    (void) state;
    add(QUEUE_WRITE, 0, 16);
    int failures = 3;                   /* one in company, two alone */
    while (queue_next(&q, MOST, &run)) {
        bool fail = failures > 0;
        failures--;
        queue_settle(&q, &run, fail ? 0 : run.count, fail, note);
    }
    assert_int_equal(ended_count, 1);
    assert_int_equal(ended[0].error, 0);
    assert_int_equal(ended[0].done, 16);
}

static void a_part_that_is_refused_ends_and_the_others_wait_again(void **state)
{
    (void) state;
    add(QUEUE_WRITE, 0, 8);
    struct queue_request *bad = add(QUEUE_WRITE, 8, 8);
    expect_run(0, 16, 2);
    run.part[1].refused = EFAULT;
    queue_give_back(&q, &run, note);
    assert_int_equal(ended_count, 1);
    assert_ptr_equal(ended[0].request, bad);
    assert_int_equal(ended[0].error, EFAULT);
    expect_run(0, 8, 1);
    run.part[0].refused = EBUSY;        /* a read whose pages went away at the end */
    succeed();
    assert_int_equal(ended[1].error, EBUSY);
    assert_int_equal(ended[1].done, 0);
    expect_idle();
}

static void a_cancelled_request_ends_with_its_run(void **state)
{
    (void) state;
    struct queue_request *r = add(QUEUE_READ, 0, 64);
    expect_run(0, 32, 1);
    r->cancelled = true;
    succeed();
    assert_int_equal(ended_count, 1);
    assert_int_equal(ended[0].error, ECANCELED);
    expect_idle();
}

static void a_task_has_so_many_requests_and_the_queue_so_many_places(void **state)
{
    (void) state;
    for (int i = 0; i < 16; i++)
        assert_non_null(queue_add(&q, 600, 16));
    assert_null(queue_add(&q, 600, 16));
    for (int i = 16; i < QUEUE_REQUESTS; i++)
        assert_non_null(queue_add(&q, 601, QUEUE_REQUESTS));
    assert_null(queue_add(&q, 602, 16));
    assert_int_equal(queue_count(&q), QUEUE_REQUESTS);
}

static void a_request_is_found_by_the_thread_that_waits(void **state)
{
    (void) state;
    struct queue_request *r = add(QUEUE_READ, 0, 8);
    r->client = 0x12345;
    assert_ptr_equal(queue_find(&q, 0x12345), r);
    assert_null(queue_find(&q, 0x12346));
    r->cancelled = true;
    assert_null(queue_find(&q, 0x12345));
}

/* Every sector has a number of its last write; a drive that fails now and then; reads must see what was
 * written last before they came, and everything must end. */
static void random_work_is_done_in_an_order_that_nobody_can_tell_from_theirs(void **state)
{
    (void) state;
    enum { SECTORS = 256 };
    static uint32_t disk[SECTORS], planned[SECTORS], want[QUEUE_REQUESTS][SECTORS];
    static uint32_t written[QUEUE_REQUESTS];
    uint32_t random = 1;
#define DRAW(limit) ((random = random * 1103515245 + 12345) >> 8 & 0xFFFF) % (limit)
    memset(disk, 0, sizeof disk);
    memset(planned, 0, sizeof planned);
    for (uint32_t round = 1; round < 20000; round++) {
        if (DRAW(3)) {
            struct queue_request *r = queue_add(&q, 600, QUEUE_REQUESTS);
            if (r) {
                unsigned at = (unsigned) (r - q.request);
                r->op = DRAW(2) ? QUEUE_READ : QUEUE_WRITE;
                r->sector = DRAW(SECTORS - 1);
                r->count = 1 + DRAW(SECTORS - r->sector < 40 ? SECTORS - r->sector : 40);
                if (r->op == QUEUE_WRITE) {
                    written[at] = round;
                    for (uint32_t s = r->sector; s < r->sector + r->count; s++)
                        planned[s] = round;
                } else {
                    memcpy(want[at], planned, sizeof planned);
                }
            }
        } else if (queue_next(&q, MOST, &run)) {
            assert_true(run.count > 0 && run.count <= MOST);
            uint32_t sector = run.sector;
            for (unsigned i = 0; i < run.parts; i++) {
                struct queue_request *r = run.part[i].request;
                unsigned at = (unsigned) (r - q.request);
                assert_true(i + 1 == run.parts || run.part[i].count % QUEUE_PER_PAGE == 0);
                assert_int_equal(r->sector + r->done, sector);
                for (uint32_t k = 0; k < run.part[i].count; k++, sector++) {
                    if (r->op == QUEUE_WRITE)
                        disk[sector] = written[at];
                    else
                        assert_int_equal(disk[sector], want[at][sector]);
                }
            }
            ended_count = 0;
            bool fail = DRAW(8) == 0;
            bool tired = false;         /* a write that gives up leaves sectors nobody can foretell */
            for (unsigned i = 0; i < run.parts; i++)
                tired = tired || run.part[i].request->tries + 1 >= QUEUE_TRIES;
            if (tired)
                fail = false;
            queue_settle(&q, &run, fail ? DRAW(run.count) : run.count, fail, note);
        }
    }
    while (queue_next(&q, MOST, &run)) {
        ended_count = 0;
        succeed();
    }
    assert_int_equal(queue_count(&q), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_empty_queue_has_nothing_to_do, fresh),
        cmocka_unit_test_setup(neighbours_go_in_one_run, fresh),
        cmocka_unit_test_setup(what_does_not_end_with_a_page_is_the_last_of_its_run, fresh),
        cmocka_unit_test_setup(a_read_and_a_write_or_two_disks_share_no_run, fresh),
        cmocka_unit_test_setup(a_long_request_goes_in_pieces_and_a_neighbour_fills_the_last, fresh),
        cmocka_unit_test_setup(a_piece_of_a_neighbour_that_fits_is_taken, fresh),
        cmocka_unit_test_setup(work_goes_upwards_and_begins_again_below, fresh),
        cmocka_unit_test_setup(nobody_is_passed_over_for_ever, fresh),
        cmocka_unit_test_setup(what_overlaps_a_write_keeps_its_order, fresh),
        cmocka_unit_test_setup(reads_of_the_same_sectors_need_no_order, fresh),
        cmocka_unit_test_setup(a_flush_waits_for_the_writes_before_it_and_for_no_other, fresh),
        cmocka_unit_test_setup(a_flush_that_fails_ends_after_its_tries, fresh),
        cmocka_unit_test_setup(only_the_request_with_the_bad_page_fails, fresh),
        cmocka_unit_test_setup(the_pages_before_a_bad_one_count_as_done, fresh),
        cmocka_unit_test_setup(a_page_that_fails_twice_and_then_goes_is_no_error, fresh),
        cmocka_unit_test_setup(a_part_that_is_refused_ends_and_the_others_wait_again, fresh),
        cmocka_unit_test_setup(a_cancelled_request_ends_with_its_run, fresh),
        cmocka_unit_test_setup(a_task_has_so_many_requests_and_the_queue_so_many_places, fresh),
        cmocka_unit_test_setup(a_request_is_found_by_the_thread_that_waits, fresh),
        cmocka_unit_test_setup(random_work_is_done_in_an_order_that_nobody_can_tell_from_theirs,
                               fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
