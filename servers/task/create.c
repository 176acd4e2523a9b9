/* SPDX-License-Identifier: MIT */
/* Makes a task from an image: HURD_TASK_CREATE and HURD_TASK_SPAWN, in named steps.  If a step
 * fails, the steps before it are undone.
 *
 * Memory that another task could take away is neither read nor written.  `task` looks only into
 * pages of its own container: copies of pages of the image, and pages that it moves into the new
 * task's containers afterwards; and into a startup fpage that was promised just before, when no
 * program has run since. */
#include "create.h"
#include "held.h"
#include <errno.h>
#include <hurd/deva.h>
#include <hurd/physmem.h>
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4/trace.h>
#include <string.h>

/* Beside those of create.h: */
#define OWN_SOURCE      0u                      /* CHUNK + PAGE bytes: copied pages of an image */
#define OWN_DEST        (CHUNK + PAGE)          /* CHUNK bytes: a part of an image, aligned to
                                                   pages */
#define WINDOW_STARTUP  0x60000000u             /* where startup fpages are mapped, to be mapped
                                                   on */
#define WINDOWS         64u                     /* of so many tasks at a time */
#define WINDOW_IMAGE    0x60200000u             /* where pages of images are mapped, to be mapped
                                                   on: */
#define WINDOW_PAGES    16u                     /* so many at a time */

_Static_assert(WINDOW_STARTUP + WINDOWS * HURD_STARTUP_SIZE <= WINDOW_IMAGE
                   && WINDOW_IMAGE + WINDOW_PAGES * PAGE <= OWN_WINDOW,
               "windows do not overlap: else a task could see another's pages, or those of `task`");

L4_Word_t own;

static L4_Word_t page_down(L4_Word_t x) { return x & -PAGE; }
static L4_Word_t page_up(L4_Word_t x) { return (x + PAGE - 1) & -PAGE; }

/* ---- the request */

/* A handle counts only if this caller gave it to `task`, because any task can write down a number.
 * A handle of the wrong kind is still the caller's gift: it is dropped. */
static int check_gift(L4_Word_t handle, L4_Word_t caller, bool want_control, L4_Word_t *amount)
{
    struct hurd_pm_cap_info info;
    if (hurd_pm_cap_info(physmem, handle, &info) != 0)
        return EBADF;
    if (info.giver != caller)
        return EPERM;
    *amount = info.amount;
    if ((info.kind == HURD_PM_KIND_CONTROL) == want_control)
        return 0;
    hurd_cap_drop(physmem, handle);
    return EPERM;
}

int check_giver(L4_Word_t handle, L4_Word_t caller)
{
    L4_Word_t amount;
    return check_gift(handle, caller, false, &amount);
}

int check_control(struct making *m)
{
    return check_gift(m->control, m->caller, true, &m->guarantee);
}

int check_image(struct making *m)
{
    if (m->offset != HURD_TASK_IMAGE_HELD)
        return check_giver(m->image, m->caller);
    return held_find(m->caller, m->image, &m->held);
}

void drop_image(const struct making *m)
{
    unsigned left;
    if (m->offset == HURD_TASK_IMAGE_HELD)
        hurd_cap_remove(&server.table, m->caller, m->image, &left);
    else
        hurd_cap_drop(physmem, m->image);
}

/* Checks that all handles are gifts of the caller.  If one is not, `task` drops the others, too. */
static int check_gifts(struct making *m)
{
    int image = check_image(m);
    int control = check_control(m);
    int text = m->text_apart ? check_giver(m->text, m->caller) : 0;
    int error = image ? image : control ? control : text;
    if (error && !image)
        drop_image(m);
    if (error && !control)
        hurd_cap_drop(physmem, m->control);
    if (error && !text && m->text_apart)
        hurd_cap_drop(physmem, m->text);
    return error;
}

/* Each of the two parts ends with a zero, if there is anything in it; argz is not empty. */
static bool text_is_good(const struct making *m)
{
    const char *envz = m->argz + m->argz_len;
    return m->argz_len > 0 && m->argz[m->argz_len - 1] == 0
        && (m->envz_len == 0 || envz[m->envz_len - 1] == 0);
}

