/* SPDX-License-Identifier: MIT */
/* IO ports: those one has not, those at the end of the bitmap, fpages of all sizes, revocation.  Only the root task has
 * ports to give; elsewhere those attempts pass with a remark. */
#include "stage.h"

static L4_Word_t p_in(L4_Word_t port, L4_Word_t width)
{
    L4_Word_t value = 0;
    if (width == 1)
        __asm__ volatile("movl $77f, resume_at\n\tmovl $0xBADC0DE, %0\n\txor %%eax, %%eax\n\tinb %%dx, %%al\n\tmovl %%eax, %0\n77:" : "+&r"(value) : "d"(port) : "eax", "memory");
    else if (width == 2)
        __asm__ volatile("movl $77f, resume_at\n\tmovl $0xBADC0DE, %0\n\txor %%eax, %%eax\n\tinw %%dx, %%ax\n\tmovl %%eax, %0\n77:" : "+&r"(value) : "d"(port) : "eax", "memory");
    else
        __asm__ volatile("movl $77f, resume_at\n\tmovl $0xBADC0DE, %0\n\tinl %%dx, %%eax\n\tandl $0xFFFF, %%eax\n\tmovl %%eax, %0\n77:" : "+&r"(value) : "d"(port) : "eax", "memory");
    return value;
}

/* ---- without ports */
static void tries_every_port(void)
{
    for (L4_Word_t port = 0; port < 0x10000; port++)
        for (L4_Word_t width = 1; width <= 4; width *= 2)
            shared[0] += p_in(port, width) != MISS;
}
TEST(every_port_in_every_width_is_a_fault)
{
    struct tally t = conduct_inside(tries_every_port, 3 * 0x10000 + 1);
    EXPECT(t.done);
    EXPECT_EQ(shared[0], 0);
    EXPECT_EQ(t.io_faults, 3 * 0x10000 - 4);
    EXPECT_EQ(t.exceptions[GP], 4); /* those that go over the end: no ports of anybody's */
}
static const struct {
    const char *bytes;
    unsigned n;
} accesses[] = {{BYTES("\xE4\x60")}, {BYTES("\xE5\x60")}, {BYTES("\x66\xE5\x60")}, {BYTES("\xE6\x60")}, {BYTES("\xE7\x60")},
                {BYTES("\x66\xE7\x60")}, {BYTES("\xEC")}, {BYTES("\xED")}, {BYTES("\x66\xED")}, {BYTES("\xEE")}, {BYTES("\xEF")},
                {BYTES("\x66\xEF")}, {BYTES("\x6C")}, {BYTES("\x6D")}, {BYTES("\x66\x6D")}, {BYTES("\x6E")}, {BYTES("\x6F")},
                {BYTES("\x66\x6F")}, {BYTES("\xF3\x6C")}, {BYTES("\xF3\x6D")}, {BYTES("\xF3\x6E")}, {BYTES("\xF3\x6F")},
                {BYTES("\xF2\x6E")}, {BYTES("\x64\x6E")}, {BYTES("\x2E\x6F")}, {BYTES("\x67\x6E")}, {BYTES("\x66\x66\x66\xEC")}};
enum { ACCESSES = sizeof accesses / sizeof accesses[0] };
static void tries_every_access(void)
{
    for (unsigned i = 0; i < ACCESSES; i++) {
        assemble(accesses[i].bytes, accesses[i].n);
        machine.edx = 0x3F8;
        machine.ecx = 3;
        machine.esi = machine.edi = (L4_Word_t)scratch;
        shared[0] += launch();
        machine.esi = machine.edi = 0xF0100000; /* the port is asked for first, or the address: a fault anyway */
        shared[0] += launch();
    }
}
TEST(every_port_instruction_is_a_fault)
{
    actor(tries_every_access);
    struct tally t = conduct(SOON, 2 * ACCESSES + 1);
    EXPECT(t.done);
    EXPECT_EQ(shared[0], 0);
    EXPECT_EQ(refusals(&t), 2 * ACCESSES);
}

/* ---- with ports */
static bool have_ports(void)
{
    if (form_has_ports)
        return true;
    stage_skip("ports are deva's here");
    return false;
}
#define IO(port, log2) ((port) << 16 | (L4_Word_t)(log2) << 10 | 2 << 4 | 7)

