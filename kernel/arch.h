/* SPDX-License-Identifier: MIT */
/* The seam: all that the kernel asks of a processor and of the PC around it. */
#ifndef KERNEL_ARCH_H
#define KERNEL_ARCH_H

#include "debug/irqoff.h"
#include "kmem.h"
#include "mdb.h"
#include "space.h"
#include "thread.h"

/* ---- switching and idling */
/* The thread that runs: the one whose kernel stack the processor will use next. */
#define current ((struct thread *)(*(word_t *)ARCH_KERNEL_STACK_TOP - THREAD_BLOCK))
#define ARCH_KERNEL_STACK_TOP 0xE0000F9C /* esp0 in the TSS; pinned in arch/x86/x86.h */
/* Leaves current for next, in next's space.  Returns when another thread switches back.  Blocks. */
void arch_switch_to(struct thread *next);
/* The same, if all that current has left to do is in its TCB: current drops its stack. */
void arch_leave_to(struct thread *next) __attribute__((noreturn));
/* Waits for an interrupt with interrupts on; returns with interrupts off. */
void arch_idle(void);
/* Takes the interrupts that are pending now, on the current kernel stack.  Other threads do not
 * run. */
static inline void arch_interrupt_window(void)
{
    if (CONFIG_CHECK)
        irqoff_end();
    __asm__ volatile("sti; nop; cli" : : : "memory");
    if (CONFIG_CHECK)
        irqoff_begin();
}
/* Makes a fresh thread's stack return into thread_start(). */
void arch_thread_prepare(struct thread *t);
/* Gives t, in a wait without a stack, one whose first return is into the end of that wait. */
void arch_thread_need_stack(struct thread *t);
/* The loaded space becomes that of t, which is current. */
void arch_space_enter(struct thread *t);
#define ARCH_FPU_CHARGE 512 /* bytes charged for FPU state, if t->fpu */
/* Forgets t's FPU state. */
void arch_fpu_release(struct thread *t);

/* ---- the user registers a thread left behind (valid for every active thread but the current
 * one's kernel path in progress) */
word_t arch_user_ip(const struct thread *t);
word_t arch_user_sp(const struct thread *t);
word_t arch_user_flags(const struct thread *t);
void arch_set_user_ip(struct thread *t, word_t ip);
void arch_set_user_sp(struct thread *t, word_t sp);
void arch_set_user_flags(struct thread *t, word_t flags); /* only harmless bits are taken */
/* The 12 words of an exception message, from and to the user registers.  Spec 6.3. */
void arch_exception_words(const struct thread *t, word_t vector, word_t error, word_t *words);
void arch_exception_reply(struct thread *t, const word_t *words, word_t count);

/* ---- page tables of users: pages of 4 KB.  An entry is one word. */
#define LARGE_BITS 22
#define LARGE_SIZE (1u << LARGE_BITS) /* what one table covers */

#define ENTRY_PRESENT 0x001u
#define ENTRY_WRITE 0x002u
#define ENTRY_USER 0x004u
#define ENTRY_CACHE_MASK 0x098u /* write through, cache disable, PAT */
extern bool arch_has_pat;       /* the last one may be set */
#define ENTRY_ACCESSED 0x020u
#define ENTRY_DIRTY 0x040u
#define ENTRY_STATUS (ENTRY_ACCESSED | ENTRY_DIRTY)
#define ENTRY_LARGE 0x080u /* in directories: 4 MB of the kernel's window */

static inline paddr_t entry_frame(word_t e)
{
    return e & ~PAGE_MASK;
}
/* Returns the access bits of e, as mdb.h has them; the bits above them are undefined. */
static inline word_t entry_status(word_t e)
{
    static_assert(ENTRY_ACCESSED >> 5 == MDB_READ && ENTRY_DIRTY >> 5 == MDB_WRITTEN, "one shift");
    return e >> 5;
}

static inline void *arch_kernel_address(paddr_t p)
{
    return (void *)(p + 0xF0000000u);
}
static inline paddr_t arch_physical(const void *k)
{
    return (paddr_t)k - 0xF0000000u;
}
static inline word_t *arch_directory_entry(struct space *s, vaddr_t v)
{
    return &s->directory[v >> LARGE_BITS];
}
static inline word_t *arch_table_of(word_t directory_entry)
{
    return arch_kernel_address(directory_entry & ~PAGE_MASK);
}
/* Returns the table entry of v, or NULL where the directory has no table. */
static inline word_t *arch_table_entry(struct space *s, vaddr_t v)
{
    word_t e = *arch_directory_entry(s, v);
    return e & ENTRY_PRESENT ? &arch_table_of(e)[v >> PAGE_BITS & 1023u] : NULL;
}
/* The same, but makes a table where there is none.  Returns NULL if memory or the quota of s is
 * out. */
