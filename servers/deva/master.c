/* SPDX-License-Identifier: MIT */
/* Requests on the master capability: consoles for other tasks; interrupts, ports and device memory
 * for drivers; and device capabilities, device.c, each good for what one device owns. */
#include "master.h"
#include "foreground.h"
#include "block.h"
#include "console.h"
#include "device.h"
#include "devmem.h"
#include "dma.h"
#include "interrupts.h"
#include "parts.h"

#include <errno.h>

#include <hurd/deva.h>
#include <hurd/device.h>
#include <hurd/startup.h>
#include <hurd/wortel.h>
#include <l4/ipc.h>
#include <l4/message.h>

static const struct hurd_cap_class master_class;
static struct hurd_cap_object master;

void master_init(void)
{
    hurd_cap_object_init(&master, &master_class);
    hurd_cap_object_keep(&master);
}

static int give(struct hurd_cap_object *object, unsigned task, L4_Word_t *handle)
{
    uint32_t h;
    int err = hurd_cap_insert(&deva.table, task, object, 0, 0, HURD_TASK_DEVA, &h);
    if (!err)
        *handle = h;
    return err;
}

int master_give_console(unsigned task, L4_Word_t *handle)
{
    return give(&console.object, task, handle);
}

int master_give_master(unsigned task, L4_Word_t *handle)
{
    return give(&master, task, handle);
}

int master_inject_console(struct hurd_cap_call *call)
{
    if (call->words < 2 || call->words > 3 || call->arg[1] == 0 || call->arg[1] >= 1u << 14 ||
        (call->words == 3 && call->arg[2] >= 1u << 14))
        return EINVAL;
    call->reply_words = 1;
    int err = master_give_console(call->arg[1], &call->reply[0]);
    if (!err && call->words == 3)
        foreground_note_group(call->arg[1], call->arg[2]);
    return err;
}

_Static_assert(KEYMAP_US == HURD_DEVA_KEYMAP_US && KEYMAP_DE == HURD_DEVA_KEYMAP_DE &&
                   KEYMAP_FR == HURD_DEVA_KEYMAP_FR && KEYMAP_LAYOUTS == HURD_DEVA_KEYMAPS,
               "layouts have the protocol's numbers");

static int serve_keymap(struct hurd_cap_call *call)
{
    if (call->words != 2 ||
        (call->arg[1] >= HURD_DEVA_KEYMAPS && call->arg[1] != HURD_DEVA_KEYMAP_ASK))
        return EINVAL;
    if (call->arg[1] != HURD_DEVA_KEYMAP_ASK)
        console.keymap.layout = call->arg[1];
    call->reply[0] = console.keymap.layout;
    call->reply_words = 1;
    return 0;
}

/* A task can send interrupts to its own threads only. */
static int serve_irq_attach(struct hurd_cap_call *call)
{
    if (call->words != 3)
        return EINVAL;
    L4_ThreadId_t handler = { .raw = call->arg[2] };
    if (!L4_IsGlobalId(handler) || L4_Version(handler) != call->task)
        return EPERM;
    return interrupt_attach(call->arg[1], handler);
}

static int serve_irq_detach(struct hurd_cap_call *call)
{
    return call->words == 2 ? interrupt_detach(call->arg[1], call->task) : EINVAL;
}

/* An IO fpage: the port in bits 16-31, log2 of the number of ports in bits 10-15, 2 in bits 4-9. */
bool master_ports_valid(L4_Word_t fpage, unsigned *first, unsigned *count)
{
    unsigned log2 = fpage >> 10 & 0x3f;
    if ((fpage >> 4 & 0x3f) != 2 || log2 > 16)
        return false;
    *count = 1u << log2;
    *first = fpage >> 16;
    return *first % *count == 0;
}

int master_take_ports(L4_Word_t io_fpage)
{
    L4_Accept(L4_MapGrantItems(L4_CompleteIoSpace));
    int err = hurd_wortel_get_io_ports(__hurd_startup_data->wortel.cap, io_fpage);
    L4_Accept(L4_UntypedWordsAcceptor);
    return err >= 0 ? err : EIO;
}

/* wortel maps the ports to deva, and deva maps them on to the client. */
int master_map_ports(struct hurd_cap_call *call)
{
    L4_Word_t fpage = call->arg[1] | 7;
    int err = master_take_ports(fpage);
    if (err)
        return err;
    call->reply[0] = 8;         /* a map item with send base 0 */
    call->reply[1] = fpage;
    call->reply_typed = 2;
    return 0;
}

int master_serve_ports(struct hurd_cap_call *call)
{
    unsigned first, count;
    if (call->words != 2 || !master_ports_valid(call->arg[1], &first, &count))
        return EINVAL;
    return part_has(HURD_RESOURCE_PORTS, first, count) ? EBUSY : master_map_ports(call);
}

static int master_serve(struct hurd_cap_call *call)
{
    switch (call->label) {
    case HURD_DEVA_FOREGROUND:
        return foreground_serve(call);
    case HURD_DEVA_CONSOLE_INJECT:
        return master_inject_console(call);
    case HURD_DEVA_IRQ_ATTACH:
        return serve_irq_attach(call);
    case HURD_DEVA_IRQ_DETACH:
        return serve_irq_detach(call);
    case HURD_DEVA_PORTS_MAP:
        return master_serve_ports(call);
    case HURD_DEVA_BLOCK_REGISTER:
        return block_serve_register(call);
    case HURD_DEVA_BLOCK_CHECK:
        return block_serve_check(call);
    case HURD_DEVA_BLOCK_GRANT:
        return block_serve_grant(call);
    case HURD_DEVA_DMA_MEMORY:
        return dma_serve_memory(call, DMA_MASTER);
    case HURD_DEVA_MEMORY_MAP:
        return devmem_serve_map(call);
    case HURD_DEVICE_GRANT:
        return device_serve_grant(call);
    case HURD_DEVICE_DRIVER_ARCHIVE:
        return device_serve_archive(call);
    case HURD_DEVA_KEYMAP:
        return serve_keymap(call);
    case HURD_DEVA_STATUS:
        return console_serve_status(call);
    case HURD_DEVA_INFO:
        if (call->words != 1)
            return EINVAL;
        call->reply[0] = HURD_DEVA_KIND_MASTER;
        call->reply[1] = console_parts();
        call->reply_words = 2;
        return 0;
    default:
        return EOPNOTSUPP;
    }
}

static void master_unreferenced(struct hurd_cap_object *object)
{
    (void) object;      /* not called: master_init() keeps one reference */
}

static const struct hurd_cap_class master_class = {
    .name = "master",
    .serve = master_serve,
    .unreferenced = master_unreferenced,
};
