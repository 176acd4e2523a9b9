/* SPDX-License-Identifier: MIT */
/* Making a task out of an image: HURD_TASK_CREATE, in named steps, each undone when a later one
 * fails.
 *
 * The image is never read where its owner could pull it away: first a copy-on-write copy into a
 * container of ours (charged to the new task's control), then, through a window, a private page of
 * that. */
#include "../../lib/startup/page.h"
#include "server.h"
#include <errno.h>
#include <hurd/deva.h>
#include <hurd/physmem.h>
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <string.h>

#define PAGE            0x1000u
#define WINDOW_STARTUP  0x60000000u     /* HURD_STARTUP_SIZE bytes: the startup fpage of one task */
#define WINDOW_SOURCE   0x60100000u     /* CHUNK + PAGE bytes */
#define WINDOW_DEST     0x60200000u     /* CHUNK bytes, or one page of headers */
#define CHUNK           0x10000u

static L4_Word_t page_down(L4_Word_t x) { return x & -PAGE; }
static L4_Word_t page_up(L4_Word_t x) { return (x + PAGE - 1) & -PAGE; }

/* The request and what has been made of it so far. */
struct making {
    L4_Word_t caller;
    L4_Word_t image, offset, size, control;     /* as asked; the handles are consumed */
    const char *argz;
    L4_Word_t argz_len;
    L4_Word_t copy;                             /* our container with the image, from offset 0 */
    bool has_copy;
    struct elf_program program;
    struct task *task;
    struct hurd_startup_data data;
    L4_Word_t sp;
};

/* ---- the request */

/* A handle counts only if this caller gave it to us: anybody can write down a number. */
static int check_giver(L4_Word_t handle, L4_Word_t caller, bool want_control)
{
    struct hurd_pm_cap_info info;
    if (hurd_pm_cap_info(physmem, handle, &info) != 0)
        return EBADF;
    bool is_control = info.kind == HURD_PM_KIND_CONTROL;
    return info.giver == caller && is_control == want_control ? 0 : EPERM;
}

static int parse(struct making *m, struct hurd_cap_call *call)
{
    if (call->words < 6 || call->arg[5] > HURD_TASK_ARGZ_MAX)
        return call->words < 6 ? EINVAL : E2BIG;
    m->caller = call->task;
    m->image = call->arg[1];
    m->offset = call->arg[2];
    m->size = call->arg[3];
    m->control = call->arg[4];
    m->argz_len = call->arg[5];
    m->argz = (const char *)&call->arg[6];
    if (call->words != 6 + (m->argz_len + 3) / 4)
        return EINVAL;
    if (m->argz_len == 0 || m->argz[m->argz_len - 1] != 0)
        return EINVAL;
    return 0;
}

/* ---- the image */

static int map_window(L4_Word_t container, L4_Word_t window, L4_Word_t offset, L4_Word_t size)
{
    return hurd_pm_container_map(physmem, container, HURD_PM_READ | HURD_PM_WRITE, window, offset,
                                 size, NULL);
}

/* An image that starts in the middle of a page: chunk by chunk into fresh pages. */
static int copy_bytes(struct making *m)
{
    L4_Word_t transit;
    int error = hurd_pm_container_create(physmem, m->control, 0, &transit);
    if (error != 0)
        return error;
    error = hurd_pm_container_allocate(physmem, m->copy, 0, 0, page_up(m->size), NULL);
    for (L4_Word_t done = 0; error == 0 && done < m->size; done += CHUNK) {
        L4_Word_t n = m->size - done < CHUNK ? m->size - done : CHUNK;
        L4_Word_t from = page_down(m->offset + done), skip = m->offset + done - from;
        L4_Word_t span = page_up(skip + n);
        error = hurd_pm_container_copy(physmem, m->image, from, transit, 0, span, 0, NULL);
        if (error == 0)
            error = map_window(transit, WINDOW_SOURCE, 0, span);
        if (error == 0)
            error = map_window(m->copy, WINDOW_DEST, done, page_up(n));
        if (error == 0)
            memcpy((void *)WINDOW_DEST, (const void *)(WINDOW_SOURCE + skip), n);
        hurd_pm_container_deallocate(physmem, transit, 0, span, NULL);
    }
    hurd_pm_container_destroy(physmem, transit);
    hurd_cap_drop(physmem, transit);
    return error;
}

