/* SPDX-License-Identifier: MIT */
/* Spec 6.1, 6.3, 6.6: page faults, exceptions and IO faults as messages. */
#include "probe.h"
#include <l4/pecan.h>

enum { WINDOW = 0x80000000 };

static L4_Word_t page[1024] __attribute__((aligned(4096)));
static volatile L4_Word_t regs_after[8], progress, result;

TEST(pagefault_message_has_the_exact_address_and_the_ip)
{
    L4_ThreadId_t p = prober();
    struct probe r = probe(p, PROBE_READ, WINDOW + 0x128, 0);
    EXPECT(r.fault);
    EXPECT_EQ(r.tag.raw & 0xFFF0FFFF, 0xFFE00002);
    EXPECT_EQ(r.address, WINDOW + 0x128);
    EXPECT(in_image(r.ip));
    EXPECT(r.label & 4);
    EXPECT(!L4_PageFaultIsWrite(r.tag));
}

TEST(pagefault_of_a_write_has_the_w_bit)
{
    L4_ThreadId_t p = prober();
    struct probe r = probe(p, PROBE_WRITE, WINDOW + 0x12C, 0);
    EXPECT(r.fault && L4_PageFaultIsWrite(r.tag));
    EXPECT_EQ(r.address, WINDOW + 0x12C);
}

TEST(pagefault_answered_with_an_empty_message_faults_again)
{
    L4_ThreadId_t p = prober();
    EXPECT(probe(p, PROBE_READ, WINDOW, 0).fault);
    L4_LoadMR(0, 0);
    L4_Send_Timeout(p, SOON);
    struct probe r = probe_on(p);
    EXPECT(r.fault && r.address == WINDOW);
}

TEST(pagefault_at_the_kernel_s_addresses_goes_to_the_pager)
{
    L4_ThreadId_t p = prober();
    struct probe r = probe(p, PROBE_READ, 0xF0100000, 0);
    EXPECT(r.fault && r.address == 0xF0100000);
}

TEST(pagefault_at_null_goes_to_the_pager)
{
    L4_ThreadId_t p = prober();
    struct probe r = probe(p, PROBE_READ, 0, 0);
    EXPECT(r.fault && r.address == 0);
}

static void fault_with_full_utcb(void)
{
    L4_Word_t wrong = 0;
    for (int i = 0; i < 64; i++)
        L4_LoadMR(i, 0xB000 + (L4_Word_t)i);
    for (int i = 0; i < 33; i++)
        L4_LoadBR(i, 0xC000 + (L4_Word_t)i * 16);
    L4_Set_ErrorCode(0x77);
    L4_Set_VirtualSender(L4_ThreadIdOfRaw(0x12345));
    (void)*(volatile L4_Word_t *)WINDOW;
    for (int i = 0; i < 64; i++)
        wrong += L4_MR(i) != 0xB000 + (L4_Word_t)i;
    for (int i = 0; i < 33; i++) {
        L4_Word_t br;
        L4_StoreBR(i, &br);
        wrong += br != 0xC000 + (L4_Word_t)i * 16;
    }
    wrong += L4_ErrorCode() != 0x77;
    wrong += L4_ActualSender().raw != 0x12345;
    result = 0x100 + wrong;
    send_words(L4_Pager(), 1, 0, 0);
    rest();
}

TEST(pagefault_leaves_mrs_brs_and_tcrs_alone)
{
    L4_Word_t items[2];
    result = 0;
    L4_ThreadId_t t = stranger_of(L4_MyGlobalId(), fault_with_full_utcb);
    L4_MsgTag_t tag = pager_serve(t);
    EXPECT(L4_IsPageFault(tag));
    L4_MapItem_t item = L4_MapItem(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)page, 12), 7), WINDOW);
    L4_LoadMR(0, 0x00550000 | 2 << 6 | 40); /* a long answer: 40 words and the item */
    for (int i = 1; i <= 40; i++)
        L4_LoadMR(i, 0xDEAD);
    items[0] = item.raw[0];
    items[1] = item.raw[1];
    L4_LoadMRs(41, 2, items);
    EXPECT(L4_IpcSucceeded(L4_Send_Timeout(t, SOON)));
    EXPECT_EQ(L4_Label(pager_serve(t)), 1);
    EXPECT_EQ(result, 0x100);
}

