/* SPDX-License-Identifier: MIT */
#ifndef IDE_PCI_H
#define IDE_PCI_H

#include <stdint.h>

/* Returns the first port of the bus master of an IDE controller whose channels are at the old
 * places, and switches the bus master on.  Returns 0 if there is no PCI or no such controller.
 * Pre: the driver has ports 0xCF8-0xCFF.  The ports that it returns are not mapped yet. */
uint16_t pci_bus_master(void);

#endif
