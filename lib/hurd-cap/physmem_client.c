/* SPDX-License-Identifier: MIT */
/* The client functions for physmem.  After: servers/physmem/request.c.  <hurd/physmem.h> is the
 * protocol. */
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/physmem.h>
#include <l4/ipc.h>
#include <l4/message.h>

/* Sends a request whose reply has at most one word that the caller needs.  An error may have this
 * word, too. */
static int rpc_1(L4_ThreadId_t pm, unsigned label, unsigned n, const L4_Word_t *in, L4_Word_t *out)
{
    L4_Word_t word = 0;
    int err = hurd_cap_rpc(pm, label, n, in, 1, &word, NULL);
    if (out && err != EIO)
        *out = word;
    return err;
}

/* Sends a request whose reply is a structure of `words` words. */
static int rpc_struct(L4_ThreadId_t pm, unsigned label, unsigned n, const L4_Word_t *in,
                      void *out, unsigned bytes)
{
    unsigned got;
    int err = hurd_cap_rpc(pm, label, n, in, bytes / sizeof(L4_Word_t), out, &got);
    return err || got == bytes / sizeof(L4_Word_t) ? err : EPROTO;
}

int hurd_pm_container_list(L4_ThreadId_t pm, L4_Word_t handle, L4_Word_t task, L4_Word_t number,
                           struct hurd_pm_listed *list, L4_Word_t *n)
{
    const L4_Word_t in[] = { handle, task, number };
    unsigned got, each = sizeof *list / sizeof(L4_Word_t);
    int err = hurd_cap_rpc(pm, HURD_PM_CONTAINER_LIST, 3, in, HURD_PM_LISTED_MOST * each,
                           (L4_Word_t *) list, &got);
    if (!err)
        *n = (got < HURD_PM_LISTED_MOST * each ? got : HURD_PM_LISTED_MOST * each) / each;
    return err;
}

int hurd_pm_container_create(L4_ThreadId_t pm, L4_Word_t control, L4_Word_t flags,
                             L4_Word_t *container)
{
    const L4_Word_t in[] = { control, flags };
    return rpc_1(pm, HURD_PM_CONTAINER_CREATE, flags ? 2 : 1, in, container);
}

int hurd_pm_container_share(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t task,
                            L4_Word_t rights, L4_Word_t *weak)
{
    const L4_Word_t in[] = { container, task, rights };
    return rpc_1(pm, HURD_PM_CONTAINER_SHARE, 3, in, weak);
}

int hurd_pm_container_allocate(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t flags,
                               L4_Word_t start, L4_Word_t size, L4_Word_t *amount)
{
    const L4_Word_t in[] = { container, flags, start, size };
    return rpc_1(pm, HURD_PM_CONTAINER_ALLOCATE, 4, in, amount);
}

int hurd_pm_container_deallocate(L4_ThreadId_t pm, L4_Word_t container,
                                 L4_Word_t start, L4_Word_t size, L4_Word_t *amount)
{
    const L4_Word_t in[] = { container, start, size };
    return rpc_1(pm, HURD_PM_CONTAINER_DEALLOCATE, 3, in, amount);
}

/* Returns the number of bytes that the map items of a reply cover.  The items follow the tag
 * directly. */
static L4_Word_t mapped_bytes(L4_MsgTag_t tag)
{
    L4_Word_t sum = 0, first = 1 + L4_UntypedWords(tag);
    for (L4_Word_t i = 0; i + 1 < L4_TypedWords(tag); i += 2) {
        L4_Word_t fpage;
        L4_StoreMR(first + i + 1, &fpage);
        if (!L4_IsNilFpage(L4_FpageOfRaw(fpage)))
            sum += L4_Size(L4_FpageOfRaw(fpage));
    }
    return sum;
}

/* Sends one of the two requests whose replies have map items.  Every page fault of a program that
 * pages itself comes by here. */