static void fault_without_pager(void)
{
    L4_Set_Pager(L4_nilthread);
    progress = 1;
    (void)*(volatile L4_Word_t *)WINDOW;
    progress = 2;
    rest();
}

TEST(pagefault_without_pager_halts_that_thread_only)
{
    progress = 0;
    L4_ThreadId_t t = helper(fault_without_pager);
    L4_Sleep(MOMENT);
    EXPECT_EQ(progress, 1);
    L4_Word_t state = L4_ThreadStatus(t);
    EXPECT(state == L4_SCHED_INACTIVE || state == L4_SCHED_DEAD || state == L4_SCHED_RUNNING);
    EXPECT(L4_LocalIdOf(t).raw != 0);
}

/* ---- exceptions */
void raise_with_registers(void); /* fault_asm.asm: ud2 with known registers */
extern const char raise_ud2[], raise_after[];
extern volatile L4_Word_t raise_result[8]; /* edi esi ebp esp ebx edx ecx eax afterwards */

static void raiser(void)
{
    L4_Set_ExceptionHandler(L4_Pager());
    raise_with_registers();
    progress++;
    send_words(L4_Pager(), 1, 0, 0);
    rest();
}

static L4_MsgTag_t exception_of(L4_ThreadId_t t, struct l4_exception *e)
{
    L4_MsgTag_t tag = pager_serve(t);
    L4_StoreMRs(1, L4_EXCEPTION_WORDS, &e->eip);
    return tag;
}

TEST(exception_message_has_all_registers_at_their_places)
{
    struct l4_exception e;
    L4_ThreadId_t t = stranger_of(L4_MyGlobalId(), raiser);
    L4_MsgTag_t tag = exception_of(t, &e);
    EXPECT_EQ(tag.raw, 0xFFB0000C);
    EXPECT_EQ(e.eip, (L4_Word_t)raise_ud2);
    EXPECT_EQ(e.vector, 6);
    EXPECT_EQ(e.error, 0);
    EXPECT_EQ(e.edi, 0xD1);
    EXPECT_EQ(e.esi, 0x51);
    EXPECT_EQ(e.ebp, 0xB9);
    EXPECT_EQ(e.ebx, 0xB3);
    EXPECT_EQ(e.edx, 0xD3);
    EXPECT_EQ(e.ecx, 0xC3);
    EXPECT_EQ(e.eax, 0xA3);
    EXPECT(in_image(e.esp));
    EXPECT(e.eflags & 0x200);
}

TEST(exception_reply_is_loaded_but_not_if_and_iopl)
{
    struct l4_exception e;
    progress = 0;
    L4_ThreadId_t t = stranger_of(L4_MyGlobalId(), raiser);
    EXPECT(L4_IsException(exception_of(t, &e)));
    e.eip = (L4_Word_t)raise_after;
    e.eflags = 0x3000 | 1; /* IOPL 3, IF off, carry */
    e.edi++, e.esi++, e.ebp++, e.ebx++, e.edx++, e.ecx++, e.eax++;
    L4_LoadMR(0, L4_EXCEPTION_WORDS);
    L4_LoadMRs(1, L4_EXCEPTION_WORDS, &e.eip);
    EXPECT(L4_IpcSucceeded(L4_Send_Timeout(t, SOON)));
    EXPECT_EQ(L4_Label(pager_serve(t)), 1);
    EXPECT_EQ(progress, 1);
    EXPECT_EQ(raise_result[0], 0xD2);
    EXPECT_EQ(raise_result[1], 0x52);
    EXPECT_EQ(raise_result[2], 0xBA);
    EXPECT_EQ(raise_result[4], 0xB4);
    EXPECT_EQ(raise_result[5], 0xD4);
    EXPECT_EQ(raise_result[6], 0xC4);
    EXPECT_EQ(raise_result[7], 0xA4);
    EXPECT_EQ(raise_result[3] & 0x3200, 0x200); /* the flags it had */
}

