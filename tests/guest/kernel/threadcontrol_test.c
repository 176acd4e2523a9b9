/* SPDX-License-Identifier: MIT */
/* Spec 4.3: ThreadControl, every error code and what each call leaves behind. */
#include "test.h"

#define UNCHANGED L4_UTCB_UNCHANGED
static const L4_ThreadId_t NIL = {.raw = 0};

static volatile L4_Word_t result, error, ran, seen_id, seen_pager, seen_handler, seen_processor,
    seen_sp;

static L4_ThreadId_t me(void) { return L4_MyGlobalId(); }

static void expect_refused(L4_Word_t r, L4_Word_t code, int line)
{
    if (r != 0 || L4_ErrorCode() != code)
        serial_printf("# " __FILE__ ":%d: result %lx, error %lx, want error %lx\n", line, r, L4_ErrorCode(),
                      code);
    EXPECT(r == 0 && L4_ErrorCode() == code);
}
#define REFUSED(call, code) (L4_Set_ErrorCode(0), expect_refused((call), (code), __LINE__))

static void runner(void)
{
    ran++;
    rest();
}

static void spinner(void)
{
    for (;;)
        ran++;
}

static void unprivileged(void)
{
    L4_Set_ErrorCode(0);
    result = L4_ThreadControl(L4_ThreadIdOfRaw(seen_id), L4_ThreadIdOfRaw(seen_id),
                              L4_ThreadIdOfRaw(seen_id), NIL, UNCHANGED);
    error = L4_ErrorCode();
    ran++;
    rest();
}

TEST(threadcontrol_without_privilege_is_error_1)
{
    ran = 0;
    result = 7;
    seen_id = fresh_id().raw;
    stranger(unprivileged);
    L4_Sleep(MOMENT);
    EXPECT_EQ(ran, 1);
    EXPECT_EQ(result, 0);
    EXPECT_EQ(error, 1);
}

TEST(threadcontrol_of_a_local_id_is_error_2)
{
    REFUSED(L4_ThreadControl(L4_MyLocalId(), me(), me(), NIL, UNCHANGED), 2);
    REFUSED(L4_ThreadControl(NIL, me(), me(), NIL, UNCHANGED), 2);
    REFUSED(L4_ThreadControl(L4_anylocalthread, me(), me(), NIL, UNCHANGED), 2);
}

TEST(threadcontrol_of_kernel_and_too_large_numbers_is_error_2)
{
    const void *kip = L4_GetKernelInterface();
    REFUSED(
        L4_ThreadControl(L4_GlobalId(L4_ThreadIdSystemBase(kip), 1), me(), me(), NIL, UNCHANGED),
        2);
    REFUSED(
        L4_ThreadControl(L4_GlobalId(L4_ThreadIdUserBase(kip) - 1, 1), me(), me(), NIL, UNCHANGED),
        2);
    if (L4_ThreadIdBits(kip) < 18)
        REFUSED(L4_ThreadControl(L4_GlobalId(1ul << L4_ThreadIdBits(kip), 1), me(), me(), NIL,
                                 UNCHANGED),
                2);
    REFUSED(L4_ThreadControl(L4_anythread, me(), me(), NIL, UNCHANGED), 2);
}

TEST(threadcontrol_takes_any_of_2_to_the_17_thread_numbers)
{
    EXPECT(L4_ThreadIdBits(L4_GetKernelInterface()) >= 17); /* we have 64 MB at least */
    for (L4_Word_t number = 20000; number < 1 << 17; number = number * 2 + 1) {
        L4_ThreadId_t t = L4_GlobalId(number < (1 << 17) - 1 ? number : (1 << 17) - 1, 1);
        EXPECT_EQ(L4_ThreadControl(t, me(), me(), NIL, UNCHANGED), 1);
        EXPECT_EQ(L4_ThreadStatus(t), L4_SCHED_INACTIVE);
        EXPECT_EQ(thread_delete(t), 1);
    }
}

TEST(threadcontrol_creation_without_scheduler_is_error_4)
{
    REFUSED(L4_ThreadControl(fresh_id(), me(), NIL, NIL, UNCHANGED), 4);
}

TEST(threadcontrol_with_a_non_existing_scheduler_is_error_4)
{
    L4_ThreadId_t nobody = fresh_id();
    REFUSED(L4_ThreadControl(fresh_id(), me(), nobody, NIL, UNCHANGED), 4);
}

TEST(threadcontrol_with_a_non_existing_space_is_error_3)
{
    L4_ThreadId_t nobody = fresh_id();
    REFUSED(L4_ThreadControl(fresh_id(), nobody, me(), NIL, UNCHANGED), 3);
    REFUSED(L4_ThreadControl(fresh_id(), L4_anythread, me(), NIL, UNCHANGED), 3);
    REFUSED(L4_ThreadControl(fresh_id(),
                             L4_GlobalId(L4_ThreadIdSystemBase(L4_GetKernelInterface()), 1), me(),
                             NIL, UNCHANGED),
            3);
}

