/* SPDX-License-Identifier: MIT */
/* Reads the boot modules, from either form of boot information.  Spec l4 6.10.
 *
 * generic: a list of records.  sigma0 and the root server are "simple executables"; the modules are
 * the other records.
 * multiboot: one list of modules.  With H's loader it starts at the root server, with P's at the
 * kernel.  So wortel looks for itself among the first three; its modules are those behind it.
 *
 * The boot information need not lie in conventional memory, and sigma0 answers page faults there
 * only.  So wortel asks sigma0 for the memory before it reads. */
#include "wortel.h"
#include <l4/bootinfo.h>
#include <l4/kip.h>
#include <string.h>

struct module modules[MODULES_MAX];
unsigned module_count, modules_dropped;

static char text[4096];             /* copies of the command lines */
static unsigned text_used;

static void reach(const void *start, L4_Word_t size)
{
    memory_claim((L4_Word_t)start, (L4_Word_t)start + size);
}

static const char *keep(const char *s)
{
    reach(s, s ? sizeof text : 0);  /* this is more than the copy needs; a refusal does no harm
                                       yet */
    unsigned room = sizeof text - text_used, n = 0;
    if (!s)
        return "";
    while (n < room && s[n])
        n++;
    if (n == room)
        boot_fail("the boot modules' command lines have more than %u characters.",
                  (unsigned)sizeof text);
    char *copy = text + text_used;
    memcpy(copy, s, n + 1);
    text_used += n + 1;
    return copy;
}

/* Example: the name of the module "/boot/task -D" is "task". */
static void name_module(struct module *m)
{
    const char *s = m->cmdline, *last = s;
    for (; *s && *s != ' '; s++)
        if (*s == '/')
            last = s + 1;
    unsigned n = (unsigned)(s - last);
    if (n >= sizeof m->name)
        n = sizeof m->name - 1;
    memcpy(m->name, last, n);
    m->name[n] = 0;
}

static void add(L4_Word_t start, L4_Word_t end, const char *cmdline)
{
    if (module_count == MODULES_MAX) {
        modules_dropped++;
        return;
    }
    struct module *m = &modules[module_count++];
    m->start = start;
    m->end = end;
    m->cmdline = keep(cmdline);
    name_module(m);
}

static void read_generic(const void *info)
{
    reach(info, L4_BootInfo_Size(info));
    const L4_BootRec_t *r = L4_BootInfo_FirstEntry(info);
    for (L4_Word_t n = L4_BootInfo_Entries(info); n > 0; n--, r = L4_BootRec_Next(r)) {
        if (L4_BootRec_Type(r) == L4_BootInfo_Module)
            add(L4_Module_Start(r), L4_Module_Start(r) + L4_Module_Size(r), L4_Module_Cmdline(r));
        if (r->offset_next == 0)
            break;
    }
}

static bool is_ourselves(const struct multiboot_module *m)
{
    reach((const void *)(L4_Word_t)m->start, 52);
    const L4_Word_t *header = (const L4_Word_t *)m->start;
    return m->end - m->start > 52 && header[0] == 0x464C457Fu &&
           header[6] == L4_KIP_OF(kip)->RootServer.ip;
}

static void read_multiboot(const struct multiboot_info *mbi)
{
    const struct multiboot_module *m = (const struct multiboot_module *)(L4_Word_t)mbi->mods_addr;
    L4_Word_t first = 1;            /* wortel is module 0, unless it is found behind that */
    if (!(mbi->flags & MULTIBOOT_HAS_MODS))
        return;
    reach(m, mbi->mods_count * sizeof *m);
    for (L4_Word_t i = 0; i < 3 && i < mbi->mods_count; i++)
        if (is_ourselves(&m[i]))
            first = i + 1;
    for (L4_Word_t i = first; i < mbi->mods_count; i++)
        add(m[i].start, m[i].end, (const char *)(L4_Word_t)m[i].cmdline);
}

void bootinfo_read(const void *the_kip)
{
    const void *info = (const void *)L4_BootInfo(the_kip);
    if (!info)
        return;                     /* no modules: boot_prepare() says which one is missing */
    reach(info, sizeof(struct multiboot_info));
    if (L4_BootInfo_Valid(info))
        read_generic(info);
    else
        read_multiboot(info);
}
