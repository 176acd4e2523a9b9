/* SPDX-License-Identifier: MIT */
/* Each visible difference of docs/choices.md, without and with the boot option compat=pistachio. */
#include <l4/bootinfo.h>
#include "test.h"

#define UNCHANGED L4_UTCB_UNCHANGED
#define P wants_pistachio()
static const L4_ThreadId_t NIL = {.raw = 0};

static volatile L4_Word_t result, error, ran, from_seen[3], tag_seen[2], error_seen[2], word_seen;
static L4_ThreadId_t partner, boss;

static L4_ThreadId_t me(void) { return L4_MyGlobalId(); }

/* Whether the kernel's line in the boot information has the option. */
static bool wants_pistachio(void)
{
    static const char option[] = "compat=pistachio";
    L4_Word_t info = ((const L4_KernelInterfacePage_t *)L4_GetKernelInterface())->BootInfo;
    for (int i = 0; i < 2; i++) /* mapped by the first of us that asks, for good */
        L4_Sigma0_GetPage(L4_nilthread, L4_FpageLog2(info + i * 4096, 12));
    const L4_BootRec_t *r = L4_BootInfo_FirstEntry((void *)info);
    for (L4_Word_t n = L4_BootInfo_Entries((void *)info); n > 0; n--, r = L4_BootRec_Next(r)) {
        if (r->type != L4_BOOTREC_MULTIBOOT)
            continue;
        const L4_Word_t *mbi = (const L4_Word_t *)L4_MBI_Address(r);
        for (const char *at = ((const char *const *)mbi[6])[2]; *at; at++) {
            int i = 0;
            while (option[i] && at[i] == option[i])
                i++;
            if (!option[i])
                return true;
        }
    }
    return false;
}

static void expect_result(L4_Word_t r, L4_Word_t want, L4_Word_t code, int line)
{
    if (r != want || (!want && L4_ErrorCode() != code))
        serial_printf("# " __FILE__ ":%d: result %lx, error %lx\n", line, r, L4_ErrorCode());
    EXPECT(r == want && (want || L4_ErrorCode() == code));
}
/* `want` (0: with that error code) is what the call shall give. */
#define GIVES(call, want, code) (L4_Set_ErrorCode(0), expect_result((call), (want), (code), __LINE__))

TEST(compat_clock_info_is_real_or_nothing)
{
    EXPECT_EQ(((const L4_KernelInterfacePage_t *)L4_GetKernelInterface())->ClockInfo.raw, P ? 0 : 0x03E80001);
}

TEST(compat_ports_are_given_or_open)
{
    EXPECT_EQ(L4_HasFeature("ioflexpages"), !P);
}

TEST(compat_threadcontrol_has_other_error_codes)
{
    GIVES(L4_ThreadControl(L4_MyLocalId(), me(), me(), NIL, UNCHANGED), 0, P ? 3 : 2);
    GIVES(L4_ThreadControl(fresh_id(), me(), NIL, NIL, UNCHANGED), 0, P ? 2 : 4);
    L4_ThreadId_t nobody = fresh_id(), t = fresh_id();
    GIVES(L4_ThreadControl(t, me(), nobody, NIL, UNCHANGED), P, 4);
    t = helper_inactive();
    GIVES(L4_ThreadControl(t, me(), nobody, NIL, UNCHANGED), P, 4);
}

static void deletes_itself(void)
{
    L4_Set_ErrorCode(0);
    result = L4_ThreadControl(me(), NIL, NIL, NIL, UNCHANGED);
    error = L4_ErrorCode();
    ran = 1;
    rest();
}

TEST(compat_a_thread_deletes_itself_or_is_refused)
{
    ran = 0;
    result = 7;
    L4_ThreadId_t t = helper(deletes_itself);
    L4_Sleep(MOMENT);
    EXPECT_EQ(ran, P);
    EXPECT_EQ(result, P ? 0 : 7);
    if (P)
        EXPECT_EQ(error, 2);
    EXPECT_EQ(L4_ExchangeRegisters(t, 0, 0, 0, 0, 0, NIL, &(L4_Word_t){0}, &(L4_Word_t){0}, &(L4_Word_t){0}, &(L4_Word_t){0},
                                   &(L4_Word_t){0}, &(L4_ThreadId_t){0}).raw != 0, P);
}

/* In a space without privileges; the scheduler of `partner` is `boss`, of the same space. */
static void schedules(void)
{
    L4_Word_t old;
    L4_Set_ErrorCode(0);
    result = L4_Schedule(partner, ~0ul, ran, ~0ul, ~0ul, &old);
    error = L4_ErrorCode();
    result |= L4_Set_Priority(partner, 200) << 8; /* above ours */
    error |= L4_ErrorCode() << 8;
    ran = ~0ul;
    rest();
}

