/* SPDX-License-Identifier: MIT */
/* A device capability lets one driver do with one device what the master capability lets its
 * holder do with all.  So each request is compared with what the device owns, and then goes the
 * master's way.  deva also notes which thread drives which device; it never sends that thread a
 * request.  Before: main.c, master.c. */
#include "device.h"
#include "block.h"
#include "devmem.h"
#include "dma.h"
#include "favour.h"
#include "interrupts.h"
#include "master.h"
#include "owned.h"
#include "parts.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/block.h>
#include <hurd/console.h>
#include <hurd/deva.h>
#include <hurd/device.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <l4/thread.h>

enum {
    GRANT_HEAD = 7,
    RESOURCE = sizeof(struct hurd_resource) / sizeof(L4_Word_t),
};

struct device {
    struct hurd_cap_object object;
    struct hurd_device is;
    unsigned task;              /* that may drive it */
    struct device *next;
};

static struct device *devices;          /* those that have a driver now */

static struct driver {
    L4_Word_t device, class;    /* class 0: this place is free */
    L4_ThreadId_t thread;       /* nil: the last one has ended */
    L4_Word_t drivers;
} drivers[HURD_DEVICE_DRIVERS];

static struct device *device_of(struct hurd_cap_call *call)
{
    return (struct device *) call->cap->object;
}

/* ---- which thread drives which device ---- */

static struct driver *driver_of(L4_Word_t device)
{
    for (struct driver *d = drivers; d < drivers + HURD_DEVICE_DRIVERS; d++) {
        if (d->class && d->device == device)
            return d;
    }
    return NULL;
}

static struct driver *driver_make(const struct hurd_device *device)
{
    struct driver *d = driver_of(device->number);
    for (unsigned i = 0; i < HURD_DEVICE_DRIVERS && !d; i++) {
        if (!drivers[i].class)
            d = &drivers[i];
    }
    if (d) {
        d->device = device->number;
        d->class = device->class;
    }
    return d;
}

static int driver_register(const struct hurd_device *device, L4_ThreadId_t thread, unsigned task)
{
    if (!L4_IsGlobalId(thread) || L4_Version(thread) != task)
        return EPERM;
    struct driver *d = driver_make(device);
    if (!d)
        return ENOSPC;
    d->thread = thread;
    d->drivers++;
    return 0;
}

/* Only what drives a device has something to wait for. */
static int serve_favour(struct hurd_cap_call *call)
{
    const struct hurd_device *is = &device_of(call)->is;
    if (call->words != 2)
        return EINVAL;
    const struct driver *d = driver_of(is->number);
    L4_ThreadId_t pager = { .raw = call->arg[1] };
    if (!d || !L4_IsThreadEqual(d->thread, call->from) || is->count == 0 ||
        !L4_IsGlobalId(pager) || L4_Version(pager) != call->task)
        return EPERM;
    favour_begin(d->thread, pager, HURD_DEVICE_PRIORITY);
    return 0;
}

static const struct driver *driver_nth(L4_Word_t class, L4_Word_t n)
{
    if (class == HURD_DEVICE_ANY)
        return driver_of(n);
    for (struct driver *d = drivers; d < drivers + HURD_DEVICE_DRIVERS; d++) {
        if (d->class == class && n-- == 0)
            return d;
    }
    return NULL;
}

int device_serve_find(struct hurd_cap_call *call)
{
    struct hurd_cap *cap;
    if (call->words != 3 || call->arg[1] >= HURD_DEVICE_CLASSES)
        return EINVAL;
    if (hurd_cap_lookup(&deva.table, call->task, call->arg[0], &cap))
        return EBADF;
    const struct driver *d = driver_nth(call->arg[1], call->arg[2]);
    if (!d || d->drivers == 0)
        return ENODEV;
    call->reply[0] = d->thread.raw;
    call->reply[1] = d->drivers;
    call->reply[2] = d->device;
    call->reply_words = 3;
    return 0;
}

void device_forget_task(unsigned task)
{
    for (struct driver *d = drivers; d < drivers + HURD_DEVICE_DRIVERS; d++) {
        if (!L4_IsNilThread(d->thread) && L4_Version(d->thread) == task)
            d->thread = L4_nilthread;
    }
}

/* ---- requests of drivers ---- */

