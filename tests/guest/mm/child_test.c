/* SPDX-License-Identifier: MIT */
/* What ends a task, and that task alone: each child runs one of the functions below and the test
 * looks at its exit status. */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/thread.h>
#include "suite.h"

enum { SURVIVED = 98 };

static int child_exit(void) { return 42; }
static int child_exit_257(void) { exit(257); }

static void last_words(void)
{
    printf("# atexit ran\n");
}

static int child_atexit(void)
{
    return atexit(last_words) ? 1 : 7;
}

static int child_unfinished(void)
{
    printf("# this line has no end");
    return 0;
}

static int child_abort(void) { abort(); }
static int child_assert(void) { assert(!"this is the child's assertion"); return SURVIVED; }

/* ---- segmentation violations ---- */

static int child_null(void)
{
    *(volatile int *)0 = 1;
    return SURVIVED;
}

static int child_hole(void)
{
    char *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(p, PAGE);
    return *(volatile char *)p + SURVIVED;
}

static int child_text(void)
{
    *(volatile char *)(uintptr_t)child_text = 0;
    return SURVIVED;
}

static int child_none(void)
{
    char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *p = 1;
    mprotect(p, PAGE, PROT_NONE);
    return *(volatile char *)p + SURVIVED;
}

static int child_readonly(void)
{
    char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *p = 1;
    mprotect(p, PAGE, PROT_READ);
    if (*(volatile char *)p != 1)
        return SURVIVED + 1;
    *(volatile char *)p = 2;
    return SURVIVED;
}

static int recurse(volatile int n)
{
    volatile char frame[1000];
    frame[0] = (char)n;
    return n < 1 << 30 ? recurse(n + 1) + frame[0] : 0;
}

static int child_stack(void) { return recurse(0); }

static void recurse_thread(void *unused)
{
    (void)unused;
    recurse(0);
}

static int child_thread_stack(void)
{
    L4_ThreadId_t id;
    hurd_thread_start(&id, recurse_thread, NULL, 4 * PAGE);
    L4_Sleep(L4_TimePeriod(5000000));
    return SURVIVED;
}

static int child_jump(void)
{
    ((void (*)(void))0x30000000)();
    return SURVIVED;
}

static int child_kernel(void) { return *(volatile int *)0xf0100000 + SURVIVED; }
static int child_kip(void) { *(volatile int *)HURD_STARTUP_KIP = 0; return SURVIVED; }

static int child_container_hole(void)
{
    L4_Word_t c;
    uintptr_t at = 0;
    hurd_pm_container_create(physmem(), control(), 0, &c);
    hurd_vm_map_container(&at, PAGE, 0, HURD_VM_READ, c, 0);
    return *(volatile int *)at + SURVIVED;
}

static int no_page(struct hurd_store_fault *fault)
{
    (void)fault;
    return EIO;
}

static int child_store(void)
{
    struct hurd_store store;
    uintptr_t at = 0;
    hurd_store_init(&store, NULL, no_page);
    hurd_store_bind_to_vm(&store, 0, PAGE, 0, HURD_VM_READ, &at);
    return *(volatile int *)at + SURVIVED;
}

static int called(struct hurd_store_fault *fault)
{
    (void)fault;
    _Exit(SURVIVED);
}

/* Memory that may not be touched: nobody is asked for the page. */
static int child_store_none(void)
{
    struct hurd_store store;
    uintptr_t at = 0;
    hurd_store_init(&store, NULL, called);
    hurd_store_bind_to_vm(&store, 0, PAGE, 0, 0, &at);
    return *(volatile int *)at + SURVIVED;
}

/* More anonymous memory than the task has: mmap promises nothing, so the touch fails. */
static int child_hog(void)
{
    enum { PAGES = 4096 };
    char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (unsigned i = 0; p != MAP_FAILED && i < PAGES; i++)
        p[i * PAGE] = 1;
    return SURVIVED;
}

/* No frame is left for the report, not even that of its stack. */
static int child_spent(void)
{
    char *p;
    do {
        p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p != MAP_FAILED)
            *p = 1;
    } while (p != MAP_FAILED);
    return child_hog();
}

