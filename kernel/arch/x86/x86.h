/* SPDX-License-Identifier: MIT */
/* What the files of arch/x86 share, and the instructions that C has no words for. */
#ifndef X86_H
#define X86_H

#include "../../arch.h"
#include "layout.h"

struct trapframe {
    word_t edi, esi, ebp, esp_kernel, ebx, edx, ecx, eax;
    word_t vector, error;
    word_t eip, cs, eflags;
    word_t esp, ss; /* from user mode only */
};

#define FLAG_TRAP 0x100u
#define FLAG_VM 0x20000u
#define FLAGS_USER 0xCD5u  /* CF PF AF ZF SF OF DF: all that a user may choose by message */
#define FLAGS_FIXED 0x202u /* IF and the bit that is always one */

struct tss {
    word_t link, esp0, ss0, unused1[5], eip, eflags, unused2[4], esp, unused3[10];
    uint16_t trap, io_base;
};

static_assert(sizeof(struct tss) == 0x68, "the TSS ends at its IO bitmap");
static_assert(TCB_BASE == THREAD_BLOCKS, "thread_block");
static_assert(KPAGES_WINDOW == KPAGES && KERNEL_WINDOW == KPAGES_OF, "kpage_of");
static_assert(TSS_ADDRESS + offsetof(struct tss, esp0) == ARCH_KERNEL_STACK_TOP, "current");
static_assert(TSS_ADDRESS + sizeof(struct tss) == IO_BITMAP, "the TSS ends at its IO bitmap");

/* The features that the processor has and no boot option hides: bits as CPUID gives them, and two
 * which CPUID does not use. */
#define CPU_FPU (1u << 0)
#define CPU_PSE (1u << 3)
#define CPU_TSC (1u << 4)
#define CPU_CPUID (1u << 10)
#define CPU_SEP (1u << 11)
#define CPU_PGE (1u << 13)
#define CPU_PAT (1u << 16)
#define CPU_FAST (1u << 20) /* the fast paths: fastpath.asm */
#define CPU_FXSR (1u << 24)
#define CPU_SSE (1u << 25)
extern word_t cpu_features;

static inline bool cpu_has(word_t feature)
{
    return cpu_features & feature;
}

#define THE_TSS ((struct tss *)TSS_ADDRESS)

static inline struct trapframe *user_frame(const struct thread *t)
{
    return (struct trapframe *)((char *)t + THREAD_BLOCK) - 1;
}

static inline uint8_t in8(uint16_t port)
{
    uint8_t v;
    __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
    return v;
}
static inline void out8(uint16_t port, uint8_t v)
{
    __asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}
static inline word_t read_cr0(void)
{
    word_t v;
    __asm__ volatile("mov %%cr0, %0" : "=r"(v));
    return v;
}
static inline void write_cr0(word_t v)
{
    __asm__ volatile("mov %0, %%cr0" : : "r"(v));
}
static inline word_t read_cr2(void)
{
    word_t v;
    __asm__ volatile("mov %%cr2, %0" : "=r"(v));
    return v;
}
static inline void load_cr3(paddr_t p)
{
    __asm__ volatile("mov %0, %%cr3" : : "r"(p) : "memory");
}
static inline void write_cr4(word_t v)
{
    __asm__ volatile("mov %0, %%cr4" : : "r"(v));
}
static inline void flush_page(vaddr_t v)
{
    __asm__ volatile("invlpg (%0)" : : "r"(v) : "memory");
}
static inline void write_msr(word_t msr, word_t v)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"(v), "d"(0));
}

#define CR0_EM 0x4u
#define CR0_TS 0x8u

/* cpu.c */
void cpu_deny(const char *name); /* a feature, if it is one, before they are detected */
void cpu_detect(void);
void cpu_describe(void);
void cpu_load_tables(void); /* GDT, IDT, TSS; after the TSS region exists */
/* From now on that vector leads to `entry`; user: programs may call it by INT. */
void cpu_set_gate(word_t vector, const uint32_t *entry, bool user);
bool cpu_idt_fault(word_t address, word_t error); /* a page fault there is a #UD in fact */

/* paging.c */
extern word_t *kernel_directory;
void paging_init(word_t thread_bits); /* TCB and TSS regions, from the kernel pool */
bool user_readable(vaddr_t v, uint32_t size); /* in the loaded space */
/* Post: the page at v, in the TSS region, shows that page, read-only. */
void paging_view(vaddr_t v, const void *page);

/* fpu.c */

void fpu_init(void);
bool fpu_use(struct thread *t); /* #NM: false when the thread gets no FPU */
void fpu_leave(void);           /* another thread runs: its first use must trap */

/* debug/print.c: the registers of an exception in the kernel, for the report that follows. */
void panic_registers(const struct trapframe *f)
    __attribute__((cold, noinline, section(".stub.text"))); /* with the debugger's things */

/* trap.c, entry.asm */
void trap(struct trapframe *f);
bool io_instruction(struct trapframe *f, word_t *port, word_t *log2);

/* kdb.c */
extern bool kdb_serial; /* the boot option kdb=serial */
/* Pre: f is of an INT3 in user mode.  Returns true if it was a debugger call, which is served then.
 * Blocks. */
bool kdb_call(struct trapframe *f) __attribute__((cold));

/* syscall.c */
void syscall(struct trapframe *f);
void syscall_ipc(struct trapframe *f);

#define PIT_COUNTER 0x40
#define PIT_MODE 0x43
#define PIT_DIVISOR 1193u /* counts of a tick, at 1193182 Hz */

/* pic.c, pit.c, console.c */
void pic_init(void);
bool pic_accept(word_t line); /* false: spurious */
bool pic_pending(word_t line);
void pit_init(void);
void pit_tick(void);
uint32_t pit_measure_khz(void);
void console_init(void);

/* boot.c */
void boot_main(void) __attribute__((noreturn, cold));
/* A word of a command line is this name, or with `value` begins with it. */
bool word_is(const char *at, const char *name, const char **value);
void *peek(paddr_t p); /* a look at one physical page, until the next peek */

#endif
