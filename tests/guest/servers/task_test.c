/* SPDX-License-Identifier: MIT */
/* The task server from a program's point of view: each operation of include/hurd/task.h and each of
 * its refusals; and wortel, which has nothing for a program.  Runs in the whole system in place of
 * the demo; TAP on the console. The same program is its own child: argv[1] = "child=NAME" says what
 * it is to do. */
#include <errno.h>
#include <libc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/mm.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>
#include <hurd/task.h>
#include <hurd/wortel.h>
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/pecan.h>
#include <l4/schedule.h>
#include <l4/sigma0.h>
#include <l4/thread.h>

#define PAGE 4096u

static bool test_failed;

#define TEST(name) static void name(void)
#define EXPECT(condition) expect((condition), #condition, __LINE__)
#define EXPECT_EQ(is, wanted) expect_eq((L4_Word_t) (is), (L4_Word_t) (wanted), #is, __LINE__)

static bool expect(bool good, const char *what, int line)
{
    if (!good) {
        test_failed = true;
        printf("# " __FILE__ ":%d: not so: %s\n", line, what);
    }
    return good;
}

static bool expect_eq(L4_Word_t is, L4_Word_t wanted, const char *what, int line)
{
    if (is != wanted) {
        test_failed = true;
        printf("# " __FILE__ ":%d: %s is %lu, wanted %lu\n", line, what, is, wanted);
    }
    return is == wanted;
}

/* ---- requests */

static L4_ThreadId_t server(void) { return L4_ThreadIdOfRaw(__hurd_startup_data->task.server); }
static L4_ThreadId_t physmem(void) { return L4_ThreadIdOfRaw(__hurd_startup_data->image.server); }
static L4_Word_t self(void) { return __hurd_startup_data->task.cap; }

static int request(L4_Word_t label, unsigned n, L4_Word_t *words)
{
    return hurd_cap_rpc(server(), label, n, words, 63, words, NULL);
}

#define REQUEST(label, ...)                                                                       \
    ({                                                                                            \
        L4_Word_t words_[64] = { __VA_ARGS__ };                                                   \
        request(label, sizeof((L4_Word_t[]) { __VA_ARGS__ }) / sizeof(L4_Word_t), words_);        \
    })

/* ---- children: copies of this very program */

#define CHILD_FRAMES 320u

static L4_Word_t image, image_bytes;        /* a container of ours with the program file */

static bool image_make(void)
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

static int give(L4_Word_t frames, L4_Word_t *image_handle, L4_Word_t *control)
{
    if (!image_make())
        return ENOMEM;
    int error = hurd_pm_container_share(physmem(), image, HURD_TASK_TASK, 5, image_handle);
    if (!error)
        error = hurd_pm_control_split(physmem(), __hurd_startup_data->physmem_control.cap, frames,
                                      HURD_TASK_TASK, control);
    return error;
}

static int child_make(const char *role, L4_Word_t frames, struct hurd_task_created *child)
{
    L4_Word_t image_handle, control;
    char argz[64];
    int n = snprintf(argz, sizeof argz, "child%cchild=%s%c", 0, role, 0);
    int error = give(frames, &image_handle, &control);
    return error ? error
                 : hurd_task_create(server(), self(), image_handle, 0, image_bytes, control, argz,
                                    (L4_Word_t)n, child);
}

static struct hurd_task_created child_of(const char *role)
{
    struct hurd_task_created child = { 0, 0, L4_nilthread };
    EXPECT_EQ(child_make(role, CHILD_FRAMES, &child), 0);
    return child;
}

static void child_end(const struct hurd_task_created *child)
{
    hurd_task_destroy(server(), child->handle, 0);
    EXPECT_EQ(hurd_task_release(server(), child->handle), 0);
}

static L4_Word_t guarantee_left(void)
{
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

static _Noreturn void play(const char *role)
{
    int *volatile nowhere = (int *) 0x10;
    if (!strncmp(role, "family=", 7) || !strncmp(role, "daemon=", 7))
        be_parent(role + 7, role[0] == 'd');
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

/* ---- threads */

TEST(task_gives_a_thread_with_a_slot_of_its_choice)
{
    L4_Word_t words[64] = { self(), 0 }, second[64] = { self(), ~0ul };
    EXPECT_EQ(request(HURD_TASK_THREAD_ALLOC, 2, words), 0);
    EXPECT_EQ(request(HURD_TASK_THREAD_ALLOC, 2, second), 0);
    EXPECT_EQ(L4_Version(L4_ThreadIdOfRaw(words[0])), L4_Version(L4_MyGlobalId()));
    EXPECT(words[0] != second[0] && words[1] != second[1]);
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), L4_ThreadIdOfRaw(words[0])), 0);
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), L4_ThreadIdOfRaw(second[0])), 0);
}

TEST(task_gives_the_slot_that_was_asked_for_once)
{
    L4_Fpage_t area = L4_FpageOfRaw(__hurd_startup_data->utcb_area);
    L4_Word_t last = L4_Address(area) + L4_Size(area) - L4_UTCB_BLOCK;
    L4_ThreadId_t thread, again;
    EXPECT_EQ(hurd_task_thread_alloc(server(), self(), last, &thread), 0);
    EXPECT_EQ(hurd_task_thread_alloc(server(), self(), last, &again), EEXIST);
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), thread), 0);
    EXPECT_EQ(hurd_task_thread_alloc(server(), self(), last, &again), 0);
    EXPECT(again.raw != thread.raw);        /* numbers come back late */
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), again), 0);
}

TEST(task_refuses_slots_outside_the_area_and_between_blocks)
{
    L4_Fpage_t area = L4_FpageOfRaw(__hurd_startup_data->utcb_area);
    L4_Word_t low = L4_Address(area), high = low + L4_Size(area);
    EXPECT_EQ(hurd_task_thread_alloc(server(), self(), low - L4_UTCB_BLOCK, NULL), EINVAL);
    EXPECT_EQ(hurd_task_thread_alloc(server(), self(), high, NULL), EINVAL);
    EXPECT_EQ(hurd_task_thread_alloc(server(), self(), high - 4, NULL), EINVAL);
    EXPECT_EQ(hurd_task_thread_alloc(server(), self(), 0xC0000000, NULL), EINVAL);
    EXPECT_EQ(hurd_task_thread_alloc(server(), self(), low, NULL), EEXIST); /* our first thread's */
}