static void schedule_as(bool as_boss)
{
    L4_ThreadId_t s = stranger(rest), other = fresh_id();
    boss = fresh_id();
    partner = fresh_id();
    EXPECT(L4_ThreadControl(boss, s, me(), supervisor(), fresh_utcb()));
    EXPECT(L4_ThreadControl(other, s, me(), supervisor(), fresh_utcb()));
    EXPECT(L4_Set_Priority(boss, 100) && L4_Set_Priority(other, 100));
    EXPECT(L4_ThreadControl(partner, s, boss, supervisor(), fresh_utcb()));
    result = error = 0;
    L4_ThreadId_t runs = as_boss ? boss : other;
    L4_LoadMR(0, 0x701 << 16 | 3);
    L4_LoadMR(1, runs.raw);
    L4_LoadMR(2, (L4_Word_t)schedules);
    L4_LoadMR(3, stack_for(runs, schedules));
    EXPECT(L4_IpcSucceeded(L4_Call(supervisor())));
    for (int i = 0; i < 20 && ran != ~0ul; i++)
        L4_Sleep(MOMENT);
    EXPECT_EQ(ran, ~0ul);
}

static void raises(void)
{
    L4_Set_ExceptionHandler(boss);
    __asm__ volatile("ud2; nop; nop");
    ran = 1;
    rest();
}

TEST(compat_a_reply_to_an_exception_sets_tf_or_does_not)
{
    struct l4_exception e;
    ran = 0;
    boss = me();
    L4_ThreadId_t t = helper(raises);
    EXPECT(L4_IsException(L4_Receive_Timeout(t, SOON)));
    L4_StoreMRs(1, L4_EXCEPTION_WORDS, &e.eip);
    L4_LoadMR(0, L4_EXCEPTION_WORDS);
    L4_LoadMR(1, e.eip + 2);
    L4_LoadMR(2, e.eflags | 0x100);
    EXPECT(L4_IpcSucceeded(L4_Send_Timeout(t, SOON)));
    L4_MsgTag_t tag = L4_Receive_Timeout(t, MOMENT);
    EXPECT_EQ(L4_IpcSucceeded(tag), !P);
    EXPECT_EQ(ran, P);
}

TEST(compat_schedule_is_for_the_schedulers_space_or_for_it_alone)
{
    ran = 0;
    schedule_as(false);
    EXPECT_EQ(result & 255, P ? 0 : L4_SCHED_WAITING);
    EXPECT_EQ(error & 255, P ? 1 : 0);
}

TEST(compat_schedule_has_other_error_codes)
{
    L4_Word_t old;
    ran = 1; /* a processor that does not exist */
    schedule_as(true);
    EXPECT_EQ(result & 255, P ? L4_SCHED_WAITING : 0);
    EXPECT_EQ(result >> 8, 0);
    EXPECT_EQ(error >> 8, P ? 1 : 5);
    GIVES(L4_Set_Timeslice(me(), L4_TimeOfRaw(0x8001), L4_Never), 0, P ? 2 : 5);
    GIVES(L4_Schedule(fresh_id(), ~0ul, ~0ul, ~0ul, ~0ul, &old), P ? 0 : L4_SCHED_DEAD, 2);
    GIVES(L4_Schedule(helper_inactive(), ~0ul, ~0ul, ~0ul, ~0ul, &old), P ? L4_SCHED_DEAD : L4_SCHED_INACTIVE, 0);
    L4_Set_ErrorCode(77);
    EXPECT(L4_Schedule(helper(rest), ~0ul, ~0ul, ~0ul, ~0ul, &old));
    EXPECT_EQ(L4_ErrorCode(), P ? 0 : 77);
    EXPECT_EQ(old, P ? 10000ul << 16 : 0x1271ul << 16);
}

TEST(compat_exchange_registers_tells_no_state_of_nobody)
{
    L4_Word_t control = 0, w;
    L4_ThreadId_t pager;
    GIVES(L4_ExchangeRegisters(fresh_id(), L4_EXREGS_DELIVER, 0, 0, 0, 0, NIL, &control, &w, &w, &w, &w, &pager).raw, 0, 2);
    EXPECT_EQ(control, P ? 0 : L4_EXREGS_DELIVER);
}

/* ---- ids inside a space: choice 25 */

static void answers_three_times(void)
{
    L4_ThreadId_t from;
    L4_Ipc(NIL, L4_anythread, 0, &from); /* Wait */
    from_seen[0] = from.raw;
    for (int i = 1; i < 3; i++) {
        L4_LoadMR(0, 0);
        L4_ReplyWait(from, &from);
        from_seen[i] = from.raw;
    }
    L4_LoadMR(0, 0);
    L4_Send(from);
    rest();
}

