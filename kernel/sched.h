/* SPDX-License-Identifier: MIT */
/* Who runs: 256 strict priorities, round robin among equals. */
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
    word_t owner;                       /* global id of whose slice that is; hand-overs leave it alone */
} ready;

#define PRIORITY_DEFAULT 100
#define PRIORITY_INITIAL 255
#define TIMESLICE_DEFAULT 0x1271u /* a period: 625 * 2^4 us = 10 ms */
#define SLICE_FOREVER UINT32_MAX

/* sched_wanted: why a thread should not simply go on.  Looked at before user mode is entered and at
 * preemption points. */
#define SCHED_PREEMPT 1u /* a better thread may be ready, or the slice is over */
#define SCHED_EVENT 2u   /* an interrupt was taken in kernel mode */
#define SCHED_TIMERS 4u  /* more timeouts are over than one tick could serve */

void sched_init(void);
/* Overtime.  A server runs on the slice of the client that called it.  If that ends while the server, of a higher
 * priority, is still at work, the server goes on and the time is the client's debt: the client waits for its next turn, and
 * pays with turns when others of its priority are ready.  Else clients that keep servers busy would never be at the end of their slice.
 * The server is in overtime until its next wait or hand-over. */
/* self waits, and next (or NULL) would run on the rest of its slice: who runs so in fact, or NULL, and next is queued. */
struct thread *sched_overtime_ends(struct thread *self, struct thread *next);
/* Current woke a server, of a higher priority, and goes on itself: from now on the server works for current's owner. */
void sched_lend(struct thread *server);
/* A thread that just became READY joins its queue; a higher one asks to run. */
void sched_enqueue(struct thread *t);
/* Takes a READY thread that does not run from its queue. */
void sched_dequeue(struct thread *t);
/* Current has left READY: the best ready thread runs.  Returns when current is READY and chosen. */
void sched_block(void); /* blocks */
/* Current goes behind its equals (or, with time left, before them) and the best one runs. */
bool sched_yield(void);   /* blocks; true: others have run */
bool sched_preempt(void); /* the same, or nothing happens */
#define OTHERS_RAN 2 /* preempt_point(): threads, too; interrupts alone leave threads, spaces and mappings where they are */
int sched_preempt_in_kernel(void); /* the rest of preempt_point() */
/* In every loop whose length a user chooses, where all structures are consistent and nothing is held:
 * takes pending interrupts, and lets better threads run; current waits on its stack at the head of its
 * queue.  Not 0 if anything may have changed: look everything up again, by id or number.  Threads and
 * spaces may be gone then; current too may never come back (its stack is just dropped when it is
 * deleted), so what is done in parts must be right after each of them.  Blocks. */
static inline int preempt_point(void)
{
    arch_interrupt_window();
    return unlikely(sched_wanted) ? sched_preempt_in_kernel() : 0;
}
/* Current stays ready; `next` (ready, queued) runs now on the rest of the slice. */
void sched_donate(struct thread *next); /* blocks */
void sched_set_priority(struct thread *t, uint8_t priority);
/* One tick of `us` has passed. */
void sched_tick(uint32_t us);
uint32_t sched_slice_left(const struct thread *t); /* us */
void sched_set_timeslice(struct thread *t, uint16_t period);
/* A new total quantum; t runs again if it had none left. */
void sched_set_quantum(struct thread *t, uint16_t period);
uint64_t sched_quantum_left(struct thread *t); /* us */
/* t has another scheduler: it must hear that t's quantum is over. */
void sched_tell_again(struct thread *t);
/* A thread with OBSTACLE_QUANTUM leaves the processor, or gets it. */
void sched_quantum_stops(struct thread *t);
void sched_quantum_starts(struct thread *t);
/* Preemptions by priorities up to `sensitive` may be delayed by up to `us`. */
void sched_set_delay(struct thread *t, uint8_t sensitive, uint16_t us);
void sched_idle(void) __attribute__((noreturn));

extern struct thread *idle_thread;

#endif