static inline __attribute__((always_inline)) int
rpc_map(L4_ThreadId_t pm, unsigned label, int n, const L4_Word_t in[], L4_Word_t *amount)
{
    L4_Acceptor_t before = L4_Accepted();
    L4_Accept(L4_MapGrantItems(L4_CompleteAddressSpace));
    L4_LoadMR(0, L4_MakeTag(label, (unsigned)n, 0).raw);
    for (int i = 0; i < n; i++)
        L4_LoadMR(1 + i, in[i]);
    L4_MsgTag_t tag = L4_Call(pm);
    L4_Accept(before);
    if (amount)
        *amount = 0;
    if (L4_IpcFailed(tag))
        return EIO;
    if (L4_Label(tag) != 0)
        return L4_Label(tag);
    if (amount)
        *amount = mapped_bytes(tag);
    return 0;
}

int hurd_pm_container_map_once(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t rights,
                               L4_Word_t vaddr, L4_Word_t index, L4_Word_t size, L4_Word_t *amount)
{
    const L4_Word_t in[] = { container, rights, vaddr, index, size };
    return rpc_map(pm, HURD_PM_CONTAINER_MAP, 5, in, amount);
}

int hurd_pm_container_allocate_map(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t rights,
                                   L4_Word_t vaddr, L4_Word_t start, L4_Word_t size,
                                   L4_Word_t *amount)
{
    const L4_Word_t in[] = { container, rights, vaddr, start, size };
    return rpc_map(pm, HURD_PM_CONTAINER_ALLOCATE_MAP, 5, in, amount);
}

static __attribute__((noinline)) int rpc_map_pinned(L4_ThreadId_t pm, unsigned label,
                                                    const L4_Word_t in[6], L4_Word_t *amount)
{
    return rpc_map(pm, label, 6, in, amount);
}

int hurd_pm_container_map_pinned(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t rights,
                                 L4_Word_t vaddr, L4_Word_t index, L4_Word_t size,
                                 L4_Word_t *amount)
{
    const L4_Word_t in[] = { container, rights, vaddr, index, size, HURD_PM_PINNED };
    return rpc_map_pinned(pm, HURD_PM_CONTAINER_MAP, in, amount);
}

int hurd_pm_container_allocate_pinned(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t rights,
                                      L4_Word_t vaddr, L4_Word_t start, L4_Word_t size,
                                      L4_Word_t *amount)
{
    const L4_Word_t in[] = { container, rights, vaddr, start, size, HURD_PM_PINNED };
    return rpc_map_pinned(pm, HURD_PM_CONTAINER_ALLOCATE_MAP, in, amount);
}

int hurd_pm_container_map(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t rights,
                          L4_Word_t vaddr, L4_Word_t index, L4_Word_t size, L4_Word_t *amount)
{
    L4_Word_t done = 0;
    int err = 0;
    do {
        L4_Word_t part;
        err = hurd_pm_container_map_once(pm, container, rights, vaddr + done, index + done,
                                         size - done, &part);
        if (!err && part == 0)
            err = EPROTO; /* a success without pages would make the loop endless */
        done += part;
    } while (!err && done < size);
    if (amount)
        *amount = done;
    return err;
}

int hurd_pm_container_copy(L4_ThreadId_t pm, L4_Word_t source, L4_Word_t source_start,
                           L4_Word_t dest, L4_Word_t dest_start, L4_Word_t size,
                           L4_Word_t flags, L4_Word_t *amount)
{
    const L4_Word_t in[] = { source, source_start, dest, dest_start, size, flags };
    return rpc_1(pm, HURD_PM_CONTAINER_COPY, 6, in, amount);
}

int hurd_pm_control_split(L4_ThreadId_t pm, L4_Word_t control, L4_Word_t frames,
                          L4_Word_t task, L4_Word_t *child)
{
    const L4_Word_t in[] = { control, frames, task };
    return rpc_1(pm, HURD_PM_CONTROL_SPLIT, 3, in, child);
}

int hurd_pm_control_give_back(L4_ThreadId_t pm, L4_Word_t control, L4_Word_t frames,
                              L4_Word_t *given)
{
    const L4_Word_t in[] = { control, frames };
    return rpc_1(pm, HURD_PM_CONTROL_GIVE_BACK, 2, in, given);
}

int hurd_pm_control_pass(L4_ThreadId_t pm, L4_Word_t from, L4_Word_t to, L4_Word_t frames)
{
    const L4_Word_t in[] = { from, to, frames };
    return hurd_cap_rpc(pm, HURD_PM_CONTROL_PASS, 3, in, 0, NULL, NULL);
}