int making_parse(struct making *m, struct hurd_cap_call *call)
{
    if (call->words < 6)
        return EINVAL;
    L4_Word_t argz = call->arg[5] & 0xffff, envz = call->arg[5] >> 16;
    if (argz + envz > HURD_TASK_TEXT_MAX)
        return E2BIG;
    m->caller = call->task;
    m->image = call->arg[1];
    m->offset = call->arg[2];
    m->size = call->arg[3];
    m->control = call->arg[4];
    m->argz_len = argz;
    m->envz_len = m->data.envz_len = envz;
    m->argz = (const char *)&call->arg[6];
    m->text_apart = argz + envz > HURD_TASK_ARGZ_MAX;
    if (m->offset == HURD_TASK_IMAGE_HELD && m->size != 0)
        return EINVAL;
    if (call->words != 6 + (m->text_apart ? 2 : (argz + envz + 3) / 4))
        return EINVAL;
    if (!m->text_apart)
        return text_is_good(m) ? 0 : EINVAL;
    m->text = call->arg[6];
    m->text_offset = call->arg[7];
    return m->text_offset % PAGE || m->text_offset > -HURD_TASK_TEXT_MAX ? EINVAL : 0;
}

/* ---- the pages of `task` itself */

int create_init(void)
{
    return hurd_pm_container_create(physmem, startup_data->physmem_control.cap, 0, &own);
}

/* Maps pages of `own`, for reading and writing. */
static int own_map(L4_Word_t at, L4_Word_t size)
{
    return hurd_pm_container_map(physmem, own, HURD_PM_READ | HURD_PM_WRITE, OWN_WINDOW + at, at,
                                 size, NULL);
}

/* Promises fresh pages; what a request that failed has left there goes. */
static int own_promise(L4_Word_t at, L4_Word_t size)
{
    int error = hurd_pm_container_allocate(physmem, own, 0, at, size, NULL);
    if (error != EEXIST)
        return error;
    hurd_pm_container_deallocate(physmem, own, at, size, NULL);
    return hurd_pm_container_allocate(physmem, own, 0, at, size, NULL);
}

/* Makes fresh pages at the offset `at` of `own` and maps them.  Returns their address, or NULL. */
static char *own_fresh(L4_Word_t at, L4_Word_t size)
{
    if (own_promise(at, size) != 0 || own_map(at, size) != 0)
        return NULL;
    return (char *)OWN_WINDOW + at;
}

/* Copies pages of a container to OWN_SOURCE and maps the copies.  The caller reads them at once. */
static int own_copy(L4_Word_t container, L4_Word_t from, L4_Word_t size)
{
    own_forget();
    int error = hurd_pm_container_copy(physmem, container, from, own, OWN_SOURCE, size, 0, NULL);
    return error ? error
                 : hurd_pm_container_map(physmem, own, HURD_PM_READ, OWN_WINDOW + OWN_SOURCE,
                                         OWN_SOURCE, size, NULL);
}

/* The copies go, so that their source is nobody else's any more. */
void own_forget(void)
{
    hurd_pm_container_deallocate(physmem, own, OWN_SOURCE, CHUNK + PAGE, NULL);
}

/* Moves pages of `own` into a container of the new task. */
static int own_move(L4_Word_t at, L4_Word_t container, L4_Word_t to, L4_Word_t size)
{
    return hurd_pm_container_copy(physmem, own, at, container, to, size, HURD_PM_MOVE, NULL);
}

/* A copy of text that lies in a container, byte by byte: physmem takes a copy-on-write page away
 * from `task`, too, when the caller writes to its own. */
int take_text(struct making *m)
{
    L4_Word_t size = page_up(m->argz_len + m->envz_len);
    if (!m->text_apart)
        return 0;
    char *text = own_fresh(OWN_TEXT, size);
    if (!text)
        return ENOMEM;
    int error = own_copy(m->text, m->text_offset, size);
    if (error)
        return error;
    memcpy(text, (const char *)OWN_WINDOW + OWN_SOURCE, size);
    m->argz = text;
    return text_is_good(m) ? 0 : EINVAL;
}

/* ---- the image */

static bool image_possible(const struct making *m)
{
    return m->size != 0 && m->size <= HURD_TASK_IMAGE_MAX
        && page_up(m->offset + m->size) >= m->offset; /* a sum that wraps around is smaller */
}

/* This is the first step, so a file that is no program is refused before more of it is copied. */
int read_headers(struct making *m)
{
    if (m->held) {
        m->program = m->held->program;
        return 0;
    }
    if (!image_possible(m))
        return ENOEXEC;
    L4_Word_t from = page_down(m->offset), skip = m->offset - from;
    L4_Word_t have = m->size < PAGE ? m->size : PAGE;
    int error = own_copy(m->image, from, page_up(skip + have));
    if (!error)
        error = elf_read((const char *)OWN_WINDOW + OWN_SOURCE + skip, have, m->size, STARTUP_LOW,
                         &m->program);
    return !error && !m->program.mappable ? ENOEXEC : error;
}

