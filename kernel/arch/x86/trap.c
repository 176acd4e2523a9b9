/* SPDX-License-Identifier: MIT */
/* Interrupts and exceptions: all entries but system calls.  Before: entry.asm.  After: fault.c,
 * irq.c, timer.c.  Interrupts are off all the way. */
#include "../../fault.h"
#include "../../irq.h"
#include "../../sched.h"
#include "../../timer.h"
#include "../../kip.h"
#include "x86.h"

#define VECTOR_DEBUG 1
#define VECTOR_BREAKPOINT 3
#define VECTOR_NO_FPU 7
#define VECTOR_STACK 12
#define VECTOR_PROTECTION 13
#define VECTOR_PAGE_FAULT 14

#define PF_WRITE 2u

/* ---- interrupts */

static void interrupt(word_t line)
{
    if (!pic_accept(line))
        return;
    if (line == 0) {
        pit_tick();
        current->space->ticks += current != idle_thread;
        timer_tick();
        sched_sweep();
    } else {
        irq_fire(line);
    }
}

/* ---- #UD: `lock; nop` is KernelInterface.  Spec 4.1.  So is a UD2 that the KIP's magic word
 * follows: <l4/pecan.h>. */

static word_t kernel_interface_size(vaddr_t ip)
{
    static const uint8_t standard[] = {0xF0, 0x90}, second[] = {0x0F, 0x0B, 'L', '4', 0xE6, 'K'};
    const void *code = (const void *)ip;
    if (user_readable(ip, sizeof standard) && !memcmp(code, standard, sizeof standard))
        return sizeof standard;
    if (user_readable(ip, sizeof second) && !memcmp(code, second, sizeof second))
        return sizeof second;
    return 0;
}

static bool kernel_interface(struct trapframe *f)
{
    word_t size = kernel_interface_size(f->eip);
    if (!size)
        return false;
    f->eax = current->space->kip.base;
    f->ecx = the_kip.ApiVersion.raw;
    f->edx = the_kip.ApiFlags.raw;
    f->esi = kip_kernel_id();
    f->eip += size;
    return true;
}

/* ---- #GP: IO instructions and broken segment registers */

/* Returns true if an IO instruction is at EIP.  Post: *port is its first port, *log2 its width. */
bool io_instruction(struct trapframe *f, word_t *port, word_t *log2)
{
    word_t at = f->eip;
    bool word = false;
    for (int prefixes = 0; prefixes < 14 && user_readable(at, 1); prefixes++, at++) {
        uint8_t op = *(const uint8_t *)at;
        if (op == 0x66) {
            word = true;
            continue;
        }
        if (op == 0xF2 || op == 0xF3 || op == 0x26 || op == 0x2E || op == 0x36 || op == 0x3E ||
            op == 0x64 || op == 0x65 || op == 0x67)
            continue;
        bool immediate = (op & 0xFC) == 0xE4;                    /* in/out with imm8 */
        bool string = (op & 0xFC) == 0x6C, by_dx = (op & 0xFC) == 0xEC;
        if (!immediate && !string && !by_dx)
            return false;
        if (immediate && !user_readable(at + 1, 1))
            return false;
        *port = immediate ? *(const uint8_t *)(at + 1) : f->edx & 0xFFFF;
        *log2 = op & 1 ? (word ? 1 : 2) : 0;
        return true;
    }
    return false;
}

static bool ports_allowed(word_t port, word_t log2)
{
    const uint8_t *bitmap = (const uint8_t *)IO_BITMAP;
    for (word_t p = port; p < port + (1u << log2); p++)
        if (p > 0xFFFF || bitmap[p / 8] & 1u << p % 8)
            return false;
    return true;
}

/* Sends the fault of an IO instruction whose ports are missing.  Returns false if it is no such
 * fault.  Blocks. */
static bool io_fault(struct trapframe *f)
{
    word_t port, log2;
    if (f->error != 0 || arch_ports_open || !io_instruction(f, &port, &log2) ||
        port + (1u << log2) > 0x10000 || ports_allowed(port, log2))
        return false;
    fault_io(current, port, log2);
    return true;
}

