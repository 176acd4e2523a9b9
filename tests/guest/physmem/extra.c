/* SPDX-License-Identifier: MIT */
/* Extra pages: beyond the guarantee while there are frames, asked back, seized when they do not come,
 * never wrong data.  Soft references, and locks on weak references. */
#include "suite.h"

#include <hurd/mm.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/misc.h>
#include <l4/schedule.h>
#include <l4/thread.h>

#define LACK        100u                /* frames that a test asks back */
#define HOARD       0x100u              /* page of `a` at which the hoard begins */
#define CHUNK       1024u

static L4_Word_t hoarder, hoard;        /* a control with nothing, and what it has nevertheless */
static unsigned hoarded;                /* pages, from 0 on */
static L4_Word_t claimer, claim;        /* a control whose guarantee is still unused */

static struct hurd_pm_extra_info extra_info(L4_Word_t handle)
{
    struct hurd_pm_extra_info info = { 0 };
    EXPECT_EQ(hurd_pm_extra_info(pm, handle, &info), 0);
    return info;
}

static int allocate_extra(L4_Word_t container, unsigned page, unsigned n)
{
    return hurd_pm_container_allocate(pm, container, HURD_PM_EXTRA, page * PAGE, n * PAGE, NULL);
}

/* The hoarder takes every frame that it can get. */
static void hoard_begin(void)
{
    EXPECT_EQ(hurd_pm_control_split(pm, own_control, 40, 0, &hoarder), 0);
    EXPECT_EQ(hurd_pm_control_split(pm, own_control, 4 * LACK, 0, &claimer), 0);
    EXPECT_EQ(hurd_pm_container_create(pm, hoarder, 0, &hoard), 0);
    EXPECT_EQ(hurd_pm_container_create(pm, claimer, 0, &claim), 0);
    for (unsigned n = CHUNK; n; n /= 2)
        while (allocate_extra(hoard, hoarded, n) == 0)
            hoarded += n;
    EXPECT(hoarded > 4 * LACK);
    EXPECT_EQ(extra_info(hoarder).extra, hoarded);
    EXPECT_EQ(extra_info(hoarder).all, hoarded);
    EXPECT(extra_info(hoarder).guaranteed == 0);
}

static void hoard_end(void)
{
    EXPECT_EQ(hurd_pm_control_destroy(pm, hoarder), 0);
    EXPECT_EQ(hurd_pm_control_destroy(pm, claimer), 0);
    hurd_cap_drop(pm, hoarder);
    hurd_cap_drop(pm, hoard);
    hurd_cap_drop(pm, claimer);
    hurd_cap_drop(pm, claim);
    EXPECT_EQ(extra_info(own_control).all, 0);
    hoarded = 0;
}

static int hoard_map(unsigned page)
{
    return hurd_pm_container_map(pm, hoard, HURD_PM_READ | HURD_PM_WRITE, window, page * PAGE, PAGE, NULL);
}

TEST(extra_pages_come_while_there_are_frames)
{
    L4_Word_t before = free_frames(), amount;
    unsigned room = extra_info(control).room;
    EXPECT_EQ(allocate(a, 0, FRAMES), 0);               /* all of the guarantee, if the books suffice */
    EXPECT_EQ(allocate(a, FRAMES, 1), ENOMEM);
    EXPECT_EQ(allocate_extra(a, FRAMES, 10), 0);
    EXPECT_EQ(extra_info(control).extra, 10);
    EXPECT_EQ(extra_info(control).guaranteed, FRAMES);
    EXPECT(extra_info(control).room <= room - FRAMES - 10);
    put(a, FRAMES + 3 - FRAMES, 1);
    EXPECT_EQ(hurd_pm_container_map(pm, a, HURD_PM_READ | HURD_PM_WRITE, window, (FRAMES + 3) * PAGE, PAGE, NULL), 0);
    EXPECT_EQ(*at(0), 0);
    *at(0) = 17;
    EXPECT_EQ(allocate_extra(a, FRAMES + 9, 2), EEXIST);
    EXPECT_EQ(hurd_pm_container_allocate(pm, b, HURD_PM_EXTRA | HURD_PM_PARTIAL, 0, 0x40000000, &amount), ENOMEM);
    EXPECT(amount > 0 && amount <= room * PAGE);
    EXPECT_EQ(deallocate(b, 0, 0x40000, &amount), 0);
    EXPECT_EQ(extra_info(control).extra, 10);
    EXPECT_EQ(deallocate(a, FRAMES, 10, &amount), 0);
    EXPECT_EQ(amount, 10 * PAGE);
    EXPECT_EQ(extra_info(control).extra, 0);
    EXPECT(free_frames() >= before - 1);
}

