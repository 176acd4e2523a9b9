/* SPDX-License-Identifier: MIT */
/* What Pecan's kernel has beyond X.2.  Each item has a feature string in the KIP.  A program that
 * was written for the standard needs none of this, and none of this changes what it sees.
 *
 * "spaceinfo": SpaceControl(space, control, nilpage, nilpage, nilthread) by a privileged caller.
 *   control = L4_PECAN_SPACE_READ | counter   old control = that counter of the space
 *   control = L4_PECAN_SPACE_QUOTA | pages    sets the space's quota of kernel memory, in pages of
 *                                             4 KB; 0 = no quota
 * "trace": records of what enters and leaves the kernel; see below.
 * "pagerexregs": a thread's pager may use ExchangeRegisters on the thread from another space.
 * "kipbyud2": a second way to the KIP, for machines on which `lock; nop` raises no exception.
 *   A program must first ask whether the kernel is Pecan's: LSL of L4_PECAN_SELECTOR never faults,
 *   and gives L4_PECAN_SIGNATURE on this kernel only.  Then UD2 with the KIP's magic word behind it
 *   (0F 0B 4C 34 E6 4B) does what `lock; nop` does.  L4_KernelInterface() tries the standard's way
 *   first. */
#ifndef L4_PECAN_H
#define L4_PECAN_H

#include <l4/types.h>

#define L4_PECAN_SPACE_READ    0x01000000
#define L4_PECAN_SPACE_QUOTA   0x02000000
#define L4_PECAN_SPACE_TRACE   0x03000000
#define L4_PECAN_SPACE_OP_MASK 0x0F000000

#define L4_PECAN_FAULTS_SELF   0 /* messages about page faults to a pager in the same space */
#define L4_PECAN_FAULTS_OTHER  1 /* messages about page faults to another pager */
#define L4_PECAN_KMEM_USED     2 /* bytes of kernel memory that the space is charged for */
#define L4_PECAN_KMEM_QUOTA    3 /* bytes that it may use; 0 = no limit */
#define L4_PECAN_THREADS       4 /* threads */
#define L4_PECAN_POOL_FREE     5 /* free bytes of the whole kernel pool; the same for every space */
/* Ticks of the clock (about a millisecond each) that found a thread of the space running, modulo
 * 2^32. */
#define L4_PECAN_TICKS         6
/* Of the named thread itself: the id of the thread to which it waits to send, or from which it
 * waits to receive (anythread, anylocalthread); nilthread: it does not wait. */
#define L4_PECAN_PARTNER       7
#define L4_PECAN_COUNTERS      8

/* "trace": SpaceControl(any thread, L4_PECAN_SPACE_TRACE | operation, argument, 0, nilthread) by a
 * privileged caller.  The old control, even of a call that failed, is the number of records that
 * were written since the trace was last turned on.  The numbers of records are modulo 2^32.
 * Error 5 (parameter): there is no such operation, or no such record; error 8: the kernel has no
 * memory for the ring.
 *   OFF     no more records; those that are there can be read
 *   ON      argument = pages of the ring, 1 to 1023, at most half of the kernel's free memory; the
 *           records of before are lost.  The argument 0 gives the memory back
 *   READ    argument = number of a record, 0 = the first one that was written: MR 1 to 8 get it.
 *           Error 5 if it is not there any more, or not yet */
#define L4_PECAN_TRACE_OFF     0
#define L4_PECAN_TRACE_ON      1
#define L4_PECAN_TRACE_READ    2

/* A record is 8 words:
 *   0   time, low word: ticks of the time stamp counter; microseconds if the processor has none
 *   1   kind | detail << 8 | time, bits 32 to 47, << 16
 *   2   the global id of the thread that runs
 *   3-7 by kind:
 *       BEGIN   1 if time is ticks of the counter, its kHz.  The trace was turned on
 *       SEND    to, from specifier, tag, timeouts, ip.  A thread calls Ipc; detail 1: fast path
 *       RECEIVE ip, sender, tag, MR1, sp.  It comes back; detail 1: fast path
 *       MAP     to, word 0 and word 1 of the item.  A typed item of the SEND before; detail: which
 *       FAULT   address, error code, ip, sp, pager.  Detail: vector 14
 *       TRAP    error code, ip, sp.  Any other exception; detail: its vector
 *       IRQ     ip.  Detail: the line.  ip is the kernel's if nothing else ran
 *       CALL    eax, ecx, edx, esi, ip.  Another system call; detail: its number, in the order of
 *               the kernel's vectors: Unmap 0, ExchangeRegisters, ThreadControl, SystemClock,
 *               ThreadSwitch, Schedule, SpaceControl, ProcessorControl, MemoryControl
 *       UNMAP   control, first fpage, 0, 0, ip
 *       EXIT    ip, sp.  Back to user mode from all but Ipc; detail 1: back to kernel code, behind
 *               an interrupt
 *       SWITCH  The thread gets the processor in the kernel
 *       EVENT   label, MR1 to MR4.  A program says so: <l4/trace.h>.  On the fast path, a SEND from
 *               and to nobody is before it */
#define L4_PECAN_TRACE_WORDS   8
enum {
    L4_PECAN_TRACE_BEGIN,
    L4_PECAN_TRACE_SEND,
    L4_PECAN_TRACE_RECEIVE,
    L4_PECAN_TRACE_MAP,
    L4_PECAN_TRACE_FAULT,
    L4_PECAN_TRACE_TRAP,
    L4_PECAN_TRACE_IRQ,
    L4_PECAN_TRACE_CALL,
    L4_PECAN_TRACE_UNMAP,
    L4_PECAN_TRACE_EXIT,
    L4_PECAN_TRACE_SWITCH,
    L4_PECAN_TRACE_EVENT,
};

#define L4_PECAN_SELECTOR      0x43    /* the selector of a segment that is never present */
#define L4_PECAN_SIGNATURE     0x4B344 /* the limit of this segment */

#define L4_FEATURE_SPACEINFO   "spaceinfo"
#define L4_FEATURE_TRACE       "trace"
#define L4_FEATURE_KIPBYUD2    "kipbyud2"
#define L4_FEATURE_PAGEREXREGS "pagerexregs"
#define L4_FEATURE_IOFLEXPAGES "ioflexpages"

/* Requests of the root server to sigma0, with label L4_LABEL_SIGMA0_EXT (P's; the last one is
 * Pecan's): MR1 = operation, MR2 = argument.  After SEAL only the root server gets memory and
 * ports.  Replies are empty. */
#define L4_SIGMA0_EXT_VERBOSE 1
#define L4_SIGMA0_EXT_DUMP    2 /* prints a line about the memory; sigma0 replies only if MR2 !=
                                   0 */
#define L4_SIGMA0_EXT_SEAL    3

/* Where Pecan's kernel puts the areas of the initial servers.  Programs must read the places, not
 * assume them. */
#define L4_PECAN_INITIAL_UTCB 0xBF000000
#define L4_PECAN_INITIAL_KIP  0xBFF00000

#endif
