/* SPDX-License-Identifier: MIT */
/* EFLAGS by every door: popf, iret, ExchangeRegisters, exception replies.  IF stays set, IOPL and VM stay clear,
 * and what a user may set by himself (TF, NT, AC, RF, ID, DF) does no harm in the kernel. */
#include "stage.h"

#define F_TF   0x100ul
#define F_IF   0x200ul
#define F_DF   0x400ul
#define F_IOPL 0x3000ul
#define F_NT   0x4000ul
#define F_RF   0x10000ul
#define F_VM   0x20000ul
#define F_AC   0x40000ul
#define F_ID   0x200000ul
#define BY_MESSAGE 0xCD5ul /* CF PF AF ZF SF DF OF */

/* ---- popf and iret: flags in eax; what they are then goes to esi */
static void every_bit(void)
{
    for (unsigned bit = 0; bit < 34; bit++) {
        machine.eax = bit < 32 ? 1ul << bit : bit == 32 ? ~0ul & ~F_TF : 0;
        machine.eax &= ~shared[5];
        machine.eax |= 2;
        machine.ebx = (L4_Word_t)code + shared[2];
        shared[1] = ~0ul;
        shared[0] += launch();
        if (shared[1] != ~0ul) { /* else TF told about it before */
            shared[3] |= shared[1];
            shared[4] |= ~shared[1];
        }
    }
}

static void expect_flags_kept(void)
{
    actor(every_bit);
    struct tally t = conduct(SOON, 100);
    EXPECT(t.done);
    EXPECT(shared[0] >= 32);
    EXPECT_EQ(shared[3] & (F_VM | F_IOPL), 0);  /* never set */
    EXPECT_EQ(shared[4] & F_IF, 0);             /* never clear */
    EXPECT_EQ(t.exceptions[DB], 1);             /* TF */
    if (!EXPECT_EQ(refusals(&t) - t.exceptions[GP], 1))
        tell(&t);
}

/* pushes flags and stores them in shared[1] */
#define STORE "\x9C\x36\x8F\x05"
static unsigned with_store(char *bytes, const char *start, unsigned n)
{
    const L4_Word_t at = (L4_Word_t)&shared[1];
    memcpy(bytes, start, n);
    memcpy(bytes + n, &at, 4);
    return n + 4;
}

TEST(every_flag_by_popf_gives_no_privilege)
{
    char bytes[32];
    assemble(bytes, with_store(bytes, BYTES("\x50\x9D\x90\x90" STORE)));
    expect_flags_kept();
}

TEST(every_flag_by_16_bit_popf_gives_no_privilege)
{
    char bytes[32];
    assemble(bytes, with_store(bytes, BYTES("\x66\x50\x66\x9D\x90\x90" STORE)));
    actor(every_bit);
    struct tally t = conduct(SOON, 100);
    EXPECT(t.done);
    EXPECT_EQ(shared[3] & (F_VM | F_IOPL), 0);
    EXPECT_EQ(shared[4] & F_IF, 0);
}

/* With NT set an iret would be a return to another task: refused.  All others go on at ebx. */
TEST(every_flag_by_iret_gives_no_privilege)
{
    char bytes[32];
    shared[2] = 5;
    shared[5] = F_VM; /* see below */
    assemble(bytes, with_store(bytes, BYTES("\x50\x0E\x53\xCF\x90\x90" STORE)));
    expect_flags_kept();
}

TEST(iret_with_nt_set_is_an_exception)
{
    struct event e = run_code(BYTES("\x9C\x81\x0C\x24\x00\x40\x00\x00\x9D\xCF"));
    EXPECT_EQ(e.what, EXCEPTION);
    EXPECT(e.x.vector == GP || e.x.vector == TS);
    EXPECT_EQ(e.x.eip, (L4_Word_t)code + 9);
}

/* To virtual 8086 mode, with all that such a return needs on the stack.  Processors take it for a return to ring 3, QEMU
 * does what it says: the kernel has to cope with such a frame.  Segment by segment, so that its low bits look like any ring. */
static const char *const v86_code[] = {"\xEB\xFE", "\xF4\x90", "\x0F\x0B", "\xCD\x30", "\x0F\x34", "\xCC\x90", "\xCD\x80", "\xF1\x90",
                                       "\xCE\x90", "\xFA\x90", "\xCF\x90", "\xE4\x60", "\xC5\xC0"};
enum { V86_CODES = sizeof v86_code / sizeof v86_code[0] };
#define V86_BASE 0x10000ul

