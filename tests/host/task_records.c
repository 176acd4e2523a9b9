/* SPDX-License-Identifier: MIT */
/* links: servers/task/arena.c servers/task/blocks.c servers/task/budget.c servers/task/task.c lib/hurd-cap/captable.c */
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
#define POOL_PAGES 1000u                        /* free in the kernel's pool */

static int kernel_answer;
static L4_Word_t kernel_bytes = 102;            /* that any space uses */

int hurd_wortel_space_info(L4_Word_t cap, L4_ThreadId_t space, enum hurd_space_counter k,
                           L4_Word_t *value)
{
    (void) cap;
    (void) space;
    if (kernel_answer == 0)
        *value = k == HURD_SPACE_POOL_FREE ? POOL_PAGES * 4096 : k == HURD_SPACE_KMEM ? kernel_bytes : 100 + (L4_Word_t) k;
    return kernel_answer;
}

int hurd_wortel_space_infos(L4_Word_t cap, L4_ThreadId_t space, enum hurd_space_counter k,
                            L4_Word_t count, L4_Word_t *values)
{
    int result = 0;
    for (L4_Word_t i = 0; i < count; i++)
        result = hurd_wortel_space_info(cap, space, (enum hurd_space_counter) (k + i), &values[i]);
    return result;
}

static L4_Word_t quota_set, quota_of;         /* the last kernel quota, and for whose thread */

int hurd_wortel_space_quota(L4_Word_t cap, L4_ThreadId_t space, L4_Word_t pages)
{
    (void) cap;
    quota_of = space.raw;
    quota_set = pages;
    return 0;
}

int hurd_cap_rpc(L4_ThreadId_t server, unsigned label, unsigned n, const L4_Word_t *in, unsigned max, L4_Word_t *out,
                 unsigned *got)
{
    (void) server, (void) label, (void) n, (void) in, (void) max, (void) got;
    out[0] = 0;
    out[1] = 4 * POOL_PAGES * 4096;
    return 0;
}

L4_ThreadId_t hurd_wortel_thread(void) { return (L4_ThreadId_t) { .raw = 1 }; }
L4_ThreadId_t L4_MyGlobalId(void) { return (L4_ThreadId_t) { .raw = 3 }; }

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
    assert_true(whole >= 15u << 10);
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

/* ---- blocks: a task's handles, in memory of its own */

static struct task *task_made(L4_Word_t id, struct task *owner)
{
    struct task *t = task_new(id, owner ? owner->id : 1, "x", 2);
    assert_non_null(t);
    t->owner = owner;
    return t;
}

static struct task *root_made(void)
{
    struct task *root = task_made(HURD_TASK_ROOT, NULL);
    root->boot = true;
    budget_boot(root);
    return root;
}

static void blocks_are_apart_charged_to_their_owner_and_come_back(void **state)
{
    (void) state;
    struct task *a = task_made(600, NULL), *b = task_made(601, NULL);
    a->budget[HURD_BUDGET_HANDLES].limit = b->budget[HURD_BUDGET_HANDLES].limit = 3;
    struct { unsigned char *at; size_t size; struct task *owner; } block[BLOCKS] = { 0 };
    L4_Word_t before = blocks_free;
    seed = 7;
    for (unsigned round = 0; round < 20000; round++) {
        unsigned i = random_number() % BLOCKS;
        for (size_t k = 0; block[i].at && k < block[i].size; k++)
            assert_int_equal(block[i].at[k], (unsigned char) i);
        block_free(block[i].at, block[i].size);
        block[i].size = 1 + random_number() % 300;
        block[i].owner = random_number() % 2 ? a : b;
        block[i].at = block_alloc(block[i].owner, block[i].size);
        if (block[i].at)
            memset(block[i].at, (int) i, block[i].size);
        assert_true(a->budget[HURD_BUDGET_HANDLES].used <= 3 && b->budget[HURD_BUDGET_HANDLES].used <= 3);
        assert_int_equal(before - blocks_free,
                         a->budget[HURD_BUDGET_HANDLES].used + b->budget[HURD_BUDGET_HANDLES].used);
    }
    for (unsigned i = 0; i < BLOCKS; i++)
        block_free(block[i].at, block[i].size);
    assert_int_equal(blocks_free, before);
    assert_null(a->blocks);
    assert_null(block_alloc(a, 1009));          /* a block less its header is the most */
    void *most = block_alloc(a, 1008);
    assert_non_null(most);
    block_free(most, 1008);
    task_delete(a);
    task_delete(b);
}

/* Memory that a task leaves full of holes is lost for this task only. */
static void holes_of_one_task_take_nothing_from_another(void **state)
{
    (void) state;
    struct task *bad = task_made(600, NULL), *good = task_made(601, NULL);
    bad->budget[HURD_BUDGET_HANDLES].limit = 5;
    good->budget[HURD_BUDGET_HANDLES].limit = blocks_free - 5;
    void *record[5 * 3];
    for (unsigned i = 0; i < 15; i++)
        assert_non_null(record[i] = block_alloc(bad, 320));
    assert_null(block_alloc(bad, 320));
    for (unsigned i = 0; i < 15; i++)
        if (i % 3)
            block_free(record[i], 320);
    unsigned n = 0;
    while (block_alloc(good, 1000))
        n++;
    assert_int_equal(n, good->budget[HURD_BUDGET_HANDLES].limit);
    while (good->blocks)
        block_free((char *) good->blocks + 16, 1000);
    for (unsigned i = 0; i < 15; i += 3)
        block_free(record[i], 320);
    task_delete(bad);
    task_delete(good);
}

/* ---- budgets */