static int serve_describe(struct hurd_cap_call *call)
{
    const struct hurd_device *is = &device_of(call)->is;
    if (call->words != 1)
        return EINVAL;
    const L4_Word_t head[] = { is->number, is->class, is->flags, is->disk, is->disks };
    memcpy(call->reply, head, sizeof head);
    memcpy(call->reply + sizeof head / sizeof head[0], is->resource,
           is->count * sizeof is->resource[0]);
    call->reply_words = sizeof head / sizeof head[0] + RESOURCE * is->count;
    return 0;
}

/* The device is a part of the console, and its driver gets the interrupt when it takes the part. */
static bool is_part(const struct hurd_device *is)
{
    return is->class == HURD_DEVICE_CONSOLE;
}

static int serve_ports(struct hurd_cap_call *call)
{
    unsigned first, count;
    if (call->words != 2 || !master_ports_valid(call->arg[1], &first, &count))
        return EINVAL;
    if (!owned_has(&device_of(call)->is, HURD_RESOURCE_PORTS, first, count))
        return EPERM;
    return is_part(&device_of(call)->is) ? master_map_ports(call) : master_serve_ports(call);
}

static int serve_memory(struct hurd_cap_call *call)
{
    if (call->words != 3)
        return EINVAL;
    if (!owned_has(&device_of(call)->is, HURD_RESOURCE_MEMORY, call->arg[1], call->arg[2]))
        return EPERM;
    return is_part(&device_of(call)->is) ? part_serve_memory(call) : devmem_serve_map(call);
}

static int serve_irq_attach(struct hurd_cap_call *call)
{
    if (call->words != 3)
        return EINVAL;
    const struct hurd_resource *line = owned_line(&device_of(call)->is, call->arg[1]);
    L4_ThreadId_t handler = { .raw = call->arg[2] };
    if (!line || is_part(&device_of(call)->is) || !L4_IsGlobalId(handler) ||
        L4_Version(handler) != call->task)
        return EPERM;
    return line->size ? interrupt_share(line->base, handler)
                      : interrupt_attach(line->base, handler);
}

static int serve_irq_detach(struct hurd_cap_call *call)
{
    if (call->words != 2)
        return EINVAL;
    const struct hurd_resource *line = owned_line(&device_of(call)->is, call->arg[1]);
    if (!line || is_part(&device_of(call)->is))
        return EPERM;
    return line->size ? interrupt_unshare(line->base, call->from)
                      : interrupt_detach(line->base, call->task);
}

static bool has_disk(const struct hurd_device *is, L4_Word_t first, L4_Word_t count)
{
    return first - is->disk < is->disks && count <= is->disks - (first - is->disk);
}

/* The last driver of a device is dead before the next one starts, so no thread is in the way. */
static int serve_block_register(struct hurd_cap_call *call)
{
    const struct hurd_device *is = &device_of(call)->is;
    if (call->words != 4)
        return EINVAL;
    if (!has_disk(is, call->arg[2], call->arg[3]))
        return EPERM;
    L4_ThreadId_t thread = { .raw = call->arg[1] };
    if (!L4_IsGlobalId(thread) || L4_Version(thread) != call->task)
        return EPERM;
    if (!driver_make(is))
        return ENOSPC;
    int err = block_serve_register(call);
    return err ? err : driver_register(is, thread, call->task);
}

static int serve_block_check(struct hurd_cap_call *call)
{
    int err = block_serve_check(call);
    if (!err && !has_disk(&device_of(call)->is, call->reply[0], 1))
        err = EBADF;
    return err;
}

static int serve_info(struct hurd_cap_call *call)
{
    if (call->words != 1)
        return EINVAL;
    call->reply[0] = HURD_DEVA_KIND_DEVICE;
    call->reply[1] = device_of(call)->is.class;
    call->reply_words = 2;
    return 0;
}

static int device_serve(struct hurd_cap_call *call)
{
    const struct hurd_device *is = &device_of(call)->is;
    switch (call->label) {
    case HURD_DEVA_INFO:
        return serve_info(call);
    case HURD_DEVICE_DESCRIBE:
        return serve_describe(call);
    case HURD_DEVICE_DRIVER_REGISTER:
        return call->words == 2
                   ? driver_register(is, (L4_ThreadId_t) { .raw = call->arg[1] }, call->task)
                   : EINVAL;
    case HURD_DEVICE_DRIVER_FAVOUR:
        return is_part(is) ? EPERM : serve_favour(call);
    case HURD_DEVA_PORTS_MAP:
        return serve_ports(call);
    case HURD_DEVA_MEMORY_MAP:
        return serve_memory(call);
    case HURD_DEVA_IRQ_ATTACH:
        return serve_irq_attach(call);
    case HURD_DEVA_IRQ_DETACH:
        return serve_irq_detach(call);
    case HURD_DEVA_DMA_MEMORY:
        return is->flags & HURD_DEVICE_DMA ? dma_serve_memory(call, is->number) : EPERM;
    case HURD_DEVA_BLOCK_REGISTER:
        return serve_block_register(call);
    case HURD_DEVA_BLOCK_CHECK:
        return serve_block_check(call);
    case HURD_CONSOLE_DRIVE:
        return is_part(is) ? part_serve_drive(call, is) : EPERM;
    case HURD_CONSOLE_EXCHANGE:
        return is_part(is) ? part_serve_exchange(call, is) : EPERM;
    case HURD_CONSOLE_PICTURE:
        return is_part(is) ? part_serve_picture(call, is) : EPERM;
    default:
        return EOPNOTSUPP;
    }
}

