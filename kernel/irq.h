/* SPDX-License-Identifier: MIT */
/* Interrupts as IPC.  Spec 6.5. */
#ifndef KERNEL_IRQ_H
#define KERNEL_IRQ_H

#include "thread.h"

void irq_init(void);
/* ThreadControl on an interrupt: attach, or detach with handler == irq id.  0 or L4_ERR_THREAD. */
word_t irq_attach(struct thread *caller, word_t irq_id, word_t handler);
/* The interrupt source has a handler. */
bool irq_attached(const struct thread *irq);
/* The line has fired (it is masked by now). */
void irq_fire(word_t line);
/* src's message has reached its handler. */
void irq_delivered(struct thread *src);
/* The handler that src's message waits for is gone: the source goes quiet. */
void irq_withdraw(struct thread *src);
/* The handler's message to the interrupt id: unmasks.  IPC_OK or an IPC error. */
int irq_acknowledge(struct thread *irq, struct thread *sender);
/* t is deleted: its sources go quiet. */
void irq_handler_gone(struct thread *t);

#endif