TEST(extra_pages_are_refused_where_they_cannot_be)
{
    L4_Word_t wired, weak, word;
    EXPECT_EQ(hurd_pm_container_create(pm, control, HURD_PM_WIRED, &wired), 0);
    EXPECT_EQ(allocate_extra(wired, 0, 1), EINVAL);
    hurd_cap_drop(pm, wired);
    EXPECT_EQ(allocate_extra(a, 0, 4), 0);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_PIN, a, 0, PAGE), EPERM);
    EXPECT_EQ(hurd_pm_container_share(pm, a, 0, 0, &weak), 0);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_ALLOCATE, weak, HURD_PM_EXTRA, 0x10000, PAGE), EPERM);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_HARDEN, weak, 0, 0, PAGE), EPERM);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_HARDEN, a, HURD_PM_SQUASH, 0, PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_HARDEN, a, 0, 1, PAGE), EINVAL);
    EXPECT_EQ(request_words(HURD_PM_CONTAINER_HARDEN, 4, (L4_Word_t[]) { a, 0, 0, 5 * PAGE }, &word), ENOENT);
    EXPECT_EQ(word, 4 * PAGE);
    EXPECT_EQ(extra_info(control).extra, 0);
    EXPECT_EQ(extra_info(control).guaranteed, 4);
    EXPECT_EQ(REQUEST(HURD_PM_CONTROL_NOTIFY, control, L4_MyLocalId().raw, 0), ESRCH);
    EXPECT_EQ(REQUEST(HURD_PM_CONTROL_NOTIFY, control, pm.raw, 0), ESRCH);
    EXPECT_EQ(REQUEST(HURD_PM_CONTROL_NOTIFY, a, L4_MyGlobalId().raw, 0), EBADF);
    EXPECT_EQ(hurd_pm_control_notify(pm, control, L4_MyGlobalId(), 1), 0);
    EXPECT_EQ(hurd_pm_control_notify(pm, control, L4_nilthread, 0), 0);
    hurd_cap_drop(pm, weak);
}

/* A move within a control takes the charge along, to another one it is refused. */
TEST(extra_pages_stay_extra)
{
    L4_Word_t other, elsewhere;
    EXPECT_EQ(hurd_pm_control_split(pm, own_control, 20, 0, &other), 0);
    EXPECT_EQ(hurd_pm_container_create(pm, other, 0, &elsewhere), 0);
    EXPECT_EQ(allocate_extra(a, 0, 4), 0);
    put(a, 0, 5);
    EXPECT_EQ(copy(a, 0, elsewhere, 0, 1, HURD_PM_MOVE), EPERM);
    EXPECT_EQ(copy(a, 0, b, 0, 2, HURD_PM_MOVE), 0);
    EXPECT_EQ(extra_info(control).extra, 4);
    EXPECT_EQ(get(b, 0), 5);
    EXPECT_EQ(copy(b, 0, elsewhere, 0, 2, 0), 0);
    EXPECT_EQ(extra_info(other).extra, 0);
    EXPECT_EQ(extra_info(other).guaranteed, 2);
    EXPECT_EQ(allocate(a, 8, 1), 0);
    EXPECT_EQ(copy(a, 8, b, 0, 1, HURD_PM_SQUASH), 0);
    EXPECT_EQ(extra_info(control).extra, 4);
    EXPECT_EQ(copy(a, 8, b, 0, 1, HURD_PM_SQUASH | HURD_PM_MOVE), 0);
    EXPECT_EQ(extra_info(control).extra, 3);
    EXPECT_EQ(extra_info(control).guaranteed, 1);
    hurd_pm_control_destroy(pm, other);
    hurd_cap_drop(pm, other);
    hurd_cap_drop(pm, elsewhere);
}

