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

/* ---- what can be loaded, in all combinations, then a call: the partner must not feel it */
static L4_Word_t loadable(unsigned i)
{
    static const L4_Word_t base[] = {0, 0x18, 0x20, 0x30};
    return base[i >> 2 & 3] | (i & 3);
}

static void calls_with_all_segments(void)
{
    for (unsigned i = 0; i < 0x10000; i++) {
        machine.eax = loadable(i);
        machine.ebx = loadable(i >> 4);
        machine.edx = loadable(i >> 8);
        machine.ecx = loadable(i >> 12);
        machine.ebp = shared[1];
        machine.edi = (L4_Word_t)__L4_Utcb();
        shared[0] += launch();
    }
}

/* mov fs, cx; mov gs, dx; mov es, bx; mov ds, ax; then eax = edx = ebp, ecx = esi = 0: a call, waiting for ever */
static const char call_code[] = "\x8E\xE1\x8E\xEA\x8E\xC3\x8E\xD8\x89\xE8\x89\xEA\x31\xC9\x31\xF6\x2E\xFF\x15";

TEST(every_set_of_segments_in_a_call_leaves_the_partner_alone)
{
    char bytes[sizeof call_code + 3];
    const L4_Word_t link = (L4_Word_t)&__L4_Links.ipc;
    memcpy(bytes, call_code, sizeof call_code - 1);
    memcpy(bytes + sizeof call_code - 1, &link, 4);
    assemble(bytes, sizeof call_code - 1 + 4);
    shared[1] = stage().raw;
    L4_ThreadId_t t = actor(calls_with_all_segments);
    unsigned calls = 0;
    for (;;) {
        L4_ThreadId_t from;
        L4_MsgTag_t tag = L4_Wait(&from); /* no timeout: the fast path may deliver */
        L4_Word_t word = L4_MR(1), ds, es, fs, gs, u;
        __asm__ volatile("mov %%ds, %0; mov %%es, %1; mov %%fs, %2; mov %%gs, %3; mov %%gs:0, %4"
                         : "=r"(ds), "=r"(es), "=r"(fs), "=r"(gs), "=r"(u));
        bool mine = (ds & 0xFFFF) == 0x23 && (es & 0xFFFF) == 0x23 && (fs & 0xFFFF) == 0x23 &&
                    (gs & 0xFFFF) == 0x33 && u == L4_MyLocalId().raw;
        if (from.raw != t.raw || L4_IpcFailed(tag) || tag.raw != 0) {
            if (L4_IsPageFault(tag)) { /* its first touch of a page */
                give(from, word & ~(PAGE - 1), FPAGE(word & ~(PAGE - 1), 12, 7), false);
                continue;
            }
            break; /* done */
        }
        calls++;
        if (!EXPECT(mine))
            break;
        L4_LoadMR(0, 0);
        L4_Send_Timeout(from, SOON);
    }
    EXPECT_EQ(calls, 0x10000);
    EXPECT_EQ(shared[0], 0x10000);
}

/* ---- every door with every set that one RPL each can make, and with every selector in one register alone: the answer must be
 * that of flat segments */
struct door {
    const char *name;
    const void *const *link;
    L4_Word_t eax, ecx, edx, esi, edi;
};
#define DOORS 11
#define SELECTOR_SETS (256 + 64)
static struct door doors[DOORS];
static volatile L4_Word_t segments[4]; /* ds, es, fs, gs */
static volatile L4_Word_t answer[3];   /* eax, esi, ErrorCode */

static void doors_init(void)
{
    const L4_Word_t zero = 0x04000400, self = L4_MyGlobalId().raw, page = FPAGE(pages, 12, 0);
    const struct door all[DOORS] = {
        {"ipc", (void *)&__L4_Links.ipc, 0, zero, 0, 0, 0},
        {"ipc that finds nobody", (void *)&__L4_Links.ipc, 0x7FF00001, zero, 0, 0, 0},
        {"lipc", (void *)&__L4_Links.lipc, 0, zero, 0, 0, 0},
        {"unmap", (void *)&__L4_Links.unmap, 0, 0, 0, page, 0},
        {"exchange registers", (void *)&__L4_Links.exchange_registers, self, 0, 0, 0, 0},
        {"thread control", (void *)&__L4_Links.thread_control, self, 0, 0, self, ~0ul},
        {"schedule", (void *)&__L4_Links.schedule, self, ~0ul, ~0ul, ~0ul, ~0ul},
        {"thread switch", (void *)&__L4_Links.thread_switch, self, 0, 0, 0, 0},
        {"space control", (void *)&__L4_Links.space_control, self, 0, 0, 0, 0},
        {"processor control", (void *)&__L4_Links.processor_control, 0, 0, 0, 0, 0},
        {"memory control", (void *)&__L4_Links.memory_control, 0, 0, 0, page, 0},
    };
    memcpy(doors, all, sizeof doors);
}

