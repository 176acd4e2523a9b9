/* SPDX-License-Identifier: MIT */
/* The processor: what it can do, and its descriptor tables. */
#include <l4/pecan.h>

#include "x86.h"

#define EFLAGS_ID 0x200000u

#define CR4_PSE (1u << 4)
#define CR4_OSFXSR (1u << 9)
#define CR4_OSXMMEXCPT (1u << 10)

#define MSR_SYSENTER_CS 0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_SYSENTER_EIP 0x176
#define MSR_PAT 0x277

word_t cpu_features = CPU_FAST;
bool arch_has_pat;
static word_t denied;
static const struct {
    char name[8];
    word_t bit;
} features[] = {
    {"cpuid", CPU_CPUID}, {"fpu", CPU_FPU}, {"tsc", CPU_TSC}, {"pse", CPU_PSE}, {"pge", CPU_PGE},
    {"sep", CPU_SEP}, {"fast", CPU_FAST}, {"fxsr", CPU_FXSR}, {"sse", CPU_SSE}, {"pat", CPU_PAT},
};
static char vendor[13] = "486 class";
static word_t signature = 4 << 8;

extern void sysenter_entry(void), sysenter_fast(void);
extern const uint32_t exception_entries[IRQ_VECTOR], interrupt_entries[]; /* code, a word each */

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

/* After FNINIT, a coprocessor has a status word of zero. */
static bool fpu_answers(void)
{
    uint16_t status = 0x5A5A;
    write_cr0(read_cr0() & ~(CR0_EM | CR0_TS));
    __asm__ volatile("fninit; fnstsw %0" : "+m"(status));
    return status == 0;
}

void cpu_deny(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(features); i++)
        if (word_is(name, features[i].name, NULL))
            denied |= features[i].bit;
}

void cpu_detect(void)
{
    word_t top, ignored, found = 0;
    if (fpu_answers())
        cpu_features |= CPU_FPU;
    if (!(denied & CPU_CPUID) && flag_toggles(EFLAGS_ID)) {
        cpu_features |= CPU_CPUID;
        cpuid(0, &top, (word_t *)&vendor[0], (word_t *)&vendor[8], (word_t *)&vendor[4]);
        if (top >= 1)
            cpuid(1, &signature, &ignored, &ignored, &found);
    }
    cpu_features |= found & (CPU_PSE | CPU_TSC | CPU_SEP | CPU_PGE | CPU_PAT | CPU_FXSR | CPU_SSE);
    cpu_features &= ~denied;
    word_t family = signature >> 8 & 15, model = signature >> 4 & 15, stepping = signature & 15;
    if (family == 6 && model < 3 && stepping < 3) /* the first Pentium Pros lie */
        cpu_features &= ~CPU_SEP;
    if (!cpu_has(CPU_FXSR))
        cpu_features &= ~CPU_SSE;
    if (!cpu_has(CPU_SEP))
        cpu_features &= ~CPU_FAST;
    word_t cr4 = (cpu_has(CPU_PSE) ? CR4_PSE : 0) | (cpu_has(CPU_FXSR) ? CR4_OSFXSR : 0) |
                 (cpu_has(CPU_SSE) ? CR4_OSXMMEXCPT : 0);
    if (cr4)
        write_cr4(cr4);
    arch_has_pat = cpu_has(CPU_PAT);
    if (arch_has_pat) /* WB, WT, UC-, UC as after reset and on a 486; then WC, WT, UC-, WP */
        __asm__ volatile("wrmsr" : : "c"(MSR_PAT), "a"(0x00070406), "d"(0x05070401));
}

void cpu_describe(void)
{
    kprintf("cpu      %s family %lu:", vendor, (unsigned long)(signature >> 8 & 15));
    for (size_t i = 0; i < ARRAY_LEN(features); i++)
        if (cpu_has(features[i].bit))
            kprintf(" %s", features[i].name);
    kprintf("\n");
}

/* ---- descriptor tables */

struct descriptor {
    word_t low, high;
};

#define IDT_ENTRIES (SYSCALL_VECTOR + SYSCALL_COUNT)

#define CODE_READ 0x9Au /* present, code, readable */
#define DATA_WRITE 0x92u
#define DATA_ABSENT 0x12u /* LSL tells its limit, but no program can load it */
#define TSS_FREE 0x89u
#define DPL_USER 0x60u
#define INTERRUPT_GATE 0x8Eu
#define TASK_GATE 0x85u
#define BYTES 0x400000u /* a 32-bit segment, its limit in bytes or in pages */
#define PAGES 0xC00000u

#define SEGMENT(base, limit, access, flags) \
    {((base) & 0xFFFFu) << 16 | ((limit) & 0xFFFFu), \
     ((base) & 0xFF000000u) | (flags) | ((limit) & 0xF0000u) | (access) << 8 |                    \
         ((base) >> 16 & 0xFFu)}

static struct descriptor idt[IDT_ENTRIES] __attribute__((aligned(512))), gdt[] = {
    [KERNEL_CS / 8] = SEGMENT(0u, 0xFFFFFu, CODE_READ, PAGES),
    [KERNEL_DS / 8] = SEGMENT(0u, 0xFFFFFu, DATA_WRITE, PAGES),
    [USER_CS / 8] = SEGMENT(0u, 0xFFFFFu, CODE_READ | DPL_USER, PAGES),
    [USER_DS / 8] = SEGMENT(0u, 0xFFFFFu, DATA_WRITE | DPL_USER, PAGES),
    [TSS_SEL / 8] = SEGMENT(TSS_ADDRESS, sizeof(struct tss) + 8192, TSS_FREE, 0u),
    [USER_GS / 8] = SEGMENT(GS_PAGE, 2 * sizeof(word_t) - 1, DATA_WRITE | DPL_USER, BYTES),
    [DOUBLE_SEL / 8] = SEGMENT(0u, 0x67u, TSS_FREE, 0u), /* its base is not known yet */
    [PECAN_SEL / 8] = SEGMENT(0u, L4_PECAN_SIGNATURE, DATA_ABSENT | DPL_USER, BYTES),
    [NMI_SEL / 8] = SEGMENT(0u, 0x67u, TSS_FREE, 0u), /* as DOUBLE_SEL */
};

