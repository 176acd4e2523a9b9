/* SPDX-License-Identifier: MIT */
/* sigma0's protocol.  Spec 6.7. */
#ifndef L4_SIGMA0_H
#define L4_SIGMA0_H

#include <l4/ipc.h>
#include <l4/kip.h>

#define L4_SIGMA0_ANY_BASE L4_FPAGE_BASE_MASK /* base of an "any address" request */

/* An fpage (memory: 1:1 physical; or IO ports) through the receive window.  Result: what sigma0
 * sent, the nilpage when it refused or did not answer.  s0 nil means sigma0. */
L4_Fpage_t L4_Sigma0_GetPage_RcvWindow(L4_ThreadId_t s0, L4_Fpage_t f, L4_Fpage_t window);
L4_Fpage_t L4_Sigma0_GetPage(L4_ThreadId_t s0, L4_Fpage_t f);
L4_Fpage_t L4_Sigma0_GetSpecial(L4_ThreadId_t s0, L4_Fpage_t f, L4_Word_t attribute,
                                L4_Fpage_t window);
/* Conventional memory of 2^log2 bytes, wherever. */
L4_Fpage_t L4_Sigma0_GetAny(L4_ThreadId_t s0, L4_Word_t log2, L4_Fpage_t window);

/* Our extension (pecan.h), for the root server: from now on nobody else gets anything.  Another sigma0
 * does not know the message and ignores it. */
void L4_Pecan_Sigma0Seal(void);

/* Who is who.  Spec 1.1 */
L4_ThreadId_t L4_Sigma0Id(void);
L4_ThreadId_t L4_RootServerId(void);

#endif
