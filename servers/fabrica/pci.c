/* SPDX-License-Identifier: MIT */
/* What there is on the PCI busses, and what it owns.  The BIOS has given out addresses and lines;
 * fabrica believes the base registers and the line register, and moves nothing.  Before: main.c.
 * After: tree.c. */
#include "pci.h"
#include "tree.h"

#include <stdio.h>

enum {
    ID = 0x00,
    COMMAND = 0x04,             /* bits 0-15 */
    COMMAND_PORTS = 1,
    COMMAND_MEMORY = 2,
    COMMAND_MASTER = 4,
    COMMAND_BITS = 0xFFFF,
    CLASS = 0x08,               /* class, subclass, interface; then the revision in bits 0-7 */
    HEADER = 0x0C,              /* the type in bits 16-22, and bit 23: it has several functions */
    HEADER_MULTI = 0x800000,
    HEADER_DEVICE = 0,
    HEADER_BRIDGE = 1,
    BASES = 0x10,
    DEVICE_BASES = 6,
    BRIDGE_BASES = 2,
    BRIDGE_BUSSES = 0x18,       /* the bus behind it in bits 8-15 */
    INTERRUPT = 0x3C,           /* the line in bits 0-7, the pin in bits 8-15 */
    BASE_PORTS = 1,
    BASE_64 = 4,
    BASE_KIND_64 = 6,
    PORTS_MASK = 0xFFFC,
    BUSSES = 256,
    DEVICES = 32,
    FUNCTIONS = 8,
    LINES = 16,
    PAGE = 4096,
};

#define NOBODY 0xFFFFFFFFu
#define MEMORY_MASK 0xFFFFFFF0u

/* ---- names ---- */

static const struct {
    uint16_t class;             /* class << 8 | subclass */
    const char *name;
} names[] = {
    { 0x0001, "vga" },      { 0x0100, "scsi" },  { 0x0101, "ide" },     { 0x0106, "ahci" },
    { 0x0200, "net" },      { 0x0300, "vga" },   { 0x0380, "display" }, { 0x0401, "audio" },
    { 0x0403, "audio" },    { 0x0600, "host" },  { 0x0601, "isa" },     { 0x0604, "bridge" },
    { 0x0680, "bridge" },   { 0x0C03, "usb" },   { 0x0C05, "smbus" },   { 0x0108, "nvme" },
};

static const char *name_of(uint32_t class)
{
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].class == class >> 8)
            return names[i].name;
    }
    return "device";
}

/* ---- base registers ---- */

static bool is_display(const struct node *n)
{
    return n->class >> 16 == 3 || n->class >> 8 == 0x0001;
}

/* Writes all ones, and reads which bits the device keeps.  Meanwhile it decodes nothing, so it is
 * at no wrong address.  The display goes on: deva writes to the screen at any time, and its
 * registers are at no other device's address for this moment (docs/emulators.md). */
static uint32_t base_probe(const struct node *n, unsigned offset, uint32_t base)
{
    uint32_t command = pci_read(n->address, COMMAND) & COMMAND_BITS;
    if (!is_display(n))
        pci_write(n->address, COMMAND, command & ~(uint32_t) (COMMAND_PORTS | COMMAND_MEMORY));
    pci_write(n->address, offset, ~0u);
    uint32_t kept = pci_read(n->address, offset);
    pci_write(n->address, offset, base);
    if (!is_display(n))
        pci_write(n->address, COMMAND, command);
    return kept;
}

/* The lowest bit that is kept is the size.  0: the register is none. */
static uint32_t size_of(uint32_t kept)
{
    return kept & -kept;
}

static void own_ports(struct node *n, uint32_t base, uint32_t kept)
{
    uint32_t first = base & PORTS_MASK, size = size_of(kept & PORTS_MASK);
    if (first && size)
        tree_own(n, HURD_RESOURCE_PORTS, first, size);
}

static void own_memory(struct node *n, uint32_t base, uint32_t kept, bool above)
{
    uint32_t first = base & MEMORY_MASK, size = size_of(kept & MEMORY_MASK);
    if (!first || !size || above)
        return;
    if (size < PAGE) {
        first &= ~(uint32_t) (PAGE - 1);
        size = PAGE;
    }
    tree_own(n, HURD_RESOURCE_MEMORY, first, size);
}

static void own_bases(struct node *n, unsigned bases)
{
    for (unsigned i = 0; i < bases; i++) {
        unsigned offset = BASES + 4 * i;
        uint32_t base = pci_read(n->address, offset);
        bool wide = !(base & BASE_PORTS) && (base & BASE_KIND_64) == BASE_64;
        uint32_t kept = base_probe(n, offset, base);
        if (base & BASE_PORTS)
            own_ports(n, base, kept);
        else
            own_memory(n, base, kept, wide && i + 1 < bases && pci_read(n->address, offset + 4));
        i += wide;
    }
}

/* ---- what is not in base registers ---- */

enum {
    CLASS_IDE = 0x0101,
    IDE_CHANNELS = 2,
    IDE_MASTER_BASE = 4,
};

/* An IDE controller has its first two channels at the old places, with the old lines, unless its
 * interface says that a channel is native.  The first resources are the two channels' command and
 * control ports, and behind them come the bus master's, whichever mode it is. */