TEST(threadcontrol_creating_active_in_a_fresh_space_is_error_3)
{
    L4_ThreadId_t t = fresh_id();
    REFUSED(L4_ThreadControl(t, t, me(), me(), fresh_utcb()), 3);
}

TEST(threadcontrol_activation_in_an_unconfigured_space_fails)
{
    L4_ThreadId_t t = space_create();
    L4_Set_ErrorCode(0);
    EXPECT_EQ(activate(t, me()), 0);
    EXPECT(L4_ErrorCode() == 3 || L4_ErrorCode() == 6);
}

TEST(threadcontrol_utcb_outside_the_area_or_misaligned_is_error_6)
{
    L4_ThreadId_t t = helper_inactive();
    L4_Word_t good = (L4_Word_t)fresh_utcb();
    REFUSED(L4_ThreadControl(t, me(), NIL, me(), UNCHANGED), 6);
    REFUSED(L4_ThreadControl(t, me(), NIL, me(), (void *)(good + 256)), 6);
    REFUSED(L4_ThreadControl(t, me(), NIL, me(), (void *)(good + 1)), 6);
    REFUSED(L4_ThreadControl(t, me(), NIL, me(), (void *)0x10000), 6);
    REFUSED(L4_ThreadControl(t, me(), NIL, me(), (void *)(good + 0x10000000)), 6);
    REFUSED(L4_ThreadControl(t, me(), NIL, me(), (void *)0xFFFFFE00), 6);
    REFUSED(L4_ThreadControl(fresh_id(), me(), me(), me(), (void *)(good + 256)), 6);
}

TEST(threadcontrol_utcb_of_another_thread_is_error_6)
{
    L4_ThreadId_t t = helper_inactive();
    REFUSED(L4_ThreadControl(t, me(), NIL, me(), (void *)(L4_MyLocalId().raw - 256)), 6);
}

TEST(threadcontrol_moving_the_utcb_of_an_active_thread_is_error_6)
{
    L4_ThreadId_t t = helper(rest);
    L4_Word_t local = L4_LocalIdOf(t).raw;
    REFUSED(L4_ThreadControl(t, me(), NIL, NIL, fresh_utcb()), 6);
    EXPECT_EQ(L4_LocalIdOf(t).raw, local);
}

TEST(threadcontrol_utcb_of_an_inactive_thread_may_change)
{
    L4_ThreadId_t t = helper_inactive();
    void *first = fresh_utcb(), *second = fresh_utcb();
    EXPECT(L4_ThreadControl(t, me(), NIL, NIL, first));
    EXPECT(L4_ThreadControl(t, me(), NIL, NIL, second));
    EXPECT(L4_ThreadControl(t, me(), NIL, me(), UNCHANGED));
    EXPECT_EQ(L4_LocalIdOf(t).raw, (L4_Word_t)second + 256);
}

TEST(threadcontrol_inactive_thread_is_no_ipc_partner_yet)
{
    L4_ThreadId_t t = helper_inactive();
    L4_Word_t state = L4_ThreadStatus(t);
    EXPECT(state == L4_SCHED_DEAD || state == L4_SCHED_INACTIVE);
    L4_LoadMR(0, 0);
    EXPECT(L4_IpcFailed(L4_Send_Timeout(t, MOMENT)));
    EXPECT_EQ(L4_ErrorCode(), 2);
}

static void look(void)
{
    seen_id = L4_MyGlobalId().raw;
    seen_pager = L4_Pager().raw;
    seen_handler = L4_ExceptionHandler().raw;
    seen_processor = L4_ProcessorNo();
    seen_sp = (L4_Word_t)__builtin_frame_address(0);
    ran++;
    rest();
}

TEST(threadcontrol_new_thread_has_right_tcrs_and_no_exception_handler)
{
    L4_ThreadId_t t = helper_waiting_for_start(me());
    ran = 0;
    EXPECT(L4_IpcSucceeded(send_words(t, 0xABC, (L4_Word_t)look, stack_for(t, look))));
    L4_Sleep(MOMENT);
    EXPECT_EQ(ran, 1);
    EXPECT_EQ(seen_id, t.raw);
    EXPECT(L4_SameThreads(L4_ThreadIdOfRaw(seen_pager), me()));
    EXPECT_EQ(seen_handler, 0);
    EXPECT_EQ(seen_processor, 0);
}

TEST(threadcontrol_start_message_sets_ip_and_sp)
{
    L4_ThreadId_t t = helper_waiting_for_start(me());
    L4_Word_t sp = stack_for(t, look);
    ran = 0;
    send_words(t, 0, (L4_Word_t)look, sp);
    L4_Sleep(MOMENT);
    EXPECT(seen_sp <= sp && seen_sp > sp - 256);
}