TEST(task_says_when_there_are_no_more_threads_and_takes_them_back)
{
    static L4_ThreadId_t thread[200];
    unsigned n = 0;
    int error = 0;
    while (n < 200 && (error = hurd_task_thread_alloc(server(), self(), 0, &thread[n])) == 0)
        n++;
    EXPECT(error == EAGAIN || error == ENOMEM);
    EXPECT(n >= 8);
    unsigned made = n;
    while (n > 0)
        EXPECT_EQ(hurd_task_thread_destroy(server(), self(), thread[--n]), 0);
    while (n < made && hurd_task_thread_alloc(server(), self(), 0, &thread[n]) == 0)
        n++;
    EXPECT_EQ(n, made);                     /* nothing was lost the first time */
    while (n > 0)
        EXPECT_EQ(hurd_task_thread_destroy(server(), self(), thread[--n]), 0);
}

TEST(task_destroys_only_threads_of_that_task)
{
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), server()), ESRCH);
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), L4_nilthread), ESRCH);
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), L4_MyLocalId()), ESRCH);
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), L4_ThreadIdOfRaw(L4_MyGlobalId().raw + 1)),
              ESRCH);
}

TEST(task_sets_priorities_up_to_its_limit)
{
    L4_ThreadId_t thread;
    EXPECT_EQ(hurd_task_thread_alloc(server(), self(), 0, &thread), 0);
    EXPECT_EQ(hurd_task_thread_priority(server(), self(), thread, 100), 0);
    EXPECT_EQ(hurd_task_thread_priority(server(), self(), thread, 1), 0);
    EXPECT_EQ(hurd_task_thread_priority(server(), self(), thread, 101), EPERM);
    EXPECT_EQ(hurd_task_thread_priority(server(), self(), L4_MyGlobalId(), 101), EPERM);
    EXPECT_EQ(hurd_task_thread_priority(server(), self(), hurd_mm_pager(), 101), EPERM);
    EXPECT_EQ(hurd_task_thread_priority(server(), self(), thread, 0), EINVAL);
    EXPECT_EQ(hurd_task_thread_priority(server(), self(), physmem(), 100), ESRCH);
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), thread), 0);
}

TEST(task_lists_the_threads_and_knows_the_pager)
{
    L4_Word_t pairs[60], n = 0, total = 0, pagers = 0;
    bool found = false;
    EXPECT_EQ(hurd_task_threads(server(), self(), 0, 0, pairs, &n, &total), 0);
    EXPECT_EQ(n, total);
    for (L4_Word_t i = 0; i < n; i++) {
        found |= pairs[2 * i] == L4_MyGlobalId().raw;
        pagers += (pairs[2 * i + 1] & HURD_TASK_THREAD_PAGER) != 0;
    }
    EXPECT(found);
    EXPECT_EQ(pagers, 1);
    EXPECT_EQ(hurd_task_threads(server(), self(), 0, total, pairs, &n, &total), 0);
    EXPECT_EQ(n, 0);
    EXPECT_EQ(hurd_task_threads(server(), self(), HURD_TASK_DEVA, 0, pairs, &n, &total), EPERM);
}

/* ---- tasks */

TEST(task_child_runs_and_its_exit_status_arrives)
{
    struct hurd_task_created child = child_of("exit");
    L4_Word_t status = 0, reason = 9;
    EXPECT(child.id >= HURD_TASK_FIRST && (child.id & 0x3F) != 0);
    EXPECT_EQ(L4_Version(child.thread), child.id);
    EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, &status, &reason), 0);
    EXPECT_EQ(status, 42);
    EXPECT_EQ(reason, HURD_TASK_EXITED);
    EXPECT_EQ(hurd_task_wait(server(), child.handle, HURD_TASK_NOHANG, &status, &reason), 0);
    EXPECT_EQ(hurd_task_release(server(), child.handle), 0);
    EXPECT_EQ(hurd_task_release(server(), child.handle), EBADF);
}

TEST(task_child_that_faults_ends_alone)
{
    struct hurd_task_created child = child_of("fault");
    L4_Word_t status = 0;
    EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, &status, NULL), 0);
    EXPECT_EQ(status, 139);
    EXPECT_EQ(hurd_task_release(server(), child.handle), 0);
}

TEST(task_ends_a_child_whose_fault_or_exception_nobody_else_serves)
{
    struct hurd_task_created child = child_of("lost");
    L4_Word_t status = 0, reason = 9;
    EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, &status, &reason), 0);
    EXPECT_EQ(status, 139);
    EXPECT_EQ(reason, HURD_TASK_FAULTED);
    EXPECT_EQ(hurd_task_release(server(), child.handle), 0);
    child = child_of("writes");
    EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, &status, &reason), 0);
    EXPECT_EQ(status, 139);
    EXPECT_EQ(reason, HURD_TASK_FAULTED);
    EXPECT_EQ(hurd_task_release(server(), child.handle), 0);
    child = child_of("invalid");
    EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, &status, &reason), 0);
    EXPECT_EQ(status, 128 + 6);
    EXPECT_EQ(reason, HURD_TASK_EXCEPTION);
    EXPECT_EQ(hurd_task_release(server(), child.handle), 0);
}

TEST(task_child_can_be_killed_and_is_dead_to_all_but_questions)
{
    struct hurd_task_created child = child_of("sleep");
    struct hurd_task_info info;
    L4_Word_t status = 0, reason = 9;
    EXPECT_EQ(hurd_task_wait(server(), child.handle, HURD_TASK_NOHANG, NULL, NULL), EAGAIN);
    EXPECT_EQ(hurd_task_info(server(), child.handle, 0, &info), 0);
    EXPECT_EQ(info.state, 1);
    EXPECT_EQ(info.task, child.id);
    EXPECT_EQ(info.parent, L4_Version(L4_MyGlobalId()));
    EXPECT(!strncmp(info.name, "child", sizeof info.name));
    EXPECT_EQ(hurd_task_destroy(server(), child.handle, 7), 0);
    EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, &status, &reason), 0);
    EXPECT_EQ(status, 7);
    EXPECT_EQ(reason, HURD_TASK_KILLED);
    EXPECT_EQ(hurd_task_info(server(), child.handle, 0, &info), 0);
    EXPECT_EQ(info.state, 2);
    EXPECT_EQ(info.threads, 0);
    EXPECT_EQ(hurd_task_destroy(server(), child.handle, 0), ESRCH);
    EXPECT_EQ(hurd_task_thread_alloc(server(), child.handle, 0, NULL), ESRCH);
    EXPECT_EQ(hurd_task_release(server(), child.handle), 0);
    EXPECT_EQ(hurd_task_info(server(), child.handle, 0, &info), EBADF);
}

