/* SPDX-License-Identifier: MIT */
/* In the place of the root task: a boot task that asks physmem for the longest work there is, beside a
 * program that only wants a short answer, again and again.  tests/system/calm.py boots this with a
 * clock that counts instructions, and judges the worst of its calls, and the worst time from one
 * answer to the next.  TAP through wortel.
 *
 * The program has a lower priority than we, and a higher one than physmem's pacer.  So it never waits
 * for its time slice; the pacer never runs, and our requests go on by physmem's alarm alone.  It does
 * nothing but call, and we sleep between two requests: so what it waits for is physmem. */
#include <errno.h>
#include <stdbool.h>

#include <hurd/cap.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <hurd/wortel.h>
#include <l4/ipc.h>
#include <l4/schedule.h>
#include <l4/thread.h>

#include "tests/guest/say.h"

enum { PAGE = 4096, LONG = 1024, BIND = 32 /* for one request */, WINDOW = 0x10000000, CALLS = 10000, PROGRAM_PRIORITY = 105,
       REST = 1000, SETTLED = 500000, CROWD = 1000, HELD = 1000, APART = 20, BLOCKS = 1 << 15, CELLS = 64, STORED = 64,
       JOB = 16 };

static const struct hurd_startup_data *data;
static L4_ThreadId_t physmem, task;
static L4_Word_t own_control;
static unsigned tests, failures;

/* Printed at the end: wortel prints a letter at a time, and the program would wait for that. */
static struct {
    L4_Word_t is, wanted;
    const char *name;
} results[400];

static void result(L4_Word_t is, L4_Word_t wanted, const char *name)
{
    results[tests].is = is;
    results[tests].wanted = wanted;
    results[tests++].name = name;
    failures += is != wanted;
}

static void report(void)
{
    for (unsigned i = 0; i < tests; i++) {
        bool good = results[i].is == results[i].wanted;
        if (!good)
            say("# %lu, wanted %lu\n", (unsigned long) results[i].is, (unsigned long) results[i].wanted);
        say("%sok %u - %s\n", good ? "" : "not ", i + 1, results[i].name);
    }
    say("1..%u\n", tests);
}

/* ---- the program ----------------------------------------------------------------------------- */

static struct {
    volatile L4_Word_t calls, errors;
    volatile L4_Word_t usual, worst, gap;       /* in ticks of the time-stamp counter */
} seen;

static L4_Word_t now(void)
{
    L4_Word_t low;
    __asm__ volatile("rdtsc" : "=a"(low) : : "edx");
    return low;
}

static void program(void)
{
    struct hurd_pm_cap_info info;
    for (L4_Word_t last = now();;) {
        L4_Word_t begin = now();
        seen.errors += hurd_pm_cap_info(physmem, own_control, &info) != 0;
        L4_Word_t end = now(), took = end - begin;
        if (seen.calls == 0 || took < seen.usual)
            seen.usual = took;
        if (seen.calls && took > seen.worst)
            seen.worst = took;
        if (seen.calls && end - last > seen.gap)
            seen.gap = end - last;
        last = end;
        seen.calls++;
    }
}

static int program_start(void)
{
    static L4_Word_t stack[1024];
    L4_ThreadId_t thread;
    int err = hurd_task_thread_alloc(task, data->task.cap, 0, &thread);
    if (!err)
        err = hurd_task_thread_priority(task, data->task.cap, thread, PROGRAM_PRIORITY);
    if (!err)
        L4_Start_SpIp(thread, (L4_Word_t) &stack[1023], (L4_Word_t) program);
    return err;
}

static void rest(void)
{
    L4_Sleep(L4_TimePeriod(REST));
}

/* ---- the work -------------------------------------------------------------------------------- */

static L4_Word_t control, crowd, c, d;
static struct hurd_task_created holder;
static L4_Word_t before;                        /* free frames */

static L4_Word_t free_frames(void)
{
    struct hurd_pm_statistics all = { 0 };
    hurd_pm_statistics(physmem, own_control, &all);
    return all.free;
}

