/* SPDX-License-Identifier: MIT */
/* The task server: it makes tasks and threads for tasks without privileges.  Spec hurd 1.4 step 12,
 * 4.6; include/hurd/task.h.
 *
 * Before: wortel starts `task` by the startup protocol.  After: deva, the root task and every
 * program ask `task` for threads and tasks; `task` is the scheduler of all threads.  It is one
 * thread, which calls wortel and physmem; these never call `task`.  Once deva serves, it does not
 * call `task` either, but deva may hang.  So `task` waits for deva only once (create.c), and tells
 * deva of deaths only when deva listens (death.c). */
#include "server.h"
#include <errno.h>
#include <hurd/physmem.h>
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/syscalls.h>
#include <libc.h>
#include <stdarg.h>
#include <stdio.h>

struct hurd_startup_data *startup_data;
L4_ThreadId_t physmem, deva;
L4_Word_t wortel_cap, deva_cap;
bool have_deva;

static struct hurd_cap_object master;

void task_main(struct hurd_startup_data *data) __attribute__((noreturn));

void say(const char *format, ...)
{
    char line[400];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (n > (int)sizeof line - 1)
        n = sizeof line - 1;
    if (n > 0)
        hurd_wortel_write(wortel_cap, line, (L4_Word_t)n);
}

/* A failed assert() prints its line by this, and ends by an exception; then wortel stops the
 * machine. */
long __libc_write(int stream, const void *data, size_t size)
{
    (void)stream;
    hurd_wortel_write(wortel_cap, data, (L4_Word_t)size);
    return (long)size;
}

int l4_errno(int result)
{
    if (result >= 0)
        return result;
    switch (-1 - result) {
    case L4_ERR_MEMORY: return ENOMEM;
    case L4_ERR_UTCB:   return EINVAL;
    case L4_ERR_THREAD: return EAGAIN;
    default:            return EIO;
    }
}

/* wortel's reply to BOOTSTRAP_FINAL comes late, as a message with label 0. */
static int other(struct hurd_cap_call *call)
{
    if (call->label >= 0xFF00)
        return serve_kernel(call);
    if (call->label == 0 && call->words == 4 && call->from.raw == hurd_wortel_thread().raw) {
        deva = L4_ThreadIdOfRaw(call->arg[2]);
        deva_cap = call->arg[3];
        have_deva = !L4_IsNilThread(deva);
        return HURD_CAP_NO_REPLY;
    }
    return EOPNOTSUPP;
}

/* No task can give up the handle on itself, because it could not exit any more. */
static bool gives_itself_up(struct hurd_cap_call *call)
{
    struct hurd_cap *cap;
    bool drop = call->label == HURD_CAP_DROP;
    bool move = call->label == HURD_CAP_GIVE && call->words > 3
             && (call->arg[3] & HURD_CAP_GIVE_MOVE);
    if (!(drop || move) || call->words == 0
        || hurd_cap_lookup(&server.table, call->task, call->arg[0], &cap) != 0)
        return false;
    return cap->object->class == &task_class && ((struct task *)cap->object)->id == call->task;
}

/* A reply of deva that `task` does not wait for any more, or never waited for.  `task` must not
 * reply to it. */
static bool is_late_answer(const struct hurd_cap_call *call)
{
    return have_deva && call->from.raw == deva.raw &&
           (call->label == 0 || call->label == HURD_CAP_ERROR);
}

/* This comes before every request.  A thread that sends a new request has given up its old wait,
 * and must get one reply only. */
static int any_request(struct hurd_cap_call *call)
{
    if (is_late_answer(call))
        return HURD_CAP_NO_REPLY;
    if (call->from.raw != deva.raw) {       /* deva now waits for a reply, so it cannot take news */
        death_tell();
        groups_tell();
    }
    wait_cancel(call->from);
    return gives_itself_up(call) ? EPERM : EOPNOTSUPP;
}

/* The memory for a task's handles is charged to that task.  The list of all clients belongs to
 * `task`. */
static void *table_alloc(unsigned id, size_t size)
{
    struct task *owner = id ? task_find(id) : NULL;
    return owner ? block_alloc(owner, size) : id ? NULL : arena_alloc(size);
}

