/* SPDX-License-Identifier: MIT */
/* Interprocess communication: what other files use of ipc.c. */
#ifndef KERNEL_IPC_H
#define KERNEL_IPC_H

#include "thread.h"

/* The whole of Ipc for self: a send phase if `to` is not nil, then a receive phase if `from` is not.
 * Kinds other than IPC_USER send and receive self->kmsg.  Blocks.  Returns IPC_OK or an error code,
 * with *phase L4_IPC_PHASE_SEND or _RECEIVE; self->sender and self->error_offset hold the rest. */
int ipc_call(struct thread *self, enum ipc_kind kind, word_t to, word_t from, word_t timeouts, word_t *phase);

/* Ipc and Lipc: the call, with self->from_spec and self->timeouts given, and its result in the
 * caller's MR0 and ErrorCode.  Blocks. */
void sys_ipc(struct thread *self, word_t to);

/* self's page fault, with kmsg written, if its pager waits for just that: does not come back then, the answer
 * sends self straight to user mode.  Else nothing has changed. */
void ipc_page_fault(struct thread *self);
/* That wait is over, but the answer is none, or user mode must wait. */
void ipc_fault_woken(struct thread *self);
/* self's wait, begun by the fast path, ended on the plain one: the rest of sys_ipc(). */
void ipc_fast_woken(struct thread *self);

/* Makes t wait for its start message from `pager`. */
void ipc_await_start(struct thread *t, word_t pager);
/* src (an interrupt source with its kmsg written) sends to dst, or queues. */
void ipc_post(struct thread *src, struct thread *dst);
/* src, queued by ipc_post(), has nothing to say any more. */
void ipc_withdraw(struct thread *src);
/* Takes t out of whatever IPC it is in and wakes it with that error. */
void ipc_abort(struct thread *t, int error);
/* A timeout of t is over. */
void ipc_expire(struct thread *t);
/* All who send to t learn that it is no more; those who wait for it: thread_sweep().  True: disturbed
 * by preemption, t may be gone and more may have come; look it up and ask again. */
bool ipc_forsake(struct thread *t);
/* t waits for a thread alone that does not exist. */
bool ipc_waits_in_vain(const struct thread *t);
/* t's message waits for somebody who would not get it if t sent it now: the redirector has changed, come or gone. */
bool ipc_sends_astray(const struct thread *t);
/* t may have been halted while a message for it queued up: wakes it to take it. */
void ipc_resume(struct thread *t);

/* What a map item for a nil receive window comes to: an overflow, or by the boot option nilwindow=ok
 * nothing, as M has it.  Spec table 10, row 18. */
extern int transfer_nil_window;
/* transfer.c: does what the items in mr[at .. end) say, and shows it to the receiver; strings block.
 * IPC_OK or an error as src sees it, with error_offset set in both; IPC_GONE when the partner does
 * not exist any more. */
int transfer_typed(struct thread *src, struct thread *dst, const word_t *mr, word_t at, word_t end);

#endif
