/* SPDX-License-Identifier: MIT */
/* Interrupts as IPC.  Spec 6.5.  No function here blocks. */
#ifndef KERNEL_IRQ_H
#define KERNEL_IRQ_H

#include "thread.h"

/* Post: the threads of all interrupts exist; none is attached. */
void irq_init(void);
/* ThreadControl on an interrupt, by the ids that `caller` gave.
 * Post: the interrupt is attached to `handler`; if `handler` is the interrupt itself, it is
 * detached.
 * Returns L4_ERR_OK; or L4_ERR_THREAD if the kernel keeps the line, or `handler` is no thread. */
word_t irq_attach(struct thread *caller, word_t irq_id, word_t handler);
/* Returns true if the interrupt is attached to a handler. */
bool irq_attached(const struct thread *irq);
/* The line has fired.  Pre: it is masked.  Post: its message is under way, if it is attached. */
void irq_fire(word_t line);
/* Pre: the message of the interrupt src has reached its handler. */
void irq_delivered(struct thread *src);
/* Post: the interrupt src is detached and masked, and sends nothing. */
void irq_withdraw(struct thread *src);
/* `sender` has sent a message to the interrupt.
 * Post: the line is unmasked, if IPC_OK.
 * Returns IPC_OK; L4_IPC_NO_PARTNER if sender is not the handler; or L4_IPC_TIMEOUT if the handler
 * has no message of the interrupt to acknowledge. */
int irq_acknowledge(struct thread *irq, struct thread *sender);
/* Pre: t is about to be deleted.  Post: its interrupts are detached. */
void irq_handler_gone(struct thread *t);

#endif
