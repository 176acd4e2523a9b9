/* SPDX-License-Identifier: MIT */
/* mmap, munmap, mprotect, hurd_vm_allocate and _deallocate: what they do, and each error that they
 * document. */
#include <errno.h>
#include <l4/kip.h>
#include <l4/space.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include "suite.h"

enum { RW = PROT_READ | PROT_WRITE, ANON = MAP_PRIVATE | MAP_ANONYMOUS };

static char *map(unsigned pages)
{
    char *p = mmap(NULL, pages * PAGE, RW, ANON, -1, 0);
    EXPECT(p != MAP_FAILED);
    return p;
}

static void touch(char *p, unsigned pages)
{
    for (unsigned i = 0; i < pages; i++)
        *(volatile unsigned *)(p + i * PAGE) = i + 1;
}

static bool intact(const char *p, unsigned first, unsigned end)
{
    for (unsigned i = first; i < end; i++)
        if (*(const volatile unsigned *)(p + i * PAGE) != i + 1)
            return false;
    return true;
}

static bool is_zero(const char *p, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        if (((const volatile char *)p)[i])
            return false;
    return true;
}

/* The errno of an mmap that must fail. */
static int map_error(void *at, size_t length, int protection, int flags)
{
    errno = 0;
    return EXPECT(mmap(at, length, protection, flags, -1, 0) == MAP_FAILED) ? errno : 0;
}

static int unmap_error(void *at, size_t length)
{
    errno = 0;
    return EXPECT(munmap(at, length) == -1) ? errno : 0;
}

static int protect_error(void *at, size_t length, int protection)
{
    errno = 0;
    return EXPECT(mprotect(at, length, protection) == -1) ? errno : 0;
}

/* ---- mmap ---- */

TEST(mmap_gives_zeroes_that_take_no_memory_until_they_are_touched)
{
    struct hurd_mm_counters before = counters();
    char *p = map(64);
    EXPECT_EQ(counters().frames_taken, before.frames_taken);
    EXPECT(is_zero(p + 5 * PAGE, PAGE));
    p[9 * PAGE] = 1;
    EXPECT_EQ(counters().frames_taken, before.frames_taken + 2);
    EXPECT_EQ(munmap(p, 64 * PAGE), 0);
    EXPECT_EQ(counters().frames_returned, before.frames_returned + 2);
}

TEST(mmap_rounds_the_length_up_to_pages)
{
    char *p = mmap(NULL, PAGE + 1, RW, ANON, -1, 0);
    EXPECT(p != MAP_FAILED);
    p[2 * PAGE - 1] = 7;
    EXPECT_EQ(p[2 * PAGE - 1], 7);
    EXPECT_EQ(munmap(p, PAGE + 1), 0);
}

TEST(mmap_takes_a_free_hint_and_another_place_for_a_taken_one)
{
    char *p = map(4);
    EXPECT_EQ(munmap(p + PAGE, PAGE), 0);
    char *q = mmap(p + PAGE + 123, PAGE, RW, ANON, -1, 0);
    EXPECT(q == p + PAGE);
    char *r = mmap(p + PAGE, PAGE, RW, ANON, -1, 0);
    EXPECT(r != MAP_FAILED && r != p + PAGE);
    EXPECT_EQ(munmap(r, PAGE), 0);
    EXPECT_EQ(munmap(p, 4 * PAGE), 0);
}

TEST(mmap_fixed_replaces_what_is_there)
{
    char *p = map(4);
    touch(p, 4);
    EXPECT(mmap(p + PAGE, 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0) == p + PAGE);
    EXPECT(intact(p, 0, 1) && intact(p, 3, 4));
    EXPECT(is_zero(p + PAGE, 2 * PAGE));
    EXPECT_EQ(munmap(p, 4 * PAGE), 0);
}

TEST(mmap_fixed_noreplace_refuses_what_is_taken)
{
    char *p = map(4);
    touch(p, 4);
    EXPECT_EQ(map_error(p + 3 * PAGE, 2 * PAGE, RW, ANON | MAP_FIXED_NOREPLACE), EEXIST);
    EXPECT(intact(p, 0, 4));
    EXPECT_EQ(munmap(p, 4 * PAGE), 0);
    EXPECT(mmap(p, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) == p);
    EXPECT_EQ(munmap(p, PAGE), 0);
}