/* ---- asked back ---- */

static volatile L4_Word_t told, told_frames, told_word, gives, stop;
static volatile L4_Word64_t told_until, told_at;
static L4_ThreadId_t listener;

static void listen(void *ignored)
{
    (void) ignored;
    while (!stop) {
        L4_MsgTag_t tag = L4_Receive_Timeout(pm, L4_TimePeriod(20000));
        if (L4_IpcFailed(tag) || L4_Label(tag) != HURD_PM_RETURN_FRAMES)
            continue;
        told_at = L4_SystemClock().raw;
        told_frames = L4_MR(1);
        told_until = L4_MR(2) | (L4_Word64_t) L4_MR(3) << 32;
        told_word = L4_MR(4);
        told++;
        if (gives)
            hurd_pm_container_deallocate(pm, hoard, 0, told_frames * PAGE, NULL);
    }
    stop = 2;
}

static void listener_start(bool it_gives)
{
    told = stop = 0;
    gives = it_gives;
    EXPECT_EQ(hurd_thread_start(&listener, listen, NULL, 0), 0);
    EXPECT_EQ(hurd_pm_control_notify(pm, hoarder, L4_GlobalIdOf(listener), 4711), 0);
    L4_Sleep(L4_TimePeriod(5000));
}

static void listener_stop(void)
{
    stop = 1;
    while (stop != 2)
        L4_Sleep(L4_TimePeriod(5000));
}

TEST(a_task_that_returns_frames_loses_no_page)
{
    hoard_begin();
    EXPECT_EQ(hoard_map(hoarded - 1), 0);
    *at(0) = 99;
    listener_start(true);
    EXPECT_EQ(allocate(claim, 0, LACK), 0);
    EXPECT_EQ(told, 1);
    EXPECT_EQ(told_word, 4711);
    EXPECT(told_frames > 0 && told_frames <= LACK + 10);
    EXPECT(told_until - told_at <= HURD_PM_RETURN_TIME && told_until - told_at > HURD_PM_RETURN_TIME - 5000);
    EXPECT_EQ(extra_info(hoarder).seized, 0);
    EXPECT_EQ(extra_info(hoarder).asked, 0);
    EXPECT_EQ(extra_info(hoarder).extra, hoarded - told_frames);
    EXPECT_EQ(*at(0), 99);
    for (unsigned page = 0; page < LACK; page++)
        EXPECT_EQ(get(claim, page % WINDOW_PAGES), 0);
    listener_stop();
    hoard_end();
}

/* Nothing was asked for, so nothing is waited for: the newest pages go, and say so once. */
TEST(a_task_that_does_not_listen_loses_the_newest_pages)
{
    hoard_begin();
    EXPECT_EQ(hoard_map(hoarded - 1), 0);
    *at(0) = 99;
    EXPECT_EQ(hurd_pm_container_map(pm, hoard, HURD_PM_READ | HURD_PM_WRITE, window + PAGE, 0, PAGE, NULL), 0);
    *at(1) = 98;
    EXPECT_EQ(allocate(claim, 0, LACK), 0);
    unsigned seized = extra_info(hoarder).seized;
    EXPECT(seized > 0 && seized <= LACK + 10);
    EXPECT_EQ(extra_info(hoarder).extra, hoarded - seized);
    EXPECT_EQ(copy(hoard, hoarded - 4, a, 0, 1, 0), ESTALE);
    EXPECT_EQ(copy(hoard, hoarded - 4, a, 0, 1, 0), ENOENT);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_PIN, hoard, (hoarded - 2) * PAGE, PAGE), ESTALE);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_PIN, hoard, (hoarded - 2) * PAGE, PAGE), ENOENT);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_HARDEN, hoard, 0, (hoarded - 3) * PAGE, PAGE), ESTALE);
    EXPECT_EQ(REQUEST(HURD_PM_CONTAINER_HARDEN, hoard, 0, (hoarded - 3) * PAGE, PAGE), ENOENT);
    EXPECT_EQ(hoard_map(hoarded - 1), ESTALE);
    EXPECT_EQ(hoard_map(hoarded - 1), ENOENT);
    L4_Word_t before;                                   /* what is before a seized page comes */
    EXPECT_EQ(hurd_pm_container_map_once(pm, hoard, HURD_PM_READ, window + 2 * PAGE,
                                         (extra_info(hoarder).extra - 1) * PAGE,
                                         3 * PAGE, &before), 0);
    EXPECT_EQ(before, PAGE);
    EXPECT_EQ(*at(2), 0);
    EXPECT_EQ(*at(1), 98);
    hoard_end();
}

