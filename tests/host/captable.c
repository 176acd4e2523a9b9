/* SPDX-License-Identifier: MIT */
/* links: lib/hurd-cap/captable.c */
/* Capability tables: handles, clients, weak and dead rows. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <hurd/captable.h>

static unsigned destroyed;
static long allocated, budget;              /* bytes; budget < 0: without limit */
static long allocated_for[16384];           /* the same, by task; 0 = the server's arrays */

static void *table_alloc(unsigned task, size_t bytes)
{
    if (budget >= 0 && allocated + (long) bytes > budget)
        return NULL;
    allocated += bytes;
    allocated_for[task] += bytes;
    return malloc(bytes);
}

static void table_free(unsigned task, void *block, size_t bytes)
{
    allocated -= bytes;
    allocated_for[task] -= bytes;
    free(block);
}

static void unreferenced(struct hurd_cap_object *object)
{
    hurd_cap_object_revoke(object);
    destroyed++;
}

static const struct hurd_cap_class class = { .name = "test", .unreferenced = unreferenced };
static struct hurd_cap_table table;
static struct hurd_cap_object object[3];

static int setup(void **state)
{
    (void) state;
    table = (struct hurd_cap_table) { .alloc = table_alloc, .free = table_free };
    for (unsigned i = 0; i < 3; i++)
        hurd_cap_object_init(&object[i], &class);
    destroyed = 0;
    allocated = 0;
    memset(allocated_for, 0, sizeof allocated_for);
    budget = -1;
    return 0;
}

static int teardown(void **state)
{
    (void) state;
    unsigned task;
    while ((task = hurd_cap_next_task(&table, 0)))
        hurd_cap_forget(&table, task);
    free(table.by_index);
    free(table.by_task);
    return 0;
}

static uint32_t insert(unsigned task, struct hurd_cap_object *o, unsigned flags)
{
    uint32_t handle;
    assert_int_equal(hurd_cap_insert(&table, task, o, 7, flags, 0, &handle), 0);
    return handle;
}

static int lookup(unsigned task, uint32_t handle)
{
    struct hurd_cap *cap;
    return hurd_cap_lookup(&table, task, handle, &cap);
}

static void handles_are_14_and_18_bits_from_zero_up(void **state)
{
    (void) state;
    assert_int_equal(insert(600, &object[0], 0), 0);
    assert_int_equal(insert(600, &object[1], 0), 1);
    assert_int_equal(insert(3, &object[0], 0), 1 << 18);
    assert_int_equal(insert(600, &object[2], 0), 2);
}

static void another_tasks_handle_is_bad(void **state)
{
    (void) state;
    uint32_t handle = insert(600, &object[0], 0);
    insert(601, &object[1], 0);
    assert_int_equal(lookup(600, handle), 0);
    assert_int_equal(lookup(601, handle), EBADF);
    assert_int_equal(lookup(602, handle), EBADF);
    assert_int_equal(lookup(0, handle), EBADF);
}

static void random_handles_are_bad(void **state)
{
    (void) state;
    insert(600, &object[0], 0);
    for (uint32_t h = 1; h; h *= 2) {
        assert_int_equal(lookup(600, h), EBADF);
        assert_int_equal(lookup(600, 0u - h), EBADF);
    }
    assert_int_equal(lookup(600, 0x3ffff), EBADF);
}

static void the_same_object_twice_is_one_handle(void **state)
{
    (void) state;
    unsigned left;
    uint32_t handle = insert(600, &object[0], 0);
    assert_int_equal(insert(600, &object[0], 0), handle);
    assert_int_equal(hurd_cap_remove(&table, 600, handle, &left), 0);
    assert_int_equal(left, 1);
    assert_int_equal(lookup(600, handle), 0);
    assert_int_equal(hurd_cap_remove(&table, 600, handle, &left), 0);
    assert_int_equal(left, 0);
    assert_int_equal(destroyed, 1);
    assert_int_equal(lookup(600, handle), EBADF);
    assert_int_equal(hurd_cap_remove(&table, 600, handle, &left), EBADF);
}