TEST(mmap_of_nothing_is_refused)
{
    EXPECT_EQ(map_error(NULL, 0, RW, ANON), EINVAL);
}

TEST(mmap_wants_either_private_or_shared)
{
    EXPECT_EQ(map_error(NULL, PAGE, RW, MAP_ANONYMOUS), EINVAL);
    EXPECT_EQ(map_error(NULL, PAGE, RW, ANON | MAP_SHARED), EINVAL);
    char *p = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    EXPECT(p != MAP_FAILED);
    EXPECT_EQ(munmap(p, PAGE), 0);
}

TEST(mmap_refuses_flags_and_protections_that_it_does_not_know)
{
    EXPECT_EQ(map_error(NULL, PAGE, RW, ANON | 0x8000000), EINVAL);
    EXPECT_EQ(map_error(NULL, PAGE, RW | 0x100, ANON), EINVAL);
}

TEST(mmap_of_a_file_says_that_there_is_none_or_that_it_cannot_be_mapped)
{
    EXPECT_EQ(map_error(NULL, PAGE, RW, MAP_PRIVATE), EBADF);
    errno = 0;
    EXPECT(mmap(NULL, PAGE, RW, MAP_SHARED, 1, 0) == MAP_FAILED);
    EXPECT_EQ(errno, ENODEV);
    errno = 0;
    EXPECT(mmap(NULL, PAGE, RW, MAP_SHARED, 3, 0) == MAP_FAILED);
    EXPECT_EQ(errno, EBADF);
    errno = 0;
    EXPECT(mmap(NULL, PAGE, RW, MAP_SHARED, 1, 12) == MAP_FAILED);
    EXPECT_EQ(errno, EINVAL);
}

TEST(mmap_of_more_than_the_space_says_nomem)
{
    EXPECT_EQ(map_error(NULL, 0xc0000000, RW, ANON), ENOMEM);
    EXPECT_EQ(map_error(NULL, (size_t)-1, RW, ANON), ENOMEM);
    EXPECT_EQ(map_error(NULL, (size_t)-PAGE, RW, ANON), ENOMEM);
}

TEST(mmap_fixed_refuses_addresses_that_are_not_the_programs)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    L4_Fpage_t utcb = L4_FpageOfRaw(data->utcb_area);
    char *p = map(1);
    EXPECT_EQ(map_error(p + 1, PAGE, RW, ANON | MAP_FIXED), EINVAL);
    EXPECT_EQ(map_error(NULL, PAGE, RW, ANON | MAP_FIXED), EINVAL);
    EXPECT_EQ(map_error((void *)HURD_STARTUP_ADDR, PAGE, RW, ANON | MAP_FIXED), EINVAL);
    EXPECT_EQ(map_error(L4_GetKernelInterface(), PAGE, RW, ANON | MAP_FIXED), EINVAL);
    EXPECT_EQ(map_error((void *)L4_Address(utcb), PAGE, RW, ANON | MAP_FIXED), EINVAL);
    EXPECT_EQ(map_error((void *)0xbffff000, 2 * PAGE, RW, ANON | MAP_FIXED), EINVAL);
    EXPECT_EQ(map_error((void *)0xc0000000, PAGE, RW, ANON | MAP_FIXED), EINVAL);
    EXPECT_EQ(map_error((void *)0xfffff000, PAGE, RW, ANON | MAP_FIXED), EINVAL);
    EXPECT_EQ(map_error(L4_GetKernelInterface(), PAGE, RW, ANON | MAP_FIXED_NOREPLACE), EEXIST);
    EXPECT_EQ(munmap(p, PAGE), 0);
}

/* M8: allocating a lot never lands on the startup page, KIP or UTCB area. */
TEST(mmap_of_many_pages_never_lands_on_a_reserved_area)
{
    uintptr_t page[40];
    bool low = true;
    for (int i = 0; i < 40; i++) {
        page[i] = 0x4000;
        EXPECT_EQ(hurd_vm_allocate(&page[i], PAGE, 0, 0), 0);
        low = low &&
              (page[i] < HURD_STARTUP_ADDR || page[i] >= HURD_STARTUP_ADDR + HURD_STARTUP_SIZE);
        *(volatile int *)page[i] = i;
    }
    EXPECT(low);
    EXPECT_EQ(page[0], 0x4000);
    EXPECT_EQ(*(uint32_t *)L4_GetKernelInterface(), 0x4be6344c);
    for (int i = 0; i < 40; i++) {
        EXPECT_EQ(*(volatile int *)page[i], i);
        EXPECT_EQ(hurd_vm_deallocate(page[i], PAGE), 0);
    }
}