/* Until the child has opened a slot. */
static int give_patiently(L4_Word_t handle, L4_Word_t task, L4_Word_t *theirs)
{
    int error = EPERM;
    for (int i = 0; error == EPERM && i < 2000; i++) {
        L4_Sleep(L4_TimePeriod(1000));
        error = hurd_cap_give(server(), handle, task, 7, 0, theirs);
    }
    return error;
}

TEST(task_lets_no_program_lose_the_handle_on_its_own_task)
{
    struct hurd_task_created child = child_of("open");
    L4_Word_t theirs;
    EXPECT_EQ(hurd_cap_drop(server(), self()), EPERM);
    EXPECT_EQ(hurd_cap_give(server(), self(), child.id, 7, HURD_CAP_GIVE_MOVE, &theirs), EPERM);
    EXPECT_EQ(give_patiently(self(), child.id, &theirs), 0);
    EXPECT_EQ(hurd_cap_give(server(), self(), child.id, 7, 0, &theirs), EPERM);     /* it was one slot */
    EXPECT_EQ(hurd_cap_give(server(), self(), HURD_TASK_TASK, 7, 0, &theirs), EPERM);
    EXPECT_EQ(hurd_cap_give(server(), child.handle, L4_Version(L4_MyGlobalId()), 7, 0, &theirs), 0);
    EXPECT_EQ(theirs, child.handle);
    EXPECT_EQ(hurd_cap_drop(server(), child.handle), 0);
    child_end(&child);
}

TEST(task_memory_of_dead_children_comes_back)
{
    EXPECT(image_make());
    L4_Word_t before = guarantee_left();
    for (int i = 0; i < 8; i++) {
        struct hurd_task_created child = child_of(i % 2 ? "exit" : "sleep");
        if (i % 2)
            EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, NULL, NULL), 0);
        child_end(&child);
    }
    EXPECT_EQ(guarantee_left(), before);
}

/* ---- trees */

static bool exists(L4_ThreadId_t thread)
{
    L4_LoadMR(0, 0);
    return L4_IpcSucceeded(L4_Send_Timeout(thread, L4_ZeroTime)) || (L4_ErrorCode() >> 1 & 7) == 1;
}

/* A child that has started another; tells which.  kind: family or daemon. */
static struct hurd_task_created parent_of(const char *kind, L4_ThreadId_t *grandchild)
{
    char role[32];
    snprintf(role, sizeof role, "%s=%lx", kind, L4_MyGlobalId().raw);
    struct hurd_task_created child = { 0, 0, L4_nilthread };
    EXPECT_EQ(child_make(role, 4 * CHILD_FRAMES, &child), 0);
    L4_MsgTag_t tag = L4_Receive_Timeout(child.thread, L4_TimePeriod(10000000));
    EXPECT(L4_IpcSucceeded(tag));
    EXPECT_EQ(L4_Label(tag), 0);
    *grandchild = L4_ThreadIdOfRaw(L4_MR(1));
    return child;
}

static L4_Word_t limit_of(enum hurd_budget b)
{
    struct hurd_task_budget budget[HURD_BUDGETS] = { { 0, 0 } };
    EXPECT_EQ(hurd_task_budget(server(), self(), 0, budget), 0);
    return budget[b].limit;
}

TEST(task_ends_with_a_child_all_that_it_started)
{
    L4_ThreadId_t grandchild;
    L4_Word_t tasks = limit_of(HURD_BUDGET_TASKS), threads = limit_of(HURD_BUDGET_THREADS);
    L4_Word_t kernel = limit_of(HURD_BUDGET_KERNEL), before = guarantee_left();
    struct hurd_task_created child = parent_of("family", &grandchild);
    EXPECT(exists(grandchild));
    EXPECT(limit_of(HURD_BUDGET_TASKS) < tasks && limit_of(HURD_BUDGET_THREADS) < threads);
    child_end(&child);
    EXPECT(!exists(grandchild));
    EXPECT_EQ(limit_of(HURD_BUDGET_TASKS), tasks);
    EXPECT_EQ(limit_of(HURD_BUDGET_THREADS), threads);
    EXPECT_EQ(limit_of(HURD_BUDGET_KERNEL), kernel);
    EXPECT_EQ(guarantee_left(), before);
}

TEST(task_lets_a_child_go_for_the_part_that_it_got)
{
    L4_ThreadId_t grandchild;
    L4_Word_t tasks = limit_of(HURD_BUDGET_TASKS), before = guarantee_left();
    struct hurd_task_created child = parent_of("daemon", &grandchild);
    child_end(&child);
    EXPECT(exists(grandchild));
    EXPECT(limit_of(HURD_BUDGET_TASKS) < tasks);
    EXPECT(guarantee_left() < before);
    for (int i = 0; i < 200 && exists(grandchild); i++)
        L4_Sleep(L4_TimePeriod(20000));
    EXPECT(!exists(grandchild));
    EXPECT_EQ(limit_of(HURD_BUDGET_TASKS), tasks);
    EXPECT_EQ(guarantee_left(), before);
}

TEST(task_lets_go_only_what_the_caller_started_and_has_above_it)
{
    struct hurd_task_created child = child_of("sleep");
    EXPECT_EQ(hurd_task_let_go(server(), self()), EPERM);           /* init started this one */
    EXPECT_EQ(REQUEST(HURD_TASK_LET_GO, child.handle, 0), EINVAL);
    EXPECT_EQ(hurd_task_let_go(server(), child.handle), 0);
    EXPECT_EQ(hurd_task_let_go(server(), child.handle), EPERM);     /* it is init's now */
    child_end(&child);
    EXPECT_EQ(hurd_task_let_go(server(), child.handle), EBADF);
}

TEST(task_tells_budgets_of_oneself_and_of_children)
{
    struct hurd_task_created child = child_of("sleep");
    struct hurd_task_budget mine[HURD_BUDGETS], its[HURD_BUDGETS];
    EXPECT_EQ(hurd_task_budget(server(), self(), 0, mine), 0);
    EXPECT_EQ(hurd_task_budget(server(), child.handle, child.id, its), 0);
    for (enum hurd_budget b = 0; b < HURD_BUDGETS; b++)
        EXPECT(its[b].limit > 0 && its[b].limit <= mine[b].limit);
    EXPECT_EQ(its[HURD_BUDGET_TASKS].used, 1);
    EXPECT_EQ(hurd_task_budget(server(), self(), HURD_TASK_DEVA, mine), EPERM);
    EXPECT_EQ(REQUEST(HURD_TASK_BUDGET, self()), EINVAL);
    child_end(&child);
}

