/* SPDX-License-Identifier: MIT */
/* Where a thread may be when it lacks a page that is on disk. */
#include "cases.h"

#include <l4/ipc.h>
#include <l4/message.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static bool soon(const volatile unsigned *word, unsigned wanted)
{
    for (int i = 0; i < 20000 && *word != wanted; i++)
        L4_Sleep(L4_TimePeriod(1000));
    return *word == wanted;
}

/* ---- on its stack ---- */

static char *big;

__attribute__((noinline)) static unsigned deep(unsigned depth)
{
    volatile unsigned own[PAGE / 4];
    for (unsigned i = 0; i < PAGE / 4; i++)
        own[i] = depth * 31 + i;
    unsigned below = depth ? deep(depth - 1) : 0;
    if (!depth)
        NEED(pages_hold(big, 200, 7));
    for (unsigned i = 0; i < PAGE / 4; i++)
        NEED(own[i] == depth * 31 + i);
    return below + 1;
}

static int a_deep_stack(void)
{
    big = pages_new(200);
    pages_fill(big, 200, 7);
    NEED(deep(100) == 101);
    return 0;
}

static volatile unsigned done;

static void worker(void *argument)
{
    uint32_t seed = (uint32_t)(uintptr_t)argument;
    volatile unsigned own[3 * PAGE / 4];
    char *mine = malloc(90 * PAGE);
    NEED(mine);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 3 * PAGE / 4; i++)
            own[i] = seed + i;
        pages_fill(mine, 90, seed + round);
        NEED(pages_hold(mine, 90, seed + round));
        for (unsigned i = 0; i < 3 * PAGE / 4; i++)
            NEED(own[i] == seed + i);
    }
    free(mine);
    __atomic_fetch_add(&done, 1, __ATOMIC_SEQ_CST);
}

static int several_threads_at_once(void)
{
    L4_ThreadId_t thread;
    for (uintptr_t i = 0; i < 5; i++)
        NEED(hurd_thread_start(&thread, worker, (void *)(i * 1000), 0) == 0);
    NEED(soon(&done, 5));
    return 0;
}

/* ---- in an IPC ---- */

static L4_ThreadId_t main_thread;
static L4_Word_t got[60];

static void words_partner(void *unused)
{
    (void)unused;
    L4_MsgTag_t tag = L4_Receive(main_thread);
    NEED(L4_IpcSucceeded(tag) && L4_UntypedWords(tag) == 60);
    L4_StoreMRs(1, 60, got);
    done = 1;
}

static int message_registers_from_a_page_that_is_out(void)
{
    L4_ThreadId_t partner;
    char *a = pages_new(8);
    pages_fill(a, 8, 3);
    main_thread = L4_MyGlobalId();
    NEED(hurd_thread_start(&partner, words_partner, NULL, 0) == 0);
    push_out(a, 8);
    L4_LoadMR(0, L4_MakeTag(0, 60, 0).raw);
    L4_LoadMRs(1, 60, (const L4_Word_t *)(a + PAGE - 120));     /* across two pages */
    NEED(L4_IpcSucceeded(L4_Send(partner)));
    NEED(soon(&done, 1));
    NEED(memcmp(got, a + PAGE - 120, sizeof got) == 0 && pages_hold(a, 8, 3));
    return 0;
}

static void string_partner(void *buffer)
{
    L4_MsgBuffer_t buffers;
    L4_MsgBufferClear(&buffers);
    L4_MsgBufferAppendSimpleRcvString(&buffers, L4_StringItem(10 * PAGE, buffer));
    L4_AcceptStrings(L4_StringItemsAcceptor, &buffers);
    NEED(L4_IpcSucceeded(L4_Receive(main_thread)));
    done = 1;
}

static int a_string_from_and_to_pages_that_are_out(void)
{
    L4_ThreadId_t partner;
    L4_Msg_t message;
    char *a = pages_new(10), *b = pages_new(10);
    main_thread = L4_MyGlobalId();
    pages_fill(a, 10, 3);
    pages_fill(b, 10, 900);
    push_out(a, 10);
    push_out(b, 10);
    NEED(hurd_thread_start(&partner, string_partner, b, 0) == 0);
    L4_MsgClear(&message);
    L4_MsgAppendSimpleStringItem(&message, L4_StringItem(10 * PAGE, a));
    L4_MsgLoad(&message);
    NEED(L4_IpcSucceeded(L4_Send(partner)));
    NEED(soon(&done, 1));
    NEED(pages_hold(a, 10, 3) && pages_hold(b, 10, 3));
    return 0;
}

