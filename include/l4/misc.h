/* SPDX-License-Identifier: MIT */
/* ProcessorControl, MemoryControl and page attributes.  Spec 4.10, 4.11. */
#ifndef L4_MISC_H
#define L4_MISC_H

#include <l4/syscalls.h>
#include <l4/vregs.h>

#define L4_DefaultMemory        L4_ATTR_DEFAULT
#define L4_WriteBackMemory      L4_ATTR_WRITE_BACK
#define L4_WriteThroughMemory   L4_ATTR_WRITE_THROUGH
#define L4_UncacheableMemory    L4_ATTR_UNCACHEABLE
#define L4_WriteCombiningMemory L4_ATTR_WRITE_COMBINING
#define L4_WriteProtectedMemory L4_ATTR_WRITE_PROTECTED

/* For privileged threads; frequencies in kHz, the voltage in millivolts, 0: unchanged.  This kernel
 * changes nothing.  Returns 1, or 0: L4_ErrorCode() is then L4_ERR_PRIVILEGE.  Never blocks. */
L4_Word_t L4_ProcessorControl(L4_Word_t processor, L4_Word_t internal_khz, L4_Word_t external_khz,
                              L4_Word_t mv);

/* For privileged threads: sets the attributes of pages that are mapped in the caller's space.  The
 * fpages are in MR0..MRk, and k is in bits 5:0 of `control`.  Bits 1:0 of each fpage choose one of
 * the four attributes, which have the values L4_ATTR_...  Returns 1, or 0: L4_ErrorCode() is then
 * L4_ERR_PRIVILEGE, or L4_ERR_PARAMETER for k > 63 or an unknown attribute. */
L4_Word_t L4_MemoryControl(L4_Word_t control, const L4_Word_t *attributes);

/* The same for one fpage; and for n, whose bits 1:0 choose one of the four attributes. */
L4_Word_t L4_Set_PageAttribute(L4_Fpage_t f, L4_Word_t attribute);
L4_Word_t L4_Set_PagesAttributes(L4_Word_t n, L4_Fpage_t *fpages, const L4_Word_t *attributes);

#endif
