/* SPDX-License-Identifier: MIT */
/* Unmap and attributes for arrays of fpages: one call takes 64 of them. */
#include <l4/misc.h>
#include <l4/space.h>

static void unmap_all(L4_Word_t n, L4_Fpage_t *fpages, L4_Word_t flush)
{
    while (n > 0) {
        L4_Word_t k = n < L4_NUM_MRS ? n : L4_NUM_MRS;
        L4_LoadMRs(0, (int)k, &fpages[0].raw);
        L4_Unmap(flush | (k - 1));
        L4_StoreMRs(0, (int)k, &fpages[0].raw);
        fpages += k;
        n -= k;
    }
}

void L4_UnmapFpages(L4_Word_t n, L4_Fpage_t *fpages) { unmap_all(n, fpages, 0); }

void L4_FlushFpages(L4_Word_t n, L4_Fpage_t *fpages) { unmap_all(n, fpages, L4_UNMAP_FLUSH); }

L4_Word_t L4_Set_PagesAttributes(L4_Word_t n, L4_Fpage_t *fpages, const L4_Word_t *attributes)
{
    while (n > 0) {
        L4_Word_t k = n < L4_NUM_MRS ? n : L4_NUM_MRS;
        L4_LoadMRs(0, (int)k, &fpages[0].raw);
        if (!L4_MemoryControl(k - 1, attributes))
            return 0;
        fpages += k;
        n -= k;
    }
    return 1;
}

L4_Word_t L4_Set_PageAttribute(L4_Fpage_t f, L4_Word_t attribute)
{
    const L4_Word_t attributes[4] = {attribute, 0, 0, 0};
    L4_Set_Rights(&f, 0); /* bits 1:0 are the number of the attribute: 0 */
    return L4_Set_PagesAttributes(1, &f, attributes);
}
