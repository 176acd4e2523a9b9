/* SPDX-License-Identifier: MIT */
/* Interrupt lines, and the threads that handle them. */
#ifndef DEVA_INTERRUPTS_H
#define DEVA_INTERRUPTS_H

#include <stdbool.h>
#include <stdint.h>

#include <hurd/cap.h>
#include <l4/types.h>

#define IRQ_KEYBOARD 1u
#define IRQ_SERIAL   4u

/* From now on `handler` gets the messages of interrupt `irq`.  Returns 0; EBUSY: a thread has the
 * line; EINVAL: there is no such line, or it is the kernel's; EIO: wortel or the kernel refused. */
int interrupt_attach(unsigned irq, L4_ThreadId_t handler);

/* Returns 0, or EPERM if no thread of `task` has the line. */
int interrupt_detach(unsigned irq, unsigned task);
void interrupt_forget_task(unsigned task);

/* The same for lines that several drivers share.  They get their interrupts from deva
 * (hurd/device.h).  Errors as above; also ENOSPC: so many drivers cannot share one line.  The
 * second function takes the line from that thread, or else from another one of its task. */
int interrupt_share(unsigned irq, L4_ThreadId_t handler);
int interrupt_unshare(unsigned irq, L4_ThreadId_t thread);

bool interrupt_is_devas(unsigned irq);  /* deva's own devices use the line, or will use it */

void interrupts_init(void);

/* Returns true if `from` is an interrupt of deva itself.  Post: it is served and acknowledged. */
bool interrupt_serve(L4_ThreadId_t from);
/* Returns true if `from` is an interrupt of a shared line.  Post: it is on its way to the
 * drivers. */
bool interrupt_serve_shared(L4_ThreadId_t from);
/* Serves irq_done of hurd/device.h. */
int interrupt_serve_done(struct hurd_cap_call *call);
/* Gives shared interrupts to drivers that were busy.  Pre: deva owes no client a reply.  Returns
 * the us until the next call, UINT32_MAX: there is no need for one. */
uint32_t interrupts_pass(void);

#endif
