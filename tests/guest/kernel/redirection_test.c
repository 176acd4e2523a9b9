/* SPDX-License-Identifier: MIT */
/* Spec 5.8: what leaves a space goes to its redirector. */
#include "test.h"

static L4_ThreadId_t ward, destination, redirector, second;
static volatile L4_Word_t tag_seen, from_seen, intended_seen, word_seen, answer, answer_from, answer_tag;
static volatile int who;

static L4_Word_t redirect_to(L4_ThreadId_t space, L4_ThreadId_t r)
{
    L4_Word_t old;
    return L4_SpaceControl(space, 0, L4_Nilpage, L4_Nilpage, r, &old);
}

/* Calls the destination whenever it is told to.  What the first round touches is mapped for the second, and the
 * faults of that one have not been redirected. */
static void call_destination(void)
{
    for (;;) {
        L4_ThreadId_t from;
        L4_Receive(L4_anythread);
        L4_LoadMR(0, 0x00440001);
        L4_LoadMR(1, 4711);
        L4_MsgTag_t tag = L4_Ipc(destination, destination, 0, &from);
        answer_tag = tag.raw;
        answer_from = from.raw;
        answer = L4_MR(1);
    }
}

static void echo(void)
{
    L4_ThreadId_t from;
    L4_Ipc(L4_nilthread, L4_anythread, 0, &from);
    L4_LoadMR(0, 0);
    L4_Send_Timeout(from, SOON);
    rest();
}

static L4_ThreadId_t warm(L4_ThreadId_t t)
{
    L4_ThreadId_t real = destination;
    destination = helper(echo);
    EXPECT(L4_IpcSucceeded(send_words(t, 0, 0, 0)));
    L4_Sleep(MOMENT);
    destination = real;
    answer = answer_tag = 0;
    return t;
}

static void tell_ward(void)
{
    EXPECT(L4_IpcSucceeded(send_words(ward, 0, 0, 0)));
    L4_Sleep(MOMENT);
}

static void note(int n)
{
    L4_ThreadId_t from;
    L4_MsgTag_t tag = L4_Ipc(L4_nilthread, L4_anythread, 0, &from);
    tag_seen = tag.raw;
    from_seen = from.raw;
    word_seen = L4_MR(1);
    intended_seen = L4_IntendedReceiver().raw;
    who = n;
}

static void answer_with(L4_ThreadId_t to, L4_Word_t word)
{
    L4_LoadMR(0, 1);
    L4_LoadMR(1, word);
    EXPECT(L4_IpcSucceeded(L4_Send_Timeout(to, SOON)));
}

static void be_destination(void)
{
    for (;;) {
        note(1);
        answer_with(L4_ThreadIdOfRaw(from_seen), 1001);
    }
}

static void be_redirector(void)
{
    note(2);
    answer_with(L4_ThreadIdOfRaw(from_seen), 1002);
    rest();
}

/* Passes it on in the sender's name, so that the destination answers the sender. */
static void be_forwarder(void)
{
    note(2);
    L4_LoadMR(0, 0x00440001);
    L4_LoadMR(1, word_seen);
    EXPECT(L4_IpcSucceeded(L4_Send_Propagated(destination, ward, SOON)));
    rest();
}

static void scene(void (*destination_does)(void), void (*redirector_does)(void))
{
    who = 0;
    answer = answer_tag = 0;
    destination = stranger(destination_does);
    redirector = stranger(redirector_does);
    L4_Sleep(MOMENT);
}

static void go(L4_ThreadId_t r)
{
    ward = warm(stranger(call_destination));
    EXPECT_EQ(redirect_to(ward, r), 1);
    tell_ward();
}

TEST(redirection_brings_a_message_to_the_redirector)
{
    scene(be_destination, be_redirector);
    go(redirector);
    EXPECT_EQ(who, 2);
    EXPECT_EQ(tag_seen, 0x00442001);
    EXPECT_EQ(word_seen, 4711);
    EXPECT_EQ(from_seen, ward.raw);
    EXPECT_EQ(intended_seen, destination.raw);
    EXPECT_EQ(answer, 1002); /* a thread that waits for the destination takes it from the redirector */
    EXPECT_EQ(answer_from, redirector.raw);
}

TEST(redirection_lets_the_redirector_pass_the_message_on)
{
    scene(be_destination, be_forwarder);
    go(redirector);
    EXPECT_EQ(who, 1);
    EXPECT_EQ(tag_seen, 0x00441001); /* propagated: nothing else tells from a direct one */
    EXPECT_EQ(from_seen, ward.raw);
    EXPECT_EQ(answer, 1001);
    EXPECT_EQ(answer_from, destination.raw);
}

