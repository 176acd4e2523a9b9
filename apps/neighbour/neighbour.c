/* SPDX-License-Identifier: MIT */
/* An honest program beside bad ones: it takes all that was promised to it, looks whether it is there, and gives it back.
 * Its last line says that nothing was missing; the exit status is 0 then. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hurd/cap.h>
#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <l4/ipc.h>

enum {
    KEPT = 24,                  /* frames for page nodes, stacks and one more container or two */
    CONTAINERS = 20,
    THREADS_MOST = 40,
    CHILD_FRAMES = 60,
    CHILD_KERNEL = 24,          /* pages of kernel memory for a child, */
    KERNEL_KEPT = 10,           /* and for our own page tables */
    CHILD_STATUS = 7,
    FILES = 4,
    FILE_LOCKS = 4,
};

static L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}
static L4_ThreadId_t task_server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}
static L4_Word_t control(void) { return __hurd_startup_data->physmem_control.cap; }
static L4_Word_t self(void) { return __hurd_startup_data->task.cap; }

static int failures;

static bool missing(const char *what, int error)
{
    if (error) {
        printf("neighbour: %s: %s\n", what, strerror(error));
        failures++;
    }
    return error != 0;
}

/* Every page of the guarantee, written and read. */
static unsigned take_memory(void)
{
    struct hurd_pm_control_info info;
    uintptr_t at = 0;
    if (missing("control", hurd_pm_control_info(physmem(), control(), &info)))
        return 0;
    L4_Word_t pages = info.guarantee - info.used;
    pages = pages > KEPT ? pages - KEPT : 0;
    if (missing("memory", hurd_vm_allocate(&at, pages * HURD_MM_PAGE, 0, 1)))
        return 0;
    for (L4_Word_t i = 0; i < pages; i++)
        *(volatile L4_Word_t *)(at + i * HURD_MM_PAGE) = i ^ 0x5A5A5A5A;
    for (L4_Word_t i = 0; i < pages; i++)
        if (*(volatile L4_Word_t *)(at + i * HURD_MM_PAGE) != (i ^ 0x5A5A5A5A))
            failures++;
    missing("memory given back", hurd_vm_deallocate(at, pages * HURD_MM_PAGE));
    return pages;
}

static unsigned make_containers(void)
{
    L4_Word_t container[CONTAINERS];
    unsigned n = 0;
    while (n < CONTAINERS &&
           !missing("container", hurd_pm_container_create(physmem(), control(), 0, &container[n])))
        n++;
    for (unsigned i = 0; i < n; i++) {
        missing("container destroyed", hurd_pm_container_destroy(physmem(), container[i]));
        hurd_cap_drop(physmem(), container[i]);
    }
    return n;
}

/* What is left of something that `task` counts. */
static L4_Word_t room_for(enum hurd_budget b)
{
    struct hurd_task_budget budget[HURD_BUDGETS];
    if (missing("budget", hurd_task_budget(task_server(), self(), 0, budget)))
        return 0;
    return budget[b].used < budget[b].limit ? budget[b].limit - budget[b].used : 0;
}

/* As many threads as its budget says, each of which may take a page of kernel memory. */
static unsigned make_threads(void)
{
    L4_ThreadId_t thread[THREADS_MOST];
    unsigned n = 0;
    L4_Word_t room = room_for(HURD_BUDGET_THREADS), kernel = room_for(HURD_BUDGET_KERNEL);
    if (room + KERNEL_KEPT > kernel)
        room = kernel > KERNEL_KEPT ? kernel - KERNEL_KEPT : 0;
    while (n < room && n < THREADS_MOST &&
           !missing("thread", hurd_task_thread_alloc(task_server(), self(), 0, &thread[n])))
        n++;
    for (unsigned i = 0; i < n; i++)
        missing("thread ended", hurd_task_thread_destroy(task_server(), self(), thread[i]));
    return n;
}

static unsigned start_children(void)
{
    unsigned good = 0, wanted = room_for(HURD_BUDGET_KERNEL) >= CHILD_KERNEL + KERNEL_KEPT ? 3 : 0;
    for (unsigned i = 0; i < wanted; i++) {
        struct hurd_task_created created;
        L4_Word_t status = 0, reason = 0;
        if (missing("child", hurd_spawn_self(CHILD_FRAMES, "neighbour\0child", 16, &created)))
            continue;
        missing("child's end", hurd_task_wait(task_server(), created.handle, 0, &status, &reason));
        hurd_task_release(task_server(), created.handle);
        good += reason == HURD_TASK_EXITED && status == CHILD_STATUS;
    }
    failures += good != wanted;
    return good;
}

/* Some open files, a pipe and locks, if there is a file system. */
static void use_files(void)
{
    int f[FILES], p[2], own = creat("/tmp/neighbour", 0600);
    if (own < 0 && (errno == ENODEV || errno == ENOENT))
        return;
    missing("file", own < 0 ? errno : 0);
    for (int i = 0; i < FILES; i++) {
        f[i] = open("/welcome", O_RDONLY);
        missing("open file", f[i] < 0 ? errno : 0);
    }
    for (int i = 0; i < FILE_LOCKS; i++) {
        struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 2 * i, .l_len = 1 };
        missing("lock", fcntl(own, F_SETLK, &lock) ? errno : 0);
    }
    if (!missing("pipe", pipe(p) ? errno : 0)) {
        close(p[0]);
        close(p[1]);
    }
    for (int i = 0; i < FILES; i++)
        close(f[i]);
    close(own);
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "child"))
        return CHILD_STATUS;
    unsigned children = start_children(), threads = make_threads(), containers = make_containers();
    use_files();
    unsigned pages = take_memory();
    printf("neighbour: %u pages, %u containers, %u threads, %u children: %s\n", pages, containers,
           threads, children, failures ? "not what was promised" : "all that was promised");
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
