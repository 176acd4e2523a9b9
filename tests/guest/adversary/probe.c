/* SPDX-License-Identifier: MIT */
/* Every page of the kernel's gigabyte: read, written, executed from user mode. */
#include "stage.h"

#define KERNEL   0xC0000000ul
#define GS_PAGE  0xE0004000ul /* read only for all: gs:0 and gs:4 are its first words */
enum { KERNEL_PAGES = 0x40000 };

static void reads_the_kernel(void)
{
    for (L4_Word_t i = 0; i < KERNEL_PAGES; i++)
        shared[0] += p_read(KERNEL + i * PAGE, 0) != MISS;
}
TEST(reading_every_kernel_page_is_a_fault)
{
    struct tally t = conduct_inside(reads_the_kernel, KERNEL_PAGES + 1);
    EXPECT(t.done);
    EXPECT_EQ(shared[0], 1);
    EXPECT_EQ(t.page_faults, KERNEL_PAGES - 1);
}

static void writes_the_kernel(void)
{
    for (L4_Word_t i = 0; i < KERNEL_PAGES; i++)
        shared[0] += p_write(KERNEL + i * PAGE, 0) != MISS;
}
TEST(writing_every_kernel_page_is_a_fault)
{
    struct tally t = conduct_inside(writes_the_kernel, KERNEL_PAGES + 1);
    EXPECT(t.done);
    EXPECT_EQ(shared[0], 0);
    EXPECT_EQ(t.page_faults, KERNEL_PAGES);
}

static void executes_the_kernel(void)
{
    assemble(BYTES("\xFF\xE3"));
    for (L4_Word_t i = 0; i < KERNEL_PAGES; i += 5) { /* 5: every page of some table's size, sooner or later */
        machine.ebx = KERNEL + i * PAGE + (i & 0xFFF);
        machine.eax = (L4_Word_t)scratch;
        shared[0] += launch();
    }
}
TEST(executing_kernel_pages_is_a_fault)
{
    struct tally t = conduct_inside(executes_the_kernel, KERNEL_PAGES / 5 + 2);
    EXPECT(t.done);
    EXPECT_EQ(shared[0], 0);
    EXPECT_EQ(t.page_faults, KERNEL_PAGES / 5 + 1);
}

TEST(the_one_page_that_can_be_read_tells_nothing)
{
    L4_ThreadId_t p = puppet();
    L4_Word_t u = performed(p, p_read, GS_PAGE, 0);
    EXPECT_EQ(u & ~0x1FFul, utcb_of(u / 512 % 128));
    EXPECT_EQ(performed(p, p_read, GS_PAGE + 4, 0), u); /* the same once more: gs:4 */
    for (L4_Word_t at = 8; at < PAGE; at += 4)
        EXPECT_EQ(performed(p, p_read, GS_PAGE + at, 0), 0);
    EXPECT_EQ(performed(p, p_write, GS_PAGE, 1), MISS);
    EXPECT_EQ(performed(p, p_write, GS_PAGE + 8, 1), MISS);
}

static void straddles(void)
{
    for (L4_Word_t at = 0xBFFFFFFD; at != 0xC0000000; at++) {
        shared[0] += p_read(at, 0) != MISS;
        shared[0] += p_write(at, 5) != MISS;
    }
}
TEST(words_across_the_end_of_user_memory_are_faults)
{
    actor(straddles);
    struct event e;
    unsigned faults = 0;
    while ((e = next_event(SOON)).what == PAGE_FAULT) {
        if (e.w[1] < 0xC0000000)
            give(e.from, 0xBFFFF000, FPAGE(pages, 12, 7), false);
        else {
            faults++;
            forgive(&e);
        }
    }
    EXPECT_EQ(e.what, DONE);
    EXPECT_EQ(faults, 6);
    EXPECT_EQ(shared[0], 0);
}

/* Instructions that read or write by themselves: strings, locked, FPU images, pushes. */
static const struct {
    const char *bytes;
    unsigned n;
} users[] = {{BYTES("\xF3\xA5")}, {BYTES("\xF3\xAB")}, {BYTES("\xF3\xA6")}, {BYTES("\xF3\xAE")}, {BYTES("\xF3\xAC")},
             {BYTES("\xF0\x0F\xBA\x2F\x00")}, {BYTES("\xF0\x0F\xC1\x07")}, {BYTES("\x87\x07")}, {BYTES("\xDD\x37")},
             {BYTES("\xDD\x27")}, {BYTES("\xD9\x27")}, {BYTES("\xD9\x37")}, {BYTES("\xDF\x27")}, {BYTES("\xDB\x3F")},
             {BYTES("\xFF\x37")}, {BYTES("\x8F\x07")}, {BYTES("\xFF\x17")}, {BYTES("\xFF\x1F")}, {BYTES("\xFF\x2F")},
             {BYTES("\x0F\xB2\x27")}, {BYTES("\xC5\x07")}, {BYTES("\x0F\x00\x07")}, {BYTES("\x0F\x01\x07")},
             {BYTES("\xD7\x90")}, {BYTES("\x62\x07")}, {BYTES("\x0F\x00\x27")}, {BYTES("\x0F\x02\x07")}};
enum { USERS = sizeof users / sizeof users[0] };
static const L4_Word_t targets[] = {0xC0000000, 0xC0018000, 0xE0000F98, 0xE0001000, 0xE0003000, 0xE0005000,
                                    0xF0000000, 0xF0100000, 0xF0110000, 0xFFFFF000, 0xFFFFFFF0, 0xFFFFFFFC};
enum { TARGETS = sizeof targets / sizeof targets[0] };

static void uses_kernel_memory(void)
{
    for (unsigned i = 0; i < USERS; i++)
        for (unsigned k = 0; k < TARGETS; k++) {
            assemble(users[i].bytes, users[i].n);
            machine.ecx = 16;
            machine.eax = 0;
            machine.esi = machine.edi = machine.ebx = targets[k];
            shared[0] += launch();
            __asm__ volatile("fninit");
        }
}
TEST(no_instruction_reads_or_writes_kernel_memory_for_its_user)
{
    actor(uses_kernel_memory);
    struct tally t = conduct(SOON, USERS * TARGETS + 1);
    EXPECT(t.done);
    EXPECT_EQ(shared[0], 0);
    EXPECT_EQ(refusals(&t), USERS * TARGETS);
}
