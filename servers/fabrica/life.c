/* SPDX-License-Identifier: MIT */
/* For each driver, fabrica has a thread that starts it, waits for its end, and starts it anew,
 * unless the driver ended by itself with status 0.  One more thread asks all drivers now and then
 * whether they are alive.  The threads share `struct life`: only the driver's own thread writes it,
 * except for `stop`.  Before: main.c.  After: `task`, physmem, deva. */
#include "life.h"
#include "pci.h"
#include "rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/cap.h>
#include <hurd/deva.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

#include "servers/init/cpio.h"

enum {
    PAUSE = 10000,              /* us between two attempts, or two starts */
    GRANT_TRIES = 500,
    VAIN_STARTS = 5,            /* starts in a row without serving: then fabrica gives up */
    ARGUMENT = 24,
    WATCH_PAUSE = 1000000,      /* us */
};

struct life {
    struct node *node;
    char argument[ARGUMENT];
    volatile bool stop;         /* it shall end */
    volatile bool over;         /* no thread looks after it any more */
    volatile bool given_up;
    volatile L4_Word_t task;    /* 0: no driver runs */
    volatile L4_Word_t handle;  /* valid while task is not 0 */
    volatile unsigned starts;
};

struct site site;

/* ---- what is known of it ---- */

static bool driver_of(const struct node *n, struct hurd_driver *driver)
{
    return !hurd_driver_find(site.deva, site.master, HURD_DEVICE_ANY, n->number, driver);
}

static L4_Word_t served(const struct node *n)
{
    struct hurd_driver driver;
    return driver_of(n, &driver) ? driver.drivers : 0;
}

L4_Word_t life_task(const struct node *n)
{
    return n->life ? n->life->task : 0;
}

unsigned life_starts(const struct node *n)
{
    return n->life ? n->life->starts : 0;
}

bool life_begun(const struct node *n)
{
    return !n->life || n->life->over || n->life->task || n->life->starts > 0;
}

static bool serves_now(const struct node *n, struct hurd_driver *driver)
{
    return driver_of(n, driver) && !L4_IsNilThread(driver->thread) &&
           L4_Version(driver->thread) == life_task(n);
}

enum hurd_bus_state life_state(const struct node *n)
{
    struct hurd_driver driver;
    if (!n->present)
        return HURD_BUS_REMOVED;
    if (!n->life)
        return n->rule ? HURD_BUS_NOT_STARTED : HURD_BUS_NO_DRIVER;
    if (n->life->over)
        return n->life->given_up ? HURD_BUS_GIVEN_UP : HURD_BUS_ENDED;
    return serves_now(n, &driver) ? HURD_BUS_RUNS : HURD_BUS_STARTING;
}

/* ---- one driver ---- */

/* A small archive has one program for several drivers. */
bool life_program(const struct rule *rule, struct cpio_entry *entry)
{
    return cpio_find(site.archive, site.archive_size, rule->name, entry) ||
           (rule->image[0] && cpio_find(site.archive, site.archive_size, rule->image, entry));
}

/* The program gets frames of ours, and the console, but no device yet. */
static int program_start(struct life *l, struct hurd_task_created *created)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    const struct rule *rule = l->node->rule;
    struct cpio_entry entry;
    if (!life_program(rule, &entry))
        return ENOENT;
    L4_Word_t control, image;
    int err = hurd_pm_control_split(site.physmem, data->physmem_control.cap, rule->frames,
                                    HURD_TASK_TASK, &control);
    if (err)
        return err;
    err = hurd_pm_container_share(site.physmem, site.store, HURD_TASK_TASK,
                                  HURD_PM_READ | HURD_PM_EXECUTE, &image);
    if (err) {
        hurd_cap_take_back(site.physmem, HURD_TASK_TASK, control);
        return err;
    }
    char argz[RULE_NAME + ARGUMENT];
    size_t length = strlen(rule->name) + 1;
    memcpy(argz, rule->name, length);
    if (l->argument[0]) {
        strcpy(argz + length, l->argument);
        length += strlen(l->argument) + 1;
    }
    return hurd_task_create(site.task, data->task.cap, image, entry.data, entry.size, control, argz,
                            length, created);
}

/* Makes the device capability.  EBUSY: perhaps deva has not yet learned of the last driver's
 * end. */
static int device_give(const struct node *n, L4_Word_t task)
{
    const struct rule *rule = n->rule;
    struct hurd_device d = { n->number, rule->class, rule->dma ? HURD_DEVICE_DMA : 0, rule->disk,
                             rule->disks, n->count, {{ 0 }} };
    L4_Word_t handle;
    memcpy(d.resource, n->resource, n->count * sizeof n->resource[0]);
    int err = EBUSY;
    for (int i = 0; i < GRANT_TRIES && err == EBUSY; i++) {
        if (i > 0)
            L4_Sleep(L4_TimePeriod(PAUSE));
        err = hurd_device_grant(site.deva, site.master, task, &d, &handle);
    }
    if (!err && n->bus == HURD_BUS_PCI)
        pci_enable(n, rule->dma);
    return err;
}

