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
