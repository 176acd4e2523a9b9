/* SPDX-License-Identifier: MIT */
/* The device tree: what the busses found.  Pure bookkeeping; pci.c and isa.c fill it. */
#ifndef FABRICA_TREE_H
#define FABRICA_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include <hurd/bus.h>

struct rule;

struct node {
    unsigned number, parent;
    enum hurd_bus_kind bus;     /* on which it is; HURD_BUS_ROOT for the root and the busses */
    bool present;
    bool seen;                  /* in this scan */
    uint16_t address;           /* PCI: bus << 8 | device << 3 | function */
    uint32_t id, class;         /* as in hurd/bus.h */
    unsigned pin;
    char name[12];              /* "ide", "pci"; ends with a zero */
    unsigned count;
    struct hurd_resource resource[HURD_DEVICE_RESOURCES];
    const struct rule *rule;    /* the driver that fits; NULL: none does */
    struct life *life;          /* NULL: no driver was ever started */
};

extern struct node tree[HURD_BUS_DEVICES];
extern unsigned tree_count;

/* Adds a device.  Returns NULL if there is no room. */
struct node *tree_add(unsigned parent, enum hurd_bus_kind bus, const char *name);

/* Adds what the device owns.  Returns false if the device has HURD_DEVICE_RESOURCES already. */
bool tree_own(struct node *n, enum hurd_resource_kind kind, L4_Word_t base, L4_Word_t size);

/* The device that is on that bus at that address now, or NULL. */
struct node *tree_find(enum hurd_bus_kind bus, uint16_t address);

/* Takes away memory ranges that share a page with another device's, because a driver that got the
 * page would have both. */
void tree_part_pages(void);

#endif