static void returns_to_v86(void)
{
    volatile L4_Word_t *low = (volatile L4_Word_t *)V86_BASE;
    for (unsigned i = 0; i < V86_CODES; i++)
        for (L4_Word_t segment = V86_BASE / 16 - 4; segment < V86_BASE / 16 + 4; segment++) {
            (void)*low;
            char *bytes = (char *)pages + 0x80;
            memset(pages, 0x90, PAGE);
            memcpy(bytes, v86_code[i], 2);
            memcpy(bytes + 2, "\xEB\xFE", 2);
            /* gs fs ds es ss esp flags cs eip */
            assemble(BYTES("\x6A\x00\x6A\x00\x6A\x00\x6A\x00\x6A\x00\x68\x00\x10\x00\x00\x68\x02\x02\x02\x00\x50\x53\xCF"));
            machine.eax = segment;
            machine.ebx = V86_BASE + 0x80 - segment * 16;
            machine.ecx = 0x04000400;
            machine.edx = machine.esi = 0;
            launch();
            shared[0]++;
        }
}

TEST(iret_with_vm_set_does_not_confuse_the_kernel)
{
    L4_ThreadId_t t = actor(returns_to_v86);
    struct event e;
    unsigned limit = 1000;
    while (limit-- > 0 && (e = next_event(MOMENT)).what != DONE) {
        if (e.what == NOTHING) { /* it spins somewhere */
            L4_Word_t w;
            L4_ThreadId_t pager;
            L4_ExchangeRegisters(t, L4_EXREGS_IP | L4_EXREGS_RECEIVE | L4_EXREGS_SEND, 0, resume_at, 0, 0, L4_nilthread, &w,
                                 &w, &w, &w, &w, &pager);
        } else if (e.what == PAGE_FAULT && e.w[1] >> 12 == V86_BASE >> 12 && e.w[2] >> 12 != V86_BASE >> 12) {
            give(t, V86_BASE, FPAGE(pages, 12, 7), false);
        } else {
            if (e.what == EXCEPTION)
                EXPECT_EQ(e.x.eflags & (F_VM | F_IOPL), 0);
            forgive(&e);
        }
    }
    EXPECT_EQ(e.what, DONE);
    EXPECT_EQ(shared[0], V86_CODES * 8);
}

/* ---- by message: ud2, then whatever the answer made of the flags */
static void reports_flags(void)
{
    __asm__ volatile("0: ud2\n"
                     "flags_seen: pushfl; popl %ss:shared; pushl $0x202; popfl; jmp 0b");
}
extern const char flags_seen[];

/* t's exception is answered with the registers in e. */
static void go_on(L4_ThreadId_t t, const struct event *e)
{
    L4_LoadMRs(1, 12, &e->x.eip);
    L4_LoadMR(0, 12);
    EXPECT(L4_IpcSucceeded(L4_Reply(t)));
}

static void expect_filtered(bool by_reply)
{
    L4_ThreadId_t t = actor(reports_flags);
    for (unsigned bit = 0; bit < 35; bit++) {
        L4_Word_t flags = bit < 32 ? 1ul << bit : bit == 32 ? ~0ul : bit == 33 ? 0 : F_TF | F_NT | F_AC | F_RF | F_VM | F_IOPL;
        struct event e = event_from(t, SOON);
        if (!EXPECT(e.what == EXCEPTION && e.x.vector == UD))
            return;
        if (by_reply) {
            e.x.eip = (L4_Word_t)flags_seen;
            e.x.eflags = flags;
            go_on(t, &e);
        } else {
            L4_Word_t w;
            L4_ThreadId_t pager;
            EXPECT(!L4_IsNilThread(L4_ExchangeRegisters(t, L4_EXREGS_IP | L4_EXREGS_FLAGS | L4_EXREGS_RECEIVE, 0,
                                                        (L4_Word_t)flags_seen, flags, 0, L4_nilthread, &w, &w, &w, &w,
                                                        &w, &pager)));
        }
        e = event_from(t, SOON);
        if (by_reply && (flags & F_TF)) {
            EXPECT(e.what == EXCEPTION && e.x.vector == DB);
            EXPECT_EQ(e.x.eflags & F_TF, 0);
            go_on(t, &e);
            e = event_from(t, SOON);
        }
        EXPECT(e.what == EXCEPTION && e.x.vector == UD);
        EXPECT_EQ(shared[0], (flags & (by_reply ? BY_MESSAGE | F_TF : BY_MESSAGE)) | 0x202);
        go_on(t, &e); /* once more the same instruction */
    }
}
TEST(every_flag_by_an_exception_reply_is_filtered) { expect_filtered(true); }
TEST(every_flag_by_exchangeregisters_is_filtered) { expect_filtered(false); }

