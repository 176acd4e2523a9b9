/* SPDX-License-Identifier: MIT */
/* What a program may do with memory of which pages are on disk. */
#include "cases.h"

#include <errno.h>
#include <hurd/cap.h>
#include <l4/ipc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int arrays_of_three_times_the_memory(void)
{
    enum { N = 380 };
    char *a = pages_new(N);
    pages_fill(a, N, 1);
    NEED(pages_hold(a, N, 1));
    pages_fill(a, N, 5000);
    NEED(pages_hold(a, N, 5000));
    NEED(counters().swapped_out > N && counters().swapped_in > N);
    return 0;
}

static int blocks_of_malloc(void)
{
    enum { BLOCKS = 300 };
    static unsigned char *block[BLOCKS];
    static unsigned size[BLOCKS];
    for (unsigned round = 0; round < 4; round++) {
        for (unsigned i = 0; i < BLOCKS; i++) {
            if ((i + round) % 3 == 0) {
                free(block[i]);
                size[i] = 100 + (i * 7919 + round * 104729) % 8000;
                NEED((block[i] = malloc(size[i])));
                memset(block[i], (int)(i + round), size[i]);
            } else if (block[i] && i % 5 == 0) {
                unsigned char first = block[i][0];
                NEED((block[i] = realloc(block[i], size[i] + 3000)));
                memset(block[i] + size[i], first, 3000);
                size[i] += 3000;
            }
        }
        for (unsigned i = 0; i < BLOCKS; i++)
            for (unsigned k = 0; block[i] && k < size[i]; k++)
                NEED(block[i][k] == block[i][0]);
    }
    NEED(counters().swapped_in > 0);
    return 0;
}

static int the_break(void)
{
    char *a = sbrk(250 * PAGE);
    NEED(a != (void *)-1);
    pages_fill(a, 250, 3);
    NEED(pages_hold(a, 250, 3));
    NEED(sbrk(-200 * PAGE) != (void *)-1);
    NEED(pages_hold(a, 50, 3));
    NEED(sbrk(200 * PAGE) == a + 50 * PAGE);
    for (unsigned i = 50 * PAGE; i < 250 * PAGE; i += 64)
        NEED(a[i] == 0);
    return 0;
}

