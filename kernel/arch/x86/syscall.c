/* SPDX-License-Identifier: MIT */
/* Turns the registers of a system call into arguments, and results into registers.  Spec 4.0.
 * Before: the stubs in kip.asm and entry.asm.  After: ipc.c for Ipc, ../../syscall.h for the rest.
 * calls[] has the order of the stubs in kip.asm. */
#include "../../ipc.h"
#include "../../syscall.h"
#include "x86.h"

/* Loads the registers that Ipc leaves, on success and on failure; fast_results in entry.asm does
 * the same. */
static void ipc_results(struct thread *self, struct trapframe *f)
{
    f->eax = self->sender;
    f->esi = self->utcb->mr[0];
    f->ebx = self->utcb->mr[1];
    f->ebp = self->utcb->mr[2];
    f->edi = self->local_id;
}

void syscall_ipc(struct trapframe *f)
{
    struct thread *self = current;
    if (CONFIG_CHECK)
        irqoff_enter(f->vector);
    self->utcb->mr[0] = f->esi;
    self->from_spec = f->edx;
    self->timeouts = f->ecx;
    sys_ipc(self, f->eax);
    ipc_results(self, f);
    thread_leave_kernel(self);
}

/* entry.asm calls it when self, which waited without a stack, was woken.  entry.asm then loads the
 * results into registers. */
void ipc_fast_resume(void)
{
    struct thread *self = current;
    thread_reap();
    if (unlikely(self->receive_result != IPC_OK || self->copy_fault))
        ipc_fast_woken(self);
    thread_leave_kernel(self);
}

/* As ipc_fast_resume(), for a thread that waited for the reply to its page fault. */
void syscall_fault_resume(void)
{
    struct thread *self = current;
    thread_reap();
    ipc_fault_woken(self);
    thread_leave_kernel(self);
}

static void do_unmap(struct thread *self, struct trapframe *f)
{
    self->utcb->mr[0] = f->esi;
    sys_unmap(self, f->eax);
    f->esi = self->utcb->mr[0];
}

static void do_exchange_registers(struct thread *self, struct trapframe *f)
{
    struct exregs a = {f->eax, f->ecx, f->edx, f->esi, f->edi, f->ebx, f->ebp};
    f->eax = sys_exchange_registers(self, &a);
    f->ecx = a.control;
    f->edx = a.sp;
    f->esi = a.ip;
    f->edi = a.flags;
    f->ebx = a.handle;
    f->ebp = a.pager;
}

static void do_thread_control(struct thread *self, struct trapframe *f)
{
    f->eax = sys_thread_control(self, f->eax, f->esi, f->edx, f->ecx, f->edi);
}

static void do_system_clock(struct thread *self, struct trapframe *f)
{
    (void)self;
    uint64_t us = arch_clock_us();
    f->eax = (word_t)us;
    f->edx = us >> 32;
}

static void do_thread_switch(struct thread *self, struct trapframe *f)
{
    sys_thread_switch(self, f->eax);
}

static void do_schedule(struct thread *self, struct trapframe *f)
{
    struct schedule a = {f->eax, f->ecx, f->edx, f->esi, f->edi, 0};
    f->eax = sys_schedule(self, &a);
    f->edx = a.old_time;
}

static void do_space_control(struct thread *self, struct trapframe *f)
{
    struct space_control a = {f->eax, f->ecx, f->edx, f->esi, f->edi, 0};
    f->eax = sys_space_control(self, &a);
    f->ecx = a.old_control;
}

static void do_processor_control(struct thread *self, struct trapframe *f)
{
    f->eax = sys_processor_control(self);
}

static void do_memory_control(struct thread *self, struct trapframe *f)
{
    word_t attributes[4] = {f->ecx, f->edx, f->ebx, f->ebp};
    self->utcb->mr[0] = f->esi;
    f->eax = sys_memory_control(self, f->eax, attributes);
}

/* All calls but Ipc and Lipc, which have an entry of their own. */
static void (*const calls[SYSCALL_COUNT - IPC_VECTORS])(struct thread *, struct trapframe *) = {
    do_unmap,         do_exchange_registers, do_thread_control,    do_system_clock,
    do_thread_switch, do_schedule,           do_space_control,     do_processor_control,
    do_memory_control,
};

void syscall(struct trapframe *f)
{
    struct thread *self = current;
    if (CONFIG_CHECK)
        irqoff_enter(f->vector);
    calls[f->vector - SYSCALL_VECTOR - IPC_VECTORS](self, f);
    thread_leave_kernel(self);
}