int hurd_pm_control_destroy(L4_ThreadId_t pm, L4_Word_t control)
{
    return rpc_1(pm, HURD_PM_CONTROL_DESTROY, 1, &control, NULL);
}

int hurd_pm_control_info(L4_ThreadId_t pm, L4_Word_t control, struct hurd_pm_control_info *info)
{
    return rpc_struct(pm, HURD_PM_CONTROL_INFO, 1, &control, info, sizeof *info);
}

int hurd_pm_container_destroy(L4_ThreadId_t pm, L4_Word_t container)
{
    return rpc_1(pm, HURD_PM_CONTAINER_DESTROY, 1, &container, NULL);
}

int hurd_pm_container_revoke(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t task,
                             L4_Word_t *count)
{
    const L4_Word_t in[] = { container, task };
    return rpc_1(pm, HURD_PM_CONTAINER_REVOKE, 2, in, count);
}

int hurd_pm_container_release(L4_ThreadId_t pm, L4_Word_t container,
                              L4_Word_t start, L4_Word_t size, L4_Word_t *amount)
{
    const L4_Word_t in[] = { container, start, size };
    return rpc_1(pm, HURD_PM_CONTAINER_RELEASE, 3, in, amount);
}

int hurd_pm_container_pin_below(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t start,
                                L4_Word_t size, L4_Word_t limit, L4_Word_t *physical,
                                L4_Word_t *contiguous)
{
    const L4_Word_t in[] = { container, start, size, limit };
    L4_Word_t out[2];
    int err = rpc_struct(pm, HURD_PM_CONTAINER_PIN, limit ? 4 : 3, in, out, sizeof out);
    if (!err && physical)
        *physical = out[0];
    if (!err && contiguous)
        *contiguous = out[1];
    return err;
}

int hurd_pm_container_pin(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t start, L4_Word_t size,
                          L4_Word_t *physical, L4_Word_t *contiguous)
{
    return hurd_pm_container_pin_below(pm, container, start, size, 0, physical, contiguous);
}

int hurd_pm_container_unpin(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t start, L4_Word_t size)
{
    const L4_Word_t in[] = { container, start, size };
    return rpc_1(pm, HURD_PM_CONTAINER_UNPIN, 3, in, NULL);
}

int hurd_pm_container_info(L4_ThreadId_t pm, L4_Word_t container,
                           struct hurd_pm_container_info *info)
{
    return rpc_struct(pm, HURD_PM_CONTAINER_INFO, 1, &container, info, sizeof *info);
}

int hurd_pm_statistics(L4_ThreadId_t pm, L4_Word_t handle, struct hurd_pm_statistics *stats)
{
    return rpc_struct(pm, HURD_PM_STATISTICS, 1, &handle, stats, sizeof *stats);
}

int hurd_pm_task_statistics(L4_ThreadId_t pm, L4_Word_t handle, L4_Word_t task,
                            struct hurd_pm_task_statistics *stats)
{
    const L4_Word_t in[] = { handle, task };
    return rpc_struct(pm, HURD_PM_TASK_STATISTICS, 2, in, stats, sizeof *stats);
}

int hurd_pm_cap_info(L4_ThreadId_t pm, L4_Word_t handle, struct hurd_pm_cap_info *info)
{
    return rpc_struct(pm, HURD_PM_CAP_INFO, 1, &handle, info, sizeof *info);
}

int hurd_pm_self_paged(L4_ThreadId_t pm, L4_Word_t handle)
{
    return rpc_1(pm, HURD_PM_SELF_PAGED, 1, &handle, NULL);
}

int hurd_pm_debug_revoke(L4_ThreadId_t pm, L4_Word_t control, L4_Word_t n)
{
    const L4_Word_t in[] = { control, n };
    return rpc_1(pm, HURD_PM_DEBUG_REVOKE, 2, in, NULL);
}

/* ---- extra pages, soft references, locks ---- */

