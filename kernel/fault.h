/* SPDX-License-Identifier: MIT */
/* Messages that the kernel writes for a thread.  Spec 6.1-6.4, 6.6.
 * In all functions, self is current. */
#ifndef KERNEL_FAULT_H
#define KERNEL_FAULT_H

#include "thread.h"

/* self accessed `address` in user mode, and no page is there, or it lacks the right to write.
 * Post: self's pager has replied, or the IPC was broken off (then self faults again), or self is
 * halted because its pager does not exist.  sigma0 asks no pager: the page is mapped if it may be.
 * Blocks.  Does not return if ipc_page_fault() serves the fault. */
void fault_page(struct thread *self, word_t address, bool write);
/* A string copy needs a page of self.
 * Post: the arguments of self's own IPC (self->call) are as before.
 * Returns IPC_OK if the copy must look again, or an error.  Blocks. */
int fault_in_copy(struct thread *self, word_t address, bool write);
/* self used one of the 2^log2 ports from `port` on, without permission.
 * Post: as fault_page().  Blocks. */
void fault_io(struct thread *self, word_t port, word_t log2);
/* self caused an exception.
 * Post: self has the registers that its exception handler's reply holds; without a reply as
 * fault_page().  Blocks. */
void fault_exception(struct thread *self, word_t vector, word_t error);

/* self was preempted at the time `at` (us), and is about to go on.
 * Post: self's exception handler has been told, if it waits for a message of self.
 * Does not block. */
void fault_preempted(struct thread *self, uint64_t at);
/* self has used up its total quantum.
 * Post: self's scheduler has been told, or Schedule has given self a new quantum.
 * Blocks until the scheduler has the message; if it was told before, until self may run again. */
void fault_quantum(struct thread *self);

#endif
