/* SPDX-License-Identifier: MIT */
/* The doors of the kernel, entered from odd places with odd stacks: all `int n`, SYSENTER from every byte of a page and
 * from the last page, stacks and return addresses that are nowhere, in the kernel, or wrap. */
#include "stage.h"

#define ZEROES 0x04000400ul /* both timeouts */
#define TOP_PAGE 0xBFFFF000ul

static const L4_Word_t wild[] = {1,          2,          3,          4,          NOWHERE,    0xBFFFFFFC, 0xBFFFFFFF, 0xC0000000,
                                 0xC0000001, 0xC0000004, 0xC0018000, 0xE0000F98, 0xE0000F9C, 0xE0001000, 0xE0004000, 0xE0004004,
                                 0xE0005000, 0xF0000000, 0xF0100000, 0xF0101000, 0xFFFFF000, 0xFFFFFFFC, 0xFFFFFFFF, 0x80000000};
enum { WILD = sizeof wild / sizeof wild[0] };

static void arguments_nil(void)
{
    machine.eax = machine.edx = machine.esi = machine.ebx = machine.ebp = 0;
    machine.ecx = ZEROES;
    machine.edi = (L4_Word_t)__L4_Utcb();
}

/* ---- int n */
static void every_int(void)
{
    for (unsigned n = 0; n < 256; n++) {
        const char bytes[] = {(char)0xCD, (char)n};
        assemble(bytes, 2);
        arguments_nil();
        shared[n >= 0x30 && n < 0x3B ? 0 : 1] += launch();
    }
}
TEST(every_int_n_is_a_system_call_or_an_exception)
{
    actor(every_int);
    unsigned seen[256] = {0}, others = 0;
    struct event e;
    while ((e = next_event(SOON)).what == EXCEPTION) {
        if (e.x.vector == GP && (e.x.error & 7) == 2)
            seen[e.x.error >> 3 & 255]++;
        else if (e.x.vector == BP || e.x.vector == OF)
            others++;
        forgive(&e);
    }
    EXPECT_EQ(e.what, DONE);
    EXPECT_EQ(others, 2);
    EXPECT_EQ(shared[0], 11);
    EXPECT_EQ(shared[1], 0);
    for (unsigned n = 0; n < 256; n++)
        EXPECT_EQ(seen[n], n != 3 && n != 4 && !(n >= 0x30 && n < 0x3B));
}

static void every_int_with_wild_stack(void)
{
    for (unsigned n = 0; n < 256; n++)
        for (unsigned i = 0; i < WILD; i++) {
            const char bytes[] = {(char)0xCD, (char)n};
            assemble(bytes, 2);
            arguments_nil();
            machine.esp = wild[i];
            shared[0] += launch();
        }
}
TEST(every_int_n_with_wild_stacks)
{
    actor(every_int_with_wild_stack);
    struct tally t = conduct(SOON, 256 * WILD + 1);
    EXPECT(t.done);
    EXPECT_EQ(shared[0], 11 * WILD);
    EXPECT_EQ(refusals(&t), (256 - 11) * WILD);
    EXPECT_EQ(t.page_faults, 0);
}

/* ---- exceptions and faults on a stack that is not there */
static const struct {
    const char *bytes;
    unsigned n;
} raisers[] = {{BYTES("\x0F\x0B")}, {BYTES("\xCC")}, {BYTES("\xFA")}, {BYTES("\x31\xC9\xF7\xF1")},
               {BYTES("\xA1\x00\x00\x00\x60")}, {BYTES("\x50")}, {BYTES("\x58")}, {BYTES("\xE8\x00\x00\x00\x00")},
               {BYTES("\xCF")}, {BYTES("\xCB")}, {BYTES("\xC3")}, {BYTES("\x9D")}, {BYTES("\xC8\x00\x00\x1F")},
               {BYTES("\x60")}, {BYTES("\x61")}, {BYTES("\xF0\x90\x0F\x0B")}, {BYTES("\xE4\x60")}};
