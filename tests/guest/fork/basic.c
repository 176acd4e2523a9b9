/* SPDX-License-Identifier: MIT */
/* What the child is: the same program at the same place, with the calling thread alone. */
#include "cases.h"

#include <l4/ipc.h>
#include <l4/schedule.h>
#include <l4/thread.h>
#include <l4/vregs.h>
#include <mutex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int initialised = 7;
static int zero;

static int each_side_sees_its_own_writes(void)
{
    enum { N = 20 };
    char *p = pages_new(N), on_stack[200];
    char *heap = malloc(5000);
    NEED(heap);
    memset(heap, 'h', 5000);
    memset(on_stack, 's', sizeof on_stack);
    pages_fill(p, N, 1);
    int child = fork_well();
    if (child == 0) {
        NEED(initialised == 7 && zero == 0 && heap[4999] == 'h' && on_stack[199] == 's');
        NEED(pages_hold(p, N, 1));
        pages_fill(p, N, 100);
        initialised = 8;
        zero = 1;
        memset(heap, 'c', 5000);
        NEED(pages_hold(p, N, 100));
        free(heap);
        return 0;
    }
    pages_fill(p, N / 2, 200);
    child_ends_well(child);
    NEED(initialised == 7 && zero == 0 && heap[0] == 'h' && heap[4999] == 'h');
    NEED(pages_hold(p, N / 2, 200) && pages_hold(p + N / 2 * PAGE, N / 2, 1 + N / 2));
    pages_fill(p, N, 300);
    NEED(pages_hold(p, N, 300));
    return 0;
}

/* The child writes only when the parent has written, and both look at everything then. */
static int writes_of_the_parent_do_not_arrive(void)
{
    enum { N = 40 };
    char *p = pages_new(N);
    pages_fill(p, N, 1);
    int child = fork_well();
    if (child == 0) {
        for (unsigned i = 0; i < 20; i++)
            L4_ThreadSwitch(L4_nilthread);
        NEED(pages_hold(p, N, 1));
        pages_fill(p + PAGE, 1, 77);
        NEED(pages_hold(p, 1, 1) && pages_hold(p + PAGE, 1, 77) &&
             pages_hold(p + 2 * PAGE, N - 2, 3));
        return 0;
    }
    pages_fill(p, N, 500);
    child_ends_well(child);
    NEED(pages_hold(p, N, 500));
    return 0;
}

static int ids_are_right(void)
{
    pid_t self = getpid();
    int child = fork_well();
    if (child == 0) {
        NEED(getpid() != self && getppid() == self);
        return 0;
    }
    NEED(child != self && getpid() == self);
    child_ends_well(child);
    return 0;
}

/* Registers that a function keeps, and the FPU's stack and control word. */
static int registers_and_fpu(void)
{
    unsigned short word = 0x0e7f, now = 0, usual = 0x37f;   /* rounds up */
    double in = 3.25, out = 0;
    L4_Set_ThreadWord(1, 4711);
    L4_Set_UserDefinedHandle(815);
    __asm__ volatile("fldcw %0\n\tfldl %1" : : "m"(word), "m"(in));
    pid_t child = fork();
    __asm__ volatile("fstpl %0\n\tfnstcw %1\n\tfldcw %2" : "=m"(out), "=m"(now) : "m"(usual));
    NEED(child >= 0);
    NEED(out == 3.25 && now == word);
    NEED(L4_ThreadWord(1) == 4711 && L4_UserDefinedHandle() == 815);
    if (child)
        child_ends_well(child);
    return 0;
}

static unsigned depth_reached(unsigned depth, char *p)
{
    pages_fill(p, 3, depth);
    if (depth == 4)
        return 4;
    int child = fork_well();
    if (child == 0) {
        NEED(pages_hold(p, 3, depth));
        exit(depth_reached(depth + 1, p) == 4 ? 0 : 1);
    }
    child_ends_well(child);
    NEED(pages_hold(p, 3, depth));
    return 4;
}

static int nested_forks(void)
{
    char *p = pages_new(3);
    NEED(depth_reached(0, p) == 4);
    return 0;
}

static int many_one_after_the_other(void)
{
    char *p = pages_new(4);
    for (unsigned i = 0; i < 30; i++) {
        pages_fill(p, 4, i);
        int child = fork_well();
        if (child == 0) {
            NEED(pages_hold(p, 4, i));
            pages_fill(p, 4, 1000 + i);
            return 0;
        }
        child_ends_well(child);
        NEED(pages_hold(p, 4, i));
    }
    return 0;
}

/* ---- threads ---- */

static volatile unsigned ticks;
static volatile bool stop;

static void counts(void *unused)
{
    (void)unused;
    while (!stop) {
        ticks++;
        L4_ThreadSwitch(L4_nilthread);
    }
}

