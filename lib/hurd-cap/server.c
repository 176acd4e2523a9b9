/* SPDX-License-Identifier: MIT */
/* The request loop of a capability server.  One thread takes a message, finds the row that word 0
 * names, lets the object's class serve the request, and replies with a zero timeout.  Before: the
 * client's L4_Call.  After: captable.c and the class.  Conventions: <hurd/cap.h>. */
#include <hurd/assert.h>
#include <errno.h>
#include <hurd/cap.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

#define LABEL_KERNEL    0xff00u     /* labels of the kernel begin here: interrupts, faults, ... */
#define LIST_MAX        20u         /* the most gifts in one reply, three words each */

static unsigned sender_task(L4_ThreadId_t from)
{
    return L4_Version(L4_IsLocalId(from) ? L4_MyGlobalId() : from);
}

/* A parked request becomes ready: it will be served again, or end with this error. */
static void long_wake(struct hurd_cap_server *server, struct hurd_cap_long *more, int error)
{
    assert_is(more->state, ==, HURD_CAP_WAITS);
    more->state = HURD_CAP_READY;
    more->error = error;
    server->ready++;
}

/* No thread waits for the reply any more: a parked request ends, another one goes on to its end. */
static void long_drop(struct hurd_cap_server *server, struct hurd_cap_long *more)
{
    more->unanswered = 1;
    if (more->state == HURD_CAP_WAITS)
        long_wake(server, more, ECANCELED);
    else if (more->state == HURD_CAP_READY)
        more->error = ECANCELED;
}

/* HURD_CAP_CANCEL: only for threads of the caller's task, and only if its request is parked or the
 * server's replies may come later. */
static int serve_cancel(struct hurd_cap_call *call)
{
    if (call->words != 1)
        return EINVAL;
    L4_ThreadId_t thread = L4_ThreadIdOfRaw(call->arg[0]);
    if (L4_IsLocalId(thread) || L4_Version(thread) != call->task)
        return ESRCH;
    for (struct hurd_cap_long *more = call->server->longs; more; more = more->next)
        if (more->state == HURD_CAP_WAITS && L4_IsThreadEqual(more->from, thread)) {
            long_wake(call->server, more, ECANCELED);
            return 0;
        }
    return call->server->cancel ? call->server->cancel(thread) : ESRCH;
}

/* Takes the handles of a dead task away, and what it gave to others.  Returns true if some are
 * left for the next part. */
static bool death_forget(struct hurd_cap_server *server, unsigned task)
{
    if (server->dying != task) {
        server->forgotten = false;
        if (server->task_dies)
            server->task_dies(task);
    }
    if (server->forgotten)
        return false;
    if (server->forget ? server->forget(task) : (hurd_cap_forget(&server->table, task), false))
        return true;
    hurd_cap_giver_died(&server->table, task);
    server->forgotten = true;
    return false;
}

static int serve_death(struct hurd_cap_call *call)
{
    struct hurd_cap_server *server = call->server;
    bool more;
    if (call->task != HURD_TASK_TASK)
        return EPERM;
    if (call->words != 1)
        return EINVAL;
    for (struct hurd_cap_long *l = server->longs; l; l = l->next)
        if (L4_Version(l->from) == call->arg[0])
            long_drop(server, l);           /* the ids in it may soon be those of other threads */
    more = death_forget(server, call->arg[0]);
    if (!more && server->task_died)
        more = server->task_died(call->arg[0]);
    call->reply[0] = more;
    call->reply_words = 1;
    server->dying = more ? call->arg[0] : 0;
    return 0;
}

int hurd_cap_target_allowed(struct hurd_cap_call *call, L4_Word_t task)
{
    if (task == 0 || task > L4_ID_VERSION_MASK)
        return ESRCH;
    if (call->task < HURD_TASK_FIRST || call->task == task)
        return 0;
    return hurd_cap_may_give(&call->server->table, task, call->task);
}

/* HURD_CAP_OPEN. */
static int serve_open(struct hurd_cap_call *call)
{
    if (call->words < 1 || call->words > 2)
        return EINVAL;
    L4_Word_t from = call->words > 1 ? call->arg[1] : 0;
    if (from > L4_ID_VERSION_MASK)
        return ESRCH;
    return hurd_cap_consent(&call->server->table, call->task, from, call->arg[0]);
}

