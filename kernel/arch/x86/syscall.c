/* SPDX-License-Identifier: MIT */
/* Registers of a system call to arguments and back.  Spec 4.0.  Before: the stubs in kip.asm and
 * entry.asm.  After: ipc.c for Ipc, ../../syscall.h for the rest.
 * The vectors stand in the order of the stubs. */
#include "../../ipc.h"
#include "../../syscall.h"
#include "x86.h"

/* What Ipc leaves in registers, on success and on failure. */
static void ipc_results(struct thread *self, struct trapframe *f)
{
    f->eax = self->sender;
    f->esi = self->utcb->mr[0];
    f->ebx = self->utcb->mr[1];
    f->ebp = self->utcb->mr[2];
    f->edi = self->local_id;
    f->ecx = f->edx = 0; /* after the fast path there is no frame behind them */
}

static void do_ipc(struct thread *self, struct trapframe *f)
{
    self->utcb->mr[0] = f->esi;
    sys_ipc(self, f->eax, f->edx, f->ecx);
    ipc_results(self, f);
}

/* entry.asm: self was left in its receive phase by the fast path and is awake again. */
void ipc_fast_resume(void)
{
    struct thread *self = current;
    thread_reap();
    ipc_fast_woken(self);
    ipc_results(self, user_frame(self));
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

static void (*const calls[SYSCALL_COUNT])(struct thread *, struct trapframe *) = {
    do_ipc,           do_ipc, /* Lipc */
    do_unmap,         do_exchange_registers, do_thread_control,    do_system_clock,
    do_thread_switch, do_schedule,           do_space_control,     do_processor_control,
    do_memory_control,
};

void syscall(struct trapframe *f)
{
    struct thread *self = current;
    calls[f->vector - SYSCALL_VECTOR](self, f);
    thread_leave_kernel(self);
}