/* ---- flags that a user may set, in every system call.  shared[0]: the flags */
static void calls_everything(void)
{
    for (unsigned vector = 0x30; vector < 0x3B; vector++) {
        char bytes[16];
        memcpy(bytes, "\x68....\x9D\xCD.\x90", 9);
        memcpy(bytes + 1, (const void *)&shared[0], 4);
        bytes[7] = (char)vector;
        assemble(bytes, 9);
        machine.esi = machine.eax = machine.edx = 0;
        machine.ecx = 0x04000400; /* zero timeouts */
        machine.edi = (L4_Word_t)__L4_Utcb();
        shared[1] += launch();
    }
}

static void expect_calls(L4_Word_t flags)
{
    shared[0] = flags | 2;
    actor(calls_everything);
    struct tally t = conduct(SOON, 100);
    EXPECT(t.done);
    EXPECT_EQ(shared[1] + refusals(&t), 11);
    EXPECT_EQ(t.exceptions[DB], flags & F_TF ? 11 : 0);
}
TEST(system_calls_with_nt_set) { expect_calls(F_NT); }
TEST(system_calls_with_ac_set) { expect_calls(F_AC); }
TEST(system_calls_with_df_set) { expect_calls(F_DF); }
TEST(system_calls_with_rf_set) { expect_calls(F_RF); }
TEST(system_calls_with_tf_set) { expect_calls(F_TF); }
TEST(system_calls_with_id_set) { expect_calls(F_ID); }
TEST(system_calls_with_everything_set) { expect_calls(~F_TF); }
TEST(system_calls_with_everything_and_tf_set) { expect_calls(~0ul); }

/* ---- flags of a caller do not reach its partner, nor do the partner's reach it */
#define OF_ONE_SIDE (F_DF | F_NT | F_AC | F_ID)

static L4_Word_t flags_now(void)
{
    L4_Word_t flags;
    __asm__ volatile("pushfl; popl %0; cld" : "=r"(flags));
    return flags;
}
static void flags_add(L4_Word_t bits)
{
    __asm__ volatile("pushfl; orl %0, (%%esp); popfl" : : "r"(bits) : "cc", "memory");
}
static void flags_clear(void) { __asm__ volatile("pushl $0x202; popfl" : : : "cc", "memory"); }

static void calls_with_flags(void)
{
    for (int i = 0; i < 50; i++) {
        for (unsigned words = 0; words < 64; words += 63) {
            L4_LoadMR(0, words);
            flags_add(OF_ONE_SIDE);
            L4_Call(L4_ExceptionHandler());
            shared[0] |= flags_now();
            flags_clear();
        }
        shared[1]++;
    }
}
TEST(flags_of_a_caller_do_not_reach_its_partner)
{
    flags_clear();
    L4_ThreadId_t t = actor(calls_with_flags);
    L4_Word_t seen = 0;
    for (;;) {
        L4_ThreadId_t from;
        L4_MsgTag_t tag = L4_Wait(&from); /* no timeout: the fast path may deliver */
        seen |= flags_now();
        if (from.raw != t.raw || L4_IpcFailed(tag))
            break;
        if (L4_IsPageFault(tag)) { /* its first touch of a page */
            L4_Word_t at = L4_MR(1) & ~(PAGE - 1);
            give(from, at, FPAGE(at, 12, 7), false);
        } else if (L4_UntypedWords(tag) % 63 == 0 && L4_Label(tag) == 0) {
            L4_LoadMR(0, L4_UntypedWords(tag));
            L4_Send_Timeout(t, SOON);
        } else {
            break; /* done */
        }
    }
    EXPECT_EQ(shared[1], 50);
    EXPECT_EQ(seen & OF_ONE_SIDE, 0);
    EXPECT_EQ(shared[0] & OF_ONE_SIDE, 0);
}

/* ---- single steps */
static void steps_through_calls(void)
{
    __asm__ volatile("pushfl; orl $0x100, (%esp); popfl");
    for (;;) {
        L4_Word_t w;
        L4_ThreadId_t id;
        L4_Ipc(L4_nilthread, L4_nilthread, 0x04000400, NULL);
        (void)L4_SystemClock();
        L4_Yield();
        L4_KernelInterface(&w, &w, &w);
        L4_ExchangeRegisters(L4_MyGlobalId(), 0, 0, 0, 0, 0, L4_nilthread, &w, &w, &w, &w, &w, &id);
        (void)L4_UnmapFpage(L4_Nilpage);
    }
}
TEST(single_steps_through_every_system_call)
{
    actor(steps_through_calls);
    unsigned steps = 0;
    for (struct event e; steps < 3000 && (e = next_event(MOMENT)).what == EXCEPTION && e.x.vector == DB; steps++) {
        L4_LoadMRs(1, 12, e.w + 1);
        L4_LoadMR(0, 12);
        L4_LoadMR(2, e.x.eflags | F_TF); /* the kernel filters it: the thread sets it again, or runs on */
        L4_Reply(e.from);
    }
    EXPECT(steps > 0);
}
