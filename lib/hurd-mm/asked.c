/* SPDX-License-Identifier: MIT */
/* What the task's own threads ask of their pager: the message is taken apart, and its words are
 * checked.  Before: request.c, in the thread; pager.c.  After: region.c, hint.c, store.c, paged.c,
 * shown.c, policy.c, handler.c, fork.c. */
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/task.h>
#include <l4/message.h>
#include <string.h>
#include "evict.h"
#include "handler.h"
#include "mm.h"
#include "paged.h"
#include "shown.h"

static bool reply(int error, unsigned words)
{
    L4_LoadMR(0, L4_MakeTag((L4_Word_t)error, error ? 0 : words, 0).raw);
    return true;
}

/* If the work is not done yet, the caller gets its reply when a worker has finished a job; then it
 * repeats the request: see request() in request.c. */
static bool reply_or_park(L4_ThreadId_t from, int error)
{
    struct pagein wait = {.thread = from, .store = &mm.wired, .kind = JOB_PARKED};
    if (error == EINPROGRESS && pagein_park(&wait) == 0)
        return false;
    return reply(error, 0);
}

/* a[0..] are the request's words; words that the message did not have are 0. */
static bool request_region(enum request op, L4_ThreadId_t from, const L4_Word_t *a)
{
    struct region_request r = {
        .address = a[0], .size = a[1], .flags = a[2], .rights = a[3], .store = &mm.anonymous,
    };
    int error;
    if (op == REQUEST_MAP_CONTAINER) {
        r.offset = a[5];
        error = region_of_container(&r, a[4]);
    } else if (op == REQUEST_STORE_BIND) {
        r.store = store_of_word(a[4]);
        r.offset = a[5];
        bool sound = r.store && !(r.offset & (HURD_MM_PAGE - 1)) &&
                     r.size - 1 <= UINTPTR_MAX - r.offset;
        error = sound ? region_create(&r) : EINVAL;
    } else {
        r.map_now = a[4];
        error = region_create(&r);
    }
    L4_LoadMR(1, r.address);
    return error == EINPROGRESS ? reply_or_park(from, error) : reply(error, 1);
}

static bool request_paged(enum request op, L4_ThreadId_t from, struct store *store,
                          const L4_Word_t *a)
{
    bool sound = !((a[1] | a[2]) & (HURD_MM_PAGE - 1)) && a[2] && a[2] - 1 <= UINTPTR_MAX - a[1];
    switch (op) {
    case REQUEST_STORE_DESTROY: return reply(paged_destroy(store), 0);
    case REQUEST_STORE_SYNC:
        return reply_or_park(from, sound ? paged_sync(store, a[1], a[2], false) : EINVAL);
    case REQUEST_STORE_DISCARD:
        return reply(sound ? paged_discard(store, a[1], a[2]) : EINVAL, 0);
    default: return reply(EINVAL, 0);
    }
}

static bool request_store(enum request op, L4_ThreadId_t from, const L4_Word_t *a)
{
    bool creates = op == REQUEST_STORE_CREATE || op == REQUEST_STORE_OPS;
    struct store *store = creates ? NULL : store_of_word(a[0]);
    L4_Word_t container = 0;
    uintptr_t at = 0;
    int error;
    if (op == REQUEST_STORE_CREATE || op == REQUEST_STORE_OPS) {
        error = op == REQUEST_STORE_CREATE
                    ? store_create((void *)a[0], (hurd_store_fault_t *)a[1], &store)
                    : paged_create((void *)a[0], (const struct hurd_store_ops *)a[1],
                                   a[2] & HURD_VM_RIGHTS, &store);
        L4_LoadMR(1, (L4_Word_t)store);
        return reply(error, 1);
    }
    if (!store)
        return reply(EINVAL, 0);
    if (store->class == &paged_class)
        return request_paged(op, from, store, a);
    if (store_is_shown(store))
        return reply(op == REQUEST_STORE_DESTROY ? shown_destroy(store) : EINVAL, 0);
    switch (op) {
    case REQUEST_STORE_DESTROY: return reply(store_destroy(store), 0);
    case REQUEST_STORE_CACHE: return reply(store_cache(store, a[1], a[2], a[3], a[4]), 0);
    case REQUEST_STORE_FLUSH: return reply(store_flush(store, a[1], a[2]), 0);
    default: break;
    }
    error = store_find(store, a[1], &container, &at);
    L4_LoadMR(1, container);
    L4_LoadMR(2, at);
    return reply(error, 2);
}

