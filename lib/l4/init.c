/* SPDX-License-Identifier: MIT */
/* Finds the KIP by `lock; nop` and the system calls by its links.  Spec 3.2, 4.1. */
#include <l4/kip.h>
#include <l4/syscalls.h>

struct l4_links __L4_Links;

void *L4_KernelInterface(L4_Word_t *ApiVersion, L4_Word_t *ApiFlags, L4_Word_t *KernelId)
{
    void *kip;
    L4_Word_t version, flags, id;
    __asm__ volatile(".byte 0xf0, 0x90" : "=a"(kip), "=c"(version), "=d"(flags), "=S"(id));
    if (ApiVersion)
        *ApiVersion = version;
    if (ApiFlags)
        *ApiFlags = flags;
    if (KernelId)
        *KernelId = id;
    return kip;
}

void L4_Init(void)
{
    const L4_KernelInterfacePage_t *kip = L4_KernelInterface(NULL, NULL, NULL);
    const L4_Word_t *link = &kip->SpaceControl;
    L4_Word_t *call = &__L4_Links.space_control;
    for (int i = 0; i < 11; i++)
        call[i] = (L4_Word_t)kip + link[i];
    __L4_Links.kip = (L4_Word_t)kip;
}

void __L4_Init(void) __attribute__((alias("L4_Init")));

void *L4_GetKernelInterface(void)
{
    if (!__L4_Links.kip)
        L4_Init();
    return (void *)__L4_Links.kip;
}