static volatile unsigned others_served;

static void others(void *ignored)
{
    (void) ignored;
    while (!stop) {
        extra_info(own_control);
        others_served++;
        L4_Sleep(L4_TimePeriod(1000));
    }
    stop = 2;
}

TEST(a_task_that_is_late_loses_pages_at_the_deadline)
{
    L4_ThreadId_t t;
    hoard_begin();
    listener_start(false);
    others_served = 0;
    EXPECT_EQ(hurd_thread_start(&t, others, NULL, 0), 0);
    L4_Word64_t from = L4_SystemClock().raw;
    EXPECT_EQ(allocate(claim, 0, LACK), 0);
    L4_Word64_t took = L4_SystemClock().raw - from;
    EXPECT(took >= HURD_PM_RETURN_TIME);
    EXPECT(took < 4 * HURD_PM_RETURN_TIME);
    EXPECT(others_served >= 10);
    EXPECT_EQ(told, 1);
    EXPECT(extra_info(hoarder).seized > 0);
    stop = 1;
    while (stop != 2)
        L4_Sleep(L4_TimePeriod(5000));
    stop = 0;
    L4_Sleep(L4_TimePeriod(30000));
    stop = 1;
    L4_Sleep(L4_TimePeriod(50000));
    hoard_end();
}

/* ---- soft references ---- */

static int soften(L4_Word_t container, unsigned page, unsigned n)
{
    return hurd_pm_container_return(pm, container, page * PAGE, n * PAGE, NULL);
}

static int harden(L4_Word_t container, unsigned page, unsigned n, L4_Word_t flags)
{
    return hurd_pm_container_harden(pm, container, flags, page * PAGE, n * PAGE, NULL);
}

TEST(a_soft_reference_brings_the_contents_back)
{
    EXPECT_EQ(allocate(a, 0, 4), 0);
    put(a, 0, 7);
    put(a, 1, 8);
    L4_Word_t before = free_frames(), word;
    EXPECT_EQ(request_words(HURD_PM_CONTAINER_RETURN, 3, (L4_Word_t[]) { a, 0, 10 * PAGE }, &word), 0);
    EXPECT_EQ(word, 4 * PAGE);
    EXPECT_EQ(free_frames(), before + 2);
    EXPECT_EQ(extra_info(control).soft, 2);
    EXPECT_EQ(extra_info(control).guaranteed, 0);
    EXPECT_EQ(map(a, 0, 1, HURD_PM_READ), ENOENT);
    EXPECT_EQ(map(a, 0, 1, HURD_PM_READ), ENOENT);
    EXPECT_EQ(copy(a, 0, b, 0, 1, 0), ENOENT);
    EXPECT_EQ(harden(a, 0, 1, 0), 0);
    EXPECT_EQ(get(a, 0), 7);
    EXPECT_EQ(harden(a, 1, 1, HURD_PM_EXTRA), 0);
    EXPECT_EQ(get(a, 1), 8);
    EXPECT_EQ(extra_info(control).extra, 1);
    EXPECT_EQ(harden(a, 2, 1, 0), ENOENT);              /* it had no frame */
    EXPECT_EQ(soften(a, 0, 1), 0);
    EXPECT_EQ(allocate(a, 0, 1), 0);                    /* something new there */
    EXPECT_EQ(get(a, 0), 0);
    EXPECT_EQ(extra_info(control).soft, 0);
}

