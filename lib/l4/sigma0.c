/* SPDX-License-Identifier: MIT */
/* Requests to sigma0.  Spec 6.7. */
#include <l4/pecan.h>
#include <l4/sigma0.h>

L4_ThreadId_t L4_Sigma0Id(void)
{
    return L4_GlobalId(L4_ThreadIdUserBase(L4_GetKernelInterface()), 1);
}

L4_ThreadId_t L4_RootServerId(void)
{
    return L4_GlobalId(L4_ThreadIdUserBase(L4_GetKernelInterface()) + 2, 1);
}

L4_Fpage_t L4_Sigma0_GetSpecial(L4_ThreadId_t s0, L4_Fpage_t f, L4_Word_t attribute,
                                L4_Fpage_t window)
{
    L4_Acceptor_t before = L4_Accepted();
    L4_Word_t sent;

    if (L4_IsNilThread(s0))
        s0 = L4_Sigma0Id();
    L4_Accept(L4_MapGrantItems(window));
    L4_Set_MsgTag(L4_MakeTag(L4_LABEL_SIGMA0, 2, 0));
    L4_LoadMR(1, f.raw);
    L4_LoadMR(2, attribute);
    L4_MsgTag_t tag = L4_Call(s0);
    L4_StoreMR(2, &sent);
    L4_Accept(before);
    if (L4_IpcFailed(tag) || L4_UntypedWords(tag) != 0 || L4_TypedWords(tag) != 2)
        return L4_Nilpage;
    return L4_FpageOfRaw(sent);
}

L4_Fpage_t L4_Sigma0_GetPage_RcvWindow(L4_ThreadId_t s0, L4_Fpage_t f, L4_Fpage_t window)
{
    return L4_Sigma0_GetSpecial(s0, f, L4_ATTR_DEFAULT, window);
}

L4_Fpage_t L4_Sigma0_GetPage(L4_ThreadId_t s0, L4_Fpage_t f)
{
    return L4_Sigma0_GetPage_RcvWindow(
        s0, f, L4_IsIoFpage(f) ? L4_CompleteIoSpace : L4_CompleteAddressSpace);
}

L4_Fpage_t L4_Sigma0_GetAny(L4_ThreadId_t s0, L4_Word_t log2, L4_Fpage_t window)
{
    L4_Fpage_t f = L4_FpageOfRaw(L4_SIGMA0_ANY_BASE | (log2 & 0x3F) << L4_FPAGE_SIZE_SHIFT);
    return L4_Sigma0_GetPage_RcvWindow(s0, f, window);
}

void L4_Pecan_Sigma0Seal(void)
{
    L4_Set_MsgTag(L4_MakeTag(L4_LABEL_SIGMA0_EXT, 2, 0));
    L4_LoadMR(1, L4_SIGMA0_EXT_SEAL);
    L4_LoadMR(2, 0);
    L4_Send_Timeout(L4_Sigma0Id(), L4_TimePeriod(100000));
}
