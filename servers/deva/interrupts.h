/* SPDX-License-Identifier: MIT */
/* Interrupt lines, and the threads that handle them. */
#ifndef DEVA_INTERRUPTS_H
#define DEVA_INTERRUPTS_H

#include <stdbool.h>

#include <l4/types.h>

#define IRQ_KEYBOARD 1u
#define IRQ_SERIAL   4u

/* From now on `handler` gets the messages of interrupt `irq`.  Returns 0; EBUSY: a thread has the
 * line; EINVAL: there is no such line, or it is the kernel's; EIO: wortel or the kernel refused. */
int interrupt_attach(unsigned irq, L4_ThreadId_t handler);

/* Returns 0, or EPERM if no thread of `task` has the line. */
int interrupt_detach(unsigned irq, unsigned task);
void interrupt_forget_task(unsigned task);

/* Returns true if `from` is an interrupt of deva itself.  Post: it is served and acknowledged. */
bool interrupt_serve(L4_ThreadId_t from);

#endif