TEST(threadcontrol_only_the_pager_starts_a_thread)
{
    L4_ThreadId_t t = helper_waiting_for_start(supervisor());
    ran = 0;
    EXPECT(L4_IpcFailed((L4_LoadMR(0, 2), L4_LoadMR(1, (L4_Word_t)look),
                         L4_LoadMR(2, stack_for(t, look)), L4_Send_Timeout(t, MOMENT))));
    EXPECT_EQ(ran, 0);
}

TEST(threadcontrol_thread_paged_by_itself_starts_by_exregs)
{
    L4_ThreadId_t t = fresh_id();
    EXPECT(L4_ThreadControl(t, me(), me(), t, fresh_utcb()));
    L4_Set_Priority(t, 100);
    ran = 0;
    start(t, runner);
    L4_Sleep(MOMENT);
    EXPECT_EQ(ran, 1);
}

TEST(threadcontrol_three_steps_make_a_running_space)
{
    ran = 0;
    stranger(runner);
    L4_Sleep(MOMENT);
    EXPECT_EQ(ran, 1);
}

TEST(threadcontrol_with_all_unchanged_changes_nothing)
{
    L4_ThreadId_t t = helper(rest), pager = L4_PagerOf(t);
    EXPECT_EQ(L4_ThreadControl(t, t, NIL, NIL, UNCHANGED), 1);
    EXPECT_EQ(L4_PagerOf(t).raw, pager.raw);
    EXPECT_EQ(L4_UtcbOf(L4_LocalIdOf(t).raw)->global_id, t.raw);
}

TEST(threadcontrol_new_pager_of_an_active_thread_shows_in_its_tcr)
{
    L4_ThreadId_t t = helper(rest);
    EXPECT_EQ(L4_ThreadControl(t, t, NIL, me(), UNCHANGED), 1);
    EXPECT(L4_SameThreads(L4_ThreadIdOfRaw(L4_UtcbOf(L4_LocalIdOf(t).raw)->pager), me()));
}

static L4_ThreadId_t next_version(L4_ThreadId_t t)
{
    return L4_GlobalId(L4_ThreadNo(t), L4_Version(t) ^ 0x2000);
}

TEST(threadcontrol_version_change_makes_the_old_id_unknown)
{
    L4_ThreadId_t t = helper(rest), new = next_version(t);
    EXPECT(L4_ThreadControl(new, t, NIL, NIL, UNCHANGED));
    EXPECT_EQ(L4_UtcbOf(L4_LocalIdOf(new).raw)->global_id, new.raw);
    L4_LoadMR(0, 0);
    EXPECT(L4_IpcFailed(L4_Send_Timeout(t, L4_ZeroTime)));
    EXPECT_EQ(L4_ErrorCode(), 4);
    L4_LoadMR(0, 0);
    EXPECT(L4_IpcFailed(L4_Send_Timeout(new, L4_ZeroTime)));
    EXPECT_EQ(L4_ErrorCode(), 2);
}

static void receive_from_supervisor(void)
{
    L4_MsgTag_t tag = L4_Receive(supervisor());
    error = L4_IpcFailed(tag) ? L4_ErrorCode() : 0x100;
    rest();
}

TEST(threadcontrol_version_change_cancels_an_ipc)
{
    L4_ThreadId_t t = helper(receive_from_supervisor);
    error = 0;
    L4_Sleep(MOMENT);
    EXPECT(L4_ThreadControl(next_version(t), t, NIL, NIL, UNCHANGED));
    L4_Sleep(MOMENT);
    EXPECT_EQ(error, 7);
}

static L4_ThreadId_t partner;

static void send_to_partner(void)
{
    L4_LoadMR(0, 0);
    L4_MsgTag_t tag = L4_Send(partner);
    error = L4_IpcFailed(tag) ? L4_ErrorCode() : 0x100;
    rest();
}

static void receive_from_partner(void)
{
    L4_MsgTag_t tag = L4_Receive(partner);
    result = L4_IpcFailed(tag) ? L4_ErrorCode() : 0x100;
    rest();
}

static void peers_wait(void)
{
    partner = helper_inactive();
    error = result = 0;
    helper(send_to_partner);
    helper(receive_from_partner);
    L4_Sleep(MOMENT);
    EXPECT_EQ(error, 0);
    EXPECT_EQ(result, 0);
}

TEST(threadcontrol_peers_of_a_changed_version_get_error_2_of_their_phase)
{
    peers_wait();
    EXPECT(L4_ThreadControl(next_version(partner), partner, NIL, NIL, UNCHANGED));
    L4_Sleep(MOMENT);
    EXPECT_EQ(error, 4);
    EXPECT_EQ(result, 5);
}

