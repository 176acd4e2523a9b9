/* SPDX-License-Identifier: MIT */
/* Stores with operations, and the policies that choose which of their pages go out. */
#include <errno.h>
#include <l4/ipc.h>
#include <l4/space.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "own_policy.h"
#include "suite.h"

enum { RW = HURD_VM_READ | HURD_VM_WRITE, PAGES = 256 };

/* A "disk" of one word a page, from which the whole page follows; writes are checked against that.
 * */
static struct {
    struct hurd_store store;
    volatile uint32_t word[PAGES];
    volatile unsigned fetches, fetched, cleans, cleaned, released, torn;
    int fetch_error, clean_error;
    void *volatile last;                /* the frame that was filled last */
    volatile bool hold, in_clean;
} disk;

static uint32_t pattern(uint32_t word, unsigned i)
{
    return word * 2654435761u + i;
}

static void page_fill(uint32_t *page, uint32_t word)
{
    page[0] = word;
    for (unsigned i = 1; i < PAGE / 4; i++)
        page[i] = pattern(word, i);
}

static bool page_is_whole(const uint32_t *page)
{
    for (unsigned i = 1; i < PAGE / 4; i++)
        if (page[i] != pattern(page[0], i))
            return false;
    return true;
}

static int disk_fetch(void *hook, uintptr_t offset, void *const *page, unsigned pages)
{
    EXPECT(hook == &disk);
    for (unsigned i = 0; i < pages; i++) {
        disk.fetched++;
        page_fill(page[i], disk.word[offset / PAGE + i]);
        disk.last = page[i];
    }
    disk.fetches++;
    return disk.fetch_error;
}

static int disk_clean(void *hook, uintptr_t offset, void *const *page, unsigned pages)
{
    EXPECT(hook == &disk);
    disk.in_clean = true;
    while (disk.hold)
        L4_Sleep(L4_TimePeriod(1000));
    for (unsigned i = 0; i < pages && !disk.clean_error; i++) {
        disk.torn += !page_is_whole(page[i]);
        disk.word[offset / PAGE + i] = *(uint32_t *)page[i];
        disk.cleaned++;
    }
    disk.cleans++;
    return disk.clean_error;
}

static void disk_release(void *hook, uintptr_t offset, uintptr_t size)
{
    EXPECT(hook == &disk);
    disk.released += size ? size / PAGE : 1000 + offset;
}

static const struct hurd_store_ops disk_ops = {disk_fetch, disk_clean, disk_release, RW};
static const struct hurd_store_ops rom_ops = {disk_fetch, NULL, NULL, HURD_VM_READ};

static volatile uint32_t *disk_open_as(const struct hurd_store_ops *ops, unsigned rights)
{
    uintptr_t at = 0;
    memset((void *)&disk, 0, sizeof disk);
    for (unsigned i = 0; i < PAGES; i++)
        disk.word[i] = 1000 + i;
    EXPECT_EQ(hurd_store_create(&disk.store, &disk, ops), 0);
    EXPECT_EQ(hurd_store_bind_to_vm(&disk.store, 0, PAGES * PAGE, 0, rights, &at), 0);
    return (volatile uint32_t *)at;
}

static volatile uint32_t *disk_open(void)
{
    return disk_open_as(&disk_ops, RW);
}

static void disk_close(volatile uint32_t *p)
{
    EXPECT_EQ(hurd_vm_deallocate((uintptr_t)p, PAGES * PAGE), 0);
    EXPECT_EQ(hurd_store_destroy(&disk.store), 0);
    EXPECT_EQ(disk.torn, 0);
}

static volatile uint32_t *page(volatile uint32_t *p, unsigned n)
{
    return p + n * (PAGE / 4);
}

/* ---- in and out ---- */

