/* SPDX-License-Identifier: MIT */
/* links: servers/task/arena.c servers/task/task.c lib/hurd-cap/captable.c */
/* words: 32 */
/* The task server's memory and records: nothing overlaps, nothing is lost, ids are what they must
 * be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "servers/task/server.h"

/* ---- the rest of the server, as far as these files see it */

L4_Word_t wortel_cap;
static int kernel_answer;

int hurd_wortel_space_info(L4_Word_t cap, L4_ThreadId_t space, enum hurd_space_counter k,
                           L4_Word_t *value)
{
    (void) cap;
    (void) space;
    if (kernel_answer == 0)
        *value = 100 + (L4_Word_t) k;
    return kernel_answer;
}

static L4_Word_t untold;                /* the id of a death that deva does not know of */

bool death_untold(L4_Word_t id)
{
    return id == untold;
}

const struct hurd_cap_class task_class = { .name = "task" };

/* ---- arena */

#define BLOCKS 64

static uint32_t seed;

static uint32_t random_number(void)
{
    seed = seed * 1664525 + 1013904223;
    return seed >> 8;
}

static size_t largest(void)
{
    size_t low = 0, high = 1u << 20;
    while (low + 1 < high) {
        size_t size = (low + high) / 2;
        void *p = arena_alloc(size);
        if (p)
            low = size;
        else
            high = size;
        if (p)
            arena_free(p, size);
    }
    return low;
}

static void arena_blocks_are_zero_and_apart_and_all_of_it_comes_back(void **state)
{
    (void) state;
    static struct { unsigned char *at; size_t size; } block[BLOCKS];
    size_t whole = largest();
    assert_true(whole >= 100u << 10);
    seed = 1;
    for (unsigned round = 0; round < 20000; round++) {
        unsigned i = random_number() % BLOCKS;
        if (block[i].at) {
            for (size_t n = 0; n < block[i].size; n++)
                assert_int_equal(block[i].at[n], i + 1);
            arena_free(block[i].at, block[i].size);
            block[i].at = NULL;
            continue;
        }
        block[i].size = 1 + random_number() % 5000;
        block[i].at = arena_alloc(block[i].size);
        for (size_t n = 0; block[i].at && n < block[i].size; n++)
            assert_int_equal(block[i].at[n], 0);
        if (block[i].at)
            memset(block[i].at, (int) i + 1, block[i].size);
    }
    for (unsigned i = 0; i < BLOCKS; i++)
        if (block[i].at)
            arena_free(block[i].at, block[i].size);
    assert_int_equal(largest(), whole);
}

static void arena_refuses_what_is_larger_than_itself(void **state)
{
    (void) state;
    assert_null(arena_alloc(1u << 20));
    assert_null(arena_alloc((size_t) -1));
    arena_free(NULL, 5);
    void *p = arena_alloc(0);
    assert_non_null(p);
    arena_free(p, 0);
}

/* ---- records */

static void ids_start_at_513_never_look_local_and_come_round(void **state)
{
    (void) state;
    assert_int_equal(task_free_id(), HURD_TASK_FIRST);
    struct task *kept = task_new(600, 5, "kept", 5);
    untold = 601;
    unsigned seen = 0, again = 0;
    for (unsigned i = 0; i < 16000; i++) {
        L4_Word_t id = task_free_id();
        assert_true(id >= HURD_TASK_FIRST && id <= 0x3FFF && (id & 0x3F) != 0 && id != 600 && id != 601);
        seen++;
        again += id == HURD_TASK_FIRST;
    }
    assert_int_equal(seen, 16000);
    assert_int_equal(again, 1);
    untold = 0;
    task_delete(kept);
}

static void records_are_found_by_id_and_kept_in_order(void **state)
{
    (void) state;
    static const L4_Word_t ids[] = { 700, 3, 650, 1, 5000 };
    struct task *t[5];
    for (unsigned i = 0; i < 5; i++)
        t[i] = task_new(ids[i], 1, "x", 2);
    L4_Word_t last = 0;
    for (struct task *at = all_tasks; at; at = at->next) {
        assert_true(at->id > last);
        last = at->id;
    }
    assert_ptr_equal(task_find(650), t[2]);
    assert_null(task_find(651));
    for (unsigned i = 0; i < 5; i++)
        task_delete(t[i]);
    assert_null(all_tasks);
}

static void records_are_limited_and_the_next_is_refused(void **state)
{
    (void) state;
    L4_Word_t n = 0;
    while (task_new(HURD_TASK_FIRST + n, 1, "x", 2))
        n++;
    assert_true(n == TASKS_MAX);
    while (all_tasks)
        task_delete(all_tasks);
    struct task *t = task_new(513, 1, "x", 2);
    assert_non_null(t);
    task_delete(t);
}

static void names_are_the_last_part_cut_and_printable(void **state)
{
    static const struct { const char *argz; size_t size; const char *name;
    } names[] = {
        {"demo", 5, "demo"},
        {"/bin/demo\0-x", 13, "demo"},
        {"a\033[2Jb", 7, "a?[2Jb"},
        {"", 1, ""},
        {"abcdefghijklmnopqrst", 21, "abcdefghijklmnop"},
        {"nozero", 3, "noz"},
        {"dir/", 5, ""},
    };
    (void) state;
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct task *t = task_new(513, 1, names[i].argz, names[i].size);
        assert_int_equal(strncmp(t->name, names[i].name, NAME_MAX), 0);
        task_delete(t);
    }
}

static void counters_of_a_kernel_that_has_none_are_unknown(void **state)
{
    (void) state;
    struct task *t = task_new(513, 1, "x", 2);
    struct thread thread = { .id = { .raw = 0x1201 } };
    task_count(t);
    assert_int_equal(t->counter[0], 0);         /* no thread: nothing to ask about */
    t->threads = &thread;
    kernel_answer = 0;
    task_count(t);
    assert_int_equal(t->counter[2], 102);
    kernel_answer = EIO;
    task_count(t);
    assert_int_equal(t->counter[2], 102);       /* as it was last */
    kernel_answer = ENOSYS;
    task_count(t);
    assert_true(t->counter[2] == HURD_TASK_UNKNOWN);
    task_delete(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_blocks_are_zero_and_apart_and_all_of_it_comes_back),
        cmocka_unit_test(arena_refuses_what_is_larger_than_itself),
        cmocka_unit_test(ids_start_at_513_never_look_local_and_come_round),
        cmocka_unit_test(records_are_found_by_id_and_kept_in_order),
        cmocka_unit_test(records_are_limited_and_the_next_is_refused),
        cmocka_unit_test(names_are_the_last_part_cut_and_printable),
        cmocka_unit_test(counters_of_a_kernel_that_has_none_are_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