TEST(compat_ids_are_local_or_global_where_a_send_phase_came_before)
{
    L4_ThreadId_t t = helper(answers_three_times), from;
    L4_Word_t local = L4_MyLocalId().raw;
    L4_LoadMR(0, 0);
    L4_Ipc(t, t, 0, &from);
    EXPECT_EQ(from.raw, P ? t.raw : L4_LocalIdOf(t).raw);
    L4_LoadMR(0, 0);
    L4_Ipc(L4_LocalIdOf(t), L4_LocalIdOf(t), 0, &from);
    EXPECT_EQ(from.raw, P ? t.raw : L4_LocalIdOf(t).raw);
    L4_LoadMR(0, 0);
    L4_Ipc(t, t, L4_Timeouts(SOON, SOON), &from);
    EXPECT_EQ(from.raw, L4_LocalIdOf(t).raw);
    EXPECT_EQ(from_seen[0], local);
    EXPECT_EQ(from_seen[1], P ? me().raw : local);
    EXPECT_EQ(from_seen[2], P ? me().raw : local);
}

/* ---- typed items: choices 20, 21 */

static void takes_an_item(void)
{
    L4_Accept(L4_MapGrantItems(L4_FpageLog2(0x60000000, 12)));
    L4_Receive(partner);
    word_seen = L4_MR(1);
    rest();
}

TEST(compat_the_last_item_says_that_it_is_the_last_or_what_the_sender_said)
{
    static char page[4096] __attribute__((aligned(4096)));
    partner = me();
    L4_ThreadId_t t = helper(takes_an_item);
    L4_MapItem_t item = L4_MapItem(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)page, 12), 7), 0x1000);
    item.raw[0] |= L4_ITEM_MORE;
    L4_LoadMR(0, 2 << 6);
    L4_LoadMRs(1, 2, item.raw);
    EXPECT(L4_IpcSucceeded(L4_Send_Timeout(t, SOON)));
    L4_Sleep(MOMENT);
    EXPECT_EQ(word_seen, 0x1000 | L4_ITEM_MAP | (P ? L4_ITEM_MORE : 0));
}

#define FAR 0x70000000u /* nothing is there */
static L4_Word_t string_at[2], xfer[2];

static void string_end(int side)
{
    L4_ThreadId_t from;
    L4_MsgTag_t tag;
    L4_Set_XferTimeouts(xfer[side]);
    if (side) {
        L4_LoadBR(1, 100 << L4_STRING_LENGTH_SHIFT);
        L4_LoadBR(2, string_at[1]);
        L4_LoadBR(0, L4_ACCEPT_STRINGS);
        tag = L4_Ipc(NIL, L4_anythread, 0, &from);
    } else {
        L4_LoadMR(0, 2 << 6);
        L4_LoadMR(1, 100 << L4_STRING_LENGTH_SHIFT);
        L4_LoadMR(2, string_at[0]);
        tag = L4_Send_Timeout(partner, SOON);
    }
    error_seen[side] = L4_ErrorCode() >> 1 & 7;
    tag_seen[side] = tag.raw;
    rest();
}
static void string_sender(void) { string_end(0); }
static void string_receiver(void) { string_end(1); }

/* Whose page is missing, both transfer timeouts; and what the sender sees: 5 or 6.  The receiver sees the other. */
static void transfer(int missing, L4_Time_t send, L4_Time_t receive, L4_Word_t sees)
{
    static char buffer[2][100];
    for (int side = 0; side < 2; side++)
        string_at[side] = side == missing ? FAR : (L4_Word_t)buffer[side];
    xfer[0] = (L4_Word_t)send.raw << 16;
    xfer[1] = receive.raw;
    error_seen[0] = error_seen[1] = 0;
    partner = helper(string_receiver);
    L4_Sleep(MOMENT);
    helper(string_sender);
    L4_Sleep(L4_TimePeriod(100000));
    EXPECT_EQ(error_seen[0], sees);
    EXPECT_EQ(error_seen[1], 11 - sees);
}

TEST(compat_a_transfer_timeout_tells_whose_page_it_was_or_whose_timeout)
{
    transfer(0, L4_ZeroTime, L4_Never, 5);
    transfer(0, L4_Never, L4_ZeroTime, P ? 6 : 5);
    transfer(0, L4_ZeroTime, L4_ZeroTime, 5);
    transfer(1, L4_ZeroTime, L4_ZeroTime, P ? 5 : 6);
    transfer(1, L4_Never, L4_ZeroTime, 6);
}

/* ---- faults: choice 24 */

static void reads_far(void)
{
    (void)*(volatile L4_Word_t *)FAR;
    rest();
}

TEST(compat_a_read_fault_says_read_or_read_and_execute)
{
    L4_ThreadId_t t = helper_waiting_for_start(me());
    send_words(t, 0, (L4_Word_t)reads_far, stack_for(t, reads_far));
    L4_MsgTag_t tag = pager_serve(t);
    EXPECT_EQ(L4_MR(1), FAR);
    EXPECT_EQ(L4_Label(tag), P ? 0xFFE5 : 0xFFE4);
}