/* ---- exceptions of user mode */

static void exception(struct trapframe *f)
{
    if (f->vector == VECTOR_PAGE_FAULT && cpu_idt_fault(read_cr2(), f->error)) {
        f->vector = INVALID_VECTOR;
        f->error = 0;
    }
    if (f->vector == VECTOR_PAGE_FAULT) {
        fault_page(current, read_cr2(), f->error & PF_WRITE);
        return;
    }
    switch (f->vector) {
    case INVALID_VECTOR:
        if (kernel_interface(f))
            return;
        break;
    case VECTOR_NO_FPU:
        if (fpu_use(current))
            return;
        break;
    case VECTOR_PROTECTION:
        if (io_fault(f))
            return;
        break;
    case VECTOR_BREAKPOINT:
        if (kdb_call(f))
            return;
        break;
    case VECTOR_DEBUG:
        f->eflags &= ~FLAG_TRAP;
        break;
    }
    fault_exception(current, f->vector, f->error);
}

/* fastpath.asm: where it reads user memory that may not be mapped, and where it goes on then. */
extern const struct {
    word_t reads, goes_on;
} fast_probes[];

/* If the fast path has read a local id at which nothing is mapped, f goes on at the plain path, and
 * the function returns true. */
static bool probe_failed(struct trapframe *f)
{
    if (f->vector != VECTOR_PAGE_FAULT && f->vector != VECTOR_STACK)
        return false;
    for (word_t i = 0; fast_probes[i].reads; i++) {
        if (f->eip == fast_probes[i].reads) {
            f->eip = fast_probes[i].goes_on;
            return true;
        }
    }
    return false;
}

/* ---- entries from kernel mode: interrupts in the idle loop and at preemption points, and bugs of
 * the kernel */

static void kernel_exception(struct trapframe *f)
{
    if (f->vector == VECTOR_DEBUG) {
        f->eflags &= ~FLAG_TRAP; /* SYSENTER with TF set traps on our first instruction */
        return;
    }
    if (probe_failed(f))
        return;
    panic_registers(f);
    const char *broken = assert_at(f->eip);
    if (broken)
        panic("assertion failed: %s", broken);
    panic("exception %lu in the kernel: error %lx eip %lx cr2 %lx thread %lx",
          (unsigned long)f->vector, (unsigned long)f->error, (unsigned long)f->eip,
          (unsigned long)read_cr2(), (unsigned long)current->id);
}

/* If a user executes IRET with VM set, a real processor ignores VM, but QEMU enters virtual 8086
 * mode.  The frame of an entry from there has four selectors behind it.  The function makes the
 * thread's usual frame of it, with flat selectors; entry.asm has mended DS to GS already. */
static void leave_virtual_8086(struct trapframe *f)
{
    struct trapframe copy = *f; /* four words below the thread's frame, which it overlaps */
    copy.cs = USER_CS;
    copy.ss = USER_DS;
    copy.eflags = FLAGS_FIXED;
    *user_frame(current) = copy;
    if (copy.vector - IRQ_VECTOR < ARCH_INTERRUPTS)
        interrupt(copy.vector - IRQ_VECTOR);
    else
        fault_exception(current, VECTOR_PROTECTION, 0);
    thread_leave_kernel(current);
    copy = *user_frame(current); /* as the reply set it */
    *f = copy;
}

void trap(struct trapframe *f)
{
    if (CONFIG_CHECK)
        irqoff_enter(f->vector);
    if (unlikely(f->eflags & FLAG_VM)) {
        leave_virtual_8086(f);
        return;
    }
    bool from_user = f->cs & 3;
    if (f->vector - IRQ_VECTOR < ARCH_INTERRUPTS) {
        interrupt(f->vector - IRQ_VECTOR);
        if (!from_user)
            sched_wanted |= SCHED_EVENT;
    } else if (!from_user) {
        kernel_exception(f);
    } else {
        exception(f);
    }
    if (from_user)
        thread_leave_kernel(current);
    else if (CONFIG_CHECK)
        irqoff_end();
}