static L4_Word_t limits(enum hurd_budget b)
{
    L4_Word_t sum = 0;
    for (struct task *t = all_tasks; t; t = t->next)
        sum += t->budget[b].limit;
    return sum;
}

static void a_childs_part_comes_out_of_its_owners_and_goes_back(void **state)
{
    (void) state;
    kernel_answer = 0;
    struct task *root = root_made(), *child = task_made(513, root), *grandchild = task_made(514, child);
    struct thread thread = { .id = { .raw = 0x4201 } };
    assert_int_equal(budget_split(child, 1, 4), 0);
    L4_Word_t total[HURD_BUDGETS];
    for (enum hurd_budget b = 0; b < HURD_BUDGETS; b++)
        total[b] = limits(b);
    assert_int_equal(total[HURD_BUDGET_TASKS], TASKS_MAX);
    assert_int_equal(child->budget[HURD_BUDGET_TASKS].limit, TASKS_MAX / 4);
    assert_int_equal(child->budget[HURD_BUDGET_TASKS].used, 1);
    assert_int_equal(total[HURD_BUDGET_KERNEL], POOL_PAGES - 4 * POOL_PAGES / 16);
    kernel_bytes = 50 * 4096 - 5;               /* the child uses 50 pages */
    child->threads = &thread;
    L4_Word_t had = child->budget[HURD_BUDGET_KERNEL].limit;
    assert_int_equal(budget_split(grandchild, 1, 2), 0);
    assert_int_equal(grandchild->budget[HURD_BUDGET_KERNEL].limit, (had - 50) / 2);
    assert_int_equal(quota_of, 0x4201);         /* the kernel knows of it */
    assert_int_equal(quota_set, had - (had - 50) / 2);
    for (enum hurd_budget b = 0; b < HURD_BUDGETS; b++)
        assert_int_equal(limits(b), total[b]);
    budget_fold(grandchild);                    /* its record is still held */
    assert_int_equal(grandchild->budget[HURD_BUDGET_TASKS].limit, 1);
    assert_int_equal(quota_set, had);
    for (enum hurd_budget b = 0; b < HURD_BUDGETS; b++)
        assert_int_equal(limits(b), total[b]);
    task_delete(grandchild);
    child->threads = NULL;
    budget_fold(child);
    task_delete(child);
    assert_int_equal(root->budget[HURD_BUDGET_TASKS].limit, TASKS_MAX);
    assert_int_equal(root->budget[HURD_BUDGET_KERNEL].limit, total[HURD_BUDGET_KERNEL]);
    root->threads = NULL;
    task_delete(root);
    kernel_bytes = 102;
}

static void a_task_keeps_a_little_and_gives_no_less_than_is_needed(void **state)
{
    (void) state;
    kernel_answer = ENOSYS;                     /* a kernel that does not count */
    struct task *root = root_made(), *child = task_made(513, root), *poor = task_made(514, child);
    assert_int_equal(budget_split(child, 1, 1), 0);
    assert_int_equal(child->budget[HURD_BUDGET_TASKS].limit, TASKS_MAX - TASKS_MAX / 8);
    child->budget[HURD_BUDGET_THREADS] = (struct budget) { 5, 4 };
    assert_int_equal(budget_split(poor, 1, 4), EAGAIN);         /* a task needs two */
    assert_int_equal(poor->budget[HURD_BUDGET_TASKS].limit, 0);
    child->budget[HURD_BUDGET_THREADS] = (struct budget) { 6, 4 };
    assert_int_equal(budget_split(poor, 1, 4), 0);
    assert_int_equal(poor->budget[HURD_BUDGET_THREADS].limit, 2);
    assert_true(budget_take(poor, HURD_BUDGET_THREADS) && budget_take(poor, HURD_BUDGET_THREADS));
    assert_false(budget_take(poor, HURD_BUDGET_THREADS));
    child->budget[HURD_BUDGET_KERNEL] = (struct budget) { 17, 0 };
    struct task *late = task_made(515, child);
    child->budget[HURD_BUDGET_THREADS].limit = 100;
    kernel_answer = 0;
    kernel_bytes = 0;
    assert_int_equal(budget_split(late, 1, 4), ENOMEM);
    kernel_bytes = 102;
    while (all_tasks)
        task_delete(all_tasks);
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
    assert_true(n == TASKS_MAX + BOOT_TASKS);
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
    assert_int_equal(t->counter[2], kernel_bytes);
    kernel_answer = EIO;
    task_count(t);
    assert_int_equal(t->counter[2], kernel_bytes);       /* as it was last */
    kernel_answer = ENOSYS;
    task_count(t);
    assert_true(t->counter[2] == HURD_TASK_UNKNOWN);
    t->threads = NULL;
    task_delete(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_blocks_are_zero_and_apart_and_all_of_it_comes_back),
        cmocka_unit_test(arena_refuses_what_is_larger_than_itself),
        cmocka_unit_test(blocks_are_apart_charged_to_their_owner_and_come_back),
        cmocka_unit_test(holes_of_one_task_take_nothing_from_another),
        cmocka_unit_test(a_childs_part_comes_out_of_its_owners_and_goes_back),
        cmocka_unit_test(a_task_keeps_a_little_and_gives_no_less_than_is_needed),
        cmocka_unit_test(ids_start_at_513_never_look_local_and_come_round),
        cmocka_unit_test(records_are_found_by_id_and_kept_in_order),
        cmocka_unit_test(records_are_limited_and_the_next_is_refused),
        cmocka_unit_test(names_are_the_last_part_cut_and_printable),
        cmocka_unit_test(counters_of_a_kernel_that_has_none_are_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
