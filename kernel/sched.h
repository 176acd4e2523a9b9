/* SPDX-License-Identifier: MIT */
/* Who runs: 256 strict priorities, round robin among equals. */
#ifndef KERNEL_SCHED_H
#define KERNEL_SCHED_H

#include "thread.h"

#define PRIORITY_DEFAULT 100
#define PRIORITY_INITIAL 255
#define TIMESLICE_DEFAULT 0x1271u /* a period: 625 * 2^4 us = 10 ms */
#define SLICE_FOREVER UINT32_MAX

extern bool sched_wanted; /* somebody else should run before user mode is entered */

void sched_init(void);
/* A thread that just became READY joins its queue; a higher one asks to run. */
void sched_enqueue(struct thread *t);
/* Takes a READY thread that does not run from its queue. */
void sched_dequeue(struct thread *t);
/* Current has left READY: the best ready thread runs.  Returns when current is READY and chosen. */
void sched_block(void); /* blocks */
/* Current has left READY: `next`, READY and on no queue, runs on what is left of the slice. */
void sched_hand_over(struct thread *next); /* blocks */
/* Current goes behind its equals (or, with time left, before them) and the best one runs. */
void sched_yield(void);   /* blocks */
void sched_preempt(void); /* blocks */
/* Current stays ready; `next` (ready, queued) runs now on the rest of the slice. */
void sched_donate(struct thread *next); /* blocks */
void sched_set_priority(struct thread *t, uint8_t priority);
/* One tick of `us` has passed. */
void sched_tick(uint32_t us);
uint32_t sched_slice_left(const struct thread *t); /* us */
void sched_set_timeslice(struct thread *t, uint16_t period);
void sched_idle(void) __attribute__((noreturn));

extern struct thread *idle_thread;

#endif