static void the_lowest_free_index_is_used_again(void **state)
{
    (void) state;
    static struct hurd_cap_object many[100];
    unsigned left;
    for (unsigned i = 0; i < 100; i++) {
        hurd_cap_object_init(&many[i], &class);
        assert_int_equal(insert(600, &many[i], 0), i);
    }
    assert_int_equal(hurd_cap_remove(&table, 600, 77, &left), 0);
    assert_int_equal(hurd_cap_remove(&table, 600, 5, &left), 0);
    assert_int_equal(insert(600, &object[0], 0), 5);
    assert_int_equal(insert(600, &object[1], 0), 77);
    assert_int_equal(insert(600, &object[2], 0), 100);
    hurd_cap_forget(&table, 600);
    assert_int_equal(destroyed, 103);
}

static void objects_live_as_long_as_a_strong_row(void **state)
{
    (void) state;
    unsigned left;
    uint32_t h1 = insert(600, &object[0], 0), h2 = insert(601, &object[0], 0);
    assert_int_equal(hurd_cap_remove(&table, 600, h1, &left), 0);
    assert_int_equal(destroyed, 0);
    assert_int_equal(hurd_cap_remove(&table, 601, h2, &left), 0);
    assert_int_equal(destroyed, 1);
}

static void kept_objects_outlive_their_rows(void **state)
{
    (void) state;
    unsigned left;
    hurd_cap_object_keep(&object[0]);
    uint32_t handle = insert(600, &object[0], 0);
    hurd_cap_remove(&table, 600, handle, &left);
    assert_int_equal(destroyed, 0);
    hurd_cap_object_drop(&object[0]);
    assert_int_equal(destroyed, 1);
}

static void weak_rows_keep_nothing_alive_and_die(void **state)
{
    (void) state;
    unsigned left;
    uint32_t strong = insert(600, &object[0], 0), weak = insert(601, &object[0], HURD_CAP_WEAK);
    assert_int_equal(lookup(601, weak), 0);
    hurd_cap_remove(&table, 600, strong, &left);
    assert_int_equal(destroyed, 1);
    assert_int_equal(lookup(601, weak), EBADF);
    assert_int_not_equal(insert(601, &object[1], 0), weak);     /* a dead handle is not used again ... */
    assert_int_equal(hurd_cap_remove(&table, 601, weak, &left), 0);
    assert_int_equal(insert(601, &object[2], 0), weak);         /* ... before it is dropped */
}

static void weak_and_strong_rows_of_one_client_are_two(void **state)
{
    (void) state;
    uint32_t strong = insert(600, &object[0], 0), weak = insert(600, &object[0], HURD_CAP_WEAK);
    assert_int_not_equal(strong, weak);
    assert_int_equal(hurd_cap_object_revoke_weak(&object[0], 0), 1);
    assert_int_equal(lookup(600, strong), 0);
    assert_int_equal(lookup(600, weak), EBADF);
}

static void revocation_can_name_one_task(void **state)
{
    (void) state;
    insert(600, &object[0], 0);
    uint32_t w1 = insert(601, &object[0], HURD_CAP_WEAK), w2 = insert(602, &object[0], HURD_CAP_WEAK);
    assert_int_equal(hurd_cap_object_revoke_weak(&object[0], 601), 1);
    assert_int_equal(lookup(601, w1), EBADF);
    assert_int_equal(lookup(602, w2), 0);
    assert_int_equal(hurd_cap_object_revoke_weak(&object[0], 601), 0);
}

static void a_task_that_died_leaves_nothing_to_its_successor(void **state)
{
    (void) state;
    uint32_t handle = insert(600, &object[0], 0);
    insert(600, &object[1], 0);
    insert(601, &object[1], 0);
    hurd_cap_forget(&table, 600);
    assert_int_equal(destroyed, 1);
    assert_false(hurd_cap_knows(&table, 600));
    assert_int_equal(lookup(600, handle), EBADF);
    hurd_cap_forget(&table, 600);
    assert_int_equal(insert(600, &object[2], 0), 0);            /* the client index is free again, too */
}

