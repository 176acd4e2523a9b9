/* SPDX-License-Identifier: MIT */
/* What Pecan's kernel has beyond X.2.  Each item has a feature string in the KIP.  A program that
 * was written for the standard needs none of this, and none of this changes what it sees.
 *
 * "spaceinfo": SpaceControl(space, control, nilpage, nilpage, nilthread) by a privileged caller.
 *   control = L4_PECAN_SPACE_READ | counter   old control = that counter of the space
 *   control = L4_PECAN_SPACE_QUOTA | pages    sets the space's quota of kernel memory, in pages of
 *                                             4 KB; 0 = no quota
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
#define L4_PECAN_SPACE_OP_MASK 0x0F000000

#define L4_PECAN_FAULTS_SELF   0 /* messages about page faults to a pager in the same space */
#define L4_PECAN_FAULTS_OTHER  1 /* messages about page faults to another pager */
#define L4_PECAN_KMEM_USED     2 /* bytes of kernel memory that the space is charged for */
#define L4_PECAN_KMEM_QUOTA    3 /* bytes that it may use; 0 = no limit */
#define L4_PECAN_THREADS       4 /* threads */
#define L4_PECAN_POOL_FREE     5 /* free bytes of the whole kernel pool; the same for every space */
#define L4_PECAN_COUNTERS      6

#define L4_PECAN_SELECTOR      0x43    /* the selector of a segment that is never present */
#define L4_PECAN_SIGNATURE     0x4B344 /* the limit of this segment */

#define L4_FEATURE_SPACEINFO   "spaceinfo"
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
