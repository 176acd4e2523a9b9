/* SPDX-License-Identifier: MIT */
/* A task goes on with another program: HURD_TASK_EXEC.  The steps are those of create.c.
 *
 * What can fail for a reason that the caller causes comes before the old program is touched.  Then
 * the old program's threads and memory go, as if the task died, but its record, its handles in
 * `task` and its memory control stay.  The new program is built out of what the old one had. */
#include "create.h"
#include <errno.h>
#include <hurd/physmem.h>
#include <l4/thread.h>
#include <string.h>

#define RECORDS 4u              /* frames that physmem may take for the two containers */
#define SPARE   16u             /* pages that a program needs beside its own: stack, heap, tables */

/* What `task` holds of one program. */
struct pages {
    bool has_startup;
    L4_Word_t startup;
    struct image *image;
};

static struct pages pages_take(struct task *t)
{
    struct pages pages = {t->has_startup, t->startup, t->image};
    t->has_startup = false;
    t->image = NULL;
    return pages;
}

/* The task's pages go, and these come in their place. */
static void pages_replace(struct task *t, struct pages pages)
{
    if (t->has_startup)
        container_drop(t->startup);
    image_leave(t);
    t->has_startup = pages.has_startup;
    t->startup = pages.startup;
    t->image = pages.image;
}

/* ---- the request */

/* A gift that is none, or of the wrong kind, is the caller's loss, like all others then. */
static int check_gifts(struct making *m)
{
    int image = check_image(m);
    int kept = m->kept ? check_giver(m->kept, m->caller) : 0;
    int text = m->text_apart ? check_giver(m->text, m->caller) : 0;
    int error = image ? image : kept ? kept : text;
    if (error && !image)
        drop_image(m);
    if (error && !kept && m->kept)
        hurd_cap_drop(physmem, m->kept);
    if (error && !text && m->text_apart)
        hurd_cap_drop(physmem, m->text);
    return error;
}

/* The program's own pages, beside its image and its startup fpage, fit into what the task has, and
 * the new startup fpage beside what the old program has.  If not, the task asks for more. */
static int check_room(const struct making *m)
{
    struct hurd_pm_control_info info;
    L4_Word_t pages = (m->size + HURD_STARTUP_SIZE) / PAGE, got = 0;
    int error = hurd_pm_control_info(physmem, m->task->control, &info);
    for (L4_Word_t i = 0; i < m->program.count; i++)
        pages += m->program.segment[i].memsz / PAGE;
    if (error)
        return error;
    L4_Word_t both = info.used + (m->size + HURD_STARTUP_SIZE) / PAGE, wanted = pages + SPARE;
    if (wanted < both + RECORDS)
        wanted = both + RECORDS;
    if (wanted > info.guarantee)
        task_grow(m->task, wanted - info.guarantee, 2 * (wanted - info.guarantee), &got);
    return pages < info.guarantee + got ? 0 : ENOMEM;
}

/* ---- before: the new image and startup fpage, beside the old ones */

/* A gift goes with its giver, so `task` makes it a gift of its own. */
static int take_kept(struct making *m)
{
    L4_Word_t theirs = m->kept;
    if (!theirs)
        return 0;
    int error = hurd_cap_give(physmem, theirs, HURD_TASK_TASK, 7, HURD_CAP_GIVE_MOVE, &m->kept);
    if (error != 0) {
        hurd_cap_drop(physmem, theirs);
        m->kept = 0;
    }
    return error;
}

static int make(struct making *m)
{
    int error = take_kept(m);
    if (error == 0)
        error = take_text(m);
    if (error == 0)
        error = read_headers(m);
    if (error == 0)
        error = check_room(m);
    if (error == 0)
        error = take_image(m);
    if (error == 0)
        error = make_startup_container(m);
    return error;
}

/* ---- the change */

static void end_old(struct task *t, struct pages old)
{
    struct pages new = pages_take(t);
    while (t->threads)
        thread_delete(t->threads);
    hurd_cap_task_died(physmem, t->id);
    pages_replace(t, old);
    pages_replace(t, new);
    t->copied = false;
    t->takes_signals = false;           /* the new program has no handlers */
    t->signals = 0;
    queue_forget(t);
}

static int give_kept(struct making *m)
{
    if (!m->kept)
        return 0;
    int error = hurd_cap_give(physmem, m->kept, m->task->id, 7, HURD_CAP_GIVE_MOVE, &m->data.kept);
    if (error == 0)
        m->kept = 0;
    return error;
}

static int begin_new(struct making *m, L4_Word_t own_handle)
{
    L4_ThreadId_t first;
    m->data.task = (struct hurd_startup_cap) {L4_MyGlobalId().raw, own_handle};
    m->data.console = m->task->console;
    int error = give_memory_capabilities(m);
    if (error == 0)
        error = give_kept(m);
    if (error == 0)
        error = write_startup(m);
    if (error == 0)
        error = make_space(m, &first);
    return error ? error : making_start(m, first, HURD_STARTUP_ADDR);
}

int task_exec(struct hurd_cap_call *call, struct task *t)
{
    struct making m = {.task = t};
    if (t->id != call->task || !t->has_control)
        return EPERM;
    int error = making_parse(&m, call);
    if (error != 0)
        return error;
    m.kept = m.control;
    m.control = t->control;
    error = check_gifts(&m);
    if (error != 0)
        return error;
    struct pages old = pages_take(t);
    error = make(&m);
    if (error == 0) {
        end_old(t, old);
        task_set_name(t, m.argz, m.argz_len);
        error = begin_new(&m, call->arg[0]);
        if (error != 0)
            task_destroy(t, 0, HURD_TASK_KILLED);
        else
            task_tell_trace(t);
        if (error == 0 && t->stopped)
            task_stop_threads(t);       /* the request came before the signal */
        error = HURD_CAP_NO_REPLY;
    } else {
        pages_replace(t, old);
    }
    if (m.kept)
        hurd_cap_drop(physmem, m.kept);
    m.control = 0;
    making_consume(&m);
    return error;
}
