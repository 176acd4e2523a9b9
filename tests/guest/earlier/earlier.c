/* SPDX-License-Identifier: MIT */
/* Leaves the machine as the words on our line say, then starts the loader, which is module 0:
 *      ps2=mouse      the mouse sends reports, as after a boot manager with a pointer
 *      ps2=off        the keyboard is switched off at both ends and a byte waits that nobody took
 *      holes=N        the map of memory has N holes in its last megabytes, a page each, a page apart */
#include <l4/bootinfo.h>

#include "boot/loader.h"

enum { DATA = 0x60, COMMAND = 0x64, FULL = 1, BUSY = 2, POLLS = 1000000, MAX_HOLES = 1000 };

struct program_header {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

_Noreturn void leave(uint32_t entry, struct multiboot_info *mbi);
_Noreturn void earlier_main(struct multiboot_info *mbi);

static void out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t in8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static void put(uint16_t port, uint8_t value)
{
    for (int i = 0; i < POLLS && in8(COMMAND) & BUSY; i++)
        ;
    out8(port, value);
}

static void wait_for_byte(void)
{
    for (int i = 0; i < POLLS && !(in8(COMMAND) & FULL); i++)
        ;
}

static void mouse_on(void)
{
    put(COMMAND, 0xa8);         /* the mouse's line */
    put(COMMAND, 0x60);
    put(DATA, 0x47);            /* both interrupts */
    put(COMMAND, 0xd4);
    put(DATA, 0xf4);            /* to the mouse: send reports */
    wait_for_byte();
    (void)in8(DATA);            /* it says so */
}

static void keyboard_off(void)
{
    put(DATA, 0xf5);            /* to the keyboard: do not scan */
    wait_for_byte();            /* its answer stays in the controller */
    put(COMMAND, 0xad);
}

static struct __attribute__((packed)) {
    uint32_t size;
    uint64_t base, length;
    uint32_t type;
} map[2 * MAX_HOLES + 32];
static uint32_t map_entries;

static void map_add(uint64_t base, uint64_t length, uint32_t type)
{
    map[map_entries].size = sizeof map[0] - sizeof map[0].size;
    map[map_entries].base = base;
    map[map_entries].length = length;
    map[map_entries++].type = type;
}

/* The same map, but for the last RAM below 4 GB: at its end are holes. */
static void make_holes(struct multiboot_info *mbi, uint32_t holes)
{
    uint32_t end = mbi->mmap_addr + mbi->mmap_length;
    uint64_t top = 0x100000 + ((uint64_t)mbi->mem_upper << 10);
    for (uint32_t at = mbi->mmap_addr; at < end && map_entries < 32; at += *(uint32_t *)at + 4) {
        memcpy(&map[map_entries], (void *)at, sizeof map[0]);
        if (map[map_entries].base == 0x100000)
            map[map_entries].length -= holes * 0x2000ull;
        map_entries++;
    }
    for (uint32_t i = 0; i < holes; i++) {
        map_add(top - (holes - i) * 0x2000ull, 0x1000, 2);
        map_add(top - (holes - i) * 0x2000ull + 0x1000, 0x1000, 1);
    }
    mbi->mmap_addr = (uint32_t)map;
    mbi->mmap_length = map_entries * sizeof map[0];
}

/* The loader's segments go where they want to be; it lies below us. */
static uint32_t load(const uint8_t *file)
{
    uint32_t entry, table;
    uint16_t count;
    memcpy(&entry, file + 24, 4);
    memcpy(&table, file + 28, 4);
    memcpy(&count, file + 44, 2);
    for (uint16_t i = 0; i < count; i++) {
        struct program_header p;
        memcpy(&p, file + table + i * sizeof p, sizeof p);
        if (p.type != 1)
            continue;
        memcpy((void *)p.paddr, file + p.offset, p.filesz);
        memset((void *)(p.paddr + p.filesz), 0, p.memsz - p.filesz);
    }
    return entry;
}

void earlier_main(struct multiboot_info *mbi)
{
    struct multiboot_module *loader = (struct multiboot_module *)mbi->mods_addr;
    const char *ps2 = option_find((const char *)mbi->cmdline, "ps2");
    if (option_is(ps2, "mouse"))
        mouse_on();
    if (option_is(ps2, "off"))
        keyboard_off();
    uint32_t holes;
    const char *wanted = option_find((const char *)mbi->cmdline, "holes");
    if (wanted && option_size(wanted, &holes) && holes <= MAX_HOLES)
        make_holes(mbi, holes);
    mbi->mods_addr += sizeof *loader;
    mbi->mods_count--;
    leave(load((const uint8_t *)loader->start), mbi);
}
