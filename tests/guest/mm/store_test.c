/* SPDX-License-Identifier: MIT */
/* Containers shown as they are, and stores of which the program brings the pages. */
#include <errno.h>
#include <hurd/cap.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <string.h>
#include <sys/mman.h>
#include "suite.h"

enum { RW = HURD_VM_READ | HURD_VM_WRITE };

static L4_Word_t container(unsigned pages)
{
    L4_Word_t handle = 0;
    EXPECT_EQ(hurd_pm_container_create(physmem(), control(), 0, &handle), 0);
    EXPECT_EQ(hurd_pm_container_allocate(physmem(), handle, 0, 0, pages * PAGE, NULL), 0);
    return handle;
}

static void container_end(L4_Word_t handle)
{
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), handle), 0);
    hurd_cap_drop(physmem(), handle);
}

/* ---- containers ---- */

TEST(container_is_seen_through_two_mappings)
{
    L4_Word_t c = container(4);
    uintptr_t a = 0, b = 0;
    EXPECT_EQ(hurd_vm_map_container(&a, 4 * PAGE, 0, RW, c, 0), 0);
    EXPECT_EQ(hurd_vm_map_container(&b, 2 * PAGE, 0, HURD_VM_READ, c, PAGE), 0);
    *(volatile int *)(a + PAGE + 8) = 4711;
    EXPECT_EQ(*(volatile int *)(b + 8), 4711);
    EXPECT_EQ(hurd_vm_deallocate(a, 4 * PAGE), 0);
    EXPECT_EQ(*(volatile int *)(b + 8), 4711);
    EXPECT_EQ(hurd_vm_deallocate(b, 2 * PAGE), 0);
    container_end(c);
}

TEST(container_outlives_its_mapping)
{
    L4_Word_t c = container(1);
    uintptr_t a = 0;
    EXPECT_EQ(hurd_vm_map_container(&a, PAGE, 0, RW, c, 0), 0);
    *(volatile int *)a = 815;
    EXPECT_EQ(hurd_vm_deallocate(a, PAGE), 0);
    a = 0;
    EXPECT_EQ(hurd_vm_map_container(&a, PAGE, 0, RW, c, 0), 0);
    EXPECT_EQ(*(volatile int *)a, 815);
    EXPECT_EQ(hurd_vm_deallocate(a, PAGE), 0);
    container_end(c);
}

TEST(container_mapping_refuses_handles_offsets_and_rights_that_are_none)
{
    L4_Word_t c = container(1), weak = 0;
    uintptr_t a = 0;
    EXPECT_EQ(hurd_vm_map_container(&a, PAGE, 0, RW, 0x3ffff, 0), EBADF);
    EXPECT_EQ(hurd_vm_map_container(&a, PAGE, 0, RW, c, 12), EINVAL);
    EXPECT_EQ(hurd_vm_map_container(&a, 2 * PAGE, 0, RW, c, 0xfffff000), EINVAL);
    EXPECT_EQ(hurd_vm_map_container(&a, 0, 0, RW, c, 0), EINVAL);
    EXPECT_EQ(hurd_vm_map_container(&a, PAGE, 0, 8, c, 0), EINVAL);
    EXPECT_EQ(hurd_pm_container_share(physmem(), c, 0, HURD_PM_READ, &weak), 0);
    EXPECT_EQ(hurd_vm_map_container(&a, PAGE, 0, RW, weak, 0), EACCES);
    EXPECT_EQ(hurd_vm_map_container(&a, PAGE, 0, HURD_VM_READ, weak, 0), 0);
    EXPECT_EQ(*(volatile int *)a, 0);
    EXPECT_EQ(hurd_vm_protect(a, PAGE, RW), EACCES);
    EXPECT_EQ(hurd_vm_deallocate(a, PAGE), 0);
    container_end(c);
}

/* ---- stores of the program ---- */

/* Pages come from a container, each with its number written in; the hook remembers what it was
 * asked. */
