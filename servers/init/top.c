/* SPDX-License-Identifier: MIT */
/* The command `top`: which task had the processor in the last second.  Called by commands.c.  The
 * kernel counts by ticks of its clock, so what runs for less than a tick may not show. */
#include "top.h"
#include "reports.h"
#include "terminal.h"

#include <stdio.h>
#include <string.h>

#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/schedule.h>

#define HOME "\033[H\033[J" /* to the top, and clear from there */

enum {
    TASKS = 64,       /* that are watched; more are left out */
    ROWS = 18,        /* that are shown */
    SECOND = 1000000, /* us */
    STEP = 100000,    /* us between two looks at the keyboard */
    TIMES_MOST = 1000,
};

struct seen {
    L4_Word_t task, ms, faults;
    L4_Word_t used, faulted; /* since the look before */
};

/* The looks before and now; each_task() calls without an argument. */
static struct seen before[TASKS], now[TASKS];
static unsigned before_count, now_count;

static struct seen *find(struct seen *list, unsigned count, L4_Word_t task)
{
    for (unsigned i = 0; i < count; i++) {
        if (list[i].task == task)
            return &list[i];
    }
    return NULL;
}

static void look(L4_Word_t task, const char *name)
{
    L4_ThreadId_t server = L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
    L4_Word_t master = __hurd_startup_data->task_master.cap;
    struct hurd_task_info info;
    (void)name;
    if (now_count == TASKS || hurd_task_info(server, master, task, &info))
        return;
    struct seen *s = &now[now_count++], *old = find(before, before_count, task);
    *s = (struct seen){.task = task, .faults = info.faults_own + info.faults_other};
    if (hurd_task_time(server, master, task, &s->ms))
        s->ms = HURD_TASK_UNKNOWN;
    s->used = old ? s->ms - old->ms : 0;
    s->faulted = old ? s->faults - old->faults : 0;
}

/* The ones that used most first. */
static void sort(void)
{
    for (unsigned i = 1; i < now_count; i++) {
        for (unsigned k = i; k > 0 && now[k].used > now[k - 1].used; k--) {
            struct seen s = now[k];
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
    for (unsigned i = 0; i < now_count; i++)
        used += now[i].used;
    printf("%u tasks; %lu%% of the processor used; %lu of %lu frames free; any key ends this\n",
           now_count, used < ms ? used * 100 / ms : 100, all.free, all.total);
    printf(" TASK  NAME              USED  TIME ms   FAULTS  FAULTS NOW\n");
    for (unsigned i = 0; i < now_count && i < ROWS; i++) {
        const struct seen *s = &now[i];
        if (s->ms == HURD_TASK_UNKNOWN)
            printf("%5lu  %-16s     -        - %8lu %11lu\n", s->task, report_task_name(s->task),
                   s->faults, s->faulted);
        else
            printf("%5lu  %-16s %4lu%% %8lu %8lu %11lu\n", s->task, report_task_name(s->task),
                   s->used < ms ? s->used * 100 / ms : 100, s->ms, s->faults, s->faulted);
    }
    fflush(stdout);
}

static void look_again(void)
{
    memcpy(before, now, sizeof before);
    before_count = now_count;
    now_count = 0;
    report_each_task(look);
}

/* Waits for a second.  Returns true if a key was pressed. */
static bool key_ends_wait(void)
{
    for (int slept = 0; slept < SECOND; slept += STEP) {
        if (terminal_key())
            return true;
        L4_Sleep(L4_TimePeriod(STEP));
    }
    return terminal_key();
}

void top_obey(const struct words *w)
{
    unsigned long times = TIMES_MOST;
    if (w->count == 2 && (!words_number(w->word[1], &times) || times < 1 || times > TIMES_MOST)) {
        printf("top: %s is no number from 1 to %d\n", w->word[1], TIMES_MOST);
        return;
    }
    now_count = 0;
    look_again();
    for (unsigned long i = 0; i < times; i++) {
        uint64_t start = L4_SystemClock().raw;
        if (key_ends_wait())
            return;
        look_again();
        sort();
        if (w->count != 2)
            printf(HOME);
        show(L4_SystemClock().raw - start);
    }
}