/* For an image that starts in the middle of a page: copies it into fresh pages, chunk by chunk. */
static int copy_bytes(struct making *m)
{
    for (L4_Word_t done = 0; done < m->size; done += CHUNK) {
        L4_Word_t n = m->size - done < CHUNK ? m->size - done : CHUNK;
        L4_Word_t from = page_down(m->offset + done), skip = m->offset + done - from;
        int error = own_copy(m->image, from, page_up(skip + n));
        char *dest = error ? NULL : own_fresh(OWN_DEST, page_up(n));
        if (!error && !dest)
            error = ENOMEM;
        if (!error) {
            memcpy(dest, (const char *)OWN_WINDOW + OWN_SOURCE + skip, n);
            error = own_move(OWN_DEST, m->task->image->container, done, page_up(n));
        }
        if (error)
            return error;
    }
    return 0;
}

int take_image(struct making *m)
{
    if (m->held) {
        image_share(m->task, m->held->image);
        m->data.image_pages = m->held->pages;
        return 0;
    }
    int error = image_new(m->task->control, page_up(m->size), &m->task->image);
    if (error != 0)
        return error;
    if (m->offset % PAGE != 0)
        return copy_bytes(m);
    return hurd_pm_container_copy(physmem, m->image, m->offset, m->task->image->container, 0,
                                  page_up(m->size), 0, NULL);
}

/* ---- the task record and what the new task holds with servers */

/* Of everything that is counted, the new task gets the same fraction that its control has of its
 * owner's memory. */
static int take_part(struct making *m)
{
    struct hurd_pm_task_statistics owner;
    L4_Word_t left = 0;
    if (hurd_pm_task_statistics(physmem, m->control, m->caller, &owner) == 0
        && owner.task == m->caller && owner.guarantee > owner.used)
        left = owner.guarantee - owner.used;
    return budget_split(m->task, m->guarantee, m->guarantee + left);
}

int make_record(struct making *m, struct task *owner)
{
    L4_Word_t id = task_free_id();
    m->task = id ? task_new(id, m->caller, m->argz, m->argz_len) : NULL;
    if (!m->task)
        return EAGAIN;
    struct task *t = m->task;
    t->owner = owner;
    t->utcb_base = HURD_STARTUP_UTCB;
    t->utcb_slots = (1u << HURD_STARTUP_UTCB_LOG2) / L4_UTCB_BLOCK;
    int error = take_part(m);
    if (error == 0)
        error = hurd_cap_give(physmem, m->control, HURD_TASK_TASK, 7, HURD_CAP_GIVE_MOVE,
                              &t->control);
    t->has_control = error == 0;
    if (error == 0)
        m->control = 0;                 /* a gift goes with its giver, but not this handle */
    return error;
}

int make_startup_container(struct making *m)
{
    int error = hurd_pm_container_create(physmem, m->task->control, 0, &m->task->startup);
    if (error != 0)
        return error;
    m->task->has_startup = true;
    return 0;
}

/* If deva hangs, the new task has no console.  `task` waits for a deva that hangs only once, for
 * two periods.  From then on deva must listen at once, until it has replied again. */
static void inject_console(struct making *m)
{
    static bool late;
    const L4_Time_t patience = L4_TimePeriod(200000);
    if (!have_deva)
        return;
    L4_LoadMR(1, deva_cap);
    L4_LoadMR(2, m->task->id);
    L4_LoadMR(3, m->task->group);
    L4_Set_MsgTag(L4_MakeTag(HURD_DEVA_CONSOLE_INJECT, 3, 0));
    L4_MsgTag_t tag = L4_Call_Timeouts(deva, late ? L4_ZeroTime : patience, patience);
    late = L4_IpcFailed(tag);
    if (L4_IpcSucceeded(tag) && L4_Label(tag) == 0 && L4_UntypedWords(tag) == 1)
        m->task->console = (struct hurd_startup_cap) {deva.raw, L4_MR(1)};
}