static int take_image(struct making *m)
{
    if (m->size == 0 || m->size > HURD_TASK_IMAGE_MAX || m->offset + m->size < m->offset
        || page_up(m->offset + m->size) < m->offset)
        return ENOEXEC;
    int error = hurd_pm_container_create(physmem, m->control, 0, &m->copy);
    if (error != 0)
        return error;
    m->has_copy = true;
    if (m->offset % PAGE != 0)
        return copy_bytes(m);
    return hurd_pm_container_copy(physmem, m->image, m->offset, m->copy, 0, page_up(m->size), 0,
                                  NULL);
}

static int read_headers(struct making *m)
{
    int error = map_window(m->copy, WINDOW_DEST, 0, PAGE);
    return error ? error
                 : elf_read((const void *)WINDOW_DEST, PAGE, m->size, STARTUP_LOW, &m->program);
}

/* ---- the task record and what the new task holds with servers */

static int make_record(struct making *m)
{
    L4_Word_t id = task_free_id();
    m->task = id ? task_new(id, m->caller, m->argz, m->argz_len) : NULL;
    if (!m->task)
        return EAGAIN;
    struct task *t = m->task;
    t->utcb_base = HURD_STARTUP_UTCB;
    t->utcb_slots = (1u << HURD_STARTUP_UTCB_LOG2) / L4_UTCB_BLOCK;
    t->image = m->copy;
    t->has_image = true;
    m->has_copy = false;                        /* the record owns it now */
    return 0;
}

static int make_startup_container(struct making *m)
{
    int error = hurd_pm_container_create(physmem, m->control, 0, &m->task->startup);
    if (error != 0)
        return error;
    m->task->has_startup = true;
    return hurd_pm_container_allocate(physmem, m->task->startup, 0, 0, HURD_STARTUP_SIZE, NULL);
}

/* deva may hang: then the task has no console.  That it hangs is found out once, at the cost of two
 * periods; from then on it has to listen at once, until it answers again. */
static void inject_console(struct making *m)
{
    static bool late;
    const L4_Time_t patience = L4_TimePeriod(200000);
    if (!have_deva)
        return;
    L4_LoadMR(1, deva_cap);
    L4_LoadMR(2, m->task->id);
    L4_Set_MsgTag(L4_MakeTag(HURD_DEVA_CONSOLE_INJECT, 2, 0));
    L4_MsgTag_t tag = L4_Call_Timeouts(deva, late ? L4_ZeroTime : patience, patience);
    late = L4_IpcFailed(tag);
    if (L4_IpcSucceeded(tag) && L4_Label(tag) == 0 && L4_UntypedWords(tag) == 1)
        m->data.console = (struct hurd_startup_cap) {deva.raw, L4_MR(1)};
}

/* The control goes last: after it nothing more can be charged by us. */
static int give_capabilities(struct making *m)
{
    struct task *t = m->task;
    struct hurd_startup_data *d = &m->data;
    uint32_t own;
    d->utcb_area = L4_FpageLog2(HURD_STARTUP_UTCB, HURD_STARTUP_UTCB_LOG2).raw;
    d->startup.server = d->image.server = d->physmem_control.server = physmem.raw;
    int error = hurd_pm_container_share(physmem, t->startup, t->id, HURD_PM_RIGHTS,
                                        &d->startup.cap);
    if (error == 0)
        error = hurd_pm_container_share(physmem, t->image, t->id, HURD_PM_READ | HURD_PM_EXECUTE,
                                        &d->image.cap);
    if (error == 0)
        error = hurd_cap_insert(&server.table, t->id, &t->object, 7, 0, 0, &own);
    if (error == 0)
        error = hurd_cap_give(physmem, m->control, t->id, 7, HURD_CAP_GIVE_MOVE,
                              &d->physmem_control.cap);
    if (error != 0)
        return error;
    m->control = ~0ul;                          /* no longer ours to drop */
    d->task = (struct hurd_startup_cap) {L4_MyGlobalId().raw, own};
    inject_console(m);
    return 0;
}

/* ---- the startup fpage */

/* There is one window: showing another task's fpage takes the mapping away from the task before,
 * which gets it back when it faults. */
L4_Word_t startup_window(struct task *t)
{
    return map_window(t->startup, WINDOW_STARTUP, 0, HURD_STARTUP_SIZE) == 0 ? WINDOW_STARTUP : 0;
}

