/* SPDX-License-Identifier: MIT */
/* What the child gets of each kind of memory. */
#include "cases.h"

#include <errno.h>
#include <hurd/cap.h>
#include <hurd/policy.h>
#include <l4/ipc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- shared memory ---- */

static volatile char *shared_new(unsigned pages)
{
    void *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    NEED(p != MAP_FAILED);
    return p;
}

static int shared_memory_stays_shared(void)
{
    enum { N = 6 };
    volatile char *p = shared_new(N);
    p[0] = 1;                           /* the other pages have not been touched */
    int child = fork_well();
    if (child == 0) {
        NEED(p[0] == 1 && p[PAGE] == 0);
        for (unsigned i = 0; i < N; i++)
            p[i * PAGE + 5] = (char)(10 + i);
        while (p[PAGE] != 2)
            L4_Sleep(L4_TimePeriod(1000));
        p[2 * PAGE] = 3;
        return 0;
    }
    while (p[(N - 1) * PAGE + 5] != 10 + N - 1)
        L4_Sleep(L4_TimePeriod(1000));
    p[PAGE] = 2;
    child_ends_well(child);
    NEED(p[2 * PAGE] == 3 && p[5] == 10);
    p[0] = 9;                           /* alone again */
    NEED(p[0] == 9);
    return 0;
}

static int shared_by_three_generations(void)
{
    volatile char *p = shared_new(2);
    int child = fork_well();
    if (child == 0) {
        p[0]++;
        int grandchild = fork_well();
        if (grandchild == 0) {
            p[0]++;
            p[PAGE] = 7;
            exit(0);
        }
        child_ends_well(grandchild);
        NEED(p[0] == 2);
        exit(0);
    }
    child_ends_well(child);
    NEED(p[0] == 2 && p[PAGE] == 7);
    return 0;
}

/* What one side does with its own region changes nothing on the other side. */
static int shared_memory_is_advised_moved_and_unmapped(void)
{
    enum { N = 4 };
    volatile char *p = shared_new(N);
    memset((char *)p, 'a', N * PAGE);
    NEED(madvise((char *)p, PAGE, MADV_FREE) == -1 && errno == EINVAL);
    int child = fork_well();
    if (child == 0) {
        NEED(madvise((char *)p, N * PAGE, MADV_DONTNEED) == 0 && p[0] == 'a');
        volatile char *q = mremap((char *)p, N * PAGE, (N + 2) * PAGE, MREMAP_MAYMOVE);
        NEED(q != MAP_FAILED);
        q[PAGE] = 'b';
        NEED(munmap((char *)q, PAGE) == 0);
        q[(N + 1) * PAGE] = 'c';
        exit(0);
    }
    child_ends_well(child);
    NEED(p[0] == 'a' && p[PAGE] == 'b' && p[PAGE + 1] == 'a' && p[3 * PAGE] == 'a');
    NEED(munmap((char *)p, N * PAGE) == 0);
    return 0;
}

/* ---- containers ---- */

static uintptr_t container_shown(L4_Word_t container, unsigned pages, unsigned rights)
{
    uintptr_t at = 0;
    NEED(hurd_vm_map_container(&at, pages * PAGE, 0, rights, container, 0) == 0);
    return at;
}

static int a_container_of_its_own_is_shared(void)
{
    L4_Word_t container;
    NEED(hurd_pm_container_create(physmem(), control(), 0, &container) == 0);
    NEED(hurd_pm_container_allocate(physmem(), container, 0, 0, 3 * PAGE, NULL) == 0);
    volatile char *p = (volatile char *)container_shown(container, 3, RW);
    p[0] = 'p';
    int child = fork_well();
    if (child == 0) {
        NEED(p[0] == 'p');
        p[PAGE] = 'c';
        exit(0);
    }
    child_ends_well(child);
    NEED(p[PAGE] == 'c');
    return 0;
}

