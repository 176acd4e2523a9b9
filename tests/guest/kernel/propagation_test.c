/* SPDX-License-Identifier: MIT */
/* Spec 5.7: a message in somebody else's name. */
#include "test.h"

static L4_ThreadId_t receiver, virtual_sender, propagator;
static volatile L4_Word_t from_seen, tag_seen, actual_seen, word_seen, result, answer;

static L4_ThreadId_t me(void) { return L4_MyGlobalId(); }

static void receive_one(L4_ThreadId_t spec)
{
    L4_ThreadId_t from;
    L4_MsgTag_t tag = L4_Ipc(L4_nilthread, spec, 0, &from);
    tag_seen = tag.raw;
    from_seen = from.raw;
    actual_seen = L4_ActualSender().raw;
    word_seen = L4_MR(1);
}

static void open_receiver(void)
{
    receive_one(L4_anythread);
    rest();
}

static void receiver_from_virtual_sender(void)
{
    receive_one(virtual_sender);
    rest();
}

static void receiver_from_propagator(void)
{
    receive_one(propagator);
    rest();
}

static void propagate(L4_ThreadId_t to, L4_ThreadId_t in_the_name_of)
{
    L4_LoadMR(0, 0x00440001);
    L4_LoadMR(1, 4711);
    EXPECT(L4_IpcSucceeded(L4_Send_Propagated(to, in_the_name_of, SOON)));
    L4_Sleep(MOMENT);
}

TEST(propagation_within_a_space_shows_both_senders)
{
    L4_ThreadId_t v = helper(rest);
    receiver = helper(open_receiver);
    propagate(receiver, v);
    EXPECT_EQ(tag_seen, 0x00441001);
    EXPECT_EQ(word_seen, 4711);
    EXPECT_EQ(from_seen, L4_LocalIdOf(v).raw);
    EXPECT_EQ(actual_seen, me().raw);
}

TEST(propagation_to_another_space_shows_global_ids)
{
    L4_ThreadId_t v = helper(rest);
    receiver = stranger(open_receiver);
    propagate(receiver, v);
    EXPECT_EQ(tag_seen, 0x00441001);
    EXPECT_EQ(from_seen, v.raw);
    EXPECT_EQ(actual_seen, me().raw);
}

TEST(propagation_in_a_strangers_name_within_a_space_is_granted)
{
    L4_ThreadId_t v = stranger(rest);
    receiver = helper(open_receiver);
    propagate(receiver, v);
    EXPECT_EQ(tag_seen, 0x00441001);
    EXPECT_EQ(from_seen, v.raw);
}

TEST(propagation_between_strangers_is_not_granted)
{
    L4_ThreadId_t v = stranger(rest);
    receiver = stranger(open_receiver);
    propagate(receiver, v);
    EXPECT_EQ(tag_seen, 0x00440001);
    EXPECT_EQ(from_seen, me().raw);
}

TEST(propagation_in_nobodys_name_is_not_granted)
{
    receiver = helper(open_receiver);
    propagate(receiver, fresh_id());
    EXPECT_EQ(tag_seen, 0x00440001);
    EXPECT_EQ(from_seen, L4_MyLocalId().raw);
    receiver = helper(open_receiver);
    propagate(receiver, L4_anythread);
    EXPECT_EQ(tag_seen, 0x00440001);
}

/* Call and reply-and-wait are what a fast path would take; what the caller sets beside p is not for the receiver. */
static L4_Word_t wait_for;

static void propagating_caller(void)
{
    L4_ThreadId_t from;
    L4_Set_VirtualSender(virtual_sender);
    L4_LoadMR(0, 0x0044F001);
    L4_LoadMR(1, 4711);
    L4_Ipc(receiver, L4_ThreadIdOfRaw(wait_for), 0, &from);
    rest();
}

TEST(propagation_in_a_call_or_a_reply_that_waits)
{
    virtual_sender = helper(rest);
    for (int round = 0; round < 4; round++) {
        receiver = round < 2 ? helper(open_receiver) : stranger(open_receiver);
        wait_for = round & 1 ? L4_anythread.raw : receiver.raw;
        from_seen = tag_seen = 0;
        L4_Sleep(MOMENT);
        propagator = helper(propagating_caller);
        L4_Sleep(MOMENT);
        EXPECT_EQ(tag_seen, 0x00441001);
        EXPECT(L4_SameThreads(L4_ThreadIdOfRaw(from_seen), virtual_sender));
        EXPECT(L4_SameThreads(L4_ThreadIdOfRaw(actual_seen), propagator));
    }
}

TEST(propagation_matches_a_closed_wait_for_the_virtual_sender)
{
    virtual_sender = helper(rest);
    receiver = helper(receiver_from_virtual_sender);
    from_seen = 0;
    propagate(receiver, virtual_sender);
    EXPECT_EQ(from_seen, L4_LocalIdOf(virtual_sender).raw);
}