static int other_threads_are_gone(void)
{
    L4_ThreadId_t thread;
    NEED(hurd_thread_start(&thread, counts, NULL, 0) == 0);
    while (ticks == 0)
        L4_ThreadSwitch(L4_nilthread);
    int child = fork_well();
    if (child == 0) {
        unsigned seen = ticks;
        for (unsigned i = 0; i < 50; i++)
            L4_ThreadSwitch(L4_nilthread);
        L4_Sleep(L4_TimePeriod(5000));
        NEED(ticks == seen);
        NEED(hurd_thread_start(&thread, counts, NULL, 0) == 0);     /* reaps stacks */
        while (ticks == seen)
            L4_ThreadSwitch(L4_nilthread);
        return 0;
    }
    unsigned seen = ticks;
    child_ends_well(child);
    while (ticks == seen)
        L4_ThreadSwitch(L4_nilthread);
    stop = true;
    return 0;
}

static void forks(void *argument)
{
    char *p = argument;
    pages_fill(p, 2, 9);
    int child = fork_well();
    if (child == 0) {
        L4_ThreadId_t thread;
        char on_stack[100];
        memset(on_stack, 5, sizeof on_stack);
        stop = false;
        NEED(hurd_thread_start(&thread, counts, NULL, 0) == 0);
        while (ticks == 0)
            L4_ThreadSwitch(L4_nilthread);
        for (unsigned i = 0; i < sizeof on_stack; i++)
            NEED(((volatile char *)on_stack)[i] == 5);
        NEED(pages_hold(p, 2, 9));
        exit(0);
    }
    child_ends_well(child);
    stop = true;
}

/* Its stack is not the main thread's, and nobody reaps it in the child. */
static int another_thread_forks(void)
{
    L4_ThreadId_t thread;
    char *p = pages_new(2);
    NEED(hurd_thread_start(&thread, forks, p, 0) == 0);
    while (!stop)
        L4_Sleep(L4_TimePeriod(1000));
    return 0;
}

/* A thread allocates all the time: the child finds malloc's lock free and the lists whole. */
static void allocates(void *unused)
{
    (void)unused;
    for (unsigned i = 0; !stop; i++) {
        void *block = malloc(16 + i * 37 % 3000);
        NEED(block);
        ticks++;
        free(block);
    }
}

static int locks_of_malloc(void)
{
    L4_ThreadId_t thread;
    NEED(hurd_thread_start(&thread, allocates, NULL, 0) == 0);
    for (unsigned i = 0; i < 10; i++) {
        unsigned seen = ticks;
        while (ticks == seen)
            L4_ThreadSwitch(L4_nilthread);
        int child = fork_well();
        if (child == 0) {
            char *block[20];
            for (unsigned k = 0; k < 20; k++) {
                NEED((block[k] = malloc(100 + 200 * k)));
                memset(block[k], (int)k, 100 + 200 * k);
            }
            for (unsigned k = 0; k < 20; k++) {
                NEED(block[k][0] == (char)k && block[k][99 + 200 * k] == (char)k);
                free(block[k]);
            }
            exit(0);
        }
        child_ends_well(child);
    }
    stop = true;
    return 0;
}

/* ---- hurd_at_fork ---- */

static char order[20];

static void note(char c) { order[strlen(order)] = c; }
static void prepare_1(void) { note('1'); }
static void prepare_2(void) { note('2'); }
static void parent_1(int error) { note(error ? 'e' : 'p'); }
static void parent_2(int error) { note(error ? 'E' : 'P'); }
static void child_1(void) { note('c'); }
static void child_2(void) { note('C'); }
static void nothing(void) {}

static int functions_at_fork(void)
{
    NEED(hurd_at_fork(prepare_1, parent_1, child_1) == 0);
    NEED(hurd_at_fork(prepare_2, parent_2, child_2) == 0);
    NEED(hurd_at_fork(NULL, NULL, NULL) == 0);
    int child = fork_well();
    if (child == 0) {
        NEED(!strcmp(order, "21cC"));
        return 0;
    }
    child_ends_well(child);
    NEED(!strcmp(order, "21pP"));
    for (unsigned i = 0; i < 5; i++)
        NEED(hurd_at_fork(nothing, NULL, NULL) == 0);
    NEED(hurd_at_fork(nothing, NULL, NULL) != 0);
    return 0;
}

#define CASE(name, ...) {#name, name, __VA_ARGS__}
const struct test_case basic_cases[] = {
    CASE(each_side_sees_its_own_writes, 0, 0),
    CASE(writes_of_the_parent_do_not_arrive, 0, 0),
    CASE(ids_are_right, 0, 0),
    CASE(registers_and_fpu, 0, 0),
    CASE(nested_forks, 3000, 0),
    CASE(many_one_after_the_other, 0, 0),
    CASE(other_threads_are_gone, 0, 0),
    CASE(another_thread_forks, 0, 0),
    CASE(locks_of_malloc, 0, 0),
    CASE(functions_at_fork, 0, 0),
    {0},
};
