/* SPDX-License-Identifier: MIT */
/* Stubs: near calls through the links of the kernel interface page, whose offsets are found at run time. */
#include "x2.h"

byte *x2_kip;
word x2_links[11]; /* SpaceControl, ThreadControl, ProcessorControl, MemoryControl, Ipc, Lipc, Unmap, ... */

void x2_init(void)
{
    word base, version, flags, id;
    __asm__ volatile("lock; nop" : "=a"(base), "=c"(version), "=d"(flags), "=S"(id));
    x2_kip = (byte *)base;
    for (int i = 0; i < 11; i++)
        x2_links[i] = base + KIP(0xD0 + 4 * i);
}

word x2_me(void)
{
    word u;
    __asm__ volatile("movl %%gs:0, %0" : "=r"(u));
    return u;
}

/* In the manner of a library that is inlined: EBP saved by hand, EDI an input that comes back as it was. */
#define IPC_STUB(name, offset)                                                                       \
    word name(word to, word from, word timeouts, word *sender)                                       \
    {                                                                                                \
        word mr0 = MR(0), mr1, mr2, wants = from;                                                    \
        __asm__ volatile("pushl %%ebp\n\t"                                                           \
                         "call *x2_links+" #offset "\n\t"                                            \
                         "movl %%ebp, %%ecx\n\t"                                                     \
                         "popl %%ebp"                                                                \
                         : "+a"(to), "+d"(from), "+c"(timeouts), "+S"(mr0), "=b"(mr1)                \
                         : "D"(x2_me())                                                              \
                         : "memory", "cc");                                                          \
        mr2 = timeouts;                                                                              \
        if (wants) {                                                                                 \
            MR(0) = mr0;                                                                             \
            MR(1) = mr1;                                                                             \
            MR(2) = mr2;                                                                             \
        }                                                                                            \
        if (sender)                                                                                  \
            *sender = to;                                                                            \
        return mr0;                                                                                  \
    }
IPC_STUB(x2_ipc, 16)
IPC_STUB(x2_lipc, 20)

/* In the manner of a library of assembly routines: C arguments on the stack. */
__asm__(".text\n"
        ".globl x2_unmap, x2_exchange, x2_thread, x2_space, x2_schedule, x2_switch, x2_clock\n"
        "x2_unmap:\n"
        "    pushl %ebp; pushl %edi; pushl %esi; pushl %ebx\n"
        "    movl 20(%esp), %eax\n"
        "    movl 24(%esp), %esi\n"
        "    movl %gs:0, %edi\n"
        "    call *x2_links+24\n"
        "    movl %esi, %eax\n"
        "    popl %ebx; popl %esi; popl %edi; popl %ebp\n"
        "    ret\n"
        "x2_exchange:\n"
        "    pushl %ebp; pushl %edi; pushl %esi; pushl %ebx\n"
        "    movl 20(%esp), %eax\n"
        "    movl 24(%eax), %ebp\n"
        "    movl 20(%eax), %ebx\n"
        "    movl 16(%eax), %edi\n"
        "    movl 12(%eax), %esi\n"
        "    movl 8(%eax), %edx\n"
        "    movl 4(%eax), %ecx\n"
        "    movl (%eax), %eax\n"
        "    call *x2_links+28\n"
        "    pushl %ebp\n"
        "    movl 24(%esp), %ebp\n" /* the argument, above the old EBP */
        "    movl %ebx, 20(%ebp)\n"
        "    movl %edi, 16(%ebp)\n"
        "    movl %esi, 12(%ebp)\n"
        "    movl %edx, 8(%ebp)\n"
        "    movl %ecx, 4(%ebp)\n"
        "    movl %eax, (%ebp)\n"
        "    popl 24(%ebp)\n"
        "    popl %ebx; popl %esi; popl %edi; popl %ebp\n"
        "    ret\n"
        "x2_thread:\n"
        "    movl $x2_links+4, %eax\n"
        "    jmp 1f\n"
        "x2_space:\n"
        "    pushl %ebp; pushl %edi; pushl %esi; pushl %ebx\n"
        "    movl 20(%esp), %eax\n"
        "    movl 24(%esp), %ecx\n"
        "    movl 28(%esp), %edx\n"
        "    movl 32(%esp), %esi\n"
        "    movl 36(%esp), %edi\n"
        "    call *x2_links\n"
        "    jmp 2f\n"
        "1:  pushl %ebp; pushl %edi; pushl %esi; pushl %ebx\n"
        "    movl %eax, %ebx\n"
        "    movl 20(%esp), %eax\n" /* dest, space, scheduler, pager, utcb */
        "    movl 24(%esp), %esi\n"
        "    movl 28(%esp), %edx\n"
        "    movl 32(%esp), %ecx\n"
        "    movl 36(%esp), %edi\n"
        "    call *(%ebx)\n"
        "2:  popl %ebx; popl %esi; popl %edi; popl %ebp\n"
        "    ret\n"
        "x2_schedule:\n"
        "    pushl %ebp; pushl %edi; pushl %esi; pushl %ebx\n"
        "    movl 20(%esp), %eax\n"
        "    movl 24(%esp), %edx\n"
        "    movl 28(%esp), %ecx\n"
        "    movl 32(%esp), %esi\n"
        "    movl 36(%esp), %edi\n"
        "    call *x2_links+40\n"
        "    jmp 2b\n"
        "x2_switch:\n"
        "    movl 4(%esp), %eax\n"
        "    jmp *x2_links+36\n"
        "x2_clock:\n"
        "    pushl %edi; pushl %esi\n"
        "    call *x2_links+32\n"
        "    popl %esi; popl %edi\n"
        "    ret\n");
