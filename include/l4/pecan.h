/* SPDX-License-Identifier: MIT */
/* What our kernel has beyond X.2.  Each item has a feature string in the KIP; nothing here is needed
 * by, or changes, a program written for the standard.
 *
 * "spaceinfo": SpaceControl(space, control, nilpage, nilpage, nilthread) by a privileged caller.
 *   control = L4_PECAN_SPACE_READ | counter      old control = the counter of that space
 *   control = L4_PECAN_SPACE_QUOTA | pages       kernel memory quota of that space in 4 KB pages, 0 = none
 * "pagerexregs": a thread's pager may use ExchangeRegisters on it from another space.
 * "kipbyud2": a second way to the KIP, for machines on which `lock; nop` raises no exception:
 *   LSL of L4_PECAN_SELECTOR gives L4_PECAN_SIGNATURE, which no other kernel's tables do, and no fault anywhere;
 *   then UD2 with the KIP's magic word behind it (0F 0B 4C 34 E6 4B) does what `lock; nop` does.
 *   L4_KernelInterface() tries the standard's way first. */
#ifndef L4_PECAN_H
#define L4_PECAN_H

#include <l4/types.h>

#define L4_PECAN_SPACE_READ    0x01000000
#define L4_PECAN_SPACE_QUOTA   0x02000000
#define L4_PECAN_SPACE_OP_MASK 0x0F000000

#define L4_PECAN_FAULTS_SELF   0 /* page-fault messages to a pager in the faulter's space */
#define L4_PECAN_FAULTS_OTHER  1 /* page-fault messages to any other pager */
#define L4_PECAN_KMEM_USED     2 /* kernel memory charged, bytes */
#define L4_PECAN_KMEM_QUOTA    3 /* its limit, bytes; 0 = none */
#define L4_PECAN_THREADS       4 /* threads */
#define L4_PECAN_POOL_FREE     5 /* of the whole kernel pool, whatever the space: free bytes */
#define L4_PECAN_COUNTERS      6

#define L4_PECAN_SELECTOR      0x43    /* of a segment that is never present */
#define L4_PECAN_SIGNATURE     0x4B344 /* its limit */

#define L4_FEATURE_SPACEINFO   "spaceinfo"
#define L4_FEATURE_KIPBYUD2    "kipbyud2"
#define L4_FEATURE_PAGEREXREGS "pagerexregs"
#define L4_FEATURE_IOFLEXPAGES "ioflexpages"

/* Requests to sigma0 from the root server, label L4_LABEL_SIGMA0_EXT (P's, but for the last):
 * MR1 = operation, MR2 = argument.  After SEAL only the root server gets memory and ports; the reply is empty. */
#define L4_SIGMA0_EXT_VERBOSE 1
#define L4_SIGMA0_EXT_DUMP    2 /* a line about the memory; answered if MR2 != 0 */
#define L4_SIGMA0_EXT_SEAL    3

/* Where our kernel puts the areas of the initial servers (programs read them, never assume them). */
#define L4_PECAN_INITIAL_UTCB 0xBF000000
#define L4_PECAN_INITIAL_KIP  0xBFF00000

#endif