/* Containers without pages.  Returns how many could not be made, or not be given to `holder`. */
static unsigned containers_make(L4_Word_t from, unsigned n, unsigned holder)
{
    unsigned failed = 0;
    L4_Word_t one, theirs;
    while (n--) {
        failed += hurd_pm_container_create(physmem, from, 0, &one) != 0;
        failed += holder && hurd_cap_give(physmem, one, holder, HURD_PM_RIGHTS, HURD_CAP_GIVE_MOVE, &theirs) != 0;
    }
    return failed;
}

/* A task of this program again, which only holds things: see task_main(). */
static int holder_start(void)
{
    struct hurd_pm_container_info info = { 0 };
    L4_Word_t image, part;
    int err = hurd_pm_container_info(physmem, data->image.cap, &info);
    if (!err)
        err = hurd_pm_container_share(physmem, data->image.cap, HURD_TASK_TASK, HURD_PM_READ, &image);
    if (!err)
        err = hurd_pm_control_split(physmem, own_control, 200, HURD_TASK_TASK, &part);
    return err ? err : hurd_task_create(task, data->task.cap, image, 0, info.allocated, part, "holder", 7, &holder);
}

static void crowd_begin(void)
{
    result(hurd_pm_control_split(physmem, own_control, 400, 0, &crowd), 0, "a_control_for_many_containers");
    result(containers_make(crowd, CROWD, 0), 0, "a_thousand_of_them");
    result(holder_start(), 0, "a_task");
    result(containers_make(own_control, HELD, holder.id), 0, "which_holds_a_thousand_others");
}

static void begin(void)
{
    crowd_begin();
    before = free_frames();
    result(hurd_pm_control_split(physmem, own_control, 2 * LONG + 200, 0, &control), 0, "a_control");
    result(hurd_pm_container_create(physmem, control, 0, &c), 0, "a_container");
    result(hurd_pm_container_create(physmem, control, 0, &d), 0, "and_another");
}

/* Every page gets a frame.  Returns how many requests failed. */
static unsigned bind(L4_Word_t container)
{
    unsigned failed = 0;
    for (L4_Word_t page = 0; page < LONG; page += BIND) {
        failed += hurd_pm_container_map(physmem, container, HURD_PM_READ | HURD_PM_WRITE, WINDOW, page * PAGE,
                                        BIND * PAGE, NULL) != 0;
        rest();
    }
    return failed;
}

/* The bytes from the start on whose frames lie behind each other, asked for one by one. */
static L4_Word_t in_one_piece(L4_Word_t container, L4_Word_t pages)
{
    L4_Word_t begin = 0, one = 0, n = 0;
    for (bool more = true; more && n < pages; n += more) {
        result(hurd_pm_container_pin(physmem, container, n * PAGE, PAGE, &one, NULL), 0, "one_page_is_pinned");
        begin = n == 0 ? one : begin;
        more = one == begin + n * PAGE;
    }
    return n * PAGE;
}