static void table_free(unsigned id, void *block, size_t size)
{
    if (id)
        block_free(block, size);
    else
        arena_free(block, size);
}

struct hurd_cap_server server = {
    .table = {.alloc = table_alloc, .free = table_free},
    .root = any_request,
    .other = other,
    .cancel = serve_cancel_wait,
};

static int ask_wortel(L4_Word_t op, unsigned n, const L4_Word_t *in, unsigned max, L4_Word_t *out,
                      unsigned *got)
{
    return hurd_cap_rpc(hurd_wortel_thread(), HURD_WORTEL_LABEL(op, wortel_cap), n, in, max, out,
                        got);
}

/* deva and the root task have the smallest UTCB area that there is, at the same address as
 * `task`'s.  Slot 0 belongs to their first thread. */
static void set_boot_utcbs(struct task *t)
{
    L4_Fpage_t area = L4_FpageOfRaw(startup_data->utcb_area);
    if (t->id < HURD_TASK_TASK)
        return;
    t->utcb_base = L4_Address(area);
    t->utcb_slots = L4_Size(area) / L4_UTCB_BLOCK;
    if (t->utcb_slots > SLOTS_MAX)
        t->utcb_slots = SLOTS_MAX;
    t->slots[0] = 1;
}

static int adopt(L4_Word_t id, const L4_Word_t *threads, L4_Word_t count, uint32_t *handle)
{
    static const char *const name[] = {"", "wortel", "physmem", "task", "deva", "init"};
    const char *called = id <= HURD_TASK_ROOT ? name[id] : "?";
    struct task *t = task_new(id, HURD_TASK_WORTEL, called, NAME_MAX);
    if (!t)
        return ENOMEM;
    t->boot = true;
    budget_boot(t);
    while (count > 0)
        threads_adopt(t, L4_ThreadIdOfRaw(threads[--count]));
    set_boot_utcbs(t);
    return hurd_cap_insert(&server.table, id, &t->object, 7, 0, 0, handle);
}

/* wortel asks for one capability for each task that exists, then for the master, for the root
 * task. */
static void adopt_boot_tasks(void)
{
    L4_Word_t words[63];
    unsigned n;
    while (ask_wortel(HURD_WORTEL_GET_TASK_CAP_REQUEST, 0, NULL, 63, words, &n) == 0) {
        uint32_t handle = 0;
        int error;
        if (n == 0)
            error = hurd_cap_insert(&server.table, HURD_TASK_ROOT, &master, 7, 0, 0, &handle);
        else
            error = adopt(words[0], words + 1, n - 1, &handle);
        if (error != 0)
            say("task: boot task %lu gets no task capability (error %d), so it cannot start\n"
                "task: threads or tasks; see <hurd/task.h> for the errors\n",
                n ? words[0] : HURD_TASK_ROOT, error);
        L4_Word_t reply = handle;
        if (ask_wortel(HURD_WORTEL_GET_TASK_CAP_REPLY, 1, &reply, 0, NULL, NULL) != 0 || n == 0)
            break;
    }
}

void task_main(struct hurd_startup_data *data)
{
    L4_Word_t first = 0;
    L4_Init();
    startup_data = data;
    wortel_cap = data->wortel.cap;
    physmem = L4_ThreadIdOfRaw(data->startup.server);
    L4_Set_ExceptionHandler(hurd_wortel_thread());

    ask_wortel(HURD_WORTEL_GET_FIRST_FREE_THREAD_NO, 0, NULL, 1, &first, NULL);
    threads_init(first);
    if (create_init() != 0)
        say("task: physmem gives no container, so no program can be started;\n"
            "task: give the machine more memory\n");
    hurd_cap_object_init(&master, &master_class);
    hurd_cap_object_keep(&master);
    adopt_boot_tasks();
    say("task: tasks from %u, threads from number %lu, room for %u and %u\n", HURD_TASK_FIRST,
        first, TASKS_MAX, THREADS_MAX);

    /* This is a send, not a call: the reply comes when deva runs, and until then `task` serves. */
    L4_Set_MsgTag(L4_MakeTag(HURD_WORTEL_LABEL(HURD_WORTEL_BOOTSTRAP_FINAL, wortel_cap), 0, 0));
    L4_Send(hurd_wortel_thread());
    hurd_cap_server_loop(&server);
}
