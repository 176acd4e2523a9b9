/* SPDX-License-Identifier: MIT */
/* The shell's commands for devices and drivers.  Called by commands.c; the next hops are the
 * framework (hurd/bus.h), and the drivers, which deva names (hurd/device.h). */
#include "devices.h"
#include "lib/shell/language.h"
#include "services.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hurd/bus.h>
#include <hurd/clock.h>
#include <hurd/deva.h>
#include <hurd/speaker.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/thread.h>

enum {
    PAUSE = 10000,              /* us */
    LOOKS = 1000,
    REPEATS = 5,                /* of a request whose driver has gone */
    REPEAT_PAUSE = 100000,      /* us: the next driver is started */
    BEEP_HERTZ = 880,
    BEEP_MS = 200,
};

/* ---- the tree ---- */

static const char *const states[] = {
    [HURD_BUS_NO_DRIVER] = "-",
    [HURD_BUS_NOT_STARTED] = "not started",
    [HURD_BUS_STARTING] = "starting",
    [HURD_BUS_RUNS] = "runs",
    [HURD_BUS_ENDED] = "ended",
    [HURD_BUS_GIVEN_UP] = "given up",
    [HURD_BUS_REMOVED] = "removed",
};

static void show_resources(const struct hurd_bus_device *d)
{
    for (L4_Word_t i = 0; i < d->count && i < HURD_DEVICE_RESOURCES; i++) {
        const struct hurd_resource *r = &d->resource[i];
        if (r->kind == HURD_RESOURCE_PORTS && r->size == 1)
            printf("  port %lx", r->base);
        else if (r->kind == HURD_RESOURCE_PORTS)
            printf("  ports %lx-%lx", r->base, r->base + r->size - 1);
        else if (r->kind == HURD_RESOURCE_MEMORY)
            printf("  memory %lx-%lx", r->base, r->base + r->size - 1);
        else
            printf("  irq %lu%s", r->base, r->size ? " shared" : "");
    }
}

static void show_device(const struct hurd_bus_device *d)
{
    if (d->bus == HURD_BUS_ROOT) {
        printf("%3lu %s%.12s\n", d->number, d->number ? "  " : "", d->name);
        return;
    }
    printf("%3lu     %-8.12s", d->number, d->name);
    if (d->bus == HURD_BUS_PCI)
        printf(" %02lx:%02lx.%lx %04lx:%04lx class %06lx", d->address >> 8, d->address >> 3 & 31,
               d->address & 7, d->id >> 16, d->id & 0xFFFF, d->class);
    if (d->pin)
        printf(" INT%c", (char) ('A' + d->pin - 1));
    show_resources(d);
    if (d->state == HURD_BUS_REMOVED)
        printf("  removed");
    else if (d->state != HURD_BUS_NO_DRIVER && d->state < sizeof states / sizeof states[0])
        printf("  driver %.16s: %s", d->driver, states[d->state]);
    if (d->state == HURD_BUS_RUNS)
        printf(" (task %lu, start number %lu)", d->task, d->starts);
    printf("\n");
}

static void show_tree(L4_ThreadId_t fabrica)
{
    struct hurd_bus_device d;
    int err = 0;
    for (L4_Word_t i = 0; !(err = hurd_bus_device(fabrica, i, &d)); i++)
        show_device(&d);
    if (err != ENOENT)
        complain("devices: the framework does not answer: %s\n", strerror(err));
}

static void show_events(L4_ThreadId_t fabrica)
{
    L4_Word_t kind, number;
    int err = 0;
    for (L4_Word_t i = 0; err != EAGAIN; i++) {
        struct hurd_bus_device d;
        err = hurd_bus_event(fabrica, i, &kind, &number);
        if (err && err != ESTALE && err != EAGAIN) {
            complain("devices: the framework does not answer: %s\n", strerror(err));
            return;
        }
        if (!err && !hurd_bus_device(fabrica, number, &d))
            printf("%3lu  %s %lu %.12s\n", i, kind == HURD_BUS_INSERTED ? "inserted" : "removed ",
                   number, d.name);
    }
}

/* ---- drivers ---- */

/* The number of a device, or the first one with this driver. */
static bool find_device(L4_ThreadId_t fabrica, const char *word, L4_Word_t *number)
{
    unsigned long value;
    struct hurd_bus_device d;
    if (words_number(word, &value)) {
        *number = value;
        return true;
    }
    for (*number = 0; !hurd_bus_device(fabrica, *number, &d); ++*number) {
        if (!strncmp(d.driver, word, sizeof d.driver))
            return true;
    }
    complain("devices: no device has a driver %s\n", word);
    return false;
}

static bool all_settled(L4_ThreadId_t fabrica)
{
    struct hurd_bus_device d;
    int err = 0;
    for (L4_Word_t i = 0; !(err = hurd_bus_device(fabrica, i, &d)); i++) {
        if (d.state == HURD_BUS_STARTING)
            return false;
    }
    return err == ENOENT;
}

void devices_settle(void)
{
    L4_ThreadId_t fabrica;
    for (int i = 0; i < LOOKS; i++) {
        if (!services_fabrica(&fabrica) || all_settled(fabrica))
            return;
        L4_Sleep(L4_TimePeriod(PAUSE));
    }
}

