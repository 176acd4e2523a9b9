/* SPDX-License-Identifier: MIT */
/* Tables of containers and of frames.  Called by commands.c; the next hop is physmem, which answers
 * at once. */
#include "memory.h"
#include "lib/shell/language.h"
#include "reports.h"
#include "shell.h"

#include <stdio.h>
#include <string.h>

#include <hurd/physmem.h>
#include <hurd/startup.h>

enum {
    CONTAINERS_MOST = 2000,     /* of one task: while it makes more, the list ends */
    OWNERS = 64,                /* tasks with frames; more are one row together */
    BAR = 30,
};

static L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}

static L4_Word_t handle(void)
{
    return __hurd_startup_data->physmem_control.cap;
}

/* ---- containers ---- */

struct sum {
    L4_Word_t containers, pages;
};

static void container_row(L4_Word_t task, const struct hurd_pm_listed *c)
{
    printf("%5lu  %-16s %5lu %9lu %8lu %6lu %6lu%s%s%s\n", task, report_task_name(task), c->maker,
           c->pages, c->swapped, c->extra, c->pins,
           c->flags & HURD_PM_LISTED_WIRED ? "  wired" : "",
           c->flags & HURD_PM_LISTED_WINDOW ? "  to disk" : "",
           c->flags & HURD_PM_LISTED_DOOMED ? "  ends" : "");
}

/* Returns 0 or an errno. */
static int containers_of(L4_Word_t task, struct sum *sum)
{
    struct hurd_pm_listed list[HURD_PM_LISTED_MOST];
    L4_Word_t number = 0, n = 0;
    int err;
    do {
        err = hurd_pm_container_list(physmem(), handle(), task, number, list, &n);
        for (L4_Word_t i = 0; !err && i < n; i++) {
            container_row(task, &list[i]);
            sum->pages += list[i].pages;
        }
        number += n;
    } while (!err && n > 0 && number < CONTAINERS_MOST && !shell_interrupted());
    sum->containers += number;
    return err;
}

void memory_containers(L4_Word_t task)
{
    struct hurd_pm_task_statistics s;
    struct sum sum = { 0 };
    int err = 0;
    printf(" PAID BY               MADE BY     PAGES  ON DISK  EXTRA   PINS\n");
    if (task) {
        err = containers_of(task, &sum);
    } else {
        for (L4_Word_t id = 0; !err && !hurd_pm_task_statistics(physmem(), handle(), id, &s);
             id = s.task + 1)
            err = containers_of(s.task, &sum);
    }
    if (err)
        complain("containers: physmem does not answer: %s\n", strerror(err));
    else
        printf("%lu containers, %lu pages\n", sum.containers, sum.pages);
}

/* ---- frames ---- */

struct owner {
    L4_Word_t task, frames;
};

static void owner_row(const char *name, L4_Word_t frames, L4_Word_t total)
{
    L4_Word_t tenths = (L4_Word_t) (frames * 1000ull / total);
    unsigned length = (unsigned) (frames * (unsigned long long) BAR / total);
    static const char bar[] = "##############################";
    _Static_assert(sizeof bar == BAR + 1, "the longest bar");
    printf("%8lu %5lu.%lu%%  %-18s %.*s\n", frames, tenths / 10, tenths % 10, name, (int) length,
           bar);
}

/* The owners with most frames first. */
static unsigned owners_find(struct owner owner[OWNERS], L4_Word_t *sum)
{
    struct hurd_pm_task_statistics s;
    unsigned n = 0;
    for (L4_Word_t id = 0; !hurd_pm_task_statistics(physmem(), handle(), id, &s); id = s.task + 1) {
        unsigned i = n < OWNERS ? n++ : OWNERS - 1;
        if (i == OWNERS - 1 && owner[i].frames > s.promised)
            continue;
        for (; i > 0 && owner[i - 1].frames < s.promised; i--)
            owner[i] = owner[i - 1];
        owner[i] = (struct owner) { s.task, s.promised };
    }
    *sum = 0;
    for (unsigned i = 0; i < n; i++)
        *sum += owner[i].frames;
    return n;
}

void memory_frames(void)
{
    struct hurd_pm_statistics all;
    struct owner owner[OWNERS] = { { 0, 0 } };
    L4_Word_t sum;
    int err = hurd_pm_statistics(physmem(), handle(), &all);
    if (err || all.total == 0) {
        complain("frames: physmem does not answer: %s\n", strerror(err));
        return;
    }
    unsigned n = owners_find(owner, &sum);
    printf("  FRAMES   SHARE  OWNER\n");
    owner_row("(free)", all.free, all.total);
    for (unsigned i = 0; i < n; i++)
        owner_row(report_task_name(owner[i].task), owner[i].frames, all.total);
    owner_row("(records)", all.meta, all.total);
    printf("%8lu frames of 4 KB.  A task's are the pages of its containers:\n"
           "some are promised and not yet there, and shared ones count more than once.\n",
           all.total);
}
