/* SPDX-License-Identifier: MIT */
/* What the kernel fills into its interface page at boot.  The page itself is arch/x86/kip.asm. */
#include "kip.h"

#include <l4/const.h>
#include <l4/pecan.h>

#include "arch.h"

extern char kip_features[], kip_features_end[];
extern L4_MemoryDesc_t kip_descriptors[];
extern L4_ProcDesc_t kip_processor_descriptor;
extern L4_KernelDesc_t kip_kernel_descriptor;

word_t pistachio;

static void add_feature(const char *name)
{
    char *at = kip_features;
    while (*at)
        while (*at++)
            ;
    size_t size = 0;
    while (name[size++])
        ;
    assert(!CONFIG_CHECK || at + size < kip_features_end); /* one more zero ends the list */
    memcpy(at, name, size);
}

paddr_t kip_physical(void)
{
    return arch_physical(&the_kip);
}

word_t kip_kernel_id(void)
{
    return kip_kernel_descriptor.KernelId;
}

L4_MemoryDesc_t *kip_memory(word_t index)
{
    return &kip_descriptors[index];
}

word_t kip_memory_count(void)
{
    return the_kip.MemoryInfo.raw & 0xFFFF;
}

void kip_add_memory(paddr_t low, paddr_t high_inclusive, word_t type, bool is_virtual)
{
    word_t n = kip_memory_count();
    L4_MemoryDesc_t *d = kip_memory(n);
    if (n >= KIP_MEMORY_CAPACITY)
        return;
    d->raw[0] = (low & ~0x3FFu) | (is_virtual ? L4_MEM_VIRTUAL : 0) | type;
    d->raw[1] = high_inclusive & ~0x3FFu;
    the_kip.MemoryInfo.raw++;
}

void kip_publish_speed(word_t khz)
{
    kip_processor_descriptor.X.ExternalFreq = khz;
    kip_processor_descriptor.X.InternalFreq = khz;
}

void kip_publish(word_t thread_bits, bool io_fpages)
{
    thread_number_limit = 1u << thread_bits;
    if (pistachio)
        the_kip.ClockInfo.raw = 0;
    the_kip.ThreadInfo.raw = USER_BASE << 20 | SYSTEM_BASE << 8 | thread_bits;
    if (io_fpages)
        add_feature(L4_FEATURE_IOFLEXPAGES);
    add_feature(L4_FEATURE_PAGEREXREGS);
    add_feature(L4_FEATURE_SPACEINFO);
    add_feature(L4_FEATURE_KIPBYUD2);
    add_feature(L4_FEATURE_TRACE);
}
