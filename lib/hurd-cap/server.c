/* SPDX-License-Identifier: MIT */
/* The request loop of a capability server: one thread takes a message, finds the row that word 0
 * names, lets the object's class serve it, and replies itself with a zero send timeout.  The hop
 * before is the client's L4_Call, the hop after captable.c and the class.  Conventions:
 * <hurd/cap.h>. */
#include <errno.h>
#include <hurd/cap.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>

#define LABEL_KERNEL    0xff00u     /* from here up the kernel speaks: interrupts, faults, ... */
#define GIVEN_MAX       256u        /* rows that one program may have in another's table, ... */
#define GIVEN_BOOT_MAX  64u         /* ... and in a boot server's, which uses them up at once */

static unsigned sender_task(L4_ThreadId_t from)
{
    return L4_Version(L4_IsLocalId(from) ? L4_MyGlobalId() : from);
}

/* HURD_CAP_CANCEL: only threads of the caller's task, and only where the server defers replies. */
static int serve_cancel(struct hurd_cap_call *call)
{
    if (call->words != 1)
        return EINVAL;
    L4_ThreadId_t thread = L4_ThreadIdOfRaw(call->arg[0]);
    if (L4_IsLocalId(thread) || L4_Version(thread) != call->task || !call->server->cancel)
        return ESRCH;
    return call->server->cancel(thread);
}

static int serve_death(struct hurd_cap_call *call)
{
    if (call->task != HURD_TASK_TASK)
        return EPERM;
    if (call->words != 1)
        return EINVAL;
    hurd_cap_forget(&call->server->table, call->arg[0]);
    for (unsigned server = HURD_TASK_TASK; server <= HURD_TASK_ROOT; server++)
        hurd_cap_drop_dead(&call->server->table, server, call->arg[0]); /* it never asked */
    if (call->server->task_died)
        call->server->task_died(call->arg[0]);
    return 0;
}

int hurd_cap_target_allowed(struct hurd_cap_call *call, L4_Word_t task)
{
    if (task == 0 || task > L4_ID_VERSION_MASK)
        return ESRCH;
    if (call->task < HURD_TASK_FIRST || call->task == task)
        return 0;
    if (!hurd_cap_knows(&call->server->table, task))
        return ESRCH;
    unsigned limit = task < HURD_TASK_FIRST ? GIVEN_BOOT_MAX : GIVEN_MAX;
    return hurd_cap_count_given(&call->server->table, task, call->task) < limit ? 0 : EMFILE;
}

/* HURD_CAP_GIVE.  The new row first, then the old one goes: nothing is lost on an error. */
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

/* Requests whose word 0 is a handle. */
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
            return HURD_CAP_NO_REPLY;           /* an answer would restart a fault */
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
    case HURD_CAP_TASK_DIED:   return serve_death(call);
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

int hurd_cap_serve(struct hurd_cap_server *server, L4_ThreadId_t from, L4_MsgTag_t tag)
{
    struct hurd_cap_call call;                  /* 500 bytes: unsent words stay undefined */
    call.server = server;
    call.cap = NULL;
    call.from = from;
    call.task = sender_task(from);
    call.label = L4_Label(tag);
    call.words = L4_UntypedWords(tag);
    call.typed = L4_TypedWords(tag);
    call.reply_label = call.reply_words = call.reply_typed = 0;
    L4_StoreMRs(1, call.words, call.arg);
    server->requests++;

    int err = serve_request(&call);
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

void hurd_cap_server_loop(struct hurd_cap_server *server)
{
    L4_ThreadId_t from;
    L4_Accept(L4_UntypedWordsAcceptor);
    L4_MsgTag_t tag = L4_Wait(&from);
    for (;;) {
        /* A failed IPC is a reply that nobody waited for, or a sender with strings: not our
         * trouble. */
        int reply = L4_IpcSucceeded(tag) && hurd_cap_serve(server, from, tag);
        L4_Accept(L4_UntypedWordsAcceptor);
        tag = reply ? L4_ReplyWait(from, &from) : L4_Wait(&from);
    }
}