static void a_dead_tasks_rows_go_in_parts(void **state)
{
    (void) state;
    enum { ROWS = 100, PART = 30 };
    struct hurd_cap_object many[ROWS];
    for (unsigned i = 0; i < ROWS; i++) {
        hurd_cap_object_init(&many[i], &class);
        insert(600, &many[i], i % 3 ? 0 : HURD_CAP_WEAK);
        if (i % 3 == 0)
            insert(601, &many[i], 0);
    }
    assert_int_equal(hurd_cap_consent(&table, 600, 0, 5), 0);
    for (unsigned part = 1; hurd_cap_forget_part(&table, 600, PART); part++) {
        assert_int_equal(destroyed, part * PART * 2 / 3);
        assert_true(part <= ROWS / PART);
        assert_int_equal(hurd_cap_may_give(&table, 600, 700), EPERM);   /* nobody gives it more */
    }
    assert_int_equal(destroyed, ROWS - (ROWS + 2) / 3);
    assert_false(hurd_cap_knows(&table, 600));
    assert_int_equal(allocated_for[600], 0);
    assert_false(hurd_cap_forget_part(&table, 600, PART));
    hurd_cap_forget(&table, 601);
    assert_int_equal(destroyed, ROWS);
}

static void many_clients_are_found_by_task(void **state)
{
    (void) state;
    enum { N = 500 };
    uint32_t handle[N];
    for (unsigned i = 0; i < N; i++)
        handle[i] = insert(513 + i * 7919 % 10007, &object[0], 0);
    for (unsigned i = 0; i < N; i++)
        assert_int_equal(lookup(513 + i * 7919 % 10007, handle[i]), 0);
    unsigned n = 0, last = 0;
    for (unsigned task; (task = hurd_cap_next_task(&table, last + 1)); last = task)
        n++;
    assert_int_equal(n, N);
}

static void fill(unsigned task, unsigned max)
{
    static struct hurd_cap_object many[HURD_CAP_CAPS_MAX];
    uint32_t handle;
    for (unsigned i = 0; i < max; i++) {
        hurd_cap_object_init(&many[i], &class);
        assert_int_equal(insert(task, &many[i], 0), i);
    }
    assert_int_equal(hurd_cap_insert(&table, task, &object[0], 7, 0, 0, &handle), EMFILE);
    assert_int_equal(object[0].strong, 0);
    assert_int_equal(insert(700, &object[0], 0), 1 << 18);
}

static void a_boot_server_has_at_most_8192_rows(void **state)
{
    (void) state;
    fill(3, HURD_CAP_CAPS_MAX);
}

static void a_program_has_at_most_1024_rows(void **state)
{
    (void) state;
    fill(513, HURD_CAP_CAPS_PROGRAM);
}

static void dropped_rows_give_their_memory_back(void **state)
{
    (void) state;
    static struct hurd_cap_object many[500];
    unsigned left;
    insert(600, &object[0], 0);
    long before = allocated;
    for (unsigned i = 0; i < 500; i++) {
        hurd_cap_object_init(&many[i], &class);
        insert(600, &many[i], 0);
    }
    long full = allocated;
    for (unsigned i = 1; i <= 500; i++)
        assert_int_equal(hurd_cap_remove(&table, 600, i, &left), 0);
    assert_true(full > before + 500 * (long) sizeof(struct hurd_cap));
    assert_true(allocated < before + 64 * (long) sizeof(void *));      /* the directory stays */
    assert_int_equal(insert(600, &object[1], 0), 1);
}

static void memory_is_asked_for_and_given_back_in_the_name_of_its_task(void **state)
{
    (void) state;
    static struct hurd_cap_object many[200];
    for (unsigned i = 0; i < 200; i++) {
        hurd_cap_object_init(&many[i], &class);
        insert(600, &many[i], 0);
    }
    long arrays = allocated_for[0], rows = allocated_for[600];
    assert_true(arrays >= 2 * (long) sizeof(void *));
    assert_true(rows > 200 * (long) sizeof(struct hurd_cap));
    insert(601, &many[0], 0);
    assert_int_equal(allocated_for[600], rows);
    assert_int_equal(allocated_for[0], arrays);
    assert_true(allocated_for[601] > (long) sizeof(struct hurd_cap));
    hurd_cap_forget(&table, 600);
    assert_int_equal(allocated_for[600], 0);
    hurd_cap_forget(&table, 601);
    assert_int_equal(allocated_for[601], 0);
    assert_int_equal(allocated_for[0], arrays);
}