/* ---- a thread that is stopped meanwhile ---- */

static char *shared;

static void reader(void *unused)
{
    (void)unused;
    while (!done)
        NEED(pages_hold(shared, 120, 5));
    done = 2;
    for (;;)
        L4_Sleep(L4_Never);
}

static int a_thread_that_is_stopped_and_started(void)
{
    L4_ThreadId_t thread;
    shared = pages_new(120);
    pages_fill(shared, 120, 5);
    NEED(hurd_thread_start(&thread, reader, NULL, 0) == 0);
    for (int i = 0; i < 50; i++) {
        L4_Stop(thread);
        L4_Start(thread);
        L4_Sleep(L4_TimePeriod(2000));
        if (i % 10 == 0)
            push_out(shared, 1);
    }
    done = 1;
    NEED(soon(&done, 2));
    return 0;
}

/* ---- unmapping what another thread waits for ---- */

static void toucher(void *at)
{
    for (unsigned i = 0; i < 30; i++)
        NEED(pages_hold((char *)at + i * PAGE, 1, i));
    __atomic_fetch_add(&done, 1, __ATOMIC_SEQ_CST);
}

static int ranges_change_while_pages_come(void)
{
    L4_ThreadId_t thread;
    char *a = pages_new(60);
    for (unsigned round = 0; round < 10; round++) {
        pages_fill(a, 30, 0);
        pages_fill(a + 30 * PAGE, 30, 77);
        push_out(a, 60);
        done = 0;
        NEED(hurd_thread_start(&thread, toucher, a, 0) == 0);
        NEED(hurd_vm_advise((uintptr_t)a + 30 * PAGE, 30 * PAGE, HURD_VM_WILL_NEED) == 0);
        NEED(hurd_vm_deallocate((uintptr_t)a + 30 * PAGE, 30 * PAGE) == 0);
        uintptr_t again = (uintptr_t)a + 30 * PAGE;
        NEED(hurd_vm_allocate(&again, 30 * PAGE, HURD_VM_HERE, 0) == 0);
        for (unsigned i = 0; i < 30 * PAGE; i += 512)
            NEED(a[30 * PAGE + i] == 0);
        NEED(soon(&done, 1));
    }
    return 0;
}

/* ---- a signal, on a stack that is out ---- */

static volatile sig_atomic_t handled;

static void handler(int number, siginfo_t *info, void *context)
{
    volatile char local[2000];
    (void)number, (void)context;
    memset((char *)local, 1, sizeof local);
    handled = 1 + (local[1999] == 1);
    hurd_vm_protect((uintptr_t)info->si_addr & ~(uintptr_t)(PAGE - 1), PAGE, RW);
}

static int a_signal_on_a_stack_that_is_out(void)
{
    char *stack = pages_new(8), *a = pages_new(1);
    memset(stack, 0x55, 8 * PAGE);
    stack_t s = {.ss_sp = stack, .ss_size = 8 * PAGE};
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_ONSTACK};
    action.sa_sigaction = handler;
    NEED(sigaltstack(&s, NULL) == 0 && sigaction(SIGSEGV, &action, NULL) == 0);
    NEED(hurd_vm_protect((uintptr_t)a, PAGE, HURD_VM_READ) == 0);
    push_out(stack, 8);
    *(volatile char *)a = 4;
    NEED(handled == 2 && *(volatile char *)a == 4);
    return 0;
}

#define CASE(c) {.name = #c, .run = c}
const struct test_case thread_cases[] = {
    CASE(a_deep_stack),
    /* The kernel's memory for a task grows with its frames: here are ten threads. */
    {.name = "several_threads_at_once", .run = several_threads_at_once, .frames = 180},
    CASE(message_registers_from_a_page_that_is_out),
    CASE(a_string_from_and_to_pages_that_are_out),
    CASE(a_thread_that_is_stopped_and_started),
    CASE(ranges_change_while_pages_come),
    CASE(a_signal_on_a_stack_that_is_out),
    {.name = NULL},
};