/* ---- making them ---- */

static void device_unreferenced(struct hurd_cap_object *object)
{
    struct device *device = (struct device *) object, **link = &devices;
    hurd_cap_object_revoke(object);
    favour_end(device->task);
    while (*link != device)
        link = &(*link)->next;
    *link = device->next;
    free(device);
}

/* A device is for the driver that it was made for. */
static int device_admit(struct hurd_cap_object *object, unsigned task)
{
    (void) object;
    (void) task;
    return EPERM;
}

static const struct hurd_cap_class device_class = {
    .name = "device",
    .serve = device_serve,
    .unreferenced = device_unreferenced,
    .admit = device_admit,
};

/* arg: 1 task, 2 number, 3 class, 4 flags, 5 first disk, 6 disks, 7.. resources. */
static bool grant_read(const struct hurd_cap_call *call, struct hurd_device *d)
{
    const L4_Word_t *arg = call->arg;
    if (call->words < GRANT_HEAD || (call->words - GRANT_HEAD) % RESOURCE != 0)
        return false;
    *d = (struct hurd_device) { arg[2], arg[3], arg[4], arg[5], arg[6],
                                (call->words - GRANT_HEAD) / RESOURCE, {{ 0 }} };
    if (arg[1] == 0 || arg[1] > L4_ID_VERSION_MASK || d->class == HURD_DEVICE_ANY ||
        d->class >= HURD_DEVICE_CLASSES || (d->flags & ~HURD_DEVICE_FLAGS) ||
        d->disk > HURD_BLOCK_DISKS || d->disks > HURD_BLOCK_DISKS - d->disk ||
        d->count > HURD_DEVICE_RESOURCES)
        return false;
    memcpy(d->resource, arg + GRANT_HEAD, d->count * sizeof d->resource[0]);
    return owned_valid(d) && (!is_part(d) || part_of(d) != PARTS);
}

static bool is_devas(const struct hurd_resource *r)
{
    if (r->kind == HURD_RESOURCE_IRQ)
        return interrupt_is_devas(r->base);
    return part_has(r->kind, r->base, r->size);
}

static bool is_free(const struct hurd_device *d)
{
    for (unsigned i = 0; i < d->count && !is_part(d); i++) {
        if (is_devas(&d->resource[i]))
            return false;
    }
    for (const struct device *other = devices; other; other = other->next) {
        if (owned_conflict(d, &other->is))
            return false;
    }
    return true;
}

int device_serve_grant(struct hurd_cap_call *call)
{
    struct hurd_device is;
    if (!grant_read(call, &is))
        return EINVAL;
    if (!is_free(&is))
        return EBUSY;
    struct device *device = calloc(1, sizeof *device);
    if (!device)
        return ENOMEM;
    hurd_cap_object_init(&device->object, &device_class);
    device->is = is;
    device->task = call->arg[1];
    uint32_t handle;
    int err = hurd_cap_insert(&deva.table, call->arg[1], &device->object, 0, 0, HURD_TASK_DEVA,
                              &handle);
    if (err) {
        free(device);
        return err;
    }
    device->next = devices;
    devices = device;
    call->reply[0] = handle;
    call->reply_words = 1;
    return 0;
}

int device_serve_archive(struct hurd_cap_call *call)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    if (call->words != 1)
        return EINVAL;
    if (data->store.server == 0 || data->store_size == 0)
        return ENOENT;
    int err = hurd_cap_give(L4_ThreadIdOfRaw(data->store.server), data->store.cap, call->task,
                            HURD_PM_READ | HURD_PM_EXECUTE, 0, &call->reply[0]);
    call->reply[1] = data->store_size;
    call->reply_words = 2;
    return err;
}