TEST(hardening_needs_a_guarantee_or_a_frame)
{
    EXPECT_EQ(allocate(a, 0, 2), 0);
    put(a, 0, 7);
    EXPECT_EQ(soften(a, 0, 1), 0);
    EXPECT_EQ(allocate(b, 0, FRAMES - 1), 0);
    EXPECT_EQ(harden(a, 0, 1, 0), ENOMEM);
    EXPECT_EQ(harden(a, 0, 1, 0), ENOMEM);
    hoard_begin();
    EXPECT_EQ(harden(a, 0, 1, HURD_PM_EXTRA), ENOMEM);
    hoard_end();
    EXPECT_EQ(deallocate(b, 0, 1, NULL), 0);
    EXPECT_EQ(harden(a, 0, 1, 0), 0);
    EXPECT_EQ(get(a, 0), 7);
}

/* Every frame is used once: the soft ones are used last, are zero then, and do not come back. */
TEST(a_soft_reference_ends_when_the_frame_is_needed)
{
    L4_Word_t all, all_pages;
    unsigned n = 0;
    EXPECT_EQ(allocate(a, 0, 8), 0);
    for (unsigned page = 0; page < 8; page++)
        put(a, page, 100 + page);
    EXPECT_EQ(soften(a, 0, 8), 0);
    EXPECT_EQ(hurd_pm_control_split(pm, own_control, 0, 0, &all), 0);
    EXPECT_EQ(hurd_pm_container_create(pm, all, 0, &all_pages), 0);
    while (hurd_pm_container_allocate(pm, all_pages, n % 2 ? HURD_PM_EXTRA : 0, n * PAGE, PAGE, NULL) == 0
           || hurd_pm_container_allocate(pm, all_pages, n % 2 ? 0 : HURD_PM_EXTRA, n * PAGE, PAGE, NULL) == 0) {
        EXPECT_EQ(hurd_pm_container_map(pm, all_pages, HURD_PM_READ | HURD_PM_WRITE, window, n * PAGE, PAGE, NULL), 0);
        EXPECT_EQ(*at(0), 0);
        *at(0) = 1;
        n++;
    }
    unsigned soft = extra_info(control).soft;
    window_clear();
    hurd_pm_control_destroy(pm, all);
    hurd_cap_drop(pm, all);
    hurd_cap_drop(pm, all_pages);
    for (unsigned page = 0; page < 8; page++) {
        int err = harden(a, page, 1, 0);
        EXPECT_EQ(err, page < 8 - soft ? ENOENT : 0);
        if (!err)
            EXPECT_EQ(get(a, page), 100 + page);
        else
            EXPECT_EQ(harden(a, page, 1, 0), ENOENT);
    }
}

/* ---- locks ---- */

TEST(a_lock_keeps_the_owner_waiting_for_a_bounded_time)
{
    L4_Word_t weak, own, word;
    EXPECT_EQ(allocate(a, 0, 4), 0);
    put(a, 0, 5);
    EXPECT_EQ(hurd_pm_container_share(pm, a, friend_task, HURD_PM_READ, &weak), 0);
    EXPECT_EQ(hurd_pm_container_share(pm, a, 0, 0, &own), 0);
    EXPECT_EQ(FRIEND_REQUEST(&word, HURD_PM_CONTAINER_LOCK, weak, 0), EINVAL);
    EXPECT_EQ(FRIEND_REQUEST(&word, HURD_PM_CONTAINER_LOCK, weak, HURD_PM_LOCK_TIME + 1), EINVAL);
    EXPECT_EQ(FRIEND_REQUEST(&word, HURD_PM_CONTAINER_UNLOCK, weak), EINVAL);
    EXPECT_EQ(hurd_pm_container_lock(pm, a, 1000), EBADF);
    L4_Word64_t from = L4_SystemClock().raw;
    EXPECT_EQ(FRIEND_REQUEST(&word, HURD_PM_CONTAINER_LOCK, weak, HURD_PM_LOCK_TIME), 0);
    EXPECT_EQ(FRIEND_REQUEST(&word, HURD_PM_CONTAINER_LOCK, weak, HURD_PM_LOCK_TIME), EBUSY);
    EXPECT_EQ(hurd_pm_container_lock(pm, own, 1000), 0);        /* a second one */
    EXPECT_EQ(hurd_pm_container_revoke(pm, a, friend_task, &word), 0);
    L4_Word64_t took = L4_SystemClock().raw - from;
    EXPECT_EQ(word, 1);
    EXPECT(took >= HURD_PM_LOCK_TIME && took < 3 * HURD_PM_LOCK_TIME);
    EXPECT_EQ(FRIEND_REQUEST(&word, HURD_PM_CONTAINER_UNLOCK, weak), EBADF);
    hurd_cap_drop(pm, own);
}