static void a_handle_is_given_65535_times_at_most(void **state)
{
    (void) state;
    uint32_t handle = 0;
    for (unsigned i = 0; i < UINT16_MAX; i++)
        handle = insert(600, &object[0], 0);
    assert_int_equal(hurd_cap_insert(&table, 600, &object[0], 7, 0, 0, &handle), EMFILE);
    assert_int_equal(object[0].strong, 1);
}

static void running_out_of_memory_changes_nothing(void **state)
{
    (void) state;
    uint32_t handle;
    for (budget = 0; budget < 4000; budget += 8) {
        int err = hurd_cap_insert(&table, 600, &object[0], 7, 0, 0, &handle);
        assert_true(err == 0 || err == ENOMEM);
        assert_int_equal(object[0].strong, err ? 0 : 1);
        if (!err)
            return;
    }
    fail();
}

static int give(unsigned giver, unsigned task, struct hurd_cap_object *o, unsigned flags, uint32_t *handle)
{
    return hurd_cap_insert(&table, task, o, 7, flags, giver, handle);
}

static void rights_add_up_in_one_row(void **state)
{
    (void) state;
    uint32_t handle, again;
    struct hurd_cap *cap;
    assert_int_equal(hurd_cap_insert(&table, 600, &object[0], 4, 0, 7, &handle), 0);
    assert_int_equal(hurd_cap_insert(&table, 600, &object[0], 2, 0, 7, &again), 0);
    assert_int_equal(again, handle);
    assert_int_equal(hurd_cap_lookup(&table, 600, handle, &cap), 0);
    assert_int_equal(cap->rights, 6);
    assert_int_equal(cap->giver, 7);
    assert_int_equal(hurd_cap_handle(cap), handle);
    assert_int_equal(hurd_cap_task(cap), 600);
}

static void what_two_tasks_give_is_kept_apart(void **state)
{
    (void) state;
    uint32_t mine, first, second, own;
    struct hurd_cap *cap;
    unsigned left;
    mine = insert(600, &object[0], 0);
    assert_int_equal(hurd_cap_consent(&table, 600, 0, 9), 0);
    assert_int_equal(hurd_cap_insert(&table, 600, &object[0], 4, 0, 700, &first), 0);
    assert_int_equal(hurd_cap_insert(&table, 600, &object[0], 6, 0, 701, &second), 0);
    assert_true(first != second && first != mine && second != mine);
    assert_int_equal(hurd_cap_lookup(&table, 600, first, &cap), 0);
    assert_int_equal(cap->giver, 700);
    assert_int_equal(cap->rights, 4);
    assert_int_equal(hurd_cap_lookup(&table, 600, second, &cap), 0);
    assert_int_equal(cap->giver, 701);
    assert_int_equal(give(600, 600, &object[0], 0, &own), 0);   /* to oneself: not a gift */
    assert_int_equal(own, mine);
    assert_int_equal(hurd_cap_remove(&table, 600, first, &left), 0);
    assert_int_equal(left, 0);
    assert_int_equal(lookup(600, second), 0);
}