static int pages_that_are_unmapped_and_made_again_are_zero(void)
{
    char *a = pages_new(40);
    pages_fill(a, 40, 9);
    push_out(a, 40);
    NEED(munmap(a + 10 * PAGE, 10 * PAGE) == 0);
    NEED(mmap(a + 10 * PAGE, 10 * PAGE, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == a + 10 * PAGE);
    NEED(mmap(a + 30 * PAGE, 10 * PAGE, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == a + 30 * PAGE);
    for (unsigned i = 0; i < 10 * PAGE; i++)
        NEED(a[10 * PAGE + i] == 0 && a[30 * PAGE + i] == 0);
    NEED(pages_hold(a, 10, 9) && pages_hold(a + 20 * PAGE, 10, 29));
    return 0;
}

static int advice_on_pages_that_are_out(void)
{
    char *a = pages_new(40);
    pages_fill(a, 40, 9);
    push_out(a, 40);
    NEED(madvise(a, 8 * PAGE, MADV_DONTNEED) == 0);
    NEED(madvise(a + 8 * PAGE, 8 * PAGE, MADV_FREE) == 0);
    for (unsigned i = 0; i < 16 * PAGE; i++)
        NEED(a[i] == 0);
    push_out(a + 16 * PAGE, 24);
    frames_free();                          /* a page comes ahead of need only if a frame is free */
    NEED(madvise(a + 16 * PAGE, 8 * PAGE, MADV_WILLNEED) == 0);
    for (unsigned i = 0; i < 500 && in_core(a + 16 * PAGE, 8) == 0; i++)
        L4_Sleep(L4_TimePeriod(10000));
    NEED(in_core(a + 16 * PAGE, 8) > 0);
    NEED(madvise(a, 40 * PAGE, MADV_SEQUENTIAL) == 0 && pages_hold(a + 16 * PAGE, 12, 25));
    NEED(madvise(a, 40 * PAGE, MADV_RANDOM) == 0 && pages_hold(a + 28 * PAGE, 12, 37));
    return 0;
}

static int pages_that_are_out_move(void)
{
    char *a = pages_new(60);
    pages_fill(a, 60, 100);
    push_out(a, 60);
    unsigned char core[60];
    char *b = mremap(a, 60 * PAGE, 90 * PAGE, MREMAP_MAYMOVE);
    NEED(b != MAP_FAILED);
    NEED(mincore(b, 60 * PAGE, core) == 0);
    unsigned there = 0;
    for (unsigned i = 0; i < 60; i++)
        there += core[i] & 1;
    NEED(there == 0);                   /* they need not come for that */
    NEED(pages_hold(b, 60, 100));
    char *to = pages_new(20);
    push_out(b, 60);
    NEED(mremap(b + 20 * PAGE, 10 * PAGE, 10 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
    NEED(pages_hold(to, 10, 120) && pages_hold(b, 20, 100) && pages_hold(b + 30 * PAGE, 30, 130));
    return 0;
}

static int rights_change_while_pages_are_out(void)
{
    char *a = pages_new(20);
    pages_fill(a, 20, 4);
    push_out(a, 20);
    NEED(mprotect(a, 10 * PAGE, PROT_READ) == 0);
    NEED(mprotect(a + 10 * PAGE, 10 * PAGE, PROT_NONE) == 0);
    NEED(pages_hold(a, 10, 4));
    push_out(a, 10);
    NEED(mprotect(a, 20 * PAGE, PROT_READ | PROT_WRITE) == 0);
    NEED(pages_hold(a, 20, 4));
    pages_fill(a, 20, 50);
    push_out(a, 20);
    NEED(pages_hold(a, 20, 50));
    return 0;
}

static int locked_pages_stay(void)
{
    char *a = pages_new(40), *b = pages_new(200);
    pages_fill(a, 40, 4);
    push_out(a, 40);
    NEED(mlock(a, 20 * PAGE) == 0);
    NEED(in_core(a, 20) == 20);
    pages_fill(b, 200, 1);
    NEED(pages_hold(b, 200, 1));
    NEED(in_core(a, 20) == 20);
    NEED(mlock(b, 200 * PAGE) == -1 && errno == EAGAIN);
    NEED(pages_hold(b, 200, 1));
    NEED(munlock(a, 20 * PAGE) == 0);
    push_out(a, 40);
    NEED(pages_hold(a, 40, 4));
    return 0;
}

static int everything_locked(void)
{
    char *a = pages_new(20);
    pages_fill(a, 20, 4);
    push_out(a, 20);
    NEED(hurd_vm_advise((uintptr_t)a, 20 * PAGE, HURD_VM_NORMAL) == 0);
    NEED(mlockall(MCL_CURRENT) == -1 && errno == EAGAIN);       /* more than there are frames */
    NEED(munlockall() == 0);
    NEED(pages_hold(a, 20, 4));
    return 0;
}

static int copies_of_pages_that_are_out(void)
{
    L4_Word_t copy;
    uintptr_t window = 0;
    char *a = pages_new(16);
    pages_fill(a, 16, 60);
    push_out(a, 16);
    NEED(hurd_pm_container_create(physmem(), control(), 0, &copy) == 0);
    NEED(hurd_pm_container_copy(physmem(), hurd_mm_memory_container(), (uintptr_t)a, copy, 0,
                                16 * PAGE, 0, NULL) == 0);
    frames_free();
    NEED(hurd_pm_swap_in(physmem(), copy, 0, 16 * PAGE, 0, NULL) == 0);
    NEED(hurd_vm_map_container(&window, 16 * PAGE, 0, RW, copy, 0) == 0);
    NEED(pages_hold((char *)window, 16, 60));
    pages_fill((char *)window, 16, 200);
    NEED(pages_hold(a, 16, 60));
    pages_fill(a, 8, 300);
    NEED(pages_hold((char *)window, 16, 200));
    return 0;
}

static int policy_data(const struct hurd_policy_ops *ops, unsigned frames, unsigned pages)
{
    unsigned policy;
    char *a = pages_new(pages);
    pages_fill(a, pages / 2, 10);       /* before it has the policy, and after */
    NEED(hurd_policy_create(ops, frames, 0, &policy) == 0);
    NEED(hurd_vm_set_policy((uintptr_t)a, pages * PAGE, policy) == 0);
    pages_fill(a + pages / 2 * PAGE, pages - pages / 2, 10 + pages / 2);
    for (unsigned round = 0; round < 3; round++) {
        NEED(pages_hold(a, pages, 10 + round));
        pages_fill(a, pages, 11 + round);
        NEED(in_core(a, pages) <= frames);
    }
    NEED(hurd_vm_deallocate((uintptr_t)a, pages * PAGE) == 0);
    NEED(hurd_policy_destroy(policy) == 0);
    return 0;
}

static int regions_with_policies_of_their_own(void)
{
    policy_data(&hurd_policy_clock, 20, 50);
    policy_data(&hurd_policy_fifo, 1, 30);
    policy_data(&hurd_policy_mru, 30, 40);
    policy_data(&hurd_policy_2q, 25, 60);
    policy_data(&hurd_policy_random, 15, 60);
    return 0;
}

/* A loop under MRU keeps most of its frames, which CLOCK cannot. */
static int a_loop_under_mru_reads_less(void)
{
    unsigned read[2];
    for (unsigned i = 0; i < 2; i++) {
        unsigned policy;
        char *a = pages_new(44);
        NEED(hurd_policy_create(i ? &hurd_policy_mru : &hurd_policy_clock, 40, 0, &policy) == 0);
        NEED(hurd_vm_set_policy((uintptr_t)a, 44 * PAGE, policy) == 0);
        NEED(madvise(a, 44 * PAGE, MADV_RANDOM) == 0);
        pages_fill(a, 44, 1);
        uint32_t before = counters().swapped_in;
        for (unsigned round = 0; round < 10; round++)
            NEED(pages_hold(a, 44, 1));
        read[i] = counters().swapped_in - before;
        NEED(hurd_vm_deallocate((uintptr_t)a, 44 * PAGE) == 0);
    }
    printf("# clock reads %u pages, mru %u\n", read[0], read[1]);
    NEED(read[1] * 4 < read[0]);
    return 0;
}

/* The rest of the guarantee goes to a container of the program's own. */
static int eight_frames_left(void)
{
    L4_Word_t own;
    struct hurd_pm_control_info info;
    char *a = pages_new(300);
    pages_fill(a, 150, 1);
    NEED(hurd_pm_container_create(physmem(), control(), 0, &own) == 0);
    for (uintptr_t at = 0;; at += PAGE) {
        NEED(hurd_pm_control_info(physmem(), control(), &info) == 0);
        if (info.guarantee - info.used <= 8)
            break;
        NEED(hurd_pm_container_allocate(physmem(), own, 0, at, PAGE, NULL) == 0);
    }
    pages_fill(a + 150 * PAGE, 150, 151);
    for (unsigned round = 0; round < 2; round++)
        NEED(pages_hold(a, 300, 1));
    return 0;
}

static int map_now_more_than_there_is(void)
{
    char *a = pages_new(100);
    pages_fill(a, 100, 1);
    uintptr_t b = 0;
    NEED(hurd_vm_allocate(&b, 60 * PAGE, 0, 1) == 0);   /* others go for it */
    NEED(in_core((char *)b, 60) == 60 || counters().swapped_out > 0);
    uintptr_t c = 0;
    NEED(hurd_vm_allocate(&c, 1000 * PAGE, 0, 1) == ENOMEM);
    NEED(pages_hold(a, 100, 1));
    return 0;
}

/* The quota ends before the program does: it ends with a report. */
static int more_than_frames_and_quota(void)
{
    char *a = pages_new(600);
    pages_fill(a, 600, 1);
    return 0;
}

/* A page that the program itself sends out comes back all the same. */
static int pages_sent_out_by_the_program(void)
{
    char *a = pages_new(250);
    pages_fill(a, 250, 1);
    pages_fill(a, 8, 1);
    NEED(hurd_pm_swap_out(physmem(), hurd_mm_memory_container(), (uintptr_t)a, 8 * PAGE, 0,
                          NULL) == 0);
    NEED(pages_hold(a, 250, 1));
    return 0;
}

#define CASE(c) {.name = #c, .run = c}
const struct test_case memory_cases[] = {
    CASE(arrays_of_three_times_the_memory),
    CASE(blocks_of_malloc),
    CASE(the_break),
    CASE(pages_that_are_unmapped_and_made_again_are_zero),
    CASE(advice_on_pages_that_are_out),
    CASE(pages_that_are_out_move),
    CASE(rights_change_while_pages_are_out),
    CASE(locked_pages_stay),
    CASE(everything_locked),
    CASE(copies_of_pages_that_are_out),
    CASE(regions_with_policies_of_their_own),
    CASE(a_loop_under_mru_reads_less),
    CASE(eight_frames_left),
    CASE(map_now_more_than_there_is),
    {.name = "more_than_frames_and_quota", .run = more_than_frames_and_quota, .swap = 100,
     .status = HURD_MM_STATUS_SEGV},
    CASE(pages_sent_out_by_the_program),
    {.name = NULL},
};