TEST(paged_store_fetches_each_page_once_while_there_is_memory)
{
    struct hurd_mm_counters before = counters();
    volatile uint32_t *p = disk_open();
    for (int round = 0; round < 2; round++)
        for (unsigned i = 0; i < 40; i++)
            EXPECT(*page(p, i) == 1000 + i && page_is_whole((uint32_t *)page(p, i)));
    EXPECT_EQ(disk.fetched, 40);
    EXPECT_EQ(counters().fetched - before.fetched, 40);
    EXPECT_EQ(counters().evicted, before.evicted);
    EXPECT_EQ(disk.cleaned, 0);
    disk_close(p);
    EXPECT_EQ(disk.released, 1000);
}

static unsigned limited(volatile uint32_t *p, unsigned frames, const struct hurd_policy_ops *ops)
{
    unsigned policy = 0;
    EXPECT_EQ(hurd_policy_create(ops, frames, 0, &policy), 0);
    EXPECT_EQ(hurd_vm_set_policy((uintptr_t)p, PAGES * PAGE, policy), 0);
    return policy;
}

static void unlimited(volatile uint32_t *p, unsigned policy)
{
    disk_close(p);
    EXPECT_EQ(hurd_policy_destroy(policy), 0);
}

TEST(clean_pages_are_dropped_and_fetched_again)
{
    volatile uint32_t *p = disk_open();
    unsigned policy = limited(p, 10, &hurd_policy_fifo);
    struct hurd_mm_counters before = counters();
    for (int round = 0; round < 2; round++)
        for (unsigned i = 0; i < 20; i++)
            EXPECT_EQ(*page(p, i), 1000 + i);
    EXPECT_EQ(disk.fetched, 40);
    EXPECT_EQ(counters().evicted - before.evicted, 30);
    EXPECT_EQ(disk.cleaned, 0);
    unlimited(p, policy);
}

static uint32_t seed = 4711;
static uint32_t any(uint32_t below)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % below;
}

/* Writes whole patterns at random pages and checks what it reads, 3,000 times. */
static void random_work(volatile uint32_t *p, uint32_t *is, unsigned rounds)
{
    for (unsigned i = 0; i < PAGES; i++)
        is[i] = 1000 + i;
    for (unsigned n = 0; n < rounds; n++) {
        unsigned i = any(PAGES);
        if (any(3) == 0)
            page_fill((uint32_t *)page(p, i), is[i] = n + 5000);
        EXPECT_EQ(*page(p, i), is[i]);
        EXPECT(page_is_whole((uint32_t *)page(p, i)));
    }
}

static uint32_t model[PAGES];

static void changed_pages_survive(const struct hurd_policy_ops *ops)
{
    volatile uint32_t *p = disk_open();
    unsigned policy = limited(p, 24, ops);
    random_work(p, model, 1500);
    EXPECT(disk.cleaned > 100);
    EXPECT_EQ(hurd_store_sync(&disk.store, 0, PAGES * PAGE), 0);
    for (unsigned i = 0; i < PAGES; i++)
        EXPECT_EQ(disk.word[i], model[i]);
    unlimited(p, policy);
}

TEST(changed_pages_go_out_and_come_back_under_clock) { changed_pages_survive(&hurd_policy_clock); }
TEST(changed_pages_go_out_and_come_back_under_fifo) { changed_pages_survive(&hurd_policy_fifo); }
TEST(changed_pages_go_out_and_come_back_under_mru) { changed_pages_survive(&hurd_policy_mru); }
TEST(changed_pages_go_out_and_come_back_under_random)
{
    changed_pages_survive(&hurd_policy_random);
}
TEST(changed_pages_go_out_and_come_back_under_2q) { changed_pages_survive(&hurd_policy_2q); }
TEST(changed_pages_go_out_and_come_back_under_the_programs_own)
{
    changed_pages_survive(&own_policy);
}
TEST(changed_pages_survive_a_policy_that_lies) { changed_pages_survive(&liar_policy); }

/* The count that the policy's definition gives: a loop over one page more than there are frames. */
static unsigned loop_fetches(const struct hurd_policy_ops *ops, unsigned frames, unsigned pages,
                             unsigned rounds)
{
    volatile uint32_t *p = disk_open();
    unsigned policy = limited(p, frames, ops);
    for (unsigned round = 0; round < rounds; round++)
        for (unsigned i = 0; i < pages; i++)
            EXPECT_EQ(*page(p, i), 1000 + i);
    unsigned fetched = disk.fetched;
    unlimited(p, policy);
    return fetched;
}