bool asked_maps(void)
{
    L4_Word_t words[10 * HURD_MM_MAPS_WORDS];
    unsigned n = region_list(L4_MR(1), words, 10 * HURD_MM_MAPS_WORDS);
    L4_LoadMRs(1, (int)n, words);
    return reply(0, n);
}

static bool request_resident(uintptr_t address, uintptr_t size)
{
    L4_Word_t words[HURD_VM_RESIDENT_PAGES / 32];
    int error = hint_resident(address, size, words);
    L4_LoadMRs(1, HURD_VM_RESIDENT_PAGES / 32, words);
    return reply(error, HURD_VM_RESIDENT_PAGES / 32);
}

static bool request_move(L4_ThreadId_t from, const L4_Word_t *a)
{
    struct move_request r = {
        .address = a[0], .size = a[1], .new_size = a[2], .flags = a[3], .to = a[4],
    };
    int error = move_region(&r);
    L4_LoadMR(1, r.to);
    return error == EINPROGRESS ? reply_or_park(from, error) : reply(error, 1);
}

static bool request_policy_create(const L4_Word_t *a)
{
    unsigned number = 0;
    int error = policy_create((const struct hurd_policy_ops *)a[0], a[1], a[2], &number);
    L4_LoadMR(1, number);
    return reply(error, 1);
}

static bool request_shown(enum request op, const L4_Word_t *a)
{
    struct hurd_shown *shown = NULL;
    struct store *store = NULL;
    uintptr_t end = 0;
    int error;
    if (op == REQUEST_SHOW) {
        error = shown_create((struct hurd_shown *)a[0], (hurd_store_fault_t *)a[1], a[2], a[3],
                             a[4], &store);
        L4_LoadMR(1, (L4_Word_t)store);
        return reply(error, 1);
    }
    if (op == REQUEST_SHOWN_AGAIN)
        return reply(shown_again((struct hurd_shown *)a[0], a[1]), 0);
    error = op == REQUEST_SHOWN_GONE ? shown_gone(&shown) : shown_find(a[0], a[1], &shown, &end);
    L4_LoadMR(1, (L4_Word_t)shown);
    L4_LoadMR(2, end);
    return reply(error, 2);
}

static void load_set(int mr, sigset_t set)
{
    L4_LoadMR(mr, (L4_Word_t)set);
    L4_LoadMR(mr + 1, (L4_Word_t)(set >> 32));
}

static sigset_t set_at(const L4_Word_t *a)
{
    return a[0] | (sigset_t)a[1] << 32;
}

static bool request_signal_action(const L4_Word_t *a)
{
    struct sigaction old = {0};
    int error = handler_action((int)a[0], a[1] ? &a[2] : NULL, &old);
    L4_LoadMR(1, (L4_Word_t)old.sa_handler);
    load_set(2, old.sa_mask);
    L4_LoadMR(4, (L4_Word_t)old.sa_flags);
    return reply(error, 4);
}

static bool request_signal_stack(L4_ThreadId_t from, const L4_Word_t *a)
{
    stack_t old = {0};
    int error = handler_stack(from, a[0] ? &a[1] : NULL, &old);
    L4_LoadMR(1, (L4_Word_t)old.ss_sp);
    L4_LoadMR(2, old.ss_size);
    L4_LoadMR(3, (L4_Word_t)old.ss_flags);
    return reply(error, 3);
}

static bool request_signal_mask(L4_ThreadId_t from, const L4_Word_t *a)
{
    sigset_t old = 0;
    int error = signal_mask(from, set_at(a), a[2], &old);
    load_set(1, old);
    return reply(error, 2);
}

/* A short message comes from this task itself: it holds the set of signals only, and what the
 * function fills in as the sender of each: this task, and whether values are in the queue. */
static bool request_signal_arrives(unsigned words)
{
    enum { ALL = sizeof(struct hurd_task_arrived) / sizeof(L4_Word_t) };
    struct hurd_task_arrived arrived;
    L4_Word_t all[ALL] = {L4_MR(1), L4_MR(2)}, sender = L4_MR(3);
    if (words == ALL)
        L4_StoreMRs(1, ALL, all);
    memcpy(&arrived, all, sizeof arrived);
    for (unsigned i = 0; words != ALL && i <= HURD_TASK_SIGNALS; i++)
        arrived.from[i] = (uint16_t)sender;
    return reply(signals_arrive(&arrived), 0);
}

