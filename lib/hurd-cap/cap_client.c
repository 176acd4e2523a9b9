/* SPDX-License-Identifier: MIT */
/* The requests that every server serves: <hurd/cap.h>.  After: rpc.c. */
#include <hurd/cap.h>
#include <l4/ipc.h>

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
