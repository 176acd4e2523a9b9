/* SPDX-License-Identifier: MIT */
/* The system calls other than Ipc, as plain functions: arch/x86/syscall.c brings registers to them.
 * A result of 0 means failure with the code in the caller's ErrorCode.  Spec 4. */
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
word_t sys_exchange_registers(struct thread *self, struct exregs *a);
word_t sys_thread_control(struct thread *self, word_t dest, word_t space, word_t scheduler,
                          word_t pager, word_t utcb_location)
    __attribute__((cold)); /* blocks if self deletes itself */
word_t sys_schedule(struct thread *self, struct schedule *a) __attribute__((cold));
void sys_thread_switch(struct thread *self, word_t dest); /* blocks */
void sys_unmap(struct thread *self, word_t control);
word_t sys_space_control(struct thread *self, struct space_control *a) __attribute__((cold));
word_t sys_processor_control(struct thread *self);
word_t sys_memory_control(struct thread *self, word_t control, const word_t *attributes)
    __attribute__((cold));

#endif
