/* SPDX-License-Identifier: MIT */
/* Finds the KIP by `lock; nop`, and the system calls by its links.  Spec 3.2, 4.1.  Some emulators
 * run this instruction without an exception; then it uses the second way of Pecan's kernel,
 * <l4/pecan.h>. */
#include <l4/kip.h>
#include <l4/pecan.h>
#include <l4/syscalls.h>
#include <pc/uart.h>

struct l4_links __L4_Links;

struct answer {
    L4_Word_t kip, version, flags, kernel;
};

/* If no exception comes, nothing is written, and there is no KIP at address 0. */
#define ASK(code, answer)                                                                          \
    __asm__ volatile(code                                                                          \
                     : "+a"((answer).kip), "=c"((answer).version), "=d"((answer).flags),           \
                       "=S"((answer).kernel))

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

/* It prints by itself, so that no program gets names of <l4/serial.h> that it did not ask for. */
static _Noreturn void fail(void)
{
    const char *s = "l4: On this machine `lock; nop` raises no exception, and the kernel offers "
                    "no other way to its interface page. Halted.\r\n";
    if (uart_find(UART_COM1, in8, out8))
        uart_set(UART_COM1, in8, out8);
    while (*s)
        uart_send(UART_COM1, (uint8_t)*s++, in8, out8);
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