TEST(redirection_spares_messages_to_the_redirectors_space)
{
    scene(rest, rest);
    destination = companion(redirector, be_destination);
    L4_Sleep(MOMENT);
    go(redirector);
    EXPECT_EQ(who, 1);
    EXPECT_EQ(tag_seen, 0x00440001);
    EXPECT_EQ(answer, 1001);
}

TEST(redirection_spares_messages_within_the_space)
{
    scene(rest, be_redirector);
    ward = warm(stranger(call_destination));
    destination = companion(ward, be_destination);
    tell_ward();
    EXPECT_EQ(answer, 1001);
    EXPECT_EQ(redirect_to(ward, redirector), 1);
    who = answer = 0;
    tell_ward();
    EXPECT_EQ(who, 1);
    EXPECT_EQ(tag_seen, 0x00440001);
    EXPECT_EQ(answer, 1001);
}

static void take_all(void)
{
    for (;;)
        note(2);
}

TEST(redirection_by_a_chain_brings_a_message_to_the_nearest)
{
    scene(be_destination, take_all);
    second = helper(rest); /* in our space, so that page faults come to our supervisor all the same */
    EXPECT_EQ(redirect_to(redirector, second), 1);
    go(redirector);
    EXPECT_EQ(who, 2);
    EXPECT_EQ(tag_seen, 0x00442001);
    EXPECT_EQ(from_seen, ward.raw);
    EXPECT_EQ(intended_seen, destination.raw);
}

/* ---- a send that waits while the redirector changes */

/* The ward's call waits for a redirector that does not receive. */
static void wait_in_vain(void)
{
    scene(be_destination, rest);
    second = stranger(be_redirector);
    go(redirector);
    EXPECT_EQ(who, 0);
    EXPECT_EQ(L4_ThreadStatus(ward), L4_SCHED_PENDING_SEND);
}

TEST(redirection_to_another_finds_a_send_that_waits)
{
    wait_in_vain();
    EXPECT_EQ(redirect_to(ward, second), 1);
    L4_Sleep(MOMENT);
    EXPECT_EQ(who, 2);
    EXPECT_EQ(tag_seen, 0x00442001);
    EXPECT_EQ(intended_seen, destination.raw);
    EXPECT_EQ(answer, 1002);
    EXPECT_EQ(answer_from, second.raw);
}

TEST(redirection_to_one_that_is_deleted_waits_for_the_next)
{
    wait_in_vain();
    EXPECT_EQ(thread_delete(redirector), 1);
    L4_Sleep(MOMENT);
    EXPECT_EQ(L4_ThreadStatus(ward), L4_SCHED_PENDING_SEND);
    EXPECT_EQ(answer_tag, 0);
    EXPECT_EQ(redirect_to(ward, second), 1);
    L4_Sleep(MOMENT);
    EXPECT_EQ(answer, 1002);
    EXPECT_EQ(answer_from, second.raw);
}

TEST(redirection_that_ends_lets_a_waiting_send_go_straight)
{
    wait_in_vain();
    EXPECT_EQ(redirect_to(ward, L4_anythread), 1);
    L4_Sleep(MOMENT);
    EXPECT_EQ(who, 1);
    EXPECT_EQ(tag_seen, 0x00440001);
    EXPECT_EQ(answer, 1001);
}

TEST(redirection_of_a_waiting_send_begins_where_it_did_not_wait_yet)
{
    scene(rest, be_redirector);
    ward = warm(stranger(call_destination));
    tell_ward(); /* it waits for the destination itself */
    EXPECT_EQ(redirect_to(ward, redirector), 1);
    L4_Sleep(MOMENT);
    EXPECT_EQ(answer, 1002);
    EXPECT_EQ(intended_seen, destination.raw);
}

TEST(redirection_of_a_waiting_send_ends_with_its_destination)
{
    wait_in_vain();
    EXPECT_EQ(thread_delete(destination), 1);
    L4_Sleep(MOMENT);
    EXPECT_EQ(answer_tag, L4_TAG_ERROR);
    EXPECT_EQ(who, 0);
}

TEST(redirection_to_nobody_waits_until_there_is_somebody)
{
    scene(be_destination, take_all);
    L4_ThreadId_t next = L4_GlobalId(L4_ThreadNo(redirector), L4_Version(redirector) + 1);
    go(next);
    EXPECT_EQ(who, 0);
    EXPECT_EQ(L4_ThreadControl(next, redirector, L4_nilthread, L4_nilthread, L4_UTCB_UNCHANGED), 1);
    L4_Sleep(MOMENT);
    EXPECT_EQ(tag_seen, 0x00442001);
    EXPECT_EQ(from_seen, ward.raw);
}