static struct {
    struct hurd_store store;
    L4_Word_t container;
    unsigned calls;
    struct hurd_store_fault last;
    L4_ThreadId_t ran_in;
    bool refuse, uses_ipc;
} disk;

static int disk_fetch(struct hurd_store_fault *fault)
{
    uintptr_t window = 0;
    disk.calls++;
    disk.last = *fault;
    disk.ran_in = L4_MyGlobalId();
    if (disk.refuse)
        return EIO;
    if (hurd_vm_map_container(&window, PAGE, 0, RW, disk.container, fault->offset))
        return ENOMEM;
    *(volatile unsigned *)window = 1000 + fault->offset / PAGE;
    hurd_vm_deallocate(window, PAGE);
    if (disk.uses_ipc)
        for (int i = 0; i < 64; i++)
            L4_LoadMR(i, 0xdead0000 + i);
    return hurd_store_cache(&disk.store, fault->offset, PAGE, disk.container, fault->offset);
}

static uintptr_t disk_open(unsigned pages)
{
    uintptr_t at = 0;
    disk.calls = 0;
    disk.refuse = disk.uses_ipc = false;
    disk.container = container(pages);
    EXPECT_EQ(hurd_store_init(&disk.store, &disk, disk_fetch), 0);
    EXPECT_EQ(hurd_store_bind_to_vm(&disk.store, 0, pages * PAGE, 0, RW, &at), 0);
    return at;
}

static void disk_close(uintptr_t at, unsigned pages)
{
    EXPECT_EQ(hurd_vm_deallocate(at, pages * PAGE), 0);
    EXPECT_EQ(hurd_store_destroy(&disk.store), 0);
    container_end(disk.container);
}

TEST(store_hook_runs_in_a_thread_of_its_own_and_knows_what_happened)
{
    uintptr_t at = disk_open(8);
    EXPECT_EQ(*(volatile unsigned *)(at + 3 * PAGE), 1003);
    EXPECT_EQ(disk.calls, 1);
    EXPECT(disk.ran_in.raw != L4_MyGlobalId().raw && disk.ran_in.raw != hurd_mm_pager().raw);
    EXPECT_EQ(disk.last.thread.raw, L4_MyGlobalId().raw);
    EXPECT(disk.last.hook == &disk);
    EXPECT_EQ(disk.last.region, at);
    EXPECT_EQ(disk.last.region_size, 8 * PAGE);
    EXPECT_EQ(disk.last.offset, 3 * PAGE);
    EXPECT_EQ(disk.last.address, at + 3 * PAGE);
    EXPECT_EQ(disk.last.access, HURD_VM_READ);
    *(volatile unsigned *)(at + 5 * PAGE + 12) = 1;
    EXPECT_EQ(disk.calls, 2);
    EXPECT_EQ(disk.last.access, HURD_VM_WRITE);
    EXPECT_EQ(disk.last.address, at + 5 * PAGE + 12);
    EXPECT_EQ(*(volatile unsigned *)(at + 5 * PAGE), 1005);
    EXPECT_EQ(disk.calls, 2);
    disk_close(at, 8);
}

/* All registers and flags: store_asm.asm loads them, touches the page, and compares. */
unsigned store_registers_survive(uintptr_t page);

TEST(store_hook_leaves_registers_and_flags_alone)
{
    uintptr_t at = disk_open(2);
    EXPECT_EQ(store_registers_survive(at), 0);
    EXPECT_EQ(disk.calls, 1);
    disk_close(at, 2);
}

/* A thread that has filled its message registers may fault before it sends. */
TEST(store_hook_leaves_message_registers_alone)
{
    uintptr_t at = disk_open(2);
    disk.uses_ipc = true;
    for (int i = 0; i < 64; i++)
        L4_LoadMR(i, 0x1000 + i);
    L4_LoadBR(0, 0x12340000);
    unsigned value = *(volatile unsigned *)at;
    bool good = L4_Accepted().raw == 0x12340000;
    for (int i = 0; i < 64; i++)
        good = good && L4_MR(i) == (L4_Word_t)(0x1000 + i);
    L4_LoadBR(0, 0);
    EXPECT(good);
    EXPECT_EQ(value, 1000);
    EXPECT_EQ(disk.calls, 1);
    disk_close(at, 2);
}