enum { RAISERS = sizeof raisers / sizeof raisers[0] };

static void raise_with_wild_stacks(void)
{
    for (unsigned r = 0; r < RAISERS; r++)
        for (unsigned i = 0; i < WILD; i++) {
            assemble(raisers[r].bytes, raisers[r].n);
            machine.esp = wild[i];
            machine.ebp = wild[i];
            shared[0] += launch();
        }
}
TEST(exceptions_and_faults_with_wild_stacks)
{
    actor(raise_with_wild_stacks);
    struct tally t = conduct(SOON, RAISERS * WILD + 1);
    EXPECT(t.done);
    EXPECT_EQ(shared[0] + refusals(&t), RAISERS * WILD);
    EXPECT(refusals(&t) > RAISERS * WILD * 9 / 10);
}

/* ---- SYSENTER */
static bool sysenter_to(L4_Word_t ip, L4_Word_t sp)
{
    arguments_nil();
    machine.ebx = ip;
    machine.ebp = sp;
    return launch();
}

static void sysenters_to_wild_places(void)
{
    assemble(BYTES("\x0F\x34"));
    for (unsigned i = 0; i < WILD; i++)
        for (unsigned k = 0; k < WILD; k++)
            shared[0] += sysenter_to(wild[i], wild[k]);
}
TEST(sysenter_with_wild_return_addresses_and_stacks)
{
    actor(sysenters_to_wild_places);
    struct tally t = conduct(SOON, WILD * WILD + 1);
    EXPECT(t.done);
    EXPECT_EQ(shared[0], 0);
    EXPECT_EQ(refusals(&t), WILD * WILD);
    if (cpu_has_sysenter())
        EXPECT(t.page_faults + t.exceptions[GP] == WILD * WILD || t.exceptions[UD] == WILD * WILD);
}

/* The kernel shall not use what esp holds there. */
static void sysenters_with_wild_stacks(void)
{
    assemble(BYTES("\x0F\x34"));
    for (unsigned i = 0; i < WILD; i++) {
        machine.esp = wild[i];
        shared[0] += sysenter_to((L4_Word_t)code + 2, NOWHERE);
    }
}
TEST(sysenter_with_wild_stack_pointers)
{
    actor(sysenters_with_wild_stacks);
    struct tally t = conduct(SOON, WILD + 1);
    EXPECT(t.done);
    EXPECT_EQ(shared[0] + t.exceptions[UD] + t.exceptions[GP], WILD);
}

/* Two bytes of code at every offset of the page below the end of user memory; the last one has its second byte in
 * the kernel's. */
static void enters_from_every_offset(void)
{
    for (L4_Word_t at = 0; at < PAGE; at++) {
        pages[at] = (char)shared[1];
        if (at + 1 < PAGE)
            pages[at + 1] = (char)shared[2];
        machine.entry = TOP_PAGE + at;
        shared[0] += sysenter_to((L4_Word_t)code, (L4_Word_t)scratch);
        pages[at] = (char)0x90;
    }
}

static struct tally enter_from_top_page(L4_Word_t first, L4_Word_t second)
{
    shared[1] = first;
    shared[2] = second;
    memset(pages, 0x90, PAGE);
    assemble("", 0);
    actor(enters_from_every_offset);
    struct event e = next_event(SOON);
    EXPECT(e.what == PAGE_FAULT && e.w[1] == TOP_PAGE);
    EXPECT(L4_IpcSucceeded(give(e.from, TOP_PAGE, FPAGE(pages, 12, 5), false)));
    return conduct(SOON, PAGE * 3);
}

TEST(sysenter_from_every_offset_of_the_last_page)
{
    struct tally t = enter_from_top_page(0x0F, 0x34);
    EXPECT(t.done);
    EXPECT_EQ(shared[0] + t.exceptions[UD] + t.exceptions[GP], PAGE - 1);
    EXPECT_EQ(t.page_faults, 1);
}

