/* SPDX-License-Identifier: MIT */
/* The swap server's side: each error of its requests, and those that clients meet when it does
 * nothing, or will not come any more.  The program stands in init's place (tests/system/swap.py):
 * so it has the first control, and is its own swap server, on a disk that does not exist. */
#include "swap.h"

#include <hurd/mm.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/schedule.h>

enum { BLOCKS = 100, RESERVED = 1, CELLS = 16, NOBODY = 15000, NO_TASK = 1 << 14 };

static L4_Word_t swap, master;
static L4_Word_t identity = 100;            /* of the disk; each test gets a new one */
static struct hurd_pm_swap_job job;         /* the one under way; tag 0: none */

static int grant(L4_Word_t task, L4_Word_t payer, L4_Word_t *handle)
{
    return hurd_pm_swap_grant(pm, master, task, payer, handle);
}

/* We may be the swap server, and own_control will pay. */
static void begin(void)
{
    master = __hurd_startup_data->physmem_master.cap;
    EXPECT_EQ(grant(L4_Version(L4_MyGlobalId()), own_control, &swap), 0);
    job = (struct hurd_pm_swap_job) { .tag = 0 };
}

static int attach(L4_Word_t blocks, L4_Word_t name)
{
    L4_Word_t container;
    job = (struct hurd_pm_swap_job) { .tag = 0 };
    int err = hurd_pm_swap_attach(pm, swap, blocks, RESERVED, name, CELLS * PAGE, &container);
    if (!err)
        hurd_cap_drop(pm, container);
    return err;
}

/* There is an empty disk, and the test's control may use it. */
static void begin_with_disk(void)
{
    begin();
    EXPECT_EQ(attach(BLOCKS, ++identity), 0);
    EXPECT_EQ(hurd_pm_swap_quota(pm, master, own_control, BLOCKS - RESERVED), 0);
    EXPECT_EQ(hurd_pm_swap_quota(pm, own_control, control, CELLS + 4), 0);
    EXPECT_EQ(allocate(a, 0, CELLS + 4), 0);
    fill(a, 0, CELLS + 4, 0x500);
}

/* Ends the job that is under way and takes the next one, which has to be there. */
static int work(void)
{
    return hurd_pm_swap_wait(pm, swap, 0, job.pages, &job);
}

/* ---- a thread of ours whose request waits ---- */

static struct {
    L4_ThreadId_t thread;
    L4_Word_t amount;
    int (*ask)(void);
    volatile int error;                     /* -1: it waits still */
} asker;

static void ask(void *unused)
{
    (void) unused;
    asker.error = asker.ask();
}

static void ask_beside(int (*request)(void))
{
    asker.ask = request;
    asker.error = -1;
    EXPECT_EQ(hurd_thread_start(&asker.thread, ask, NULL, 0), 0);
}

static int asked(void)
{
    while (asker.error < 0)
        L4_Sleep(L4_TimePeriod(1000));
    return asker.error;
}

/* One page more than the window takes. */
static int ask_out(void)
{
    return hurd_pm_swap_out(pm, a, 0, (CELLS + 1) * PAGE, 0, &asker.amount);
}

static void wait_for_a_full_window(void)
{
    while (swap_info(control).used < CELLS)
        L4_Sleep(L4_TimePeriod(1000));
}

/* ---- the tests ---- */

TEST(a_swap_server_that_is_not_attached_gets_no_job)
{
    begin();
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_WAIT, swap, 0, 0, 0), EPERM);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_WAIT, swap, 0, 0), EINVAL);
    EXPECT_EQ(hurd_pm_swap_quota(pm, own_control, control, 1), ENOMEM);
    EXPECT_EQ(hurd_pm_control_give_back(pm, master, 1, NULL), EPERM);   /* it has no parent */
    EXPECT_EQ(allocate(a, 0, 1), 0);
    put(a, 0, 1);
    EXPECT_EQ(out(a, 0, 1), ENODEV);
}

TEST(attach_refuses_sizes_that_cannot_be)
{
    begin();
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_ATTACH, swap, BLOCKS, RESERVED, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_ATTACH, swap, BLOCKS, RESERVED, 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_ATTACH, swap, BLOCKS, RESERVED, 0, CELLS * PAGE + 1), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_ATTACH, swap, BLOCKS, RESERVED, 0,
                      HURD_PM_SWAP_WINDOW_LEAST - PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_ATTACH, swap, BLOCKS, RESERVED, 0,
                      HURD_PM_SWAP_WINDOW_MOST + PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_ATTACH, swap, BLOCKS, BLOCKS, 0, CELLS * PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_ATTACH, swap, 0, 0, 0, CELLS * PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_ATTACH, swap, ~0u, RESERVED, 0, CELLS * PAGE), EINVAL);
    EXPECT_EQ(swap_info(control).blocks, 0);
}