int hurd_pm_control_notify(L4_ThreadId_t pm, L4_Word_t control, L4_ThreadId_t thread,
                           L4_Word_t word)
{
    const L4_Word_t in[] = { control, thread.raw, word };
    return rpc_1(pm, HURD_PM_CONTROL_NOTIFY, 3, in, NULL);
}

int hurd_pm_extra_info(L4_ThreadId_t pm, L4_Word_t control, struct hurd_pm_extra_info *info)
{
    return rpc_struct(pm, HURD_PM_EXTRA_INFO, 1, &control, info, sizeof *info);
}

int hurd_pm_container_return(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t start, L4_Word_t size,
                             L4_Word_t *amount)
{
    const L4_Word_t in[] = { container, start, size };
    return rpc_1(pm, HURD_PM_CONTAINER_RETURN, 3, in, amount);
}

int hurd_pm_container_harden(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t flags,
                             L4_Word_t start, L4_Word_t size, L4_Word_t *amount)
{
    const L4_Word_t in[] = { container, flags, start, size };
    return rpc_1(pm, HURD_PM_CONTAINER_HARDEN, 4, in, amount);
}

int hurd_pm_container_lock(L4_ThreadId_t pm, L4_Word_t weak, L4_Word_t microseconds)
{
    const L4_Word_t in[] = { weak, microseconds };
    return rpc_1(pm, HURD_PM_CONTAINER_LOCK, 2, in, NULL);
}

int hurd_pm_container_unlock(L4_ThreadId_t pm, L4_Word_t weak)
{
    return rpc_1(pm, HURD_PM_CONTAINER_UNLOCK, 1, &weak, NULL);
}

/* ---- swap ---- */

int hurd_pm_swap_out(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t start, L4_Word_t size,
                     L4_Word_t flags, L4_Word_t *amount)
{
    const L4_Word_t in[] = { container, start, size, flags };
    return rpc_1(pm, HURD_PM_SWAP_OUT, 4, in, amount);
}

int hurd_pm_swap_in(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t start, L4_Word_t size,
                    L4_Word_t flags, L4_Word_t *amount)
{
    const L4_Word_t in[] = { container, start, size, flags };
    return rpc_1(pm, HURD_PM_SWAP_IN, 4, in, amount);
}

int hurd_pm_swap_info(L4_ThreadId_t pm, L4_Word_t handle, struct hurd_pm_swap_info *info)
{
    return rpc_struct(pm, HURD_PM_SWAP_INFO, 1, &handle, info, sizeof *info);
}

int hurd_pm_swap_quota(L4_ThreadId_t pm, L4_Word_t control, L4_Word_t child, L4_Word_t pages)
{
    const L4_Word_t in[] = { control, child, pages };
    return rpc_1(pm, HURD_PM_SWAP_QUOTA, 3, in, NULL);
}

int hurd_pm_swap_grant(L4_ThreadId_t pm, L4_Word_t control, L4_Word_t task, L4_Word_t payer,
                       L4_Word_t *handle)
{
    const L4_Word_t in[] = { control, task, payer };
    return rpc_1(pm, HURD_PM_SWAP_GRANT, 3, in, handle);
}

int hurd_pm_swap_attach(L4_ThreadId_t pm, L4_Word_t swap, L4_Word_t blocks, L4_Word_t reserved,
                        L4_Word_t identity, L4_Word_t window, L4_Word_t *container)
{
    const L4_Word_t in[] = { swap, blocks, reserved, identity, window };
    return rpc_1(pm, HURD_PM_SWAP_ATTACH, 5, in, container);
}

int hurd_pm_swap_wait(L4_ThreadId_t pm, L4_Word_t swap, int err, L4_Word_t pages,
                      struct hurd_pm_swap_job *job)
{
    const L4_Word_t in[] = { swap, job->tag, (L4_Word_t) err, pages };
    return rpc_struct(pm, HURD_PM_SWAP_WAIT, 4, in, job, sizeof *job);
}

int hurd_pm_debug_shake(L4_ThreadId_t pm, L4_Word_t control, L4_Word_t seed, L4_Word_t *moved)
{
    const L4_Word_t in[] = { control, seed };
    return rpc_1(pm, HURD_PM_DEBUG_SHAKE, 2, in, moved);
}
