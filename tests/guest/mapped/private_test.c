/* SPDX-License-Identifier: MIT */
/* Private copies of a file's pages: they move with their region, and go to swap and come back.  And
 * what a child of fork() has of its parent's maps. */
#include "tests/guest/deva/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <hurd/mm.h>
#include <hurd/policy.h>

#include "tests/guest/mapped/mapped.h"

enum { PAGE = 4096, PAGES = 64, FRAMES = 16 };

static unsigned char piece[PAGE];

/* Page i of the file holds 1 + i everywhere.  Returns a private map of it. */
static unsigned char *make(void)
{
    int f = open("/p", O_RDWR | O_CREAT | O_TRUNC, 0644);
    for (unsigned i = 0; i < PAGES; i++) {
        for (unsigned at = 0; at < PAGE; at++)
            piece[at] = (unsigned char)(1 + i);
        EXPECT_EQ(write(f, piece, PAGE), PAGE);
    }
    unsigned char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, f, 0);
    EXPECT_EQ(p != MAP_FAILED, 1);
    EXPECT_EQ(close(f), 0);
    return p;
}

/* Every page is the file's, but for its first byte where the program changed it. */
static unsigned wrong(const volatile unsigned char *p, unsigned pages, unsigned first,
                      unsigned changed_every)
{
    unsigned bad = 0;
    for (unsigned i = 0; i < pages; i++) {
        unsigned char file = (unsigned char)(1 + first + i);
        bool changed = (first + i) % changed_every == 0;
        bad += p[i * PAGE] != (changed ? 200 : file);
        bad += p[i * PAGE + 1] != file || p[i * PAGE + PAGE - 1] != file;
    }
    return bad;
}

static void change(volatile unsigned char *p, unsigned every)
{
    for (unsigned i = 0; i < PAGES; i += every)
        p[i * PAGE] = 200;
}

void private_copies_move_with_their_region(void)
{
    unsigned char *p = make();
    change(p, 3);
    unsigned char *block = mmap(p + PAGES * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                                0);
    EXPECT_EQ(block != MAP_FAILED, 1);
    unsigned char *q = mremap(p, PAGES * PAGE, (PAGES + 200) * PAGE, MREMAP_MAYMOVE);
    EXPECT_EQ(q != MAP_FAILED, 1);
    EXPECT_EQ(q != p, 1);
    EXPECT_EQ(wrong(q, PAGES, 0, 3), 0);
    q[PAGE] = 201;                      /* it was read before the move, and is copied after it */
    EXPECT_EQ(q[PAGE] == 201 && q[PAGE + 1] == 2, 1);
    q[PAGE] = 2;
    /* the middle alone, so that runs of copies are cut */
    unsigned char *to = mmap(NULL, 10 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT_EQ(mremap(q + 20 * PAGE, 10 * PAGE, 10 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to,
              1);
    EXPECT_EQ(wrong(to, 10, 20, 3), 0);
    EXPECT_EQ(wrong(q, 20, 0, 3) + wrong(q + 30 * PAGE, PAGES - 30, 30, 3), 0);
    EXPECT_EQ(munmap(to, 10 * PAGE) | munmap(q, (PAGES + 200) * PAGE), 0);
    EXPECT_EQ(munmap(block, PAGE) | unlink("/p"), 0);
}

void private_copies_go_to_swap_and_come_back(void)
{
    struct hurd_mm_counters before, after;
    unsigned policy = 0;
    unsigned char *p = make();
    hurd_mm_counters(&before);
    EXPECT_EQ(hurd_policy_create(&hurd_policy_clock, FRAMES, 0, &policy), 0);
    EXPECT_EQ(hurd_vm_set_policy((uintptr_t)p, PAGES * PAGE, policy), 0);
    change(p, 1);
    for (unsigned round = 0; round < 3; round++)
        EXPECT_EQ(wrong(p, PAGES, 0, 1), 0);
    hurd_mm_counters(&after);
    printf("# private pages: %u out, %u in\n", (unsigned)(after.swapped_out - before.swapped_out),
           (unsigned)(after.swapped_in - before.swapped_in));   /* tests/system/mapped.py */
    EXPECT_EQ(mlock(p, 4 * PAGE), 0);
    EXPECT_EQ(wrong(p, 4, 0, 1), 0);
    EXPECT_EQ(munlock(p, 4 * PAGE), 0);
    unsigned char *q = mremap(p, PAGES * PAGE, (PAGES + 300) * PAGE, MREMAP_MAYMOVE);
    EXPECT_EQ(q != MAP_FAILED, 1);
    EXPECT_EQ(wrong(q, PAGES, 0, 1), 0);
    EXPECT_EQ(madvise(q, 8 * PAGE, MADV_DONTNEED), 0);  /* the file's pages show again */
    EXPECT_EQ(q[0] == 1 && q[7 * PAGE] == 8 && q[8 * PAGE] == 200, 1);
    EXPECT_EQ(munmap(q, (PAGES + 300) * PAGE), 0);
    EXPECT_EQ(hurd_policy_destroy(policy) | unlink("/p"), 0);
}

/* In the child: how many things are not as they should be. */
static unsigned child_sees(unsigned char *private, unsigned char *shared)
{
    unsigned bad = wrong(private, PAGES, 0, 3);
    private[PAGE] = 77;                         /* a copy of its own, of a page that was the file's */
    private[0] = 78;                            /* and one of a page that its parent has changed */
    bad += private[PAGE] != 77 || private[0] != 78 || private[1] != 1;
    bad += shared[5 * PAGE] != 99;              /* the parent wrote that before */
    bad += shared[9 * PAGE] != 10;              /* nobody has touched this page through this map */
    shared[6 * PAGE] = 98;
    bad += msync(shared, PAGES * PAGE, MS_SYNC) != 0;
    bad += munmap(shared, PAGES * PAGE) != 0 || munmap(private, PAGES * PAGE) != 0;
    return bad;
}

void a_child_of_fork_has_its_parents_maps(void)
{
    int status = -1;
    unsigned char *private = make();
    int f = open("/p", O_RDWR);
    unsigned char *shared = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
    EXPECT_EQ(shared != MAP_FAILED, 1);
    EXPECT_EQ(close(f), 0);
    change(private, 3);
    shared[5 * PAGE] = 99;
    EXPECT_EQ(private[5 * PAGE] == 99, 1);      /* no copy: it shows the file still */
    shared[5 * PAGE] = 6;
    EXPECT_EQ(wrong(private, PAGES, 0, 3), 0);
    shared[5 * PAGE] = 99;
    private[5 * PAGE] = 6;                      /* a copy from now on */
    pid_t child = fork();
    if (child == 0)
        _exit((int)child_sees(private, shared));
    EXPECT_EQ(child > 0, 1);
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(shared[6 * PAGE], 98);
    EXPECT_EQ(private[0] == 200 && private[PAGE] == 2, 1);
    private[6 * PAGE] = 200;                    /* a write after fork() parts from the child */
    private[7 * PAGE] = 8;
    EXPECT_EQ(private[6 * PAGE] == 200 && private[7 * PAGE] == 8, 1);
    EXPECT_EQ(munmap(shared, PAGES * PAGE) | munmap(private, PAGES * PAGE) | unlink("/p"), 0);
}
