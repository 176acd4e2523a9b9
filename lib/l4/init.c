/* SPDX-License-Identifier: MIT */
/* Finds the KIP by `lock; nop` and the system calls by its links.  Spec 3.2, 4.1.  Some emulators run
 * that instruction as if it were one: then by our kernel's second way, <l4/pecan.h>. */
#include <l4/kip.h>
#include <l4/pecan.h>
#include <l4/serial.h>
#include <l4/syscalls.h>

struct l4_links __L4_Links;

struct answer {
    L4_Word_t kip, version, flags, kernel;
};

/* Without an exception nothing is written, and no KIP is at 0. */
#define ASK(code, answer) \
    __asm__ volatile(code : "+a"((answer).kip), "=c"((answer).version), "=d"((answer).flags), "=S"((answer).kernel))

static bool answered(const struct answer *a)
{
    return a->kip && L4_KIP_OF((void *)a->kip)->magic == L4_KIP_MAGIC;
}

static bool kernel_has_second_way(void)
{
    L4_Word_t limit = 0;
    __asm__("lsl %1, %0" : "+r"(limit) : "r"((L4_Word_t)L4_PECAN_SELECTOR) : "cc");
    return limit == L4_PECAN_SIGNATURE;
}

static _Noreturn void fail(void)
{
    serial_puts("l4: On this machine `lock; nop` raises no exception, and the kernel offers no other way to "
                "its interface page. Halted.\n");
    for (;;)
        __asm__ volatile("ud2");
}

void *L4_KernelInterface(L4_Word_t *ApiVersion, L4_Word_t *ApiFlags, L4_Word_t *KernelId)
{
    struct answer a = {0};
    ASK(".byte 0xf0, 0x90", a);
    if (!answered(&a) && kernel_has_second_way())
        ASK(".byte 0x0f, 0x0b, 0x4c, 0x34, 0xe6, 0x4b", a);
    if (!answered(&a))
        fail();
    if (ApiVersion)
        *ApiVersion = a.version;
    if (ApiFlags)
        *ApiFlags = a.flags;
    if (KernelId)
        *KernelId = a.kernel;
    return (void *)a.kip;
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
