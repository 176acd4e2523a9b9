/* SPDX-License-Identifier: MIT */
/* ps, mem and maps: questions to `task`, to physmem, and to the pager thread of another task.
 * Called by shell.c.  Servers reply at once.  A pager belongs to a program, which may be faulty: so
 * this file limits how often it is asked, how long it may take and what it may say. */
#include "reports.h"
#include "lib/shell/language.h"
#include "lib/shell/words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>

enum {
    LIST_MAX = 60,              /* task ids in one reply */
    PAIRS_MAX = 30,             /* threads in one reply */
    MAPS_MAX = 10,              /* regions in one reply */
    MAPS_PATIENCE = 300000,     /* us that a pager has for one reply */
    MAPS_TIME = 2000000,        /* us that it has for all of its replies */
    MAPS_REGIONS = 1000,        /* more than libhurd-mm has records for */
    MAPS_TRIES = 8,             /* a task that just starts has no pager of its own yet */
};

static L4_ThreadId_t task_server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}

static L4_Word_t task_master(void)
{
    return __hurd_startup_data->task_master.cap;
}

/* ---- tasks ---- */

int report_each_id(bool (*visit)(L4_Word_t id, void *argument), void *argument)
{
    L4_Word_t ids[LIST_MAX], n, total, start = 0;
    do {
        int err = hurd_task_list(task_server(), task_master(), start, ids, &n, &total);
        if (err)
            return err;
        for (L4_Word_t i = 0; i < n; i++) {
            if (!visit(ids[i], argument))
                return 0;
        }
        start += n;
    } while (n > 0 && start < total);
    return 0;
}

/* A name comes in 16 bytes, and is not always terminated. */
static void copy_name(char out[HURD_TASK_NAME_MAX + 1], const struct hurd_task_info *info)
{
    memcpy(out, info->name, HURD_TASK_NAME_MAX);
    out[HURD_TASK_NAME_MAX] = '\0';
    for (char *c = out; *c; c++) {
        if (*c < ' ' || *c > '~')
            *c = '?';
    }
}

const char *report_task_name(L4_Word_t task)
{
    static char name[HURD_TASK_NAME_MAX + 1];
    struct hurd_task_info info;
    if (hurd_task_info(task_server(), task_master(), task, &info))
        return "?";
    copy_name(name, &info);
    return name;
}

struct search {
    const char *name;
    L4_Word_t found;
};

static bool search_name(L4_Word_t id, void *argument)
{
    struct search *search = argument;
    if (!strncmp(report_task_name(id), search->name, HURD_TASK_NAME_MAX))
        search->found = id;
    return search->found == 0;
}

static bool search_number(L4_Word_t id, void *argument)
{
    L4_Word_t *wanted = argument;
    if (id == *wanted)
        *wanted = 0;
    return *wanted != 0;
}

L4_Word_t report_find_task(const char *word)
{
    unsigned long number;
    L4_Word_t wanted;
    if (words_number(word, &number)) {
        wanted = number;
        if (number != 0)
            report_each_id(search_number, &wanted);
        if (number != 0 && wanted == 0)
            return number;
    } else {
        struct search search = { .name = word };
        report_each_id(search_name, &search);
        if (search.found)
            return search.found;
    }
    complain("there is no task %s; `ps` lists them\n", word);
    return 0;
}

struct names {
    void (*each)(void *what, const char *name);
    void *what;
};

static bool pass_name(L4_Word_t id, void *argument)
{
    struct names *names = argument;
    names->each(names->what, report_task_name(id));
    return true;
}

void report_task_names(void (*each)(void *what, const char *name), void *what)
{
    report_each_id(pass_name, &(struct names) { each, what });
}

static bool pass_task(L4_Word_t id, void *argument)
{
    void (**each)(L4_Word_t, const char *) = argument;
    (*each)(id, report_task_name(id));
    return true;
}

void report_each_task(void (*each)(L4_Word_t task, const char *name))
{
    report_each_id(pass_task, &each);
}

