/* SPDX-License-Identifier: MIT */
/* PCI configuration space, as far as it is needed to find the bus master.  PCI 2.1, 3.2.2.3
 * (mechanism 1) and 6.1. */
#include "pci.h"
#include "servers/ide/ports.h"

enum {
    PORT_ADDRESS = 0xCF8,
    PORT_DATA = 0xCFC,
    ENABLE = 1u << 31,
    FUNCTIONS = 32 * 8,         /* of bus 0 */
    COMMAND = 0x04,
    COMMAND_PORTS = 1,
    COMMAND_MASTER = 4,
    CLASS = 0x08,               /* class, subclass, interface, revision */
    CLASS_IDE = 0x0101,
    INTERFACE_MASTER = 0x80,    /* it has a bus master */
    INTERFACE_NATIVE = 0x05,    /* a channel is at another place, with another interrupt */
    ADDRESS_4 = 0x20,
};

static uint32_t config_read(unsigned function, unsigned offset)
{
    port_out32(PORT_ADDRESS, ENABLE | function << 8 | offset);
    return port_in32(PORT_DATA);
}

static void config_write(unsigned function, unsigned offset, uint32_t value)
{
    port_out32(PORT_ADDRESS, ENABLE | function << 8 | offset);
    port_out32(PORT_DATA, value);
}

uint16_t pci_bus_master(void)
{
    for (unsigned function = 0; function < FUNCTIONS; function++) {
        uint32_t class = config_read(function, CLASS), interface = class >> 8 & 0xFF;
        if (class >> 16 != CLASS_IDE || !(interface & INTERFACE_MASTER) ||
            (interface & INTERFACE_NATIVE))
            continue;
        uint32_t base = config_read(function, ADDRESS_4);
        if (!(base & 1) || (base & 0xFFFC) == 0)
            continue;
        config_write(function, COMMAND, (config_read(function, COMMAND) & 0xFFFF) |
                                            COMMAND_PORTS | COMMAND_MASTER);
        return base & 0xFFF0;
    }
    return 0;
}