TEST(an_unlocked_container_is_free_at_once)
{
    L4_Word_t weak, word;
    EXPECT_EQ(allocate(a, 0, 4), 0);
    EXPECT_EQ(hurd_pm_container_share(pm, a, friend_task, HURD_PM_READ, &weak), 0);
    EXPECT_EQ(FRIEND_REQUEST(&word, HURD_PM_CONTAINER_LOCK, weak, HURD_PM_LOCK_TIME), 0);
    EXPECT_EQ(FRIEND_REQUEST(&word, HURD_PM_CONTAINER_UNLOCK, weak), 0);
    L4_Word64_t from = L4_SystemClock().raw;
    EXPECT_EQ(deallocate(a, 0, 1, NULL), 0);
    EXPECT_EQ(FRIEND_REQUEST(&word, HURD_PM_CONTAINER_LOCK, weak, HURD_PM_LOCK_TIME), 0);
    EXPECT_EQ(allocate(a, 0, 1), 0);                            /* takes nothing away */
    EXPECT(L4_SystemClock().raw - from < HURD_PM_LOCK_TIME / 2);
    EXPECT_EQ(hurd_pm_container_allocate(pm, a, HURD_PM_SQUASH, 0, PAGE, NULL), 0);
    EXPECT(L4_SystemClock().raw - from >= HURD_PM_LOCK_TIME);
    EXPECT_EQ(FRIEND_REQUEST(&word, HURD_PM_CONTAINER_LOCK, weak, HURD_PM_LOCK_TIME), 0);
    friend_kill();                                              /* and its lock goes with it */
    from = L4_SystemClock().raw;
    EXPECT_EQ(hurd_pm_container_destroy(pm, a), 0);
    EXPECT(L4_SystemClock().raw - from < HURD_PM_LOCK_TIME / 2);
}

/* ---- a program's own extra pages ---- */

static volatile L4_Word_t wanted_back;

static void gives_half(void *argument, L4_Word_t pages, uint64_t until)
{
    (void) until;
    wanted_back = pages;
    hurd_pm_container_deallocate(pm, *(L4_Word_t *) argument, 0, pages / 2 * PAGE, NULL);
}

