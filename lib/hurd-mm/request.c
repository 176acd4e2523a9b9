/* SPDX-License-Identifier: MIT */
/* The library's functions, as the calling thread executes them: each is one IPC to the pager.  The
 * next hop is pager.c. */
#include <errno.h>
#include <hurd/policy.h>
#include <l4/message.h>
#include "mm.h"
#include "worker.h"

static int request_once(enum request op, int n, const L4_Word_t *in, L4_Word_t *out)
{
    L4_Acceptor_t before = L4_Accepted();
    L4_Accept(L4_UntypedWordsAcceptor);
    L4_LoadMRs(1, n, in);
    L4_LoadMR(0, L4_MakeTag(REQUEST + op, (L4_Word_t)n, 0).raw);
    L4_MsgTag_t tag = L4_Call(mm.pager);
    L4_Accept(before);
    if (L4_IpcFailed(tag))
        return EIO;
    if (out)
        L4_StoreMRs(1, 2, out);
    return (int)L4_Label(tag);
}

/* Tells the file servers which regions of their files are gone.  The pager waits for no server, so
 * the thread whose request removed the regions does this. */
static void gone_release(void)
{
    L4_Word_t out[2];
    while (request_once(REQUEST_SHOWN_GONE, 0, NULL, out) == 0) {
        struct hurd_shown *shown = (struct hurd_shown *)out[0];
        shown->release(shown);
    }
}

/* Sends n words, receives up to 2.  Leaves the acceptor as it was.  The pager replies EINPROGRESS
 * whenever a worker has finished one job; the request is repeated until all jobs are done.  The
 * pager cannot start threads: if it has learned that frames will be short, the caller starts the
 * workers for swap. */
static int request(enum request op, int n, const L4_Word_t *in, L4_Word_t *out)
{
    int error;
    do
        error = request_once(op, n, in, out);
    while (error == EINPROGRESS);
    if (mm.room.swap == SWAP_WANTED)
        worker_swap();
    if (mm.gone)
        gone_release();
    return error;
}

/* now: so many bytes at the end of the region are mapped. */
static int allocate(uintptr_t *addr, uintptr_t size, unsigned flags, unsigned rights, uintptr_t now)
{
    const L4_Word_t in[] = {*addr, size, flags, rights, now};
    L4_Word_t out[2];
    int error = request(REQUEST_ALLOCATE, 5, in, out);
    if (!error)
        *addr = out[0];
    return error;
}

int hurd_vm_allocate_rights(uintptr_t *addr, uintptr_t size, unsigned flags, unsigned rights,
                            int map_now)
{
    return allocate(addr, size, flags, rights, map_now ? size : 0);
}

int vm_allocate_stack(uintptr_t *addr, uintptr_t size)
{
    return allocate(addr, size, 0, HURD_VM_READ | HURD_VM_WRITE, HURD_MM_PAGE);
}

int hurd_vm_allocate(uintptr_t *addr, uintptr_t size, unsigned flags, int map_now)
{
    return hurd_vm_allocate_rights(addr, size, flags, HURD_VM_READ | HURD_VM_WRITE, map_now);
}

int hurd_vm_deallocate(uintptr_t addr, uintptr_t size)
{
    const L4_Word_t in[] = {addr, size};
    return request(REQUEST_DEALLOCATE, 2, in, NULL);
}

int hurd_vm_protect(uintptr_t addr, uintptr_t size, unsigned rights)
{
    const L4_Word_t in[] = {addr, size, rights};
    return request(REQUEST_PROTECT, 3, in, NULL);
}

int hurd_vm_advise(uintptr_t addr, uintptr_t size, unsigned advice)
{
    const L4_Word_t in[] = {addr, size, advice};
    return request(REQUEST_ADVISE, 3, in, NULL);
}

/* Reads a byte of each page, so that those of stores come in as well. */
static void touch(uintptr_t addr, uintptr_t size)
{
    for (uintptr_t at = addr; at - addr < size; at += HURD_MM_PAGE)
        (void)*(const volatile char *)at;
}

int hurd_vm_lock(uintptr_t addr, uintptr_t size, int lock)
{
    const L4_Word_t in[] = {addr, size, lock != 0};
    int error = request(REQUEST_LOCK, 3, in, NULL);
    if (!error && lock)
        touch(addr, size);
    return error;
}

int vm_keep(uintptr_t addr, uintptr_t size)
{
    const L4_Word_t in[] = {addr, size};
    return request(REQUEST_KEEP, 2, in, NULL);
}

