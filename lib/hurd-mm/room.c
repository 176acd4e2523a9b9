/* SPDX-License-Identifier: MIT */
/* How many frames the task may still take, and when anonymous pages have to leave.  Before:
 * anonymous.c, when it took a frame.  After: evict.c, which asks the policies.
 *
 * The pager takes and gives back every frame of anonymous memory, so it counts here how many are
 * left.  Other threads may spend the guarantee as well, on containers of their own: so the pager
 * asks physmem again when a page is about to leave.  The last few frames are for the pager's own
 * records and for the stacks of its workers: a page that waits for a frame must not take the frame
 * that another page needs in order to leave. */
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include "pageout.h"

enum { GROWTH = 8 };            /* a task that grows may get an eighth of its guarantee at once,
                                   beside twice what it needs */

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

void room_levels(void)
{
    int32_t total = (int32_t)mm.room.guarantee;
    mm.room.alarm = least(total / 4, total / 16 + 32);  /* room for the records of all pages */
    mm.room.low = 2 * ROOM_HARD + least(total / 64, 24);
    mm.room.high = mm.room.low + least(total / 8, 24);
}

void room_refresh(void)
{
    struct hurd_pm_control_info info;
    if (mm.room.leaving || mm.room.coming || mm.room.swap == SWAP_IMPOSSIBLE)
        return;
    if (hurd_pm_control_info(mm.physmem, mm.room.control, &info) == 0)
        mm.room.left = (int32_t)(info.guarantee - info.used);
}

bool room_grow(uint32_t frames)
{
    const struct hurd_startup_cap task = __hurd_startup_data->task;
    const L4_Word_t in[] = {task.cap, frames, 2 * frames + mm.room.guarantee / GROWTH};
    L4_Word_t got = 0;
    if (hurd_cap_rpc(L4_ThreadIdOfRaw(task.server), HURD_TASK_GROW, 3, in, 1, &got, NULL))
        return false;
    mm.room.left += (int32_t)got;
    return true;
}

/* ---- is there swap, and have the workers for it been started? ---- */

static void ask_for_swap(void)
{
    struct hurd_pm_swap_info info;
    if (mm.room.swap == SWAP_UNKNOWN &&
        hurd_pm_swap_info(mm.physmem, mm.memory, &info) == 0 && info.blocks && info.quota)
        mm.room.swap = SWAP_WANTED;     /* some thread of the program starts the workers */
}

bool room_want_swap(void)
{
    ask_for_swap();
    return mm.room.swap == SWAP_READY;
}

void room_commit(intptr_t bytes)
{
    mm.room.committed += bytes / (intptr_t)HURD_MM_PAGE;
    if (mm.room.committed > mm.room.capacity)
        ask_for_swap();
}

/* ---- short of frames ---- */

static void write_ahead(void)
{
    if (mm.room.leaving || mm.room.full)
        return;
    room_refresh();
    for (unsigned n = 0; n < HURD_STORE_BATCH; n++)
        if (mm.room.left + (int32_t)mm.room.leaving >= mm.room.high || evict_frame() == ENOMEM)
            return;
}

void room_alarm(void)
{
    ask_for_swap();
    if (mm.room.swap == SWAP_UNKNOWN || mm.room.swap == SWAP_IMPOSSIBLE)
        mm.room.alarm = INT32_MIN;      /* there is no swap: no more alarms */
    if (mm.room.swap != SWAP_READY)
        return;
    if (!mm.room.watching)
        pageout_watch_all();
    mm.room.alarm = mm.room.low;
    if (mm.room.left < mm.room.low)
        write_ahead();
}

/* Makes room for n pages within the policy's own number of frames, if it has one.  Returns 0,
 * EVICT_WAITS or ENOMEM. */
static int room_of_policy(struct hurd_policy *policy, uint32_t n)
{
    while (policy->frames && policy->pages && policy->pages + n > policy->frames) {
        if (policy->pages - policy->leaving + n <= policy->frames && policy->leaving)
            return EVICT_WAITS;
        int error = evict_one(policy);
        if (error)
            return error;
    }
    return 0;
}

static bool has_room(uint32_t n)
{
    return mm.room.left >= (int32_t)(n + ROOM_HARD);
}

int room_make(struct hurd_policy *policy, uint32_t n)
{
    int error = room_of_policy(policy, n);
    if (error || has_room(n))
        return error;
    room_refresh();
    while (!has_room(n)) {
        if (mm.room.leaving && mm.room.left + (int32_t)mm.room.leaving >= (int32_t)(n + ROOM_HARD))
            return EVICT_WAITS;
        int32_t before = mm.room.left;
        error = evict_frame();
        if (!error && mm.room.left <= before)
            error = ENOMEM;
        if (error)
            return error == ENOMEM && mm.room.left >= (int32_t)n ? 0 : error;
    }
    return 0;
}

uint32_t room_most(void)
{
    int32_t most = mm.room.left + (int32_t)(mm.room.leaving + mm.room.watched) - ROOM_HARD;
    return most > 0 ? (uint32_t)most : 0;
}