TEST(task_gives_its_owner_back_what_it_does_not_need)
{
    struct hurd_task_budget before[HURD_BUDGETS], mine[HURD_BUDGETS], its[HURD_BUDGETS];
    struct hurd_task_created child = { 0, 0, L4_nilthread };
    L4_Word_t status = 0;
    char role[32];
    snprintf(role, sizeof role, "thrifty=%lx", L4_MyGlobalId().raw);
    EXPECT_EQ(hurd_task_budget(server(), self(), 0, before), 0);
    EXPECT_EQ(child_make(role, 4 * CHILD_FRAMES, &child), 0);
    L4_MsgTag_t tag = L4_Receive_Timeout(child.thread, L4_TimePeriod(10000000));
    EXPECT(L4_IpcSucceeded(tag));
    EXPECT_EQ(L4_Label(tag), 0);
    L4_Word_t had[HURD_BUDGETS];
    L4_StoreMRs(1, HURD_BUDGETS, had);
    EXPECT_EQ(hurd_task_budget(server(), self(), 0, mine), 0);
    EXPECT_EQ(hurd_task_budget(server(), child.handle, 0, its), 0);
    for (enum hurd_budget b = 0; b < HURD_BUDGETS; b++) {
        EXPECT(its[b].limit < had[b] && its[b].limit > its[b].used);
        EXPECT_EQ(mine[b].limit + its[b].limit, before[b].limit);
    }
    EXPECT_EQ(hurd_task_give_back(server(), child.handle, 1), EPERM);
    EXPECT_EQ(hurd_task_give_back(server(), self(), HURD_TASK_CHILDREN_MOST + 1), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_GIVE_BACK, self()), EINVAL);
    L4_LoadMR(0, 0);
    EXPECT(L4_IpcSucceeded(L4_Send(child.thread)));
    EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, &status, NULL), 0);
    EXPECT_EQ(status, 42);                      /* there was room for one child, and not for two */
    EXPECT_EQ(hurd_task_release(server(), child.handle), 0);
    EXPECT_EQ(hurd_task_budget(server(), self(), 0, mine), 0);
    EXPECT_EQ(mine[HURD_BUDGET_KERNEL].limit, before[HURD_BUDGET_KERNEL].limit);
}

TEST(task_tells_time_and_partners_of_its_threads)
{
    struct hurd_task_created child = child_of("sleep");
    L4_Word_t ms, partner;
    EXPECT_EQ(hurd_task_time(server(), self(), 0, &ms), 0);
    EXPECT_EQ(hurd_task_time(server(), child.handle, child.id, &ms), 0);
    ms = 0x5EED; /* a refusal leaves it alone */
    EXPECT_EQ(hurd_task_time(server(), self(), HURD_TASK_DEVA, &ms), EPERM);
    EXPECT_EQ(ms, 0x5EED);
    EXPECT_EQ(REQUEST(HURD_TASK_TIME, self()), EINVAL);
    EXPECT_EQ(hurd_task_partner(server(), self(), 0, L4_MyGlobalId(), &partner), 0);
    EXPECT(partner == HURD_TASK_UNKNOWN || partner == server().raw);  /* from which it waits for this */
    EXPECT_EQ(hurd_task_partner(server(), child.handle, child.id, L4_MyGlobalId(), &partner), ESRCH);
    EXPECT_EQ(hurd_task_partner(server(), self(), HURD_TASK_DEVA, L4_MyGlobalId(), &partner), EPERM);
    EXPECT_EQ(REQUEST(HURD_TASK_PARTNER, self(), 0), EINVAL);
    child_end(&child);
    EXPECT_EQ(hurd_task_time(server(), child.handle, child.id, &ms), EBADF);
}

/* A second handle on a dead task is enough to keep its place, no more. */
TEST(task_gives_a_dead_childs_part_back_but_for_its_place)
{
    L4_Word_t tasks = limit_of(HURD_BUDGET_TASKS), threads = limit_of(HURD_BUDGET_THREADS);
    struct hurd_task_created child = child_of("exit");
    EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, NULL, NULL), 0);
    EXPECT_EQ(limit_of(HURD_BUDGET_THREADS), threads);
    EXPECT_EQ(limit_of(HURD_BUDGET_TASKS), tasks - 1);
    EXPECT_EQ(hurd_task_release(server(), child.handle), 0);
    EXPECT_EQ(limit_of(HURD_BUDGET_TASKS), tasks);
}

TEST(task_gives_a_child_more_threads_and_takes_one_away)
{
    struct hurd_task_created child = child_of("sleep");
    L4_ThreadId_t thread;
    L4_Sleep(L4_TimePeriod(50000));
    EXPECT_EQ(hurd_task_thread_alloc(server(), child.handle, 0, &thread), 0);
    EXPECT_EQ(L4_Version(thread), child.id);
    EXPECT_EQ(hurd_task_thread_destroy(server(), self(), thread), ESRCH);
    EXPECT_EQ(hurd_task_thread_destroy(server(), child.handle, thread), 0);
    child_end(&child);
}

/* Asks for a task whose image and memory are handles in task's table: numbers, or gifts of ours, which do
 * not come in question again.  What was not named is taken back. */
enum { GIVEN = 0x1000000, GIVEN_OTHER /* the one of the other kind */ };

static int create_with(L4_Word_t image_named, L4_Word_t control_named)
{
    L4_Word_t image_handle, control;
    EXPECT_EQ(give(CHILD_FRAMES, &image_handle, &control), 0);
    L4_Word_t first = image_named == GIVEN ? image_handle : image_named == GIVEN_OTHER ? control : image_named;
    L4_Word_t second = control_named == GIVEN         ? control
                       : control_named == GIVEN_OTHER ? image_handle
                                                      : control_named;
    int error = hurd_task_create(server(), self(), first, PAGE, PAGE, second, "x", 2, NULL);
    bool image_used = first == image_handle || second == image_handle;
    bool control_used = first == control || second == control;
    EXPECT_EQ(hurd_cap_take_back(physmem(), HURD_TASK_TASK, image_handle), image_used ? EBADF : 0);
    EXPECT_EQ(hurd_cap_take_back(physmem(), HURD_TASK_TASK, control), control_used ? EBADF : 0);
    return error;
}

TEST(task_create_wants_handles_that_this_caller_gave)
{
    L4_Word_t before = guarantee_left();
    for (L4_Word_t theirs = 0; theirs < 3; theirs++) {      /* task's startup, image, control */
        EXPECT_EQ(create_with(theirs, GIVEN), EPERM);
        EXPECT_EQ(create_with(GIVEN, theirs), EPERM);
        EXPECT_EQ(create_with(theirs, theirs), EPERM);
    }
    EXPECT_EQ(create_with(0x3FFFF, GIVEN), EBADF);
    EXPECT_EQ(create_with(GIVEN, ~0ul), EBADF);
    EXPECT_EQ(create_with(GIVEN_OTHER, GIVEN), EPERM);
    EXPECT_EQ(create_with(GIVEN, GIVEN_OTHER), EPERM);
    EXPECT_EQ(create_with(GIVEN, GIVEN), ENOEXEC);
    EXPECT_EQ(guarantee_left(), before);                    /* all of them were consumed */
}

