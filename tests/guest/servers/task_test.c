/* SPDX-License-Identifier: MIT */
/* The task server from a program's point of view: each operation of include/hurd/task.h and each of
 * its refusals; and wortel, which has nothing for a program.  Runs in the whole system in place of
 * the demo; TAP on the console. The same program is its own child: argv[1] = "child=NAME" says what
 * it is to do. */
#include "task_test.h"

static bool test_failed;

bool expect(bool good, const char *what, const char *file, int line)
{
    if (!good) {
        test_failed = true;
        printf("# %s:%d: not so: %s\n", file, line, what);
    }
    return good;
}

bool expect_eq(L4_Word_t is, L4_Word_t wanted, const char *what, const char *file, int line)
{
    if (is != wanted) {
        test_failed = true;
        printf("# %s:%d: %s is %lu, wanted %lu\n", file, line, what, is, wanted);
    }
    return is == wanted;
}

int request(L4_Word_t label, unsigned n, L4_Word_t *words)
{
    return hurd_cap_rpc(server(), label, n, words, 63, words, NULL);
}

/* ---- children: copies of this very program */

L4_Word_t image, image_bytes;

bool image_make(void)
{
    struct hurd_pm_container_info info;
    if (image_bytes)
        return true;
    if (hurd_pm_container_info(physmem(), __hurd_startup_data->image.cap, &info) != 0 ||
        hurd_pm_container_create(physmem(), __hurd_startup_data->physmem_control.cap, 0, &image) !=
            0 ||
        hurd_pm_container_copy(physmem(), __hurd_startup_data->image.cap, 0, image, 0,
                               info.allocated, 0, NULL) != 0)
        return false;
    image_bytes = info.allocated;
    return true;
}

int give(L4_Word_t frames, L4_Word_t *image_handle, L4_Word_t *control)
{
    if (!image_make())
        return ENOMEM;
    int error = hurd_pm_container_share(physmem(), image, HURD_TASK_TASK, 5, image_handle);
    if (!error)
        error = hurd_pm_control_split(physmem(), __hurd_startup_data->physmem_control.cap, frames,
                                      HURD_TASK_TASK, control);
    return error;
}

int child_make(const char *role, L4_Word_t frames, struct hurd_task_created *child)
{
    L4_Word_t image_handle, control;
    char argz[64];
    int n = snprintf(argz, sizeof argz, "child%cchild=%s%c", 0, role, 0);
    int error = give(frames, &image_handle, &control);
    return error ? error
                 : hurd_task_create(server(), self(), image_handle, 0, image_bytes, control, argz,
                                    (L4_Word_t)n, child);
}

struct hurd_task_created child_of(const char *role)
{
    struct hurd_task_created child = { 0, 0, L4_nilthread };
    EXPECT_EQ(child_make(role, CHILD_FRAMES, &child), 0);
    return child;
}

void child_end(const struct hurd_task_created *child)
{
    hurd_task_destroy(server(), child->handle, 0);
    EXPECT_EQ(hurd_task_release(server(), child->handle), 0);
}

/* The image is there already: the first child does not make a difference. */
L4_Word_t guarantee_left(void)
{
    image_make();
    struct hurd_pm_control_info info = { .guarantee = 0 };
    hurd_pm_control_info(physmem(), __hurd_startup_data->physmem_control.cap, &info);
    return info.guarantee - info.used;
}

/* A child with a child of its own, of which it tells us; `soon` has to end by itself. */
static void be_parent(const char *whom, bool lets_go)
{
    L4_ThreadId_t parent = L4_ThreadIdOfRaw(strtoul(whom, NULL, 16));
    struct hurd_task_created child = { 0, 0, L4_nilthread };
    int error = child_make(lets_go ? "soon" : "sleep", CHILD_FRAMES, &child);
    if (!error && lets_go)
        error = hurd_task_let_go(server(), child.handle);
    L4_LoadMR(0, L4_MakeTag((L4_Word_t) error, 1, 0).raw);
    L4_LoadMR(1, child.thread.raw);
    L4_Send(parent);
}

