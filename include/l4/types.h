/* SPDX-License-Identifier: MIT */
/* Words, thread ids, fpages and times: values only, no system call.  Spec section 1.  The `X` views
 * are for programs that were written for the X.2 manual; Pecan's own code uses `raw`, shifts and
 * masks. */
#ifndef L4_TYPES_H
#define L4_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <l4/const.h>

typedef uint8_t L4_Word8_t;
typedef uint16_t L4_Word16_t;
typedef uint32_t L4_Word32_t;
typedef uint64_t L4_Word64_t;
typedef unsigned long L4_Word_t; /* long, because programs print it with %lx */
typedef signed long L4_SignedWord_t;
typedef L4_Word_t L4_Bool_t;
typedef L4_Word_t L4_Size_t;
typedef L4_Word_t L4_Error_t;

#ifndef __cplusplus
_Static_assert(sizeof(L4_Word_t) == 4 && sizeof(void *) == 4, "a word is 32 bits");
#define L4_STATIC_ASSERT(cond, why) _Static_assert(cond, why)
#else
#define L4_STATIC_ASSERT(cond, why) static_assert(cond, why)
#endif

#ifndef L4_INLINE
#define L4_INLINE static inline
#endif
#ifndef TRUE
#define TRUE  1
#define FALSE 0
#endif

/* ---- thread ids, spec 1.1
 *   31                  14 13            0        31                     6 5     0
 *  |    thread number     |   version     |      |  UTCB address / 64      |   0   |
 *   global: 5:0 != 0                              local: 5:0 == 0                      */
typedef union {
    L4_Word_t raw;
    union {
        L4_Word_t raw;
        struct {
            L4_Word_t version : 14, thread_no : 18;
        } X;
    } global;
    union {
        L4_Word_t raw;
        struct {
            L4_Word_t zeros : 6, local_id : 26;
        } X;
    } local;
} L4_ThreadId_t;
L4_STATIC_ASSERT(sizeof(L4_ThreadId_t) == 4, "a thread id is one word");
typedef L4_ThreadId_t L4_GthreadId_t;
typedef L4_ThreadId_t L4_LthreadId_t;

#define L4_nilthread      ((L4_ThreadId_t){.raw = L4_ID_NIL})
#define L4_anythread      ((L4_ThreadId_t){.raw = L4_ID_ANY})
#define L4_anylocalthread ((L4_ThreadId_t){.raw = L4_ID_ANYLOCAL})

L4_INLINE L4_ThreadId_t L4_ThreadIdOfRaw(L4_Word_t raw) { return (L4_ThreadId_t){.raw = raw}; }
L4_INLINE L4_ThreadId_t L4_GlobalId(L4_Word_t number, L4_Word_t version)
{
    return L4_ThreadIdOfRaw(number << L4_ID_VERSION_BITS | (version & L4_ID_VERSION_MASK));
}
L4_INLINE L4_Word_t L4_ThreadNo(L4_ThreadId_t t) { return t.raw >> L4_ID_VERSION_BITS; }
L4_INLINE L4_Word_t L4_Version(L4_ThreadId_t t) { return t.raw & L4_ID_VERSION_MASK; }
L4_INLINE L4_Bool_t L4_IsNilThread(L4_ThreadId_t t) { return t.raw == L4_ID_NIL; }
L4_INLINE L4_Bool_t L4_IsLocalId(L4_ThreadId_t t) { return (t.raw & L4_ID_LOCAL_MASK) == 0; }
L4_INLINE L4_Bool_t L4_IsGlobalId(L4_ThreadId_t t) { return (t.raw & L4_ID_LOCAL_MASK) != 0; }
/* Compares the bits.  L4_SameThreads() also knows that a local and a global id may name one
 * thread. */
L4_INLINE L4_Bool_t L4_IsThreadEqual(L4_ThreadId_t a, L4_ThreadId_t b) { return a.raw == b.raw; }
L4_INLINE L4_Bool_t L4_IsThreadNotEqual(L4_ThreadId_t a, L4_ThreadId_t b) { return a.raw != b.raw; }

/* ---- memory fpages, spec 1.2
 *   31               10 9       4  3  2 1 0
 *  |    base / 1024    | log2 size | 0 | rwx |    */
typedef union {
    L4_Word_t raw;
    struct {
        L4_Word_t rwx : 3, extended : 1, s : 6, b : 22;
    } X;
} L4_Fpage_t;
L4_STATIC_ASSERT(sizeof(L4_Fpage_t) == 4, "an fpage is one word");