static void device_take(const struct node *n)
{
    if (n->bus == HURD_BUS_PCI && n->present)
        pci_quiet(n);
}

/* Runs the driver until it has ended.  Returns 0, or why it did not start. */
static int live(struct life *l, L4_Word_t *status, L4_Word_t *reason)
{
    struct hurd_task_created created;
    int err = program_start(l, &created);
    if (err)
        return err;
    l->handle = created.handle;
    l->task = created.id;
    l->starts++;
    err = device_give(l->node, created.id);
    if (err)
        printf("fabrica: %s does not get its device: %s\n", l->node->rule->name, strerror(err));
    if (err || l->stop)
        hurd_task_destroy(site.task, created.handle, EXIT_FAILURE);
    err = hurd_task_wait(site.task, created.handle, 0, status, reason);
    l->task = 0;
    if (!err)
        hurd_task_release(site.task, created.handle);
    device_take(l->node);
    return err;
}

/* Clients of its disks learn that no driver comes any more. */
static void give_up(const struct rule *rule)
{
    int err = rule->disks ? EBUSY : 0;
    for (int i = 0; i < GRANT_TRIES && err == EBUSY; i++) {
        err = hurd_deva_block_register(site.deva, site.master, L4_nilthread, rule->disk,
                                       rule->disks);
        if (err == EBUSY)
            L4_Sleep(L4_TimePeriod(PAUSE));
    }
}

static void life_thread(void *argument)
{
    struct life *l = argument;
    const char *name = l->node->rule->name;
    unsigned vain = 0;
    char how[HURD_TASK_OUTCOME];
    while (!l->stop && vain < VAIN_STARTS) {
        L4_Word_t status = 0, reason = 0, before = served(l->node);
        int err = live(l, &status, &reason);
        if (err) {
            printf("fabrica: cannot start %s: %s\n", name, strerror(err));
            l->given_up = true;
            break;
        }
        if (l->stop || (reason == HURD_TASK_EXITED && status == 0))
            break;
        vain = served(l->node) == before ? vain + 1 : 0;
        if (vain < VAIN_STARTS)
            printf("fabrica: %s has ended (%s); start number %u\n", name,
                   hurd_task_outcome(status, reason, how), l->starts + 1);
        L4_Sleep(L4_TimePeriod(PAUSE));
    }
    if (vain == VAIN_STARTS) {
        printf("fabrica: %s ends before it serves; it is not started again\n", name);
        l->given_up = true;
    }
    give_up(l->node->rule);
    l->over = true;
}

int life_start(struct node *n, const char *argument)
{
    L4_ThreadId_t thread;
    if (!n->rule || !n->present)
        return ENODEV;
    if (n->life && !n->life->over)
        return EALREADY;
    struct life *l = n->life ? n->life : malloc(sizeof *l);
    if (!l)
        return ENOMEM;
    unsigned starts = n->life ? l->starts : 0;
    *l = (struct life) { .node = n, .starts = starts };
    snprintf(l->argument, sizeof l->argument, "%s", argument ? argument : "");
    n->life = l;
    int err = hurd_thread_start(&thread, life_thread, l, 0);
    l->over = l->given_up = err != 0;
    return err;
}

int life_stop(struct node *n)
{
    struct life *l = n->life;
    if (!l || l->over || l->stop)
        return EALREADY;
    l->stop = true;
    if (l->task)
        hurd_task_destroy(site.task, l->handle, EXIT_FAILURE);
    return 0;
}

int life_again(struct node *n)
{
    if (!life_task(n) || n->life->stop)
        return EALREADY;
    hurd_task_destroy(site.task, n->life->handle, EXIT_FAILURE);
    return 0;
}

/* ---- drivers that do not answer ---- */

/* Any answer will do: it says that the driver's thread is at work. */
static bool answers(L4_ThreadId_t thread)
{
    L4_Time_t patience = L4_TimePeriod(site.patience);
    L4_LoadMR(0, L4_MakeTag(HURD_DEVICE_ALIVE, 0, 0).raw);
    L4_MsgTag_t tag = L4_Call_Timeouts(thread, patience, patience);
    return L4_IpcSucceeded(tag) || L4_IpcErrorCode(L4_ErrorCode()) != L4_IPC_TIMEOUT;
}

static void look_after(const struct node *n)
{
    struct hurd_driver driver;
    struct life *l = n->life;
    if (!l || l->over || !serves_now(n, &driver) || answers(driver.thread))
        return;
    if (l->task != L4_Version(driver.thread))
        return;                 /* it has just been replaced */
    printf("fabrica: %s does not answer, and is ended\n", n->rule->name);
    hurd_task_destroy(site.task, l->handle, EXIT_FAILURE);
}

static void watch_thread(void *argument)
{
    (void) argument;
    for (;;) {
        L4_Sleep(L4_TimePeriod(WATCH_PAUSE));
        for (unsigned i = 0; i < tree_count; i++)
            look_after(&tree[i]);
    }
}

int life_watch(void)
{
    L4_ThreadId_t thread;
    return hurd_thread_start(&thread, watch_thread, NULL, 0);
}
