/* SPDX-License-Identifier: MIT */
/* The processor: what it can do, and its descriptor tables. */
#include "x86.h"

#define EFLAGS_ID 0x200000u

#define CPUID_FPU (1u << 0)
#define CPUID_PSE (1u << 3)
#define CPUID_TSC (1u << 4)
#define CPUID_SEP (1u << 11)
#define CPUID_PGE (1u << 13)
#define CPUID_FXSR (1u << 24)
#define CPUID_SSE (1u << 25)

#define CR4_PSE (1u << 4)
#define CR4_PGE (1u << 7)
#define CR4_OSFXSR (1u << 9)
#define CR4_OSXMMEXCPT (1u << 10)

#define MSR_SYSENTER_CS 0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_SYSENTER_EIP 0x176

struct cpu_features cpu;
static char vendor[13];
static word_t signature;

extern void sysenter_entry(void), sysenter_fast(void);
extern void (*const vector_table[])(void);

/* ---- features */

static bool flag_toggles(word_t flag)
{
    word_t before, after;
    __asm__ volatile("pushfl; pop %0; mov %0, %1; xor %2, %1; push %1; popfl; pushfl; pop %1;"
                     "push %0; popfl"
                     : "=&r"(before), "=&r"(after)
                     : "r"(flag));
    return (before ^ after) & flag;
}

static void cpuid(word_t leaf, word_t *a, word_t *b, word_t *c, word_t *d)
{
    __asm__ volatile("cpuid" : "=a"(*a), "=b"(*b), "=c"(*c), "=d"(*d) : "a"(leaf));
}

/* A coprocessor answers FNINIT with a status word of zero. */
static bool fpu_answers(void)
{
    uint16_t status = 0x5A5A;
    write_cr0(read_cr0() & ~(CR0_EM | CR0_TS));
    __asm__ volatile("fninit; fnstsw %0" : "+m"(status));
    return status == 0;
}

void cpu_detect(void)
{
    word_t a, b, c, d = 0, top;
    cpu.fpu = fpu_answers();
    if (options.nocpuid || !flag_toggles(EFLAGS_ID))
        return;
    cpu.cpuid = true;
    cpuid(0, &top, (word_t *)&vendor[0], (word_t *)&vendor[8], (word_t *)&vendor[4]);
    if (top >= 1)
        cpuid(1, &signature, &b, &c, &d);
    (void)a;
    word_t family = signature >> 8 & 15, model = signature >> 4 & 15, stepping = signature & 15;
    bool sep_lies = family == 6 && model < 3 && stepping < 3; /* the first Pentium Pros */
    cpu.pse = (d & CPUID_PSE) && !options.nopse;
    cpu.pge = (d & CPUID_PGE) && !options.nopge;
    cpu.tsc = (d & CPUID_TSC) && !options.notsc;
    cpu.sep = (d & CPUID_SEP) && !options.nosep && !sep_lies;
    cpu.fxsr = (d & CPUID_FXSR) && !options.nofxsr;
    cpu.sse = (d & CPUID_SSE) && cpu.fxsr;
    word_t cr4 = 0;
    cr4 |= cpu.pse ? CR4_PSE : 0;
    cr4 |= cpu.fxsr ? CR4_OSFXSR : 0;
    cr4 |= cpu.sse ? CR4_OSXMMEXCPT : 0;
    if (cr4)
        write_cr4(cr4);
}

void cpu_describe(void)
{
    word_t family = signature >> 8 & 15;
    kprintf("cpu      %s family %u:%s%s%s%s%s%s%s\n", cpu.cpuid ? vendor : "486 class, no CPUID,",
            cpu.cpuid ? (unsigned)family : 4u, cpu.fpu ? " fpu" : "", cpu.tsc ? " tsc" : "",
            cpu.pse ? " pse" : "", cpu.pge ? " pge" : "", cpu.sep ? " sep" : "",
            cpu.fxsr ? " fxsr" : "", cpu.sse ? " sse" : "");
}

/* ---- descriptor tables */

struct descriptor {
    word_t low, high;
};

#define GDT_ENTRIES 8
#define IDT_ENTRIES (SYSCALL_VECTOR + SYSCALL_COUNT)

static struct descriptor gdt[GDT_ENTRIES], idt[IDT_ENTRIES];

#define CODE_READ 0x9Au /* present, code, readable */
#define DATA_WRITE 0x92u
#define TSS_FREE 0x89u
#define DPL_USER 0x60u
#define INTERRUPT_GATE 0x8Eu
#define TASK_GATE 0x85u