TEST(store_flush_makes_the_hook_bring_the_page_again)
{
    uintptr_t at = disk_open(4);
    EXPECT_EQ(*(volatile unsigned *)(at + PAGE), 1001);
    EXPECT_EQ(*(volatile unsigned *)(at + 2 * PAGE), 1002);
    EXPECT_EQ(hurd_store_flush(&disk.store, PAGE, PAGE), 0);
    EXPECT_EQ(*(volatile unsigned *)(at + 2 * PAGE), 1002);
    EXPECT_EQ(disk.calls, 2);
    EXPECT_EQ(*(volatile unsigned *)(at + PAGE), 1001);
    EXPECT_EQ(disk.calls, 3);
    disk_close(at, 4);
}

/* Pages 1 to 14 are fpages of one, two, four, four, two and one page. */
TEST(store_flush_takes_every_page_out_of_sight)
{
    uintptr_t at = disk_open(16);
    for (int round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 16; i++)
            EXPECT_EQ(*(volatile unsigned *)(at + i * PAGE), 1000 + i);
        EXPECT_EQ(disk.calls, round ? 30 : 16);
        EXPECT_EQ(hurd_store_flush(&disk.store, PAGE, 14 * PAGE), 0);
    }
    disk_close(at, 16);
}

TEST(store_find_cached_says_where_a_page_is)
{
    L4_Word_t c = 0;
    uintptr_t offset = 0, at = disk_open(4);
    EXPECT_EQ(hurd_store_find_cached(&disk.store, PAGE, &c, &offset), ENOENT);
    EXPECT_EQ(*(volatile unsigned *)(at + PAGE), 1001);
    EXPECT_EQ(hurd_store_find_cached(&disk.store, PAGE + 5, &c, &offset), 0);
    EXPECT_EQ(c, disk.container);
    EXPECT_EQ(offset, PAGE);
    disk_close(at, 4);
}

TEST(store_may_be_bound_in_two_places)
{
    uintptr_t other = 0, at = disk_open(4);
    EXPECT_EQ(hurd_store_bind_to_vm(&disk.store, PAGE, 2 * PAGE, 0, HURD_VM_READ, &other), 0);
    *(volatile unsigned *)(at + 2 * PAGE + 4) = 99;
    EXPECT_EQ(*(volatile unsigned *)(other + PAGE + 4), 99);
    EXPECT_EQ(disk.calls, 1);
    EXPECT_EQ(hurd_store_destroy(&disk.store), EBUSY);
    EXPECT_EQ(hurd_vm_deallocate(other, 2 * PAGE), 0);
    disk_close(at, 4);
}