/* mov ds, es, fs, gs out of `segments`; call [ss:link]; answer[0] = eax; answer[1] = esi.  All by SS. */
static void assemble_door(const struct door *d)
{
    static const char load[4][4] = {"\x36\x8E\x1D", "\x36\x8E\x05", "\x36\x8E\x25", "\x36\x8E\x2D"};
    char bytes[64], *p = bytes;
    for (int i = 0; i < 4; i++, p += 7) {
        memcpy(p, load[i], 3);
        memcpy(p + 3, (L4_Word_t[]){(L4_Word_t)&segments[i]}, 4);
    }
    memcpy(p, "\x36\xFF\x15", 3);
    memcpy(p + 3, (L4_Word_t[]){(L4_Word_t)d->link}, 4);
    memcpy(p + 7, "\x36\xA3", 2);
    memcpy(p + 9, (L4_Word_t[]){(L4_Word_t)&answer[0]}, 4);
    memcpy(p + 13, "\x36\x89\x35", 3);
    memcpy(p + 16, (L4_Word_t[]){(L4_Word_t)&answer[1]}, 4);
    assemble(bytes, (unsigned)(p + 20 - bytes));
}

static bool enter_door(const struct door *d)
{
    machine.eax = d->eax;
    machine.ecx = d->ecx;
    machine.edx = d->edx;
    machine.esi = d->esi;
    machine.edi = d->edi ? d->edi : (L4_Word_t)__L4_Utcb();
    machine.ebx = machine.ebp = 0;
    *(volatile char *)pages = 1; /* accessed and dirty: Unmap has something to tell */
    L4_Set_ErrorCode(0);
    bool back = launch();
    if (d->link == (void *)&__L4_Links.unmap)
        answer[0] = 0; /* EAX is no answer of Unmap */
    answer[2] = L4_ErrorCode();
    return back;
}

static void segments_set(unsigned set)
{
    static const L4_Word_t kind[] = {0x23, 0, 0x1B, 0x33};
    for (unsigned i = 0; i < 4; i++)
        segments[i] = set < 256 ? kind[set >> 2 * i & 3] : i == 3 ? 0x33 : 0x23;
    if (set >= 256)
        segments[(set - 256) / 16] = loadable(set - 256);
}

/* shared[0]: came back; [1] other answers; [2] the first of them, door and set; [3] Unmap's status */
static void doors_with_all_segments(void)
{
    doors_init();
    for (unsigned d = 0; d < DOORS; d++) {
        L4_Word_t flat[3];
        assemble_door(&doors[d]);
        segments_set(3 << 6);
        enter_door(&doors[d]);
        memcpy(flat, (const void *)answer, sizeof flat);
        if (d == 3)
            shared[3] = flat[1] & 7;
        for (unsigned set = 0; set < SELECTOR_SETS; set++) {
            segments_set(set);
            shared[0] += enter_door(&doors[d]);
            if (memcmp(flat, (const void *)answer, sizeof flat) && !shared[1]++)
                shared[2] = d << 16 | set;
        }
    }
}
TEST(every_set_of_segments_at_every_door_gives_the_answer_of_flat_ones)
{
    actor(doors_with_all_segments);
    struct tally t = conduct(SOON, 100);
    EXPECT(t.done);
    EXPECT_EQ(shared[0], DOORS * SELECTOR_SETS);
    EXPECT_EQ(shared[1], 0);
    EXPECT_EQ(shared[2], 0);
    EXPECT_EQ(shared[3], 6); /* read and written */
    if (!EXPECT_EQ(refusals(&t), 0))
        tell(&t);
}

/* Asleep for a tick with nothing in its segment registers: they are mended, or it is told. */
static void sleeps_without_segments(void)
{
    assemble(BYTES("\x8E\xD8\x8E\xC0\x8E\xE0\x8E\xE8\x49\x75\xFD")); /* all null; count down */
    machine.ecx = 30000000;
    shared[0] += launch();
}
TEST(null_segments_across_timer_ticks_are_mended)
{
    actor(sleeps_without_segments);
    struct tally t = conduct(SOON, 16);
    EXPECT(t.done);
    EXPECT_EQ(shared[0], 1);
}

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