static volatile L4_Word_t lasted;
static void send_for_100_ms(void)
{
    for (;;) {
        L4_Receive(L4_anythread);
        L4_Word64_t from = clock_us();
        L4_LoadMR(0, 0x00440000);
        answer_tag = L4_Send_Timeout(destination, L4_TimePeriod(100 * 1024)).raw;
        lasted = (L4_Word_t)(clock_us() - from);
    }
}

TEST(redirection_of_a_waiting_send_leaves_it_the_rest_of_its_time)
{
    scene(rest, rest);
    second = stranger(rest);
    ward = warm(stranger(send_for_100_ms));
    EXPECT_EQ(redirect_to(ward, redirector), 1);
    EXPECT(L4_IpcSucceeded(send_words(ward, 0, 0, 0)));
    L4_Sleep(L4_TimePeriod(70000));
    EXPECT_EQ(redirect_to(ward, second), 1);
    L4_Sleep(L4_TimePeriod(70000));
    EXPECT_EQ(answer_tag, L4_TAG_ERROR);
    EXPECT(lasted >= 100 * 1024 && lasted < 110000);
}

TEST(redirection_to_nobody_blocks)
{
    scene(be_destination, be_redirector);
    go(fresh_id());
    EXPECT_EQ(who, 0);
    EXPECT_EQ(answer_tag, 0);
    EXPECT_EQ(thread_delete(ward), 1);
}

TEST(redirection_ends_with_anythread_and_stays_with_nil)
{
    scene(be_destination, be_redirector);
    go(redirector);
    EXPECT_EQ(who, 2);
    EXPECT_EQ(redirect_to(ward, L4_nilthread), 1);
    redirector = stranger(be_redirector); /* the ward's still goes to the old one, which rests now */
    L4_Sleep(MOMENT);
    tell_ward();
    EXPECT_EQ(who, 2);
    EXPECT_EQ(answer, 1002);
    EXPECT_EQ(redirect_to(ward, L4_anythread), 1);
    ward = warm(companion(ward, call_destination));
    tell_ward();
    EXPECT_EQ(who, 1);
    EXPECT_EQ(tag_seen, 0x00440001);
}

static volatile L4_Word_t touched;
static void touch(void)
{
    L4_Receive(L4_anythread);
    touched = *(volatile L4_Word_t *)0x80000000;
    rest();
}

TEST(redirection_takes_page_faults_as_well)
{
    touched = who = 0;
    redirector = stranger(be_redirector); /* its answer maps nothing: the ward faults again */
    ward = stranger(touch);
    L4_Sleep(MOMENT);
    EXPECT_EQ(redirect_to(ward, redirector), 1);
    EXPECT(L4_IpcSucceeded(send_words(ward, 0, 0, 0)));
    L4_Sleep(MOMENT);
    EXPECT_EQ(who, 2);
    EXPECT_EQ(tag_seen & ~0x00070000u, 0xFFE02002);
    EXPECT_EQ(word_seen & ~0xFFFu, (L4_Word_t)0x80000000);
    EXPECT_EQ(from_seen, ward.raw);
    EXPECT_EQ(intended_seen, supervisor().raw);
    EXPECT_EQ(redirect_to(ward, L4_anythread), 1);
    EXPECT_EQ(touched, 0);
}

/* Sends out, waits for nothing, and then sends to somebody at home. */
static L4_ThreadId_t at_home;
static void send_out_then_home(void)
{
    for (;;) {
        L4_Receive(L4_anythread);
        L4_LoadMR(0, 0x00550000);
        L4_Send(destination);
        L4_LoadMR(0, 0x00440001);
        L4_LoadMR(1, 4711);
        L4_Send(at_home);
    }
}

static volatile L4_Word_t tag_at_home;
static void be_at_home(void)
{
    for (;;)
        tag_at_home = L4_Receive(L4_anythread).raw;
}

TEST(redirection_of_one_message_leaves_no_mark_on_the_next)
{
    scene(rest, take_all);
    ward = stranger(send_out_then_home);
    at_home = companion(ward, be_at_home);
    destination = redirector; /* the round in which everything is mapped */
    tell_ward();
    destination = stranger(rest);
    EXPECT_EQ(redirect_to(ward, redirector), 1);
    tag_seen = tag_at_home = 0;
    tell_ward();
    EXPECT_EQ(tag_seen, 0x00552000);
    EXPECT_EQ(tag_at_home, 0x00440001);
    EXPECT_EQ(redirect_to(ward, L4_anythread), 1);
}