/* Behind an `int` the next instruction runs: from here on to the end of the page, and over it. */
TEST(int_from_every_offset_of_the_last_page)
{
    struct tally t = enter_from_top_page(0xCD, 0x30);
    EXPECT(t.done);
    EXPECT_EQ(t.page_faults, PAGE);
    EXPECT_EQ(shared[0], 0);
}
TEST(exceptions_from_every_offset_of_the_last_page)
{
    struct tally t = enter_from_top_page(0x0F, 0x0B);
    EXPECT(t.done);
    EXPECT_EQ(t.exceptions[UD], PAGE - 1);
    EXPECT_EQ(t.page_faults, 1);
}
TEST(lock_nop_from_every_offset_of_the_last_page)
{
    struct tally t = enter_from_top_page(0xF0, 0x90);
    EXPECT(t.done);
    EXPECT_EQ(t.page_faults + t.exceptions[UD], PAGE);
}
TEST(port_instructions_from_every_offset_of_the_last_page)
{
    struct tally t = enter_from_top_page(0xE4, 0x60);
    EXPECT(t.done);
    EXPECT_EQ(t.io_faults, PAGE - 1);
    EXPECT_EQ(t.page_faults, 1);
}
TEST(prefixes_to_the_end_of_user_memory)
{
    struct tally t = enter_from_top_page(0x66, 0x66);
    EXPECT(t.done);
    EXPECT_EQ(shared[0], 0);
}

/* ---- TF and the doors: the trap comes in the kernel's first instruction, or behind the call */
static void doors_with_tf(void)
{
    static const char doors[][3] = {"\x0F\x34", "\xCD\x30", "\xCD\x35", "\xCC\x90", "\xF1\x90", "\x0F\x0B", "\xF0\x90", "\xCD\x80"};
    for (unsigned round = 0; round < 20; round++)
        for (unsigned i = 0; i < sizeof doors / sizeof doors[0]; i++) {
            char bytes[16];
            memcpy(bytes, "\x9C\x80\x4C\x24\x01\x01\x9D", 7); /* pushf; or byte [esp+1], 1; popf */
            memcpy(bytes + 7, doors[i], 2);
            assemble(bytes, 9);
            sysenter_to((L4_Word_t)code + 9, (L4_Word_t)scratch + 4000);
            shared[0]++;
        }
}
TEST(every_door_with_tf_set)
{
    actor(doors_with_tf);
    struct tally t = conduct(SOON, 1000);
    EXPECT(t.done);
    EXPECT_EQ(shared[0], 160);
    EXPECT(t.exceptions[DB] >= 60);
}

/* ---- behind mov ss, pop ss: debug traps are held back for one instruction */
static void doors_behind_mov_ss(void)
{
    static const char doors[][3] = {"\x0F\x34", "\xCD\x30", "\xCD\x35", "\xCC\x90", "\xF1\x90", "\x0F\x0B", "\xF0\x90", "\xCD\x80",
                                    "\xCE\x90", "\xCD\x01"};
    for (unsigned trap = 0; trap < 2; trap++)
        for (unsigned i = 0; i < sizeof doors / sizeof doors[0]; i++) {
            char bytes[16];
            memcpy(bytes, trap ? "\x9C\x80\x4C\x24\x01\x01\x9D\x8E\xD0" : "\x90\x90\x90\x90\x90\x90\x90\x8E\xD0", 9);
            memcpy(bytes + 9, doors[i], 2);
            assemble(bytes, 11);
            arguments_nil();
            machine.eax = 0x23;
            machine.ebx = (L4_Word_t)code + 11;
            machine.ebp = (L4_Word_t)scratch + 4000;
            launch();
            shared[0]++;
        }
}
TEST(every_door_behind_mov_ss)
{
    actor(doors_behind_mov_ss);
    struct tally t = conduct(SOON, 200);
    EXPECT(t.done);
    EXPECT_EQ(shared[0], 20);
    EXPECT(refusals(&t) >= 8);
}

