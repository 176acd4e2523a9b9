/* SPDX-License-Identifier: MIT */
#ifndef IDE_PCI_H
#define IDE_PCI_H

#include <stdint.h>

/* The first port of the bus master of an IDE controller that stands where old ones stood, switched
 * on; 0: there is no PCI, or no such controller.  Its ports, and 0xCF8-0xCFF, are not yet ours. */
uint16_t pci_bus_master(void);

#endif