static void a_gift_uses_up_a_slot(void **state)
{
    (void) state;
    uint32_t handle;
    assert_int_equal(hurd_cap_consent(&table, 600, 700, 1), ESRCH);
    assert_int_equal(hurd_cap_may_give(&table, 600, 700), ESRCH);
    insert(600, &object[2], 0);
    assert_int_equal(hurd_cap_may_give(&table, 600, 700), EPERM);
    assert_int_equal(give(700, 600, &object[0], 0, &handle), EPERM);
    assert_int_equal(object[0].strong, 0);
    assert_int_equal(hurd_cap_consent(&table, 600, 700, 2), 0);
    assert_int_equal(give(701, 600, &object[0], 0, &handle), EPERM);
    assert_int_equal(give(700, 600, &object[0], 0, &handle), 0);
    assert_int_equal(give(700, 600, &object[0], 0, &handle), 0);    /* the same once more: a slot, too */
    assert_int_equal(give(700, 600, &object[1], 0, &handle), EPERM);
    assert_int_equal(hurd_cap_consent(&table, 600, 0, 1), 0);
    assert_int_equal(give(701, 600, &object[1], HURD_CAP_WEAK, &handle), 0);
    assert_int_equal(give(702, 600, &object[1], HURD_CAP_WEAK, &handle), EPERM);
    assert_int_equal(give(5, 600, &object[1], 0, &handle), 0);      /* boot tasks equip others */
}

static void slots_for_one_giver_go_before_those_for_all(void **state)
{
    (void) state;
    uint32_t handle;
    insert(600, &object[2], 0);
    assert_int_equal(hurd_cap_consent(&table, 600, 0, 1), 0);
    assert_int_equal(hurd_cap_consent(&table, 600, 700, 1), 0);
    assert_int_equal(give(700, 600, &object[0], 0, &handle), 0);
    assert_int_equal(give(701, 600, &object[0], 0, &handle), 0);
    assert_int_equal(hurd_cap_may_give(&table, 600, 700), EPERM);
}

static void consent_has_limits_and_ends(void **state)
{
    (void) state;
    insert(600, &object[0], 0);
    assert_int_equal(hurd_cap_consent(&table, 600, 0, HURD_CAP_OPEN_MAX + 1), EINVAL);
    assert_int_equal(hurd_cap_consent(&table, 600, 600, 1), EINVAL);
    for (unsigned i = 0; i < HURD_CAP_OPEN_FOR; i++)
        assert_int_equal(hurd_cap_consent(&table, 600, 700 + i, HURD_CAP_OPEN_MAX), 0);
    assert_int_equal(hurd_cap_consent(&table, 600, 0, 1), EMFILE);
    assert_int_equal(hurd_cap_consent(&table, 600, 701, 0), 0);
    assert_int_equal(hurd_cap_may_give(&table, 600, 701), EPERM);
    assert_int_equal(hurd_cap_consent(&table, 600, 0, 1), 0);
    assert_int_equal(hurd_cap_may_give(&table, 600, 701), 0);
    hurd_cap_giver_died(&table, 700);
    assert_int_equal(hurd_cap_consent(&table, 600, 0, 0), 0);
    assert_int_equal(hurd_cap_may_give(&table, 600, 700), EPERM);
    assert_int_equal(hurd_cap_may_give(&table, 600, 702), 0);
}

static void each_program_has_few_rows_at_a_time_in_a_boot_server(void **state)
{
    (void) state;
    uint32_t handle, first;
    unsigned left;
    insert(3, &object[2], 0);
    assert_int_equal(give(600, 3, &object[0], 0, &first), EPERM);
    assert_int_equal(hurd_cap_consent(&table, 3, 0, 2), 0);
    for (unsigned giver = 600; giver < 610; giver++) {
        assert_int_equal(give(giver, 3, &object[0], 0, &first), 0);
        assert_int_equal(give(giver, 3, &object[1], HURD_CAP_WEAK, &handle), 0);
        assert_int_equal(give(giver, 3, &object[2], 0, &handle), EMFILE);
        assert_int_equal(hurd_cap_remove(&table, 3, first, &left), 0);
        assert_int_equal(give(giver, 3, &object[2], 0, &handle), 0);
    }
}