static void answer(L4_ThreadId_t t, const struct l4_exception *e)
{
    L4_LoadMR(0, L4_EXCEPTION_WORDS);
    L4_LoadMRs(1, L4_EXCEPTION_WORDS, &e->eip);
    EXPECT(L4_IpcSucceeded(L4_Send_Timeout(t, SOON)));
}

TEST(exception_reply_with_tf_executes_one_instruction)
{
    enum { TF = 0x100, STEPS = 7 };
    struct l4_exception e;
    progress = 0;
    L4_ThreadId_t t = stranger_of(L4_MyGlobalId(), raiser);
    EXPECT(L4_IsException(exception_of(t, &e)));
    e.eip = (L4_Word_t)raise_after;
    for (int i = 0; i < STEPS; i++) { /* six moves of six bytes and one of five */
        e.eflags |= TF;
        answer(t, &e);
        EXPECT(L4_IsException(exception_of(t, &e)));
        EXPECT_EQ(e.vector, 1);
        EXPECT_EQ(e.eip, (L4_Word_t)raise_after + 6 * i + (i < STEPS - 1 ? 6 : 5));
        EXPECT_EQ(e.eflags & TF, 0);
    }
    answer(t, &e);
    EXPECT_EQ(L4_Label(pager_serve(t)), 1);
    EXPECT_EQ(progress, 1);
}

static void raiser_without_handler(void)
{
    progress = 1;
    __asm__ volatile("ud2");
    progress = 2;
    rest();
}

TEST(exception_without_handler_halts_that_thread_only)
{
    progress = 0;
    stranger(raiser_without_handler);
    L4_Sleep(MOMENT);
    EXPECT_EQ(progress, 1);
}

static volatile int which;

static void raise_one(void)
{
    L4_Set_ExceptionHandler(L4_Pager());
    switch (which) {
    case 0:
        __asm__ volatile("int $0x80");
        break;
    case 1:
        __asm__ volatile("cli");
        break;
    case 2:
        __asm__ volatile("hlt");
        break;
    case 3:
        __asm__ volatile("xorl %%ecx, %%ecx\n\tdivl %%ecx" : : "a"(1), "d"(0) : "ecx");
        break;
    case 4:
        __asm__ volatile("int3");
        break;
    case 5:
        __asm__ volatile(".byte 0xf0, 0x0f, 0x0b");
        break; /* lock ud2 */
    case 6:
        __asm__ volatile("movl %%cr3, %%eax" : : : "eax");
        break;
    case 7:
        __asm__ volatile("movw $0x08, %%ax\n\tmovw %%ax, %%ds" : : : "eax");
        break;
    case 8:
        __asm__ volatile("int $0x0e");
        break;
    case 9:
        __asm__ volatile("sidt 0xf0000000\n\tlidt 0");
        break;
    case 10:
        __asm__ volatile("lgdt page");
        break;
    case 11:
        __asm__ volatile("pushl $0\n\tpushl $0x8\n\tpushl $0\n\tlret");
        break;
    case 12:
        __asm__ volatile("movw %w0, %%es" : : "r"(L4_PECAN_SELECTOR));
        break;
    case 13: /* UD2, and not quite the word that makes it KernelInterface */
        __asm__ volatile(".byte 0x0f, 0x0b, 0x4c, 0x34, 0xe6, 0x4c");
        break;
    default:
        break;
    }
    progress++;
    rest();
}

static void expect_vector(int n, L4_Word_t vector, L4_Word_t error)
{
    struct l4_exception e;
    which = n;
    L4_ThreadId_t t = stranger_of(L4_MyGlobalId(), raise_one);
    L4_MsgTag_t tag = exception_of(t, &e);
    if (!L4_IsException(tag) || e.vector != vector || (error != ~0ul && e.error != error))
        serial_printf("# case %d: tag %lx vector %lx error %lx\n", n, tag.raw, e.vector, e.error);
    EXPECT(L4_IsException(tag));
    EXPECT(e.vector == vector && (error == ~0ul || e.error == error));
    thread_delete(t);
}