static void drive(L4_ThreadId_t fabrica, const char *word, enum hurd_bus_drive what)
{
    L4_Word_t number;
    if (!find_device(fabrica, word, &number))
        return;
    int err = hurd_bus_drive(fabrica, number, what);
    switch (err) {
    case 0:
        devices_settle();
        break;
    case ENOENT:
        complain("devices: there is no device %lu\n", number);
        break;
    case ENODEV:
        complain("devices: no driver fits device %lu\n", number);
        break;
    case EALREADY:
        complain("devices: it %s\n", what == HURD_BUS_START ? "runs already" : "does not run");
        break;
    default:
        complain("devices: %s\n", strerror(err));
    }
}

static void scan(L4_ThreadId_t fabrica)
{
    L4_Word_t inserted, removed;
    int err = hurd_bus_rescan(fabrica, &inserted, &removed);
    if (err) {
        complain("devices: %s\n", strerror(err));
        return;
    }
    devices_settle();
    printf("%lu inserted, %lu removed\n", inserted, removed);
}

void devices_obey(const struct words *w)
{
    L4_ThreadId_t fabrica;
    bool drives = w->count == 3 && (!strcmp(w->word[1], "start") || !strcmp(w->word[1], "stop"));
    bool other = w->count == 2 && (!strcmp(w->word[1], "scan") || !strcmp(w->word[1], "events"));
    if (w->count > 1 && !drives && !other) {
        complain("devices: say start NUMBER, stop NUMBER, scan or events\n");
        return;
    }
    if (!services_fabrica(&fabrica)) {
        complain("devices: there is no driver framework\n");
        return;
    }
    devices_settle();
    if (w->count == 1)
        show_tree(fabrica);
    else if (drives)
        drive(fabrica, w->word[2], strcmp(w->word[1], "start") ? HURD_BUS_STOP : HURD_BUS_START);
    else if (!strcmp(w->word[1], "scan"))
        scan(fabrica);
    else
        show_events(fabrica);
}

/* ---- classes ---- */

/* Finds the first driver of that class.  Returns false if there is none, and says so. */
static bool driver_of(enum hurd_device_class class, const char *what, struct hurd_driver *driver)
{
    struct hurd_startup_cap console = __hurd_startup_data->console;
    L4_ThreadId_t fabrica;
    if (services_fabrica(&fabrica))
        devices_settle();
    int err = hurd_driver_find(L4_ThreadIdOfRaw(console.server), console.cap, class, 0, driver);
    if (!err && !L4_IsNilThread(driver->thread))
        return true;
    complain("%s: no driver serves such a device\n", what);
    return false;
}

static void driver_again(const struct hurd_driver *driver)
{
    L4_ThreadId_t fabrica;
    printf("init: the driver of device %lu does not answer, or answers nonsense: it is ended\n",
           driver->device);
    if (services_fabrica(&fabrica))
        hurd_bus_drive(fabrica, driver->device, HURD_BUS_AGAIN);
}

/* True if the request is worth another attempt: its driver ended meanwhile, or is no good. */
static bool again(int err, const struct hurd_driver *driver)
{
    if (err != EPROTO && err != ETIMEDOUT && err != EIO)
        return false;
    if (err != EIO)
        driver_again(driver);
    L4_Sleep(L4_TimePeriod(REPEAT_PAUSE));
    return true;
}

void devices_date(const struct words *w)
{
    struct hurd_clock_time t;
    struct hurd_driver driver;
    int err = EIO;
    for (int i = 0; i < REPEATS && (i == 0 || again(err, &driver)); i++) {
        if (!driver_of(HURD_DEVICE_CLOCK, w->word[0], &driver))
            return;
        err = hurd_clock_read(driver.thread, &t);
    }
    if (err)
        complain("date: %s\n", err == EIO ? "the clock chip has no time" : strerror(err));
    else
        printf("%04lu-%02lu-%02lu %02lu:%02lu:%02lu\n", t.year, t.month, t.day, t.hour, t.minute,
               t.second);
}

void devices_beep(const struct words *w)
{
    struct hurd_driver driver;
    unsigned long hertz = BEEP_HERTZ, ms = BEEP_MS;
    if ((w->count > 1 && !words_number(w->word[1], &hertz)) ||
        (w->count > 2 && !words_number(w->word[2], &ms))) {
        complain("beep: say how many hertz, and perhaps milliseconds\n");
        return;
    }
    int err = EIO;
    for (int i = 0; i < REPEATS && (i == 0 || again(err, &driver)); i++) {
        if (!driver_of(HURD_DEVICE_SPEAKER, w->word[0], &driver))
            return;
        err = hurd_speaker_beep(driver.thread, hertz, ms);
    }
    if (err == EINVAL)
        complain("beep: %u to %u hertz, 1 to %u milliseconds\n", HURD_SPEAKER_LOWEST,
               HURD_SPEAKER_HIGHEST, HURD_SPEAKER_LONGEST);
    else if (err)
        complain("beep: %s\n", strerror(err));
}