/* ---- the UTCB's segment as a stack: four bytes, read only.  Doors work, pushes do not. */
static void doors_on_the_utcb_segment(void)
{
    static const char doors[][3] = {"\x0F\x34", "\xCD\x30", "\xCD\x35", "\x0F\x0B", "\xCC\x90", "\x50\x58", "\xF0\x90"};
    for (unsigned i = 0; i < sizeof doors / sizeof doors[0]; i++)
        for (L4_Word_t esp = 1; esp < 12; esp++) {
            char bytes[16];
            memcpy(bytes, "\x66\xB9\x33\x00\x8E\xD1\xB9\x00\x04\x00\x04", 11); /* mov cx, 0x33; mov ss, cx; mov ecx, ZEROES */
            memcpy(bytes + 11, doors[i], 2);
            assemble(bytes, 13);
            arguments_nil();
            machine.ebx = (L4_Word_t)code + 13;
            machine.ebp = (L4_Word_t)scratch + 4000;
            machine.esp = esp;
            shared[0] += launch();
        }
}
TEST(every_door_with_the_utcb_segment_for_a_stack)
{
    actor(doors_on_the_utcb_segment);
    struct tally t = conduct(SOON, 200);
    EXPECT(t.done);
    EXPECT_EQ(shared[0] + refusals(&t), 77);
}

/* ---- jumps */
static void jumps_into_the_wild(void)
{
    assemble(BYTES("\xFF\xE3"));
    for (unsigned i = 0; i < WILD; i++) {
        machine.ebx = wild[i];
        shared[0] += launch();
    }
}
TEST(jumps_to_wild_places_are_faults)
{
    actor(jumps_into_the_wild);
    struct tally t = conduct(SOON, WILD + 1);
    EXPECT(t.done);
    EXPECT_EQ(shared[0], 0);
    EXPECT_EQ(refusals(&t), WILD);
}

/* ---- rubbish for code */
static void runs_rubbish(void)
{
    L4_Word_t seed = shared[1];
    for (unsigned round = 0; round < 4000; round++) {
        char bytes[24];
        for (unsigned i = 0; i < sizeof bytes; i++) {
            seed = seed * 1664525 + 1013904223;
            bytes[i] = (char)(seed >> 24);
        }
        assemble(bytes, sizeof bytes);
        machine.eax = machine.edx = 0;
        machine.ebx = machine.esi = machine.edi = machine.ebp = (L4_Word_t)scratch + 2048;
        machine.ecx = 4;
        machine.esp = (L4_Word_t)scratch + 6000;
        launch();
        shared[0]++;
    }
}
TEST(rubbish_for_code_ends_in_exceptions)
{
    shared[1] = 20261122;
    actor(runs_rubbish);
    struct tally t = conduct(MS(300), 4001);
    EXPECT(t.done || t.silent || refusals(&t) > 0); /* it may have run into a loop of its own */
    EXPECT(shared[0] > 0);
}

/* ---- an Unmap that the kernel makes short, then a wait that it makes short, then a long way out of it */
static void unmaps_and_waits(void)
{
    for (unsigned i = 0; i < 20; i++) {
        L4_LoadMR(0, FPAGE(NOWHERE, 12, 7));
        L4_Unmap(i & 1 ? L4_UNMAP_FLUSH : 0);
        L4_LoadMR(0, 0);
        L4_Call(L4_ExceptionHandler());
        shared[0]++;
    }
}
TEST(an_unmap_leaves_no_trace_in_the_next_wait)
{
    L4_ThreadId_t t = actor(unmaps_and_waits);
    struct event e;
    while ((e = event_from(t, SOON)).what == OTHER) {
        L4_Sleep(L4_TimePeriod(1500)); /* it waits by now */
        L4_LoadMR(0, 0);
        L4_Send_Timeout(t, MOMENT);
    }
    EXPECT_EQ(e.what, DONE);
    EXPECT_EQ(shared[0], 20);
}
