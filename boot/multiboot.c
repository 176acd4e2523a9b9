/* SPDX-License-Identifier: MIT */
/* What the multiboot loader gave.  It may be at any place, also where images will go, so it is
 * copied first. */
#include "loader.h"
#include <l4/bootinfo.h>

enum { LOW_MEMORY = 8 << 20 };

static char strings[STRINGS_SIZE];
static size_t strings_used;

static bool is_grub(const struct multiboot_info *mbi)
{
    return (mbi->flags & MULTIBOOT_HAS_NAME) && mbi->boot_loader_name &&
           memcmp((const char *)mbi->boot_loader_name, "GRUB", 4) == 0;
}

/* Returns a copy of a line; "" if there is none. */
static const char *line_keep(const struct multiboot_info *mbi, const char *from)
{
    char *copy = &strings[strings_used];
    if (!from)
        return "";
    size_t size = line_copy(copy, STRINGS_SIZE - strings_used, from, is_grub(mbi));
    if (size == 0)
        fail("The boot menu's lines have more than %u characters; please shorten their options.",
             (unsigned)STRINGS_SIZE);
    strings_used += size;
    return copy;
}

/* In whole pages, because a page that is RAM only in part does not count as RAM. */
static struct range reach(const struct bios_entry *e)
{
    const uint64_t page = PAGE_SIZE, last = ~(uint64_t)0 - 2 * page;
    uint64_t low = e->base < last ? e->base : last, end = e->base + e->length;
    uint64_t high = end < e->base || end > last ? last : end;
    return (struct range){low & ~(page - 1), (high + page - 1) & ~(page - 1)};
}

static void leave_out(struct given *given, const struct bios_entry *e)
{
    given->left_out++;
    if (e->type == BIOS_RAM)
        given->left_out_ram += e->length;
}

/* The first megabytes are worth most, because images are linked there. */
static uint64_t worth(const struct bios_entry *ram)
{
    return ram->base < LOW_MEMORY ? ~(uint64_t)0 : ram->length;
}

/* RAM comes first.  If there is no room for all of it, the pieces that are worth most stay. */
static void ram_add(struct given *given, const struct bios_entry *e)
{
    size_t smallest = 0;
    if (e->type != BIOS_RAM)
        return;
    if (given->entries < MAX_RAM) {
        given->bios[given->entries++] = *e;
        return;
    }
    for (size_t i = 1; i < given->entries; i++)
        if (worth(&given->bios[i]) < worth(&given->bios[smallest]))
            smallest = i;
    if (worth(e) > worth(&given->bios[smallest])) {
        leave_out(given, &given->bios[smallest]);
        given->bios[smallest] = *e;
    } else {
        leave_out(given, e);
    }
}

static bool overlaps_ram(const struct given *given, const struct bios_entry *e)
{
    struct range r = reach(e);
    for (size_t i = 0; i < given->entries; i++) {
        struct range ram = reach(&given->bios[i]);
        if (given->bios[i].type == BIOS_RAM && r.low < ram.high && ram.low < r.high)
            return true;
    }
    return false;
}

/* Entries that take a piece out of RAM are needed.  The others are only for information. */
static void claim_add(struct given *given, const struct bios_entry *e, bool needed)
{
    if (e->type == BIOS_RAM || overlaps_ram(given, e) != needed)
        return;
    if (given->entries < MAX_MMAP)
        given->bios[given->entries++] = *e;
    else if (needed)
        fail("More than %u entries of the memory map lie in RAM.", (unsigned)(MAX_MMAP - MAX_RAM));
    else
        leave_out(given, e);
}

enum pass { RAM, NEEDED, KNOWN, PASSES };

static void entry_add(struct given *given, const struct bios_entry *e, enum pass pass)
{
    if (pass == RAM)
        ram_add(given, e);
    else
        claim_add(given, e, pass == NEEDED);
}

/* Each entry begins with its size, which does not include the size word. */
static void mmap_read(struct given *given, uint32_t at, uint32_t length, enum pass pass)
{
    struct {
        uint32_t size, base[2], length[2], type;
    } e;
    while (length >= sizeof e) {
        memcpy(&e, (const void *)at, sizeof e);
        if (e.size < sizeof e - 4 || e.size > length - 4)
            break;
        struct bios_entry entry = {(uint64_t)e.base[1] << 32 | e.base[0],
                                   (uint64_t)e.length[1] << 32 | e.length[0], e.type};
        entry_add(given, &entry, pass);
        at += e.size + 4;
        length -= e.size + 4;
    }
}

static void memory_read(struct given *given, const struct multiboot_info *mbi)
{
    if (mbi->flags & MULTIBOOT_HAS_MEMORY) {
        given->mem_lower = mbi->mem_lower;
        given->mem_upper = mbi->mem_upper;
    }
    if (mbi->flags & MULTIBOOT_HAS_MMAP)
        for (enum pass pass = RAM; pass < PASSES; pass++)
            mmap_read(given, mbi->mmap_addr, mbi->mmap_length, pass);
    if (given->entries == 0 && (mbi->flags & MULTIBOOT_HAS_MEMORY)) {
        uint64_t below = (uint64_t)mbi->mem_lower << 10, above = (uint64_t)mbi->mem_upper << 10;
        given->bios[given->entries++] = (struct bios_entry){0, below, BIOS_RAM};
        given->bios[given->entries++] = (struct bios_entry){0x100000, above, BIOS_RAM};
    }
    if (given->entries == 0)
        fail("The boot loader gave no memory map, so the RAM is not known.");
}

static void modules_read(struct given *given, const struct multiboot_info *mbi)
{
    const struct multiboot_module *list = (const struct multiboot_module *)mbi->mods_addr;
    if (!(mbi->flags & MULTIBOOT_HAS_MODS))
        return;
    if (mbi->mods_count > MAX_MODULES)
        fail("There are %u modules, more than %u.", mbi->mods_count, (unsigned)MAX_MODULES);
    for (uint32_t i = 0; i < mbi->mods_count; i++) {
        if (list[i].end < list[i].start)
            fail("Module %u ends before it starts.", i);
        const char *line = (const char *)list[i].cmdline;
        line = line_keep(mbi, line ? line_without_path(line) : NULL);
        given->module[i] = (struct module){list[i].start, list[i].end, line};
    }
    given->modules = mbi->mods_count;
}

void given_read(struct given *given, uint32_t magic, const struct multiboot_info *mbi)
{
    if (magic != MULTIBOOT_MAGIC)
        fail("Only a multiboot boot loader, for example GRUB, can start this loader.");
    bool has_line = mbi->flags & MULTIBOOT_HAS_CMDLINE;
    given->cmdline = line_keep(mbi, has_line ? (const char *)mbi->cmdline : NULL);
    console_init(given->cmdline);
    memory_read(given, mbi);
    modules_read(given, mbi);
}

const char *module_name(const struct module *module)
{
    static char name[32];
    size_t n = 0;
    for (const char *p = module->cmdline; *p && *p != ' ' && n < sizeof name - 1; p++)
        name[n++] = *p;
    name[n] = '\0';
    return n ? name : "no name";
}