TEST(a_loop_over_more_than_there_is_misses_always_under_clock_and_seldom_under_mru)
{
    EXPECT_EQ(loop_fetches(&hurd_policy_clock, 20, 22, 10), 220);
    EXPECT_EQ(loop_fetches(&hurd_policy_fifo, 20, 22, 10), 220);
    EXPECT(loop_fetches(&hurd_policy_mru, 20, 22, 10) < 60);
}

/* Page 0 is used all the time: CLOCK sees it in the accessed bit and keeps it, but for the first
 * turn, when all pages have been used and it is the oldest. */
TEST(clock_keeps_what_is_used_and_fifo_does_not)
{
    for (int clock = 0; clock < 2; clock++) {
        volatile uint32_t *p = disk_open();
        unsigned policy = limited(p, 8, clock ? &hurd_policy_clock : &hurd_policy_fifo), again = 0;
        for (unsigned i = 1; i < 100; i++) {
            unsigned before = disk.fetched;
            (void)*page(p, 0);
            again += disk.fetched - before;
            (void)*page(p, i);
        }
        if (clock)
            EXPECT_EQ(again, 2);
        else
            EXPECT(again > 10);
        unlimited(p, policy);
    }
}

TEST(a_policy_can_be_replaced_while_it_is_in_use)
{
    static const struct hurd_policy_ops *const ops[] = {&hurd_policy_2q, &hurd_policy_mru,
                                                        &own_policy, &hurd_policy_random,
                                                        &hurd_policy_clock};
    volatile uint32_t *p = disk_open();
    unsigned policy = limited(p, 16, &hurd_policy_fifo);
    for (unsigned i = 0; i < 5; i++) {
        for (unsigned n = 0; n < 50; n++) {
            unsigned at = any(PAGES);
            EXPECT_EQ(*page(p, at), 1000 + at);
        }
        EXPECT_EQ(hurd_policy_replace(policy, ops[i], 0), 0);
    }
    EXPECT_EQ(hurd_policy_replace(HURD_POLICY_TASK, &hurd_policy_2q, 0), 0);
    EXPECT_EQ(hurd_policy_replace(HURD_POLICY_TASK, &hurd_policy_clock, 0), 0);
    unlimited(p, policy);
}

TEST(a_policy_gets_fewer_frames_and_its_pages_go_as_others_come)
{
    unsigned char in_core[PAGES];
    unsigned n = 0;
    volatile uint32_t *p = disk_open();
    unsigned policy = limited(p, 0, &hurd_policy_fifo);
    for (unsigned i = 0; i < 40; i++)
        (void)*page(p, i);
    EXPECT_EQ(hurd_policy_limit(policy, 5), 0);
    (void)*page(p, 100);
    EXPECT_EQ(mincore((void *)p, PAGES * PAGE, in_core), 0);
    for (unsigned i = 0; i < PAGES; i++)
        n += in_core[i];
    EXPECT_EQ(n, 5);
    EXPECT(in_core[100] && in_core[39] && !in_core[0]);
    unlimited(p, policy);
}

TEST(the_programs_own_policy_hears_everything)
{
    volatile uint32_t *p = disk_open();
    unsigned policy = limited(p, 4, &own_policy);
    memset((void *)&own_counts, 0, sizeof own_counts);
    for (unsigned i = 0; i < 4; i++)
        (void)*page(p, i);
    *page(p, 2) = 1002;
    *page(p, 2) = 1002;
    (void)*page(p, 4);                  /* page 1 goes, then 3, then 0 */
    (void)*page(p, 6);
    (void)*page(p, 8);
    EXPECT_EQ(own_counts.faults, 7);
    EXPECT_EQ(own_counts.touched, 1);   /* the first write to a page that was only read */
    EXPECT_EQ(own_counts.dirty, 1);
    EXPECT_EQ(own_counts.victims, 3);
    EXPECT_EQ(own_counts.forgotten, 3);
    EXPECT_EQ(posix_madvise((void *)page(p, 2), PAGE, POSIX_MADV_DONTNEED), 0);
    EXPECT_EQ(own_counts.hints, 1);
    EXPECT_EQ(own_counts.advice, HURD_VM_COLD);
    unsigned char in_core[9];
    EXPECT_EQ(mincore((void *)p, 9 * PAGE, in_core), 0);
    EXPECT(in_core[2] && in_core[4] && in_core[6] && in_core[8]);
    unlimited(p, policy);
    EXPECT_EQ(own_counts.forgotten, 7);
}