/* ---- munmap ---- */

static void unmap_part(unsigned first, unsigned end)
{
    struct hurd_mm_counters before;
    char *p = map(8);
    touch(p, 8);
    before = counters();
    EXPECT_EQ(munmap(p + first * PAGE, (end - first) * PAGE), 0);
    EXPECT_EQ(counters().frames_returned - before.frames_returned, end - first);
    EXPECT(intact(p, 0, first) && intact(p, end, 8));
    EXPECT(mmap(p + first * PAGE, (end - first) * PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) ==
           p + first * PAGE);
    EXPECT(is_zero(p + first * PAGE, (end - first) * PAGE));
    EXPECT(intact(p, 0, first) && intact(p, end, 8));
    EXPECT_EQ(munmap(p, 8 * PAGE), 0);
}

TEST(munmap_of_the_front_keeps_the_rest) { unmap_part(0, 3); }
TEST(munmap_of_the_middle_keeps_both_sides) { unmap_part(3, 5); }
TEST(munmap_of_the_end_keeps_the_front) { unmap_part(5, 8); }
TEST(munmap_of_a_whole_region_takes_all) { unmap_part(0, 8); }

TEST(munmap_across_regions_skips_the_hole_between)
{
    char *p = map(12);
    touch(p, 12);
    EXPECT_EQ(munmap(p + 4 * PAGE, 4 * PAGE), 0);
    EXPECT_EQ(mprotect(p + 8 * PAGE, 4 * PAGE, PROT_READ), 0);
    struct hurd_mm_counters before = counters();
    EXPECT_EQ(munmap(p + 2 * PAGE, 8 * PAGE), 0);
    EXPECT_EQ(counters().frames_returned - before.frames_returned, 4);
    EXPECT(intact(p, 0, 2) && intact(p, 10, 12));
    EXPECT_EQ(munmap(p, 12 * PAGE), 0);
}

TEST(munmap_of_a_hole_does_nothing)
{
    char *p = map(4);
    EXPECT_EQ(munmap(p, 4 * PAGE), 0);
    EXPECT_EQ(munmap(p, 4 * PAGE), 0);
}

TEST(munmap_refuses_ranges_that_are_none)
{
    char *p = map(1);
    EXPECT_EQ(unmap_error(p + 1, PAGE), EINVAL);
    EXPECT_EQ(unmap_error(p, 0), EINVAL);
    EXPECT_EQ(unmap_error(p, (size_t)-1), EINVAL);
    EXPECT_EQ(unmap_error((void *)0xbffff000, 2 * PAGE), EINVAL);
    EXPECT_EQ(unmap_error(NULL, PAGE), EINVAL);
    EXPECT_EQ(munmap(p, PAGE), 0);
}

TEST(munmap_refuses_reserved_areas_and_changes_nothing)
{
    uintptr_t below = 0x4000;
    EXPECT_EQ(hurd_vm_allocate(&below, 4 * PAGE, HURD_VM_HERE, 0), 0);
    touch((char *)below, 4);
    EXPECT_EQ(unmap_error((void *)HURD_STARTUP_ADDR, PAGE), EINVAL);
    EXPECT_EQ(unmap_error((void *)below, 8 * PAGE), EINVAL);
    EXPECT(intact((char *)below, 0, 4));
    EXPECT_EQ(hurd_vm_deallocate(below, 4 * PAGE), 0);
}

TEST(munmap_gives_the_frames_back_to_physmem)
{
    struct hurd_pm_control_info before, after;
    char *p = map(50);
    touch(p, 50);
    EXPECT_EQ(hurd_pm_control_info(physmem(), control(), &before), 0);
    EXPECT_EQ(munmap(p, 50 * PAGE), 0);
    EXPECT_EQ(hurd_pm_control_info(physmem(), control(), &after), 0);
    EXPECT_EQ(before.used - after.used, 50);
}

