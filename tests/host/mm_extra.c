/* SPDX-License-Identifier: MIT */
/* flags: -include tests/host/mm_l4.h -idirafter lib/libc-mini/include */
/* words: 32 */
/* libhurd-mm's own extra pages: a thread of the library gives some back while another one takes more, and physmem
 * refuses.  The second thread is played at the moment when physmem serves the first one; if the first one holds the
 * lock, it comes later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

L4_MsgTag_t L4_Receive(L4_ThreadId_t from);
#include "lib/hurd-mm/extra.c"

enum { MOST = 64 };

static bool present[MOST];
static L4_Word_t asked_meanwhile;       /* pages that physmem wants back while it serves a request */
static int refuses;                     /* the error of the next request to give back */

static bool held;
static L4_Word_t waits;                 /* for the lock: the thread that gives so many pages back */

static struct hurd_startup_data data;
struct hurd_startup_data *__hurd_startup_data = &data;

static void physmem_asks(L4_Word_t pages)
{
    if (held)
        waits = pages;
    else
        extra_give_back(pages);
}

void mutex_init(struct mutex *mutex) { (void)mutex; }

void mutex_lock(struct mutex *mutex)
{
    (void)mutex;
    assert_false(held);
    held = true;
}

void mutex_unlock(struct mutex *mutex)
{
    L4_Word_t pages = waits;
    (void)mutex;
    assert_true(held);
    held = false;
    waits = 0;
    if (pages)
        extra_give_back(pages);
}

L4_MsgTag_t L4_Receive(L4_ThreadId_t from) { return (L4_MsgTag_t){.raw = from.raw}; }

int thread_start_ours(L4_ThreadId_t *thread, void (*function)(void *), void *argument, uintptr_t stack)
{
    (void)function, (void)argument, (void)stack;
    thread->raw = 1;
    return 0;
}

int hurd_pm_container_create(L4_ThreadId_t pm, L4_Word_t control, L4_Word_t flags, L4_Word_t *container)
{
    (void)pm, (void)control, (void)flags;
    *container = 1;
    return 0;
}

int hurd_pm_control_notify(L4_ThreadId_t pm, L4_Word_t control, L4_ThreadId_t thread, L4_Word_t word)
{
    (void)pm, (void)control, (void)thread, (void)word;
    return 0;
}

int hurd_pm_container_allocate(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t flags, L4_Word_t start, L4_Word_t size,
                               L4_Word_t *amount)
{
    (void)pm, (void)container, (void)amount;
    L4_Word_t asked = asked_meanwhile;
    assert_int_equal(flags, HURD_PM_EXTRA);
    for (L4_Word_t i = start; i < start + size; i += HURD_MM_PAGE)
        if (present[i / HURD_MM_PAGE])
            return EEXIST;
    memset(present + start / HURD_MM_PAGE, true, size / HURD_MM_PAGE);
    asked_meanwhile = 0;
    if (asked)
        physmem_asks(asked);
    return 0;
}

int hurd_pm_container_deallocate(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t start, L4_Word_t size, L4_Word_t *amount)
{
    (void)pm, (void)container;
    int error = refuses;
    refuses = 0;
    *amount = error ? 0 : size;
    if (!error)
        memset(present + start / HURD_MM_PAGE, false, size / HURD_MM_PAGE);
    return error;
}

/* Those below the end, and no others. */
static void check(L4_Word_t pages)
{
    assert_int_equal(extra.end, pages * HURD_MM_PAGE);
    for (L4_Word_t i = 0; i < MOST; i++)
        assert_int_equal(present[i], i < pages);
}

static L4_Word_t take(L4_Word_t pages)
{
    L4_Word_t container;
    uintptr_t offset;
    assert_int_equal(hurd_mm_extra_pages(pages, &container, &offset), 0);
    return offset / HURD_MM_PAGE;
}

static int begin(void **state)
{
    (void)state;
    memset(present, false, sizeof present);
    extra_forked();
    return hurd_mm_extra(NULL, NULL);
}

static void pages_are_taken_and_given_back_at_the_end(void **state)
{
    (void)state;
    assert_int_equal(take(10), 0);
    assert_int_equal(take(5), 10);
    assert_int_equal(extra_give_back(7), 7);
    check(8);
    assert_int_equal(take(1), 8);
    assert_int_equal(extra_give_back(20), 9);
    check(0);
}

static void pages_that_are_taken_meanwhile_are_others(void **state)
{
    (void)state;
    take(10);
    asked_meanwhile = 3;
    assert_int_equal(take(5), 10);
    check(12);
}

static void what_physmem_did_not_take_is_still_there(void **state)
{
    (void)state;
    take(10);
    refuses = EBUSY;
    assert_int_equal(extra_give_back(4), 0);
    check(10);
    assert_int_equal(take(2), 10);
    check(12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(pages_are_taken_and_given_back_at_the_end, begin),
        cmocka_unit_test_setup(pages_that_are_taken_meanwhile_are_others, begin),
        cmocka_unit_test_setup(what_physmem_did_not_take_is_still_there, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
