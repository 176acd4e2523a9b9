/* SPDX-License-Identifier: MIT */
/* The rest of <sys/mman.h>: msync, madvise, mlock, mincore, mremap, and the break; what they do,
 * and each error that the standard names. */
#include <errno.h>
#include <l4/kip.h>
#include <l4/thread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "suite.h"

enum { RW = PROT_READ | PROT_WRITE, ANON = MAP_PRIVATE | MAP_ANONYMOUS };

static char *map_with(unsigned pages, int protection, int flags)
{
    char *p = mmap(NULL, pages * PAGE, protection, ANON | flags, -1, 0);
    EXPECT(p != MAP_FAILED);
    return p;
}

static char *map(unsigned pages)
{
    return map_with(pages, RW, 0);
}

static void unmap(char *p, unsigned pages)
{
    EXPECT_EQ(munmap(p, pages * PAGE), 0);
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

/* The pages in core, a digit each. */
static const char *resident(char *p, unsigned pages)
{
    static char text[64];
    unsigned char vector[63];
    EXPECT_EQ(mincore(p, pages * PAGE, vector), 0);
    for (unsigned i = 0; i < pages; i++)
        text[i] = vector[i] == 1 ? '1' : vector[i] == 0 ? '0' : '?';
    text[pages] = 0;
    return text;
}

static bool resident_is(char *p, const char *wanted)
{
    const char *is = resident(p, (unsigned)strlen(wanted));
    if (strcmp(is, wanted) != 0)
        printf("# in core: %s, wanted %s\n", is, wanted);
    return strcmp(is, wanted) == 0;
}

static uint32_t faults_of(char *p, unsigned pages)
{
    uint32_t before = counters().faults;
    touch(p, pages);
    return counters().faults - before;
}

/* errno of a call that must return -1. */
#define ERROR_OF(call) (errno = 0, EXPECT((call) == -1) ? errno : 0)

/* ---- mmap's other flags ---- */

TEST(mmap_populate_takes_no_faults_later)
{
    char *p = map_with(40, RW, MAP_POPULATE);
    EXPECT_EQ(faults_of(p, 40), 0);
    unmap(p, 40);
}

TEST(mmap_populate_beyond_the_guarantee_comes_when_it_is_touched)
{
    struct hurd_pm_control_info info;
    EXPECT_EQ(hurd_pm_control_info(physmem(), control(), &info), 0);
    char *p = map_with(info.guarantee + 1, RW, MAP_POPULATE);
    EXPECT(resident_is(p, "000"));
    p[PAGE] = 1;
    EXPECT(resident_is(p, "010"));
    unmap(p, info.guarantee + 1);
}

TEST(mmap_populate_without_access_is_no_mistake)
{
    char *p = map_with(3, PROT_NONE, MAP_POPULATE);
    EXPECT_EQ(mprotect(p, 3 * PAGE, RW), 0);
    touch(p, 3);
    unmap(p, 3);
}

TEST(mmap_takes_flags_that_say_nothing_new)
{
    char *p = map_with(2, RW, MAP_NORESERVE | MAP_STACK);
    touch(p, 2);
    unmap(p, 2);
}

TEST(mmap_locked_is_in_core_and_refuses_to_be_forgotten)
{
    char *p = map_with(4, RW, MAP_LOCKED);
    EXPECT(resident_is(p, "1111"));
    EXPECT_EQ(ERROR_OF(madvise(p, PAGE, MADV_DONTNEED)), EINVAL);
    EXPECT_EQ(munlock(p, 4 * PAGE), 0);
    EXPECT_EQ(madvise(p, PAGE, MADV_DONTNEED), 0);
    EXPECT(resident_is(p, "0111"));
    unmap(p, 4);
}

/* ---- msync ---- */

TEST(msync_of_anonymous_memory_does_nothing)
{
    char *p = map(3);
    touch(p, 3);
    EXPECT_EQ(msync(p, 3 * PAGE, MS_SYNC), 0);
    EXPECT_EQ(msync(p, 1, MS_ASYNC | MS_INVALIDATE), 0);
    EXPECT_EQ(msync(p, 0, MS_ASYNC), 0);
    EXPECT(intact(p, 0, 3));
    unmap(p, 3);
}

TEST(msync_refuses_each_bad_argument)
{
    char *p = map(3);
    EXPECT_EQ(ERROR_OF(msync(p + 1, PAGE, MS_SYNC)), EINVAL);
    EXPECT_EQ(ERROR_OF(msync(p, PAGE, MS_SYNC | MS_ASYNC)), EINVAL);
    EXPECT_EQ(ERROR_OF(msync(p, PAGE, 0)), EINVAL);
    EXPECT_EQ(ERROR_OF(msync(p, PAGE, MS_INVALIDATE)), EINVAL);
    EXPECT_EQ(ERROR_OF(msync(p, PAGE, MS_SYNC | 0x100)), EINVAL);
    EXPECT_EQ(ERROR_OF(msync(p, (size_t)-PAGE, MS_SYNC)), ENOMEM);
    unmap(p + PAGE, 1);
    EXPECT_EQ(ERROR_OF(msync(p, 3 * PAGE, MS_SYNC)), ENOMEM);
    EXPECT_EQ(mlock(p, PAGE), 0);
    EXPECT_EQ(ERROR_OF(msync(p, PAGE, MS_ASYNC | MS_INVALIDATE)), EBUSY);
    EXPECT_EQ(msync(p, PAGE, MS_ASYNC), 0);
    unmap(p, 3);
}

/* ---- madvise ---- */

TEST(madvise_dontneed_forgets_and_gives_the_frames_back)
{
    char *p = map(8);
    touch(p, 8);
    struct hurd_mm_counters before = counters();
    EXPECT_EQ(madvise(p + 2 * PAGE, 3 * PAGE, MADV_DONTNEED), 0);
    EXPECT_EQ(counters().frames_returned - before.frames_returned, 3);
    EXPECT(resident_is(p, "11000111"));
    EXPECT(intact(p, 0, 2) && intact(p, 5, 8));
    EXPECT_EQ(*(volatile unsigned *)(p + 3 * PAGE), 0);
    EXPECT(resident_is(p, "11010111"));
    unmap(p, 8);
}

TEST(madvise_free_forgets_as_well)
{
    char *p = map(4);
    touch(p, 4);
    EXPECT_EQ(madvise(p, 4 * PAGE, MADV_FREE), 0);
    unsigned is = *(volatile unsigned *)(p + PAGE);
    EXPECT(is == 2 || is == 0);
    *(volatile unsigned *)(p + PAGE) = 7;
    EXPECT_EQ(*(volatile unsigned *)(p + PAGE), 7);
    unmap(p, 4);
}

TEST(posix_madvise_dontneed_keeps_the_contents)
{
    char *p = map(4);
    touch(p, 4);
    EXPECT_EQ(posix_madvise(p, 4 * PAGE, POSIX_MADV_DONTNEED), 0);
    EXPECT(intact(p, 0, 4));
    unmap(p, 4);
}

TEST(madvise_willneed_brings_the_pages)
{
    char *p = map(40);
    *(volatile unsigned *)(p + 3 * PAGE) = 4;
    EXPECT_EQ(madvise(p + PAGE, 38 * PAGE, MADV_WILLNEED), 0);
    EXPECT_EQ(*(volatile unsigned *)(p + 3 * PAGE), 4);
    EXPECT_EQ(faults_of(p, 40), 2);
    EXPECT_EQ(posix_madvise(p, 40 * PAGE, POSIX_MADV_WILLNEED), 0);
    unmap(p, 40);
}

TEST(madvise_sequential_brings_pages_ahead_of_the_program)
{
    char *p = map(64);
    EXPECT_EQ(madvise(p, 48 * PAGE, MADV_SEQUENTIAL), 0);
    EXPECT_EQ(faults_of(p, 64), 3 + 16);
    EXPECT(intact(p, 0, 64));
    unmap(p, 64);
}

TEST(madvise_sequential_stops_at_what_is_there)
{
    char *p = map(16);
    EXPECT_EQ(madvise(p, 16 * PAGE, MADV_SEQUENTIAL), 0);
    *(volatile unsigned *)(p + 5 * PAGE) = 6;
    EXPECT(resident_is(p, "0000011111111111"));
    *(volatile unsigned *)(p + PAGE) = 2;
    EXPECT(resident_is(p, "0111111111111111"));
    EXPECT_EQ(*(volatile unsigned *)(p + 5 * PAGE), 6);
    unmap(p, 16);
}

TEST(madvise_random_and_normal_change_what_comes_along)
{
    char *p = map_with(16, RW, MAP_POPULATE);
    touch(p, 16);
    EXPECT_EQ(madvise(p, 16 * PAGE, MADV_RANDOM), 0);
    EXPECT_EQ(mprotect(p, 16 * PAGE, PROT_NONE), 0);
    EXPECT_EQ(mprotect(p, 16 * PAGE, RW), 0);
    EXPECT_EQ(faults_of(p, 16), 16);
    EXPECT_EQ(madvise(p, 16 * PAGE, MADV_NORMAL), 0);
    EXPECT_EQ(mprotect(p, 16 * PAGE, PROT_NONE), 0);
    EXPECT_EQ(mprotect(p, 16 * PAGE, RW), 0);
    EXPECT_EQ(faults_of(p, 16), 1);
    unmap(p, 16);
}

TEST(madvise_refuses_each_bad_argument)
{
    char *p = map(3);
    EXPECT_EQ(ERROR_OF(madvise(p + 1, PAGE, MADV_NORMAL)), EINVAL);
    EXPECT_EQ(ERROR_OF(madvise(p, PAGE, 99)), EINVAL);
    EXPECT_EQ(ERROR_OF(madvise(p, PAGE, -1)), EINVAL);
    EXPECT_EQ(ERROR_OF(madvise(p, (size_t)-PAGE, MADV_NORMAL)), ENOMEM);
    EXPECT_EQ(madvise(p, 0, MADV_NORMAL), 0);
    EXPECT_EQ(posix_madvise(p + 1, PAGE, POSIX_MADV_NORMAL), EINVAL);
    EXPECT_EQ(posix_madvise(p, PAGE, 5), EINVAL);
    EXPECT_EQ(posix_madvise(p, PAGE, -1), EINVAL);
    unmap(p + PAGE, 1);
    EXPECT_EQ(ERROR_OF(madvise(p, 3 * PAGE, MADV_RANDOM)), ENOMEM);
    EXPECT_EQ(ERROR_OF(madvise(p, 3 * PAGE, MADV_DONTNEED)), ENOMEM);
    EXPECT_EQ(posix_madvise(p, 3 * PAGE, POSIX_MADV_WILLNEED), ENOMEM);
    uintptr_t text = (uintptr_t)strtok & ~(uintptr_t)(PAGE - 1);
    EXPECT_EQ(ERROR_OF(madvise((void *)text, PAGE, MADV_FREE)), EINVAL);
    EXPECT_EQ(madvise((void *)text, PAGE, MADV_DONTNEED), 0);
    unmap(p, 3);
}

/* ---- mlock ---- */

TEST(mlock_brings_pages_in_and_they_stay)
{
    char *p = map(6);
    EXPECT_EQ(mlock(p + PAGE + 100, 2 * PAGE), 0);
    EXPECT(resident_is(p, "011100"));
    EXPECT_EQ(faults_of(p + PAGE, 3), 0);
    EXPECT_EQ(ERROR_OF(madvise(p, 6 * PAGE, MADV_DONTNEED)), EINVAL);
    EXPECT_EQ(munlock(p + PAGE, 3 * PAGE), 0);
    EXPECT_EQ(madvise(p, 6 * PAGE, MADV_DONTNEED), 0);
    EXPECT(resident_is(p, "000000"));
    unmap(p, 6);
}

TEST(mlock_refuses_each_bad_argument_and_more_than_there_is)
{
    struct hurd_pm_control_info info;
    char *p = map(4);
    EXPECT_EQ(mlock(p, 0), 0);
    EXPECT_EQ(ERROR_OF(mlock(p, (size_t)-1)), ENOMEM);
    EXPECT_EQ(ERROR_OF(munlock(p, (size_t)-PAGE)), ENOMEM);
    unmap(p + PAGE, 1);
    EXPECT_EQ(ERROR_OF(mlock(p, 2 * PAGE)), ENOMEM);
    EXPECT_EQ(ERROR_OF(munlock(p, 2 * PAGE)), ENOMEM);
    EXPECT_EQ(mprotect(p + 2 * PAGE, PAGE, PROT_NONE), 0);
    EXPECT_EQ(ERROR_OF(mlock(p + 2 * PAGE, PAGE)), ENOMEM);
    unmap(p, 4);
    EXPECT_EQ(hurd_pm_control_info(physmem(), control(), &info), 0);
    p = map(info.guarantee + 1);
    EXPECT_EQ(ERROR_OF(mlock(p, (info.guarantee + 1) * PAGE)), EAGAIN);
    EXPECT_EQ(madvise(p, PAGE, MADV_DONTNEED), 0);
    unmap(p, info.guarantee + 1);
}

int child_lock_all(void)
{
    char *before = map(3);
    if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
        return errno == EAGAIN ? 20 : 21;
    char *after = map(3);
    if (!resident_is(before, "111") || !resident_is(after, "111"))
        return 22;
    errno = 0;
    if (mmap(NULL, 4000 * PAGE, RW, ANON, -1, 0) != MAP_FAILED || errno != EAGAIN)
        return 23;
    if (munlockall() != 0)
        return 24;
    char *later = map(3);
    if (!resident_is(later, "000") || madvise(before, 3 * PAGE, MADV_DONTNEED) != 0)
        return 25;
    return 0;
}

TEST(mlockall_holds_for_what_is_there_and_what_comes)
{
    EXPECT_EQ(child_run_with(700, "lock_all", 0, NULL), 0);
}

TEST(mlockall_says_again_without_so_much_memory)
{
    EXPECT_EQ(child_run_with(128, "lock_all", 0, NULL), 20);
}

TEST(mlockall_refuses_flags_that_are_none)
{
    EXPECT_EQ(ERROR_OF(mlockall(0)), EINVAL);
    EXPECT_EQ(ERROR_OF(mlockall(MCL_CURRENT | 0x40)), EINVAL);
    EXPECT_EQ(munlockall(), 0);
}

/* ---- mincore ---- */

TEST(mincore_knows_what_was_touched)
{
    static unsigned char vector[2100];
    char *p = map(2100);
    p[5 * PAGE] = p[1030 * PAGE] = p[2099 * PAGE] = 1;
    EXPECT_EQ(mincore(p, 2099 * PAGE + 1, vector), 0);
    unsigned n = 0;
    for (unsigned i = 0; i < 2100; i++)
        n += vector[i];
    EXPECT_EQ(n, 3);
    EXPECT(vector[5] == 1 && vector[1030] == 1 && vector[2099] == 1);
    unmap(p, 2100);
}

TEST(mincore_refuses_each_bad_argument)
{
    unsigned char vector[4];
    char *p = map(4);
    EXPECT_EQ(ERROR_OF(mincore(p + 1, PAGE, vector)), EINVAL);
    EXPECT_EQ(ERROR_OF(mincore(p, (size_t)-1, vector)), ENOMEM);
    EXPECT_EQ(mincore(p, 0, vector), 0);
    unmap(p + 2 * PAGE, 1);
    EXPECT_EQ(ERROR_OF(mincore(p, 4 * PAGE, vector)), ENOMEM);
    unmap(p, 4);
}

/* ---- mremap ---- */

static int remap_error(void *p, size_t old, size_t new, int flags, void *to)
{
    errno = 0;
    return EXPECT(mremap(p, old, new, flags, to) == MAP_FAILED) ? errno : 0;
}

TEST(mremap_grows_and_shrinks_in_place)
{
    char *p = map(8);
    unmap(p + 4 * PAGE, 4);
    touch(p, 4);
    EXPECT(mremap(p, 4 * PAGE, 7 * PAGE, 0) == p);
    touch(p + 4 * PAGE, 3);
    EXPECT(intact(p, 0, 4));
    struct hurd_mm_counters before = counters();
    EXPECT(mremap(p, 7 * PAGE, 2 * PAGE + 1, 0) == p);
    EXPECT_EQ(counters().frames_returned - before.frames_returned, 4);
    EXPECT(intact(p, 0, 3));
    EXPECT_EQ(ERROR_OF(msync(p, 4 * PAGE, MS_SYNC)), ENOMEM);
    unmap(p, 3);
}

/* With holes, so that several runs move; and no page is copied. */
TEST(mremap_moves_pages_and_their_contents)
{
    struct hurd_pm_control_info before, after;
    char *p = map(12);
    touch(p, 3);
    *(volatile unsigned *)(p + 5 * PAGE) = 6;
    *(volatile unsigned *)(p + 9 * PAGE) = 10;
    char *wall = mmap(p + 12 * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0);
    EXPECT_EQ(hurd_pm_control_info(physmem(), control(), &before), 0);
    EXPECT_EQ(remap_error(p, 12 * PAGE, 20 * PAGE, 0, NULL), ENOMEM);
    char *q = mremap(p, 12 * PAGE, 20 * PAGE, MREMAP_MAYMOVE);
    EXPECT(q != MAP_FAILED && q != p);
    EXPECT_EQ(hurd_pm_control_info(physmem(), control(), &after), 0);
    EXPECT_EQ(after.used, before.used);
    EXPECT(resident_is(q, "11100100010000000000"));
    EXPECT(intact(q, 0, 3) && intact(q, 5, 6) && intact(q, 9, 10));
    EXPECT_EQ(ERROR_OF(msync(p, PAGE, MS_SYNC)), ENOMEM);
    EXPECT(mmap(p, 12 * PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0) == p);
    EXPECT_EQ(*(volatile unsigned *)p, 0);
    unmap(p, 12);
    unmap(wall, 1);
    unmap(q, 20);
}

TEST(mremap_of_the_middle_leaves_both_ends)
{
    char *p = map(9), *to = map(4);
    touch(p, 9);
    touch(to, 4);
    EXPECT(mremap(p + 3 * PAGE, 3 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to + PAGE) ==
           to + PAGE);
    EXPECT(intact(p, 0, 3) && intact(p, 6, 9));
    EXPECT(intact(to, 0, 1) && intact(to, 3, 4));
    EXPECT_EQ(*(volatile unsigned *)(to + PAGE), 4);
    EXPECT_EQ(*(volatile unsigned *)(to + 2 * PAGE), 5);
    EXPECT_EQ(ERROR_OF(msync(p + 3 * PAGE, PAGE, MS_SYNC)), ENOMEM);
    EXPECT_EQ(ERROR_OF(msync(p + 5 * PAGE, PAGE, MS_SYNC)), ENOMEM);
    unmap(p, 9);
    unmap(to, 4);
}

TEST(mremap_moves_a_mapped_container)
{
    L4_Word_t c = 0;
    uintptr_t at = 0;
    EXPECT_EQ(hurd_pm_container_create(physmem(), control(), 0, &c), 0);
    EXPECT_EQ(hurd_pm_container_allocate(physmem(), c, 0, 0, 4 * PAGE, NULL), 0);
    EXPECT_EQ(hurd_vm_map_container(&at, 4 * PAGE, 0, HURD_VM_READ | HURD_VM_WRITE, c, 0), 0);
    touch((char *)at, 4);
    char *to = map(4);
    EXPECT(mremap((char *)at + PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to);
    EXPECT_EQ(*(volatile unsigned *)to, 2);
    EXPECT_EQ(*(volatile unsigned *)(to + PAGE), 3);
    EXPECT(intact((char *)at, 0, 1) && intact((char *)at, 3, 4));
    unmap((char *)at, 4);
    unmap(to, 4);
    EXPECT_EQ(hurd_pm_container_destroy(physmem(), c), 0);
}

static int place(uintptr_t at)
{
    errno = 0;
    void *p = mmap((void *)at, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
    if (p != MAP_FAILED)
        unmap(p, 1);
    return errno;
}

/* There is no room behind it, not even in the space. */
TEST(mremap_moves_the_last_page_of_the_space)
{
    uintptr_t last = 0x80000000, end = 0xfffff000;
    while (end - last > PAGE) {
        uintptr_t middle = last + ((end - last) / 2 & ~(uintptr_t)(PAGE - 1));
        *(place(middle) == EINVAL ? &end : &last) = middle;
    }
    while (place(last) != 0)
        last -= PAGE;                   /* the pager's own pages may be there */
    char *p = mmap((void *)last, PAGE, RW, ANON | MAP_FIXED, -1, 0);
    EXPECT(p == (char *)last);
    touch(p, 1);
    size_t size = end - last + 4 * PAGE;
    EXPECT_EQ(remap_error(p, PAGE, size, 0, NULL), ENOMEM);
    char *q = mremap(p, PAGE, size, MREMAP_MAYMOVE);
    EXPECT(q != MAP_FAILED && q != p && intact(q, 0, 1));
    EXPECT_EQ(munmap(q, size), 0);
}

TEST(mremap_refuses_each_bad_argument_and_changes_nothing)
{
    char *p = map(8);
    touch(p, 8);
    EXPECT_EQ(remap_error(p + 1, PAGE, PAGE, 0, NULL), EINVAL);
    EXPECT_EQ(remap_error(p, 0, PAGE, 0, NULL), EINVAL);
    EXPECT_EQ(remap_error(p, PAGE, 0, 0, NULL), EINVAL);
    EXPECT_EQ(remap_error(p, PAGE, PAGE, 0x40, NULL), EINVAL);
    EXPECT_EQ(remap_error(p, PAGE, PAGE, MREMAP_FIXED, p + 20 * PAGE), EINVAL);
    EXPECT_EQ(remap_error(p, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + PAGE), EINVAL);
    EXPECT_EQ(remap_error(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 5 * PAGE + 1), EINVAL);
    EXPECT_EQ(remap_error(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, L4_GetKernelInterface()),
              EINVAL);
    EXPECT_EQ(remap_error((void *)HURD_STARTUP_ADDR, PAGE, PAGE, MREMAP_MAYMOVE, NULL), EINVAL);
    EXPECT_EQ(remap_error(p, PAGE, 0xc0000000, MREMAP_MAYMOVE, NULL), EINVAL);
    EXPECT_EQ(remap_error(p, PAGE, (size_t)-1, MREMAP_MAYMOVE, NULL), ENOMEM);
    EXPECT_EQ(mprotect(p + 4 * PAGE, PAGE, PROT_READ), 0);
    EXPECT_EQ(remap_error(p, 8 * PAGE, 8 * PAGE, MREMAP_MAYMOVE, NULL), EFAULT);
    EXPECT(intact(p, 0, 8));
    unmap(p, 8);
    EXPECT_EQ(remap_error(p, PAGE, PAGE, MREMAP_MAYMOVE, NULL), EFAULT);
}

/* ---- the break ---- */

TEST(break_grows_and_shrinks)
{
    char *start = sbrk(0);
    EXPECT(start != (void *)-1);
    EXPECT(sbrk(3 * PAGE + 10) == start);
    EXPECT(sbrk(0) == start + 3 * PAGE + 10);
    touch(start, 4);
    EXPECT_EQ(brk(start + PAGE), 0);
    EXPECT(sbrk(0) == start + PAGE);
    EXPECT_EQ(brk(start + 2 * PAGE), 0);
    EXPECT(intact(start, 0, 1));
    EXPECT_EQ(*(volatile unsigned *)(start + PAGE), 0);
    EXPECT(sbrk(-2 * PAGE) == start + 2 * PAGE);
    EXPECT(sbrk(0) == start);
}

TEST(break_refuses_what_is_not_its_place)
{
    char *start = sbrk(0);
    EXPECT_EQ(ERROR_OF(brk(start - 1)), ENOMEM);
    EXPECT_EQ(ERROR_OF(brk((void *)0xbffff000)), ENOMEM);
    errno = 0;
    EXPECT(sbrk(-PAGE) == (void *)-1);
    EXPECT_EQ(errno, ENOMEM);
    errno = 0;
    EXPECT(sbrk(0x7fffffff) == (void *)-1);
    EXPECT_EQ(errno, ENOMEM);
    char *wall = mmap(start + 4 * PAGE, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
    EXPECT(wall == start + 4 * PAGE);
    EXPECT_EQ(ERROR_OF(brk(start + 5 * PAGE)), ENOMEM);
    EXPECT_EQ(brk(start + 4 * PAGE), 0);
    EXPECT_EQ(brk(start), 0);
    unmap(wall, 1);
}

TEST(sysconf_knows_the_page_and_refuses_other_names)
{
    EXPECT_EQ(sysconf(_SC_PAGESIZE), PAGE);
    EXPECT_EQ(getpagesize(), PAGE);
    EXPECT_EQ(ERROR_OF(sysconf(-7)), EINVAL);
    EXPECT_EQ(getpid(), L4_Version(L4_MyGlobalId()));
}

const struct test hint_tests[] = {
    T(mmap_populate_takes_no_faults_later),
    T(mmap_populate_beyond_the_guarantee_comes_when_it_is_touched),
    T(mmap_populate_without_access_is_no_mistake),
    T(mmap_takes_flags_that_say_nothing_new),
    T(mmap_locked_is_in_core_and_refuses_to_be_forgotten),
    T(msync_of_anonymous_memory_does_nothing),
    T(msync_refuses_each_bad_argument),
    T(madvise_dontneed_forgets_and_gives_the_frames_back),
    T(madvise_free_forgets_as_well),
    T(posix_madvise_dontneed_keeps_the_contents),
    T(madvise_willneed_brings_the_pages),
    T(madvise_sequential_brings_pages_ahead_of_the_program),
    T(madvise_sequential_stops_at_what_is_there),
    T(madvise_random_and_normal_change_what_comes_along),
    T(madvise_refuses_each_bad_argument),
    T(mlock_brings_pages_in_and_they_stay),
    T(mlock_refuses_each_bad_argument_and_more_than_there_is),
    T(mlockall_holds_for_what_is_there_and_what_comes),
    T(mlockall_says_again_without_so_much_memory),
    T(mlockall_refuses_flags_that_are_none),
    T(mincore_knows_what_was_touched),
    T(mincore_refuses_each_bad_argument),
    T(mremap_grows_and_shrinks_in_place),
    T(mremap_moves_pages_and_their_contents),
    T(mremap_of_the_middle_leaves_both_ends),
    T(mremap_moves_a_mapped_container),
    T(mremap_moves_the_last_page_of_the_space),
    T(mremap_refuses_each_bad_argument_and_changes_nothing),
    T(break_grows_and_shrinks),
    T(break_refuses_what_is_not_its_place),
    T(sysconf_knows_the_page_and_refuses_other_names),
    {NULL, NULL},
};