/* ---- exceptions ---- */

static int child_invalid(void) { __asm__ volatile("ud2"); return SURVIVED; }
static int child_breakpoint(void) { __asm__ volatile("int3"); return SURVIVED; }
static int child_cli(void) { __asm__ volatile("cli"); return SURVIVED; }
static int child_int(void) { __asm__ volatile("int $0x99"); return SURVIVED; }

static int child_divide(void)
{
    volatile int zero = 0;
    __asm__ volatile("divl %1" : : "a"(1), "m"(zero), "d"(0) : "cc");
    return SURVIVED;
}

static int child_divide_64(void)
{
    volatile unsigned long long zero = 0;
    return (int)(12345ull / zero) + SURVIVED;
}

static int child_port(void)
{
    __asm__ volatile("outb %%al, $0x80" : : "a"(0));
    return SURVIVED;
}

/* ---- odd ends ---- */

static volatile int *volatile near_null = (volatile int *)8;

/* The thread cannot escape the report by naming another exception handler or by a broken stack
 * pointer. */
static int child_other_handler(void)
{
    L4_Set_ExceptionHandler(L4_nilthread);
    *near_null = 1;
    return SURVIVED;
}

/* `task` hears of the exception, but another one is this thread's pager. */
static int child_far_handler(void)
{
    L4_Set_ExceptionHandler(L4_ThreadIdOfRaw(__hurd_startup_data->task.server));
    __asm__ volatile("ud2");
    return SURVIVED;
}

static _Noreturn void raises(void)
{
    for (;;)
        __asm__ volatile("ud2");
}

/* A thread that the program made by itself, without a word about exceptions. */
static int child_raw_thread(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    static char stack[1024];
    L4_ThreadId_t thread, task = L4_ThreadIdOfRaw(data->task.server);
    if (hurd_task_thread_alloc(task, data->task.cap, 0, &thread))
        return SURVIVED;
    L4_Set_PagerOf(thread, hurd_mm_pager());
    L4_Start_SpIp(thread, (L4_Word_t)(stack + sizeof stack - 16), (L4_Word_t)raises);
    L4_Sleep(L4_TimePeriod(5000000));
    return SURVIVED;
}

static int child_bad_stack(void)
{
    __asm__ volatile("movl $0x30, %esp; pushl $1");
    return SURVIVED;
}

static int child_locked(void)
{
    printf("# this line has no end yet");
    *near_null = 1;
    return SURVIVED;
}

static void print(int number)
{
    printf("# signal %d\n", number);
}

/* The handler runs in the midst of fwrite(), which has the lock of the stream. */
static int child_lock_twice(void)
{
    signal(SIGSEGV, print);
    fwrite((const void *)near_null, 1, 100, stdout);
    return SURVIVED;
}

static int child_no_stack_for_a_handler(void)
{
    const struct sigaction action = {.sa_handler = print, .sa_flags = (int)SA_NODEFER};
    sigaction(SIGSEGV, &action, NULL);
    return recurse(0);
}

/* Another task's thread: asks the pager child_argument for memory, for its map, and tells it of a
 * fault.  1, 2, 4: it was answered. */
static int child_stranger(void)
{
    static const L4_Word_t tags[] = {0x320 << 16 | 5, HURD_MM_MAPS << 16 | 1, 0xffe2 << 16 | 2};
    int answered = 0;
    for (unsigned i = 0; i < 3; i++) {
        L4_LoadMR(1, 0);
        L4_LoadMR(2, PAGE);
        L4_LoadMRs(3, 3, (const L4_Word_t[]){0, 6, 0});
        L4_Set_MsgTag(L4_TagOfRaw(tags[i]));
        L4_MsgTag_t tag = L4_Call_Timeouts(L4_ThreadIdOfRaw(child_argument), L4_TimePeriod(1000000),
                                           L4_TimePeriod(50000));
        answered |= L4_IpcSucceeded(tag) << i;
    }
    return answered;
}