#define L4_Nilpage              ((L4_Fpage_t){.raw = L4_FPAGE_NIL})
#define L4_CompleteAddressSpace ((L4_Fpage_t){.raw = L4_FPAGE_COMPLETE})
#define L4_CompleteIoSpace      ((L4_Fpage_t){.raw = L4_FPAGE_COMPLETE_IO})

#define L4_NoAccess             0
#define L4_Readable             L4_FPAGE_R
#define L4_Writable             L4_FPAGE_W
#define L4_eXecutable           L4_FPAGE_X
#define L4_FullyAccessible      L4_FPAGE_RWX
#define L4_ReadWriteOnly        6
#define L4_ReadeXecOnly         5
#define L4_ReadOnly             4

L4_INLINE L4_Fpage_t L4_FpageOfRaw(L4_Word_t raw) { return (L4_Fpage_t){.raw = raw}; }
/* Returns ones only for s >= 32, so the base of such a page is 0. */
L4_INLINE L4_Word_t L4_SizeMask(L4_Word_t log2)
{
    return log2 < 32 ? ((L4_Word_t)1 << log2) - 1 : ~(L4_Word_t)0;
}
/* Returns the log2 of a power of two; for another value, that of the next lower power. */
L4_INLINE L4_Word_t L4_Log2(L4_Word_t size)
{
    L4_Word_t s = 0;
    while (size >>= 1)
        s++;
    return s;
}
/* A base of all ones is not changed, because programs ask sigma0 for "any address" by
 * L4_FpageLog2(~0UL, s). */
L4_INLINE L4_Fpage_t L4_FpageLog2(L4_Word_t base, L4_Word_t log2)
{
    if ((base | ~(L4_Word_t)L4_FPAGE_BASE_MASK) == ~(L4_Word_t)0)
        return L4_FpageOfRaw(L4_FPAGE_BASE_MASK | (log2 & 0x3F) << L4_FPAGE_SIZE_SHIFT);
    return L4_FpageOfRaw((base & L4_FPAGE_BASE_MASK & ~L4_SizeMask(log2)) |
                         (log2 & 0x3F) << L4_FPAGE_SIZE_SHIFT);
}
L4_INLINE L4_Fpage_t L4_Fpage(L4_Word_t base, L4_Word_t size)
{
    return L4_FpageLog2(base, L4_Log2(size));
}
L4_INLINE L4_Bool_t L4_IsNilFpage(L4_Fpage_t f) { return f.raw == L4_FPAGE_NIL; }
L4_INLINE L4_Word_t L4_SizeLog2(L4_Fpage_t f)
{
    return (f.raw & L4_FPAGE_SIZE_MASK) >> L4_FPAGE_SIZE_SHIFT;
}
L4_INLINE L4_Bool_t L4_IsCompleteFpage(L4_Fpage_t f)
{
    return (f.raw & ~0xFul) == L4_FPAGE_COMPLETE;
}
L4_INLINE L4_Word_t L4_Size(L4_Fpage_t f)
{
    return L4_SizeLog2(f) < 32 ? (L4_Word_t)1 << L4_SizeLog2(f) : 0;
}
L4_INLINE L4_Word_t L4_Address(L4_Fpage_t f)
{
    return f.raw & L4_FPAGE_BASE_MASK & ~L4_SizeMask(L4_SizeLog2(f));
}
L4_INLINE L4_Word_t L4_Rights(L4_Fpage_t f) { return f.raw & L4_FPAGE_RWX; }
L4_INLINE void L4_Set_Rights(L4_Fpage_t *f, L4_Word_t rwx) { f->raw = (f->raw & ~7ul) | (rwx & 7); }
L4_INLINE L4_Fpage_t L4_FpageAddRights(L4_Fpage_t f, L4_Word_t rwx)
{
    return L4_FpageOfRaw(f.raw | (rwx & 7));
}
L4_INLINE L4_Fpage_t L4_FpageRemoveRights(L4_Fpage_t f, L4_Word_t rwx)
{
    return L4_FpageOfRaw(f.raw & ~(rwx & 7));
}
L4_INLINE L4_Fpage_t L4_FpageAddRightsTo(L4_Fpage_t *f, L4_Word_t rwx)
{
    return *f = L4_FpageAddRights(*f, rwx);
}
L4_INLINE L4_Fpage_t L4_FpageRemoveRightsFrom(L4_Fpage_t *f, L4_Word_t rwx)
{
    return *f = L4_FpageRemoveRights(*f, rwx);
}
/* What Unmap reports in the rights bits.  Spec 7.3 */
L4_INLINE L4_Bool_t L4_WasReferenced(L4_Fpage_t f) { return (f.raw & L4_FPAGE_R) != 0; }
L4_INLINE L4_Bool_t L4_WasWritten(L4_Fpage_t f) { return (f.raw & L4_FPAGE_W) != 0; }
L4_INLINE L4_Bool_t L4_WaseXecuted(L4_Fpage_t f) { return (f.raw & L4_FPAGE_X) != 0; }

