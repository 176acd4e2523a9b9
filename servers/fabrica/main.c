/* SPDX-License-Identifier: MIT */
/* The driver framework: the plugin manager, and the drivers of the root, ISA and PCI busses.
 *      fabrica [DRIVER[=ARGUMENT]]... [patience=SECONDS]
 * Finds the devices, and starts the drivers of deva's archive for them: all that do not want to be
 * asked for, and the named ones.  Then it serves hurd/bus.h.  If it ends, all its drivers end, and
 * init starts it again.  init gives it deva's master capability a little after the start. */
#include "isa.h"
#include "life.h"
#include "pci.h"
#include "rules.h"
#include "surplus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/deva.h>
#include <hurd/mm.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

#include "lib/driver/driver.h"
#include "servers/init/cpio.h"

enum {
    TRIES = 1000,
    PAUSE = 10000,              /* us */
    PCI_PORTS = 0xCF8,
    PCI_PORTS_LOG2 = 3,
    TIMER_MODE = 0x43,
    TIMER_SPEAKER = 0xB6,       /* counter 2: both bytes of the count, square wave */
    SECOND = 1000000,
    HEAD_START = 20000,         /* us, until it has its memory */
};

static struct rule rules[RULES];
static unsigned rule_count;
static unsigned root, isa, pci;         /* numbers of the root and of the busses */
static bool has_pci;
static L4_Word_t console_parts;

/* ---- events ---- */

static struct { uint8_t kind, device; } events[HURD_BUS_EVENTS];
static L4_Word_t event_count;

static void event_note(enum hurd_bus_event kind, const struct node *n)
{
    events[event_count % HURD_BUS_EVENTS].kind = kind;
    events[event_count % HURD_BUS_EVENTS].device = (uint8_t) n->number;
    event_count++;
}

/* ---- insertion and removal ---- */

static int arguments;
static char **argument;

/* Returns the argument of a driver that was named on our command line, NULL: it was not. */
static const char *named(const struct rule *rule)
{
    size_t length = strlen(rule->name);
    for (int i = 1; i < arguments; i++) {
        const char *word = argument[i];
        if (!strncmp(word, rule->name, length) && (word[length] == '\0' || word[length] == '='))
            return word[length] ? word + length + 1 : "";
    }
    return NULL;
}

static void device_inserted(struct node *n)
{
    struct cpio_entry entry;
    event_note(HURD_BUS_INSERTED, n);
    n->rule = rules_find(rules, rule_count, n);
    if (n->rule && !life_program(n->rule, &entry))
        n->rule = NULL;         /* a small archive has rules without drivers */
}

/* The drivers that somebody asked for come first, because there may not be memory for all. */
static void drivers_start(unsigned first)
{
    for (unsigned pass = 0; pass < 2; pass++) {
        for (struct node *n = &tree[first]; n < &tree[tree_count]; n++) {
            const char *asked = n->rule ? named(n->rule) : NULL;
            if (!n->rule || (asked ? pass != 0 : pass != 1 || n->rule->ask))
                continue;
            int err = life_start(n, asked);
            if (err)
                printf("fabrica: no driver for %s: %s\n", n->name, strerror(err));
            if (!err && asked)
                L4_Sleep(L4_TimePeriod(HEAD_START));
        }
    }
}

static void device_removed(struct node *n)
{
    event_note(HURD_BUS_GONE, n);
    life_stop(n);
    n->present = false;
}

/* What was there when fabrica started is inserted like what comes later.  Drivers are started for
 * the devices from `start_from` on. */
static void rescan(unsigned start_from, L4_Word_t *inserted, L4_Word_t *removed)
{
    unsigned before = tree_count;
    *removed = 0;
    if (has_pci)
        pci_scan(pci);
    for (unsigned i = 0; i < before; i++) {
        if (tree[i].present && !tree[i].seen) {
            device_removed(&tree[i]);
            ++*removed;
        }
    }
    tree_part_pages();
    for (unsigned i = before; i < tree_count; i++)
        device_inserted(&tree[i]);
    drivers_start(start_from);
    *inserted = tree_count - before;
}

static void find_devices(void)
{
    L4_Word_t inserted, removed;
    root = tree_add(0, HURD_BUS_ROOT, "root")->number;
    isa = tree_add(root, HURD_BUS_ROOT, "isa")->number;
    if (has_pci)
        pci = tree_add(root, HURD_BUS_ROOT, "pci")->number;
    isa_scan(isa, has_pci, console_parts);
    for (unsigned i = 0; i < tree_count; i++) {
        if (tree[i].bus == HURD_BUS_ISA)
            device_inserted(&tree[i]);
    }
    rescan(0, &inserted, &removed);
}

/* ---- requests ---- */

static int serve_device(struct hurd_cap_call *call)
{
    if (call->words != 1)
        return EINVAL;
    if (call->arg[0] >= tree_count)
        return ENOENT;
    const struct node *n = &tree[call->arg[0]];
    struct hurd_bus_device d = {
        n->number, n->parent, n->bus, n->address, n->id, n->class, n->pin, life_state(n),
        life_task(n), life_starts(n), { 0 }, { 0 }, n->count, {{ 0 }},
    };
    memcpy(d.name, n->name, sizeof d.name);
    if (n->rule)
        memcpy(d.driver, n->rule->name, sizeof d.driver);
    memcpy(d.resource, n->resource, n->count * sizeof n->resource[0]);
    memcpy(call->reply, &d, sizeof d);
    call->reply_words = sizeof d / sizeof(L4_Word_t);
    return 0;
}