const struct child children[] = {
    {"stranger", child_stranger},
    {"store_none", child_store_none},
    {"exit", child_exit},
    {"exit_257", child_exit_257},
    {"atexit", child_atexit},
    {"unfinished", child_unfinished},
    {"abort", child_abort},
    {"assert", child_assert},
    {"null", child_null},
    {"hole", child_hole},
    {"text", child_text},
    {"none", child_none},
    {"readonly", child_readonly},
    {"stack", child_stack},
    {"thread_stack", child_thread_stack},
    {"jump", child_jump},
    {"kernel", child_kernel},
    {"kip", child_kip},
    {"container_hole", child_container_hole},
    {"store", child_store},
    {"hog", child_hog},
    {"spent", child_spent},
    {"invalid", child_invalid},
    {"breakpoint", child_breakpoint},
    {"cli", child_cli},
    {"int", child_int},
    {"divide", child_divide},
    {"divide_64", child_divide_64},
    {"port", child_port},
    {"other_handler", child_other_handler},
    {"far_handler", child_far_handler},
    {"store_without_end", child_store_without_end},
    {"string_hole", child_string_hole},
    {"overflow", child_overflow},
    {"destructors", child_destructors},
    {"atexit_32", child_atexit_32},
    {"deep", child_deep},
    {"double_free", child_double_free},
    {"liar", child_liar},
    {"sleep", child_sleep},
    {"waiters", child_waiters},
    {"giver", child_giver},
    {"no_records", child_no_records},
    {"regions", child_regions},
    {"lock_all", child_lock_all},
    {"signal", child_signal},
    {"fetch_refused", child_fetch_refused},
    {"few_frames", child_few_frames},
    {"deep_worker", child_deep_worker},
    {"raw_thread", child_raw_thread},
    {"bad_stack", child_bad_stack},
    {"locked", child_locked},
    {"lock_twice", child_lock_twice},
    {"no_stack", child_no_stack_for_a_handler},
    {NULL, NULL},
};

/* ---- the tests ---- */

TEST(pager_serves_no_strangers)
{
    struct hurd_mm_counters before = counters();
    EXPECT_EQ(child_run("stranger", hurd_mm_pager().raw, NULL), 0);
    EXPECT_EQ(counters().dropped, before.dropped + 3);
}

static void ends_with(const char *name, int status)
{
    unsigned reason = 99;
    if (!EXPECT_EQ(child_run(name, 0, &reason), status))
        printf("# that was child %s\n", name);
    EXPECT_EQ(reason, status > 128 ? HURD_TASK_SIGNALLED : HURD_TASK_EXITED);
}

TEST(exit_status_reaches_the_task_that_waits)
{
    ends_with("exit", 42);
    ends_with("exit_257", 1);
    ends_with("atexit", 7);
}

TEST(abort_and_assert_end_with_134)
{
    ends_with("abort", 134);
    ends_with("assert", 134);
}