static struct descriptor segment(word_t base, word_t limit, word_t access, bool pages)
{
    word_t flags = (pages ? 0x8u : 0) | (access == TSS_FREE ? 0 : 0x4u);
    return (struct descriptor){
        (base & 0xFFFF) << 16 | (limit & 0xFFFF),
        (base & 0xFF000000) | flags << 20 | (limit & 0xF0000) | access << 8 | (base >> 16 & 0xFF),
    };
}

static struct descriptor gate(void (*entry)(void), bool user)
{
    word_t e = (word_t)entry, access = INTERRUPT_GATE | (user ? DPL_USER : 0);
    return (struct descriptor){KERNEL_CS << 16 | (e & 0xFFFF), (e & 0xFFFF0000) | access << 8};
}

static void load_table(const char *which, void *table, uint16_t size)
{
    struct {
        uint16_t limit;
        void *base;
    } __attribute__((packed)) pointer = {size - 1, table};
    if (*which == 'g')
        __asm__ volatile("lgdt %0" : : "m"(pointer));
    else
        __asm__ volatile("lidt %0" : : "m"(pointer));
}

/* A double fault means that our stack is gone: it gets a task, and so a stack, of its own. */
static struct {
    word_t link, esp0, ss0, unused1[4], cr3, eip, eflags, unused2[4], esp, unused3[3];
    word_t es, cs, ss, ds, fs, gs, ldt, io_base;
} double_fault_task;
static_assert(sizeof double_fault_task == 104, "a TSS without an IO bitmap");
static char double_fault_stack[1024];

static void double_fault(void)
{
    panic("double fault: thread %lx, its stack at %lx", (unsigned long)current->id,
          (unsigned long)THE_TSS->esp0);
}

static void double_fault_init(void)
{
    double_fault_task.cr3 = kernel_space.directory_phys;
    double_fault_task.eip = (word_t)double_fault;
    double_fault_task.eflags = 2;
    double_fault_task.esp = (word_t)(double_fault_stack + sizeof double_fault_stack);
    double_fault_task.cs = KERNEL_CS;
    double_fault_task.ss = KERNEL_DS;
    double_fault_task.ds = double_fault_task.es = double_fault_task.fs = USER_DS;
    double_fault_task.gs = USER_GS;
    gdt[DOUBLE_SEL / 8] = segment((word_t)&double_fault_task, sizeof double_fault_task - 1, TSS_FREE, false);
    idt[DOUBLE_VECTOR] = (struct descriptor){DOUBLE_SEL << 16, TASK_GATE << 8};
}

static void gdt_init(void)
{
    gdt[KERNEL_CS / 8] = segment(0, 0xFFFFF, CODE_READ, true);
    gdt[KERNEL_DS / 8] = segment(0, 0xFFFFF, DATA_WRITE, true);
    gdt[USER_CS / 8] = segment(0, 0xFFFFF, CODE_READ | DPL_USER, true);
    gdt[USER_DS / 8] = segment(0, 0xFFFFF, DATA_WRITE | DPL_USER, true);
    gdt[TSS_SEL / 8] = segment(TSS_ADDRESS, sizeof(struct tss) + 8192, TSS_FREE, false);
    gdt[USER_GS / 8] = segment(GS_PAGE, sizeof(word_t) - 1, DATA_WRITE | DPL_USER, false);
    load_table("gdt", gdt, sizeof gdt);
    __asm__ volatile("ljmp %0, $1f; 1: mov %1, %%ds; mov %1, %%es; mov %2, %%ss; mov %3, %%gs; mov %1, %%fs"
                     :
                     : "i"(KERNEL_CS), "r"(USER_DS), "r"(KERNEL_DS), "r"(USER_GS)
                     : "memory");
}

/* int3 and into are instructions of their own: users may raise them, as they may the calls. */
static bool user_gate(word_t vector)
{
    return vector == 3 || vector == 4 || vector >= SYSCALL_VECTOR;
}

static void idt_init(void)
{
    for (word_t v = 0; v < IDT_ENTRIES; v++)
        idt[v] = gate(vector_table[v], user_gate(v));
    double_fault_init();
    load_table("idt", idt, sizeof idt);
}

void cpu_load_tables(void)
{
    gdt_init();
    idt_init();
    THE_TSS->ss0 = KERNEL_DS;
    THE_TSS->io_base = sizeof(struct tss);
    __asm__ volatile("ltr %w0" : : "r"(TSS_SEL));
    __asm__ volatile("lldt %w0" : : "r"(0)); /* after reset the LDT is the first 64 KB: a user's */
    if (cpu.sep) {
        write_msr(MSR_SYSENTER_CS, KERNEL_CS);
        write_msr(MSR_SYSENTER_ESP, (word_t)&THE_TSS->esp0);
        write_msr(MSR_SYSENTER_EIP,
                  (word_t)(options.nofast ? sysenter_entry : sysenter_fast));
    }
}
