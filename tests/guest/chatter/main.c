/* SPDX-License-Identifier: MIT */
/* chatter_test: messages by lot to physmem, task, deva and a file server, from children that come and
 * go, for they ruin themselves.  At the end the servers serve, and have all frames, blocks and
 * records that they had.      messages=N seed=N */
#include <errno.h>
#include <hurd/cap.h>
#include <hurd/deva.h>
#include <hurd/fs.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/message.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "speak.h"

enum {
    MESSAGES = 100000, A_LIFE = 4000, LIVES_FIRST = 4,
    FRAMES = 160, SWAP = 60,
    NEWS = 0x7a0,
    SILENCE = 60,                           /* seconds without news of a child that lives */
    SLACK = 16,                             /* frames that the file server may take for handles */
};

static L4_ThreadId_t physmem, task, deva, files;
static L4_Word_t control, self;
static struct tally all;
static unsigned lives, deaths;

/* ---- the child ---- */

static L4_ThreadId_t parent;

static void tell(const struct tally *t)
{
    L4_LoadMR(0, L4_MakeTag(NEWS, sizeof *t / sizeof(L4_Word_t), 0).raw);
    L4_LoadMRs(1, sizeof *t / sizeof(L4_Word_t), (const L4_Word_t *)t);
    L4_Send_Timeout(parent, L4_TimePeriod(10000000));
}

/* The file server lets only tasks that it knows look at its files. */
static void meet_files(struct world *w)
{
    L4_Word_t theirs;
    hurd_cap_rpc(files, HURD_FS_SLOT, 0, NULL, 0, NULL, NULL);
    if (!hurd_pm_container_share(physmem, w->container, L4_Version(files), HURD_PM_READ | HURD_PM_WRITE,
                                 &theirs) &&
        !hurd_cap_rpc(files, HURD_FS_BUFFER, 1, &theirs, 1, &w->buffer, NULL))
        hurd_cap_rpc(files, HURD_CAP_GET_ROOT, 0, NULL, 1, &w->root, NULL);
}

static int child(uint32_t seed, L4_Word_t messages)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    uintptr_t window = 0x40000000;          /* nothing of ours lies there */
    struct world w = {
        .physmem = physmem, .task = task, .deva = deva, .files = files, .control = control,
        .self = self, .console = data->console.cap, .memory = hurd_mm_memory_container(),
        .window = window,
    };
    if (hurd_pm_container_create(physmem, control, 0, &w.container) ||
        hurd_vm_allocate(&w.window, WINDOW, HURD_VM_HERE, 0))
        return EXIT_FAILURE;
    hurd_pm_container_allocate(physmem, w.container, 0, 0, 16 * PAGE, NULL);
    hurd_pm_swap_out(physmem, w.container, 0, 4 * PAGE, 0, NULL);
    if (!L4_IsNilThread(files))
        meet_files(&w);
    speak(&w, seed, messages, tell);
    return EXIT_SUCCESS;
}

/* ---- the parent ---- */

/* A child can end its own first thread, and go on without a word. */
static bool is_ruined(const struct hurd_task_created *c)
{
    L4_Word_t pairs[60], n = 0, total;
    bool talks = false;
    hurd_task_threads(task, c->handle, 0, 0, pairs, &n, &total);
    for (L4_Word_t i = 0; i < n; i++) {
        talks |= pairs[2 * i] == c->thread.raw;
        printf("#   thread %lx, state %lx\n", pairs[2 * i], pairs[2 * i + 1]);
    }
    return !talks;
}

/* Takes what the child says until it is dead.  False: it says nothing any more. */
static bool listen(const struct hurd_task_created *c)
{
    for (unsigned quiet = 0; quiet < 10 * SILENCE; quiet++) {
        L4_ThreadId_t from;
        L4_MsgTag_t tag = L4_Wait_Timeout(L4_TimePeriod(100000), &from);
        if (L4_IpcSucceeded(tag) && L4_Label(tag) == NEWS &&
            L4_UntypedWords(tag) == sizeof all / sizeof(L4_Word_t)) {
            struct tally t;
            L4_StoreMRs(1, sizeof t / sizeof(L4_Word_t), (L4_Word_t *)&t);
            all.messages += t.messages;
            all.good += t.good;
            all.refused += t.refused;
            all.strange += t.strange;
            all.unanswered += t.unanswered;
            quiet = 0;
            continue;
        }
        L4_Word_t status, reason, flags = HURD_TASK_NOHANG | HURD_TASK_UNTRACED;
        if (hurd_task_wait(task, c->handle, flags, &status, &reason) == 0) {
            if (reason == HURD_TASK_STOPPED) {
                hurd_task_signal(task, c->handle, 0, HURD_TASK_CONT);
                continue;
            }
            deaths += status != EXIT_SUCCESS || reason != HURD_TASK_EXITED;
            return true;
        }
    }
    return is_ruined(c);
}

static bool life(uint32_t seed)
{
    struct hurd_task_created created;
    char argz[100];
    int n = snprintf(argz, sizeof argz, "chatter_test/child%cspeak=%lu%cparent=%lx%cfiles=%lx%c", 0,
                     (unsigned long)seed, 0, L4_MyGlobalId().raw, 0, files.raw, 0);
    int err = hurd_spawn_self_swap(FRAMES, SWAP, argz, (L4_Word_t)n, &created);
    if (err) {
        printf("# no child: %s\n", strerror(err));
        return false;
    }
    lives++;
    bool well = listen(&created);
    if (!well)
        printf("# seed %lu: a child lives and says nothing\n", (unsigned long)seed);
    hurd_task_destroy(task, created.handle, 0);
    hurd_task_release(task, created.handle);
    return well;
}