/* ---- mprotect ---- */

TEST(mprotect_keeps_the_data)
{
    char *p = map(6);
    touch(p, 6);
    EXPECT_EQ(mprotect(p + 2 * PAGE, 2 * PAGE, PROT_NONE), 0);
    EXPECT(intact(p, 0, 2) && intact(p, 4, 6));
    EXPECT_EQ(mprotect(p + 2 * PAGE, 2 * PAGE, PROT_READ), 0);
    EXPECT(intact(p, 0, 6));
    EXPECT_EQ(mprotect(p, 6 * PAGE, RW), 0);
    touch(p, 6);
    EXPECT(intact(p, 0, 6));
    EXPECT_EQ(munmap(p, 6 * PAGE), 0);
}

TEST(mprotect_of_a_range_with_a_hole_says_nomem)
{
    char *p = map(4);
    EXPECT_EQ(munmap(p + PAGE, PAGE), 0);
    EXPECT_EQ(protect_error(p, 4 * PAGE, PROT_READ), ENOMEM);
    EXPECT_EQ(protect_error(p + PAGE, PAGE, PROT_READ), ENOMEM);
    *(volatile char *)p = 1;            /* the part before the hole is as it was */
    EXPECT_EQ(munmap(p, 4 * PAGE), 0);
}

TEST(mprotect_refuses_ranges_and_rights_that_are_none)
{
    char *p = map(1);
    EXPECT_EQ(protect_error(p + 1, PAGE, PROT_READ), EINVAL);
    EXPECT_EQ(protect_error(p, PAGE, 0x40), EINVAL);
    EXPECT_EQ(protect_error((void *)HURD_STARTUP_ADDR, PAGE, PROT_READ), EINVAL);
    EXPECT_EQ(protect_error((void *)0xc0000000, PAGE, PROT_READ), ENOMEM);
    EXPECT_EQ(protect_error(p, (size_t)-PAGE, PROT_READ), ENOMEM);
    EXPECT_EQ(protect_error(p, (size_t)-1, PROT_READ), ENOMEM);
    EXPECT_EQ(mprotect(p, 0, PROT_READ), 0);
    EXPECT_EQ(munmap(p, PAGE), 0);
}

TEST(mprotect_cannot_make_the_programs_text_writable)
{
    uintptr_t text = (uintptr_t)strtok & ~(uintptr_t)(PAGE - 1);
    EXPECT_EQ(protect_error((void *)text, PAGE, RW), EACCES);
}

/* ---- hurd_vm_allocate, hurd_vm_deallocate ---- */

TEST(vm_allocate_here_is_exact_or_eexist)
{
    uintptr_t at = 0x20000000, same = at + PAGE;
    EXPECT_EQ(hurd_vm_allocate(&at, 4 * PAGE, HURD_VM_HERE | HURD_VM_ZEROFILL, 0), 0);
    EXPECT_EQ(at, 0x20000000);
    EXPECT_EQ(hurd_vm_allocate(&same, PAGE, HURD_VM_HERE, 0), EEXIST);
    EXPECT_EQ(same, 0x20000000 + PAGE);
    EXPECT_EQ(hurd_vm_deallocate(at, 4 * PAGE), 0);
}

TEST(vm_allocate_refuses_what_is_not_whole_pages)
{
    uintptr_t at = 0;
    EXPECT_EQ(hurd_vm_allocate(&at, 0, 0, 0), EINVAL);
    EXPECT_EQ(hurd_vm_allocate(&at, PAGE + 1, 0, 0), EINVAL);
    at = 0x20000010;
    EXPECT_EQ(hurd_vm_allocate(&at, PAGE, HURD_VM_HERE, 0), EINVAL);
    EXPECT_EQ(hurd_vm_allocate(&at, PAGE, 0x1000, 0), EINVAL);
    EXPECT_EQ(hurd_vm_deallocate(0x20000010, PAGE), EINVAL);
    EXPECT_EQ(hurd_vm_deallocate(0x20000000, 0), EINVAL);
}

