/* SPDX-License-Identifier: MIT */
/* Interrupt lines, and who handles them. */
#ifndef DEVA_INTERRUPTS_H
#define DEVA_INTERRUPTS_H

#include <stdbool.h>

#include <l4/types.h>

#define IRQ_KEYBOARD 1u
#define IRQ_SERIAL   4u

/* Makes `handler` the one who is told of `irq`: 0, EBUSY (somebody has it), EINVAL (no such line,
 * or the kernel's) or EIO (wortel or the kernel refused). */
int interrupt_attach(unsigned irq, L4_ThreadId_t handler);

/* 0, or EPERM when `task` is not the one that has it. */
int interrupt_detach(unsigned irq, unsigned task);
void interrupt_forget_task(unsigned task);

/* True when `from` is an interrupt of deva itself; it has been served and acknowledged then. */
bool interrupt_serve(L4_ThreadId_t from);

#endif
