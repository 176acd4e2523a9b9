/* SPDX-License-Identifier: MIT */
/* What the KIP says about versions and features.  Spec 3.3. */
#include <l4/kip.h>

L4_Word_t L4_ApiVersion(void) { return L4_KIP_OF(L4_GetKernelInterface())->ApiVersion.raw; }
L4_Word_t L4_ApiFlags(void) { return L4_KIP_OF(L4_GetKernelInterface())->ApiFlags.raw; }
L4_Word_t L4_KernelId(void) { return L4_KernelDesc(L4_GetKernelInterface())->KernelId; }

/* The list is in the KIP area.  If another kernel's list has no end, the search stops at the end of
 * the area. */
char *L4_Feature(const void *kip, L4_Word_t n)
{
    const char *s = L4_KernelVersionString(kip);
    const char *limit = (const char *)kip + L4_SizeMask(L4_KipAreaSizeLog2(kip));
    do {
        while (s < limit && *s)
            s++;
        s++;
        if (s >= limit || *s == '\0')
            return NULL;
    } while (n--);
    return (char *)s;
}

L4_Bool_t L4_HasFeature(const char *name)
{
    const char *feature;
    for (L4_Word_t n = 0; (feature = L4_Feature(L4_GetKernelInterface(), n)); n++) {
        const char *a = feature, *b = name;
        while (*a && *a == *b)
            a++, b++;
        if (*a == *b)
            return true;
    }
    return false;
}
