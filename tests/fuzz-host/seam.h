/* SPDX-License-Identifier: MIT */
/* The processor, for a message transfer on the build machine: takes the place of kernel/arch.h.
 * A space has 16 pages that can be there, at PAGE_0 and, the last two, at the end of user memory. */
#ifndef KERNEL_ARCH_H
#define KERNEL_ARCH_H

#include "kernel/mdb.h"
#include "kernel/kmem.h"
#include "kernel/space.h"
#include "kernel/thread.h"

#define LARGE_SIZE (1u << 22)
#define ENTRY_PRESENT 0x001u
#define ENTRY_WRITE 0x002u
#define ENTRY_ACCESSED 0x020u
#define ENTRY_DIRTY 0x040u
#define ENTRY_LARGE 0x080u

extern struct thread *host_current;
#define current host_current

static inline paddr_t entry_frame(word_t e)
{
    return e & ~PAGE_MASK;
}
word_t *arch_table_entry(struct space *s, vaddr_t v);
word_t *arch_directory_entry(struct space *s, vaddr_t v);
void arch_copy(paddr_t to, paddr_t from, uint32_t size);
void arch_switch_to(struct thread *next);
static inline void arch_tlb_flush(vaddr_t v) { (void)v; }
uint64_t arch_clock_us(void);
uint64_t arch_tick_us(void);
#define ARCH_TICKS_PER_US 4294967u /* in 2^-32: here a tick takes a millisecond exactly */
static inline void arch_interrupt_window(void) {}

#endif
