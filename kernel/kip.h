/* SPDX-License-Identifier: MIT */
/* The kernel interface page, as the kernel fills it.  Its image is arch/x86/kip.asm. */
#ifndef KERNEL_KIP_H
#define KERNEL_KIP_H

#include <l4/kip.h>

#include "types.h"

extern L4_KernelInterfacePage_t the_kip;

paddr_t kip_physical(void);
word_t kip_kernel_id(void);
#define KIP_MEMORY_CAPACITY 200
L4_MemoryDesc_t *kip_memory(word_t index);
word_t kip_memory_count(void);
/* Appends a memory descriptor; without effect when the array is full. */
void kip_add_memory(paddr_t low, paddr_t high_inclusive, word_t type, bool is_virtual);
/* Thread-number bits and ranges, page sizes, clock, feature strings. */
void kip_publish(word_t thread_bits, bool io_fpages);
void kip_publish_speed(word_t khz); /* 0: not known */

/* The boot option compat=pistachio, or 0: where the sources of the specification disagree visibly,
 * the kernel takes Pistachio's side.  docs/choices.md */
extern word_t pistachio;

/* Thread number ranges.  Spec 1.1. */
#define SYSTEM_BASE 16u
#define USER_BASE 48u
extern word_t thread_number_limit; /* 2^t */

#endif