TEST(posix_madvise_dontneed_makes_a_page_the_next_to_go)
{
    unsigned char in_core[9];
    volatile uint32_t *p = disk_open();
    unsigned policy = limited(p, 4, &hurd_policy_fifo);
    for (unsigned i = 0; i < 4; i++)
        (void)*page(p, i);
    EXPECT_EQ(posix_madvise((void *)page(p, 2), PAGE, POSIX_MADV_DONTNEED), 0);
    (void)*page(p, 8);
    EXPECT_EQ(mincore((void *)p, 9 * PAGE, in_core), 0);
    EXPECT(in_core[0] && in_core[1] && !in_core[2] && in_core[3] && in_core[8]);
    unlimited(p, policy);
}

TEST(policy_calls_refuse_each_bad_argument)
{
    static struct hurd_policy_ops unwired;
    unsigned policy = 0, more[HURD_POLICIES], n = 0;
    volatile uint32_t *p = disk_open();
    unwired = hurd_policy_fifo;
    EXPECT_EQ(hurd_policy_create(&unwired, 4, 0, &policy), EINVAL);
    EXPECT_EQ(hurd_policy_create(NULL, 4, 0, &policy), EINVAL);
    EXPECT_EQ(hurd_policy_create(&half_a_policy, 4, 0, &policy), EINVAL);
    EXPECT_EQ(hurd_policy_replace(HURD_POLICY_TASK, &unwired, 0), EINVAL);
    EXPECT_EQ(hurd_policy_replace(7, &hurd_policy_fifo, 0), ENOENT);
    EXPECT_EQ(hurd_policy_limit(99, 0), ENOENT);
    EXPECT_EQ(hurd_policy_destroy(HURD_POLICY_TASK), ENOENT);
    EXPECT_EQ(hurd_policy_destroy(3), ENOENT);
    EXPECT_EQ(hurd_vm_set_policy((uintptr_t)p, PAGE, 5), ENOENT);
    policy = limited(p, 4, &hurd_policy_fifo);
    EXPECT_EQ(hurd_policy_destroy(policy), EBUSY);
    EXPECT_EQ(hurd_vm_set_policy((uintptr_t)p + 1, PAGE, policy), EINVAL);
    EXPECT_EQ(hurd_vm_set_policy(0x4000, PAGE, policy), ENOMEM);
    while (n < HURD_POLICIES && hurd_policy_create(&hurd_policy_fifo, 1, 0, &more[n]) == 0)
        n++;
    EXPECT_EQ(n, HURD_POLICIES - 2);
    EXPECT_EQ(hurd_policy_create(&hurd_policy_fifo, 1, 0, &policy), EAGAIN);
    while (n)
        EXPECT_EQ(hurd_policy_destroy(more[--n]), 0);
    (void)*page(p, 0);
    EXPECT_EQ(hurd_vm_set_policy((uintptr_t)p, PAGES * PAGE, HURD_POLICY_TASK), 0);
    EXPECT_EQ(hurd_policy_destroy(policy), EBUSY);      /* a page has it */
    EXPECT_EQ(hurd_store_discard(&disk.store, 0, PAGE), 0);
    EXPECT_EQ(hurd_policy_destroy(policy), 0);
    disk_close(p);
}