static const char *state_name(L4_Word_t state)
{
    static const char *const names[] = {
        "unknown",       "dead",    "not started", "ready",
        "wants to send", "sending", "waiting",     "receiving",
    };
    return state < sizeof names / sizeof names[0] ? names[state] : "unknown";
}

/* The thread for which this one waits, if it is one thread. */
static void report_partner(L4_Word_t task, L4_ThreadId_t thread)
{
    L4_Word_t partner;
    if (hurd_task_partner(task_server(), task_master(), task, thread, &partner) || !partner ||
        partner == HURD_TASK_UNKNOWN || !L4_IsGlobalId(L4_ThreadIdOfRaw(partner)) ||
        partner == thread.raw)          /* it sleeps, or waits for its start */
        return;
    L4_ThreadId_t with = L4_ThreadIdOfRaw(partner);
    printf(" for %lu.%lu, %s", L4_ThreadNo(with), L4_Version(with),
           report_task_name(L4_Version(with)));
}

static void report_threads(L4_Word_t task, bool stopped)
{
    L4_Word_t pairs[2 * PAIRS_MAX], n, total, start = 0;
    do {
        if (hurd_task_threads(task_server(), task_master(), task, start, pairs, &n, &total))
            return;
        for (L4_Word_t i = 0; i < n; i++) {
            L4_ThreadId_t thread = L4_ThreadIdOfRaw(pairs[2 * i]);
            printf("        thread %4lu.%-4lu %s%s", L4_ThreadNo(thread), L4_Version(thread),
                   state_name(pairs[2 * i + 1] & HURD_TASK_THREAD_STATE),
                   pairs[2 * i + 1] & HURD_TASK_THREAD_PAGER ? ", pager"
                   : stopped                                 ? ", stopped" : "");
            if ((pairs[2 * i + 1] & HURD_TASK_THREAD_STATE) != L4_SCHED_RUNNING)
                report_partner(task, thread);
            putchar('\n');
        }
        start += n;
    } while (n > 0 && start < total);
}

/* Another kernel may not count this. */
static void format_counter(char *out, size_t size, L4_Word_t value, L4_Word_t unit)
{
    if (value == HURD_TASK_UNKNOWN)
        snprintf(out, size, "-");
    else
        snprintf(out, size, "%lu", value / unit);
}

/* Prints what the task uses and may use, together with all tasks that it starts. */
static void report_budget(L4_Word_t id)
{
    struct hurd_task_budget b[HURD_BUDGETS];
    char kernel[24];
    if (hurd_task_budget(task_server(), task_master(), id, b) || b[HURD_BUDGET_TASKS].limit == 0)
        return;                 /* wortel's servers have no limits */
    format_counter(kernel, sizeof kernel, b[HURD_BUDGET_KERNEL].limit, 1);
    printf("        limits  %lu of %lu tasks, %lu of %lu threads,\n"
           "                %s pages of kernel memory, %lu of %lu KB of handles\n",
           b[HURD_BUDGET_TASKS].used, b[HURD_BUDGET_TASKS].limit, b[HURD_BUDGET_THREADS].used,
           b[HURD_BUDGET_THREADS].limit, kernel, b[HURD_BUDGET_HANDLES].used,
           b[HURD_BUDGET_HANDLES].limit);
}

static bool report_task(L4_Word_t id, void *argument)
{
    struct hurd_task_info info;
    (void) argument;
    if (hurd_task_info(task_server(), task_master(), id, &info))
        return true;            /* it died meanwhile */
    char name[HURD_TASK_NAME_MAX + 1];
    copy_name(name, &info);
    char kmem[24], own[24], others[24], time[24];
    L4_Word_t ms = HURD_TASK_UNKNOWN;
    hurd_task_time(task_server(), task_master(), id, &ms);
    format_counter(time, sizeof time, ms, 1);
    format_counter(kmem, sizeof kmem, info.kmem, 1024);
    format_counter(own, sizeof own, info.faults_own, 1);
    format_counter(others, sizeof others, info.faults_other, 1);
    printf("%5lu  %-16s %6lu %7lu %6s KB %9s %9s %8s\n", info.task, name, info.parent, info.threads,
           kmem, own, others, time);
    report_budget(id);
    report_threads(id, info.state == HURD_TASK_STATE_STOPPED);
    return true;
}

