/* SPDX-License-Identifier: MIT */
/* Takes all it can get of one kind, keeps it and goes on asking: `glutton KIND`.  Most kinds do so in a whole tree of
 * tasks.  Everybody else must have what was promised to them all the same (apps/neighbour). */
#include "glutton.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hurd/startup.h>

enum {
    CHILD_FRAMES = 60,
    FORKS = 50,                 /* at most: they take long */
    AGAIN = 20000,              /* us between two tries, when there is no more */
};

L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}
L4_ThreadId_t task_server(void) { return L4_ThreadIdOfRaw(__hurd_startup_data->task.server); }
L4_Word_t own_control(void) { return __hurd_startup_data->physmem_control.cap; }
L4_Word_t own_task(void) { return __hurd_startup_data->task.cap; }

/* A kind: one more of it, 0 or an errno. */
static const struct kind {
    const char *name;
    int (*more)(void);
    enum { ALONE, TREE, FORK } how;     /* TREE: by children and grandchildren, too */
} kinds[] = {
    {"tasks", more_nothing, TREE},     {"threads", more_threads, TREE},
    {"kernel", more_kernel, TREE},     {"handles", more_handles, TREE},
    {"controls", more_controls, TREE}, {"groups", more_groups, TREE},
    {"holes", more_holes, TREE},       {"mixed", more_mixed, TREE},
    {"gifts", more_gifts, TREE},       {"waits", more_waits, ALONE},
    {"readers", more_readers, ALONE},  {"requests", more_requests, ALONE},
    {"images", more_images, ALONE},    {"messages", more_messages, ALONE},
    {"pager", more_priority, ALONE},   {"files", more_files, FORK},
    {"pipes", more_pipes, FORK},       {"locks", more_locks, FORK},
};

static const struct kind *find(const char *name)
{
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (!strcmp(kinds[i].name, name))
            return &kinds[i];
    return NULL;
}

static bool is_fork;

/* Has a copy of nothing but the memory: each one asks for all that it has itself. */
static int fork_child(void)
{
    static unsigned forks;
    struct hurd_task_created created;
    int error = is_fork || forks == FORKS ? EAGAIN : hurd_fork(CHILD_FRAMES, &created);
    forks += !error;
    is_fork = is_fork || (!error && created.id == 0);
    return is_fork ? EAGAIN : error;
}

static int child(const struct kind *kind)
{
    const char *name = kind->name;
    char argz[64];
    struct hurd_task_created created;
    if (kind->how != TREE)
        return kind->how == FORK ? fork_child() : EAGAIN;
    int length = snprintf(argz, sizeof argz, "glutton%c%s%cchild", 0, name, 0) + 1;
    return hurd_spawn_self(CHILD_FRAMES, argz, (L4_Word_t)length, &created);
}

int main(int argc, char **argv)
{
    const struct kind *kind = argc > 1 ? find(argv[1]) : NULL;
    if (!kind) {
        printf("glutton: say of what: one of");
        for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
            printf(" %s", kinds[i].name);
        printf("\n");
        return 1;
    }
    if (argc == 2)              /* what printing needs for itself is there from now on */
        printf("glutton takes: %s\n", kind->name);
    unsigned children = 0, taken = 0;
    int error = 0;
    while (!(error = child(kind)))
        children++;
    while (!(error = kind->more()))
        taken++;
    if (argc == 2 && !is_fork)
        printf("glutton: %s: %u children, %u taken, then: %s\n", kind->name, children, taken,
               strerror(error));
    for (;;) {
        L4_Sleep(L4_TimePeriod(AGAIN));
        while (!child(kind))
            ;
        while (!kind->more())
            ;
    }
}