static int serve_rescan(struct hurd_cap_call *call)
{
    if (call->words != 0)
        return EINVAL;
    rescan(tree_count, &call->reply[0], &call->reply[1]);
    call->reply_words = 2;
    return 0;
}

static int serve_drive(struct hurd_cap_call *call)
{
    if (call->words != 2 || call->arg[1] > HURD_BUS_AGAIN)
        return EINVAL;
    if (call->arg[0] >= tree_count)
        return ENOENT;
    struct node *n = &tree[call->arg[0]];
    if (!n->rule)
        return ENODEV;
    if (call->arg[1] == HURD_BUS_START)
        return life_start(n, named(n->rule));
    return call->arg[1] == HURD_BUS_STOP ? life_stop(n) : life_again(n);
}

static int serve_event(struct hurd_cap_call *call)
{
    if (call->words != 1)
        return EINVAL;
    if (call->arg[0] >= event_count)
        return EAGAIN;
    if (event_count - call->arg[0] > HURD_BUS_EVENTS)
        return ESTALE;
    call->reply[0] = events[call->arg[0] % HURD_BUS_EVENTS].kind;
    call->reply[1] = events[call->arg[0] % HURD_BUS_EVENTS].device;
    call->reply_words = 2;
    return 0;
}

static int serve(struct hurd_cap_call *call)
{
    bool is_init = call->task == HURD_TASK_INIT;
    switch (call->label) {
    case HURD_BUS_DEVICE:
        return serve_device(call);
    case HURD_BUS_EVENT:
        return serve_event(call);
    case HURD_BUS_RESCAN:
        return is_init ? serve_rescan(call) : EPERM;
    case HURD_BUS_DRIVE:
        return is_init ? serve_drive(call) : EPERM;
    default:
        return EOPNOTSUPP;
    }
}

/* ---- the start ---- */

/* The master capability is the handle behind the console's. */
static int master_find(void)
{
    for (int i = 0; i < TRIES; i++) {
        L4_Word_t kind;
        if (!hurd_deva_info(site.deva, site.master, &kind, &console_parts))
            return kind == HURD_DEVA_KIND_MASTER ? 0 : ENOENT;
        L4_Sleep(L4_TimePeriod(PAUSE));
    }
    return ENOENT;
}

static int take_ports(uint16_t first, int log2)
{
    L4_Accept(L4_MapGrantItems(L4_CompleteIoSpace));
    int err = hurd_deva_ports_map(site.deva, site.master, L4_IoFpageLog2(first, log2).raw);
    L4_Accept(L4_UntypedWordsAcceptor);
    return err;
}

static int archive_open(void)
{
    uintptr_t address = 0;
    L4_Word_t bytes = 0;
    int err = hurd_driver_archive(site.deva, site.master, &site.store, &bytes);
    if (err)
        return err;
    uintptr_t pages = (bytes + HURD_MM_PAGE - 1) & ~(uintptr_t) (HURD_MM_PAGE - 1);
    err = hurd_vm_map_container(&address, pages, 0, HURD_VM_READ, site.store, 0);
    site.archive = (const char *) address;
    site.archive_size = bytes;
    return err;
}

static int rules_open(void)
{
    struct cpio_entry entry;
    unsigned wrong;
    if (!cpio_find(site.archive, site.archive_size, "drivers.txt", &entry))
        return ENOENT;
    rule_count = rules_read(rules, site.archive + entry.data, entry.size, &wrong);
    if (wrong)
        printf("fabrica: line %u of drivers.txt makes no sense\n", wrong);
    return 0;
}

/* The mode of the speaker's counter is set here, once: its driver must not have the port, with
 * which it could stop the kernel's clock. */
static void prepare_timer(void)
{
    if (!take_ports(TIMER_MODE, 0))
        port_out8(TIMER_MODE, TIMER_SPEAKER);
}

/* Waits until each driver has its memory, which is `task`'s work, or does not get it. */
static void give_surplus_back(void)
{
    const struct node *n = tree;
    for (int i = 0; i < TRIES && n < tree + tree_count; i++) {
        while (n < tree + tree_count && life_begun(n))
            n++;
        if (n < tree + tree_count)
            L4_Sleep(L4_TimePeriod(PAUSE));
    }
    int err = surplus_return();
    if (err)
        printf("fabrica: keeps more memory than it needs: %s\n", strerror(err));
}

static void read_patience(void)
{
    site.patience = HURD_DEVICE_PATIENCE;
    for (int i = 1; i < arguments; i++) {
        if (!strncmp(argument[i], "patience=", 9)) {
            unsigned long seconds = strtoul(argument[i] + 9, NULL, 10);
            if (seconds > 0 && seconds < 1000)
                site.patience = (uint32_t) seconds * SECOND;
        }
    }
}

int main(int argc, char **argv)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    static struct hurd_cap_server server = { .root = serve };
    arguments = argc;
    argument = argv;
    site.deva = L4_ThreadIdOfRaw(data->console.server);
    site.task = L4_ThreadIdOfRaw(data->task.server);
    site.physmem = L4_ThreadIdOfRaw(data->physmem_control.server);
    site.master = data->console.cap + 1;
    read_patience();
    int err = master_find();
    if (!err)
        err = archive_open();
    if (!err)
        err = rules_open();
    if (err) {
        printf("fabrica: there are no drivers: %s\n", strerror(err));
        return EXIT_FAILURE;
    }
    has_pci = !take_ports(PCI_PORTS, PCI_PORTS_LOG2) && pci_present();
    prepare_timer();
    find_devices();
    if (life_watch())
        printf("fabrica: nobody watches the drivers\n");
    give_surplus_back();
    hurd_cap_server_loop(&server);
}
