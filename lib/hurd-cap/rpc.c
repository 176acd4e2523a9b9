/* SPDX-License-Identifier: MIT */
/* One request, one reply: the client side of <hurd/cap.h>. */
#include <errno.h>
#include <hurd/cap.h>
#include <l4/ipc.h>
#include <l4/message.h>

#define ERRNO_MAX   0xfffu      /* labels up to this one are errors in physmem's form */

int hurd_cap_rpc(L4_ThreadId_t server, unsigned label, unsigned n, const L4_Word_t *in,
                 unsigned max, L4_Word_t *out, unsigned *got)
{
    L4_LoadMR(0, L4_MakeTag(label, n, 0).raw);
    L4_LoadMRs(1, n, (L4_Word_t *) in);
    L4_MsgTag_t tag = L4_Call(server);
    if (got)
        *got = 0;
    if (L4_IpcFailed(tag))
        return EIO;

    unsigned words = L4_UntypedWords(tag);
    if (L4_Label(tag) == HURD_CAP_ERROR) {
        L4_Word_t err = EIO;
        if (words > 0)
            L4_StoreMR(1, &err);
        return err - 1 < ERRNO_MAX ? (int) err : EIO;   /* also the empty errors of the servers
                                                           of 2005 */
    }
    if (words > max)
        words = max;
    L4_StoreMRs(1, words, out);
    if (got)
        *got = words;
    return L4_Label(tag) <= ERRNO_MAX ? (int) L4_Label(tag) : EPROTO;
}
