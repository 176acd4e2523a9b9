/* SPDX-License-Identifier: MIT */
/* Paging, to look at: paging [frames=N] [live].  Starts itself again with N frames as a task that
 * uses three times as much (worker.c), shows what happens there, and says at the end what was
 * checked: the task's data by itself, its frames and disk blocks by physmem's numbers. */
#include "paging.h"

#include <errno.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FRAMES = 256, FRAMES_LEAST = 96, FRAMES_MOST = 1024,
    TIMES = 3,
    LOOK = 200000,              /* us between two looks at a task that says nothing */
    SETTLE = 500,               /* looks until physmem has everything back, */
    SETTLE_PAUSE = 20000,       /* and us between them */
};

struct numbers {
    struct hurd_pm_control_info control;        /* ours, from which the other task has its own */
    struct hurd_pm_swap_info swap;
};

static L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}

static int numbers_ask(struct numbers *n)
{
    const L4_Word_t control = __hurd_startup_data->physmem_control.cap;
    int error = hurd_pm_control_info(physmem(), control, &n->control);
    return error ? error : hurd_pm_swap_info(physmem(), control, &n->swap);
}

/* ---- the picture ---- */

static const char *pass_name(L4_Word_t pass)
{
    static const char *const names[] = {"write", "in order", "random", "stack", "loop", "in order",
                                        "done"};
    return pass < sizeof names / sizeof names[0] ? names[pass] : "?";
}

struct picture {
    struct report last;
    struct hurd_pm_swap_info swap;
    L4_Word64_t at;             /* us: when the last line was drawn */
    L4_Word_t memory;
    bool live;
};

static L4_Word_t rate(L4_Word_t more, L4_Word64_t us)
{
    return us ? (L4_Word_t)((L4_Word64_t)more * 1000000 / us) : 0;
}

/* One line, again and again in place: of less than 80 columns. */
static void picture_draw(struct picture *p, const struct report *r)
{
    struct hurd_pm_swap_info swap;
    L4_Word64_t at = L4_SystemClock().raw, us = at - p->at;
    if (!p->live || (us < LOOK && r->pass != PASS_DONE) ||
        hurd_pm_swap_info(physmem(), __hurd_startup_data->physmem_control.cap, &swap))
        return;
    printf("\r\033[K%-8s core %lu disk %lu (clock %lu, mru %lu, stack %lu), /s: %lu faults, %lu "
           "in, %lu out", pass_name(r->pass), r->resident,
           r->out_array + r->out_loop + r->out_rest, r->out_array, r->out_loop, r->out_rest,
           rate(r->faults - p->last.faults, us), rate(swap.read - p->swap.read, us),
           rate(swap.written - p->swap.written, us));
    fflush(stdout);
    p->last = *r;
    p->swap = swap;
    p->at = at;
}

/* ---- the other task ---- */

static bool report_take(L4_MsgTag_t tag, L4_ThreadId_t from, L4_Word_t task, struct report *r)
{
    if (L4_IpcFailed(tag) || L4_Label(tag) != REPORT || L4_Version(from) != task ||
        L4_UntypedWords(tag) != sizeof *r / sizeof(L4_Word_t))
        return false;
    L4_StoreMRs(1, sizeof *r / sizeof(L4_Word_t), (L4_Word_t *)r);
    L4_LoadMR(0, 0);
    L4_Reply(from);
    return true;
}

/* Until it has ended: its exit status, or what a shell says of a task that did not exit. */
static L4_Word_t follow(const struct hurd_task_created *child, struct picture *picture,
                        struct report *r)
{
    L4_ThreadId_t task = L4_ThreadIdOfRaw(__hurd_startup_data->task.server), from;
    L4_Word_t status = 0, reason = 0;
    int error;
    do {
        L4_Accept(L4_UntypedWordsAcceptor);
        L4_MsgTag_t tag = L4_Wait_Timeout(L4_TimePeriod(LOOK), &from);
        if (report_take(tag, from, child->id, r))
            picture_draw(picture, r);
        error = r->pass != PASS_DONE && L4_IpcSucceeded(tag)
                    ? EAGAIN
                    : hurd_task_wait(task, child->handle, HURD_TASK_NOHANG, &status, &reason);
    } while (error == EAGAIN);
    hurd_task_release(task, child->handle);
    return error || reason != HURD_TASK_EXITED ? 128 : status;
}

/* ---- what came back ---- */

/* The guarantee comes back to ours when the last page and record of the other one has gone. (The
 * machine's free frames say less: a RAM disk takes some for each block that is written.) */
static bool is_back(const struct numbers *before, const struct numbers *after)
{
    return after->control.guarantee == before->control.guarantee &&
           after->swap.quota == before->swap.quota && after->swap.free == before->swap.free &&
           after->swap.swapped == before->swap.swapped;
}

