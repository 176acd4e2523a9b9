/* SPDX-License-Identifier: MIT */
/* Which driver fits which device.  The archive of drivers has a file drivers.txt, with one line for
 * each driver:
 *      NAME: WORD WORD ...
 *      isa=NAME        fits the ISA device of that name
 *      pci=VVVV:DDDD   fits PCI devices of that vendor and device (hexadecimal)
 *      pciclass=CCSS   fits PCI devices of that class and subclass (hexadecimal)
 *      class=NAME      its protocol: block, clock, speaker, net, console, files, other
 *      dma             the device is a bus master
 *      disks=F-L       it serves the disks with these numbers
 *      frames=N        frames that the driver gets (64)
 *      image=NAME      if the archive has no program of the driver's name, it is this one
 *      ask             it is started only when somebody asks for it */
#ifndef FABRICA_RULES_H
#define FABRICA_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hurd/device.h>

enum { RULES = 24, RULE_MATCHES = 4, RULE_NAME = 16, RULE_FRAMES = 64 };

struct match {
    enum match_kind { MATCH_NOTHING, MATCH_ISA, MATCH_PCI, MATCH_CLASS } kind;
    uint32_t value;             /* PCI: vendor << 16 | device, or class << 8 | subclass */
    char name[12];
};

struct rule {
    char name[RULE_NAME];       /* of the driver; ends with a zero */
    char image[RULE_NAME];      /* of its program, if the archive has none of that name; or empty */
    struct match match[RULE_MATCHES];
    enum hurd_device_class class;
    bool dma, ask;
    unsigned disk, disks;
    unsigned long frames;
};

/* Reads the file.  Returns the number of rules, at most RULES.  *wrong is the number of the first
 * line that makes no sense, counted from 1, or 0; wrong lines are left out. */
unsigned rules_read(struct rule *rules, const char *text, size_t size, unsigned *wrong);

struct node;
/* Returns the first rule that fits the device best: an id before a class.  NULL: none does. */
const struct rule *rules_find(const struct rule *rules, unsigned count, const struct node *n);

#endif