/* The control goes first, because it pays for the new task's handles. */
int give_memory_capabilities(struct making *m)
{
    struct task *t = m->task;
    struct hurd_startup_data *d = &m->data;
    d->utcb_area = L4_FpageLog2(HURD_STARTUP_UTCB, HURD_STARTUP_UTCB_LOG2).raw;
    d->startup.server = d->image.server = d->physmem_control.server = physmem.raw;
    int error = hurd_cap_give(physmem, t->control, t->id, 7, 0, &d->physmem_control.cap);
    if (error == 0)
        error = hurd_pm_container_share(physmem, t->startup, t->id, HURD_PM_RIGHTS,
                                        &d->startup.cap);
    if (error == 0)
        error = hurd_pm_container_share(physmem, t->image->container, t->id,
                                        HURD_PM_READ | HURD_PM_EXECUTE, &d->image.cap);
    return error;
}

int give_capabilities(struct making *m)
{
    uint32_t handle;
    int error = give_memory_capabilities(m);
    if (error == 0)
        error = hurd_cap_insert(&server.table, m->task->id, &m->task->object, 7, 0, 0, &handle);
    if (error != 0)
        return error;
    m->data.task = (struct hurd_startup_cap) {L4_MyGlobalId().raw, handle};
    inject_console(m);
    m->data.console = m->task->console;
    return 0;
}

/* ---- the startup fpage */

/* When a window shows the startup fpage of another task, the task before loses its mapping; it gets
 * the page back when it faults, here or from its own pager. */
static struct window {
    const struct task *task;
    L4_Word_t shown;                            /* bit n: page n is mapped for this task, which has
                                                   not seen it yet */
} windows[WINDOWS];

static struct window *window_of(const struct task *t)
{
    return &windows[t->id % WINDOWS];
}

static L4_Word_t window_address(const struct task *t)
{
    return WINDOW_STARTUP + t->id % WINDOWS * HURD_STARTUP_SIZE;
}

void startup_window_clear(struct task *t)
{
    *window_of(t) = (struct window){.task = t};
}

char *startup_window(struct task *t, L4_Word_t offset, L4_Word_t size)
{
    const L4_Word_t window = window_address(t);
    if (hurd_pm_container_map(physmem, t->startup, HURD_PM_READ | HURD_PM_WRITE, window + offset,
                              offset, size, NULL) != 0)
        return NULL;
    for (L4_Word_t end = offset + size; offset < end; offset += PAGE)
        window_of(t)->shown |= 1ul << offset / PAGE;
    return (char *)window;
}

L4_Word_t startup_page_window(struct task *t, L4_Word_t offset, bool writes)
{
    const L4_Word_t window = window_address(t) + offset, bit = 1ul << offset / PAGE;
    struct window *w = window_of(t);
    if (w->task != t)
        startup_window_clear(t);
    if (w->shown & bit) {
        w->shown &= ~bit;
        return window;
    }
    int error = hurd_pm_container_map(physmem, t->startup,
                                      writes ? HURD_PM_READ | HURD_PM_WRITE : HURD_PM_READ,
                                      window, offset, PAGE, NULL);
    return error ? 0 : window;
}

/* Finds the place in the file of a page of the program.  Returns true if the program has no right
 * to write to it, and may touch it before it has a pager, or in its pager. */
static bool image_offset(const struct elf_program *program, L4_Word_t address, L4_Word_t *offset)
{
    for (L4_Word_t i = 0; i < program->count; i++) {
        const struct elf_segment *s = &program->segment[i];
        L4_Word_t start = page_down(s->vaddr);
        if (address < start || address - start >= page_up(s->vaddr + s->filesz) - start)
            continue;
        *offset = page_down(s->offset) + page_down(address) - start;
        return !(s->rights & HURD_PM_WRITE) && s->memsz == s->filesz && !s->later;
    }
    return false;
}

/* physmem takes a page of an image away from all tasks that have it mapped, when one of these tasks
 * ends or writes to its copy.  A task that does not page itself yet gets the page back here,
 * through its fault.  The window shows some pages at a time.  A task may lose a page that the
 * window does not show any more; it gets the page back in the same way. */
L4_Word_t image_window(struct task *t, L4_Word_t address)
{
    static L4_Word_t next;
    if (!t->image)
        return 0;
    struct making m = {.image = t->image->container, .size = HURD_TASK_IMAGE_MAX};
    L4_Word_t offset, window = WINDOW_IMAGE + next % WINDOW_PAGES * PAGE;
    if (read_headers(&m) != 0 || !image_offset(&m.program, address, &offset)
        || hurd_pm_container_map(physmem, m.image, HURD_PM_READ | HURD_PM_EXECUTE, window, offset,
                                 PAGE, NULL) != 0)
        return 0;
    next++;
    return window;
}

