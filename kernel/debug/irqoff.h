/* SPDX-License-Identifier: MIT */
/* The longest stretch with interrupts off: calls are compiled away unless this is a CHECK build. */
#ifndef KERNEL_IRQOFF_H
#define KERNEL_IRQOFF_H

#include "../types.h"

void irqoff_enter(word_t vector); /* an entry to the kernel */
void irqoff_begin(void);          /* behind a cli */
void irqoff_end(void);            /* before an sti, or an iret to where interrupts are on */

#endif