TEST(propagation_to_a_closed_wait_for_the_propagator)
{
    propagator = me();
    virtual_sender = helper(rest);
    receiver = helper(receiver_from_propagator);
    L4_LoadMR(0, 0x00440001);
    from_seen = 0;
    L4_MsgTag_t tag = L4_Send_Propagated(receiver, virtual_sender, L4_TimePeriod(100000));
    L4_Sleep(MOMENT);
    if (L4_IpcFailed(tag))
        SKIP("not delivered: allowed");
    EXPECT(from_seen != 0);
}

static void caller(void)
{
    L4_ThreadId_t from;
    L4_LoadMR(0, 0x00990000);
    L4_MsgTag_t tag = L4_Ipc(propagator, propagator, 0, &from);
    result = L4_IpcFailed(tag) ? L4_ErrorCode() : L4_Label(tag);
    answer = from.raw;
    rest();
}

static void worker(void)
{
    receive_one(L4_anythread);
    L4_LoadMR(0, 0x00770000);
    if (L4_IpcFailed(L4_Reply(L4_ThreadIdOfRaw(from_seen))))
        word_seen = L4_ErrorCode();
    rest();
}

static void hand_on_a_call(L4_ThreadId_t client)
{
    L4_MsgTag_t tag = expect_message(client);
    EXPECT_EQ(L4_Label(tag), 0x99);
    propagate(receiver, client);
    EXPECT_EQ(L4_Label(L4_TagOfRaw(tag_seen)), 0x44);
    EXPECT_EQ(result, 0x77); /* answered by the worker, not by us */
    EXPECT(L4_SameThreads(L4_ThreadIdOfRaw(answer), receiver));
}

TEST(propagation_lets_the_receiver_answer_the_caller_directly)
{
    propagator = me();
    result = 0;
    receiver = helper(worker);
    hand_on_a_call(helper(caller));
}

TEST(propagation_lets_a_worker_answer_a_caller_of_another_space)
{
    propagator = me();
    result = 0;
    receiver = helper(worker);
    hand_on_a_call(stranger(caller));
}

static void waits_for_somebody_else(void)
{
    L4_MsgTag_t tag = L4_Receive(supervisor());
    result = L4_IpcFailed(tag) ? L4_ErrorCode() : L4_Label(tag);
    rest();
}

TEST(propagation_does_not_repoint_a_thread_that_waits_for_another)
{
    propagator = me();
    result = 0;
    word_seen = 0;
    receiver = helper(worker);
    L4_ThreadId_t v = helper(waits_for_somebody_else);
    L4_Sleep(MOMENT);
    propagate(receiver, v);
    EXPECT_EQ(result, 0);
    EXPECT_EQ(word_seen, 2);
}

/* ---- a pager passes a page fault on, and the receiver maps the page in its place */
enum { WINDOW = 0x80000000, VALUE = 0x600D };
static L4_Word_t page[1024] __attribute__((aligned(4096)));

static void touches_window(void)
{
    L4_Set_Pager(propagator);
    word_seen = *(volatile L4_Word_t *)WINDOW;
    L4_LoadMR(0, 0x00110000);
    L4_Send(propagator);
    rest();
}

static L4_ThreadId_t wanted;            /* the thread for which the receiver waits */

static void answers_with_page(void)
{
    L4_ThreadId_t from;
    page[0] = VALUE;
    receive_one(wanted);
    L4_MapItem_t item = L4_MapItem(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)page, 12), 7), WINDOW);
    L4_LoadMR(0, 2 << L4_TAG_T_SHIFT);
    L4_LoadMRs(1, 2, item.raw);
    L4_ReplyWait(L4_ThreadIdOfRaw(from_seen), &from);
    rest();
}

/* A thread that has touched the window and waits for us; *name: as its fault names it. */
static L4_ThreadId_t faulter(L4_ThreadId_t *name)
{
    L4_Flush(L4_FpageAddRights(L4_FpageLog2(WINDOW, 12), 7));
    from_seen = actual_seen = word_seen = tag_seen = 0;
    L4_ThreadId_t v = helper(touches_window);
    L4_MsgTag_t tag = L4_Wait_Timeout(SOON, name);
    EXPECT(L4_IsPageFault(tag) && L4_SameThreads(*name, v));
    return v;
}

/* Sends to the receiver, and waits for any thread. */
static L4_MsgTag_t pass_on(L4_ThreadId_t in_the_name_of, L4_Word_t timeouts, L4_ThreadId_t *from)
{
    L4_Set_VirtualSender(in_the_name_of);
    L4_LoadMR(0, 0x00441002);
    L4_LoadMR(1, 4711);
    L4_LoadMR(2, 4712);
    return L4_Ipc(receiver, L4_anythread, timeouts, from);
}

/* The receiver has mapped the page, so v went on and sent us a message. */
static void expect_passed(L4_MsgTag_t tag, L4_ThreadId_t from, L4_ThreadId_t v)
{
    EXPECT_EQ(L4_Label(tag), 0x11);
    EXPECT(L4_SameThreads(from, v));
    EXPECT_EQ(word_seen, VALUE);
    EXPECT_EQ(tag_seen, 0x00441002);
    EXPECT(L4_SameThreads(L4_ThreadIdOfRaw(from_seen), v));
    EXPECT_EQ(actual_seen, me().raw);
}