TEST(task_create_refuses_what_is_no_program)
{
    static const struct {
        L4_Word_t offset, size;
        int error;
    } wrong[] = {
        {0, 0, ENOEXEC},
        {0, 51, ENOEXEC},
        {0, PAGE / 2, ENOEXEC},
        {1, PAGE, ENOEXEC},
        {4096, PAGE, ENOEXEC},
        {0, 17u << 20, ENOEXEC},
        {0xFFFFF000, 0x2000, ENOEXEC},
        {0, 15u << 20, ENOMEM},
    };
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        L4_Word_t image_handle, control;
        EXPECT_EQ(give(64, &image_handle, &control), 0);
        int error = hurd_task_create(server(), self(), image_handle, wrong[i].offset, wrong[i].size,
                                     control, "x", 2, NULL);
        if (!expect(error == wrong[i].error || (wrong[i].error == ENOMEM && error == ENOENT),
                    "refused", __LINE__))
            printf("# case %u: error %d\n", i, error);
    }
}

TEST(task_create_takes_an_image_at_any_offset)
{
    L4_Word_t other, handle, control, before = guarantee_left(), status = 0;
    struct hurd_task_created child;
    uintptr_t from = 0, to = 0;
    EXPECT(image_make());
    EXPECT_EQ(
        hurd_pm_container_create(physmem(), __hurd_startup_data->physmem_control.cap, 0, &other),
        0);
    EXPECT_EQ(hurd_pm_container_allocate(physmem(), other, 0, 0, image_bytes + PAGE, NULL), 0);
    EXPECT_EQ(hurd_vm_map_container(&from, image_bytes, 0, HURD_VM_READ, image, 0), 0);
    EXPECT_EQ(
        hurd_vm_map_container(&to, image_bytes + PAGE, 0, HURD_VM_READ | HURD_VM_WRITE, other, 0),
        0);
    memcpy((char *) to + 124, (const char *) from, image_bytes);
    EXPECT_EQ(hurd_pm_container_share(physmem(), other, HURD_TASK_TASK, 5, &handle), 0);
    EXPECT_EQ(hurd_pm_control_split(physmem(), __hurd_startup_data->physmem_control.cap,
                                    CHILD_FRAMES, HURD_TASK_TASK, &control),
              0);
    EXPECT_EQ(hurd_task_create(server(), self(), handle, 124, image_bytes, control,
                               "child\0child=exit", 17, &child),
              0);
    EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, &status, NULL), 0);
    EXPECT_EQ(status, 42);
    child_end(&child);
    hurd_vm_deallocate(from, image_bytes);
    hurd_vm_deallocate(to, image_bytes + PAGE);
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), other), 0);
    hurd_cap_drop(physmem(), other);
    EXPECT(guarantee_left() + 4 >= before); /* our own map may have grown by a page of records */
}

/* Starts a child with an environment of so many bytes, in a container if it is long.  `spoilt`: the
 * text has no zero at its end. */
static int environment_child(L4_Word_t envz, bool spoilt, struct hurd_task_created *child)
{
    static const char argz[] = "child\0child=environment";
    static char bytes[HURD_TASK_TEXT_MAX];
    struct hurd_task_text text = { bytes, sizeof argz, envz, 0, 0 };
    L4_Word_t image_handle, control, container = 0;
    uintptr_t at = 0;
    memset(bytes, 'b', sizeof bytes);
    memcpy(bytes, argz, sizeof argz);
    memcpy(bytes + sizeof argz, "A=1\0B=", 6);
    bytes[sizeof argz + envz - 1] = spoilt ? 'b' : '\0';
    if (sizeof argz + envz > HURD_TASK_ARGZ_MAX) {
        EXPECT_EQ(hurd_pm_container_create(physmem(), __hurd_startup_data->physmem_control.cap, 0,
                                           &container), 0);
        EXPECT_EQ(hurd_pm_container_allocate(physmem(), container, 0, 0, HURD_TASK_TEXT_MAX, NULL),
                  0);
        EXPECT_EQ(hurd_vm_map_container(&at, HURD_TASK_TEXT_MAX, 0, 6, container, 0), 0);
        memcpy((void *)at, bytes, sizeof bytes);
        hurd_vm_deallocate(at, HURD_TASK_TEXT_MAX);
        EXPECT_EQ(hurd_pm_container_share(physmem(), container, HURD_TASK_TASK, 4, &text.container),
                  0);
    }
    int error = give(CHILD_FRAMES, &image_handle, &control);
    EXPECT_EQ(error, 0);
    error = hurd_task_create_text(server(), self(), image_handle, 0, image_bytes, control, &text,
                                  child);
    if (container)
        hurd_pm_container_destroy(physmem(), container);
    return error;
}

TEST(task_create_gives_an_environment_short_or_long)
{
    static const L4_Word_t lengths[] = { 20, 170, 4000, HURD_TASK_TEXT_MAX - 24 };
    for (unsigned i = 0; i < 4; i++) {
        struct hurd_task_created child = { 0, 0, L4_nilthread };
        L4_Word_t status = 0, length = lengths[i];
        EXPECT_EQ(environment_child(length, false, &child), 0);
        EXPECT_EQ(hurd_task_wait(server(), child.handle, 0, &status, NULL), 0);
        EXPECT_EQ(status, (length - 5) % 200);
        child_end(&child);
    }
}

TEST(task_create_refuses_text_without_an_end)
{
    struct hurd_task_created child;
    L4_Word_t before = guarantee_left();
    EXPECT_EQ(environment_child(4000, true, &child), EINVAL);
    EXPECT(guarantee_left() + 4 >= before);
}

TEST(task_create_takes_text_of_the_caller_only)
{
    L4_Word_t image_handle, control, before = guarantee_left();
    struct hurd_task_text text = { "x", 300, 0, 0x3FFFF, 0 };
    EXPECT_EQ(give(CHILD_FRAMES, &image_handle, &control), 0);
    EXPECT_EQ(hurd_task_create_text(server(), self(), image_handle, 0, image_bytes, control, &text,
                                    NULL), EBADF);
    EXPECT(guarantee_left() + 4 >= before);
    EXPECT_EQ(give(CHILD_FRAMES, &image_handle, &control), 0);
    text.container = control;
    EXPECT_EQ(hurd_task_create_text(server(), self(), image_handle, 0, image_bytes, control, &text,
                                    NULL), EPERM);
    EXPECT(guarantee_left() + 4 >= before);
}