int hurd_vm_lock_all(unsigned flags)
{
    const L4_Word_t in[] = {flags};
    return request(REQUEST_LOCK_ALL, 1, in, NULL);
}

int hurd_vm_resident(uintptr_t addr, uintptr_t size, L4_Word_t *bits)
{
    const L4_Word_t in[] = {addr, size};
    int error = request_once(REQUEST_RESIDENT, 2, in, NULL);
    if (!error)
        L4_StoreMRs(1, (int)((size / HURD_MM_PAGE + 31) / 32), bits);
    return error;
}

int hurd_vm_sync(uintptr_t addr, uintptr_t size, int refuse_locked, int start_only)
{
    const L4_Word_t in[] = {addr, size, refuse_locked != 0, start_only != 0};
    return request(REQUEST_SYNC, 4, in, NULL);
}

int hurd_vm_move(uintptr_t addr, uintptr_t size, uintptr_t new_size, unsigned flags, uintptr_t *to)
{
    const L4_Word_t in[] = {addr, size, new_size, flags, *to};
    L4_Word_t out[2];
    int error = request(REQUEST_MOVE, 5, in, out);
    if (!error)
        *to = out[0];
    return error;
}

int hurd_vm_map_container(uintptr_t *addr, uintptr_t size, unsigned flags, unsigned rights,
                          L4_Word_t container, uintptr_t offset)
{
    const L4_Word_t in[] = {*addr, size, flags, rights, container, offset};
    L4_Word_t out[2];
    int error = request(REQUEST_MAP_CONTAINER, 6, in, out);
    if (!error)
        *addr = out[0];
    return error;
}

int hurd_store_init(struct hurd_store *store, void *hook, hurd_store_fault_t *fault)
{
    const L4_Word_t in[] = {(L4_Word_t)hook, (L4_Word_t)fault};
    L4_Word_t out[2];
    int error = fault ? worker_first() : EINVAL;
    if (!error)
        error = request(REQUEST_STORE_CREATE, 2, in, out);
    *store = (struct hurd_store){error ? NULL : (void *)out[0], hook, NULL};
    return error;
}

int hurd_store_create(struct hurd_store *store, void *hook, const struct hurd_store_ops *ops)
{
    const L4_Word_t in[] = {(L4_Word_t)hook, (L4_Word_t)ops, ops->rights};
    L4_Word_t out[2];
    bool sound = ops->fetch && !(ops->rights & ~HURD_VM_RIGHTS) &&
                 (ops->clean || !(ops->rights & HURD_VM_WRITE));
    int error = sound ? worker_first() : EINVAL;
    if (!error)
        error = request(REQUEST_STORE_OPS, 3, in, out);
    *store = (struct hurd_store){error ? NULL : (void *)out[0], hook, ops};
    return error;
}

int hurd_store_sync(struct hurd_store *store, uintptr_t offset, uintptr_t size)
{
    const L4_Word_t in[] = {(L4_Word_t)store->record, offset, size};
    return request(REQUEST_STORE_SYNC, 3, in, NULL);
}

int hurd_store_discard(struct hurd_store *store, uintptr_t offset, uintptr_t size)
{
    const L4_Word_t in[] = {(L4_Word_t)store->record, offset, size};
    int error = request(REQUEST_STORE_DISCARD, 3, in, NULL);
    if (!error && store->ops->release)
        store->ops->release(store->hook, offset, size);
    return error;
}

int hurd_store_destroy(struct hurd_store *store)
{
    const L4_Word_t in[] = {(L4_Word_t)store->record};
    int error = request(REQUEST_STORE_DESTROY, 1, in, NULL);
    if (error)
        return error;
    store->record = NULL;
    if (store->ops && store->ops->release)
        store->ops->release(store->hook, 0, 0);
    return 0;
}

int hurd_store_bind_to_vm(struct hurd_store *store, uintptr_t offset, uintptr_t size,
                          unsigned flags, unsigned rights, uintptr_t *addr)
{
    const L4_Word_t in[] = {*addr, size, flags, rights, (L4_Word_t)store->record, offset};
    L4_Word_t out[2];
    int error = request(REQUEST_STORE_BIND, 6, in, out);
    if (!error)
        *addr = out[0];
    return error;
}

int hurd_store_cache(struct hurd_store *store, uintptr_t offset, uintptr_t size,
                     L4_Word_t container, uintptr_t container_offset)
{
    const L4_Word_t in[] = {(L4_Word_t)store->record, offset, size, container, container_offset};
    return request(REQUEST_STORE_CACHE, 5, in, NULL);
}

