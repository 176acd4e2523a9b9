/* SPDX-License-Identifier: MIT */
/* The ISA bus: devices that every PC has at the same place.  They are not probed. */
#ifndef FABRICA_ISA_H
#define FABRICA_ISA_H

#include <stdbool.h>

/* Adds the devices to the tree.  pci: there is a PCI bus, whose devices are not listed here.
 * parts: the parts of the console, HURD_DEVA_HAS_*. */
void isa_scan(unsigned parent, bool pci, unsigned parts);

#endif
