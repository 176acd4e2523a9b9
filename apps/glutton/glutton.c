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
    bool tree;                  /* by children and grandchildren, too */
} kinds[] = {
    {"tasks", more_nothing, true},     {"threads", more_threads, true},
    {"kernel", more_kernel, true},     {"handles", more_handles, true},
    {"controls", more_controls, true}, {"groups", more_groups, true},
    {"holes", more_holes, true},       {"mixed", more_mixed, true},
    {"gifts", more_gifts, true},       {"waits", more_waits, false},
    {"readers", more_readers, false},  {"requests", more_requests, false},
    {"images", more_images, false},    {"messages", more_messages, false},
    {"pager", more_priority, false},
};

static const struct kind *find(const char *name)
{
    for (unsigned i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (!strcmp(kinds[i].name, name))
            return &kinds[i];
    return NULL;
}

static int child(const char *name)
{
    char argz[64];
    struct hurd_task_created created;
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
    unsigned children = 0, taken = 0;
    int error = 0;
    while (kind->tree && !(error = child(kind->name)))
        children++;
    while (!(error = kind->more()))
        taken++;
    if (argc == 2)
        printf("glutton: %s: %u children, %u taken, then: %s\n", kind->name, children, taken,
               strerror(error));
    for (;;) {
        L4_Sleep(L4_TimePeriod(AGAIN));
        while (kind->tree && !child(kind->name))
            ;
        while (!kind->more())
            ;
    }
}
