/* SPDX-License-Identifier: MIT */
/* Which thread runs: 256 strict priorities, round robin among threads of one priority.
 * A function blocks only if its comment says "Blocks". */
#ifndef KERNEL_SCHED_H
#define KERNEL_SCHED_H

#include "arch.h"
#include "thread.h"

#define PRIORITIES 256
#define WORD_BITS 32

extern struct ready {
    struct list_node queue[PRIORITIES];
    word_t map[PRIORITIES / WORD_BITS]; /* bit set <=> queue not empty */
    word_t summary;                     /* bit set <=> word of map not zero */
    uint32_t slice;                     /* us left of the running slice */
    word_t owner;                       /* global id of the thread that the slice belongs to; a
                                           hand-over does not change it */
} ready;

#define PRIORITY_DEFAULT 100
#define PRIORITY_INITIAL 255
#define TIMESLICE_DEFAULT 0x1271u /* a period: 625 * 2^4 us = 10 ms */
#define SLICE_FOREVER UINT32_MAX

/* The bits of sched_wanted (thread.h): reasons why current should not simply go on.  The kernel
 * looks at them before it enters user mode, and at preemption points. */
#define SCHED_PREEMPT 1u /* a better thread may be ready, or the slice is over */
#define SCHED_EVENT 2u   /* an interrupt came in kernel mode */
#define SCHED_MORE 4u    /* a tick left over some of its work: timeouts, or the sweep (thread.h) */

void sched_init(void);

/* Overtime.  A server runs on the slice of the client that called it.  The slice may end while the
 * server, if it has a higher priority, is still at work.  Then the server goes on in overtime, and
 * the time of its work is the client's debt.  The client waits for its next turn, and pays the debt
 * with turns while other threads of its priority are ready.  Without overtime, a client that keeps
 * servers busy would never reach the end of its slice.  Overtime lasts until the server's next wait
 * or hand-over. */

/* Ends self's overtime.
 * Pre: self is current, in overtime, and about to wait; next is NULL, or READY but on no queue.
 * Post: next is in its ready queue, unless it is returned.
 * Returns the thread to run on the rest of the slice: next, or NULL for none. */
struct thread *sched_overtime_ends(struct thread *self, struct thread *next);
/* Pre: current woke `server`, which has a higher priority and is on no queue yet; current goes on.
 * Post: `server`, in overtime, works for the owner of the running slice. */
void sched_lend(struct thread *server);
/* Pre: t is READY but on no queue.
 * Post: t is the last in its ready queue; if it is better than current, SCHED_PREEMPT is set. */
void sched_enqueue(struct thread *t);
/* Pre: t is READY and not current.  Post: t is on no queue. */
void sched_dequeue(struct thread *t);
/* Lets the best ready thread run.  Pre: current is not READY any more.
 * Returns when current is READY again and chosen.  Blocks. */
void sched_block(void);
/* Current goes to the end of its ready queue, and the best ready thread runs.
 * Returns true if other threads have run.  Blocks. */
bool sched_yield(void);
/* The preemption that SCHED_PREEMPT asks for, on the way to user mode.  Current goes to the end of
 * its ready queue or, with time left in its slice, to the head; the best ready thread runs.  If
 * current may delay the preemption, or goes on in overtime, no other thread runs.
 * Returns true if other threads have run.  Blocks. */
bool sched_preempt(void);

#define OTHERS_RAN 2               /* a result of preempt_point() */
int sched_preempt_in_kernel(void); /* the rest of preempt_point() */
/* A preemption point: takes pending interrupts, and lets threads of a higher priority run.  Current
 * waits meanwhile, on its stack and at the head of its ready queue.  Every loop whose length a user
 * chooses has one.
 * Pre: all structures are consistent, and current holds nothing.
 * Returns 0 if nothing has changed.  Returns 1 if interrupts or timeouts were served: threads may
 * have other states, but threads, spaces and mappings are where they were.  Returns OTHERS_RAN if
 * other threads have run: threads and spaces may be gone, and the caller looks everything up again,
 * by id or number.  If current is deleted meanwhile, its stack is dropped and the function does not
 * return.  So work that is done in parts must be right after each part.  Blocks. */
static inline int preempt_point(void)
{
    arch_interrupt_window();
    return unlikely(sched_wanted) ? sched_preempt_in_kernel() : 0;
}
/* Lets next run now, on the rest of the slice.
 * Pre: next is READY and not current.
 * Post: current has waited at the end of its ready queue.
 * Returns when current is chosen again.  Blocks. */
void sched_donate(struct thread *next);
/* Post: t has that priority; if t is READY and not current, it is the last in its new queue. */
void sched_set_priority(struct thread *t, uint8_t priority);
/* One tick of `us` has passed.
 * Post: current is charged; SCHED_PREEMPT is set if its slice or quantum is over, or it delays a
 * preemption. */
void sched_tick(uint32_t us);
/* A tick has passed: the sweep (thread.h) goes on, if it is not at its end.
 * Post: if its next stretches are due before user code runs, SCHED_MORE is set. */
void sched_sweep(void);
/* Returns what is left of t's slice, in us; SLICE_FOREVER means no limit. */
uint32_t sched_slice_left(const struct thread *t);
/* Post: t has slices of that length, and a fresh one. */
void sched_set_timeslice(struct thread *t, uint16_t period);
/* Post: t has that total quantum, and runs again if it was stopped without one. */
void sched_set_quantum(struct thread *t, uint16_t period);
/* Returns what is left of t's total quantum, in us; TIMEOUT_NEVER means no limit. */
uint64_t sched_quantum_left(struct thread *t);
/* Pre: t has another scheduler than before.
 * Post: if the old one was told that t's quantum is over, t will tell the new one, too. */
void sched_tell_again(struct thread *t);
/* Pre: t has OBSTACLE_QUANTUM, and leaves the processor.
 * Post: t is charged for the time that it had the processor. */
void sched_quantum_stops(struct thread *t);
/* Pre: t has OBSTACLE_QUANTUM, and gets the processor.
 * Post: t will be charged from now on; if its quantum is over, SCHED_PREEMPT is set. */
void sched_quantum_starts(struct thread *t);
/* Post: t may delay preemptions by threads of priorities up to `sensitive`, by up to `us`. */
void sched_set_delay(struct thread *t, uint8_t sensitive, uint16_t us);
/* The idle thread's loop: it ends waits in vain, serves timeouts, and waits for interrupts. */
void sched_idle(void) __attribute__((noreturn));

extern struct thread *idle_thread;

#endif
