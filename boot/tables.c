/* SPDX-License-Identifier: MIT */
/* The block that stays when the loader is gone.  It begins with the boot information, in one of two
 * forms, because programs expect that at the start of a page.  The copy orders and the trampoline
 * follow.  Spec 6.10. */
#include "loader.h"
#include <l4/bootinfo.h>

static void *take(struct tables *t, size_t n)
{
    uint8_t *at = t->at;
    n = (n + 15) & ~(size_t)15;
    if (n > (size_t)(t->end - at))
        fail("The boot information does not fit."); /* then tables_size() is wrong, which is an
                                                       error of the loader */
    t->at += n;
    memset(at, 0, n);
    return at;
}

static size_t length(const char *s)
{
    size_t n = 0;
    while (s[n])
        n++;
    return n;
}

static char *take_string(struct tables *t, const char *s)
{
    size_t n = length(s) + 1;
    return memcpy(take(t, n), s, n);
}

/* Counts each string twice (module record and multiboot list), and each structure with its
 * padding. */
uint32_t tables_size(const struct given *given)
{
    size_t n = 1024 + sizeof(struct copy) * (MAX_COPIES + 1) + 4 * (length(given->cmdline) + 32);
    for (size_t i = 0; i < given->modules; i++)
        n += sizeof(L4_Boot_SimpleExec_t) + sizeof(struct multiboot_module) +
             3 * (length(given->module[i].cmdline) + 32);
    n += given->entries * 32;
    return (uint32_t)(n + PAGE_SIZE - 1) & ~(uint32_t)(PAGE_SIZE - 1);
}

/* ---- multiboot information, with all that a later program reads */
static uint32_t mmap_make(struct tables *t, const struct given *given)
{
    struct {
        uint32_t size, base[2], length[2], type;
    } e, *to = take(t, given->entries * sizeof e);
    uint32_t at = (uint32_t)to;
    for (size_t i = 0; i < given->entries; i++) {
        const struct bios_entry *b = &given->bios[i];
        to[i].size = sizeof e - 4;
        to[i].base[0] = (uint32_t)b->base;
        to[i].base[1] = (uint32_t)(b->base >> 32);
        to[i].length[0] = (uint32_t)b->length;
        to[i].length[1] = (uint32_t)(b->length >> 32);
        to[i].type = b->type;
    }
    return at;
}

/* The loader's line.  If the list leaves the kernel out, the options of the kernel's line
 * follow. */
static uint32_t cmdline_make(struct tables *t, const struct given *given, size_t first)
{
    size_t n = length(given->cmdline);
    const char *options = "";
    if (first > 0)
        for (options = given->module[0].cmdline; *options && *options != ' '; options++)
            ;
    char *line = take(t, n + length(options) + 1);
    memcpy(line, given->cmdline, n);
    memcpy(line + n, options, length(options) + 1);
    return (uint32_t)line;
}

static struct multiboot_info *mbi_make(struct tables *t, const struct given *given, size_t first)
{
    struct multiboot_info *mbi = take(t, sizeof *mbi);
    struct multiboot_module *list = take(t, (given->modules - first) * sizeof *list);
    mbi->flags = MULTIBOOT_HAS_MEMORY | MULTIBOOT_HAS_CMDLINE | MULTIBOOT_HAS_MODS |
                 MULTIBOOT_HAS_MMAP;
    mbi->mem_lower = given->mem_lower;
    mbi->mem_upper = given->mem_upper;
    mbi->cmdline = cmdline_make(t, given, first);
    mbi->mods_count = given->modules - first;
    mbi->mods_addr = (uint32_t)list;
    for (size_t i = first; i < given->modules; i++) {
        const struct module *m = &given->module[i];
        list[i - first] = (struct multiboot_module){m->start, m->end,
                                                    (uint32_t)take_string(t, m->cmdline), 0};
    }
    mbi->mmap_length = given->entries * 24;
    mbi->mmap_addr = mmap_make(t, given);
    return mbi;
}

/* ---- the generic block */
static void record_end(struct tables *t, L4_BootInfo_Hdr_t *info, void *record)
{
    ((L4_BootRec_t *)record)->version = 1;
    ((L4_BootRec_t *)record)->offset_next = (uint32_t)t->at - (uint32_t)record;
    info->num_entries++;
}

static void exec_record(struct tables *t, L4_BootInfo_Hdr_t *info, const struct image *image,
                        const char *cmdline)
{
    L4_Boot_SimpleExec_t *r = take(t, sizeof *r);
    r->type = L4_BOOTREC_EXEC;
    r->text.pstart = r->text.vstart = image->low;
    r->text.size = image->high - image->low;
    r->initial_ip = image->entry;
    r->cmdline_offset = (uint32_t)take_string(t, cmdline) - (uint32_t)r;
    record_end(t, info, r);
}

static void module_record(struct tables *t, L4_BootInfo_Hdr_t *info, const struct module *m)
{
    L4_Boot_Module_t *r = take(t, sizeof *r);
    r->type = L4_BOOTREC_MODULE;
    r->start = m->start;
    r->size = m->end - m->start;
    r->cmdline_offset = (uint32_t)take_string(t, m->cmdline) - (uint32_t)r;
    record_end(t, info, r);
}

static uint32_t generic_make(struct tables *t, const struct given *given, const struct image *image)
{
    L4_BootInfo_Hdr_t *info = take(t, sizeof *info);
    info->magic = L4_BOOTINFO_MAGIC;
    info->version = L4_BOOTINFO_VERSION;
    info->first_entry = sizeof *info;
    for (size_t i = 1; i < given->modules; i++)
        if (i < 3)
            exec_record(t, info, &image[i], given->module[i].cmdline);
        else
            module_record(t, info, &given->module[i]);
    L4_Boot_MBI_t *r = take(t, sizeof *r);
    r->type = L4_BOOTREC_MULTIBOOT;
    record_end(t, info, r);
    info->size = (uint32_t)t->at - (uint32_t)info;
    r->address = (uint32_t)mbi_make(t, given, 0);
    return (uint32_t)info;
}

void tables_make(struct tables *t, void *block, uint32_t size, const struct given *given,
                 const struct image *image, bool multiboot_form)
{
    t->start = t->at = block;
    t->end = t->at + size;
    t->bootinfo = multiboot_form ? (uint32_t)mbi_make(t, given, 2) : generic_make(t, given, image);
    t->copies = take(t, sizeof *t->copies * (MAX_COPIES + 1));
    t->ncopies = 0;
    size_t code = (size_t)(trampoline_end - trampoline_start);
    t->trampoline = (void (*)(const struct copy *, uint32_t))memcpy(take(t, code), trampoline_start,
                                                                    code);
}
