/* SPDX-License-Identifier: MIT */
/* The device of a driver, and the driver's loop.  Before: the driver's main().  After: deva. */
#include "driver.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

#include <hurd/deva.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

enum {
    TRIES = 1000,               /* for the capability, which comes after our start */
    PAUSE = 10000,              /* us */
};

static const struct driver *serving;
static int (*serve_request)(struct hurd_cap_call *call);
static int (*serve_interrupt)(L4_Word_t line);

int driver_init(struct driver *d)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    d->deva = L4_ThreadIdOfRaw(data->console.server);
    d->handle = data->console.cap + 1;
    for (int i = 0; i < TRIES; i++) {
        L4_Word_t kind, class;
        if (!hurd_deva_info(d->deva, d->handle, &kind, &class))
            return kind == HURD_DEVA_KIND_DEVICE
                       ? hurd_device_describe(d->deva, d->handle, &d->device)
                       : ENOENT;
        L4_Sleep(L4_TimePeriod(PAUSE));
    }
    return ENOENT;
}

static const struct hurd_resource *resource(const struct driver *d, enum hurd_resource_kind kind,
                                            unsigned n)
{
    for (unsigned i = 0; i < d->device.count; i++) {
        if (d->device.resource[i].kind == (L4_Word_t) kind && n-- == 0)
            return &d->device.resource[i];
    }
    return NULL;
}

/* An IO fpage is a power of two of ports on its boundary, so a range may be several of them. */
static int map_ports(const struct driver *d, L4_Word_t first, L4_Word_t count)
{
    while (count > 0) {
        int log2 = 0;
        while (!(first & 1u << log2) && 2u << log2 <= count)
            log2++;
        L4_Acceptor_t before = L4_Accepted();
        L4_Accept(L4_MapGrantItems(L4_CompleteIoSpace));
        int err = hurd_deva_ports_map(d->deva, d->handle, L4_IoFpageLog2(first, log2).raw);
        L4_Accept(before);
        if (err)
            return err;
        first += 1u << log2;
        count -= 1u << log2;
    }
    return 0;
}

int driver_ports(const struct driver *d, unsigned n, uint16_t *first, unsigned *count)
{
    const struct hurd_resource *r = resource(d, HURD_RESOURCE_PORTS, n);
    if (!r)
        return ENOENT;
    *first = (uint16_t) r->base;
    if (count)
        *count = r->size;
    return map_ports(d, r->base, r->size);
}

/* The largest piece that is a power of two on its boundary, in which a range begins. */
static uint32_t first_piece(const struct hurd_resource *r)
{
    uint32_t size = HURD_DEVA_MEMORY_LARGEST;
    while (size > r->size || r->base & (size - 1))
        size /= 2;
    return size;
}

int driver_memory(const struct driver *d, unsigned n, volatile void **at, uint32_t *bytes)
{
    const struct hurd_resource *r = resource(d, HURD_RESOURCE_MEMORY, n);
    if (!r)
        return ENOENT;
    uint32_t size = first_piece(r);
    char *area = mmap(NULL, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED)
        return ENOMEM;
    L4_Word_t window = ((L4_Word_t) area + size - 1) & ~(L4_Word_t) (size - 1);
    int err = hurd_deva_memory_map(d->deva, d->handle, r->base, size, L4_Fpage(window, size));
    if (err) {
        munmap(area, 2 * size);
        return err;
    }
    *at = (volatile void *) window;
    *bytes = size;
    return 0;
}

int driver_interrupt(const struct driver *d, unsigned n)
{
    const struct hurd_resource *r = resource(d, HURD_RESOURCE_IRQ, n);
    return r ? hurd_deva_irq_attach(d->deva, d->handle, r->base, L4_MyGlobalId()) : ENOENT;
}

/* ---- the loop ---- */

static int interrupt_came(L4_ThreadId_t from, L4_Word_t line)
{
    int mine = serve_interrupt ? serve_interrupt(line) : 0;
    hurd_irq_done(from, line, mine);
    return HURD_CAP_NO_REPLY;
}

/* Interrupts of the kernel, and its other messages. */
static int serve_other(struct hurd_cap_call *call)
{
    if (L4_Version(call->from) != 1 || call->label != 0xfff0)
        return EOPNOTSUPP;
    return interrupt_came(call->from, L4_ThreadNo(call->from));
}

static int serve_any(struct hurd_cap_call *call)
{
    if (call->label == HURD_DEVICE_INTERRUPT && L4_IsThreadEqual(call->from, serving->deva))
        return call->words == 1 ? interrupt_came(call->from, call->arg[0]) : HURD_CAP_NO_REPLY;
    if (call->label == HURD_DEVICE_ALIVE)
        return 0;
    return serve_request(call);
}

int driver_serve(const struct driver *d, int (*serve)(struct hurd_cap_call *call),
                 int (*interrupt)(L4_Word_t line))
{
    static struct hurd_cap_server server = { .root = serve_any, .other = serve_other };
    serving = d;
    serve_request = serve;
    serve_interrupt = interrupt;
    int err = hurd_driver_register(d->deva, d->handle, L4_MyGlobalId());
    if (err)
        return err;
    hurd_driver_favour(d->deva, d->handle, L4_GlobalIdOf(L4_Pager()));  /* else it serves later */
    L4_ThreadId_t from = L4_nilthread;
    bool reply = false;                 /* in one IPC with the wait: the client runs at once */
    for (;;) {
        L4_Accept(L4_UntypedWordsAcceptor);
        L4_MsgTag_t tag = reply ? L4_ReplyWait(from, &from) : L4_Wait(&from);
        reply = L4_IpcSucceeded(tag) && hurd_cap_serve(&server, from, tag);
    }
}