/* As physmem may do at any time: the mapping that the region's is made from goes. */
TEST(a_page_whose_frame_was_unmapped_comes_back_without_a_fetch)
{
    volatile uint32_t *p = disk_open();
    for (int changed = 0; changed < 2; changed++) {
        page_fill((uint32_t *)page(p, 5), 1005);
        (void)*page(p, 6 + changed);
        if (changed)
            page_fill((uint32_t *)page(p, 7), 777);
        L4_Flush(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)disk.last, 12), L4_FullyAccessible));
        EXPECT_EQ(*page(p, 6 + changed), changed ? 777 : 1006);
        EXPECT(page_is_whole((uint32_t *)page(p, 6 + changed)));
        L4_Flush(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)disk.last, 12), L4_FullyAccessible));
        EXPECT_EQ(hurd_store_sync(&disk.store, 0, PAGES * PAGE), 0);
    }
    EXPECT_EQ(disk.fetched, 3);
    EXPECT_EQ(disk.word[7], 777);
    disk_close(p);
}

/* ---- sync, discard, locks ---- */

TEST(msync_writes_what_was_changed_and_only_that)
{
    volatile uint32_t *p = disk_open();
    for (unsigned i = 0; i < 30; i++)
        (void)*page(p, i);
    for (unsigned i = 10; i < 15; i++)
        page_fill((uint32_t *)page(p, i), 7000 + i);
    EXPECT_EQ(msync((void *)p, 30 * PAGE, MS_SYNC), 0);
    EXPECT_EQ(disk.cleaned, 5);
    EXPECT_EQ(disk.cleans, 1);                          /* neighbours go together */
    EXPECT(disk.word[9] == 1009 && disk.word[10] == 7010 && disk.word[14] == 7014);
    EXPECT_EQ(msync((void *)p, 30 * PAGE, MS_SYNC), 0);
    EXPECT_EQ(disk.cleaned, 5);
    page_fill((uint32_t *)page(p, 12), 8000);           /* it was read-only since then */
    EXPECT_EQ(msync((void *)p, 30 * PAGE, MS_SYNC), 0);
    EXPECT_EQ(disk.cleaned, 6);
    EXPECT_EQ(disk.word[12], 8000);
    disk_close(p);
}

TEST(msync_async_does_not_wait)
{
    volatile uint32_t *p = disk_open();
    page_fill((uint32_t *)page(p, 3), 7);
    disk.hold = true;
    EXPECT_EQ(msync((void *)p, 8 * PAGE, MS_ASYNC), 0);
    EXPECT_EQ(disk.word[3], 1003);
    EXPECT_EQ(hurd_store_discard(&disk.store, 3 * PAGE, PAGE), EBUSY);
    EXPECT_EQ(*page(p, 3), 7);                          /* to be seen meanwhile */
    page_fill((uint32_t *)page(p, 3), 7);               /* ... and changed: it goes once more */
    disk.hold = false;
    EXPECT_EQ(msync((void *)p, 8 * PAGE, MS_SYNC), 0);
    EXPECT_EQ(disk.word[3], 7);
    EXPECT_EQ(disk.cleaned, 2);
    disk_close(p);
}

TEST(msync_says_eio_when_the_store_does_and_the_page_stays_changed)
{
    volatile uint32_t *p = disk_open();
    page_fill((uint32_t *)page(p, 3), 7);
    disk.clean_error = EIO;
    errno = 0;
    EXPECT_EQ(msync((void *)p, 8 * PAGE, MS_SYNC), -1);
    EXPECT_EQ(errno, EIO);
    EXPECT_EQ(disk.word[3], 1003);
    disk.clean_error = 0;
    EXPECT_EQ(hurd_store_sync(&disk.store, 0, PAGES * PAGE), 0);
    EXPECT_EQ(disk.word[3], 7);
    disk_close(p);
}

