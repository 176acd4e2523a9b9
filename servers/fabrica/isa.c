/* SPDX-License-Identifier: MIT */
/* The keyboard, the first serial port and the screen are here if deva has found them. */
#include "isa.h"
#include "tree.h"

#include <stddef.h>
#include <string.h>

#include <hurd/deva.h>
#include <pc/uart.h>

#include "servers/screen/vga.h"

static const struct isa_device {
    const char *name;
    bool without_pci;           /* with PCI, it is on that bus */
    unsigned part;              /* HURD_DEVA_HAS_*: only if the console has it; 0: always */
    struct hurd_resource resource[6];
} devices[] = {
    { "rtc", false, 0, {
        { HURD_RESOURCE_PORTS, 0x70, 2 }, { HURD_RESOURCE_IRQ, 8, 0 } } },
    /* Counter 2 of the timer, and the gate.  The counter's mode is set by main.c: the port for it
     * is the kernel's clock's, too. */
    { "speaker", false, 0, {
        { HURD_RESOURCE_PORTS, 0x42, 1 }, { HURD_RESOURCE_PORTS, 0x61, 1 } } },
    { "com2", false, 0, {
        { HURD_RESOURCE_PORTS, 0x2F8, 8 }, { HURD_RESOURCE_IRQ, 3, 0 } } },
    { "lpt1", false, 0, {
        { HURD_RESOURCE_PORTS, 0x378, 3 }, { HURD_RESOURCE_IRQ, 7, 0 } } },
    { "floppy", false, 0, {
        { HURD_RESOURCE_PORTS, 0x3F0, 6 }, { HURD_RESOURCE_PORTS, 0x3F7, 1 },
        { HURD_RESOURCE_PORTS, 0x04, 2 }, { HURD_RESOURCE_PORTS, 0x81, 1 },  /* DMA channel 2 */
        { HURD_RESOURCE_PORTS, 0x0A, 3 }, { HURD_RESOURCE_IRQ, 6, 0 } } },
    { "ide", true, 0, {
        { HURD_RESOURCE_PORTS, 0x1F0, 8 }, { HURD_RESOURCE_PORTS, 0x3F6, 1 },
        { HURD_RESOURCE_IRQ, 14, 0 },
        { HURD_RESOURCE_PORTS, 0x170, 8 }, { HURD_RESOURCE_PORTS, 0x376, 1 },
        { HURD_RESOURCE_IRQ, 15, 0 } } },
    /* Last, because their drivers are: the console works without them. */
    { "keyboard", false, HURD_DEVA_HAS_KEYBOARD, {
        { HURD_RESOURCE_PORTS, 0x60, 1 }, { HURD_RESOURCE_PORTS, 0x64, 1 },
        { HURD_RESOURCE_IRQ, 1, 0 } } },
    { "com1", false, HURD_DEVA_HAS_SERIAL, {
        { HURD_RESOURCE_PORTS, UART_COM1, 8 }, { HURD_RESOURCE_IRQ, 4, 0 } } },
    { "screen", false, HURD_DEVA_HAS_SCREEN, {
        { HURD_RESOURCE_PORTS, SCREEN_PORTS, 2 },
        { HURD_RESOURCE_MEMORY, SCREEN_PHYSICAL, SCREEN_BYTES } } },
};

void isa_scan(unsigned parent, bool pci, unsigned parts)
{
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++) {
        const struct isa_device *d = &devices[i];
        if ((pci && d->without_pci) || (d->part & ~parts))
            continue;
        struct node *n = tree_add(parent, HURD_BUS_ISA, d->name);
        for (size_t k = 0; n && k < 6 && d->resource[k].kind; k++)
            tree_own(n, d->resource[k].kind, d->resource[k].base, d->resource[k].size);
    }
}
