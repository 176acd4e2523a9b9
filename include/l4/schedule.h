/* SPDX-License-Identifier: MIT */
/* Clock, ThreadSwitch and Schedule.  Spec 4.4 - 4.6. */
#ifndef L4_SCHEDULE_H
#define L4_SCHEDULE_H

#include <l4/syscalls.h>
#include <l4/thread.h>

L4_INLINE L4_Clock_t L4_SystemClock(void)
{
    L4_Clock_t c;
    __asm__ volatile("call *__L4_Links+32"
                     : "=A"(c.raw)
                     :
                     : "ebx", "ecx", "esi", "edi", "cc", "memory");
    return c;
}
L4_INLINE void L4_ThreadSwitch(L4_ThreadId_t dest)
{
    L4_Word_t eax = dest.raw; /* the spec says that the call keeps eax, but not every kernel does */
    __asm__ volatile("call *__L4_Links+36" : "+a"(eax) : : "cc", "memory");
}
L4_INLINE void L4_Yield(void) { L4_ThreadSwitch(L4_nilthread); }
/* Returns the point of time at which the clock shows `at`. */
L4_INLINE L4_Time_t L4_TimePoint(L4_Clock_t at) { return L4_TimePointFrom(L4_SystemClock(), at); }

/* Returns the state before the call (L4_SCHED_...); 0: the call failed.  An argument of -1 changes
 * nothing. */
L4_Word_t L4_Schedule(L4_ThreadId_t dest, L4_Word_t time, L4_Word_t processor, L4_Word_t priority,
                      L4_Word_t preemption, L4_Word_t *old_time);

L4_INLINE L4_Word_t L4_Set_Priority(L4_ThreadId_t t, L4_Word_t priority)
{
    L4_Word_t old;
    return L4_Schedule(t, ~0ul, ~0ul, priority & 0xFF, ~0ul, &old);
}
L4_INLINE L4_Word_t L4_Set_ProcessorNo(L4_ThreadId_t t, L4_Word_t n)
{
    L4_Word_t old;
    return L4_Schedule(t, ~0ul, n & 0xFFFF, ~0ul, ~0ul, &old);
}
L4_INLINE L4_Word_t L4_Set_Timeslice(L4_ThreadId_t t, L4_Time_t slice, L4_Time_t quantum)
{
    L4_Word_t old;
    return L4_Schedule(t, L4_Timeouts(slice, quantum), ~0ul, ~0ul, ~0ul, &old);
}
/* What is left of the slice and of the total quantum. */
L4_INLINE L4_Word_t L4_Timeslice(L4_ThreadId_t t, L4_Time_t *slice, L4_Time_t *quantum)
{
    L4_Word_t old = 0, state = L4_Schedule(t, ~0ul, ~0ul, ~0ul, ~0ul, &old);
    *slice = L4_TimeOfRaw((L4_Word16_t)(old >> 16));
    *quantum = L4_TimeOfRaw((L4_Word16_t)old);
    return state;
}
L4_INLINE L4_Word_t L4_Set_PreemptionDelay(L4_ThreadId_t t, L4_Word_t sensitive_priority,
                                           L4_Word_t max_us)
{
    L4_Word_t old;
    return L4_Schedule(t, ~0ul, ~0ul, ~0ul, (sensitive_priority & 0xFF) << 16 | (max_us & 0xFFFF),
                       &old);
}
L4_INLINE L4_Word_t L4_ThreadStatus(L4_ThreadId_t t)
{
    L4_Word_t old;
    return L4_Schedule(t, ~0ul, ~0ul, ~0ul, ~0ul, &old);
}

#endif