TEST(a_store_that_cannot_be_written_to_loses_no_change)
{
    volatile uint32_t *p = disk_open();
    unsigned policy = limited(p, 4, &hurd_policy_fifo);
    page_fill((uint32_t *)page(p, 0), 7);
    disk.clean_error = EIO;
    for (unsigned i = 1; i < 20; i++)
        EXPECT_EQ(*page(p, i), 1000 + i);               /* page 0 is tried, and stays */
    EXPECT_EQ(*page(p, 0), 7);
    disk.clean_error = 0;
    for (unsigned i = 1; i < 20; i++)
        EXPECT_EQ(*page(p, i), 1000 + i);
    EXPECT_EQ(disk.word[0], 7);
    unlimited(p, policy);
}

TEST(discard_forgets_changes)
{
    volatile uint32_t *p = disk_open();
    for (unsigned i = 0; i < 8; i++)
        page_fill((uint32_t *)page(p, i), 7);
    EXPECT_EQ(hurd_store_discard(&disk.store, 2 * PAGE, 3 * PAGE), 0);
    EXPECT_EQ(disk.released, 3);
    for (unsigned i = 0; i < 8; i++)
        EXPECT_EQ(*page(p, i), i >= 2 && i < 5 ? 1000 + i : 7);
    EXPECT_EQ(disk.cleaned, 0);
    EXPECT_EQ(hurd_store_discard(&disk.store, 1, PAGE), EINVAL);
    EXPECT_EQ(hurd_store_discard(&disk.store, 0, 0), EINVAL);
    EXPECT_EQ(hurd_store_sync(&disk.store, 0xfffff000, 2 * PAGE), EINVAL);
    disk_close(p);
}

TEST(locked_pages_of_a_store_stay)
{
    volatile uint32_t *p = disk_open();
    unsigned policy = limited(p, 10, &hurd_policy_fifo);
    (void)*page(p, 0);
    EXPECT_EQ(mlock((void *)p, 3 * PAGE), 0);
    EXPECT_EQ(disk.fetched, 3);
    for (unsigned i = 10; i < 60; i++)
        (void)*page(p, i);
    EXPECT_EQ(hurd_store_discard(&disk.store, 0, PAGE), EBUSY);
    unsigned before = disk.fetched;
    for (unsigned i = 0; i < 3; i++)
        EXPECT_EQ(*page(p, i), 1000 + i);
    EXPECT_EQ(disk.fetched, before);
    EXPECT_EQ(munlock((void *)p, 3 * PAGE), 0);
    for (unsigned i = 10; i < 60; i++)
        (void)*page(p, i);
    before = disk.fetched;
    (void)*page(p, 0);
    EXPECT_EQ(disk.fetched, before + 1);
    unlimited(p, policy);
}

TEST(madvise_sequential_fetches_ahead_in_one_call)
{
    volatile uint32_t *p = disk_open();
    EXPECT_EQ(madvise((void *)p, PAGES * PAGE, MADV_SEQUENTIAL), 0);
    for (unsigned i = 0; i < 64; i++)
        EXPECT_EQ(*page(p, i), 1000 + i);
    EXPECT_EQ(disk.fetched, 64);
    EXPECT_EQ(disk.fetches, 4);
    disk_close(p);
}

TEST(a_paged_store_bound_twice_is_one)
{
    uintptr_t other = 0;
    volatile uint32_t *p = disk_open();
    EXPECT_EQ(hurd_store_bind_to_vm(&disk.store, 4 * PAGE, 4 * PAGE, 0, HURD_VM_READ, &other), 0);
    EXPECT_EQ(*page((uint32_t *)other, 1), 1005);
    page_fill((uint32_t *)page(p, 5), 77);
    EXPECT_EQ(*page((uint32_t *)other, 1), 77);
    EXPECT_EQ(hurd_store_destroy(&disk.store), EBUSY);
    EXPECT_EQ(hurd_vm_deallocate(other, 4 * PAGE), 0);
    EXPECT_EQ(*page(p, 5), 77);
    EXPECT_EQ(disk.fetched, 1);
    disk_close(p);
}

