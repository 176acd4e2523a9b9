/* SPDX-License-Identifier: MIT */
/* A deva that hangs (sleepy.c) delays only the tasks that talk to it: tasks begin and end meanwhile.  Says the
 * milliseconds and ends with status 0; tests/system/console.py runs it in virtual time. */
#include <stdio.h>
#include <string.h>

#include <hurd/deva.h>
#include <hurd/mm.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>
#include <l4/schedule.h>

enum { FRAMES = 64, CHILDREN = 4, WITH_CONSOLE = 7, WITHOUT_CONSOLE = 8, FAILED = 99 };

static volatile int written;

static void hang_deva(void *unused)
{
    (void) unused;
    hurd_deva_putchar(L4_ThreadIdOfRaw(__hurd_startup_data->console.server),
                      __hurd_startup_data->console.cap, 5);
    written = 1;
}

static unsigned long milliseconds(void)
{
    return (unsigned long) (L4_SystemClock().raw / 1000);
}

/* A child's life from its creation to its end; its exit status. */
static L4_Word_t child(void)
{
    L4_ThreadId_t task = L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
    struct hurd_task_created created;
    L4_Word_t status = FAILED, reason;
    if (hurd_spawn_self(FRAMES, "late_test\0child", sizeof "late_test\0child", &created) ||
        hurd_task_wait(task, created.handle, 0, &status, &reason) || reason != HURD_TASK_EXITED)
        return FAILED;
    hurd_task_release(task, created.handle);
    return status;
}

int main(int argc, char **argv)
{
    L4_ThreadId_t thread;
    L4_Word_t before, during[CHILDREN], after;
    unsigned long took[CHILDREN];
    if (argc > 1 && !strcmp(argv[1], "child"))
        return __hurd_startup_data->console.server ? WITH_CONSOLE : WITHOUT_CONSOLE;
    before = child();
    if (hurd_thread_start(&thread, hang_deva, NULL, 0))
        return 1;
    L4_Sleep(L4_TimePeriod(50000));
    for (int i = 0; i < CHILDREN; i++) {
        unsigned long start = milliseconds();
        during[i] = child();
        took[i] = milliseconds() - start;
    }
    int hung = !written;
    while (!written)
        L4_Sleep(L4_TimePeriod(100000));
    after = child();
    printf("before %lu, after %lu, hung %d\n", before, after, hung);
    for (int i = 0; i < CHILDREN; i++)
        printf("child %d: status %lu after %lu ms\n", i + 1, during[i], took[i]);
    return 0;
}
