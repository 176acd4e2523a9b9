/* SPDX-License-Identifier: MIT */
/* Timeouts: X.2 times decoded, and a timer wheel of sleeping threads. */
#ifndef KERNEL_TIMER_H
#define KERNEL_TIMER_H

#include "thread.h"

#define TIMEOUT_NEVER UINT64_MAX

void timer_init(void);
/* How long an X.2 time lasts from now, in us: a period, or what is left until a point (0 if it is
 * over); TIMEOUT_NEVER for Never.  Spec 1.4. */
uint64_t timeout_us(uint16_t time);
/* The shortest encoding of a length in us, for Schedule's result. */
uint16_t timeout_encode(uint64_t us);
/* Wakes t by ipc_expire() not before `us` from now; Never arms nothing. */
void timer_arm(struct thread *t, uint64_t us);
void timer_disarm(struct thread *t); /* harmless if not armed */
/* The clock interrupt. */
void timer_tick(void);

#endif
