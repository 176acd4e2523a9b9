/* SPDX-License-Identifier: MIT */
/* What the multiboot loader hands over.  It may lie anywhere, also where images will go: copied first. */
#include "loader.h"
#include <l4/bootinfo.h>

static char strings[STRINGS_SIZE];
static size_t strings_used;

static bool is_grub(const struct multiboot_info *mbi)
{
    return (mbi->flags & MULTIBOOT_HAS_NAME) && mbi->boot_loader_name &&
           memcmp((const char *)mbi->boot_loader_name, "GRUB", 4) == 0;
}

/* A copy of a line; "" for none. */
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

static void entry_add(struct given *given, uint64_t base, uint64_t length, uint32_t type)
{
    if (given->entries == MAX_MMAP)
        fail("The memory map has more than %u entries.", (unsigned)MAX_MMAP);
    given->bios[given->entries++] = (struct bios_entry){base, length, type};
}

/* Each entry begins with its own size, which does not count that word. */
static void mmap_read(struct given *given, uint32_t at, uint32_t length)
{
    struct {
        uint32_t size, base[2], length[2], type;
    } e;
    while (length >= sizeof e) {
        memcpy(&e, (const void *)at, sizeof e);
        if (e.size < sizeof e - 4 || e.size > length - 4)
            break;
        entry_add(given, (uint64_t)e.base[1] << 32 | e.base[0],
                  (uint64_t)e.length[1] << 32 | e.length[0], e.type);
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
        mmap_read(given, mbi->mmap_addr, mbi->mmap_length);
    if (given->entries == 0 && (mbi->flags & MULTIBOOT_HAS_MEMORY)) {
        entry_add(given, 0, (uint64_t)mbi->mem_lower << 10, BIOS_RAM);
        entry_add(given, 0x100000, (uint64_t)mbi->mem_upper << 10, BIOS_RAM);
    }
    if (given->entries == 0)
        fail("The boot loader gave no memory map.");
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
        fail("This is a multiboot kernel; it was started by something else.");
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