static_assert((L4_PECAN_SELECTOR & ~3) == PECAN_SEL, "the selector that programs ask for");

static struct descriptor gate(const uint32_t *entry, bool user)
{
    word_t e = (word_t)entry, access = INTERRUPT_GATE | (user ? DPL_USER : 0);
    return (struct descriptor){KERNEL_CS << 16 | (e & 0xFFFF), (e & 0xFFFF0000) | access << 8};
}

struct table {
    uint16_t limit;
    void *base;
} __attribute__((packed));

/* The first instruction of a last task: its argument is in the EAX that its TSS holds. */
static void die(const char *what)
{
    panic("%s: eip %lx esp %lx thread %lx, its stack at %lx", what, (unsigned long)THE_TSS->eip,
          (unsigned long)THE_TSS->esp, (unsigned long)current->id, (unsigned long)THE_TSS->esp0);
}

/* A double fault means that our stack is gone, and an NMI may come while there is none: both get a
 * task, and so a stack, of their own.  A task cannot go back to the space that was loaded, so an
 * NMI is the end, too. */
static char last_stack[1024];
#define LAST_TASK(what)                                                                    \
    {.eip = die, .eflags = 2, .eax = what, .esp = last_stack + sizeof last_stack,          \
     .cs = KERNEL_CS, .ss = KERNEL_DS, .ds = USER_DS, .es = USER_DS, .fs = USER_DS, .gs = USER_GS}
static struct last_task {
    word_t link, esp0, ss0, unused1[4], cr3;
    void (*eip)(const char *);
    word_t eflags;
    const char *eax;
    word_t unused2[3];
    char *esp;
    word_t unused3[3], es, cs, ss, ds, fs, gs, ldt, io_base;
} double_fault_task = LAST_TASK("double fault"),
  nmi_task = LAST_TASK("NMI (memory, bus, or somebody's button)");
static_assert(sizeof(struct last_task) == 0x67 + 1, "a TSS without an IO bitmap");

static void last_task_init(struct last_task *task, word_t selector)
{
    task->cr3 = kernel_space.directory_phys;
    gdt[selector / 8].low |= (word_t)task << 16;
    gdt[selector / 8].high |= ((word_t)task & 0xFF000000) | ((word_t)task >> 16 & 0xFF);
}

static void gdt_init(void)
{
    last_task_init(&double_fault_task, DOUBLE_SEL);
    last_task_init(&nmi_task, NMI_SEL);
    struct table table = {sizeof gdt - 1, gdt};
    __asm__ volatile("lgdt %0" : : "m"(table));
    __asm__ volatile("ljmp %0, $1f; 1: mov %1, %%ds; mov %1, %%es; mov %2, %%ss; "
                     "mov %3, %%gs; mov %1, %%fs"
                     :
                     : "i"(KERNEL_CS), "r"(USER_DS), "r"(KERNEL_DS), "r"(USER_GS)
                     : "memory");
}

/* Early Pentiums stop for ever at a locked CMPXCHG8B with a register: they wait for the bus while
 * they read the gate of #UD.  If the page of the gate is read-only, they raise a page fault there
 * instead. */
bool cpu_idt_fault(word_t address, word_t error)
{
    static_assert(sizeof idt <= 512, "aligned: in one page");
    word_t gate = IDT_VIEW + ((word_t)&idt[INVALID_VECTOR] & PAGE_MASK);
    return !(error & 4) && address - gate < sizeof idt[0]; /* no access by user code itself */
}

static void idt_init(void)
{
    for (word_t v = 0; v < IDT_ENTRIES; v++) {
        bool user = v == 3 || v == 4 || v >= SYSCALL_VECTOR; /* INT3 and INTO are for users, too */
        idt[v] = gate(v < IRQ_VECTOR ? exception_entries + v
                                     : interrupt_entries + v - IRQ_VECTOR, user);
    }
    idt[DOUBLE_VECTOR] = (struct descriptor){DOUBLE_SEL << 16, TASK_GATE << 8};
    idt[NMI_VECTOR] = (struct descriptor){NMI_SEL << 16, TASK_GATE << 8};
    paging_view(IDT_VIEW, (void *)((word_t)idt & ~PAGE_MASK));
    struct table table = {sizeof idt - 1, (char *)IDT_VIEW + ((word_t)idt & PAGE_MASK)};
    __asm__ volatile("lidt %0" : : "m"(table));
}

void cpu_set_gate(word_t vector, const uint32_t *entry, bool user)
{
    idt[vector] = gate(entry, user);
}

void cpu_load_tables(void)
{
    gdt_init();
    idt_init();
    THE_TSS->ss0 = KERNEL_DS;
    THE_TSS->io_base = sizeof(struct tss);
    __asm__ volatile("ltr %w0" : : "r"(TSS_SEL));
    __asm__ volatile("lldt %w0" : : "r"(0)); /* after reset the LDT is the first 64 KB: a user's */
    if (cpu_has(CPU_SEP)) {
        write_msr(MSR_SYSENTER_CS, KERNEL_CS);
        write_msr(MSR_SYSENTER_ESP, (word_t)&THE_TSS->esp0);
        write_msr(MSR_SYSENTER_EIP, (word_t)(cpu_has(CPU_FAST) ? sysenter_fast : sysenter_entry));
    }
}