/* A sixteenth of what is ours; the same by ALLOCATE_MAP with PINNED; and what is refused at its end. */
static void pins(void)
{
    L4_Word_t e, first = 0, contiguous = 0, done = 0, n = 200;
    struct hurd_pm_control_info info = { 0 };
    hurd_pm_control_info(physmem, own_control, &info);
    if (info.guarantee / 16 < n)
        n = info.guarantee / 16 - 40;
    result(n >= 100, 1, "it_may_pin_many_pages");
    result(hurd_pm_container_create(physmem, own_control, 0, &e), 0, "a_container_to_pin");
    result(hurd_pm_container_allocate(physmem, e, 0, 0, n * PAGE, &done), 0, "with_pages");
    result(hurd_pm_container_pin(physmem, e, APART * PAGE, PAGE, &first, NULL), 0, "of_which_one_gets_its_frame_first");
    rest();
    result(hurd_pm_container_pin(physmem, e, 0, n * PAGE, &first, &contiguous), 0, "it_pins_them_all");
    result(first != 0, 1, "and_learns_where_they_are");
    result(contiguous, in_one_piece(e, n), "and_which_of_them_are_in_one_piece");
    rest();
    result(hurd_pm_container_deallocate(physmem, e, (n - 1) * PAGE, PAGE, &done), EBUSY, "the_last_one_is_pinned");
    result(hurd_pm_container_unpin(physmem, e, 0, (n + 1) * PAGE), EINVAL, "it_cannot_unpin_one_more");
    rest();
    result(hurd_pm_container_deallocate(physmem, e, 0, PAGE, &done), EBUSY, "and_none_is_unpinned");
    result(hurd_pm_container_unpin(physmem, e, 0, n * PAGE), 0, "it_unpins_them_all");
    hurd_pm_container_unpin(physmem, e, APART * PAGE, PAGE);
    for (L4_Word_t i = 0; i * PAGE <= contiguous && i < n; i++)
        hurd_pm_container_unpin(physmem, e, i * PAGE, PAGE);    /* in_one_piece() pinned these */
    rest();
    result(hurd_pm_container_deallocate(physmem, e, (n - 1) * PAGE, PAGE, &done), 0, "the_last_one_can_go");
    result(hurd_pm_container_pin(physmem, e, 0, n * PAGE, &first, &contiguous), ENOENT, "it_pins_up_to_a_hole");
    rest();
    result(hurd_pm_container_deallocate(physmem, e, 0, n * PAGE, &done), 0, "and_nothing_is_pinned");
    result(done, (n - 1) * PAGE, "so_all_pages_can_go");
    rest();
    result(hurd_pm_container_allocate_pinned(physmem, e, HURD_PM_READ | HURD_PM_WRITE, WINDOW, 0, n * PAGE, &done), 0,
           "it_allocates_and_pins_as_many");
    result(done >= PAGE, 1, "and_maps_some_of_them");
    rest();
    result(hurd_pm_container_deallocate(physmem, e, (n - 1) * PAGE, PAGE, &done), EBUSY, "the_last_one_is_pinned_again");
    result(hurd_pm_container_destroy(physmem, e), 0, "and_destroys_the_container");
    rest();
}

/* Pages go out, and come in again: the window and 64 frames know their blocks. */
static void pages_go_to_disk(L4_Word_t swap)
{
    struct hurd_pm_swap_job job = { .tag = 0 };
    L4_Word_t e, done = 0, wait = 0;
    result(hurd_pm_container_create(physmem, own_control, 0, &e), 0, "a_container_for_the_disk");
    result(hurd_pm_container_allocate(physmem, e, 0, 0, STORED * PAGE, &done), 0, "with_pages");
    for (L4_Word_t page = 0; page < STORED; page += BIND, rest())
        hurd_pm_container_map(physmem, e, HURD_PM_READ | HURD_PM_WRITE, WINDOW, page * PAGE, BIND * PAGE, NULL);
    result(hurd_pm_swap_quota(physmem, data->physmem_master.cap, own_control, 2 * STORED), 0, "a_quota_of_the_disk");
    for (L4_Word_t written = 0; written < STORED; written += JOB) {
        result(hurd_pm_swap_out(physmem, e, written * PAGE, JOB * PAGE, 0, &done), 0, "pages_go_out");
        result(hurd_pm_swap_wait(physmem, swap, 0, wait, &job), 0, "and_are_written");
        wait = job.pages;
        rest();
    }
    result(hurd_pm_swap_in(physmem, e, 0, STORED * PAGE, 0, &done), 0, "they_come_in_again");
    rest();
}

/* Partitions of 128 MB.  The second one makes physmem forget the first. */
static void attaches(void)
{
    L4_Word_t swap, e, master = data->physmem_master.cap;
    result(hurd_pm_swap_grant(physmem, master, L4_Version(L4_MyGlobalId()), own_control, &swap), 0,
           "it_is_the_swap_server");
    for (L4_Word_t disk = 1; disk <= 2; disk++) {
        result(hurd_pm_swap_attach(physmem, swap, BLOCKS, 1, disk, CELLS * PAGE, &e), 0, "it_attaches_a_large_disk");
        rest();
        if (disk == 1)
            pages_go_to_disk(swap);
    }
    before = free_frames();             /* the tables of the second one stay */
}

