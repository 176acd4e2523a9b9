/* SPDX-License-Identifier: MIT */
/* The client functions of <hurd/physmem.h> for the policy server. */
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/physmem.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/vregs.h>

static int rpc(L4_ThreadId_t pm, unsigned label, unsigned n, const L4_Word_t *in, L4_Word_t *out)
{
    L4_LoadMRs(1, (int)n, in);
    L4_LoadMR(0, L4_MakeTag(label, n, 0).raw);
    L4_MsgTag_t tag = L4_Call(pm);
    if (L4_IpcFailed(tag))
        return EIO;
    if (out && L4_Label(tag) == 0)
        *out = L4_MR(1);
    return (int)L4_Label(tag);
}

int hurd_pm_policy_grant(L4_ThreadId_t pm, L4_Word_t control, L4_Word_t task, L4_Word_t *handle)
{
    const L4_Word_t in[] = { control, task };
    return rpc(pm, HURD_PM_POLICY_GRANT, 2, in, handle);
}

int hurd_pm_policy_buffer(L4_ThreadId_t pm, L4_Word_t policy, void *at)
{
    const L4_Word_t in[] = { policy, (L4_Word_t)at };
    L4_Acceptor_t before = L4_Accepted();
    L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
    int err = rpc(pm, HURD_PM_POLICY_BUFFER, 2, in, NULL);
    L4_Accept(before);
    return err;
}

int hurd_pm_policy_wait(L4_ThreadId_t pm, L4_Word_t policy, L4_Word_t *entries)
{
    return rpc(pm, HURD_PM_POLICY_WAIT, 1, &policy, entries);
}