/* ---- IO fpages, spec 1.3
 *   31            16 15       10 9    4 3  2 1 0
 *  |   first port   | log2 count |  2  | 0 | rwx |    */
L4_INLINE L4_Fpage_t L4_IoFpageLog2(L4_Word_t port, L4_Word_t log2)
{
    return L4_FpageOfRaw((port & 0xFFFF & ~L4_SizeMask(log2)) << L4_FPAGE_IO_PORT_SHIFT |
                         (log2 & 0x3F) << L4_FPAGE_IO_SIZE_SHIFT |
                         L4_FPAGE_IO_TYPE << L4_FPAGE_SIZE_SHIFT);
}
L4_INLINE L4_Fpage_t L4_IoFpage(L4_Word_t port, L4_Word_t count)
{
    return L4_IoFpageLog2(port, L4_Log2(count));
}
L4_INLINE L4_Bool_t L4_IsIoFpage(L4_Fpage_t f) { return L4_SizeLog2(f) == L4_FPAGE_IO_TYPE; }
L4_INLINE L4_Word_t L4_IoFpagePort(L4_Fpage_t f) { return f.raw >> L4_FPAGE_IO_PORT_SHIFT; }
L4_INLINE L4_Word_t L4_IoFpageSizeLog2(L4_Fpage_t f)
{
    return f.raw >> L4_FPAGE_IO_SIZE_SHIFT & 0x3F;
}
L4_INLINE L4_Word_t L4_IoFpageSize(L4_Fpage_t f)
{
    return (L4_Word_t)1 << (L4_IoFpageSizeLog2(f) & 0x1F);
}

/* ---- the clock, spec 1.6: microseconds */
typedef union {
    L4_Word64_t raw;
    struct {
        L4_Word32_t low, high;
    } X;
} L4_Clock_t;
L4_INLINE L4_Clock_t L4_ClockOfRaw(L4_Word64_t us) { return (L4_Clock_t){.raw = us}; }
L4_INLINE L4_Clock_t L4_ClockAddUsec(L4_Clock_t c, L4_Word64_t us)
{
    return L4_ClockOfRaw(c.raw + us);
}
L4_INLINE L4_Clock_t L4_ClockSubUsec(L4_Clock_t c, L4_Word64_t us)
{
    return L4_ClockOfRaw(c.raw - us);
}
L4_INLINE L4_Bool_t L4_IsClockEarlier(L4_Clock_t a, L4_Clock_t b) { return a.raw < b.raw; }
L4_INLINE L4_Bool_t L4_IsClockLater(L4_Clock_t a, L4_Clock_t b) { return a.raw > b.raw; }
L4_INLINE L4_Bool_t L4_IsClockEqual(L4_Clock_t a, L4_Clock_t b) { return a.raw == b.raw; }

/* ---- times, spec 1.4
 *   15 14    10 9    0            15 14   11 10  9    0
 *  | 0 |   e   |  m   |          | 1 |   e  | c |   m  |
 *   period: m * 2^e us            point: an instant near "now"      */
typedef union {
    L4_Word16_t raw;
    struct {
        L4_Word16_t m : 10, e : 5, a : 1;
    } period;
    struct {
        L4_Word16_t m : 10, c : 1, e : 4, a : 1;
    } point;
} L4_Time_t;
L4_STATIC_ASSERT(sizeof(L4_Time_t) == 2, "a time is 16 bits");

#define L4_Never    ((L4_Time_t){.raw = L4_TIME_NEVER})
#define L4_ZeroTime ((L4_Time_t){.raw = L4_TIME_ZERO})

L4_INLINE L4_Time_t L4_TimeOfRaw(L4_Word16_t raw) { return (L4_Time_t){.raw = raw}; }
L4_INLINE L4_Bool_t L4_IsTimePoint(L4_Time_t t) { return (t.raw & L4_TIME_POINT) != 0; }
L4_INLINE L4_Bool_t L4_IsTimePeriod(L4_Time_t t) { return (t.raw & L4_TIME_POINT) == 0; }