static void work(void)
{
    L4_Word_t done = 0;
    pins();
    attaches();
    result(hurd_pm_container_allocate(physmem, c, 0, 0, LONG * PAGE, &done), 0, "a_boot_task_allocates_4_mb");
    result(done, LONG * PAGE, "all_of_it");
    rest();
    result(bind(c), 0, "it_gets_frames_for_it");
    result(hurd_pm_container_copy(physmem, c, 0, d, 0, LONG * PAGE, 0, &done), 0, "it_copies_4_mb");
    result(done, LONG * PAGE, "to_the_last_page");
    rest();
    result(hurd_pm_container_revoke(physmem, c, 0, &done), 0, "it_takes_all_mappings_away");
    rest();
    result(hurd_pm_container_deallocate(physmem, d, 0, LONG * PAGE, &done), 0, "it_gives_the_copy_back");
    result(done, LONG * PAGE, "which_is_gone");
    rest();
    result(hurd_pm_container_copy(physmem, c, 0, d, 0, LONG * PAGE, HURD_PM_MOVE, &done), 0, "it_moves_4_mb");
    rest();
    result(hurd_pm_container_destroy(physmem, d), 0, "it_destroys_a_container_of_4_mb");
    result(free_frames() >= before - 100, 1, "whose_frames_are_back_when_the_reply_comes");
    result(hurd_pm_container_allocate(physmem, c, 0, 0, LONG * PAGE, &done), 0, "it_allocates_them_again");
    rest();
    result(bind(c), 0, "and_gets_frames_for_them");
    result(hurd_pm_control_destroy(physmem, control), 0, "it_destroys_a_control_with_4_mb");
    result(free_frames() >= before - 16, 1, "and_has_all_frames_back_when_the_reply_comes");
    rest();
    result(hurd_pm_control_destroy(physmem, crowd), 0, "it_destroys_a_control_with_a_thousand_containers");
    rest();
    result(hurd_task_destroy(task, holder.handle, 0), 0, "it_ends_a_task_with_a_thousand_handles");
    result(free_frames() >= before + CROWD / 40 + HELD / 40, 1, "and_all_their_frames_are_back");
}

static void test(void)
{
    L4_Sleep(L4_TimePeriod(SETTLED));       /* other servers have begun, too: they have higher priorities */
    result(program_start(), 0, "a_program_calls_physmem");
    begin();
    rest();
    seen.worst = seen.gap = 0;
    work();
    L4_Word_t worst = seen.worst, gap = seen.gap;
    while (seen.calls < CALLS)
        rest();
    result(seen.errors, 0, "all_calls_of_the_program_succeed");
    say("# calm physmem %lu %lu gap %lu of %lu calls\n", (unsigned long) seen.usual, (unsigned long) worst,
        (unsigned long) gap, (unsigned long) seen.calls);
}

void task_main(struct hurd_startup_data *startup) __attribute__((noreturn));

void task_main(struct hurd_startup_data *startup)
{
    L4_Init();
    if (!(startup->flags & HURD_STARTUP_BOOTSTRAP))
        L4_Sleep(L4_Never);                 /* the holder */
    data = startup;
    say_cap = data->wortel.cap;
    L4_Set_ExceptionHandler(hurd_wortel_thread());
    physmem = L4_ThreadIdOfRaw(data->physmem_control.server);
    own_control = data->physmem_control.cap;
    task = L4_ThreadIdOfRaw(data->task.server);
    test();
    report();
    say("# done\n");
    hurd_wortel_shutdown(data->wortel.cap, failures > 0, HURD_SHUTDOWN_POWEROFF);
    for (;;)
        L4_Sleep(L4_Never);
}
