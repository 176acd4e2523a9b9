/* SPDX-License-Identifier: MIT */
/* The command `top`: which task had the processor in the last second.  Called by commands.c.  The
 * kernel counts by ticks of its clock, so what runs for less than a tick may not show. */
#include "top.h"
#include "lib/shell/language.h"
#include "reports.h"
#include "shell.h"
#include "terminal.h"
#include "usage.h"

#include <stdio.h>
#include <string.h>

#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/schedule.h>

#define HOME "\033[H\033[J" /* to the top, and clear from there */

enum {
    ROWS = 18,        /* that are shown */
    SECOND = 1000000, /* us */
    STEP = 100000,    /* us between two looks at the keyboard */
    TIMES_MOST = 1000,
};

static struct usage_looks looks;

/* The ones that used most first. */
static void sort(void)
{
    struct usage *now = looks.now;
    for (unsigned i = 1; i < looks.now_count; i++) {
        for (unsigned k = i; k > 0 && now[k].used > now[k - 1].used; k--) {
            struct usage s = now[k];
            now[k] = now[k - 1];
            now[k - 1] = s;
        }
    }
}

static void show(uint64_t us)
{
    L4_ThreadId_t pm = L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
    struct hurd_pm_statistics all = {0};
    unsigned long used = 0, ms = us >= 1000 ? (unsigned long)(us / 1000) : 1;
    hurd_pm_statistics(pm, __hurd_startup_data->physmem_control.cap, &all);
    for (unsigned i = 0; i < looks.now_count; i++)
        used += looks.now[i].used;
    printf("%u tasks; processor used: %lu%%; %lu of %lu frames free; any key ends this\n",
           looks.now_count, used < ms ? used * 100 / ms : 100, all.free, all.total);
    printf(" TASK  NAME              USED  TIME ms   FAULTS  FAULTS NOW\n");
    for (unsigned i = 0; i < looks.now_count && i < ROWS; i++) {
        const struct usage *s = &looks.now[i];
        if (s->ms == HURD_TASK_UNKNOWN)
            printf("%5lu  %-16s     -        - %8lu %11lu\n", s->task, report_task_name(s->task),
                   s->faults, s->faulted);
        else
            printf("%5lu  %-16s %4lu%% %8lu %8lu %11lu\n", s->task, report_task_name(s->task),
                   s->used < ms ? s->used * 100 / ms : 100, s->ms, s->faults, s->faulted);
    }
    fflush(stdout);
}

/* Waits for a second.  Returns true if a key was pressed. */
static bool key_ends_wait(void)
{
    for (int slept = 0; slept < SECOND; slept += STEP) {
        if (shell_interrupted() || !shell_takes_keys() || terminal_key())
            return true;
        L4_Sleep(L4_TimePeriod(STEP));
    }
    return shell_interrupted();
}

void top_obey(const struct words *w)
{
    unsigned long times = TIMES_MOST;
    if (w->count == 2 && (!words_number(w->word[1], &times) || times < 1 || times > TIMES_MOST)) {
        complain("top: %s is no number from 1 to %d\n", w->word[1], TIMES_MOST);
        return;
    }
    looks.now_count = 0;
    usage_look(&looks);
    for (unsigned long i = 0; i < times; i++) {
        uint64_t start = L4_SystemClock().raw;
        if (key_ends_wait())
            return;
        usage_look(&looks);
        sort();
        if (w->count != 2)
            printf(HOME);
        show(L4_SystemClock().raw - start);
    }
}
