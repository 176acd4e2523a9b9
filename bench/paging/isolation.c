/* SPDX-License-Identifier: MIT */
/* Isolation: a victim looks things up, alone and beside an aggressor that goes through more pages
 * than there are frames. Each pages itself (own), or one pager has both (central). */
#include "isolation.h"
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include "lab.h"

enum { LOOKUPS = 8000, OTHER_FRAMES = 300 };

static struct lab_store store;
static uintptr_t base;

void isolation_fill(uint32_t page, uint32_t *words)
{
    for (uint32_t i = 0; i < WORDS; i++)
        words[i] = page * 2654435761u + i;
}

/* ---- what the two do ---- */

/* Most of the look-ups go to a quarter of the pages. Both programs let others run now and then, as
 * they would when they wait for a disk. */
static void look_up(void)
{
    uint32_t seed = 5;
    for (uint32_t i = 0; i < LOOKUPS; i++) {
        uint32_t range = i % 8 ? VICTIM_PAGES / 4 : VICTIM_PAGES;
        uint32_t page = lab_random(&seed) % range, sum = 0;
        if (i % 8 == 0)
            L4_Yield();
        const volatile uint32_t *words = (const volatile uint32_t *)(base + page * PAGE);
        for (uint32_t w = 0; w < WORDS; w++)
            sum += words[w];
        lab_check(sum == page * 2654435761u * WORDS + WORDS * (WORDS - 1) / 2, "a page is wrong");
    }
}

static void go_through(uint32_t times)
{
    for (uint32_t i = 0; times == 0 || i < times * AGGRESSOR_PAGES; i++) {
        uint32_t page = i % AGGRESSOR_PAGES;
        if (i % 4 == 0)
            L4_Yield();
        lab_check(((const volatile uint32_t *)(base + page * PAGE))[1] == page * 2654435761u + 1,
                  "a page is wrong");
    }
}

/* ---- the children ---- */

static void tell(L4_ThreadId_t parent, L4_Word_t label, L4_Word_t which)
{
    L4_LoadMR(1, which);
    L4_LoadMR(2, base);
    L4_LoadMR(0, L4_MakeTag(label, 2, 0).raw);
    lab_check(L4_IpcSucceeded(L4_Call(parent)), "the parent does not answer");
}

static void child_own(unsigned which, const char *name, L4_ThreadId_t parent)
{
    lab_open(&store, which == VICTIM ? VICTIM_PAGES : AGGRESSOR_PAGES, LAB_READABLE,
             isolation_fill);
    lab_policy(&store, &hurd_policy_clock, PART, 0);
    base = store.base;
    if (which == AGGRESSOR) {
        go_through(1);
        tell(parent, JOIN, which);
        go_through(0);
    }
    lab_start();
    look_up();
    lab_report("isolation", name, PART);
}

/* Only the region's pages are missing while the other pager is ours: all else has been used. */
static void child_central(unsigned which, L4_ThreadId_t parent)
{
    const uintptr_t size = (which == VICTIM ? VICTIM_PAGES : AGGRESSOR_PAGES) * PAGE;
    lab_check(hurd_vm_allocate_rights(&base, size, 0, 0, 0) == 0, "no room");
    L4_ThreadId_t ours = L4_Pager();
    tell(parent, JOIN, which);
    L4_Accept(L4_UntypedWordsAcceptor);
    L4_Set_Pager(parent);
    if (which == AGGRESSOR)
        go_through(0);
    look_up();
    L4_Set_Pager(ours);
    tell(parent, LEAVE, which);
}

int isolation_child(int argc, char **argv)
{
    lab_check(argc == 5, "a child has four words");
    unsigned which = strcmp(argv[1], "victim") == 0 ? VICTIM : AGGRESSOR;
    L4_ThreadId_t parent = L4_ThreadIdOfRaw(strtoul(argv[4], NULL, 16));
    if (strcmp(argv[2], "own") == 0)
        child_own(which, argv[3], parent);
    else
        child_central(which, parent);
    return 0;
}

/* ---- the parent ---- */

static L4_ThreadId_t task_server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}

static struct hurd_task_created child_start(const char *role, const char *pager, const char *name)
{
    struct hurd_task_created child;
    char argz[80];
    int length = snprintf(argz, sizeof argz, "selfpaged/%s%c%s%c%s%c%s%c%lx%c", role, 0, role, 0,
                          pager, 0, name, 0, (unsigned long)L4_MyGlobalId().raw, 0);
    lab_check(hurd_spawn_self(PART + OTHER_FRAMES, argz, (L4_Word_t)length, &child) == 0,
              "a child does not start");
    return child;
}

static void child_wait(struct hurd_task_created child)
{
    L4_Word_t status = 1, reason;
    lab_check(hurd_task_wait(task_server(), child.handle, 0, &status, &reason) == 0 && status == 0,
              "a child does not end well");
    hurd_task_release(task_server(), child.handle);
}

static void child_kill(struct hurd_task_created child)
{
    lab_check(hurd_task_destroy(task_server(), child.handle, 0) == 0, "a child does not go");
    hurd_task_release(task_server(), child.handle);
}

static void wait_for_aggressor(void)
{
    L4_ThreadId_t from;
    L4_MsgTag_t tag = L4_Wait(&from);
    lab_check(L4_IpcSucceeded(tag) && L4_Label(tag) == JOIN, "no aggressor");
    L4_LoadMR(0, 0);
    L4_Reply(from);
}

static void own(const char *name, bool beside)
{
    struct hurd_task_created aggressor = {0};
    if (beside) {
        aggressor = child_start("aggressor", "own", name);
        wait_for_aggressor();
    }
    child_wait(child_start("victim", "own", name));
    if (beside)
        child_kill(aggressor);
}

static void central(const char *name, bool beside)
{
    struct hurd_task_created aggressor = {0}, victim = child_start("victim", "central", name);
    if (beside)
        aggressor = child_start("aggressor", "central", name);
    central_serve(beside ? 2 : 1);
    lab_report("isolation", name, CLIENTS * PART);
    child_wait(victim);
    if (beside)
        child_kill(aggressor);
}

void isolation(void)
{
    own("own.alone", false);
    own("own.beside", true);
    central("central.alone", false);
    central("central.beside", true);
}