void report_tasks(void)
{
    printf(" TASK  NAME             PARENT THREADS  KERNEL OWN FAULTS    OTHERS  TIME ms\n");
    int err = report_each_id(report_task, NULL);
    if (err)
        complain("ps: the task server does not answer: %s\n", strerror(err));
}

/* ---- memory ---- */

static void report_swap(L4_ThreadId_t pm, L4_Word_t handle)
{
    struct hurd_pm_swap_info s;
    if (hurd_pm_swap_info(pm, handle, &s) || s.blocks == 0)
        return;
    printf("swap: %lu pages out, of %lu blocks %lu free, %lu reserved and %lu bad;\n"
           "      %lu pages written, %lu read%s\n",
           s.swapped, s.blocks, s.free, s.reserved, s.bad - s.reserved, s.written, s.read,
           s.attached ? "" : "; there is no swap server");
    printf("      window of %lu frames, %lu to be written;\n"
           "      %lu pages came back and %lu went without the disk\n",
           s.window, s.inactive, s.recovered, s.clean);
}

static void report_extra(L4_ThreadId_t pm, L4_Word_t handle)
{
    struct hurd_pm_extra_info e;
    if (hurd_pm_extra_info(pm, handle, &e) || !(e.all | e.soft | e.moved))
        return;
    printf("%lu extra pages, room for %lu more;\n"
           "      %lu soft references; %lu pages moved\n", e.all, e.room, e.soft, e.moved);
}

void report_memory(void)
{
    L4_ThreadId_t pm = L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
    L4_Word_t handle = __hurd_startup_data->physmem_control.cap;
    struct hurd_pm_statistics all;
    int err = hurd_pm_statistics(pm, handle, &all);
    if (err) {
        complain("mem: physmem does not answer: %s\n", strerror(err));
        return;
    }
    printf("physmem owns %lu frames of 4 KB (%lu KB):\n"
           "      %lu free, %lu in use, %lu bookkeeping\n",
           all.total, all.total * 4, all.free, all.bound, all.meta);
    printf("allocated (used or promised): %lu; largest free block %lu KB\n", all.promised,
           ((L4_Word_t) 1 << all.largest) / 1024);
    report_extra(pm, handle);
    report_swap(pm, handle);
    printf(" TASK  NAME             GUARANTEED  ALLOCATED    PAGES  WIRED RECORDS  (frames)\n");
    struct hurd_pm_task_statistics one;
    for (L4_Word_t id = 0; !hurd_pm_task_statistics(pm, handle, id, &one); id = one.task + 1) {
        printf("%5lu  %-16s %10lu %10lu %8lu %6lu %7lu\n", one.task, report_task_name(one.task),
               one.guarantee, one.used, one.promised, one.wired, one.records);
    }
    struct hurd_task_budget b[HURD_BUDGETS];
    if (!hurd_task_budget(task_server(), task_master(), HURD_TASK_ROOT, b))
        printf("left for programs: %lu tasks, %lu threads,\n"
               "      %lu KB of kernel memory, %lu KB of handles\n",
               b[HURD_BUDGET_TASKS].limit - b[HURD_BUDGET_TASKS].used,
               b[HURD_BUDGET_THREADS].limit - b[HURD_BUDGET_THREADS].used,
               b[HURD_BUDGET_KERNEL].limit * 4,
               b[HURD_BUDGET_HANDLES].limit - b[HURD_BUDGET_HANDLES].used);
}

/* ---- maps ---- */

static L4_ThreadId_t find_pager(L4_Word_t task)
{
    L4_Word_t pairs[2 * PAIRS_MAX], n, total, start = 0;
    do {
        if (hurd_task_threads(task_server(), task_master(), task, start, pairs, &n, &total))
            break;
        for (L4_Word_t i = 0; i < n; i++) {
            if (pairs[2 * i + 1] & HURD_TASK_THREAD_PAGER)
                return L4_ThreadIdOfRaw(pairs[2 * i]);
        }
        start += n;
    } while (n > 0 && start < total);
    return L4_nilthread;
}