word_t *arch_table_entry_create(struct space *s, vaddr_t v);
/* The same, and the table has room for its nodes. */
word_t *arch_table_entry_node_create(struct space *s, vaddr_t v);
/* Pre: `table` is a zeroed page, and v has no table.  Post: it is the table of v. */
void arch_table_install(struct space *s, vaddr_t v, void *table);
/* Takes an empty table out of the directory and frees it. */
void arch_table_remove(struct space *s, vaddr_t v);
/* Returns the place of the entry's node; NULL if the table has no room for nodes yet. */
static inline struct mapping **arch_entry_node(const word_t *entry)
{
    word_t nodes = kpage_of(entry)->table.nodes;
    return nodes ? (struct mapping **)((word_t)entry + nodes) : NULL;
}
/* Returns the first word from `at` on, before `end`, that is not zero; else `end`. */
static inline void *arch_skip_zero(void *at, void *end)
{
    word_t left = (word_t)((word_t *)end - (word_t *)at);
    bool empty;
    __asm__("test %1, %1; repe scasl" : "+D"(at), "+c"(left), "=@ccz"(empty) : "a"(0) : "memory");
    return empty ? end : (word_t *)at - 1;
}
static inline struct space *arch_entry_space(const word_t *entry)
{
    return kpage_of(entry)->table.space;
}
static inline vaddr_t arch_entry_vaddr(const word_t *entry)
{
    return kpage_of(entry)->table.vaddr + (((word_t)entry & PAGE_MASK) << (PAGE_BITS - 2));
}
void arch_directory_create(struct space *s, void *zeroed_page);
void arch_directory_free(struct space *s); /* directory and all its tables */
static inline void arch_tlb_flush(vaddr_t v)
{
    __asm__ volatile("invlpg (%0)" : : "r"(v) : "memory");
}
/* Forgets what the TLB holds of v, if s is the current thread's space: only that one is loaded. */
static inline void arch_tlb_flush_page(struct space *s, vaddr_t v)
{
    if (s == current->space)
        arch_tlb_flush(v);
}
/* Leaves s for the kernel's own directory if current, idle or dying, still runs in it. */
void arch_space_unload(struct space *s);
/* Copies between two frames, within one page of each, wherever they are. */
void arch_copy(paddr_t to, paddr_t from, uint32_t size);
/* Post: `count` pages of the window, from `pages` on, are at the kernel address v, too.  `table` is
 * a page for this. */
void arch_kpages_map(vaddr_t v, void *pages, uint32_t count, word_t *table);
/* Returns true if physical memory [p, p + size) may be given to users. */
bool arch_frame_usable(paddr_t p, uint32_t size);

/* ---- thread blocks */
/* Post: the block exists, and its struct thread is zeroed.  Returns false if memory is out. */
bool arch_thread_block_alloc(word_t number);
/* Post: no id finds a thread in the block. */
void arch_thread_block_free(word_t number);

/* ---- IO ports */
extern bool arch_ports_open;            /* boot option: every space may use every port */
#define ARCH_IO_CHARGE (3 * PAGE_SIZE)  /* for the permission bitmap of a space with ports */
/* Makes s's permission bitmap, without a permission.  Returns false if memory or quota is out. */
bool arch_io_reserve(struct space *s);
/* Post: the bitmap of s allows, or forbids, the ports from first to last.  Pre: it exists. */
void arch_io_set(struct space *s, word_t first, word_t last, bool allowed);
/* Post: s has no bitmap. */
void arch_io_release(struct space *s);

/* ---- interrupt controller, clock, console */
#define ARCH_INTERRUPTS 16
bool arch_interrupt_available(word_t line); /* false: the kernel keeps it, or there is none */
void arch_interrupt_mask(word_t line);
void arch_interrupt_unmask(word_t line);
uint64_t arch_clock_us(void); /* since boot, monotonic */
uint64_t arch_tick_us(void);  /* when the last tick was */
#define ARCH_TICKS_PER_US 4295622u /* in 2^-32, rounded down */
void arch_console_putc(char c);
void arch_console_reopen(void); /* before a panic: users may have set up the ports their way */
void arch_halt(void) __attribute__((noreturn));

#endif