TEST(vm_allocate_without_a_gap_says_enospc)
{
    uintptr_t at = 0;
    EXPECT_EQ(hurd_vm_allocate(&at, 0xbfff0000, 0, 0), ENOSPC);
}

TEST(vm_allocate_now_takes_no_faults_later)
{
    uintptr_t at = 0;
    EXPECT_EQ(hurd_vm_allocate(&at, 40 * PAGE, 0, 1), 0);
    struct hurd_mm_counters before = counters();
    EXPECT(is_zero((char *)at, PAGE));
    touch((char *)at, 40);
    EXPECT(intact((char *)at, 0, 40));
    EXPECT_EQ(counters().faults, before.faults);
    EXPECT_EQ(hurd_vm_deallocate(at, 40 * PAGE), 0);
    EXPECT_EQ(counters().frames_returned - before.frames_returned, 40);
}

TEST(vm_allocate_now_beyond_the_guarantee_leaves_nothing_behind)
{
    struct hurd_pm_control_info before, after;
    uintptr_t at = 0x30000000;
    for (int i = 0; i < 2; i++) {       /* with swap, the first shortage starts the library's threads */
        EXPECT_EQ(hurd_pm_control_info(physmem(), control(), &before), 0);
        EXPECT_EQ(hurd_vm_allocate(&at, (before.guarantee + 1) * PAGE, HURD_VM_HERE, 1), ENOMEM);
    }
    EXPECT_EQ(hurd_pm_control_info(physmem(), control(), &after), 0);
    EXPECT_EQ(after.used, before.used);
    EXPECT_EQ(hurd_vm_allocate(&at, PAGE, HURD_VM_HERE, 0), 0);
    EXPECT_EQ(hurd_vm_deallocate(at, PAGE), 0);
}

TEST(vm_deallocate_of_everything_else_is_refused_because_of_the_pager)
{
    EXPECT_EQ(hurd_vm_deallocate(0x4000, 0xbfff0000 - 0x4000), EINVAL);
}

/* ---- records ---- */

/* Every second page has other rights, so that each is a region of its own, until the records are
 * used up. */
int child_regions(void)
{
    enum { PAGES = 8192 };
    char *p = map(PAGES);
    unsigned i = 0;
    errno = 0;
    while (i < PAGES && mprotect(p + i * PAGE, PAGE, PROT_READ) == 0)
        i += 2;
    if (i <= 500 || i >= PAGES || errno != ENOMEM)
        return 70;
    if (!is_zero(p + PAGE, 1))
        return 71;
    p[PAGE] = 1;
    if (munmap(p, PAGES * PAGE) != 0)
        return 72;
    p = map(4);
    if (mprotect(p + PAGE, PAGE, PROT_READ) != 0)
        return 73;
    touch(p, 1);
    return munmap(p, 4 * PAGE) == 0 ? 0 : 74;
}

TEST(mprotect_without_records_says_nomem_and_the_space_stays_usable)
{
    EXPECT_EQ(child_run_with(400, "regions", 0, NULL), 0);
}

static unsigned frames_used(void)
{
    struct hurd_pm_control_info info = {0};
    EXPECT_EQ(hurd_pm_control_info(physmem(), control(), &info), 0);
    return info.used;
}

/* The records grow with what a task may use, and go back. */
TEST(ten_thousand_regions_are_no_mistake)
{
    enum { PAGES = 20000 };
    const unsigned before = frames_used();
    char *p = map(PAGES);
    bool good = true;
    for (unsigned i = 0; i < PAGES; i += 2)
        good = good && mprotect(p + i * PAGE, PAGE, PROT_READ) == 0;
    EXPECT(good);
    EXPECT(frames_used() > before + 150);
    EXPECT_EQ(munmap(p, PAGES * PAGE), 0);
    EXPECT(frames_used() <= before + 16);
}

/* A run of frames is one record; when there are no more, frames join their neighbours by taking the
 * gap as well. */
TEST(touching_every_second_page_works_beyond_the_records)
{
    enum { PAGES = 2400 };
    char *p = map(PAGES);
    for (unsigned i = 0; i < PAGES; i += 2)
        *(volatile unsigned *)(p + i * PAGE) = i;
    bool good = true;
    for (unsigned i = 0; i < PAGES; i += 2)
        good = good && *(volatile unsigned *)(p + i * PAGE) == i;
    EXPECT(good);
    EXPECT_EQ(munmap(p, PAGES * PAGE), 0);
}