static bool request_signal_thread(L4_ThreadId_t from, L4_ThreadId_t new)
{
    if (!L4_IsNilThread(new))
        return reply(signal_thread_begins(from, new), 0);
    signal_thread_ends(from);
    return reply(0, 0);
}

static bool request_signal_take(L4_ThreadId_t from, const L4_Word_t *a)
{
    struct signal_news news = {0};
    int signal = 0, error = signal_take(from, set_at(a), a[2], &signal, &news);
    const L4_Word_t taken[] = {(L4_Word_t)signal, (L4_Word_t)news.code, (L4_Word_t)news.from,
                               news.value};
    L4_LoadMRs(1, 4, taken);
    return reply(error, 4);
}

static bool request_fork(L4_ThreadId_t from, const L4_Word_t *a)
{
    const struct fork_request r = {
        .context = a[0], .frames = a[1], .image = a[2], .startup = a[3],
    };
    L4_Word_t made[2] = {0, 0};
    int error = fork_copy(&r, from, made);
    L4_LoadMRs(1, 2, made);
    return error == EINPROGRESS ? reply_or_park(from, error) : reply(error, 2);
}

bool asked_serve(L4_ThreadId_t from, L4_MsgTag_t tag)
{
    enum request op = L4_Label(tag) - REQUEST;
    L4_Word_t a[6] = {0};
    unsigned words = L4_UntypedWords(tag);
    L4_StoreMRs(1, words < 6 ? (int)words : 6, a);
    switch (op) {
    case REQUEST_ALLOCATE:
    case REQUEST_MAP_CONTAINER:
    case REQUEST_STORE_BIND: return request_region(op, from, a);
    case REQUEST_DEALLOCATE: return reply_or_park(from, region_destroy(a[0], a[1]));
    case REQUEST_PROTECT: return reply(region_protect(a[0], a[1], a[2]), 0);
    case REQUEST_ADVISE: return reply_or_park(from, hint_advise(a[0], a[1], a[2]));
    case REQUEST_LOCK: return reply_or_park(from, hint_lock(a[0], a[1], a[2]));
    case REQUEST_LOCK_ALL: return reply_or_park(from, hint_lock_all(a[0]));
    case REQUEST_RESIDENT: return request_resident(a[0], a[1]);
    case REQUEST_MOVE: return request_move(from, a);
    case REQUEST_SYNC: return reply_or_park(from, hint_sync(a[0], a[1], a[2], a[3]));
    case REQUEST_POLICY_CREATE: return request_policy_create(a);
    case REQUEST_POLICY_REPLACE:
        return reply(policy_replace(a[0], (const struct hurd_policy_ops *)a[1], a[2]), 0);
    case REQUEST_POLICY_LIMIT: return reply(policy_limit(a[0], a[1]), 0);
    case REQUEST_POLICY_DESTROY: return reply(policy_destroy(a[0]), 0);
    case REQUEST_POLICY_BIND: return reply(policy_bind(a[0], a[1], a[2], a[3]), 0);
    case REQUEST_SIGNAL_ACTION: return request_signal_action(a);
    case REQUEST_SIGNAL_STACK: return request_signal_stack(from, a);
    case REQUEST_SIGNAL_MASK: return request_signal_mask(from, a);
    case REQUEST_SIGNAL_ARRIVES: return request_signal_arrives(L4_UntypedWords(tag));
    case REQUEST_SIGNAL_THREAD: return request_signal_thread(from, L4_ThreadIdOfRaw(a[0]));
    case REQUEST_SIGNAL_SEND:
        return reply(a[1] < NSIG ? signal_send(L4_ThreadIdOfRaw(a[0]), (int)a[1]) : EINVAL, 0);
    case REQUEST_SIGNAL_TAKE: return request_signal_take(from, a);
    case REQUEST_PAGEIN_JOB: return pagein_job(from, (int)a[0], a[1]);
    case REQUEST_PAGEIN_WORKER: return reply(pagein_worker(L4_ThreadIdOfRaw(a[0]), a[1]), 0);
    case REQUEST_FORK: return request_fork(from, a);
    case REQUEST_SHOW:
    case REQUEST_SHOWN_GONE:
    case REQUEST_SHOWN_AGAIN:
    case REQUEST_SHOWN_FIND: return request_shown(op, a);
    case REQUEST_KEEP: return reply(hint_keep(a[0], a[1]), 0);
    default: return request_store(op, from, a);
    }
}