TEST(a_program_gives_its_extra_pages_back_by_itself)
{
    uintptr_t first, offset;
    L4_Word_t more, pages, seized = extra_info(own_control).seized;
    EXPECT_EQ(hurd_mm_extra_pages(1, &pages, &offset), EINVAL);
    EXPECT_EQ(hurd_pm_control_split(pm, own_control, 4 * LACK, 0, &claimer), 0);
    EXPECT_EQ(hurd_pm_container_create(pm, claimer, 0, &claim), 0);
    EXPECT_EQ(hurd_mm_extra(NULL, NULL), 0);
    L4_Sleep(L4_TimePeriod(5000));
    unsigned room = extra_info(own_control).room - 40;          /* for the container's nodes */
    EXPECT_EQ(hurd_mm_extra_pages(room, &pages, &first), 0);
    EXPECT_EQ(hurd_mm_extra_pages(room, &more, &offset), ENOMEM);
    EXPECT_EQ(allocate(claim, 0, 2 * LACK), 0);
    EXPECT_EQ(extra_info(own_control).seized, seized);
    EXPECT(extra_info(own_control).extra < room);
    EXPECT_EQ(hurd_mm_extra(gives_half, &pages), 0);
    EXPECT_EQ(allocate(claim, 2 * LACK, LACK), 0);      /* physmem takes the other half */
    EXPECT(wanted_back > 0);
    EXPECT(extra_info(own_control).seized > seized);
    EXPECT(extra_info(own_control).seized - seized <= wanted_back);
    EXPECT_EQ(deallocate(pages, 0, 0x80000, NULL), 0);
    EXPECT_EQ(extra_info(own_control).extra, 0);
    hurd_pm_control_destroy(pm, claimer);
    hurd_cap_drop(pm, claimer);
    hurd_cap_drop(pm, claim);
}

/* ---- a large task's end ---- */

static volatile L4_Word64_t longest;

static void looks_at_the_clock(void *ignored)
{
    (void) ignored;
    while (!stop) {
        L4_Word64_t from = L4_SystemClock().raw;
        L4_Sleep(L4_TimePeriod(1000));
        extra_info(own_control);
        L4_Word64_t took = L4_SystemClock().raw - from;
        if (took > longest)
            longest = took;
    }
    stop = 2;
}

/* In one piece it takes 17 ms: some 250 instructions a page, 125 a microsecond.  In parts, this thread waits for the time slice of
 * physmem's pacer at the longest, which is a program like others: 10 ms. */
TEST(nobody_waits_for_the_end_of_a_large_task)
{
    L4_Word_t theirs, handle, ignored, before = free_frames();
    L4_ThreadId_t t;
    enum { LARGE = 8500 };
    EXPECT_EQ(hurd_pm_control_split(pm, own_control, LARGE + 100, friend_task, &theirs), 0);
    EXPECT_EQ(FRIEND_REQUEST(&handle, HURD_PM_CONTAINER_CREATE, theirs), 0);
    EXPECT_EQ(FRIEND_REQUEST(&ignored, HURD_PM_CONTAINER_ALLOCATE, handle, 0, 0, LARGE * PAGE), 0);
    for (unsigned page = 0; page < LARGE; page += WINDOW_PAGES)
        for (unsigned i = 0; i < WINDOW_PAGES; i++)
            FRIEND_REQUEST(NULL, HURD_PM_CONTAINER_MAP, handle, HURD_PM_READ | HURD_PM_WRITE, 0x40000000,
                           (page + i) * PAGE, PAGE);
    EXPECT(free_frames() <= before - LARGE + 100);
    stop = 0;
    EXPECT_EQ(hurd_thread_start(&t, looks_at_the_clock, NULL, 0), 0);
    L4_Sleep(L4_TimePeriod(20000));
    longest = 0;
    friend_kill();
    stop = 1;
    while (stop != 2)
        L4_Sleep(L4_TimePeriod(5000));
    EXPECT(free_frames() >= before);
    EXPECT_EQ(longest < 15500 ? 0 : longest, 0);
}

const struct test extra_tests[] = {
    T(a_program_gives_its_extra_pages_back_by_itself),
    T2(nobody_waits_for_the_end_of_a_large_task),
    T(extra_pages_come_while_there_are_frames),
    T(extra_pages_are_refused_where_they_cannot_be),
    T(extra_pages_stay_extra),
    T(a_task_that_returns_frames_loses_no_page),
    T(a_task_that_does_not_listen_loses_the_newest_pages),
    T(a_task_that_is_late_loses_pages_at_the_deadline),
    T(a_soft_reference_brings_the_contents_back),
    T(hardening_needs_a_guarantee_or_a_frame),
    T(a_soft_reference_ends_when_the_frame_is_needed),
    T2(a_lock_keeps_the_owner_waiting_for_a_bounded_time),
    T2(an_unlocked_container_is_free_at_once),
    { 0 },
};
