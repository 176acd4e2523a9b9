/* SPDX-License-Identifier: MIT */
/* Messages that the kernel writes for a thread.  Spec 6.1, 6.3, 6.4, 6.6. */
#ifndef KERNEL_FAULT_H
#define KERNEL_FAULT_H

#include "thread.h"

/* self touched `address`; blocks until the pager has answered, or stops self. */
void fault_page(struct thread *self, word_t address, bool write);
/* The same for a page that a string copy needs of self: IPC_OK (look again), or an error. */
int fault_in_copy(struct thread *self, word_t address, bool write);
void fault_io(struct thread *self, word_t port, word_t log2);
void fault_exception(struct thread *self, word_t vector, word_t error);

/* self, which was preempted at that time (us), tells its exception handler, if that waits; before it runs on. */
void fault_preempted(struct thread *self, uint64_t at);
/* self has used up its total quantum: tells its scheduler once, and stops. */
void fault_quantum(struct thread *self);

#endif
