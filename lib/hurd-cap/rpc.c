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

int hurd_cap_give(L4_ThreadId_t server, L4_Word_t handle, unsigned task, unsigned rights,
                  unsigned flags, L4_Word_t *theirs)
{
    const L4_Word_t in[] = { handle, task, rights, flags };
    L4_Word_t word = 0;
    int err = hurd_cap_rpc(server, HURD_CAP_GIVE, 4, in, 1, &word, NULL);
    if (!err && theirs)
        *theirs = word;
    return err;
}

int hurd_cap_drop(L4_ThreadId_t server, L4_Word_t handle)
{
    return hurd_cap_rpc(server, HURD_CAP_DROP, 1, &handle, 0, NULL, NULL);
}

int hurd_cap_open(L4_ThreadId_t server, unsigned slots, unsigned from)
{
    const L4_Word_t in[] = { slots, from };
    return hurd_cap_rpc(server, HURD_CAP_OPEN, 2, in, 0, NULL, NULL);
}

int hurd_cap_list(L4_ThreadId_t server, L4_Word_t start, struct hurd_cap_gift *gifts, unsigned max,
                  unsigned *n)
{
    unsigned got;
    int err = hurd_cap_rpc(server, HURD_CAP_LIST, 1, &start, 3 * max, (L4_Word_t *) gifts, &got);
    *n = got / 3;
    return err;
}

int hurd_cap_take_back(L4_ThreadId_t server, unsigned task, L4_Word_t theirs)
{
    const L4_Word_t in[] = { task, theirs };
    return hurd_cap_rpc(server, HURD_CAP_TAKE_BACK, 2, in, 0, NULL, NULL);
}

/* `task` and the servers have higher priorities than programs, which run in the pauses. */
enum { PARTS_WITHOUT_PAUSE = 4, PAUSE = 1000 /* microseconds */ };

int hurd_cap_task_died(L4_ThreadId_t server, unsigned task)
{
    const L4_Word_t in[] = { task };
    L4_Word_t more;
    int err;
    for (unsigned parts = 1;; parts++) {
        more = 0;
        err = hurd_cap_rpc(server, HURD_CAP_TASK_DIED, 1, in, 1, &more, NULL);
        if (err || !more)
            return err;
        if (parts % PARTS_WITHOUT_PAUSE == 0)
            L4_Sleep(L4_TimePeriod(PAUSE));
    }
}
