/* SPDX-License-Identifier: MIT */
/* The status line.  A thread asks physmem and `task` every second, and deva shows the line.  The
 * thread starts with the first `status on` and then stays: while the line is off, it waits.  Called
 * by commands.c and main.c.  The thread prints nothing by stdio. */
#include "status.h"
#include "lib/shell/language.h"
#include "usage.h"
#include "lib/shell/words.h"

#include <stdio.h>
#include <string.h>

#include <hurd/deva.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/schedule.h>

enum { SECOND = 1000000 };      /* us */

static volatile bool on;        /* written by the shell's thread */
static L4_ThreadId_t thread;    /* nil: it does not run yet */

static int show(const char *text, size_t size)
{
    struct hurd_startup_cap master = __hurd_startup_data->deva_master;
    return hurd_deva_status(L4_ThreadIdOfRaw(master.server), master.cap, text, size);
}

/* The line about the last `us` microseconds. */
static int show_numbers(const struct usage_looks *looks, uint64_t us)
{
    L4_ThreadId_t pm = L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
    struct hurd_pm_statistics all = {0};
    unsigned long faults = 0, ms = us >= 1000 ? (unsigned long) (us / 1000) : 1;
    char text[HURD_DEVA_STATUS_MOST + 1];
    hurd_pm_statistics(pm, __hurd_startup_data->physmem_control.cap, &all);
    for (unsigned i = 0; i < looks->now_count; i++)
        faults += looks->now[i].faulted;
    int length = snprintf(text, sizeof text, " %u tasks   %lu of %lu frames free   %lu faults/s",
                          looks->now_count, all.free, all.total,
                          (unsigned long) (faults * 1000ull / ms));
    return show(text, (size_t) length < sizeof text ? (size_t) length : sizeof text - 1);
}

static void watch(void *argument)
{
    static struct usage_looks looks;
    uint64_t before = L4_SystemClock().raw;
    (void) argument;
    for (;;) {
        uint64_t now = L4_SystemClock().raw;
        if (on) {
            usage_look(&looks);
            show_numbers(&looks, now - before);
            if (!on)            /* the shell's thread has turned it off meanwhile */
                show(NULL, 0);
        }
        before = now;
        L4_Sleep(L4_TimePeriod(SECOND));
    }
}

void status_set(bool wanted)
{
    on = wanted;
    int err = show(wanted ? " " : NULL, wanted);
    if (!err && wanted && L4_IsNilThread(thread))
        err = hurd_thread_start(&thread, watch, NULL, 0);
    if (err) {
        on = false;
        show(NULL, 0);
        complain("status: %s\n", strerror(err));
    }
}

void status_obey(const struct words *w)
{
    if (w->count == 1)
        printf("the status line is %s\n", on ? "on" : "off");
    else if (!strcmp(w->word[1], "on") || !strcmp(w->word[1], "off"))
        status_set(!strcmp(w->word[1], "on"));
    else
        complain("status: say status on or status off\n");
}