TEST(store_calls_refuse_what_makes_no_sense)
{
    struct hurd_store stale, none = {.record = NULL};
    uintptr_t at = 0;
    L4_Word_t c;
    EXPECT_EQ(hurd_store_init(&stale, NULL, NULL), EINVAL);
    EXPECT_EQ(hurd_store_init(&stale, NULL, disk_fetch), 0);
    EXPECT_EQ(hurd_store_bind_to_vm(&stale, 12, PAGE, 0, RW, &at), EINVAL);
    EXPECT_EQ(hurd_store_bind_to_vm(&stale, 0, PAGE + 1, 0, RW, &at), EINVAL);
    EXPECT_EQ(hurd_store_bind_to_vm(&stale, 0, 0, 0, RW, &at), EINVAL);
    EXPECT_EQ(hurd_store_cache(&stale, 1, PAGE, 0, 0), EINVAL);
    EXPECT_EQ(hurd_store_cache(&stale, 0, 0, 0, 0), EINVAL);
    EXPECT_EQ(hurd_store_cache(&stale, 0xfffff000, 2 * PAGE, 0, 0), EINVAL);
    EXPECT_EQ(hurd_store_cache(&stale, 0, 2 * PAGE, 0, 0), 0);
    EXPECT_EQ(hurd_store_cache(&stale, PAGE, PAGE, 0, 0), EEXIST);
    EXPECT_EQ(hurd_store_flush(&stale, 1, PAGE), EINVAL);
    EXPECT_EQ(hurd_store_flush(&stale, 0, 4 * PAGE), 0);
    EXPECT_EQ(hurd_store_find_cached(&stale, 0, &c, &at), ENOENT);
    struct hurd_store copy = stale;
    EXPECT_EQ(hurd_store_destroy(&stale), 0);
    EXPECT_EQ(hurd_store_destroy(&copy), EINVAL);
    EXPECT_EQ(hurd_store_find_cached(&copy, 0, &c, &at), EINVAL);
    EXPECT_EQ(hurd_store_destroy(&none), EINVAL);
    struct hurd_store forged = {.record = &disk};
    EXPECT_EQ(hurd_store_flush(&forged, 0, PAGE), EINVAL);
}

/* ---- two threads fetch at the same time: the pager serves others while a hook waits ---- */

static struct {
    volatile bool in_hook, go_on, done;
    uintptr_t at;
    struct hurd_store store;
} slow;

static int slow_fetch(struct hurd_store_fault *fault)
{
    slow.in_hook = true;
    while (!slow.go_on)
        L4_Sleep(L4_TimePeriod(1000));
    return hurd_store_cache(&slow.store, fault->offset, PAGE, disk.container, fault->offset);
}

static void slow_reader(void *unused)
{
    (void)unused;
    *(volatile int *)slow.at = 5;
    slow.done = true;
}

TEST(pager_serves_others_while_a_thread_waits_for_its_page)
{
    L4_ThreadId_t thread;
    disk.container = container(1);
    slow.in_hook = slow.go_on = slow.done = false;
    slow.at = 0;
    EXPECT_EQ(hurd_store_init(&slow.store, NULL, slow_fetch), 0);
    EXPECT_EQ(hurd_store_bind_to_vm(&slow.store, 0, PAGE, 0, RW, &slow.at), 0);
    EXPECT_EQ(hurd_thread_start(&thread, slow_reader, NULL, 0), 0);
    for (int i = 0; i < 1000 && !slow.in_hook; i++)
        L4_Sleep(L4_TimePeriod(1000));
    EXPECT(slow.in_hook);
    char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    p[2 * PAGE] = 1;                    /* a fault of ours, served meanwhile */
    EXPECT_EQ(munmap(p, 4 * PAGE), 0);
    EXPECT(!slow.done);
    slow.go_on = true;
    for (int i = 0; i < 1000 && !slow.done; i++)
        L4_Sleep(L4_TimePeriod(1000));
    EXPECT(slow.done);
    EXPECT_EQ(hurd_vm_deallocate(slow.at, PAGE), 0);
    EXPECT_EQ(hurd_store_destroy(&slow.store), 0);
    container_end(disk.container);
}

const struct test store_tests[] = {
    T(container_is_seen_through_two_mappings),
    T(container_outlives_its_mapping),
    T(container_mapping_refuses_handles_offsets_and_rights_that_are_none),
    T(store_hook_runs_in_a_thread_of_its_own_and_knows_what_happened),
    T(store_hook_leaves_registers_and_flags_alone),
    T(store_hook_leaves_message_registers_alone),
    T(store_flush_makes_the_hook_bring_the_page_again),
    T(store_flush_takes_every_page_out_of_sight),
    T(store_find_cached_says_where_a_page_is),
    T(store_may_be_bound_in_two_places),
    T(store_calls_refuse_what_makes_no_sense),
    T(pager_serves_others_while_a_thread_waits_for_its_page),
    {NULL, NULL},
};