TEST(violation_null_pointer_ends_the_task) { ends_with("null", HURD_MM_STATUS_SEGV); }
TEST(violation_unmapped_page_ends_the_task) { ends_with("hole", HURD_MM_STATUS_SEGV); }
TEST(violation_write_to_text_ends_the_task) { ends_with("text", HURD_MM_STATUS_SEGV); }
TEST(violation_touching_prot_none_ends_the_task) { ends_with("none", HURD_MM_STATUS_SEGV); }
TEST(violation_write_to_read_only_ends_the_task) { ends_with("readonly", HURD_MM_STATUS_SEGV); }
TEST(violation_stack_overflow_ends_the_task) { ends_with("stack", HURD_MM_STATUS_SEGV); }
TEST(violation_thread_stack_overflow_ends_the_task)
{
    ends_with("thread_stack", HURD_MM_STATUS_SEGV);
}
TEST(violation_jump_into_nowhere_ends_the_task) { ends_with("jump", HURD_MM_STATUS_SEGV); }
TEST(violation_kernel_address_ends_the_task) { ends_with("kernel", HURD_MM_STATUS_SEGV); }
TEST(violation_write_to_the_kip_ends_the_task) { ends_with("kip", HURD_MM_STATUS_SEGV); }
TEST(violation_hole_of_a_container_ends_the_task)
{
    ends_with("container_hole", HURD_MM_STATUS_SEGV);
}
TEST(violation_page_that_a_store_refuses_ends_the_task) { ends_with("store", HURD_MM_STATUS_SEGV); }
TEST(violation_without_rights_asks_no_store) { ends_with("store_none", HURD_MM_STATUS_SEGV); }
TEST(violation_more_memory_than_there_is_ends_the_task) { ends_with("hog", HURD_MM_STATUS_SEGV); }
TEST(exception_invalid_instruction_ends_the_task) { ends_with("invalid", HURD_MM_STATUS_ILL); }
TEST(exception_whose_handler_is_task_ends_the_task)
{
    unsigned reason = 99;
    EXPECT_EQ(child_run("far_handler", 0, &reason), 128 + 6);
    EXPECT_EQ(reason, HURD_TASK_EXCEPTION);
}
TEST(exception_of_a_thread_without_our_library_ends_the_task)
{
    ends_with("raw_thread", HURD_MM_STATUS_ILL);
}
TEST(exception_breakpoint_ends_the_task) { ends_with("breakpoint", HURD_MM_STATUS_TRAP); }
TEST(exception_privileged_instruction_ends_the_task) { ends_with("cli", HURD_MM_STATUS_SEGV); }
TEST(exception_interrupt_instruction_ends_the_task) { ends_with("int", HURD_MM_STATUS_SEGV); }
TEST(exception_division_by_zero_ends_the_task)
{
    ends_with("divide", HURD_MM_STATUS_FPE);
    ends_with("divide_64", HURD_MM_STATUS_FPE);
}
TEST(exception_port_access_ends_the_task) { ends_with("port", HURD_MM_STATUS_SEGV); }
TEST(report_needs_neither_handler_nor_stack_of_the_thread)
{
    ends_with("other_handler", HURD_MM_STATUS_SEGV);
    ends_with("bad_stack", HURD_MM_STATUS_SEGV);
    ends_with("locked", HURD_MM_STATUS_SEGV);
}
TEST(handler_that_waits_for_a_lock_of_its_own_thread_ends_the_task)
{
    ends_with("lock_twice", HURD_MM_STATUS_ABORTED);
}
TEST(handler_without_room_on_the_stack_ends_the_task)
{
    ends_with("no_stack", HURD_MM_STATUS_SEGV);
}

const struct test child_tests[] = {
    T(pager_serves_no_strangers),
    T(exit_status_reaches_the_task_that_waits),
    T(abort_and_assert_end_with_134),
    T(violation_null_pointer_ends_the_task),
    T(violation_unmapped_page_ends_the_task),
    T(violation_write_to_text_ends_the_task),
    T(violation_touching_prot_none_ends_the_task),
    T(violation_write_to_read_only_ends_the_task),
    T(violation_stack_overflow_ends_the_task),
    T(violation_thread_stack_overflow_ends_the_task),
    T(violation_jump_into_nowhere_ends_the_task),
    T(violation_kernel_address_ends_the_task),
    T(violation_write_to_the_kip_ends_the_task),
    T(violation_hole_of_a_container_ends_the_task),
    T(violation_page_that_a_store_refuses_ends_the_task),
    T(violation_without_rights_asks_no_store),
    T(violation_more_memory_than_there_is_ends_the_task),
    T(exception_invalid_instruction_ends_the_task),
    T(exception_whose_handler_is_task_ends_the_task),
    T(exception_of_a_thread_without_our_library_ends_the_task),
    T(exception_breakpoint_ends_the_task),
    T(exception_privileged_instruction_ends_the_task),
    T(exception_interrupt_instruction_ends_the_task),
    T(exception_division_by_zero_ends_the_task),
    T(exception_port_access_ends_the_task),
    T(report_needs_neither_handler_nor_stack_of_the_thread),
    T(handler_that_waits_for_a_lock_of_its_own_thread_ends_the_task),
    T(handler_without_room_on_the_stack_ends_the_task),
    {NULL, NULL},
};