static void own_ide(struct node *n)
{
    static const struct { uint16_t command, control, line; } old[IDE_CHANNELS] = {
        { 0x1F0, 0x3F6, 14 }, { 0x170, 0x376, 15 },
    };
    bool needs_line = false;
    uint32_t bases[2 * IDE_CHANNELS + 1];
    for (unsigned i = 0; i < 2 * IDE_CHANNELS + 1; i++)
        bases[i] = pci_read(n->address, BASES + 4 * i) & PORTS_MASK;
    for (unsigned i = 0; i < IDE_CHANNELS; i++) {
        bool native = n->class >> (2 * i) & 1;
        needs_line |= native;
        tree_own(n, HURD_RESOURCE_PORTS, native ? bases[2 * i] : old[i].command, 8);
        tree_own(n, HURD_RESOURCE_PORTS, native ? bases[2 * i + 1] + 2u : old[i].control, 1);
        if (!native)
            tree_own(n, HURD_RESOURCE_IRQ, old[i].line, 0);
    }
    if (n->class & 0x80 && bases[IDE_MASTER_BASE])
        tree_own(n, HURD_RESOURCE_PORTS, bases[IDE_MASTER_BASE] & 0xFFF0, 16);
    if (!needs_line)
        n->pin = 0;             /* whatever its register says */
}

static void own_line(struct node *n, unsigned line)
{
    if (n->pin && line > 0 && line < LINES && line != 2)
        tree_own(n, HURD_RESOURCE_IRQ, line, 1);
}

/* ---- the scan ---- */

static uint8_t bus_listed[BUSSES / 8];
static uint8_t bus_list[BUSSES];
static unsigned busses;

static void bus_add(unsigned bus)
{
    if (bus_listed[bus / 8] >> bus % 8 & 1)
        return;
    bus_listed[bus / 8] |= 1u << bus % 8;
    bus_list[busses++] = (uint8_t) bus;
}

static void function_describe(struct node *n, unsigned header)
{
    uint32_t interrupt = pci_read(n->address, INTERRUPT);
    n->pin = interrupt >> 8 & 0xFF;
    if (n->pin > 4)
        n->pin = 0;
    if (header == HEADER_DEVICE && n->class >> 8 == CLASS_IDE)
        own_ide(n);
    else if (header == HEADER_DEVICE)
        own_bases(n, DEVICE_BASES);
    else if (header == HEADER_BRIDGE)
        own_bases(n, BRIDGE_BASES);
    own_line(n, interrupt & 0xFF);
}

/* Returns the header word; NOBODY: there is no such function. */
static uint32_t function_look(unsigned parent, uint16_t address)
{
    uint32_t id = pci_read(address, ID);
    if ((id & 0xFFFF) == 0xFFFF || id == 0)
        return NOBODY;
    uint32_t header = pci_read(address, HEADER), type = header >> 16 & 0x7F;
    if (type == HEADER_BRIDGE)
        bus_add(pci_read(address, BRIDGE_BUSSES) >> 8 & 0xFF);
    uint32_t class = pci_read(address, CLASS) >> 8;
    uint32_t names_it = id << 16 | id >> 16;
    struct node *n = tree_find(HURD_BUS_PCI, address);
    if (n && n->id == names_it) {
        n->seen = true;
        return header;
    }
    n = tree_add(parent, HURD_BUS_PCI, name_of(class));
    if (n) {
        n->address = address;
        n->id = names_it;
        n->class = class;
        function_describe(n, type);
    }
    return header;
}

static void device_look(unsigned parent, unsigned bus, unsigned device)
{
    uint16_t address = (uint16_t) (bus << 8 | device << 3);
    uint32_t header = function_look(parent, address);
    if (header == NOBODY || !(header & HEADER_MULTI))
        return;
    for (unsigned function = 1; function < FUNCTIONS; function++)
        function_look(parent, address + function);
}

void pci_scan(unsigned parent)
{
    busses = 0;
    for (unsigned i = 0; i < sizeof bus_listed; i++)
        bus_listed[i] = 0;
    for (unsigned i = 0; i < tree_count; i++)
        tree[i].seen = tree[i].bus != HURD_BUS_PCI;
    bus_add(0);
    for (unsigned i = 0; i < busses; i++) {
        for (unsigned device = 0; device < DEVICES; device++)
            device_look(parent, bus_list[i], device);
    }
}

/* ---- switches ---- */

void pci_enable(const struct node *n, bool master)
{
    uint32_t command = pci_read(n->address, COMMAND) & COMMAND_BITS;
    for (unsigned i = 0; i < n->count; i++) {
        command |= n->resource[i].kind == HURD_RESOURCE_PORTS ? COMMAND_PORTS : 0;
        command |= n->resource[i].kind == HURD_RESOURCE_MEMORY ? COMMAND_MEMORY : 0;
    }
    command = master ? command | COMMAND_MASTER : command & ~(uint32_t) COMMAND_MASTER;
    pci_write(n->address, COMMAND, command);
}

void pci_quiet(const struct node *n)
{
    uint32_t command = pci_read(n->address, COMMAND) & COMMAND_BITS;
    pci_write(n->address, COMMAND, command & ~(uint32_t) COMMAND_MASTER);
}