TEST(attach_takes_what_its_payer_has)
{
    begin();
    L4_Word_t unused = control_info(control).guarantee - control_info(control).used;
    EXPECT_EQ(grant(L4_Version(L4_MyGlobalId()), control, &swap), 0);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_ATTACH, swap, BLOCKS, RESERVED, 0, (unused + 1) * PAGE), ENOMEM);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_ATTACH, swap, BLOCKS, RESERVED, 0, unused * PAGE), ENOMEM);   /* no tables */
    EXPECT_EQ(control_info(control).guarantee - control_info(control).used, unused);
    EXPECT_EQ(swap_info(control).blocks, 0);
    begin();                                    /* control may go */
}

TEST(a_control_that_pays_for_the_window_cannot_be_destroyed)
{
    L4_Word_t middle, payer;
    begin();
    EXPECT_EQ(hurd_pm_control_split(pm, control, CELLS + 28, 0, &middle), 0);
    EXPECT_EQ(hurd_pm_control_split(pm, middle, CELLS + 24, 0, &payer), 0);
    EXPECT_EQ(grant(L4_Version(L4_MyGlobalId()), payer, &swap), 0);
    EXPECT_EQ(hurd_pm_control_destroy(pm, payer), EBUSY);       /* it will pay */
    EXPECT_EQ(hurd_pm_control_destroy(pm, middle), EBUSY);
    EXPECT_EQ(attach(BLOCKS, 1), 0);
    begin();
    EXPECT_EQ(hurd_pm_control_destroy(pm, payer), EBUSY);       /* it pays */
    EXPECT_EQ(hurd_pm_control_destroy(pm, control), EBUSY);
    EXPECT_EQ(attach(BLOCKS, 2), 0);                            /* now own_control does */
    EXPECT_EQ(hurd_pm_control_destroy(pm, payer), 0);
    hurd_cap_drop(pm, payer);
    hurd_cap_drop(pm, middle);
}

TEST(nobody_pins_pages_of_the_window)
{
    L4_Word_t container;
    begin();
    EXPECT_EQ(hurd_pm_swap_attach(pm, swap, BLOCKS, RESERVED, ++identity, CELLS * PAGE, &container), 0);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_PIN, container, 0, PAGE), EBUSY);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_MAP, container, HURD_PM_READ, window, 0, PAGE, HURD_PM_PINNED), EBUSY);
    hurd_cap_drop(pm, container);
}

TEST(one_task_is_attached_at_a_time)
{
    L4_Word_t theirs;
    begin_with_disk();
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_CAP_OPEN, FRIEND_SLOTS, 0), 0);
    EXPECT_EQ(grant(friend_task, own_control, &theirs), 0);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_SWAP_ATTACH, theirs, BLOCKS, RESERVED, identity, CELLS * PAGE), EBUSY);
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_PM_SWAP_WAIT, theirs, 0, 0, 0), EPERM);
    EXPECT_EQ(out(a, 0, 1), 0);
    EXPECT_EQ(attach(BLOCKS + 1, identity), EBUSY);             /* a page is on this disk */
    EXPECT_EQ(attach(BLOCKS, identity + 1), EBUSY);
    EXPECT_EQ(swap_info(control).attached, L4_Version(L4_MyGlobalId()));
    EXPECT_EQ(attach(BLOCKS, identity), 0);
    EXPECT_EQ(in(a, 0, 1), 0);
    EXPECT_EQ(attach(BLOCKS + 1, identity), 0);
}

TEST(a_job_ends_once_and_by_its_name)
{
    begin_with_disk();
    L4_Word_t written = swap_info(control).written;
    EXPECT_EQ(out(a, 0, 1), 0);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_WAIT, swap, 1, 0, 0), EINVAL);       /* there is none */
    EXPECT_EQ(work(), 0);
    EXPECT_EQ(job.operation, HURD_PM_SWAP_WRITE);
    EXPECT_EQ(job.pages, 1);
    L4_Word_t first = job.tag;
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_WAIT, swap, first + 1, 0, 1), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_WAIT, swap, 0, 0, 0), EINVAL);
    EXPECT_EQ(swap_info(control).inactive, 1);                          /* it is under way still */
    EXPECT_EQ(out(a, 1, 1), 0);
    EXPECT_EQ(work(), 0);
    EXPECT(job.tag != first);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_WAIT, swap, first, 0, 1), EINVAL);
    EXPECT_EQ(swap_info(control).written, written + 1);
    EXPECT_EQ(in(a, 0, 2), 0);                                          /* out of the window */
    expect_filled(a, 0, 2, 0x500);
}