TEST(exception_of_software_interrupts_is_13_with_8n_plus_2)
{
    expect_vector(0, 13, 8 * 0x80 + 2);
    expect_vector(8, 13, 8 * 14 + 2);
}

TEST(exception_of_privileged_instructions_is_13)
{
    expect_vector(1, 13, 0);
    expect_vector(2, 13, 0);
    expect_vector(6, 13, 0);
    expect_vector(10, 13, 0);
}

TEST(exception_of_a_division_by_zero_is_0) { expect_vector(3, 0, 0); }

TEST(exception_of_a_breakpoint_is_3) { expect_vector(4, 3, 0); }

TEST(exception_of_a_lock_prefix_is_6) { expect_vector(5, 6, 0); }

TEST(exception_of_kernel_selectors_is_13)
{
    expect_vector(7, 13, 8);
    expect_vector(11, 13, 8);
}

TEST(exception_of_loading_the_signature_of_the_kernel_is_11)
{
    expect_vector(12, 11, L4_PECAN_SELECTOR & ~3);
}

TEST(exception_of_ud2_before_other_bytes_than_the_magic_is_6) { expect_vector(13, 6, 0); }

/* ---- the coprocessor */
static volatile double sums[2];

static void add_up(int n, double step)
{
    double sum = 0;
    for (int i = 0; i < 200000; i++)
        sum += step;
    sums[n] = sum;
    progress++;
}

static void adder_of_halves(void)
{
    add_up(0, 0.5);
    rest();
}
static void adder_of_quarters(void)
{
    add_up(1, 0.25);
    rest();
}

TEST(fpu_state_of_two_threads_does_not_mix)
{
    progress = 0;
    sums[0] = sums[1] = 0;
    helper(adder_of_halves);
    stranger(adder_of_quarters);
    for (int i = 0; i < 100 && progress < 2; i++)
        L4_Sleep(MOMENT);
    EXPECT_EQ(progress, 2);
    EXPECT(sums[0] == 100000.0);
    EXPECT(sums[1] == 50000.0);
}

/* ---- IO ports */
TEST(iofault_message_names_port_and_width)
{
    if (!L4_HasFeature("ioflexpages"))
        SKIP("no IO fpages");
    L4_ThreadId_t p = prober();
    struct probe r = probe(p, PROBE_IN, 0x80, 0);
    EXPECT(r.fault);
    EXPECT_EQ(r.tag.raw, 0xFF860002);
    EXPECT_EQ(r.address & ~7ul, L4_IoFpageLog2(0x80, 0).raw);
    EXPECT(in_image(r.ip));
}

TEST(iofault_is_cured_by_an_io_fpage_and_unmap_revokes_it)
{
    if (!L4_HasFeature("ioflexpages"))
        SKIP("no IO fpages");
    L4_ThreadId_t p = prober();
    __asm__ volatile("inb $0x80, %%al" : : : "eax"); /* sigma0 gives it to us */
    L4_Fpage_t port = L4_FpageAddRights(L4_IoFpageLog2(0x80, 0), 6);
    EXPECT(probe(p, PROBE_IN, 0x80, 0).fault);
    give(p, L4_MapItem(port, 0x80 << 16));
    EXPECT(probe_on(p).done);
    EXPECT(probe(p, PROBE_IN, 0x81, 0).fault);
    give(p, L4_MapItem(L4_Nilpage, 0));
    EXPECT(probe_on(p).fault);
    L4_UnmapFpage(L4_FpageAddRights(port, 7));
    L4_ThreadId_t q = prober();
    give(q, L4_MapItem(port, 0x80 << 16));
    EXPECT(probe(q, PROBE_IN, 0x80, 0).done);
    L4_UnmapFpage(L4_FpageAddRights(port, 7));
    EXPECT(probe(q, PROBE_IN, 0x80, 0).fault);
}