TEST(task_create_without_enough_memory_gives_everything_back)
{
    struct hurd_task_created child;
    EXPECT(image_make());
    L4_Word_t before = guarantee_left();
    for (L4_Word_t frames = 1; frames < 12; frames++)
        EXPECT_EQ(child_make("exit", frames, &child), ENOMEM);
    EXPECT_EQ(guarantee_left(), before);
}

TEST(task_create_checks_its_words)
{
    L4_Word_t words[64] = { self() };
    EXPECT_EQ(request(HURD_TASK_CREATE, 1, words), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, HURD_TASK_TEXT_MAX + 1, 0, 0), E2BIG);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, 1 | HURD_TASK_TEXT_MAX << 16, 0, 0),
              E2BIG);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, ~0ul, 0), E2BIG);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, 201, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, 201, 0, 1), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, 201, 0, 0 - PAGE), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, 2 | 2 << 16, 0x41410041), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, 8, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, self(), 0, 0, PAGE, 0, 4, 0x41414141), EINVAL); /* no end */
}

/* ---- refusals of the others */

TEST(task_refuses_handles_that_name_nothing)
{
    L4_Word_t words[64];
    static const L4_Word_t labels[] = {512, 513, 514, 515, 520, 521, 522, 523, 524, 525, 526, 527};
    for (unsigned i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        EXPECT_EQ(REQUEST(labels[i], self() + 5, 0), EBADF);
        EXPECT_EQ(REQUEST(labels[i], 0, 0), EBADF);         /* wortel's, in its own table */
        EXPECT_EQ(REQUEST(labels[i], ~0ul, 0), EBADF);
        EXPECT_EQ(request(labels[i], 0, words), EINVAL);
    }
}

TEST(task_refuses_unknown_operations_and_wrong_numbers_of_words)
{
    static const L4_Word_t labels[] = { 512, 513, 514, 515, 521, 522, 523, 524, 529, 530, 551 };
    for (unsigned i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        EXPECT_EQ(REQUEST(labels[i], self()), EINVAL);
        EXPECT_EQ(REQUEST(labels[i], self(), 0, 0, 0, 0), EINVAL);
    }
    EXPECT_EQ(REQUEST(HURD_TASK_IMAGE, self()), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_IMAGE, self(), 0, 0, 0, 0, 0), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_RELEASE, self(), 0), EINVAL);
    EXPECT_EQ(REQUEST(511, self()), ENOSYS);
    EXPECT_EQ(REQUEST(HURD_TASK_GROUP_IS, self()), ENOSYS);     /* it is one for deva */
    EXPECT_EQ(REQUEST(552, self()), ENOSYS);
    EXPECT_EQ(REQUEST(0, self()), ENOSYS);
}

TEST(task_keeps_a_program_to_its_own_business)
{
    struct hurd_task_info info;
    L4_Word_t ids[60], n, total;
    EXPECT_EQ(hurd_task_list(server(), self(), 0, ids, &n, &total), EPERM);
    EXPECT_EQ(hurd_task_info(server(), self(), HURD_TASK_DEVA, &info), EPERM);
    EXPECT_EQ(hurd_task_info(server(), self(), L4_Version(L4_MyGlobalId()), &info), 0);
    EXPECT_EQ(hurd_task_release(server(), self()), EPERM);
    EXPECT_EQ(hurd_task_wait(server(), self(), 0, NULL, NULL), EDEADLK);
    EXPECT_EQ(hurd_task_wait(server(), self(), 2, NULL, NULL), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_EXIT, self(), 256), EINVAL);
    EXPECT_EQ(REQUEST(HURD_CAP_TASK_DIED, HURD_TASK_INIT), EPERM);
    struct hurd_task_created child = child_of("sleep");
    EXPECT_EQ(REQUEST(HURD_TASK_EXIT, child.handle, 0), EPERM);
    EXPECT_EQ(REQUEST(HURD_TASK_CREATE, child.handle, 0, 0, PAGE, 0, 2, 0x78), EPERM);
    child_end(&child);
}

TEST(task_counts_the_faults_that_a_task_serves_itself)
{
    struct hurd_task_info before, after;
    uintptr_t at = 0;
    EXPECT_EQ(hurd_vm_allocate(&at, 16 * PAGE, 0, 0), 0);
    EXPECT_EQ(hurd_task_info(server(), self(), 0, &before), 0);
    for (unsigned i = 0; i < 16; i++)
        *(volatile char *) (at + i * PAGE) = 1;
    EXPECT_EQ(hurd_task_info(server(), self(), 0, &after), 0);
    if (before.faults_own == HURD_TASK_UNKNOWN)
        return;                                 /* a kernel that does not count */
    L4_Word_t faults = after.faults_own - before.faults_own;
    EXPECT(faults >= 1 && faults < 1000);       /* 16, fewer in batches, more when pages are revoked */
    EXPECT_EQ(after.faults_other, before.faults_other);
    EXPECT(after.kmem > 0 && after.kmem_quota >= after.kmem);
    hurd_vm_deallocate(at, 16 * PAGE);
}

TEST(task_answers_messages_with_items_by_a_refusal)
{
    L4_LoadMR(1, self());
    L4_LoadMR(2, L4_ITEM_MAP);
    L4_LoadMR(3, L4_FpageLog2(0x400000, 12).raw | 4);
    L4_Set_MsgTag(L4_MakeTag(HURD_TASK_INFO, 1, 2));
    L4_MsgTag_t tag = L4_Call(server());
    EXPECT(L4_IpcFailed(tag) || L4_Label(tag) == HURD_TASK_ERROR);      /* overflow, or EINVAL */
    L4_LoadMR(1, self());
    L4_LoadMR(2, 0);
    L4_LoadMR(3, L4_ITEM_MAP);
    L4_LoadMR(4, L4_Nilpage.raw);               /* nothing is mapped, so the message arrives */
    L4_Set_MsgTag(L4_MakeTag(HURD_TASK_INFO, 2, 2));
    tag = L4_Call(server());
    EXPECT(L4_IpcSucceeded(tag));
    EXPECT_EQ(L4_Label(tag), HURD_TASK_ERROR);
    EXPECT_EQ(L4_MR(1), EINVAL);
}

/* A wait can be called off, and the waiter gets no second answer. */
static L4_ThreadId_t waiting;
static struct hurd_task_created awaited;
static volatile int wait_error = -1;