static void gifts_go_back_until_they_are_used(void **state)
{
    (void) state;
    uint32_t handle;
    unsigned left;
    insert(600, &object[2], 0);
    insert(3, &object[2], 0);
    assert_int_equal(hurd_cap_consent(&table, 600, 700, 9), 0);
    assert_int_equal(hurd_cap_consent(&table, 3, 0, 1), 0);
    assert_int_equal(give(700, 600, &object[0], 0, &handle), 0);
    assert_int_equal(give(700, 600, &object[0], 0, &handle), 0);
    assert_int_equal(hurd_cap_withdraw(&table, 600, 701, handle), EBADF);
    assert_int_equal(hurd_cap_withdraw(&table, 601, 700, handle), EBADF);
    assert_int_equal(hurd_cap_withdraw(&table, 600, 700, handle), 0);
    assert_int_equal(destroyed, 0);
    assert_int_equal(hurd_cap_withdraw(&table, 600, 700, handle), 0);
    assert_int_equal(destroyed, 1);
    assert_int_equal(hurd_cap_withdraw(&table, 600, 700, handle), EBADF);
    uint32_t dead = handle;
    assert_int_equal(give(700, 600, &object[1], 0, &handle), 0);
    assert_int_not_equal(handle, dead);                 /* nothing new has its name ... */
    assert_int_equal(lookup(600, dead), EBADF);
    assert_int_equal(hurd_cap_remove(&table, 600, dead, &left), 0);
    assert_int_equal(lookup(600, handle), 0);
    assert_int_equal(hurd_cap_withdraw(&table, 600, 700, handle), EPERM);
    assert_int_equal(give(700, 600, &object[0], HURD_CAP_WEAK, &handle), 0);
    assert_int_equal(give(700, 3, &object[0], HURD_CAP_WEAK, &dead), 0);
    hurd_cap_object_revoke(&object[0]);                 /* dead, and nobody has seen it */
    assert_int_equal(hurd_cap_withdraw(&table, 600, 700, handle), EBADF);
    assert_int_equal(hurd_cap_may_give(&table, 3, 700), EMFILE);
    assert_int_equal(hurd_cap_withdraw(&table, 3, 700, dead), 0);
    assert_int_equal(hurd_cap_may_give(&table, 3, 700), 0);
}

static void unused_gifts_die_with_their_giver_and_used_ones_stay(void **state)
{
    (void) state;
    uint32_t used, unused, weak, other;
    unsigned left;
    insert(600, &object[2], 0);
    assert_int_equal(hurd_cap_consent(&table, 600, 0, 9), 0);
    assert_int_equal(give(700, 600, &object[0], 0, &used), 0);
    assert_int_equal(give(700, 600, &object[1], 0, &unused), 0);
    assert_int_equal(give(700, 600, &object[2], HURD_CAP_WEAK, &weak), 0);
    assert_int_equal(give(701, 600, &object[2], HURD_CAP_WEAK, &other), 0);
    assert_int_equal(lookup(600, used), 0);
    hurd_cap_giver_died(&table, 700);
    assert_int_equal(destroyed, 1);
    assert_int_equal(lookup(600, used), 0);
    assert_int_equal(lookup(600, unused), EBADF);
    assert_int_equal(lookup(600, weak), EBADF);
    assert_int_equal(lookup(600, other), 0);
    assert_int_not_equal(insert(600, &object[1], 0), unused);       /* dead handles are not used again ... */
    assert_int_equal(hurd_cap_remove(&table, 600, unused, &left), 0);
    hurd_cap_giver_died(&table, 700);
    assert_int_equal(lookup(600, used), 0);
}

static void a_boot_server_loses_all_that_a_dead_task_gave(void **state)
{
    (void) state;
    uint32_t used, weak, dead, other;
    insert(3, &object[2], 0);
    assert_int_equal(hurd_cap_consent(&table, 3, 0, 9), 0);
    assert_int_equal(give(600, 3, &object[0], 0, &used), 0);
    assert_int_equal(give(600, 3, &object[2], HURD_CAP_WEAK, &weak), 0);
    assert_int_equal(give(600, 3, &object[1], HURD_CAP_WEAK, &dead), 0);
    assert_int_equal(give(601, 3, &object[1], HURD_CAP_WEAK, &other), 0);
    assert_int_equal(lookup(3, used), 0);
    hurd_cap_object_revoke(&object[1]);
    hurd_cap_giver_died(&table, 600);
    assert_int_equal(destroyed, 1);
    assert_int_equal(lookup(3, used), EBADF);
    unsigned index = 0;
    const struct hurd_cap *left = hurd_cap_next_gift(&table, 3, &index);
    assert_non_null(left);
    assert_int_equal(hurd_cap_handle(left), other);
    index++;
    assert_null(hurd_cap_next_gift(&table, 3, &index));
    hurd_cap_object_keep(&object[1]);
    assert_int_equal(insert(3, &object[1], 0), used);           /* their handles are free again */
    hurd_cap_object_keep(&object[0]);
    assert_int_equal(insert(3, &object[0], 0), weak);
}

