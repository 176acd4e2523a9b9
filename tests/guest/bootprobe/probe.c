/* SPDX-License-Identifier: MIT */
/* Checks the loader's side of the boot contract from the kernel's place.  Spec 6.9, 6.10.
 * Free modules must be files of 32-bit words that count up from 0 (tests/system makes them). */
#include <l4/bootinfo.h>
#include <l4/kip.h>
#include <l4/serial.h>

extern L4_KernelInterfacePage_t probe_kip;

static int tests, failures;

static void check(bool good, const char *name)
{
    serial_printf("%sok %d - %s\n", good ? "" : "not ", ++tests, name);
    failures += !good;
}

/* The type that holds at an address: the last descriptor that covers it. */
static L4_Word_t type_at(L4_Word_t address)
{
    L4_Word_t type = 0;
    for (L4_Word_t i = 0; i < L4_NumMemoryDescriptors(&probe_kip); i++) {
        const L4_MemoryDesc_t *d = L4_MemoryDesc(&probe_kip, i);
        if (!L4_IsVirtual(d) && address >= L4_MemoryDescLow(d) && address <= L4_MemoryDescHigh(d))
            type = L4_MemoryDescType(d);
    }
    return type;
}

static bool all_of_type(L4_Word_t low, L4_Word_t high, L4_Word_t type)
{
    for (L4_Word_t a = low; a < high; a += 1024)
        if (type_at(a) != type)
            return false;
    return true;
}

static void descriptors_check(void)
{
    bool ordered = true, has_pool = false;
    for (L4_Word_t i = 0; i < L4_NumMemoryDescriptors(&probe_kip); i++) {
        const L4_MemoryDesc_t *d = L4_MemoryDesc(&probe_kip, i);
        serial_printf("# %08lx-%08lx type %lx\n", L4_MemoryDescLow(d), L4_MemoryDescHigh(d),
                      L4_MemoryDescType(d));
        ordered &= L4_MemoryDescLow(d) <= L4_MemoryDescHigh(d);
        if (L4_MemoryDescType(d) == L4_MEM_RESERVED) {
            has_pool = true;
            check(all_of_type(L4_MemoryDescLow(d), L4_MemoryDescHigh(d), L4_MEM_RESERVED),
                  "the pool is clear of all else");
            check(L4_MemoryDescHigh(d) < 240u << 20, "the pool is below 240 MB");
        }
    }
    check(ordered, "every descriptor has low <= high");
    check(has_pool, "there is a pool for the kernel");
    check(all_of_type(0xA0000, 0x100000, L4_MEM_SHARED),
          "a0000-fffff are shared, not conventional");
    check(type_at((L4_Word_t)&probe_kip) == L4_MEM_CONVENTIONAL,
          "the kernel lies in conventional memory");
}

static void server_check(const L4_KernelRootServer_t *s, const char *name)
{
    serial_printf("# %s %08lx-%08lx ip %08lx\n", name, s->low, s->high, s->ip);
    check(s->low < s->high && s->ip >= s->low && s->ip < s->high, name);
    check(all_of_type(s->low & ~1023ul, s->high, L4_MEM_BOOTLOADER | 2 << 4),
          "and its image is the loader's, subtype 2");
}

static bool module_intact(L4_Word_t start, L4_Word_t size)
{
    for (L4_Word_t i = 0; i < size / 4; i++)
        if (((L4_Word_t *)start)[i] != i)
            return false;
    for (L4_Word_t a = start + size; a & 4095; a++)
        if (*(char *)a)
            return false;
    return true;
}

static void bootinfo_check(void)
{
    const void *info = (void *)probe_kip.BootInfo;
    const L4_BootRec_t *r;
    L4_Word_t n, execs = 0, mbis = 0;
    check(L4_BootInfo_Valid(info), "the boot information is the generic block");
    check(((L4_Word_t)info & 4095) == 0, "and begins with a page");
    if (!L4_BootInfo_Valid(info))
        return;
    check(all_of_type((L4_Word_t)info & ~1023ul, (L4_Word_t)info + L4_BootInfo_Size(info),
                      L4_MEM_BOOTLOADER | 1 << 4),
          "the block is the loader's, subtype 1");
    r = L4_BootInfo_FirstEntry(info);
    for (n = L4_BootInfo_Entries(info); n > 0; n--, r = L4_BootRec_Next(r)) {
        if (r->type == L4_BOOTREC_EXEC) {
            serial_printf("# exec %08lx \"%s\"\n", L4_SimpleExec_TextPstart(r),
                          L4_SimpleExec_Cmdline(r));
            execs++;
        } else if (r->type == L4_BOOTREC_MODULE) {
            L4_Word_t start = L4_Module_Start(r), size = L4_Module_Size(r);
            serial_printf("# module %08lx %lu \"%s\"\n", start, size, L4_Module_Cmdline(r));
            check((start & 4095) == 0 && module_intact(start, size),
                  "a module is page aligned and intact");
            check(all_of_type(start, start + size, L4_MEM_BOOTLOADER | 3 << 4),
                  "and the loader's, subtype 3");
        } else if (r->type == L4_BOOTREC_MULTIBOOT) {
            const struct multiboot_info *mbi = (void *)L4_MBI_Address(r);
            const struct multiboot_module *mods = (void *)mbi->mods_addr;
            serial_printf("# loader's line \"%s\", kernel's \"%s\"\n", (char *)mbi->cmdline,
                          (char *)mods[0].cmdline);
            check(mbi->mods_count == L4_BootInfo_Entries(info),
                  "the multiboot list holds the kernel and all others");
            mbis++;
        }
    }
    check(execs == 2 && mbis == 1, "two servers and one multiboot record");
}

void probe_main(L4_Word_t cr0, L4_Word_t flags);
void probe_main(L4_Word_t cr0, L4_Word_t flags)
{
    check((cr0 & 0x80000001) == 1, "protected mode, paging off");
    check((flags & 0x200) == 0, "interrupts off");
    descriptors_check();
    server_check(&probe_kip.Sigma0, "sigma0 is described");
    server_check(&probe_kip.RootServer, "the root task is described");
    check(probe_kip.Sigma1.low == 0 && probe_kip.Sigma1.high == 0 && probe_kip.Sigma1.ip == 0,
          "there is no sigma1");
    bootinfo_check();
    serial_printf("1..%d\n# done\n", tests);
    __asm__ volatile("outb %0, %1" : : "a"((char)(0x20 | (failures > 0))), "Nd"((short)0xF4));
}