TEST(threadcontrol_peers_of_a_deleted_thread_get_error_2_of_their_phase)
{
    peers_wait();
    EXPECT(thread_delete(partner));
    L4_Sleep(MOMENT);
    EXPECT_EQ(error, 4);
    EXPECT_EQ(result, 5);
}

TEST(threadcontrol_deleted_thread_is_unknown_and_its_number_free)
{
    L4_ThreadId_t t = helper(rest);
    EXPECT(thread_delete(t));
    L4_LoadMR(0, 0);
    EXPECT(L4_IpcFailed(L4_Send_Timeout(t, L4_ZeroTime)));
    EXPECT_EQ(L4_ErrorCode(), 4);
    L4_ThreadId_t new = next_version(t);
    EXPECT(L4_ThreadControl(new, me(), me(), NIL, UNCHANGED));
    L4_LoadMR(0, 0);
    EXPECT(L4_IpcFailed(L4_Send_Timeout(t, L4_ZeroTime)));
    EXPECT_EQ(L4_ErrorCode(), 4);
    EXPECT(thread_delete(new));
}

TEST(threadcontrol_deleting_nobody_succeeds) { EXPECT_EQ(thread_delete(fresh_id()), 1); }

TEST(threadcontrol_deleting_a_spinner_stops_it)
{
    L4_ThreadId_t t = helper(spinner);
    L4_Sleep(MOMENT);
    EXPECT(thread_delete(t));
    L4_Word_t then = ran;
    L4_Sleep(MOMENT);
    EXPECT_EQ(ran, then);
}

static void delete_myself(void)
{
    result = thread_delete(L4_MyGlobalId());
    ran++;
    rest();
}

TEST(threadcontrol_thread_may_delete_itself)
{
    ran = 0;
    L4_ThreadId_t t = helper(delete_myself);
    L4_Sleep(MOMENT);
    EXPECT_EQ(ran, 0);
    L4_LoadMR(0, 0);
    EXPECT(L4_IpcFailed(L4_Send_Timeout(t, L4_ZeroTime)));
    EXPECT_EQ(L4_ErrorCode(), 4);
}

TEST(threadcontrol_a_utcb_is_free_again_after_deletion)
{
    void *utcb = fresh_utcb();
    for (int i = 0; i < 100; i++) {
        L4_ThreadId_t t = L4_GlobalId(L4_ThreadNo(me()) + 40, 1 + (L4_Word_t)i % 63);
        EXPECT(L4_ThreadControl(t, me(), me(), me(), utcb));
        EXPECT(thread_delete(t));
    }
}

TEST(threadcontrol_many_spaces_come_and_go_without_loss)
{
    for (int i = 0; i < 40; i++) {
        L4_ThreadId_t t = space_create();
        EXPECT(areas_set(t));
        EXPECT(activate(t, me()));
        EXPECT(thread_delete(t));
    }
}

TEST(threadcontrol_as_many_threads_as_the_utcb_area_has_blocks)
{
    L4_ThreadId_t first = space_create();
    L4_Word_t old, base = L4_ThreadNo(first) + 200;
    EXPECT(L4_SpaceControl(first, 0, L4_FpageLog2(0x10000000, 12), L4_FpageLog2(0x10002000, 12),
                           L4_anythread, &old));
    EXPECT(L4_ThreadControl(first, first, NIL, me(), (void *)0x10002000));
    for (L4_Word_t i = 1; i < 8; i++)
        EXPECT(L4_ThreadControl(L4_GlobalId(base + i, 1), first, me(), me(),
                                (void *)(0x10002000 + 512 * i)));
    REFUSED(L4_ThreadControl(L4_GlobalId(base + 8, 1), first, me(), me(), (void *)0x10003000), 6);
    for (L4_Word_t i = 1; i < 8; i++)
        EXPECT(thread_delete(L4_GlobalId(base + i, 1)));
}

/* Threads until the kernel has no more: an error, and everything is as before. */
TEST(threadcontrol_out_of_memory_is_error_8_and_recoverable)
{
    L4_Word_t base = L4_ThreadNo(me()) + 300,
              limit = 1ul << L4_ThreadIdBits(L4_GetKernelInterface()), n;
    for (n = 0; base + n < limit; n++)
        if (!L4_ThreadControl(L4_GlobalId(base + n, 1), me(), me(), NIL, UNCHANGED))
            break;
    if (base + n < limit)
        EXPECT_EQ(L4_ErrorCode(), 8);
    while (n-- > 0)
        EXPECT(thread_delete(L4_GlobalId(base + n, 1)));
    ran = 0;
    helper(runner);
    L4_Sleep(MOMENT);
    EXPECT_EQ(ran, 1);
}