/* HURD_CAP_LIST. */
static int serve_list(struct hurd_cap_call *call)
{
    const struct hurd_cap *cap;
    if (call->words != 1)
        return EINVAL;
    unsigned index = call->arg[0];
    while (call->reply_words < 3 * LIST_MAX
           && (cap = hurd_cap_next_gift(&call->server->table, call->task, &index))) {
        L4_Word_t *word = &call->reply[call->reply_words];
        word[0] = hurd_cap_handle(cap);
        word[1] = cap->giver;
        word[2] = (cap->object ? cap->object->class->kind : HURD_CAP_LIST_DEAD)
                  | (cap->flags & HURD_CAP_WEAK ? HURD_CAP_LIST_WEAK : 0)
                  | (cap->flags & HURD_CAP_GIFT ? 0 : HURD_CAP_LIST_USED);
        call->reply_words += 3;
        index++;
    }
    return 0;
}

/* HURD_CAP_TAKE_BACK. */
static int serve_take_back(struct hurd_cap_call *call)
{
    if (call->words != 2)
        return EINVAL;
    if (call->arg[0] > L4_ID_VERSION_MASK)
        return ESRCH;
    return hurd_cap_withdraw(&call->server->table, call->arg[0], call->task, call->arg[1]);
}

/* HURD_CAP_GIVE.  The new row is made before the old one goes, so an error loses nothing. */
static int serve_give(struct hurd_cap_call *call)
{
    if (call->words < 2 || call->words > 4)
        return EINVAL;
    struct hurd_cap *cap = call->cap;
    L4_Word_t target = call->arg[1];
    unsigned rights = call->words > 2 ? call->arg[2] & cap->rights : cap->rights;
    L4_Word_t flags = call->words > 3 ? call->arg[3] : 0;
    if (flags & ~(L4_Word_t) HURD_CAP_GIVE_MOVE)
        return EINVAL;
    int err = hurd_cap_target_allowed(call, target);
    if (!err && (cap->flags & HURD_CAP_WEAK))
        err = EPERM;
    if (!err && cap->object->class->admit)
        err = cap->object->class->admit(cap->object, target);
    uint32_t handle;
    if (!err)
        err = hurd_cap_insert(&call->server->table, target, cap->object, rights, 0, call->task,
                              &handle);
    if (err)
        return err;
    unsigned left;
    if (cap->object->class->given)
        cap->object->class->given(cap->object, target);
    if (flags & HURD_CAP_GIVE_MOVE)
        hurd_cap_remove(&call->server->table, call->task, call->arg[0], &left);
    call->reply[0] = handle;
    call->reply_words = 1;
    return 0;
}

static int serve_drop(struct hurd_cap_call *call)
{
    unsigned left;
    if (call->words != 1)
        return EINVAL;
    int err = hurd_cap_remove(&call->server->table, call->task, call->arg[0], &left);
    call->reply[0] = left;
    call->reply_words = 1;
    return err;
}

/* Serves a request whose word 0 is a handle. */
static int serve_capability(struct hurd_cap_call *call)
{
    if (call->words == 0)
        return EINVAL;
    if (call->label == HURD_CAP_DROP)           /* dead rows can be dropped, too */
        return serve_drop(call);
    int err = hurd_cap_lookup(&call->server->table, call->task, call->arg[0], &call->cap);
    if (err)
        return err;
    if (call->label == HURD_CAP_GIVE)
        return serve_give(call);
    return call->cap->object->class->serve(call);
}

