/* SPDX-License-Identifier: MIT */
/* Memory: from sigma0 to wortel, and on to physmem.
 *
 * Holds: in sigma0's table, wortel owns what it has claimed, so sigma0 gives it to no request for
 * "any" page.  physmem gets each page once: first the pieces that wortel does not use, then all
 * that sigma0 still has, the largest pieces first. */
#include "wortel.h"
#include <l4/kip.h>
#include <l4/sigma0.h>
#include <l4/space.h>

#define UNUSED_MAX 32
#define TOP 0xBF000000u             /* wortel's UTCB area and KIP are above, so 1:1 memory ends
                                       here */

static struct { L4_Word_t start, end; } unused[UNUSED_MAX];
static unsigned unused_count;
static L4_Word_t any_log2;          /* the size that memory_next() asks sigma0 for */
static L4_Word_t given;

/* Some kernels map 4 MB at once as one page.  When a smaller page then goes into the middle of it,
 * they leave the large page as it is.  On such kernels wortel never takes 4 MB at once. */
static L4_Word_t largest_piece(void)
{
    return L4_PageSizeMask(kip) & 1ul << 22 ? 21 : 31;
}

/* Some sigma0 gives page 0 to a request for "any" page, and then address 0 looks like a refusal.
 * So wortel claims page 0 first, and maps it nowhere. */
void memory_claim_page_0(void)
{
    L4_Fpage_t window = L4_FpageLog2(TOP - PAGE, 12);
    L4_Sigma0_GetPage_RcvWindow(L4_Sigma0Id(), L4_FpageLog2(0, 12), window);
    L4_Flush(L4_FpageAddRights(window, L4_FPAGE_RWX));
    any_log2 = largest_piece();
}

L4_Fpage_t memory_piece(L4_Word_t start, L4_Word_t end)
{
    L4_Word_t log2 = 12, most = largest_piece();
    while (log2 < most && (start & L4_SizeMask(log2 + 1)) == 0 &&
           (1ul << (log2 + 1)) <= end - start)
        log2++;
    return L4_FpageAddRights(L4_FpageLog2(start, log2), L4_FPAGE_RWX);
}

static bool claim_piece(L4_Fpage_t f)
{
    return L4_Address(f) < TOP && L4_Size(f) <= TOP - L4_Address(f)
        && !L4_IsNilFpage(L4_Sigma0_GetPage(L4_Sigma0Id(), f));
}

bool memory_claim(L4_Word_t start, L4_Word_t end)
{
    start = page_down(start);
    end = page_up(end);
    while (start < end) {
        L4_Fpage_t f = memory_piece(start, end);
        /* With some sigma0, wortel owns a part of a large piece already (the pages that it
         * touched), and sigma0 then refuses the whole piece. */
        while (!claim_piece(f)) {
            if (L4_SizeLog2(f) == 12)
                return false;
            f = L4_FpageAddRights(L4_FpageLog2(start, L4_SizeLog2(f) - 1), L4_FPAGE_RWX);
        }
        start += L4_Size(f);
    }
    return true;
}

L4_Word_t memory_any(L4_Word_t log2)
{
    L4_Fpage_t f = L4_Sigma0_GetAny(L4_Sigma0Id(), log2, L4_CompleteAddressSpace);
    if (L4_IsNilFpage(f) || L4_Address(f) >= TOP || L4_Size(f) > TOP - L4_Address(f))
        return 0;
    return L4_Address(f);
}

/* wortel's addresses between its UTCB and KIP areas.  No frame of its 1:1 view has such an
 * address. */
#define PASSAGE 0xBF400000u         /* a multiple of its size */

L4_Word_t memory_pass(L4_Word_t base, L4_Word_t log2)
{
    L4_Fpage_t all = L4_Fpage(PASSAGE, PASSAGE_SIZE);
    L4_Flush(L4_FpageAddRights(all, L4_FPAGE_RWX)); /* pages that the last receiver did not take */
    L4_Fpage_t got = L4_Sigma0_GetPage_RcvWindow(L4_Sigma0Id(), L4_FpageLog2(base, log2),
                                                 L4_FpageLog2(PASSAGE, log2));
    return L4_IsNilFpage(got) ? 0 : PASSAGE;
}

/* The last descriptor that covers the page decides.  Spec l4 3.4. */
static L4_Word_t type_of_page(L4_Word_t page)
{
    L4_Word_t type = L4_UndefinedMemoryType;
    for (L4_Word_t i = 0; i < L4_NumMemoryDescriptors(kip); i++) {
        const L4_MemoryDesc_t *m = L4_MemoryDesc(kip, i);
        if (!L4_IsMemoryDescVirtual(m) && L4_MemoryDescLow(m) <= (page | (PAGE - 1))
            && page <= L4_MemoryDescHigh(m))
            type = L4_MemoryDescType(m);
    }
    return type & L4_MEM_TYPE_MASK;
}

bool memory_is_ram(L4_Word_t start, L4_Word_t end)
{
    for (L4_Word_t page = start; page < end; page += PAGE) {
        L4_Word_t type = type_of_page(page);
        if (type != L4_ConventionalMemoryType && type != L4_BootLoaderSpecificMemoryType)
            return false;
    }
    return true;
}

bool memory_is_device(L4_Word_t base, L4_Word_t size)
{
    for (L4_Word_t page = base; page - base < size; page += PAGE) {
        L4_Word_t type = type_of_page(page);
        if (type == L4_ConventionalMemoryType || type == L4_ReservedMemoryType
            || type == L4_BootLoaderSpecificMemoryType)
            return false;
    }
    return true;
}

void memory_unused(L4_Word_t start, L4_Word_t end)
{
    start = page_up(start);
    end = page_down(end);
    if (start == 0)
        start = PAGE;               /* to physmem, address 0 means "none" */
    if (start >= end || unused_count == UNUSED_MAX)
        return; /* if the list is full, these pages are lost; there is no other harm */
    unused[unused_count].start = start;
    unused[unused_count++].end = end;
}

bool memory_is_unused(L4_Word_t start, L4_Word_t end)
{
    for (unsigned i = 0; i < unused_count; i++) {
        if (unused[i].start < end && start < unused[i].end)
            return true;
    }
    return false;
}

static L4_Fpage_t next_unused(void)
{
    while (unused_count > 0) {
        if (unused[unused_count - 1].start >= unused[unused_count - 1].end) {
            unused_count--;
            continue;
        }
        L4_Fpage_t f = memory_piece(unused[unused_count - 1].start, unused[unused_count - 1].end);
        unused[unused_count - 1].start += L4_Size(f);
        return f;
    }
    return L4_Nilpage;
}

L4_Fpage_t memory_next(void)
{
    L4_Fpage_t f = next_unused();
    while (L4_IsNilFpage(f) && any_log2 >= 12) {
        L4_Word_t base = memory_any(any_log2);
        if (base)
            f = L4_FpageAddRights(L4_FpageLog2(base, any_log2), L4_FPAGE_RWX);
        else
            any_log2--;
    }
    given += L4_IsNilFpage(f) ? 0 : L4_Size(f);
    return f;
}

L4_Word_t memory_given(void) { return given; }
