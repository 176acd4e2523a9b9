/* SPDX-License-Identifier: MIT */
/* Doors of the kernel with every set of segments that a user can load: they work, and nobody else ever meets these selectors. */
#include "stage.h"

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