int hurd_store_find_cached(struct hurd_store *store, uintptr_t offset, L4_Word_t *container,
                           uintptr_t *container_offset)
{
    const L4_Word_t in[] = {(L4_Word_t)store->record, offset};
    L4_Word_t out[2];
    int error = request(REQUEST_STORE_FIND, 2, in, out);
    if (!error) {
        *container = out[0];
        *container_offset = out[1];
    }
    return error;
}

int hurd_store_flush(struct hurd_store *store, uintptr_t offset, uintptr_t size)
{
    const L4_Word_t in[] = {(L4_Word_t)store->record, offset, size};
    return request(REQUEST_STORE_FLUSH, 3, in, NULL);
}

int hurd_vm_show(struct hurd_shown *shown, uintptr_t offset, uintptr_t size, unsigned flags,
                 unsigned rights, uintptr_t *addr)
{
    const L4_Word_t in[] = {(L4_Word_t)shown, (L4_Word_t)shown->bring, shown->container,
                            shown->rights, shown->is_private != 0};
    L4_Word_t out[2];
    int error = worker_first();
    if (!error)
        error = request(REQUEST_SHOW, 5, in, out);
    if (error)
        return error;
    const L4_Word_t record = out[0], bind[] = {*addr, size, flags, rights, record, offset};
    error = request(REQUEST_STORE_BIND, 6, bind, out);
    if (error)
        request(REQUEST_STORE_DESTROY, 1, &record, NULL);
    else
        *addr = out[0];
    return error;
}

int hurd_vm_show_again(const struct hurd_shown *shown)
{
    const L4_Word_t in[] = {(L4_Word_t)shown, shown->container};
    int error = worker_first();
    return error ? error : request(REQUEST_SHOWN_AGAIN, 2, in, NULL);
}

int hurd_vm_show_sync(uintptr_t addr, uintptr_t size)
{
    L4_Word_t in[] = {addr, addr + (size - 1)}, out[2];
    int error = 0;
    while (!error && in[0] <= in[1] && request(REQUEST_SHOWN_FIND, 2, in, out) == 0) {
        struct hurd_shown *shown = (struct hurd_shown *)out[0];
        error = shown->sync(shown);
        if (out[1] >= in[1])
            break;
        in[0] = out[1] + 1;
    }
    return error;
}

int vm_fork(const struct fork_request *r, L4_Word_t made[2])
{
    const L4_Word_t in[] = {r->context, r->frames, r->image, r->startup};
    return request(REQUEST_FORK, 4, in, made);
}

/* ---- policies ---- */

int hurd_policy_create(const struct hurd_policy_ops *ops, uint32_t frames, uint32_t parameter,
                       unsigned *policy)
{
    const L4_Word_t in[] = {(L4_Word_t)ops, frames, parameter};
    L4_Word_t out[2];
    int error = request(REQUEST_POLICY_CREATE, 3, in, out);
    if (!error)
        *policy = out[0];
    return error;
}

int hurd_policy_replace(unsigned policy, const struct hurd_policy_ops *ops, uint32_t parameter)
{
    const L4_Word_t in[] = {policy, (L4_Word_t)ops, parameter};
    return request(REQUEST_POLICY_REPLACE, 3, in, NULL);
}

int hurd_policy_limit(unsigned policy, uint32_t frames)
{
    const L4_Word_t in[] = {policy, frames};
    return request(REQUEST_POLICY_LIMIT, 2, in, NULL);
}

int hurd_policy_destroy(unsigned policy)
{
    const L4_Word_t in[] = {policy};
    return request(REQUEST_POLICY_DESTROY, 1, in, NULL);
}

int hurd_vm_set_policy(uintptr_t addr, uintptr_t size, unsigned policy)
{
    L4_Word_t in[] = {addr, size, policy, 0};
    int error = request(REQUEST_POLICY_BIND, 3, in, NULL);
    if (error == EAGAIN) {              /* request() has started the workers, or could not */
        in[3] = 1;
        error = request(REQUEST_POLICY_BIND, 4, in, NULL);
    }
    return error;
}

/* Only the pager writes these words, each with one store, so any thread may read them without
 * asking. */
void hurd_mm_counters(struct hurd_mm_counters *counters)
{
    *counters = *(volatile struct hurd_mm_counters *)&mm.counters;
}

void hurd_mm_debug_keep_frames(int keep)
{
    mm.keep_frames = keep;
}

L4_Word_t hurd_mm_memory_container(void)
{
    return mm.memory;
}

L4_ThreadId_t hurd_mm_pager(void)
{
    return mm.pager;
}
