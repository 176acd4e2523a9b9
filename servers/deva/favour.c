/* SPDX-License-Identifier: MIT */
/* A driver waits for its device, does a little, and waits again.  With a priority above that of
 * programs it need not wait for their time slices.  A driver that loops would keep all of them from
 * the processor, servers/fabrica included, which has to end it.  So once a second deva, which
 * stands above all of these, asks the kernel how long each one ran.  Before: device.c, parts.c. */
#include "favour.h"

#include <hurd/device.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <hurd/wortel.h>
#include <l4/schedule.h>
#include <l4/thread.h>

enum {
    LOOK = 1000000,             /* us between two looks */
    TICK = 1000,                /* us, about, that one tick of the kernel stands for */
    MOST_EIGHTHS = 7,           /* of this time, for which it may run */
    PAUSE_LOG2_MOST = 10,       /* looks that the longest time without favour lasts */
    FORGIVEN = 16,              /* looks after which earlier times do not count */
};

static struct favoured {
    L4_ThreadId_t thread, pager;        /* thread nil: this place is free */
    L4_Word_t priority;
    L4_Word_t ticks;            /* of its task, at the last look */
    unsigned pause;             /* looks until it has its priority again; 0: it has it now */
    unsigned strikes;           /* how often it has lost it, lately */
    unsigned good;              /* looks since it got it back */
} all[HURD_DEVICE_DRIVERS];

static unsigned count;
static uint64_t last_look;      /* valid while count > 0 */

static L4_Word_t wortel_cap(void)
{
    return __hurd_startup_data->wortel.cap;
}

static void set_priority(const struct favoured *f, L4_Word_t priority)
{
    hurd_wortel_priority(wortel_cap(), f->thread, priority);
    hurd_wortel_priority(wortel_cap(), f->pager, priority);
}

static bool read_ticks(L4_ThreadId_t thread, L4_Word_t *ticks)
{
    return hurd_wortel_space_info(wortel_cap(), thread, HURD_SPACE_TICKS, ticks) == 0;
}

static struct favoured *favoured_of(unsigned task)
{
    for (struct favoured *f = all; count > 0 && f < all + HURD_DEVICE_DRIVERS; f++) {
        if (!L4_IsNilThread(f->thread) && L4_Version(f->thread) == task)
            return f;
    }
    return NULL;
}

static struct favoured *place_free(void)
{
    for (struct favoured *f = all; f < all + HURD_DEVICE_DRIVERS; f++) {
        if (L4_IsNilThread(f->thread))
            return f;
    }
    return NULL;
}

void favour_begin(L4_ThreadId_t thread, L4_ThreadId_t pager, L4_Word_t priority)
{
    L4_Word_t ticks;
    favour_end(L4_Version(thread));
    struct favoured *f = place_free();
    if (!f || !read_ticks(thread, &ticks))
        return;
    if (count++ == 0)
        last_look = L4_SystemClock().raw;
    *f = (struct favoured) { .thread = thread, .pager = pager, .priority = priority,
                             .ticks = ticks };
    set_priority(f, priority);
}

void favour_end(unsigned task)
{
    struct favoured *f = favoured_of(task);
    if (!f)
        return;
    set_priority(f, HURD_TASK_PRIORITY);
    favour_forget_task(task);
}

void favour_forget_task(unsigned task)
{
    struct favoured *f = favoured_of(task);
    if (!f)
        return;
    f->thread = L4_nilthread;
    count--;
}

/* Each time it is without its priority twice as long as the time before. */
static void lose(struct favoured *f)
{
    f->pause = 1u << (f->strikes < PAUSE_LOG2_MOST ? f->strikes : PAUSE_LOG2_MOST);
    f->strikes++;
    f->good = 0;
    set_priority(f, HURD_TASK_PRIORITY);
}

/* `us`: since the last look. */
static void look(struct favoured *f, uint64_t us)
{
    L4_Word_t ticks, before = f->ticks;
    if (!read_ticks(f->thread, &ticks))
        return;                 /* it is dead, and deva will learn of it */
    f->ticks = ticks;
    if (f->pause > 0) {
        if (--f->pause == 0)
            set_priority(f, f->priority);
    } else if ((uint64_t) (ticks - before) * TICK * 8 > us * MOST_EIGHTHS) {
        lose(f);
    } else if (f->strikes > 0 && ++f->good == FORGIVEN) {
        f->strikes = 0;
    }
}

uint32_t favour_pass(void)
{
    if (count == 0)
        return UINT32_MAX;
    uint64_t since = L4_SystemClock().raw - last_look;
    if (since < LOOK)
        return (uint32_t) (LOOK - since);
    for (struct favoured *f = all; f < all + HURD_DEVICE_DRIVERS; f++) {
        if (!L4_IsNilThread(f->thread))
            look(f, since);
    }
    last_look += since;
    return LOOK;
}