TEST(a_store_without_clean_cannot_be_written_to)
{
    static const struct hurd_store_ops bad[] = {{NULL, NULL, NULL, HURD_VM_READ},
                                                {disk_fetch, NULL, NULL, RW},
                                                {disk_fetch, disk_clean, NULL, 0x17}};
    struct hurd_store none;
    uintptr_t at = 0;
    for (unsigned i = 0; i < 3; i++)
        EXPECT_EQ(hurd_store_create(&none, NULL, &bad[i]), EINVAL);
    volatile uint32_t *p = disk_open_as(&rom_ops, HURD_VM_READ);
    EXPECT_EQ(*page(p, 9), 1009);
    EXPECT_EQ(hurd_store_bind_to_vm(&disk.store, 0, PAGE, 0, RW, &at), EACCES);
    EXPECT_EQ(hurd_vm_protect((uintptr_t)p, PAGE, RW), EACCES);
    EXPECT_EQ(hurd_store_cache(&disk.store, 0, PAGE, 0, 0), EINVAL);
    EXPECT_EQ(hurd_store_flush(&disk.store, 0, PAGE), EINVAL);
    disk_close(p);
}

TEST(paged_frames_go_back_when_others_need_them)
{
    struct hurd_pm_control_info info;
    volatile uint32_t *p = disk_open();
    for (unsigned i = 0; i < 200; i++)
        *page(p, i) = *page(p, i);
    EXPECT_EQ(hurd_pm_control_info(physmem(), control(), &info), 0);
    unsigned n = info.guarantee - info.used + 150;
    char *q = mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (unsigned i = 0; i < n; i++)
        q[i * PAGE] = 1;
    EXPECT(disk.cleaned >= 140);
    EXPECT_EQ(munmap(q, n * PAGE), 0);
    for (unsigned i = 0; i < 200; i++)
        EXPECT_EQ(*page(p, i), 1000 + i);
    disk_close(p);
}

/* ---- what goes wrong ---- */

int child_fetch_refused(void)
{
    volatile uint32_t *p = disk_open();
    disk.fetch_error = EIO;
    return (int)*page(p, 3) + 100;
}

TEST(a_page_that_does_not_come_ends_the_task)
{
    EXPECT_EQ(child_run("fetch_refused", 0, NULL), HURD_MM_STATUS_SEGV);
}

/* All memory but so many frames is taken by pages that cannot go out.  Returns 0 or the child's
 * status. */