static int serve_request(struct hurd_cap_call *call)
{
    struct hurd_cap_server *server = call->server;
    if (call->label >= LABEL_KERNEL || call->task == HURD_TASK_WORTEL) {
        int err = server->other ? server->other(call) : EOPNOTSUPP;
        if (err != EOPNOTSUPP)
            return err;
        if (call->label >= LABEL_KERNEL)
            return HURD_CAP_NO_REPLY; /* a reply would send the thread back to its fault */
    }
    if (call->typed)
        return EINVAL;
    if (server->root) {
        int err = server->root(call);
        if (err != EOPNOTSUPP)
            return err;
    }
    switch (call->label) {
    case HURD_CAP_CANCEL:   return serve_cancel(call);
    case HURD_CAP_GET_ROOT: return ENOSYS;
    case HURD_CAP_TASK_DIED: return serve_death(call);
    case HURD_CAP_OPEN:     return serve_open(call);
    case HURD_CAP_LIST:     return serve_list(call);
    case HURD_CAP_TAKE_BACK: return serve_take_back(call);
    default:                return serve_capability(call);
    }
}

static void load_error(const struct hurd_cap_server *server, int err)
{
    if (server->errors_in_label) {
        L4_LoadMR(0, L4_MakeTag(err, 0, 0).raw);
    } else {
        L4_LoadMR(0, L4_MakeTag(HURD_CAP_ERROR, 1, 0).raw);
        L4_LoadMR(1, err);
    }
}

/* ---- long requests ---- */

int hurd_cap_lengthen(struct hurd_cap_call *call)
{
    if (call->more)
        return 0;
    if (call->words > HURD_CAP_LONG_WORDS)
        return EINVAL;
    if (call->passed)
        return EAGAIN;
    for (const struct hurd_cap_long *m = call->server->longs; m; m = m->next)
        if (L4_IsThreadEqual(m->from, call->from) && m->error == 0)
            return EAGAIN;
    struct hurd_cap_long *more = call->server->table.alloc(call->task, sizeof *more);
    if (!more)
        return ENOMEM;
    *more = (struct hurd_cap_long) { .from = call->from,
                                     .tag = L4_MakeTag(call->label, call->words, 0) };
    for (unsigned i = 0; i < call->words; i++)
        more->arg[i] = call->arg[i];
    call->more = more;
    return 0;
}

int hurd_cap_park(struct hurd_cap_call *call, L4_Word_t key)
{
    int err = hurd_cap_lengthen(call);
    if (err)
        return err;
    call->more->key = key;
    return HURD_CAP_PARKED;
}

void hurd_cap_resume(struct hurd_cap_server *server, L4_Word_t key)
{
    for (struct hurd_cap_long *more = server->longs; more; more = more->next)
        if (more->state == HURD_CAP_WAITS && more->key == key)
            long_wake(server, more, 0);
}

/* The sender waits for another reply now, and must not take the old one for it. */
static void longs_unanswered(struct hurd_cap_server *server, L4_ThreadId_t from)
{
    for (struct hurd_cap_long *more = server->longs; more; more = more->next)
        if (L4_IsThreadEqual(more->from, from))
            long_drop(server, more);
}

/* Puts the request at the end of the list, unless it is done. */
static bool long_goes_on(struct hurd_cap_call *call, int err)
{
    struct hurd_cap_server *server = call->server;
    struct hurd_cap_long **link = &server->longs;
    if (err != HURD_CAP_AGAIN && err != HURD_CAP_PARKED) {
        server->table.free(call->task, call->more, sizeof *call->more);
        return false;
    }
    while (*link)
        link = &(*link)->next;
    call->more->next = NULL;
    call->more->state = err == HURD_CAP_PARKED ? HURD_CAP_WAITS : HURD_CAP_TURNS;
    server->turns += err == HURD_CAP_AGAIN;
    server->boot_turns += err == HURD_CAP_AGAIN && call->task < HURD_TASK_FIRST;
    *link = call->more;
    return true;
}

/* ---- requests and replies ---- */