static void gifts_are_listed_and_other_rows_are_not(void **state)
{
    (void) state;
    uint32_t first, second, handle;
    unsigned index = 0;
    insert(600, &object[0], 0);
    assert_int_equal(hurd_cap_consent(&table, 600, 0, 9), 0);
    assert_int_equal(give(5, 600, &object[1], 0, &handle), 0);
    assert_int_equal(give(700, 600, &object[1], 0, &first), 0);
    assert_int_equal(give(600, 600, &object[2], 0, &handle), 0);
    assert_int_equal(give(701, 600, &object[2], HURD_CAP_WEAK, &second), 0);
    const struct hurd_cap *cap = hurd_cap_next_gift(&table, 600, &index);
    assert_int_equal(hurd_cap_handle(cap), first);
    assert_int_equal(index, first & 0x3ffff);
    index++;
    cap = hurd_cap_next_gift(&table, 600, &index);
    assert_int_equal(hurd_cap_handle(cap), second);
    index++;
    assert_null(hurd_cap_next_gift(&table, 600, &index));
    index = UINT32_MAX;
    assert_null(hurd_cap_next_gift(&table, 600, &index));
    index = 0;
    assert_null(hurd_cap_next_gift(&table, 601, &index));
}

#define TEST_IN_TABLE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_TABLE(handles_are_14_and_18_bits_from_zero_up),
        TEST_IN_TABLE(another_tasks_handle_is_bad),
        TEST_IN_TABLE(random_handles_are_bad),
        TEST_IN_TABLE(the_same_object_twice_is_one_handle),
        TEST_IN_TABLE(the_lowest_free_index_is_used_again),
        TEST_IN_TABLE(objects_live_as_long_as_a_strong_row),
        TEST_IN_TABLE(kept_objects_outlive_their_rows),
        TEST_IN_TABLE(weak_rows_keep_nothing_alive_and_die),
        TEST_IN_TABLE(weak_and_strong_rows_of_one_client_are_two),
        TEST_IN_TABLE(revocation_can_name_one_task),
        TEST_IN_TABLE(a_task_that_died_leaves_nothing_to_its_successor),
        TEST_IN_TABLE(a_dead_tasks_rows_go_in_parts),
        TEST_IN_TABLE(many_clients_are_found_by_task),
        TEST_IN_TABLE(a_boot_server_has_at_most_8192_rows),
        TEST_IN_TABLE(a_program_has_at_most_1024_rows),
        TEST_IN_TABLE(dropped_rows_give_their_memory_back),
        TEST_IN_TABLE(memory_is_asked_for_and_given_back_in_the_name_of_its_task),
        TEST_IN_TABLE(a_handle_is_given_65535_times_at_most),
        TEST_IN_TABLE(running_out_of_memory_changes_nothing),
        TEST_IN_TABLE(rights_add_up_in_one_row),
        TEST_IN_TABLE(what_two_tasks_give_is_kept_apart),
        TEST_IN_TABLE(a_gift_uses_up_a_slot),
        TEST_IN_TABLE(slots_for_one_giver_go_before_those_for_all),
        TEST_IN_TABLE(consent_has_limits_and_ends),
        TEST_IN_TABLE(each_program_has_few_rows_at_a_time_in_a_boot_server),
        TEST_IN_TABLE(gifts_go_back_until_they_are_used),
        TEST_IN_TABLE(unused_gifts_die_with_their_giver_and_used_ones_stay),
        TEST_IN_TABLE(a_boot_server_loses_all_that_a_dead_task_gave),
        TEST_IN_TABLE(gifts_are_listed_and_other_rows_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
