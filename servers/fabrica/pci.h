/* SPDX-License-Identifier: MIT */
/* The PCI bus.  PCI 2.1, 3.2.2.3 (mechanism 1) and 6; PCI-to-PCI bridges 1.0. */
#ifndef FABRICA_PCI_H
#define FABRICA_PCI_H

#include <stdbool.h>
#include <stdint.h>

struct node;

/* Configuration space, 32 bits at a time.  address: bus << 8 | device << 3 | function.  pciports.c
 * has the real ones. */
uint32_t pci_read(uint16_t address, unsigned offset);
void pci_write(uint16_t address, unsigned offset, uint32_t value);

/* True if the machine answers configuration mechanism 1.  Pre: fabrica has ports 0xCF8-0xCFF. */
bool pci_present(void);

/* Looks at all functions of all busses, and adds those to the tree that are not in it yet.  Post:
 * `seen` of each PCI node says whether it is still there. */
void pci_scan(unsigned parent);

/* Lets the device decode its ports and its memory, and be a bus master or not. */
void pci_enable(const struct node *n, bool master);
/* The device is no bus master any more: its driver has ended. */
void pci_quiet(const struct node *n);

#endif
