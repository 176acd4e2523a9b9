/* SPDX-License-Identifier: MIT */
/* Address spaces: Unmap and SpaceControl.  Spec 4.8, 4.9, 7.3. */
#ifndef L4_SPACE_H
#define L4_SPACE_H

#include <l4/syscalls.h>
#include <l4/vregs.h>

/* The fpages are in MR0..MRk.  control is k, plus L4_UNMAP_FLUSH to flush. */
L4_INLINE void L4_Unmap(L4_Word_t control)
{
    L4_Word_t *u = __L4_Utcb();
    L4_Word_t eax = control, mr0 = u[0], ecx, edx, ebx, edi = (L4_Word_t)u;
    __asm__ volatile("pushl %%ebp\n\tcall *__L4_Links+24\n\tpopl %%ebp"
                     : "+a"(eax), "+S"(mr0), "+D"(edi), "=c"(ecx), "=d"(edx), "=b"(ebx)
                     :
                     : "memory", "cc");
    u[0] = mr0;
}

/* The rights bits of the argument say which rights go.  Those of the result say how the page was
 * used. */
L4_INLINE L4_Fpage_t L4_UnmapFpage(L4_Fpage_t f)
{
    L4_LoadMR(0, f.raw);
    L4_Unmap(0);
    return L4_FpageOfRaw(L4_MR(0));
}
L4_INLINE L4_Fpage_t L4_Flush(L4_Fpage_t f)
{
    L4_LoadMR(0, f.raw);
    L4_Unmap(L4_UNMAP_FLUSH);
    return L4_FpageOfRaw(L4_MR(0));
}
L4_INLINE L4_Fpage_t L4_GetStatus(L4_Fpage_t f)
{
    return L4_UnmapFpage(L4_FpageRemoveRights(f, L4_FPAGE_RWX));
}
/* For any number of fpages.  Afterwards they hold their status. */
void L4_UnmapFpages(L4_Word_t n, L4_Fpage_t *fpages);
void L4_FlushFpages(L4_Word_t n, L4_Fpage_t *fpages);

/* For privileged threads: `space` is the global id of any thread in the space.  A space that has
 * no areas yet gets these; otherwise they are ignored.  redirector: L4_nilthread leaves it as it
 * is, L4_anythread ends redirection.  *old_control is 0: there are no small spaces.  Returns 1, or
 * 0: L4_ErrorCode() is then L4_ERR_PRIVILEGE, _SPACE, _THREAD (the redirector), _UTCB or _KIP.
 * Spec 4.9 */
L4_Word_t L4_SpaceControl(L4_ThreadId_t space, L4_Word_t control, L4_Fpage_t kip_area,
                          L4_Fpage_t utcb_area, L4_ThreadId_t redirector, L4_Word_t *old_control);

/* The control word for a small space of `size` MB at `location` MB.  Spec 4.9 */
L4_INLINE L4_Word_t L4_SmallSpace(L4_Word_t location, L4_Word_t size)
{
    L4_Word_t unit = size / 4;
    return L4_SPACE_SMALL | ((((location / 2) & ~(unit - 1)) | unit) & 0xFF);
}

#endif
