/* SPDX-License-Identifier: MIT */
/* Device memory for drivers: registers and frame buffers on the PCI bus, for example.  Called by
 * master.c.  The pages come from wortel and are granted to the driver, so deva keeps no mapping:
 * when the driver's space ends, nobody has them.  Until then ranges.c keeps them from other
 * drivers. */
#include "devmem.h"
#include "parts.h"
#include "ranges.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>

#include <hurd/startup.h>
#include <hurd/wortel.h>
#include <l4/space.h>

/* The passage: addresses at which the pages are between wortel's reply and ours.  mmap reserves
 * addresses without access, so no page of memory is ever put there.  Returns 0 if there are
 * none. */
static L4_Word_t passage(void)
{
    static void *area = MAP_FAILED;
    if (area == MAP_FAILED)
        area = mmap(NULL, 2 * RANGE_LARGEST, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED)
        return 0;
    return ((L4_Word_t) area + RANGE_LARGEST - 1) & ~(L4_Word_t) (RANGE_LARGEST - 1);
}

static void fpage_flush(L4_Fpage_t fpage)
{
    L4_Flush(L4_FpageAddRights(fpage, L4_FullyAccessible));
}

/* Words: 0 master, 1 physical address, 2 bytes. */
int devmem_serve_map(struct hurd_cap_call *call)
{
    if (call->words != 3)
        return EINVAL;
    L4_Word_t base = call->arg[1], size = call->arg[2], window = passage();
    if (!window)
        return ENOMEM;
    if (part_has(HURD_RESOURCE_MEMORY, base, size))
        return EBUSY;
    int err = range_take(base, size, call->task);
    if (err)
        return err;
    fpage_flush(L4_Fpage(window, RANGE_LARGEST)); /* what an earlier driver had no room for */
    err = hurd_wortel_get_io_mem(__hurd_startup_data->wortel.cap, base, size,
                                 L4_Fpage(window, size).raw);
    if (err) {
        range_drop(base, size, call->task);
        return err > 0 ? err : EIO;
    }
    call->reply[0] = base | L4_ITEM_GRANT;
    call->reply[1] = L4_FpageAddRights(L4_Fpage(window, size), L4_FullyAccessible).raw;
    call->reply_typed = 2;
    return 0;
}
