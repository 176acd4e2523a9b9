/* SPDX-License-Identifier: MIT */
/* sigma0's protocol.  Spec 6.7. */
#ifndef L4_SIGMA0_H
#define L4_SIGMA0_H

#include <l4/ipc.h>
#include <l4/kip.h>

#define L4_SIGMA0_ANY_BASE L4_FPAGE_BASE_MASK /* the base in a request for any page */

/* Each asks for an fpage, of memory (1:1) or of IO ports, and takes it in the receive window.
 * Returns the fpage that sigma0 sent; the nilpage if sigma0 refused or did not reply.  s0 may be
 * nil, which means sigma0.  Blocks until sigma0 replies. */
L4_Fpage_t L4_Sigma0_GetPage_RcvWindow(L4_ThreadId_t s0, L4_Fpage_t f, L4_Fpage_t window);
L4_Fpage_t L4_Sigma0_GetPage(L4_ThreadId_t s0, L4_Fpage_t f);
L4_Fpage_t L4_Sigma0_GetSpecial(L4_ThreadId_t s0, L4_Fpage_t f, L4_Word_t attribute,
                                L4_Fpage_t window);
/* The same for 2^log2 bytes of conventional memory at any address. */
L4_Fpage_t L4_Sigma0_GetAny(L4_ThreadId_t s0, L4_Word_t log2, L4_Fpage_t window);

/* Pecan's extension (pecan.h), for the root server: from now on no other thread gets anything.  The
 * sigma0 of another kernel ignores the message. */
void L4_Pecan_Sigma0Seal(void);

/* The ids of sigma0 and of the root server.  Spec 1.1 */
L4_ThreadId_t L4_Sigma0Id(void);
L4_ThreadId_t L4_RootServerId(void);

#endif
