/* SPDX-License-Identifier: MIT */
/* The driver of the screen.  deva keeps the picture, and says which cells of it have changed. */
#include "vga.h"

#include <hurd/mm.h>
#include <stddef.h>
#include <string.h>

#include "servers/isa/isa.h"

static uint16_t *card;
static const uint16_t *picture;

static void work(struct driver_work *w)
{
    struct hurd_console_change change;
    while (w->count - w->sent >= sizeof change) {
        memcpy(&change, w->out + w->sent, sizeof change);
        vga_show(card, picture, &change);
        w->sent += sizeof change;
    }
}

static int picture_map(const struct driver *d)
{
    L4_Word_t container;
    unsigned got;
    uintptr_t at = 0;
    int err = hurd_cap_rpc(d->deva, HURD_CONSOLE_PICTURE, 1, &d->handle, 1, &container, &got);
    if (!err)
        err = hurd_vm_map_container(&at, SCREEN_BYTES, 0, HURD_VM_READ, container, 0);
    picture = (const uint16_t *) at;
    return err;
}

int screen_drive(const struct driver *d)
{
    uint16_t ports;
    uint32_t bytes;
    volatile void *memory = NULL;
    int err = driver_ports(d, 0, &ports, NULL);
    if (!err)
        err = driver_memory(d, 0, &memory, &bytes);
    if (!err)
        err = picture_map(d);
    card = (uint16_t *) memory;         /* no register: written to, and never read */
    return err ? err : driver_console(d, work);
}