/* ---- counting ---- */

/* Twice: the first time, pages of this very code may come in between the two that count. */
TEST(faults_are_counted_as_the_kernel_counts_them)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    struct hurd_task_info before = {0}, after;
    L4_ThreadId_t task = L4_ThreadIdOfRaw(data->task.server);
    uint32_t before_ours = 0, after_ours = 0;
    for (int round = 0; round < 2; round++) {
        char *p = map(30);
        EXPECT_EQ(hurd_task_info(task, data->task.cap, 0, &before), 0);
        before_ours = counters().faults;
        touch(p, 30);
        EXPECT_EQ(hurd_task_info(task, data->task.cap, 0, &after), 0);
        after_ours = counters().faults;
        EXPECT_EQ(munmap(p, 30 * PAGE), 0);
    }
    if (before.faults_own == HURD_TASK_UNKNOWN) {
        printf("# this kernel does not count faults\n");
        return;
    }
    EXPECT_EQ(before.faults_own, before_ours);
    EXPECT_EQ(after.faults_own, after_ours);
    EXPECT(after_ours - before_ours >= 30);                 /* more if physmem takes pages away */
    EXPECT_EQ(after.faults_other, before.faults_other);
}

/* Pages that go away, as physmem may do at any time: here we flush them ourselves. */
static void lose(const void *p, unsigned pages)
{
    for (unsigned i = 0; i < pages; i++)
        L4_Flush(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)p + i * PAGE, 12), 7));
}

static int initialised = 4711;
static int zero_at_start;

TEST(pages_that_are_taken_away_come_back_by_faults)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    char *p = map(20);
    touch(p, 20);
    lose(p, 20);
    struct hurd_mm_counters before = counters();
    EXPECT(intact(p, 0, 20));
    EXPECT(counters().faults > before.faults);
    EXPECT(counters().faults <= before.faults + 3);         /* neighbours come along */
    EXPECT_EQ(munmap(p, 20 * PAGE), 0);
    initialised++;
    zero_at_start--;
    lose(&initialised, 1);
    lose(&zero_at_start, 1);
    lose((void *)(uintptr_t)strtok, 1);
    lose((void *)(uintptr_t)region_tests, 1);
    lose(data, 1);
    EXPECT_EQ(initialised, 4712);
    EXPECT_EQ(zero_at_start, -1);
    EXPECT(strtok((char[]){"a b"}, " ") != NULL);
    EXPECT(region_tests[0].run != NULL);
    EXPECT_EQ(data->size, sizeof *data);
}

/* Only the write right goes, as when physmem makes a copy. */
TEST(pages_that_became_read_only_are_writable_after_a_fault)
{
    char *p = map(2);
    touch(p, 2);
    struct hurd_mm_counters before = counters();
    L4_Flush(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)p, 12), 2));
    EXPECT(intact(p, 0, 2));
    *(volatile unsigned *)p = 77;
    EXPECT(counters().faults > before.faults);
    EXPECT_EQ(*(volatile unsigned *)p, 77);
    EXPECT_EQ(munmap(p, 2 * PAGE), 0);
}

/* A copy-on-write copy keeps what was there when it was made. */
TEST(copy_of_anonymous_memory_keeps_the_old_contents)
{
    L4_Word_t c;
    uintptr_t at = 0;
    char *p = map(4);
    touch(p, 4);
    EXPECT_EQ(hurd_pm_container_create(physmem(), control(), 0, &c), 0);
    EXPECT_EQ(hurd_pm_container_copy(physmem(), hurd_mm_memory_container(), (L4_Word_t)p, c, 0,
                                     4 * PAGE, 0, NULL),
              0);
    for (int i = 0; i < 4; i++)
        *(volatile unsigned *)(p + i * PAGE) = 1000;
    EXPECT_EQ(hurd_vm_map_container(&at, 4 * PAGE, 0, HURD_VM_READ, c, 0), 0);
    EXPECT(intact((char *)at, 0, 4));
    EXPECT_EQ(*(volatile unsigned *)(p + PAGE), 1000);
    EXPECT_EQ(hurd_vm_deallocate(at, 4 * PAGE), 0);
    EXPECT_EQ(munmap(p, 4 * PAGE), 0);
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), c), 0);
}