static L4_ThreadId_t port_puppet(void)
{
    L4_ThreadId_t p = puppet();
    performed(p, p_window, L4_FPAGE_COMPLETE_IO, 0);
    return p;
}
TEST(the_last_ports_and_what_lies_across_the_end)
{
    if (!have_ports())
        return;
    L4_ThreadId_t p = port_puppet();
    EXPECT(L4_IpcSucceeded(give(p, 0, IO(0ul, 16), false)));
    EXPECT(performed(p, p_in, 0xFFFF, 1) != MISS);
    EXPECT(performed(p, p_in, 0xFFFE, 2) != MISS);
    EXPECT(performed(p, p_in, 0xFFFC, 4) != MISS);
    EXPECT_EQ(performed(p, p_in, 0xFFFF, 2), MISS);
    EXPECT_EQ(performed(p, p_in, 0xFFFD, 4), MISS);
    EXPECT_EQ(performed(p, p_in, 0xFFFE, 4), MISS);
    EXPECT_EQ(performed(p, p_in, 0xFFFF, 4), MISS);
}
TEST(every_edge_of_a_port_fpage)
{
    if (!have_ports())
        return;
    L4_ThreadId_t p = port_puppet();
    for (L4_Word_t log2 = 0; log2 <= 12; log2++) {
        L4_Word_t first = 0x8000 + (1ul << log2), last = first + (1ul << log2) - 1;
        EXPECT(L4_IpcSucceeded(give(p, 0, IO(first, log2), false)));
        EXPECT(performed(p, p_in, first, 1) != MISS);
        EXPECT(performed(p, p_in, last, 1) != MISS);
        EXPECT_EQ(performed(p, p_in, first - 1, 1), MISS);
        EXPECT_EQ(performed(p, p_in, last + 1, 1), MISS);
        EXPECT_EQ(performed(p, p_in, first - 1, 2), MISS);
        EXPECT_EQ(performed(p, p_in, last, 2), MISS);
        EXPECT_EQ(performed(p, p_in, last - 2, 4), MISS);
        L4_LoadMR(0, IO(first, log2));
        L4_Unmap(0);
        EXPECT_EQ(performed(p, p_in, first, 1), MISS);
        EXPECT_EQ(performed(p, p_in, last, 1), MISS);
    }
}
TEST(port_fpages_of_every_size_and_base)
{
    if (!have_ports())
        return;
    L4_ThreadId_t p = port_puppet();
    for (L4_Word_t log2 = 0; log2 < 64; log2++)
        for (L4_Word_t port = 0; port < 0x10000; port += 0x0AAB) {
            give(p, port << 16, IO(port, log2), false);
            L4_LoadMR(0, IO(port ^ 0x80, log2 + 1));
            L4_Unmap(0);
        }
    L4_LoadMR(0, L4_FPAGE_COMPLETE_IO | 7);
    L4_Unmap(0);
    EXPECT_EQ(performed(p, p_in, 0x80, 1), MISS);
}
static L4_Word_t p_pass_port(L4_Word_t to, L4_Word_t fpage)
{
    L4_LoadMR(0, 2 << L4_TAG_T_SHIFT);
    L4_LoadMR(1, shared[12] ? L4_ITEM_GRANT : L4_ITEM_MAP);
    L4_LoadMR(2, fpage);
    return L4_Send_Timeout(L4_ThreadIdOfRaw(to), MOMENT).raw;
}
TEST(ports_are_passed_on_and_taken_back_from_all)
{
    if (!have_ports())
        return;
    L4_ThreadId_t p = port_puppet(), q = port_puppet(), r = port_puppet();
    EXPECT(L4_IpcSucceeded(give(p, 0, IO(0x8000ul, 8), false)));
    performed(p, p_pass_port, q.raw, IO(0x8000ul, 16)); /* more than it has */
    performed(q, p_pass_port, r.raw, IO(0x8010ul, 4));
    EXPECT(performed(r, p_in, 0x8010, 1) != MISS);
    EXPECT_EQ(performed(q, p_in, 0x8100, 1), MISS);
    EXPECT_EQ(performed(r, p_in, 0x8020, 1), MISS);
    L4_LoadMR(0, IO(0x8012ul, 1));
    L4_Unmap(0);
    EXPECT_EQ(performed(r, p_in, 0x8012, 1), MISS);
    EXPECT(performed(r, p_in, 0x8014, 1) != MISS);
    EXPECT_EQ(performed(q, p_in, 0x8012, 2), MISS);
    EXPECT_EQ(performed(p, p_in, 0x8013, 1), MISS);
    actor_delete(p);
    EXPECT_EQ(performed(r, p_in, 0x8014, 1), MISS);
}
/* Single ports, every second one: as many ranges as a space may have; then all at once. */
TEST(as_many_single_ports_as_there_may_be_end_by_one_unmap)
{
    if (!have_ports())
        return;
    L4_ThreadId_t p = port_puppet();
    L4_Word_t given = 0;
    while (given < 1000 && L4_IpcSucceeded(give(p, 0, IO(0x8000 + 2 * given, 0), false)))
        given++;
    EXPECT_EQ(L4_IpcErrorCode(L4_ErrorCode()), L4_IPC_OVERFLOW);
    EXPECT(given >= 64 && given < 1000);
    L4_Sleep(L4_TimePeriod(1000));
    EXPECT(performed(p, p_in, 0x8000, 1) != MISS);
    EXPECT(performed(p, p_in, 0x8000 + 2 * given - 2, 1) != MISS);
    EXPECT_EQ(performed(p, p_in, 0x8000 + 2 * given, 1), MISS);
    EXPECT_EQ(performed(p, p_in, 0x8001, 1), MISS);
    EXPECT(L4_IpcSucceeded(give(p, 0, IO(0x8001ul, 0), false))); /* a hole between two of them is no new range */
    EXPECT(performed(p, p_in, 0x8000, 4) == MISS && performed(p, p_in, 0x8000, 2) != MISS);
    L4_LoadMR(0, L4_FPAGE_COMPLETE_IO | 7);
    L4_Unmap(0);
    EXPECT_EQ(performed(p, p_in, 0x8000, 1), MISS);
    EXPECT_EQ(performed(p, p_in, 0x8000 + 2 * given - 2, 1), MISS);
}
/* A hole in the middle: those below and above it stay with all tasks that got them, and can be taken later. */
TEST(a_hole_in_ports_leaves_what_is_on_either_side)
{
    if (!have_ports())
        return;
    L4_ThreadId_t p = port_puppet(), q = port_puppet(), r = port_puppet();
    EXPECT(L4_IpcSucceeded(give(p, 0, IO(0x8000ul, 8), false)));
    for (L4_Word_t port = 0x8008; port < 0x8100; port += 0x10)
        performed(p, p_pass_port, q.raw, IO(port, 2));
    performed(q, p_pass_port, r.raw, IO(0x80C8ul, 0));
    EXPECT_EQ(performed(p, p_unmap, IO(0x8080ul, 5), L4_UNMAP_FLUSH), IO(0x8080ul, 5)); /* not a row of q's ranges */
    for (L4_Word_t port = 0x8008; port < 0x8100; port += 0x10) {
        bool hole = port >= 0x8080 && port < 0x80A0;
        EXPECT_EQ(performed(q, p_in, port, 4) == MISS, hole);
        EXPECT_EQ(performed(p, p_in, port + 4, 4) == MISS, hole);
        EXPECT_EQ(performed(q, p_in, port + 4, 1), MISS);
    }
    EXPECT(performed(r, p_in, 0x80C8, 1) != MISS);
    EXPECT(performed(p, p_in, 0x807F, 1) != MISS && performed(p, p_in, 0x80A0, 1) != MISS);
    EXPECT(performed(p, p_in, 0x8080, 1) == MISS && performed(p, p_in, 0x809F, 1) == MISS);
    L4_LoadMR(0, IO(0x80C0ul, 6));
    L4_Unmap(0);
    EXPECT(performed(q, p_in, 0x80C8, 1) == MISS && performed(r, p_in, 0x80C8, 1) == MISS);
    EXPECT(performed(p, p_in, 0x80C0, 1) == MISS && performed(p, p_in, 0x80BF, 1) != MISS);
    EXPECT(performed(q, p_in, 0x80B8, 1) != MISS && performed(q, p_in, 0x8008, 1) != MISS);
}
/* What is granted is gone for the giver, wherever it lay in its ranges; the task that gave it to the giver can still take it. */
TEST(granted_ports_change_hands)
{
    if (!have_ports())
        return;
    L4_ThreadId_t p = port_puppet(), q = port_puppet();
    EXPECT(L4_IpcSucceeded(give(p, 0, IO(0x8000ul, 6), false)));
    EXPECT(L4_IpcSucceeded(give(p, 0, IO(0x8080ul, 6), false)));
    shared[12] = 1;
    performed(p, p_pass_port, q.raw, IO(0x8000ul, 8));
    shared[12] = 0;
    for (L4_Word_t port = 0x8000; port < 0x80C0; port += 0x20) {
        bool held = port < 0x8040 || port >= 0x8080;
        EXPECT_EQ(performed(p, p_in, port, 1), MISS);
        EXPECT_EQ(performed(q, p_in, port, 1) != MISS, held);
    }
    L4_LoadMR(0, IO(0x8000ul, 5));
    L4_Unmap(0);
    EXPECT(performed(q, p_in, 0x8000, 1) == MISS && performed(q, p_in, 0x8020, 1) != MISS);
}
/* A range that came back hangs below another one of the same space: both go in one call. */
TEST(ports_granted_back_to_their_giver_are_flushed_with_what_they_came_from)
{
    if (!have_ports())
        return;
    L4_ThreadId_t p = port_puppet(), q = port_puppet();
    EXPECT(L4_IpcSucceeded(give(p, 0, IO(0x8000ul, 8), false)));
    performed(p, p_pass_port, q.raw, IO(0x8010ul, 2));
    shared[12] = 1;
    performed(q, p_pass_port, p.raw, IO(0x8010ul, 2));
    shared[12] = 0;
    EXPECT_EQ(performed(q, p_in, 0x8010, 1), MISS);
    EXPECT(performed(p, p_in, 0x8010, 4) != MISS);
    EXPECT_EQ(performed(p, p_unmap, IO(0x8010ul, 2), L4_UNMAP_FLUSH), IO(0x8010ul, 2));
    EXPECT(performed(p, p_in, 0x8010, 1) == MISS && performed(p, p_in, 0x8013, 1) == MISS);
    EXPECT(performed(p, p_in, 0x800C, 4) != MISS && performed(p, p_in, 0x8014, 4) != MISS);
}