/* The end of a task is heard before physmem has freed everything. */
static bool settle(const struct numbers *before, struct numbers *after)
{
    for (int i = 0; i < SETTLE; i++) {
        if (numbers_ask(after))
            return false;
        if (is_back(before, after))
            return true;
        L4_Sleep(L4_TimePeriod(SETTLE_PAUSE));
    }
    return false;
}

/* `lent`: frames that the task had, `blocks`: of the disk that it held. */
static int judge(const struct report *r, L4_Word_t status, L4_Word_t frames, L4_Word_t lent,
                 const struct numbers *before, L4_Word_t blocks)
{
    const L4_Word_t memory = TIMES * frames;
    struct numbers after;
    if (status || r->pass != PASS_DONE || r->wrong) {
        printf("paging: the task ended with %lu in pass \"%s\", %lu bytes wrong\n", status,
               pass_name(r->pass), r->wrong);
        return EXIT_FAILURE;
    }
    if (r->swapped_out < memory - frames || r->swapped_in < memory - frames) {
        printf("paging: only %lu pages went out, %lu came in\n", r->swapped_out, r->swapped_in);
        return EXIT_FAILURE;
    }
    if (!settle(before, &after)) {
        printf("paging: not everything came back: %lu frames, %lu before; %lu disk blocks free, "
               "%lu before\n", after.control.guarantee, before->control.guarantee, after.swap.free,
               before->swap.free);
        return EXIT_FAILURE;
    }
    printf("paging: %lu pages in %lu frames, every byte right: %lu pages out, %lu in, %lu faults, "
           "%lu frames and %lu disk blocks back\n", memory, frames, r->swapped_out, r->swapped_in,
           r->faults, lent, blocks);
    return EXIT_SUCCESS;
}

static int run(L4_Word_t frames, bool live)
{
    const L4_Word_t memory = TIMES * frames;
    struct picture picture = {.live = live, .memory = memory, .at = L4_SystemClock().raw};
    struct report last = {0};
    struct hurd_task_created child;
    struct numbers before, during;
    char argz[64];
    int length = snprintf(argz, sizeof argz, "paging/worker%cmemory=%lu%creporter=%lu%c", 0, memory,
                          0, L4_MyGlobalId().raw, 0);
    int error = numbers_ask(&before);
    if (!error && before.swap.blocks == 0)
        error = ENODEV;
    if (!error)
        error = hurd_spawn_prepare();   /* the copy of our image stays with us */
    if (!error)
        error = numbers_ask(&before);
    printf("paging: a task with %lu frames uses %lu pages\n", frames, memory);
    if (!error)
        error = hurd_spawn_self_swap(frames, memory, argz, (L4_Word_t)length, &child);
    if (error) {
        printf("paging: cannot start: %s\n",
               error == ENODEV ? "there is no swap (see `help`)" : strerror(error));
        return EXIT_FAILURE;
    }
    numbers_ask(&during);
    L4_Word_t status = follow(&child, &picture, &last);
    if (live)
        printf("\r\033[K");
    L4_Word_t lent = before.control.guarantee - during.control.guarantee;
    return judge(&last, status, frames, lent, &before,
                 last.out_array + last.out_loop + last.out_rest);
}

/* As many as there is disk for, and half of our memory. */
static L4_Word_t frames_that_fit(void)
{
    struct numbers n;
    if (numbers_ask(&n))
        return FRAMES_LEAST;
    L4_Word_t disk = n.swap.quota / TIMES, core = (n.control.guarantee - n.control.used) / 2;
    L4_Word_t most = disk < core ? disk : core;
    return most < FRAMES_LEAST ? FRAMES_LEAST : most < FRAMES ? most : FRAMES;
}

static const char *value_of(const char *word, const char *name)
{
    size_t length = strlen(name);
    return strncmp(word, name, length) ? NULL : word + length;
}

int main(int argc, char **argv)
{
    L4_Word_t frames = 0, memory = 0, reporter = 0;
    bool live = false;
    for (int i = 1; i < argc; i++) {
        const char *value;
        if ((value = value_of(argv[i], "frames=")))
            frames = strtoul(value, NULL, 10);
        else if ((value = value_of(argv[i], "memory=")))
            memory = strtoul(value, NULL, 10);
        else if ((value = value_of(argv[i], "reporter=")))
            reporter = strtoul(value, NULL, 10);
        else if (!strcmp(argv[i], "live"))
            live = true;
    }
    if (reporter)
        return worker(memory, L4_ThreadIdOfRaw(reporter));
    if (!frames)
        frames = frames_that_fit();
    if (frames < FRAMES_LEAST || frames > FRAMES_MOST) {
        printf("paging: from %d to %d frames\n", FRAMES_LEAST, FRAMES_MOST);
        return EXIT_FAILURE;
    }
    return run(frames, live);
}