int hurd_cap_serve(struct hurd_cap_server *server, L4_ThreadId_t from, L4_MsgTag_t tag)
{
    struct hurd_cap_call call;                  /* 500 bytes; words that were not sent are not
                                                   valid */
    call.server = server;
    call.more = server->now;
    call.cap = NULL;
    call.from = from;
    call.task = sender_task(from);
    call.label = L4_Label(tag);
    call.words = L4_UntypedWords(tag);
    call.typed = L4_TypedWords(tag);
    call.passed = L4_IpcPropagated(tag);
    call.reply_label = call.reply_words = call.reply_typed = 0;
    L4_StoreMRs(1, call.words, call.arg);
    server->requests++;
    if (server->longs && !call.more)
        longs_unanswered(server, from);

    int err = call.more && call.more->error ? call.more->error
              : call.more && call.more->go_on ? call.more->go_on(&call) : serve_request(&call);
    if (call.more && long_goes_on(&call, err))
        return 0;
    if (err == HURD_CAP_NO_REPLY)
        return 0;
    if (err) {
        load_error(server, err);
    } else {
        L4_LoadMR(0, L4_MakeTag(call.reply_label, call.reply_words, call.reply_typed).raw);
        L4_LoadMRs(1, call.reply_words + call.reply_typed, call.reply);
    }
    return 1;
}

/* Finds the first request in this state that is not of the task `not_of`; NULL: there is none. */
static struct hurd_cap_long **long_find(struct hurd_cap_server *server,
                                        enum hurd_cap_long_state state, unsigned not_of)
{
    struct hurd_cap_long **link = &server->longs;
    while (*link && ((*link)->state != state || L4_Version((*link)->from) == not_of))
        link = &(*link)->next;
    return *link ? link : NULL;
}

static struct hurd_cap_long *long_take(struct hurd_cap_long **link)
{
    struct hurd_cap_long *more = *link;
    *link = more->next;
    return more;
}

/* Puts the request back into the message registers, to serve it again. */
static int long_serve(struct hurd_cap_server *server, struct hurd_cap_long *more,
                      L4_ThreadId_t *from)
{
    bool answered = !more->unanswered;
    assert(!server->now);
    *from = more->from;
    L4_LoadMRs(1, L4_UntypedWords(more->tag), more->arg);
    server->now = more;
    int reply = hurd_cap_serve(server, *from, more->tag);
    server->now = NULL;
    server->requests--;                         /* it was counted when it came */
    return reply && answered;
}

static int turn_serve(struct hurd_cap_server *server, struct hurd_cap_long **link,
                      L4_ThreadId_t *from)
{
    assert(link && *link && server->turns > 0);
    server->turns--;
    server->last_turn = L4_Version((*link)->from);
    server->boot_turns -= server->last_turn < HURD_TASK_FIRST;
    return long_serve(server, long_take(link), from);
}

/* Serves the first request of another task than the one whose turn was last; if there is none, the
 * first of all.  So a task with many threads has no more turns than others. */
int hurd_cap_go_on(struct hurd_cap_server *server, L4_ThreadId_t *from)
{
    struct hurd_cap_long **link = long_find(server, HURD_CAP_TURNS, server->last_turn);
    if (!link)
        link = long_find(server, HURD_CAP_TURNS, 0);
    return turn_serve(server, link, from);
}

int hurd_cap_go_on_boot(struct hurd_cap_server *server, L4_ThreadId_t *from)
{
    struct hurd_cap_long **link = &server->longs;
    while (*link && ((*link)->state != HURD_CAP_TURNS
                     || L4_Version((*link)->from) >= HURD_TASK_FIRST))
        link = &(*link)->next;
    return turn_serve(server, link, from);
}

int hurd_cap_go_on_ready(struct hurd_cap_server *server, L4_ThreadId_t *from)
{
    struct hurd_cap_long **link = long_find(server, HURD_CAP_READY, 0);
    assert(link && server->ready > 0);
    server->ready--;
    return long_serve(server, long_take(link), from);
}

void hurd_cap_server_loop(struct hurd_cap_server *server)
{
    L4_ThreadId_t from;
    L4_Accept(L4_UntypedWordsAcceptor);
    L4_MsgTag_t tag = L4_Wait(&from);
    for (;;) {
        /* If the IPC failed, a reply reached no thread, or a sender had strings.  Neither matters
         * here. */
        int reply = L4_IpcSucceeded(tag) && hurd_cap_serve(server, from, tag);
        while (server->ready) {
            if (reply)
                L4_Reply(from);
            reply = hurd_cap_go_on_ready(server, &from);
        }
        L4_Accept(L4_UntypedWordsAcceptor);
        tag = reply ? L4_ReplyWait(from, &from) : L4_Wait(&from);
    }
}