/* In the first round all is as a pager does it most of the time; the others miss one condition. */
static void pass_fault(int round)
{
    L4_ThreadId_t from, v;
    L4_Sleep(MOMENT);                   /* the receiver waits */
    v = faulter(&from);
    L4_MsgTag_t tag = pass_on(round == 1 ? v : from,
                              L4_Timeouts(L4_Never, round == 2 ? SOON : L4_Never), &from);
    expect_passed(tag, from, v);
}

TEST(propagation_of_a_page_fault_lets_the_receiver_map_the_page)
{
    propagator = me();
    wanted = L4_anythread;
    for (int round = 0; round < 6; round++) {
        receiver = round < 3 ? stranger(answers_with_page) : helper(answers_with_page);
        pass_fault(round % 3);
    }
}

static void touches_window_and_says_so(void)
{
    L4_Set_Pager(propagator);
    word_seen = *(volatile L4_Word_t *)WINDOW;
    rest();
}

/* The pager itself answers the thread that is not named. */
TEST(propagation_of_a_page_fault_moves_only_the_named_thread)
{
    L4_ThreadId_t from;
    propagator = me();
    wanted = L4_anythread;
    receiver = stranger(answers_with_page);
    L4_Flush(L4_FpageAddRights(L4_FpageLog2(WINDOW, 12), 7));
    L4_ThreadId_t other = helper(touches_window_and_says_so);
    EXPECT(L4_IsPageFault(L4_Wait_Timeout(SOON, &from)) && L4_SameThreads(from, other));
    pass_fault(0);
    L4_LoadMR(0, 0);
    word_seen = 0;
    EXPECT(L4_IpcSucceeded(L4_Send_Timeout(other, SOON)));
    L4_Sleep(MOMENT);
    EXPECT_EQ(word_seen, VALUE);
}

/* A receiver that waits for one thread alone: for the faulting one, for the pager (which a kernel
 * may refuse), for a third one (which it must). */
TEST(propagation_of_a_page_fault_needs_a_receiver_that_waits_for_it)
{
    propagator = me();
    for (int round = 0; round < 3; round++) {
        L4_ThreadId_t from, v = faulter(&from);
        wanted = round == 0 ? v : round == 1 ? me() : supervisor();
        receiver = stranger(answers_with_page);
        L4_Sleep(MOMENT);
        L4_MsgTag_t tag = pass_on(from, L4_Timeouts(SOON, L4_Never), &from);
        if (round < 2 && (round == 0 || L4_IpcSucceeded(tag))) {
            expect_passed(tag, from, v);
            continue;
        }
        EXPECT(L4_IpcFailed(tag));
        EXPECT_EQ(L4_ErrorCode(), 2);
        EXPECT_EQ(tag_seen, 0);
        L4_LoadMR(0, 0);                /* it still waits for us */
        EXPECT(L4_IpcSucceeded(L4_Send_Timeout(v, SOON)));
    }
}

static void answers_and_says_so(void)
{
    receive_one(L4_anythread);
    L4_LoadMR(0, 0x00770000);
    L4_MsgTag_t tag = L4_Send_Timeout(L4_ThreadIdOfRaw(from_seen), L4_ZeroTime);
    word_seen = L4_IpcFailed(tag) ? L4_ErrorCode() : 0;
    L4_LoadMR(0, 0x00110000);
    L4_Send(propagator);
    rest();
}

static L4_ThreadId_t other_pager;

static void waits_with_a_timeout(void)
{
    L4_MsgTag_t tag = L4_Receive_Timeout(supervisor(), L4_TimePeriod(10000000));
    result = L4_IpcFailed(tag) ? L4_ErrorCode() : L4_Label(tag);
    rest();
}

static void faults_to_another_pager(void)
{
    L4_Set_Pager(other_pager);
    result = *(volatile L4_Word_t *)WINDOW + 1;
    rest();
}

/* All else is as when a pager passes a fault on. */
TEST(propagation_by_a_local_id_leaves_a_thread_that_waits_for_another)
{
    void (*const waits[])(void) = { waits_for_somebody_else, waits_with_a_timeout,
                                    faults_to_another_pager };
    propagator = me();
    L4_Flush(L4_FpageAddRights(L4_FpageLog2(WINDOW, 12), 7));
    for (int i = 0; i < 3; i++) {
        result = 0;
        other_pager = helper(open_receiver);
        L4_ThreadId_t from, v = helper(waits[i]);
        L4_Sleep(MOMENT);
        receiver = helper(answers_and_says_so);
        L4_Sleep(MOMENT);
        L4_MsgTag_t tag = pass_on(L4_LocalIdOf(v), L4_Timeouts(L4_Never, L4_Never), &from);
        EXPECT_EQ(L4_Label(tag), 0x11);
        EXPECT(L4_SameThreads(from, receiver));
        EXPECT(L4_SameThreads(L4_ThreadIdOfRaw(from_seen), v));
        EXPECT_EQ(word_seen, 2);        /* v does not wait for the receiver */
        EXPECT_EQ(result, 0);
    }
}
