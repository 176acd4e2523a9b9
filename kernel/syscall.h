/* SPDX-License-Identifier: MIT */
/* The system calls other than Ipc, as plain functions: arch/x86/syscall.c brings registers to them.
 * In all functions, self is the caller, and current.  A word_t result of 0 means failure with the
 * code in the caller's ErrorCode.  A function blocks only if its comment says "Blocks".  Spec 4. */
#ifndef KERNEL_SYSCALL_H
#define KERNEL_SYSCALL_H

#include "thread.h"

struct exregs { /* in: arguments; out: old values */
    word_t dest, control, sp, ip, flags, handle, pager;
};

struct schedule {
    word_t dest, priority, time, processor, preemption;
    word_t old_time; /* out */
};

struct space_control {
    word_t space, control, kip, utcb, redirector;
    word_t old_control; /* out */
};

/* Sets ErrorCode; returns 0, the result of every failed call. */
static inline word_t failed(struct thread *self, word_t error)
{
    self->utcb->error = error;
    return 0;
}

/* Calls that start, arrange and end threads and spaces are cold: room is worth more there. */

/* Post: a holds the old values.  Returns the other id of the thread: the local one for a global
 * one, and the global one for a local one. */
word_t sys_exchange_registers(struct thread *self, struct exregs *a);
/* Returns 1.  Blocks.  Does not return if self deletes itself. */
word_t sys_thread_control(struct thread *self, word_t dest, word_t space, word_t scheduler,
                          word_t pager, word_t utcb_location)
    __attribute__((cold));
/* Post: a->old_time holds the times that were left.  Returns the thread's state, L4_SCHED_*. */
word_t sys_schedule(struct thread *self, struct schedule *a) __attribute__((cold));
/* Blocks. */
void sys_thread_switch(struct thread *self, word_t dest);
/* Pre: self's MRs hold the fpages.  Post: they hold the access status.  Blocks. */
void sys_unmap(struct thread *self, word_t control);
/* Post: a->old_control holds what the "spaceinfo" extension was asked for, else 0.
 * Returns 1.  Blocks. */
word_t sys_space_control(struct thread *self, struct space_control *a) __attribute__((cold));
/* Returns 1: there is nothing to set. */
word_t sys_processor_control(struct thread *self);
/* Pre: self's MRs hold the fpages; `attributes` are four words.
 * Post: after L4_ERR_PARAMETER because a page is not mapped, the fpages before it are set.
 * Returns 1.  Blocks. */
word_t sys_memory_control(struct thread *self, word_t control, const word_t *attributes)
    __attribute__((cold));

#endif