static void wait_for_child(void *nothing)
{
    (void) nothing;
    wait_error = hurd_task_wait(server(), awaited.handle, 0, NULL, NULL);
    L4_Sleep(L4_Never);
}

TEST(task_does_not_believe_faults_of_threads_that_it_does_not_page)
{
    if (!L4_HasFeature(L4_FEATURE_PAGEREXREGS))
        return;                                 /* nobody can tell then */
    EXPECT_EQ(REQUEST(0xFFE2, 0x1234, 0x5678), EPERM);
    EXPECT_EQ(REQUEST(0xFFB0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0, 0), EPERM);    /* one word too few */
    EXPECT_EQ(REQUEST(0xFFF0), EPERM);
    EXPECT_EQ(REQUEST(0xFF86, 0, 0), EPERM);
}

TEST(task_wait_ends_when_it_is_cancelled)
{
    uintptr_t stack = 0;
    awaited = child_of("sleep");
    EXPECT_EQ(hurd_vm_allocate(&stack, 4 * PAGE, 0, 1), 0);
    EXPECT_EQ(hurd_thread_start(&waiting, wait_for_child, NULL, stack + 4 * PAGE), 0);
    EXPECT_EQ(REQUEST(HURD_CAP_CANCEL, L4_MyGlobalId().raw), ESRCH);
    L4_Sleep(L4_TimePeriod(50000));
    char role[32];
    L4_Word_t status = 0;
    snprintf(role, sizeof role, "cancel=%lx", waiting.raw);
    struct hurd_task_created stranger = child_of(role);
    EXPECT_EQ(hurd_task_wait(server(), stranger.handle, 0, &status, NULL), 0);
    EXPECT_EQ(status, ESRCH);
    EXPECT_EQ(wait_error, -1);
    EXPECT_EQ(hurd_task_release(server(), stranger.handle), 0);
    int error = ESRCH;
    for (int i = 0; i < 100 && error == ESRCH; i++) {
        L4_Sleep(L4_TimePeriod(10000));
        error = REQUEST(HURD_CAP_CANCEL, waiting.raw);
    }
    EXPECT_EQ(error, 0);
    for (int i = 0; i < 100 && wait_error == -1; i++)
        L4_Sleep(L4_TimePeriod(10000));
    EXPECT_EQ(wait_error, ECANCELED);
    EXPECT_EQ(REQUEST(HURD_CAP_CANCEL, waiting.raw), ESRCH);
    EXPECT_EQ(REQUEST(HURD_CAP_CANCEL, server().raw), ESRCH);
    hurd_task_thread_destroy(server(), self(), waiting);
    child_end(&awaited);
}

TEST(task_finds_threads_by_the_names_that_their_tasks_gave_them)
{
    L4_ThreadId_t found = L4_nilthread;
    L4_Word_t me = L4_MyGlobalId().raw;
    EXPECT_EQ(hurd_task_name_find(server(), self(), "tester", &found), ESRCH);
    EXPECT_EQ(hurd_task_name_set(server(), self(), L4_MyGlobalId(), "tester"), 0);
    EXPECT_EQ(hurd_task_name_find(server(), self(), "tester", &found), 0);
    EXPECT_EQ(found.raw, me);
    EXPECT_EQ(hurd_task_name_find(server(), self(), "teste", &found), ESRCH);
    EXPECT_EQ(hurd_task_name_set(server(), self(), L4_ThreadIdOfRaw(me ^ 1u << 20), "other"), ESRCH);
    EXPECT_EQ(hurd_task_name_set(server(), self(), L4_MyGlobalId(), ""), EINVAL);
    EXPECT_EQ(hurd_task_name_find(server(), self(), "", &found), EINVAL);
    EXPECT_EQ(hurd_task_name_set(server(), ~0ul, L4_MyGlobalId(), "tester"), EBADF);
    EXPECT_EQ(REQUEST(HURD_TASK_NAME_SET, self(), me), EINVAL);
    EXPECT_EQ(REQUEST(HURD_TASK_NAME_FIND, self()), EINVAL);
    for (char name[] = "a"; *name < 'a' + (char)HURD_TASK_NAMES - 1; ++*name)
        EXPECT_EQ(hurd_task_name_set(server(), self(), L4_MyGlobalId(), name), 0);
    EXPECT_EQ(hurd_task_name_set(server(), self(), L4_MyGlobalId(), "one too many"), EAGAIN);
    EXPECT_EQ(hurd_task_name_set(server(), self(), L4_nilthread, "a"), 0);
    EXPECT_EQ(hurd_task_name_find(server(), self(), "a", &found), ESRCH);
    EXPECT_EQ(hurd_task_name_set(server(), self(), L4_MyGlobalId(), "sixteen letters!"), 0);
    EXPECT_EQ(hurd_task_name_find(server(), self(), "sixteen letters! and more", &found), 0);
}

TEST(task_knows_the_head_of_a_tree)
{
    struct hurd_task_created child = child_of("sleep");
    L4_Word_t head = 0;
    const L4_Word_t me = L4_Version(L4_MyGlobalId());
    EXPECT_EQ(hurd_task_head(server(), self(), me, &head), 0);
    EXPECT_EQ(head, me);                        /* init started us */
    head = 0;
    EXPECT_EQ(hurd_task_head(server(), self(), child.id, &head), 0);
    EXPECT_EQ(head, me);
    EXPECT_EQ(hurd_task_head(server(), child.handle, HURD_TASK_DEVA, &head), 0);
    EXPECT_EQ(head, HURD_TASK_DEVA);
    EXPECT_EQ(hurd_task_head(server(), self(), 0, &head), ESRCH);
    EXPECT_EQ(hurd_task_head(server(), ~0ul, me, &head), EBADF);
    EXPECT_EQ(REQUEST(HURD_TASK_HEAD, self()), EINVAL);
    child_end(&child);
}