static void fork_refused(int error)
{
    L4_Word_t before = frames().used;
    NEED(fork() == -1);
    NEED(errno == error);
    NEED(frames().used <= before + 1);      /* a page of records */
    NEED(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}

static int containers_that_cannot_be_shared(void)
{
    L4_Word_t container, weak;
    NEED(hurd_pm_container_create(physmem(), control(), 0, &container) == 0);
    NEED(hurd_pm_container_allocate(physmem(), container, 0, 0, 2 * PAGE, NULL) == 0);
    uintptr_t hole = container_shown(container, 3, RW);     /* its third page is none */
    fork_refused(EOPNOTSUPP);
    NEED(hurd_vm_deallocate(hole, 3 * PAGE) == 0);
    NEED(hurd_pm_container_share(physmem(), container, 0, RW, &weak) == 0);
    uintptr_t foreign = container_shown(weak, 2, RW);
    fork_refused(EOPNOTSUPP);
    NEED(hurd_vm_deallocate(foreign, 2 * PAGE) == 0);
    child_ends_well(fork_well() ?: (exit(0), 0));
    return 0;
}

/* ---- stores of the program ---- */

static int fetch(void *hook, uintptr_t offset, void *const *page, unsigned pages)
{
    (void)hook, (void)offset;
    for (unsigned i = 0; i < pages; i++)
        memset(page[i], 'f', PAGE);
    return 0;
}

static int stores_of_the_program_are_refused(void)
{
    static const struct hurd_store_ops ops = {.fetch = fetch, .rights = HURD_VM_READ};
    struct hurd_store store;
    uintptr_t at = 0;
    NEED(hurd_store_create(&store, NULL, &ops) == 0);
    NEED(hurd_store_bind_to_vm(&store, 0, 2 * PAGE, 0, HURD_VM_READ, &at) == 0);
    NEED(*(volatile char *)at == 'f');
    fork_refused(EOPNOTSUPP);
    NEED(hurd_vm_deallocate(at, 2 * PAGE) == 0);
    fork_refused(EOPNOTSUPP);           /* the page is in the pool still */
    NEED(hurd_store_destroy(&store) == 0);
    int child = fork_well();
    if (child == 0) {
        NEED(hurd_store_create(&store, NULL, &ops) == 0);
        NEED(hurd_store_bind_to_vm(&store, 0, 2 * PAGE, 0, HURD_VM_READ, &at) == 0);
        NEED(*(volatile char *)at == 'f');
        exit(0);
    }
    child_ends_well(child);
    return 0;
}

static int extra_pages(void)
{
    L4_Word_t container;
    uintptr_t offset, at = 0;
    NEED(hurd_mm_extra(NULL, NULL) == 0);
    NEED(hurd_mm_extra_pages(4, &container, &offset) == 0);
    NEED(hurd_vm_map_container(&at, 4 * PAGE, 0, RW, container, offset) == 0);
    pages_fill((char *)at, 4, 3);
    int child = fork_well();
    if (child == 0) {
        NEED(pages_hold((char *)at, 4, 3));
        NEED(hurd_mm_extra_pages(1, &container, &offset) == EINVAL);
        NEED(hurd_mm_extra(NULL, NULL) == 0);
        NEED(hurd_mm_extra_pages(1, &container, &offset) == 0);
        exit(0);
    }
    child_ends_well(child);
    NEED(pages_hold((char *)at, 4, 3));
    return 0;
}

/* ---- rights, locks, signals ---- */

static int rights_are_inherited(void)
{
    int status;
    char *p = pages_new(3);
    pages_fill(p, 3, 4);
    NEED(mprotect(p, PAGE, PROT_READ) == 0 && mprotect(p + PAGE, PAGE, PROT_NONE) == 0);
    int child = fork_well();
    if (child == 0) {
        NEED(pages_hold(p, 1, 4) && pages_hold(p + 2 * PAGE, 1, 6));
        NEED(mprotect(p + PAGE, PAGE, PROT_READ) == 0 && pages_hold(p + PAGE, 1, 5));
        *(volatile char *)p = 1;        /* ends it */
        exit(0);
    }
    NEED(waitpid(child, &status, 0) == child);
    NEED(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    return 0;
}

static int locks_are_not_inherited(void)
{
    char *p = pages_new(4);
    pages_fill(p, 4, 1);
    NEED(mlock(p, 2 * PAGE) == 0 && mlockall(MCL_FUTURE) == 0);
    int child = fork_well();
    if (child == 0) {
        NEED(pages_hold(p, 4, 1));
        NEED(madvise(p, PAGE, MADV_DONTNEED) == 0 && *p == 0);
        NEED(madvise(pages_new(1), PAGE, MADV_DONTNEED) == 0);
        exit(0);
    }
    child_ends_well(child);
    NEED(madvise(p, PAGE, MADV_DONTNEED) == -1 && errno == EINVAL);
    NEED(madvise(pages_new(1), PAGE, MADV_DONTNEED) == -1 && errno == EINVAL);
    NEED(pages_hold(p, 4, 1));
    return 0;
}

static char *guarded;
static volatile int handled;

static void on_fault(int signal)
{
    (void)signal;
    handled++;
    mprotect(guarded, PAGE, PROT_READ | PROT_WRITE);
}

static int signal_handlers_are_inherited(void)
{
    static char stack[0x4000];
    struct sigaction action = {.sa_handler = on_fault, .sa_flags = SA_ONSTACK};
    const stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    stack_t now;
    guarded = pages_new(1);
    NEED(sigaction(SIGSEGV, &action, NULL) == 0 && sigaltstack(&other, NULL) == 0);
    NEED(mprotect(guarded, PAGE, PROT_NONE) == 0);
    int child = fork_well();
    *(volatile char *)guarded = 3;
    NEED(handled == 1 && *(volatile char *)guarded == 3);
    NEED(sigaltstack(NULL, &now) == 0 && now.ss_sp == stack);
    if (child)
        child_ends_well(child);
    return 0;
}

static void forks_in_handler(int signal)
{
    (void)signal;
    mprotect(guarded, PAGE, PROT_READ | PROT_WRITE);
    handled = fork_well();
}

static int fork_in_a_signal_handler(void)
{
    struct sigaction action = {.sa_handler = forks_in_handler};
    guarded = pages_new(1);
    NEED(sigaction(SIGSEGV, &action, NULL) == 0);
    NEED(mprotect(guarded, PAGE, PROT_NONE) == 0);
    *(volatile char *)guarded = 3;
    NEED(*(volatile char *)guarded == 3);
    if (handled)
        child_ends_well(handled);
    return 0;
}

/* ---- the break, large blocks, many regions ---- */

static int the_break(void)
{
    char *a = sbrk(8 * PAGE);
    NEED(a != (void *)-1);
    pages_fill(a, 8, 3);
    int child = fork_well();
    if (child == 0) {
        NEED(sbrk(0) == a + 8 * PAGE && pages_hold(a, 8, 3));
        NEED(sbrk(4 * PAGE) == a + 8 * PAGE);
        pages_fill(a, 12, 30);
        NEED(pages_hold(a, 12, 30) && sbrk(-12 * PAGE) != (void *)-1);
        exit(0);
    }
    child_ends_well(child);
    NEED(sbrk(0) == a + 8 * PAGE && pages_hold(a, 8, 3));
    return 0;
}

/* More records than one page holds: they are wired in several pages. */
static int many_regions(void)
{
    enum { N = 120 };
    static char *p[N];
    for (unsigned i = 0; i < N; i++) {
        p[i] = (char *)0x40000000 + i * 2 * PAGE;
        uintptr_t at = (uintptr_t)p[i];
        NEED(hurd_vm_allocate(&at, PAGE, HURD_VM_HERE, 0) == 0);
        pages_fill(p[i], 1, i);
    }
    int child = fork_well();
    for (unsigned i = 0; i < N; i++) {
        NEED(pages_hold(p[i], 1, i));
        pages_fill(p[i], 1, i + (child ? 1000 : 2000));
    }
    for (unsigned i = 0; i < N; i++)
        NEED(pages_hold(p[i], 1, i + (child ? 1000 : 2000)));
    if (child)
        child_ends_well(child);
    for (unsigned i = 0; i < N; i++)
        NEED(munmap(p[i], PAGE) == 0);
    return 0;
}

/* ---- pages on disk, and policies ---- */

static struct hurd_mm_counters counters(void)
{
    struct hurd_mm_counters c;
    hurd_mm_counters(&c);
    return c;
}

/* Most pages are on disk when the task forks, and each side brings in its own. */
static int pages_on_disk(void)
{
    enum { N = 380 };
    char *p = pages_new(N);
    pages_fill(p, N, 1);
    NEED(counters().swapped_out > 0);
    int child = fork_well();
    if (child == 0) {
        NEED(pages_hold(p, N, 1));
        NEED(counters().swapped_in > 0);
        pages_fill(p, N, 2000);
        NEED(pages_hold(p, N, 2000));
        exit(0);
    }
    pages_fill(p, N / 2, 3000);
    NEED(pages_hold(p + N / 2 * PAGE, N - N / 2, 1 + N / 2));
    child_ends_well(child);
    NEED(pages_hold(p, N / 2, 3000) && pages_hold(p + N / 2 * PAGE, N - N / 2, 1 + N / 2));
    return 0;
}

/* The region has a policy with 20 frames: so has the child's. */
static int a_region_with_a_policy(void)
{
    enum { N = 60, FEW = 20 };
    unsigned policy;
    L4_Word_t bits[2];
    char *p = pages_new(N);
    NEED(hurd_policy_create(&hurd_policy_fifo, FEW, 0, &policy) == 0);
    NEED(hurd_vm_set_policy((uintptr_t)p, N * PAGE, policy) == 0);
    pages_fill(p, N, 1);
    int child = fork_well();
    uint32_t out = counters().swapped_out;
    NEED(pages_hold(p, N, 1));
    pages_fill(p, N, child ? 1000 : 2000);
    NEED(pages_hold(p, N, child ? 1000 : 2000));
    NEED(counters().swapped_out > out);
    NEED(hurd_vm_resident((uintptr_t)p, N * PAGE, bits) == 0);
    NEED(__builtin_popcountl(bits[0]) + __builtin_popcountl(bits[1]) <= FEW);
    if (child)
        child_ends_well(child);
    return 0;
}

#define CASE(name, ...) {#name, name, __VA_ARGS__}
const struct test_case memory_cases[] = {
    CASE(shared_memory_stays_shared, 0, 0),
    CASE(shared_by_three_generations, 1200, 0),
    CASE(shared_memory_is_advised_moved_and_unmapped, 0, 0),
    CASE(a_container_of_its_own_is_shared, 0, 0),
    CASE(containers_that_cannot_be_shared, 0, 0),
    CASE(stores_of_the_program_are_refused, 0, 0),
    CASE(extra_pages, 0, 0),
    CASE(rights_are_inherited, 0, 0),
    CASE(locks_are_not_inherited, 0, 0),
    CASE(signal_handlers_are_inherited, 0, 0),
    CASE(fork_in_a_signal_handler, 0, 0),
    CASE(the_break, 0, 0),
    CASE(many_regions, 800, 0),
    CASE(pages_on_disk, 300, 700),
    CASE(a_region_with_a_policy, 500, 500),
    {0},
};
