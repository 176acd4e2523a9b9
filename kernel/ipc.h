/* SPDX-License-Identifier: MIT */
/* Interprocess communication: what other files use of ipc.c.
 * A function blocks only if its comment says "Blocks". */
#ifndef KERNEL_IPC_H
#define KERNEL_IPC_H

#include "thread.h"

/* The whole of Ipc, for a message that the kernel writes: a send phase if `to` is not nil, then a
 * receive phase if `from` is not nil.
 * Pre: self is current; kind is not IPC_USER; self->kmsg holds the message to send.
 * Post: *phase is L4_IPC_PHASE_SEND or L4_IPC_PHASE_RECEIVE, the last phase that began; self->kmsg
 * holds the message received, self->sender and self->error_offset the rest of the result.
 * Returns IPC_OK or an error code.  Blocks. */
int ipc_call(struct thread *self, enum ipc_kind kind, word_t to, word_t from, word_t timeouts,
             word_t *phase);

/* The system calls Ipc and Lipc.
 * Pre: self is current; self->from_spec and self->timeouts hold the caller's arguments.
 * Post: self's MR0 and, after an error, its ErrorCode hold the result.
 * Blocks.  Does not return in the simplest cases: self waits without a stack, and its wait ends in
 * user mode. */
void sys_ipc(struct thread *self, word_t to);

/* The simplest case of a page fault: self's pager waits for just this message.
 * Pre: self is current; self->kmsg holds the page fault message.
 * Post: in this case the message is delivered and self waits, and the function does not return:
 * the pager's reply sends self straight to user mode.  In other cases nothing has changed. */
void ipc_page_fault(struct thread *self);
/* The rest of ipc_page_fault(), if the reply did not send self straight to user mode.
 * Pre: self is current and was woken.
 * Post: the reply has come, or the IPC has failed; self is halted if its pager does not exist.
 * Blocks. */
void ipc_fault_woken(struct thread *self);
/* The rest of sys_ipc(), for a thread whose wait the fast path may end but did not.
 * Pre: self is current and was woken.  Post: as sys_ipc().  Blocks. */
void ipc_fast_woken(struct thread *self);

/* Pre: t is new and does not run.  Post: t waits for its start message from `pager`, or searches
 * its sender queue for it when it runs. */
void ipc_await_start(struct thread *t, word_t pager);
/* Sends the message of an interrupt.
 * Pre: src is an interrupt that is not SENDING; src->kmsg holds the message.
 * Post: dst has the message, or src waits on dst's sender queue. */
void ipc_post(struct thread *src, struct thread *dst);
/* Pre: src is SENDING.  Post: src is on no sender queue, and its timeout is disarmed; the caller
 * sets src's new state. */
void ipc_withdraw(struct thread *src);
/* Ends the wait or the search of t's IPC, if there is one.
 * Post: t has `error` as the result of that phase and is READY. */
void ipc_abort(struct thread *t, int error);
/* Pre: a timeout of t is over.  Post: t's IPC, or its string copy, ends with L4_IPC_TIMEOUT. */
void ipc_expire(struct thread *t);
/* Ends all sends to t, because t's id is about to vanish.  Threads that wait for a message from t
 * are the business of thread_sweep().
 * Post: t's sender queue is empty; each sender has L4_IPC_NO_PARTNER as its result, but an
 * interrupt is detached, and a message that was redirected to t waits for another redirector.
 * Returns true if it was disturbed before that was done: t may be gone, and more senders may have
 * come.  The caller then looks t up and calls again.  Blocks. */
bool ipc_forsake(struct thread *t);
/* Returns true if t waits for a message from one thread alone and that thread does not exist. */
bool ipc_waits_in_vain(const struct thread *t);
/* Returns true if t waits to send to a thread that would not get the message if t sent it now: a
 * redirector has changed, come or gone. */
bool ipc_sends_astray(const struct thread *t);
/* A thread that was halted may have senders queued that it would have accepted.
 * Post: if t is in a receive phase and has queued senders, t is READY and searches its queue. */
void ipc_resume(struct thread *t);

/* The result of a map item when the receive window is nil: L4_IPC_OVERFLOW; or IPC_OK, by the boot
 * option nilwindow=ok, and the item does nothing, as M has it.  Spec table 10, row 18. */
extern int transfer_nil_window;
/* transfer.c: performs the typed items in mr[at .. end), and shows them to the receiver.
 * Pre: src or dst is current; dst accepts src.
 * Post: after an error, error_offset is set in src and in dst.
 * Returns IPC_OK, an error as src sees it, or IPC_GONE if the partner of current does not exist
 * any more.  Blocks in string items and between items; a large map item blocks, too. */
int transfer_typed(struct thread *src, struct thread *dst, const word_t *mr, word_t at, word_t end);

#endif
