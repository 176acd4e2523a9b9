/* SPDX-License-Identifier: MIT */
/* Changing threads, and what a thread's user registers are to the rest of the kernel. */
#include "../../kip.h"
#include "../../sched.h"
#include "x86.h"

extern void switch_stacks(void **save, void *load);
extern void thread_first_return(void);
extern void fast_resume(void);
extern void fault_resume(void);
extern void resume_frame(struct trapframe *of_current) __attribute__((noreturn));
extern void resume_fault(struct trapframe *of_current) __attribute__((noreturn));

/* The fast path does not fill in the whole frame: EFLAGS are those of an older entry, and SS is
 * overwritten. */
static inline void mend_frame(struct thread *t)
{
    user_frame(t)->eflags = FLAGS_FIXED;
    user_frame(t)->ss = USER_DS;
}

void arch_thread_need_stack(struct thread *t)
{
    if (t->kernel_sp)
        return;
    void **sp = (void **)user_frame(t);
    if (t->kind == IPC_PAGE_FAULT) {
        *--sp = (void *)fault_resume;
    } else {
        mend_frame(t);
        *--sp = (void *)fast_resume;
    }
    t->kernel_sp = sp - 4; /* what switch_stacks pops */
}

/* What users read at gs:0 and gs:4. */
static inline void show_utcb(const struct thread *t)
{
    ((word_t *)GS_WRITE)[0] = ((word_t *)GS_WRITE)[1] = t->local_id;
}

/* The rare part of a switch: prev has FPU state in the processor, or a total quantum that must be
 * charged. */
static void leave_behind(struct thread *prev)
{
    if (prev->obstacles & OBSTACLE_FPU)
        fpu_leave();
    if (prev->obstacles & OBSTACLE_QUANTUM)
        sched_quantum_stops(prev);
}

/* Makes next the current thread in every respect but the stack. */
static inline void make_current(struct thread *prev, struct thread *next)
{
    assert(prev->canary == STACK_CANARY);
    if (next->space != prev->space)
        load_cr3(next->space->directory_phys);
    THE_TSS->esp0 = (word_t)next + THREAD_BLOCK;
    show_utcb(next);
    if (unlikely(prev->obstacles & (OBSTACLE_FPU | OBSTACLE_QUANTUM)))
        leave_behind(prev);
}

void arch_switch_to(struct thread *next)
{
    struct thread *prev = current;
    make_current(prev, next);
    if (unlikely(next->obstacles & OBSTACLE_QUANTUM))
        sched_quantum_starts(next);
    arch_thread_need_stack(next);
    void *dropped, *sp = next->kernel_sp;
    next->kernel_sp = NULL;
    switch_stacks(prev->fast_from ? &dropped : &prev->kernel_sp, sp);
    thread_reap();
}

void arch_leave_to(struct thread *next)
{
    make_current(current, next);
    if (next->kernel_sp || CONFIG_CHECK) {
        void *dropped, *sp;
        if (next->obstacles & OBSTACLE_QUANTUM) /* then it has a stack */
            sched_quantum_starts(next);
        arch_thread_need_stack(next);
        sp = next->kernel_sp;
        next->kernel_sp = NULL;
        switch_stacks(&dropped, sp);
        __builtin_unreachable();
    }
    if (next->kind == IPC_PAGE_FAULT)
        resume_fault(user_frame(next));
    mend_frame(next);
    resume_frame(user_frame(next));
}

void arch_space_enter(struct thread *t)
{
    load_cr3(t->space->directory_phys);
    show_utcb(t);
}

void arch_idle(void)
{
    if (CONFIG_CHECK)
        irqoff_end();
    __asm__ volatile("sti; hlt; cli" : : : "memory");
    if (CONFIG_CHECK)
        irqoff_begin();
}

void arch_thread_prepare(struct thread *t)
{
    struct trapframe *f = user_frame(t);
    memset(f, 0, sizeof *f);
    f->cs = USER_CS;
    f->ss = USER_DS;
    f->eflags = FLAGS_FIXED;
    void **sp = (void **)f;
    *--sp = (void *)thread_first_return;
    sp -= 4; /* what switch_stacks pops */
    memset(sp, 0, 4 * sizeof *sp);
    t->kernel_sp = sp;
}

word_t arch_user_ip(const struct thread *t)
{
    return user_frame(t)->eip;
}
word_t arch_user_sp(const struct thread *t)
{
    return user_frame(t)->esp;
}
word_t arch_user_flags(const struct thread *t)
{
    return user_frame(t)->eflags;
}
void arch_set_user_ip(struct thread *t, word_t ip)
{
    user_frame(t)->eip = ip;
}
void arch_set_user_sp(struct thread *t, word_t sp)
{
    user_frame(t)->esp = sp;
}
void arch_set_user_flags(struct thread *t, word_t flags)
{
    user_frame(t)->eflags = (flags & FLAGS_USER) | FLAGS_FIXED;
}

/* Where in the frame a word of an exception message is. */
static word_t *exception_word(const struct thread *t, word_t i)
{
#define AT(field) offsetof(struct trapframe, field)
    static const uint8_t place[L4_EXCEPTION_WORDS] = {
        AT(eip), AT(eflags), AT(vector), AT(error), AT(edi), AT(esi),
        AT(ebp), AT(esp),    AT(ebx),    AT(edx),   AT(ecx), AT(eax)};
    return (word_t *)((char *)user_frame(t) + place[i]);
}

void arch_exception_words(const struct thread *t, word_t vector, word_t error, word_t *words)
{
    for (word_t i = 0; i < L4_EXCEPTION_WORDS; i++)
        words[i] = *exception_word(t, i);
    words[2] = vector;
    words[3] = error;
}

void arch_exception_reply(struct thread *t, const word_t *words, word_t count)
{
    for (word_t i = 0; i < count; i++)
        *exception_word(t, i) = words[i]; /* vector and error are not used any more */
    if (count > 1)
        arch_set_user_flags(t, words[1]);
    if (count > 1 && !pistachio)
        user_frame(t)->eflags |= words[1] & FLAG_TRAP; /* the handler's way to single-step t */
}