/* Asks for the regions from `address` on.  *left: the us that the pager still has; what it takes is
 * subtracted.  Returns how many came, or -1: the pager does not reply in time, or its reply makes
 * no sense. */
static int ask_maps(L4_ThreadId_t pager, L4_Word_t address, L4_Word64_t *left, L4_Word_t *words)
{
    L4_Time_t patience = L4_TimePeriod(*left < MAPS_PATIENCE ? *left : MAPS_PATIENCE);
    L4_Word64_t start = L4_SystemClock().raw;
    L4_LoadMR(0, HURD_MM_MAPS << 16 | 1);
    L4_LoadMR(1, address);
    L4_MsgTag_t tag = L4_Call_Timeouts(pager, patience, patience);
    L4_Word64_t took = L4_SystemClock().raw - start;
    *left = took < *left ? *left - took : 0;
    L4_Word_t count = L4_UntypedWords(tag);
    if (L4_IpcFailed(tag) || L4_Label(tag) != 0 || L4_TypedWords(tag) != 0 ||
        count % HURD_MM_MAPS_WORDS != 0 || count > MAPS_MAX * HURD_MM_MAPS_WORDS)
        return -1;
    L4_StoreMRs(1, (int) count, words);
    for (L4_Word_t i = 0; i < count; i += HURD_MM_MAPS_WORDS) {
        if (words[i + 1] < words[i] || words[i + 1] < address || (i && words[i] < address))
            return -1;
        address = words[i + 1] + 1;
        if (address == 0 && i + HURD_MM_MAPS_WORDS < count)
            return -1;
    }
    return (int) (count / HURD_MM_MAPS_WORDS);
}

static void report_region(const L4_Word_t *region)
{
    static const char *const kinds[] = { "reserved", "anonymous", "container", "store", "wired",
                                         "paged", "pool", "file" };
    L4_Word_t rights = region[2] & HURD_VM_RIGHTS;
    L4_Word_t kind = HURD_MM_MAPS_KIND(region[2]), out = region[2] >> HURD_MM_MAPS_OUT_SHIFT;
    printf("%08lx-%08lx %c%c%c %-9s offset %08lx, %lu pages in core", region[0], region[1],
           rights & HURD_VM_READ ? 'r' : '-', rights & HURD_VM_WRITE ? 'w' : '-',
           rights & HURD_VM_EXECUTE ? 'x' : '-',
           kind < sizeof kinds / sizeof kinds[0] ? kinds[kind] : "?", region[3], region[4]);
    if (out)
        printf(", %lu on disk", out);
    putchar('\n');
}

/* Finds the pager of a task that may have just started.  -1: no pager replies. */
static int first_maps(L4_Word_t task, L4_ThreadId_t *pager, L4_Word64_t *left, L4_Word_t *words)
{
    int count = -1;
    *pager = L4_nilthread;
    for (int i = 0; i < MAPS_TRIES && count < 0; i++) {
        *pager = find_pager(task);
        if (!L4_IsNilThread(*pager))
            count = ask_maps(*pager, 0, left, words);
    }
    return count;
}

void report_maps(L4_Word_t task)
{
    L4_Word_t words[MAPS_MAX * HURD_MM_MAPS_WORDS];
    L4_Word64_t left = MAPS_TIME;       /* printing takes nothing of it */
    L4_ThreadId_t pager;
    int shown = 0, count = first_maps(task, &pager, &left, words);
    if (L4_IsNilThread(pager)) {
        complain("task %lu has no pager of its own: it was mapped when it started\n", task);
        return;
    }
    while (count > 0 && shown < MAPS_REGIONS) {
        for (int i = 0; i < count; i++)
            report_region(words + i * (int) HURD_MM_MAPS_WORDS);
        shown += count;
        L4_Word_t next = words[(count - 1) * (int) HURD_MM_MAPS_WORDS + 1] + 1;
        count = next ? ask_maps(pager, next, &left, words) : 0;
    }
    if (count < 0)
        complain("maps: the pager of task %lu does not answer as it should\n", task);
    else if (count > 0)
        complain("maps: task %lu says that there are more; %d regions are enough\n", task, shown);
}