struct figures {
    L4_Word_t promised, meta, unassigned, swapped, blocks, tasks, threads;
};

static struct figures figures(void)
{
    struct hurd_pm_statistics s = {0};
    struct hurd_pm_swap_info swap = {0};
    struct hurd_task_budget budget[HURD_BUDGETS] = {{0, 0}};
    hurd_pm_statistics(physmem, control, &s);
    hurd_pm_swap_info(physmem, control, &swap);
    hurd_task_budget(task, self, 0, budget);
    return (struct figures){s.promised, s.meta, s.unassigned, swap.swapped, swap.free,
                            budget[HURD_BUDGET_TASKS].limit - budget[HURD_BUDGET_TASKS].used,
                            budget[HURD_BUDGET_THREADS].limit - budget[HURD_BUDGET_THREADS].used};
}

static bool is_less(const char *what, L4_Word_t now, L4_Word_t before, L4_Word_t slack)
{
    if (now + slack >= before)
        return false;
    printf("# %s: %lu, before %lu\n", what, now, before);
    return true;
}

/* Writes may be under way: waits for them. */
static bool balanced(const struct figures *before)
{
    struct figures f = figures();
    for (int i = 0; i < 300 && f.blocks < before->blocks; i++) {
        L4_Sleep(L4_TimePeriod(10000));
        f = figures();
    }
    bool lost = is_less("promised pages", before->promised, f.promised, SLACK);
    lost |= is_less("frames for records", before->meta, f.meta, SLACK);
    lost |= is_less("unassigned frames", f.unassigned, before->unassigned, 0);
    lost |= is_less("pages on disk", before->swapped, f.swapped, 0);
    lost |= is_less("free blocks", f.blocks, before->blocks, 0);
    lost |= is_less("tasks", f.tasks, before->tasks, 0);
    lost |= is_less("threads", f.threads, before->threads, 0);
    return !lost;
}

static bool servers_serve(void)
{
    L4_Word_t container, words[2], total, n, pairs[60];
    int err = hurd_pm_container_create(physmem, control, 0, &container);
    if (!err)
        err = hurd_pm_container_allocate(physmem, container, 0, 0, 8 * PAGE, NULL);
    if (!err)
        err = hurd_pm_container_destroy(physmem, container);
    hurd_cap_drop(physmem, container);
    if (!err)
        err = hurd_task_threads(task, self, 0, 0, pairs, &n, &total);
    if (!err)
        err = hurd_cap_rpc(deva, HURD_DEVA_INFO, 1, &__hurd_startup_data->console.cap, 2, words, NULL);
    if (!err && !L4_IsNilThread(files)) {
        int refused = hurd_cap_rpc(files, HURD_CAP_GET_ROOT, 0, NULL, 1, words, NULL);
        err = refused == EACCES ? 0 : refused;      /* we have shared no buffer */
    }
    if (err)
        printf("# a server does not serve: %s\n", strerror(err));
    return !err;
}

static L4_Word_t value(int argc, char **argv, const char *name, int base, L4_Word_t otherwise)
{
    size_t length = strlen(name);
    for (int i = 1; i < argc; i++)
        if (!strncmp(argv[i], name, length))
            return strtoul(argv[i] + length, NULL, base);
    return otherwise;
}

static bool check(unsigned number, bool good, const char *name)
{
    printf("%sok %u - %s\n", good ? "" : "not ", number, name);
    return good;
}

int main(int argc, char **argv)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    physmem = L4_ThreadIdOfRaw(data->physmem_control.server);
    control = data->physmem_control.cap;
    task = L4_ThreadIdOfRaw(data->task.server);
    self = data->task.cap;
    deva = L4_ThreadIdOfRaw(data->console.server);
    files = L4_ThreadIdOfRaw(value(argc, argv, "files=", 16, 0));
    parent = L4_ThreadIdOfRaw(value(argc, argv, "parent=", 16, 0));
    L4_Word_t seed = value(argc, argv, "speak=", 10, 0), wanted = value(argc, argv, "messages=", 10, MESSAGES);
    if (seed)
        return child((uint32_t)seed, A_LIFE);
    seed = value(argc, argv, "seed=", 10, 1);
    bool well = true;
    while (well && lives < LIVES_FIRST)
        well = life((uint32_t)seed++);
    struct figures before = figures();
    while (well && all.messages < wanted)
        well = life((uint32_t)seed++);
    printf("# %lu messages of %u tasks (%u of them died of it): %lu done, %lu refused\n", all.messages, lives,
           deaths, all.good, all.refused);
    bool good = check(1, well && all.unanswered == 0, "each_message_gets_its_reply");
    if (all.unanswered || all.strange)
        printf("# %lu without a reply, %lu strange replies\n", all.unanswered, all.strange);
    good &= check(2, all.strange == 0, "each_reply_has_a_form_that_its_protocol_knows");
    good &= check(3, all.good > all.messages / 8, "many_of_the_messages_are_understood");
    good &= check(4, servers_serve(), "after_all_that_talk_the_servers_serve");
    good &= check(5, balanced(&before), "no_frame_block_task_or_thread_is_lost");
    printf("1..5\n# done\n");
    return !good;
}