static int write_startup(struct making *m)
{
    L4_Word_t window = startup_window(m->task);
    if (window == 0)
        return EIO;
    return startup_page_write((void *)window, &m->data, &m->program, m->argz, m->argz_len, &m->sp);
}

/* ---- the kernel's part */

/* Pages of kernel memory for one task: a sixteenth of the kernel's pool, so that a few greedy tasks
 * cannot use it up, and at least 96 KB: half of that is spent before main() runs. */
static L4_Word_t kernel_quota(void)
{
    static L4_Word_t pages;
    L4_Word_t out[2] = {0, 0};
    if (pages == 0) {
        hurd_cap_rpc(hurd_wortel_thread(), HURD_WORTEL_LABEL(HURD_WORTEL_SYSTEM_INFO, wortel_cap),
                     0, NULL, 2, out, NULL);
        pages = out[1] / 16 / PAGE > 24 ? out[1] / 16 / PAGE : 24;
    }
    return pages;
}

static int make_space(struct making *m, L4_ThreadId_t *first)
{
    struct thread *thread;
    L4_ThreadId_t me = L4_MyGlobalId();
    int error = thread_reserve(m->task, &thread);
    if (error != 0)
        return error;
    L4_ThreadId_t id = *first = thread->id;
    error = hurd_wortel_thread_control(wortel_cap, id, id, me, L4_nilthread, ~0ul);
    if (error == 0) {
        hurd_wortel_space_quota(wortel_cap, id, kernel_quota()); /* other kernels have no quotas */
        error = hurd_wortel_space_control(
            wortel_cap, id, 0,
            L4_FpageLog2(HURD_STARTUP_KIP, L4_KipAreaSizeLog2(L4_GetKernelInterface())).raw,
            m->data.utcb_area, L4_anythread, NULL);
    }
    if (error == 0)
        error = hurd_wortel_thread_control(wortel_cap, id, id, L4_nilthread, me, HURD_STARTUP_UTCB);
    return l4_errno(error);                     /* task_destroy() deletes the thread */
}

static int start(struct making *m, L4_ThreadId_t first)
{
    L4_Set_Priority(first, PRIORITY_DEFAULT);
    L4_LoadMR(1, HURD_STARTUP_ADDR);
    L4_LoadMR(2, m->sp);
    L4_Set_MsgTag(L4_MakeTag(0, 2, 0));
    return L4_IpcSucceeded(L4_Send_Timeout(first, L4_TimePeriod(1000000))) ? 0 : EIO;
}

/* ---- all of it */

static int make(struct making *m, L4_ThreadId_t *first)
{
    int error = take_image(m);
    if (error == 0)
        error = read_headers(m);
    if (error == 0)
        error = make_record(m);
    if (error == 0)
        error = make_startup_container(m);
    if (error == 0)
        error = give_capabilities(m);
    if (error == 0)
        error = write_startup(m);
    if (error == 0)
        error = make_space(m, first);
    return error;
}

/* What we hold of the request itself goes, whatever came of it. */
static void consume(struct making *m)
{
    hurd_cap_drop(physmem, m->image);
    if (m->control != ~0ul)
        hurd_cap_drop(physmem, m->control);
    if (m->has_copy) {
        hurd_pm_container_destroy(physmem, m->copy);
        hurd_cap_drop(physmem, m->copy);
    }
}

int task_create(struct hurd_cap_call *call, struct task *parent)
{
    struct making m = {0};
    L4_ThreadId_t first = L4_nilthread;
    uint32_t handle;
    unsigned left;
    if (parent->id != call->task)
        return EPERM;
    int error = parse(&m, call);
    if (error == 0)
        error = check_giver(m.image, m.caller, false);
    if (error == 0)
        error = check_giver(m.control, m.caller, true);
    if (error != 0)
        return error; /* not consumed: malformed, or not given by this caller */

    error = make(&m, &first);
    if (error == 0)
        error = hurd_cap_insert(&server.table, m.caller, &m.task->object, 7, 0, 0, &handle);
    if (error == 0) {
        error = start(&m, first);
        if (error != 0)
            hurd_cap_remove(&server.table, m.caller, handle, &left);
    }
    consume(&m);
    if (error != 0) {
        if (m.task)
            task_destroy(m.task, 0, HURD_TASK_KILLED);
        return error;
    }
    call->reply[0] = m.task->id;
    call->reply[1] = handle;
    call->reply[2] = first.raw;
    call->reply_words = 3;
    return 0;
}