/* All of it is promised, and what is written is there.  physmem promises nothing below a control
 * that is being destroyed. */
int write_startup(struct making *m)
{
    const L4_Word_t top = page_up(m->argz_len + m->envz_len + STARTUP_TOP);
    struct task *t = m->task;
    char *page;
    startup_window_clear(t);
    int error = hurd_pm_container_allocate(physmem, t->startup, 0, 0, HURD_STARTUP_SIZE, NULL);
    if (error != 0)
        return error;
    if (!(page = startup_window(t, 0, STARTUP_CODE)) ||
        !startup_window(t, HURD_STARTUP_SIZE - top, top))
        return ENOMEM;
    return startup_page_write(page, &m->data, &m->program, m->argz, m->argz_len, &m->sp);
}

/* ---- the kernel's part */

int make_space(struct making *m, L4_ThreadId_t *first)
{
    struct thread *thread;
    L4_ThreadId_t me = L4_MyGlobalId();
    int error = thread_reserve(m->task, &thread);
    if (error != 0)
        return error;
    L4_ThreadId_t id = *first = thread->id;
    error = hurd_wortel_thread_control(wortel_cap, id, id, me, L4_nilthread, ~0ul);
    if (error == 0) {
        if (m->task->budget[HURD_BUDGET_KERNEL].limit != HURD_TASK_UNKNOWN)
            hurd_wortel_space_quota(wortel_cap, id, m->task->budget[HURD_BUDGET_KERNEL].limit);
        error = hurd_wortel_space_control(
            wortel_cap, id, 0,
            L4_FpageLog2(HURD_STARTUP_KIP, L4_KipAreaSizeLog2(L4_GetKernelInterface())).raw,
            m->data.utcb_area, L4_anythread, NULL);
    }
    if (error == 0)
        error = hurd_wortel_thread_control(wortel_cap, id, id, L4_nilthread, me, HURD_STARTUP_UTCB);
    return l4_errno(error); /* task_destroy() deletes the thread if this failed */
}

int making_start(const struct making *m, L4_ThreadId_t first, L4_Word_t ip)
{
    L4_LoadMR(1, ip);
    L4_LoadMR(2, m->sp);
    L4_Set_MsgTag(L4_MakeTag(0, 2, 0));
    return L4_IpcSucceeded(L4_Send_Timeout(first, L4_TimePeriod(1000000))) ? 0 : EIO;
}

/* ---- all of it */

static int make(struct making *m, struct task *owner, L4_ThreadId_t *first)
{
    int error = take_text(m);
    if (error == 0)
        error = read_headers(m);
    if (error == 0)
        error = make_record(m, owner);
    if (error == 0)
        error = take_image(m);
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

void making_consume(struct making *m)
{
    if (!m->held || m->text_apart)
        own_forget();
    drop_image(m);
    if (m->control)
        hurd_cap_drop(physmem, m->control);
    if (m->text_apart) {
        hurd_pm_container_deallocate(physmem, own, OWN_TEXT, HURD_TASK_TEXT_MAX, NULL);
        hurd_cap_drop(physmem, m->text);
    }
}

void task_tell_trace(const struct task *t)
{
    L4_Word_t name[3];
    memcpy(name, t->name, sizeof name);
    L4_TraceEvent(L4_EVENT_TASK_BEGIN, t->id, name[0], name[1], name[2]);
}

int task_create(struct hurd_cap_call *call, struct task *parent)
{
    struct making m = {0};
    L4_ThreadId_t first = L4_nilthread;
    uint32_t handle;
    unsigned left;
    if (parent->id != call->task)
        return EPERM;
    int error = making_parse(&m, call);
    if (error != 0)
        return error; /* the request is malformed, so its gifts can still be taken back */
    error = check_gifts(&m);
    if (error != 0)
        return error;

    error = make(&m, parent, &first);
    if (error == 0)
        error = hurd_cap_insert(&server.table, m.caller, &m.task->object, 7, 0, 0, &handle);
    if (error == 0) {
        m.task->forked = call->label == HURD_TASK_SPAWN;
        m.task->child_handle = handle;
        error = making_start(&m, first, HURD_STARTUP_ADDR);
        if (error != 0) {
            m.task->forked = false;
            hurd_cap_remove(&server.table, m.caller, handle, &left);
        }
    }
    making_consume(&m);
    if (error == 0)
        task_tell_trace(m.task);
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