/* Finds the smallest e with (us >> e) < 1024.  A time that does not fit is Never.  0 us is ZeroTime
 * here; the bare formula would give Never, which both libraries of 2005 got wrong. */
L4_INLINE L4_Time_t L4_TimePeriod(L4_Word64_t us)
{
    L4_Word_t e = 0;
    if (us == 0)
        return L4_ZeroTime;
    while (us >= 1024 && e < 32) {
        us >>= 1;
        e++;
    }
    return e < 32 ? L4_TimeOfRaw((L4_Word16_t)(e << L4_TIME_PERIOD_SHIFT | us)) : L4_Never;
}

/* Returns the length of a period in us.  Never gives all ones. */
L4_INLINE L4_Word64_t L4_PeriodUsec(L4_Time_t t)
{
    if (t.raw == L4_TIME_NEVER)
        return ~(L4_Word64_t)0;
    return (L4_Word64_t)(t.raw & L4_TIME_MANTISSA_MASK) << (t.raw >> L4_TIME_PERIOD_SHIFT & 0x1F);
}

/* Returns the latest point that is not later than `at`, as seen from `now`.  A point reaches (2^10
 * - 1) * 2^e us ahead; for a time further ahead, the result is Never. */
L4_INLINE L4_Time_t L4_TimePointFrom(L4_Clock_t now, L4_Clock_t at)
{
    L4_Word64_t ahead = at.raw > now.raw ? at.raw - now.raw : 0;
    L4_Word_t e = 0;
    if (ahead == 0) { /* it is over already; with the coarsest unit it stays over for the longest
                         time */
        at = now;
        e = 15;
    }
    while (e < 15 && ahead >> e >= 1023)
        e++;
    if (ahead >> e >= 1024)
        return L4_Never;
    return L4_TimeOfRaw((L4_Word16_t)(L4_TIME_POINT | e << L4_TIME_POINT_SHIFT |
                                      ((at.raw >> (e + 10) & 1) ? L4_TIME_POINT_C : 0) |
                                      (at.raw >> e & L4_TIME_MANTISSA_MASK)));
}

/* Returns the time that point t means if the clock shows `now`. */
L4_INLINE L4_Word64_t L4_PointClock(L4_Time_t t, L4_Clock_t now)
{
    L4_Word_t e = t.raw >> L4_TIME_POINT_SHIFT & 0xF;
    L4_Word64_t span = (L4_Word64_t)1 << (e + 10);
    L4_Word64_t at = (now.raw & ~(span - 1)) + ((L4_Word64_t)(t.raw & L4_TIME_MANTISSA_MASK) << e);
    bool c = (t.raw & L4_TIME_POINT_C) != 0;
    return ((now.raw & span) != 0) == c ? at : at + span;
}

/* Compares and computes with periods.  Points cannot be compared without a clock. */
L4_INLINE L4_Bool_t L4_IsTimeEqual(L4_Time_t a, L4_Time_t b)
{
    return L4_PeriodUsec(a) == L4_PeriodUsec(b);
}
L4_INLINE L4_Bool_t L4_IsTimeNotEqual(L4_Time_t a, L4_Time_t b)
{
    return L4_PeriodUsec(a) != L4_PeriodUsec(b);
}
L4_INLINE L4_Bool_t L4_IsTimeLonger(L4_Time_t a, L4_Time_t b)
{
    return L4_PeriodUsec(a) > L4_PeriodUsec(b);
}
L4_INLINE L4_Bool_t L4_IsTimeShorter(L4_Time_t a, L4_Time_t b)
{
    return L4_PeriodUsec(a) < L4_PeriodUsec(b);
}
L4_INLINE L4_Time_t L4_TimeAddUsec(L4_Time_t t, L4_Word64_t us)
{
    return t.raw == L4_TIME_NEVER ? t : L4_TimePeriod(L4_PeriodUsec(t) + us);
}
L4_INLINE L4_Time_t L4_TimeSubUsec(L4_Time_t t, L4_Word64_t us)
{
    return t.raw == L4_TIME_NEVER  ? t
           : L4_PeriodUsec(t) > us ? L4_TimePeriod(L4_PeriodUsec(t) - us)
                                   : L4_ZeroTime;
}
/* The Timeouts word of Ipc and of XferTimeouts.  Spec 1.5 */
L4_INLINE L4_Word_t L4_Timeouts(L4_Time_t send, L4_Time_t receive)
{
    return (L4_Word_t)send.raw << 16 | receive.raw;
}

#endif