TEST(task_survives_random_requests)
{
    L4_Word_t seed = 12345;
    for (int round = 0; round < 3000; round++) {
        L4_Word_t words[64];
        seed = seed * 1103515245 + 12345;
        unsigned n = seed >> 16 & 7;
        L4_Word_t label = 500 + (seed >> 20) % 60;
        for (unsigned i = 0; i < n; i++) {
            seed = seed * 1103515245 + 12345;
            words[i] = seed >> 8 & 1 ? seed : seed >> 16 & 3;
        }
        if (n && (seed & 0x30))
            words[0] = self();
        /* It ends or stops the task or its thread, or waits for good. */
        bool fatal = label == HURD_TASK_DESTROY || label == HURD_TASK_EXIT ||
                     label == HURD_TASK_THREAD_DESTROY || label == HURD_TASK_SIGNAL ||
                     label == HURD_TASK_SIGNAL_GROUP || label == HURD_TASK_SIGNAL_WAIT ||
                     label == HURD_TASK_STOP_SELF;
        if (n && fatal && words[0] == self())
            continue;
        request(label, n, words);
    }
    struct hurd_task_info info;
    EXPECT_EQ(hurd_task_info(server(), self(), 0, &info), 0);
    while (info.threads > 2) {                  /* it made some */
        L4_Word_t pairs[60], count, total;
        if (hurd_task_threads(server(), self(), 0, 0, pairs, &count, &total) != 0)
            break;
        for (L4_Word_t i = 0; i < count; i++)
            if (pairs[2 * i] != L4_MyGlobalId().raw && !(pairs[2 * i + 1] & HURD_TASK_THREAD_PAGER))
                hurd_task_thread_destroy(server(), self(), L4_ThreadIdOfRaw(pairs[2 * i]));
        hurd_task_info(server(), self(), 0, &info);
    }
    EXPECT_EQ(info.threads, 2);
}

/* ---- wortel */

TEST(wortel_has_nothing_for_a_program)
{
    for (L4_Word_t cap = 0; cap < 6; cap++)
        for (L4_Word_t op = 0; op < 100; op++) {
            L4_Word_t words[5] = { L4_MyGlobalId().raw, L4_MyGlobalId().raw, 0, 0, 0 };
            if (!expect_eq((L4_Word_t)hurd_cap_rpc(hurd_wortel_thread(), HURD_WORTEL_LABEL(op, cap),
                                                   5, words, 5, words, NULL),
                           EPERM, "wortel's answer", __LINE__))
                printf("# operation %lu, cap %lu\n", op, cap);
        }
    EXPECT_EQ(hurd_cap_rpc(hurd_wortel_thread(), 0xFFE2, 0, NULL, 0, NULL, NULL), EPERM);
    EXPECT_EQ(hurd_cap_rpc(hurd_wortel_thread(), 0xFFB0, 0, NULL, 0, NULL, NULL), EPERM);
}

/* wortel sealed it (include/l4/pecan.h): no ports, no device memory, no left-over RAM. */
TEST(sigma0_has_nothing_for_a_program)
{
    L4_Fpage_t window = L4_FpageLog2(0x70000000, 12);
    EXPECT_EQ(L4_Sigma0_GetPage_RcvWindow(L4_Sigma0Id(), L4_IoFpageLog2(0xF4, 0), L4_CompleteIoSpace).raw, 0);
    EXPECT_EQ(L4_Sigma0_GetPage_RcvWindow(L4_Sigma0Id(), L4_FpageLog2(0xB8000, 12), window).raw, 0);
    EXPECT_EQ(L4_Sigma0_GetAny(L4_Sigma0Id(), 12, window).raw, 0);
    static const L4_Word_t forged[] = { 0xFF860002, 0xFFE20002 };   /* as if from the kernel: faults */
    for (int i = 0; i < 4; i++) {
        L4_LoadMR(0, forged[i % 2]);
        L4_LoadMR(1, L4_IoFpageLog2(0xF4, 0).raw);
        L4_LoadMR(2, 0);
        EXPECT(L4_IpcFailed(L4_Call_Timeouts(L4_Sigma0Id(), L4_TimePeriod(1000000), L4_TimePeriod(30000))));
        EXPECT_EQ(L4_ErrorCode(), 3);           /* nobody answers; nobody prints either */
    }
}

#define T(name) { #name, name }
static const struct {
    const char *name;
    void (*run)(void);
} tests[] = {
    T(task_gives_a_thread_with_a_slot_of_its_choice),
    T(task_gives_the_slot_that_was_asked_for_once),
    T(task_refuses_slots_outside_the_area_and_between_blocks),
    T(task_says_when_there_are_no_more_threads_and_takes_them_back),
    T(task_destroys_only_threads_of_that_task),
    T(task_sets_priorities_up_to_its_limit),
    T(task_lists_the_threads_and_knows_the_pager),
    T(task_child_runs_and_its_exit_status_arrives),
    T(task_child_that_faults_ends_alone),
    T(task_ends_a_child_whose_fault_or_exception_nobody_else_serves),
    T(task_child_can_be_killed_and_is_dead_to_all_but_questions),
    T(task_lets_no_program_lose_the_handle_on_its_own_task),
    T(task_memory_of_dead_children_comes_back),
    T(task_ends_with_a_child_all_that_it_started),
    T(task_lets_a_child_go_for_the_part_that_it_got),
    T(task_lets_go_only_what_the_caller_started_and_has_above_it),
    T(task_tells_budgets_of_oneself_and_of_children),
    T(task_gives_its_owner_back_what_it_does_not_need),
    T(task_tells_time_and_partners_of_its_threads),
    T(task_gives_a_dead_childs_part_back_but_for_its_place),
    T(task_gives_a_child_more_threads_and_takes_one_away),
    T(task_create_wants_handles_that_this_caller_gave),
    T(task_create_refuses_what_is_no_program),
    T(task_create_takes_an_image_at_any_offset),
    T(task_create_without_enough_memory_gives_everything_back),
    T(task_create_gives_an_environment_short_or_long),
    T(task_create_refuses_text_without_an_end),
    T(task_create_takes_text_of_the_caller_only),
    T(task_create_checks_its_words),
    T(task_refuses_handles_that_name_nothing),
    T(task_refuses_unknown_operations_and_wrong_numbers_of_words),
    T(task_keeps_a_program_to_its_own_business),
    T(task_counts_the_faults_that_a_task_serves_itself),
    T(task_answers_messages_with_items_by_a_refusal),
    T(task_does_not_believe_faults_of_threads_that_it_does_not_page),
    T(task_wait_ends_when_it_is_cancelled),
    T(task_finds_threads_by_the_names_that_their_tasks_gave_them),
    T(task_knows_the_head_of_a_tree),
    T(task_survives_random_requests),
    T(wortel_has_nothing_for_a_program),
    T(sigma0_has_nothing_for_a_program),
};

int main(int argc, char **argv)
{
    if (argc > 1 && !strncmp(argv[1], "child=", 6))
        play(argv[1] + 6);
    const char *only = argc > 1 && !strncmp(argv[1], "only=", 5) ? argv[1] + 5 : "";
    unsigned number = 0, failures = 0;
    for (unsigned i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        if (!strstr(tests[i].name, only))
            continue;
        test_failed = false;
        tests[i].run();
        failures += test_failed;
        printf("%sok %u - %s\n", test_failed ? "not " : "", ++number, tests[i].name);
    }
    printf("1..%u\n# done\n", number);
    return failures > 0;
}