/* A child that keeps what one child of its own needs, and tells its limits as they were. */
static void be_thrifty(const char *whom)
{
    L4_ThreadId_t parent = L4_ThreadIdOfRaw(strtoul(whom, NULL, 16));
    struct hurd_task_budget had[HURD_BUDGETS];
    int error = hurd_task_budget(server(), self(), 0, had);
    if (!error)
        error = hurd_task_give_back(server(), self(), 1);
    L4_LoadMR(0, L4_MakeTag((L4_Word_t) error, HURD_BUDGETS, 0).raw);
    for (enum hurd_budget b = 0; b < HURD_BUDGETS; b++)
        L4_LoadMR(1 + (int) b, had[b].limit);
    L4_Send(parent);
    L4_Receive(parent);
    struct hurd_task_created child = { 0, 0, L4_nilthread };
    error = child_make("sleep", CHILD_FRAMES, &child);
    if (!error)                                 /* the one child that it has is that one */
        error = hurd_task_give_back(server(), self(), 1);
    exit(error ? error : child_make("sleep", CHILD_FRAMES / 2, &child) ? 42 : 1);
}

static void read_anew(L4_ThreadId_t pager)
{
    const volatile char *page = (const char *) ((uintptr_t) hurd_cap_rpc & -PAGE);
    L4_ThreadId_t before = L4_Pager();
    L4_Set_Pager(pager);
    L4_Flush(L4_FpageAddRights(L4_FpageLog2((L4_Word_t) page, 12), L4_FPAGE_RWX));
    (void) *page;
    L4_Set_Pager(before);
}

/* A child that loses a page of its text whenever it is asked, and gets it back from `task`. */
static _Noreturn void be_reader(const char *whom)
{
    L4_ThreadId_t parent = L4_ThreadIdOfRaw(strtoul(whom, NULL, 16));
    read_anew(L4_Pager());      /* the rest of this text is there behind this */
    for (L4_MsgTag_t tag = L4_Receive(parent); !L4_IpcFailed(tag); tag = L4_Call(parent)) {
        read_anew(server());
        L4_LoadMR(0, 0);
    }
    exit(1);
}

static _Noreturn void play(const char *role)
{
    int *volatile nowhere = (int *) 0x10;
    if (!strncmp(role, "family=", 7) || !strncmp(role, "daemon=", 7))
        be_parent(role + 7, role[0] == 'd');
    if (!strncmp(role, "reads=", 6))
        be_reader(role + 6);
    if (!strncmp(role, "thrifty=", 8))
        be_thrifty(role + 8);
    if (!strcmp(role, "soon")) {
        L4_Sleep(L4_TimePeriod(500000));
        exit(0);
    }
    if (!strncmp(role, "cancel=", 7))           /* somebody else's wait */
        exit(REQUEST(HURD_CAP_CANCEL, strtoul(role + 7, NULL, 16)));
    if (!strcmp(role, "exit"))
        exit(42);
    if (!strcmp(role, "environment"))           /* two variables, the second of them long */
        exit(environ[0] && !strcmp(environ[0], "A=1") && environ[1] && !strncmp(environ[1], "B=", 2)
             && !environ[2] ? (int)strlen(environ[1]) % 200 : 1);
    if (!strcmp(role, "fault"))
        *nowhere = 1;
    if (!strcmp(role, "lost") || !strcmp(role, "invalid") || !strcmp(role, "writes")) { /* with `task` for a pager */
        L4_Set_Pager(server());
        L4_Set_ExceptionHandler(server());
        if (!strcmp(role, "lost"))
            *nowhere = 1;
        if (!strcmp(role, "writes"))            /* to its own instructions */
            *(volatile char *) (uintptr_t) play = 0;
        __asm__ volatile("ud2");
    }
    if (!strcmp(role, "open"))
        hurd_cap_open(server(), 1, 0);
    for (;;)
        L4_Sleep(L4_Never);
}

int main(int argc, char **argv)
{
    static const struct test *const table[] = {
        task_threads, task_children, task_trees, task_create, task_refusals,
    };
    if (argc > 1 && !strncmp(argv[1], "child=", 6))
        play(argv[1] + 6);
    const char *only = argc > 1 && !strncmp(argv[1], "only=", 5) ? argv[1] + 5 : "";
    unsigned number = 0, failures = 0;
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++) {
        for (const struct test *test = table[i]; test->name; test++) {
            if (!strstr(test->name, only))
                continue;
            test_failed = false;
            test->run();
            failures += test_failed;
            printf("%sok %u - %s\n", test_failed ? "not " : "", ++number, test->name);
        }
    }
    printf("1..%u\n# done\n", number);
    return failures > 0;
}