/* ---- string and map items */
#define WINDOW 0x90000000u /* nothing of the image is there */

static const char carried[8] = "carried";
static char landed[8], arrived[8];
static L4_Word_t given[1024] __attribute__((aligned(4096)));
static volatile L4_Word_t window_word;
static L4_ThreadId_t teller; /* the echo of the first round accepts no items, and its answer tells nothing */

static void call_with_items(void)
{
    L4_ThreadId_t from;
    for (;;) {
        L4_Receive(teller);
        L4_StringItem_t s = L4_StringItem(sizeof carried, (void *)carried);
        L4_Fpage_t page = L4_FpageLog2((L4_Word_t)given, 12);
        L4_MapItem_t m = L4_MapItem(L4_FpageAddRights(page, L4_Readable), 0);
        (void)*(volatile const char *)carried;
        (void)*(volatile L4_Word_t *)given;
        L4_LoadMR(0, L4_MakeTag(0x45, 1, 4).raw);
        L4_LoadMR(1, 4711);
        L4_LoadMRs(2, 2, s.raw);
        L4_LoadMRs(4, 2, m.raw);
        answer_tag = L4_Ipc(destination, destination, 0, &from).raw;
        answer = L4_MR(1);
    }
}

static void accept_items(char into[8])
{
    L4_StringItem_t buffer = L4_StringItem(8, into);
    into[0] = 0;
    L4_LoadBRs(1, 2, buffer.raw);
    L4_LoadBR(0, L4_FpageLog2(WINDOW, 12).raw | L4_ACCEPT_STRINGS);
}

static void take_items(void)
{
    accept_items(landed);
    note(2);
    window_word = *(volatile L4_Word_t *)WINDOW;
    answer_with(L4_ThreadIdOfRaw(from_seen), 1002);
    rest();
}

/* Its own window has the page now, and is where it maps it from. */
static void pass_items_on(void)
{
    accept_items(landed);
    note(2);
    L4_StringItem_t s = L4_StringItem(sizeof landed, landed);
    L4_Fpage_t page = L4_FpageLog2(WINDOW, 12);
    L4_MapItem_t m = L4_MapItem(L4_FpageAddRights(page, L4_Readable), 0);
    L4_LoadMR(0, L4_MakeTag(0x45, 1, 4).raw);
    L4_LoadMR(1, word_seen);
    L4_LoadMRs(2, 2, s.raw);
    L4_LoadMRs(4, 2, m.raw);
    EXPECT(L4_IpcSucceeded(L4_Send_Propagated(destination, ward, SOON)));
    rest();
}

static void be_destination_of_items(void)
{
    accept_items(arrived);
    note(1);
    window_word = *(volatile L4_Word_t *)WINDOW;
    answer_with(L4_ThreadIdOfRaw(from_seen), 1001);
    rest();
}

static void send_items(void)
{
    given[0] = 0x600d;
    window_word = 0;
    teller = L4_MyGlobalId();
    ward = warm(stranger(call_with_items));
    EXPECT_EQ(redirect_to(ward, redirector), 1);
    tell_ward();
}

TEST(redirection_brings_strings_and_pages_to_the_redirector)
{
    scene(be_destination_of_items, take_items);
    send_items();
    EXPECT_EQ(who, 2);
    EXPECT_EQ(tag_seen, 0x00452101); /* redirected, four words of items, one plain one */
    EXPECT_EQ(word_seen, 4711);
    EXPECT_EQ(from_seen, ward.raw);
    EXPECT_EQ(intended_seen, destination.raw);
    EXPECT_EQ(landed[6], 'd');
    EXPECT_EQ(window_word, 0x600d);
    EXPECT_EQ(answer, 1002);
}

TEST(redirection_lets_the_redirector_pass_strings_and_pages_on)
{
    scene(be_destination_of_items, pass_items_on);
    send_items();
    EXPECT_EQ(who, 1);
    EXPECT_EQ(tag_seen, 0x00451101); /* propagated */
    EXPECT_EQ(word_seen, 4711);
    EXPECT_EQ(from_seen, ward.raw);
    EXPECT_EQ(arrived[6], 'd');
    EXPECT_EQ(window_word, 0x600d);
    EXPECT_EQ(answer, 1001);
}

TEST(redirection_of_a_string_that_does_not_fit_overflows_at_both)
{
    scene(be_destination, be_redirector);
    send_items();
    EXPECT_EQ(who, 2);
    EXPECT_EQ(tag_seen & 0x8000, 0x8000);
    EXPECT_EQ(word_seen, 4711);
    EXPECT_EQ(answer_tag & 0x8000, 0x8000);
}
