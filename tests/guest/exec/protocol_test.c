/* SPDX-License-Identifier: MIT */
/* HURD_TASK_EXEC: each refusal; and a start that fails before `task` is asked.  A program may have
 * four gifts in the table of `task`, so that the gifts of a refused request go is seen when the
 * next one has room for its own. */
#include "tests/guest/exec/exec.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/task.h>
#include <l4/ipc.h>

#include "lib/file/program.h"

enum { OWN = 0, REPEATS = 6 };

static const char text[8] = "x\0E=1";           /* argz "x", envz "E=1" */

static L4_ThreadId_t server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->task.server);
}

static L4_Word_t image_size(void)
{
    struct hurd_pm_container_info info = { 0 };
    hurd_pm_container_info(physmem(), __hurd_startup_data->image.cap, &info);
    return info.allocated;
}

/* A container of ours with a copy of our program, or with `bytes` in its first page. */
static L4_Word_t container_of(const char *bytes)
{
    L4_Word_t container = 0;
    uintptr_t at = 0;
    if (bytes) {
        EXPECT_EQ(hurd_vm_new_container(&at, HURD_MM_PAGE, &container), 0);
        strcpy((char *) at, bytes);
        EXPECT_EQ(hurd_vm_deallocate(at, HURD_MM_PAGE), 0);
        return container;
    }
    EXPECT_EQ(hurd_pm_container_create(physmem(), __hurd_startup_data->physmem_control.cap, 0,
                                       &container), 0);
    EXPECT_EQ(hurd_pm_container_copy(physmem(), __hurd_startup_data->image.cap, 0, container, 0,
                                     image_size(), 0, NULL), 0);
    return container;
}

static L4_Word_t shown(L4_Word_t container)
{
    L4_Word_t theirs = 0;
    EXPECT_EQ(hurd_pm_container_share(physmem(), container, HURD_TASK_TASK, 5, &theirs), 0);
    return theirs;
}

static L4_Word_t given(L4_Word_t container)
{
    L4_Word_t theirs = 0;
    EXPECT_EQ(hurd_cap_give(physmem(), container, HURD_TASK_TASK, 7, 0, &theirs), 0);
    return theirs;
}

/* task 0: our own. */
static int exec(L4_Word_t task, L4_Word_t image, L4_Word_t size, L4_Word_t kept, L4_Word_t lengths,
                unsigned words)
{
    L4_Word_t in[8] = { task ? task : __hurd_startup_data->task.cap, image, 0, size, kept, lengths };
    memcpy(&in[6], text, sizeof text);
    return hurd_cap_rpc(server(), HURD_TASK_EXEC, words, in, 0, NULL, NULL);
}

enum { LENGTHS = 2 | 4 << 16, WORDS = 8 };      /* of `text` */

void a_malformed_request_costs_no_gift(void)
{
    L4_Word_t container = container_of(NULL), image = shown(container), size = image_size();
    EXPECT_EQ(exec(OWN, image, size, 0, LENGTHS, 5), EINVAL);
    EXPECT_EQ(exec(OWN, image, size, 0, LENGTHS, WORDS + 1), EINVAL);
    EXPECT_EQ(exec(OWN, image, size, 0, 1 | 4 << 16, WORDS), EINVAL);   /* argz without a zero */
    EXPECT_EQ(exec(OWN, image, size, 0, 0, 6), EINVAL);
    EXPECT_EQ(exec(OWN, image, size, 0, (HURD_TASK_TEXT_MAX + 1), WORDS), E2BIG);
    EXPECT_EQ(hurd_cap_take_back(physmem(), HURD_TASK_TASK, image), 0);
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), container), 0);
}

void a_task_is_changed_by_itself_only(void)
{
    struct hurd_task_created child = { 0 };
    L4_Word_t container = container_of(NULL), image;
    int error = hurd_fork(HURD_FORK_PART, &child);
    if (!error && !child.id) {
        L4_Sleep(L4_TimePeriod(200000));
        _exit(3);
    }
    image = shown(container);
    EXPECT_EQ(exec(child.handle, image, image_size(), 0, LENGTHS, WORDS), EPERM);
    EXPECT_EQ(ended((pid_t) child.id), 3);
    EXPECT_EQ(exec(child.handle, image, image_size(), 0, LENGTHS, WORDS), EBADF);
    EXPECT_EQ(hurd_cap_take_back(physmem(), HURD_TASK_TASK, image), 0);
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), container), 0);
}

void gifts_of_the_wrong_kind_are_lost(void)
{
    L4_Word_t container = container_of(NULL), size = image_size(), control;
    EXPECT_EQ(exec(OWN, 4711, size, 0, LENGTHS, WORDS), EBADF);
    for (int i = 0; i < REPEATS; i++) {
        EXPECT_EQ(hurd_pm_control_split(physmem(), __hurd_startup_data->physmem_control.cap, 1,
                                        HURD_TASK_TASK, &control), 0);
        EXPECT_EQ(exec(OWN, control, size, given(container), LENGTHS, WORDS), EPERM);
        EXPECT_EQ(exec(OWN, shown(container), size, 4711, LENGTHS, WORDS), EBADF);
        EXPECT_EQ(exec(OWN, given(container), size, shown(container), LENGTHS, WORDS), EPERM);
    }
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), container), 0);
}

void what_is_no_program_is_refused(void)
{
    L4_Word_t program = container_of(NULL), plain = container_of("plain text"), size = image_size();
    for (int i = 0; i < REPEATS; i++) {
        EXPECT_EQ(exec(OWN, shown(plain), 10, given(plain), LENGTHS, WORDS), ENOEXEC);
        EXPECT_EQ(exec(OWN, shown(program), 0, 0, LENGTHS, WORDS), ENOEXEC);
        EXPECT_EQ(exec(OWN, shown(program), 100, 0, LENGTHS, WORDS), ENOEXEC);
        EXPECT_EQ(exec(OWN, shown(program), size + HURD_MM_PAGE, 0, LENGTHS, WORDS), ENOENT);
        EXPECT_EQ(exec(OWN, shown(program), HURD_TASK_IMAGE_MAX + 1, 0, LENGTHS, WORDS), ENOEXEC);
    }
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), program), 0);
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), plain), 0);
}

/* The client's side: physmem does not show `task` a container that is none, after the part of our
 * memory for the program was split off.  The next starts have room for their gifts, and the part
 * is ours again. */
void a_start_without_an_image_costs_no_memory(void)
{
    static const struct files_image none = { .container = 4711, .size = HURD_MM_PAGE };
    static const struct files_program program = { .argz = "x", .argz_len = 2, .frames = 20 };
    const L4_Word_t control = __hurd_startup_data->physmem_control.cap;
    struct hurd_pm_control_info before = { 0 }, after = { 0 };
    struct hurd_task_created created;
    EXPECT_EQ(hurd_pm_control_info(physmem(), control, &before), 0);
    for (int i = 0; i < REPEATS; i++)
        EXPECT_EQ(files_start_image(&none, &program, &created), EBADF);
    EXPECT_EQ(hurd_pm_control_info(physmem(), control, &after), 0);
    EXPECT_EQ(after.guarantee, before.guarantee);
    EXPECT_EQ(after.split, before.split);
}
