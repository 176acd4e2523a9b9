/* SPDX-License-Identifier: MIT */
/* Configuration mechanism 1: an address register and a data register, both of 32 bits.  Several
 * threads use them, so an access is locked. */
#include "pci.h"

#include <mutex.h>

#include "lib/driver/driver.h"

enum { PORT_ADDRESS = 0xCF8, PORT_DATA = 0xCFC };

#define ENABLE 0x80000000u

static struct mutex lock;

bool pci_present(void)
{
    port_out32(PORT_ADDRESS, ENABLE);
    return port_in32(PORT_ADDRESS) == ENABLE;
}

uint32_t pci_read(uint16_t address, unsigned offset)
{
    mutex_lock(&lock);
    port_out32(PORT_ADDRESS, ENABLE | (uint32_t) address << 8 | (offset & 0xFC));
    uint32_t value = port_in32(PORT_DATA);
    mutex_unlock(&lock);
    return value;
}

void pci_write(uint16_t address, unsigned offset, uint32_t value)
{
    mutex_lock(&lock);
    port_out32(PORT_ADDRESS, ENABLE | (uint32_t) address << 8 | (offset & 0xFC));
    port_out32(PORT_DATA, value);
    mutex_unlock(&lock);
}
