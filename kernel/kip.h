/* SPDX-License-Identifier: MIT */
/* The kernel interface page, as the kernel fills it.  Its image is arch/x86/kip.asm. */
#ifndef KERNEL_KIP_H
#define KERNEL_KIP_H

#include <l4/kip.h>

#include "types.h"

extern L4_KernelInterfacePage_t the_kip;

/* Returns the physical address of the page, which all spaces map. */
paddr_t kip_physical(void);
/* Returns KernelId.  Spec 3. */
word_t kip_kernel_id(void);
#define KIP_MEMORY_CAPACITY 200 /* memory descriptors for which the page has room */
/* Returns a memory descriptor.  Pre: index < KIP_MEMORY_CAPACITY. */
L4_MemoryDesc_t *kip_memory(word_t index);
/* Returns the number of memory descriptors. */
word_t kip_memory_count(void);
/* Appends a memory descriptor; without effect when the array is full. */
void kip_add_memory(paddr_t low, paddr_t high_inclusive, word_t type, bool is_virtual);
/* Post: the page has the number of thread numbers (2^thread_bits), the clock and the feature
 * strings. */
void kip_publish(word_t thread_bits, bool io_fpages);
/* Post: the page has the processor's speed; 0 means that it is not known. */
void kip_publish_speed(word_t khz);

/* The boot option compat=pistachio, or 0: where the sources of the specification disagree visibly,
 * the kernel takes Pistachio's side.  docs/choices.md */
extern word_t pistachio;

/* Thread number ranges.  Spec 1.1. */
#define SYSTEM_BASE 16u
#define USER_BASE 48u
extern word_t thread_number_limit; /* 2^t */

#endif