static int take_all_but(unsigned frames)
{
    struct hurd_pm_control_info info;
    if (hurd_pm_control_info(physmem(), control(), &info) != 0)
        return 60;
    unsigned n = info.guarantee - info.used;
    if (n <= frames)
        return 61;
    n -= frames;
    char *q = mmap(NULL, n * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (unsigned i = 0; i < n; i++)
        q[i * PAGE] = 1;
    return 0;
}

int child_few_frames(void)
{
    volatile uint32_t *p = disk_open();
    (void)*page(p, 0);
    *page(p, 1) = 1001;
    if (hurd_store_sync(&disk.store, 0, PAGES * PAGE) != 0)
        return 59;
    int status = take_all_but(8);
    if (status)
        return status;
    random_work(p, model, 600);
    return disk.torn || disk.fetched < 400 ? 62 : 0;
}

TEST(eviction_makes_progress_with_eight_frames_left)
{
    EXPECT_EQ(child_run_with(400, "few_frames", 0, NULL), 0);
}

static volatile bool goes_deep;

/* It touches stack that the worker has not touched yet, so the worker needs frames of its own. */
static int deep_fetch(void *hook, uintptr_t offset, void *const *page, unsigned pages)
{
    volatile char stack[3 * PAGE];
    for (unsigned i = 0; goes_deep && i < sizeof stack; i += PAGE)
        stack[i] = 1;
    return disk_fetch(hook, offset, page, pages);
}

/* No page may go for the worker's stack, since a policy with frames of its own keeps them: its
 * stack gets frames of the reserve.  The next pages that leave fill the reserve again, and one more
 * must leave for the page that is wanted. */
int child_deep_worker(void)
{
    static const struct hurd_store_ops deep_ops = {deep_fetch, disk_clean, NULL, RW};
    volatile uint32_t *p = disk_open_as(&deep_ops, RW);
    limited(p, 8, &hurd_policy_clock);
    for (unsigned i = 0; i < 8; i++)
        (void)*page(p, i);
    int status = take_all_but(0);
    if (status)
        return status;
    goes_deep = true;
    for (unsigned i = 8; i < 40; i++)
        if (*page(p, i) != 1000 + i)
            return 63;
    return 0;
}

TEST(a_frame_that_a_worker_took_from_the_reserve_comes_back_before_others_get_one)
{
    EXPECT_EQ(child_run_with(400, "deep_worker", 0, NULL), 0);
}

/* ---- several threads ---- */

static struct {
    volatile unsigned done, wrong;
    volatile uint32_t *p;
} crowd;

static void crowd_work(void *argument)
{
    uint32_t state = (uint32_t)(uintptr_t)argument * 77 + 5;
    for (int n = 0; n < 300; n++) {
        state = state * 1664525 + 1013904223;
        unsigned i = (state >> 8) % PAGES;
        crowd.wrong += *page(crowd.p, i) != 1000 + i;
        if (state & 1)
            *(page(crowd.p, i) + 7) = pattern(1000 + i, 7); /* what is there */
    }
    __atomic_add_fetch(&crowd.done, 1, __ATOMIC_RELAXED);
}

TEST(four_threads_page_in_and_out_of_one_store)
{
    L4_ThreadId_t thread;
    crowd.p = disk_open();
    crowd.done = crowd.wrong = 0;
    unsigned policy = limited(crowd.p, 12, &hurd_policy_clock);
    for (uintptr_t i = 0; i < 4; i++)
        EXPECT_EQ(hurd_thread_start(&thread, crowd_work, (void *)i, 0), 0);
    for (int i = 0; i < 10000 && crowd.done < 4; i++)
        L4_Sleep(L4_TimePeriod(1000));
    EXPECT_EQ(crowd.done, 4);
    EXPECT_EQ(crowd.wrong, 0);
    unlimited(crowd.p, policy);
}

const struct test paged_tests[] = {
    T(paged_store_fetches_each_page_once_while_there_is_memory),
    T(clean_pages_are_dropped_and_fetched_again),
    T(changed_pages_go_out_and_come_back_under_clock),
    T(changed_pages_go_out_and_come_back_under_fifo),
    T(changed_pages_go_out_and_come_back_under_mru),
    T(changed_pages_go_out_and_come_back_under_random),
    T(changed_pages_go_out_and_come_back_under_2q),
    T(changed_pages_go_out_and_come_back_under_the_programs_own),
    T(changed_pages_survive_a_policy_that_lies),
    T(a_loop_over_more_than_there_is_misses_always_under_clock_and_seldom_under_mru),
    T(clock_keeps_what_is_used_and_fifo_does_not),
    T(a_policy_can_be_replaced_while_it_is_in_use),
    T(a_policy_gets_fewer_frames_and_its_pages_go_as_others_come),
    T(the_programs_own_policy_hears_everything),
    T(posix_madvise_dontneed_makes_a_page_the_next_to_go),
    T(policy_calls_refuse_each_bad_argument),
    T(a_page_whose_frame_was_unmapped_comes_back_without_a_fetch),
    T(msync_writes_what_was_changed_and_only_that),
    T(msync_async_does_not_wait),
    T(msync_says_eio_when_the_store_does_and_the_page_stays_changed),
    T(a_store_that_cannot_be_written_to_loses_no_change),
    T(discard_forgets_changes),
    T(locked_pages_of_a_store_stay),
    T(madvise_sequential_fetches_ahead_in_one_call),
    T(a_paged_store_bound_twice_is_one),
    T(a_store_without_clean_cannot_be_written_to),
    T(paged_frames_go_back_when_others_need_them),
    T(a_page_that_does_not_come_ends_the_task),
    T(eviction_makes_progress_with_eight_frames_left),
    T(a_frame_that_a_worker_took_from_the_reserve_comes_back_before_others_get_one),
    T(four_threads_page_in_and_out_of_one_store),
    {NULL, NULL},
};