TEST(a_request_that_waits_can_be_cancelled)
{
    begin_with_disk();
    ask_beside(ask_out);
    wait_for_a_full_window();
    EXPECT_EQ(REQUEST(HURD_CAP_CANCEL, asker.thread.raw, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_CAP_CANCEL, L4_MyGlobalId().raw), ESRCH);
    EXPECT_EQ(asker.error, -1);
    EXPECT_EQ(REQUEST(HURD_CAP_CANCEL, asker.thread.raw), 0);
    EXPECT_EQ(asked(), ECANCELED);
    EXPECT_EQ(REQUEST(HURD_CAP_CANCEL, asker.thread.raw), ESRCH);
    EXPECT_EQ(hurd_pm_swap_out(pm, a, 0, (CELLS + 1) * PAGE, HURD_PM_SWAP_NOWAIT, NULL), EAGAIN);
    EXPECT_EQ(in(a, 0, CELLS), 0);
    expect_filled(a, 0, CELLS, 0x500);
}

TEST(others_do_not_cancel_our_requests)
{
    begin_with_disk();
    ask_beside(ask_out);
    wait_for_a_full_window();
    EXPECT_EQ(FRIEND_REQUEST(NULL, HURD_CAP_CANCEL, asker.thread.raw), ESRCH);
    EXPECT_EQ(asker.error, -1);
    EXPECT_EQ(work(), 0);                       /* a job begins, */
    EXPECT_EQ(attach(BLOCKS, identity), 0);     /* and is forgotten */
    EXPECT_EQ(work(), 0);
    EXPECT_EQ(deallocate(a, 0, CELLS, NULL), 0);        /* what nobody wants leaves the window */
    EXPECT_EQ(work(), 0);
    EXPECT_EQ(job.pages, 1);
    EXPECT_EQ(asked(), 0);
    EXPECT_EQ(asker.amount, (CELLS + 1) * PAGE);
}

TEST(a_grant_can_be_refused)
{
    L4_Word_t theirs;
    begin();
    EXPECT_EQ(grant(NO_TASK, own_control, &theirs), ESRCH);
    EXPECT_EQ(grant(NOBODY, own_control, &theirs), ENOMEM);     /* it has no control that could pay */
    EXPECT_EQ(grant(L4_Version(L4_MyGlobalId()), a, &theirs), EBADF);
    EXPECT_EQ(grant(L4_Version(L4_MyGlobalId()), BAD_HANDLE, &theirs), EBADF);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_GRANT, master, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_SWAP_GRANT, own_control, 0, own_control), EPERM);
}

/* Writes go well, and nothing is read: the contents of the oldest pages are on disk only. */
TEST(without_a_server_to_come_pages_on_disk_are_lost_and_none_go_there)
{
    begin_with_disk();
    EXPECT_EQ(out(a, 0, CELLS), 0);
    EXPECT_EQ(work(), 0);
    EXPECT_EQ(job.pages, CELLS);
    ask_beside(ask_out);                        /* its last page takes the cell of the first, */
    EXPECT_EQ(work(), 0);                       /* which is free behind this */
    EXPECT_EQ(asked(), 0);
    EXPECT_EQ(grant(0, own_control, NULL), 0);
    EXPECT_EQ(in(a, 0, 1), EIO);
    EXPECT_EQ(in(a, CELLS, 1), 0);              /* it is in the window */
    EXPECT_EQ(get(a, CELLS), 0x500 + CELLS);
    EXPECT_EQ(out(a, CELLS, 1), ENODEV);
    EXPECT_EQ(swap_info(control).attached, 0);
}

const struct test swap_server_tests[] = {
    T(a_swap_server_that_is_not_attached_gets_no_job),
    T(attach_refuses_sizes_that_cannot_be),
    T(attach_takes_what_its_payer_has),
    T(a_control_that_pays_for_the_window_cannot_be_destroyed),
    T(nobody_pins_pages_of_the_window),
    T2(one_task_is_attached_at_a_time),
    T(a_job_ends_once_and_by_its_name),
    T(a_request_that_waits_can_be_cancelled),
    T2(others_do_not_cancel_our_requests),
    T(a_grant_can_be_refused),
    T(without_a_server_to_come_pages_on_disk_are_lost_and_none_go_there),
    { 0, 0, 0 },
};
