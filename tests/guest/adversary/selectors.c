/* SPDX-License-Identifier: MIT */
/* All 65,536 selectors in every segment register, by every instruction that loads one.  Which ones pass is known
 * exactly: null, user code, user data and the UTCB's segment in data registers (each with four RPLs), user data and
 * the UTCB's segment with RPL 3 in SS, user code in CS. */
#include "stage.h"

enum { DATA = 16, STACK = 2, JUMP = 4, RETURN = 1 };

static void all_selectors(void)
{
    for (L4_Word_t selector = 0; selector < 0x10000; selector++) {
        machine.eax = selector;
        shared[0] += launch();
    }
}

static void expect_passed(const char *bytes, unsigned n, unsigned passed)
{
    assemble(bytes, n);
    struct tally t = conduct_inside(all_selectors, 0x10001);
    EXPECT(t.done);
    EXPECT_EQ(shared[0], passed);
    EXPECT_EQ(refusals(&t), 0x10000 - passed);
    EXPECT_EQ(t.exceptions[GP] + t.exceptions[NP] + t.exceptions[SS], 0x10000 - passed);
}

TEST(every_selector_by_mov_to_ds) { expect_passed(BYTES("\x8E\xD8"), DATA); }
TEST(every_selector_by_mov_to_es) { expect_passed(BYTES("\x8E\xC0"), DATA); }
TEST(every_selector_by_mov_to_fs) { expect_passed(BYTES("\x8E\xE0"), DATA); }
TEST(every_selector_by_mov_to_gs) { expect_passed(BYTES("\x8E\xE8"), DATA); }
TEST(every_selector_by_mov_to_ss) { expect_passed(BYTES("\x8E\xD0"), STACK); }
TEST(every_selector_by_pop_to_ds) { expect_passed(BYTES("\x50\x1F"), DATA); }
TEST(every_selector_by_pop_to_es) { expect_passed(BYTES("\x50\x07"), DATA); }
TEST(every_selector_by_pop_to_fs) { expect_passed(BYTES("\x50\x0F\xA1"), DATA); }
TEST(every_selector_by_pop_to_gs) { expect_passed(BYTES("\x50\x0F\xA9"), DATA); }
TEST(every_selector_by_pop_to_ss) { expect_passed(BYTES("\x50\x17"), STACK); }

/* push ax's pointer, load it from the stack: l?s esp, [esp] */
TEST(every_selector_by_lds) { expect_passed(BYTES("\x50\x50\xC5\x0C\x24"), DATA); }
TEST(every_selector_by_les) { expect_passed(BYTES("\x50\x50\xC4\x0C\x24"), DATA); }
TEST(every_selector_by_lfs) { expect_passed(BYTES("\x50\x50\x0F\xB4\x0C\x24"), DATA); }
TEST(every_selector_by_lgs) { expect_passed(BYTES("\x50\x50\x0F\xB5\x0C\x24"), DATA); }
TEST(every_selector_by_lss) { expect_passed(BYTES("\x50\x50\x0F\xB2\x0C\x24"), STACK); }

/* ---- CS.  Each target is the place where the way back stands. */
static void expect_jumps(const char *bytes, unsigned n, unsigned passed)
{
    machine.ebx = (L4_Word_t)code + n;
    expect_passed(bytes, n, passed);
}

TEST(every_selector_by_far_jump) { expect_jumps(BYTES("\x50\x53\xFF\x2C\x24"), JUMP); }
TEST(every_selector_by_far_call) { expect_jumps(BYTES("\x50\x53\xFF\x1C\x24"), JUMP); }
TEST(every_selector_by_far_return) { expect_jumps(BYTES("\x50\x53\xCB"), RETURN); }
TEST(every_selector_by_iret) { expect_jumps(BYTES("\x9C\x50\x53\xCF"), RETURN); }

/* An outer return: the stack's selector is the one that varies.  RPL 3 is no outer ring, so nothing is popped. */
TEST(every_stack_selector_behind_an_iret)
{
    machine.ebx = (L4_Word_t)code + 7;
    expect_passed(BYTES("\x50\x54\x9C\x6A\x1B\x53\xCF"), 0x10000);
}

/* ---- looking is free */
static void expect_looks(const char *bytes, unsigned n)
{
    assemble(bytes, n);
    actor(all_selectors);
    struct tally t = conduct(SOON, 16);
    EXPECT(t.done);
    EXPECT_EQ(shared[0], 0x10000);
    EXPECT_EQ(refusals(&t), 0);
}
TEST(every_selector_by_verr_and_verw) { expect_looks(BYTES("\x0F\x00\xE0\x0F\x00\xE8")); }
TEST(every_selector_by_lar_and_lsl) { expect_looks(BYTES("\x0F\x02\xC8\x0F\x03\xC8")); }

/* ---- a processor out of reset takes the first 64 KB for its LDT, and they are the user's: a page of descriptors there, among
 * them a call gate to a routine that runs in ring 0, if it is called. */
static void calls_through_an_ldt_of_ones_own(void)
{
    L4_Word_t *ldt = (L4_Word_t *)pages, at = (L4_Word_t)code + 64;
    ldt[2] = 0x00080000 | (at & 0xFFFF); /* selector 0x0F: call gate, DPL 3, to the kernel's code segment */
    ldt[3] = (at & 0xFFFF0000) | 0xEC00;
    ldt[4] = 0x0000FFFF; /* selector 0x17: flat code of ring 0, conforming */
    ldt[5] = 0x00CF9E00;
    ldt[6] = 0x0000FFFF; /* selector 0x1F: flat data of ring 3 */
    ldt[7] = 0x00CFF200;
    static const char mark[] = "\x8C\xC8\x36\xA3"; /* mov eax, cs; mov [ss:shared + 4], eax; retf */
    const L4_Word_t where = (L4_Word_t)&shared[1];
    memcpy(code + 64, mark, 4);
    memcpy(code + 68, &where, 4);
    code[72] = (char)0xCB;
    assemble(BYTES("\x9A\x00\x00\x00\x00\x0F\x00"));
    shared[0] += launch();
    assemble(BYTES("\x9A\x00\x00\x00\x00\x17\x00"));
    memcpy(code + 1, (L4_Word_t[]){(L4_Word_t)code + 64}, 4);
    shared[0] += launch();
    assemble(BYTES("\x8E\xD8"));
    machine.eax = 0x1F;
    shared[0] += launch();
}
TEST(user_memory_is_no_descriptor_table)
{
    L4_ThreadId_t t = actor_waiting(L4_nilthread);
    EXPECT(actor_start(t, calls_through_an_ldt_of_ones_own));
    struct tally seen = {0};
    struct event e;
    while ((e = next_event(SOON)).what == EXCEPTION || e.what == PAGE_FAULT) {
        if (e.what == PAGE_FAULT && e.w[1] < PAGE) {
            seen.page_faults++;
            give(e.from, 0, FPAGE(pages, 12, 7), false);
            continue;
        }
        seen.exceptions[GP] += e.what == EXCEPTION && e.x.vector == GP;
        forgive(&e);
    }
    EXPECT_EQ(e.what, DONE);
    EXPECT_EQ(seen.page_faults, 0);
    EXPECT_EQ(seen.exceptions[GP], 3);
    EXPECT_EQ(shared[0], 0);
    EXPECT_EQ(shared[1], 0);
}