/* ---- no more records ---- */

/* Cuts a large region until there are no records left for it. */
static bool records_use_up(void)
{
    enum { MANY = 4000 };
    char *p = mmap(NULL, MANY * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (unsigned i = 1; p != MAP_FAILED && i < MANY; i += 2)
        if (mprotect(p + i * PAGE, PAGE, PROT_READ))
            return errno == ENOMEM;
    return false;
}

static uint32_t frames_held(void)
{
    return counters().frames_taken - counters().frames_returned;
}

/* A run of pages before a hole, one at the start of another region; then no records are left. */
int child_no_records(void)
{
    char *p = mmap(NULL, 40 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(p + 4 * PAGE, 4 * PAGE);
    memset(p, 1, 4 * PAGE);
    if (!records_use_up())
        return 1;
    uint32_t before = frames_held();
    p[10 * PAGE] = 1;                   /* the run before it lies in another region */
    if (frames_held() != before + 1)
        return 2;
    p[15 * PAGE] = 1;                   /* the gap between is made part of the run */
    if (frames_held() != before + 6)
        return 3;
    for (unsigned i = 11; i < 15; i++)
        p[i * PAGE] = 1;
    if (frames_held() != before + 6)
        return 4;
    return 50;
}

TEST(without_records_a_gap_is_filled_in_the_region_alone)
{
    EXPECT_EQ(child_run_with(400, "no_records", 0, NULL), 50);
}

const struct test region_tests[] = {
    T(mmap_gives_zeroes_that_take_no_memory_until_they_are_touched),
    T(mmap_rounds_the_length_up_to_pages),
    T(mmap_takes_a_free_hint_and_another_place_for_a_taken_one),
    T(mmap_fixed_replaces_what_is_there),
    T(mmap_fixed_noreplace_refuses_what_is_taken),
    T(mmap_of_nothing_is_refused),
    T(mmap_wants_either_private_or_shared),
    T(mmap_refuses_flags_and_protections_that_it_does_not_know),
    T(mmap_of_a_file_says_that_there_is_none_or_that_it_cannot_be_mapped),
    T(mmap_of_more_than_the_space_says_nomem),
    T(mmap_fixed_refuses_addresses_that_are_not_the_programs),
    T(mmap_of_many_pages_never_lands_on_a_reserved_area),
    T(munmap_of_the_front_keeps_the_rest),
    T(munmap_of_the_middle_keeps_both_sides),
    T(munmap_of_the_end_keeps_the_front),
    T(munmap_of_a_whole_region_takes_all),
    T(munmap_across_regions_skips_the_hole_between),
    T(munmap_of_a_hole_does_nothing),
    T(munmap_refuses_ranges_that_are_none),
    T(munmap_refuses_reserved_areas_and_changes_nothing),
    T(munmap_gives_the_frames_back_to_physmem),
    T(mprotect_keeps_the_data),
    T(mprotect_of_a_range_with_a_hole_says_nomem),
    T(mprotect_refuses_ranges_and_rights_that_are_none),
    T(mprotect_cannot_make_the_programs_text_writable),
    T(vm_allocate_here_is_exact_or_eexist),
    T(vm_allocate_refuses_what_is_not_whole_pages),
    T(vm_allocate_without_a_gap_says_enospc),
    T(vm_allocate_now_takes_no_faults_later),
    T(vm_allocate_now_beyond_the_guarantee_leaves_nothing_behind),
    T(vm_deallocate_of_everything_else_is_refused_because_of_the_pager),
    T(ten_thousand_regions_are_no_mistake),
    T(mprotect_without_records_says_nomem_and_the_space_stays_usable),
    T(touching_every_second_page_works_beyond_the_records),
    T(faults_are_counted_as_the_kernel_counts_them),
    T(pages_that_are_taken_away_come_back_by_faults),
    T(pages_that_became_read_only_are_writable_after_a_fault),
    T(copy_of_anonymous_memory_keeps_the_old_contents),
    T(without_records_a_gap_is_filled_in_the_region_alone),
    {NULL, NULL},
};
