/* SPDX-License-Identifier: MIT */
/* Spec 5.5, 5.6: string items, between two strangers.  Each has a pager of ours that maps a piece of our memory at
 * FAR when it is asked to, later, or never; so every copy to or from there begins with faults. */
#include "probe.h"

#define FAR 0x80000000u
#define LARGE 16 /* log2 of what a generous pager maps */
#define ROOM  (1024u * 1024 + (1 << LARGE))
#define MAX_WORDS 40

static uint8_t memory[2][ROOM] __attribute__((aligned(1 << LARGE)));

enum { SENDER, RECEIVER };

static struct end {
    L4_ThreadId_t id, pager, deleter;
    L4_Word_t words[MAX_WORDS], count; /* MR1.. or BR1.. */
    L4_Word_t xfer;
    L4_Time_t delay;        /* before the pager answers */
    bool generous;          /* it maps the 16 pages around */
    bool twice;             /* it sends its item twice in one message */
    bool hold;              /* it never does */
    volatile L4_Word_t faults, address, label;
    volatile bool done;
    volatile L4_Word_t tag, error, from;
    volatile L4_Word_t seen[MAX_WORDS];
} end[2] __attribute__((aligned(1024))); /* in one page, and so is the code of each end: what it runs after the copy is there */
#define IN_ONE_PAGE __attribute__((aligned(512)))

static L4_Word_t code(int side) { return end[side].error >> 1 & 7; }
static L4_Word_t offset(int side) { return end[side].error >> 4; }

IN_ONE_PAGE static void sender(void)
{
    struct end *e = &end[SENDER];
    L4_Set_XferTimeouts(e->xfer);
    L4_LoadMRs(1, e->count, e->words);
    L4_LoadMR(0, 0x12340000 | e->count << 6);
    L4_MsgTag_t tag = L4_Send_Timeout(end[RECEIVER].id, SOON);
    e->error = L4_ErrorCode();
    e->tag = tag.raw;
    e->done = true;
    rest();
}

IN_ONE_PAGE static void receiver(void)
{
    struct end *e = &end[RECEIVER];
    L4_ThreadId_t from;
    L4_Set_XferTimeouts(e->xfer);
    for (L4_Word_t i = 0; i < e->count; i++)
        L4_LoadBR(1 + i, e->words[i]);
    L4_LoadBR(0, L4_ACCEPT_STRINGS);
    L4_MsgTag_t tag = L4_Ipc(L4_nilthread, L4_anythread, 0, &from);
    e->error = L4_ErrorCode();
    for (int i = 0; i < MAX_WORDS; i++)
        e->seen[i] = L4_MR(1 + i);
    e->from = from.raw;
    e->tag = tag.raw;
    e->done = true;
    rest();
}

static void give_twice(L4_ThreadId_t to, L4_MapItem_t item)
{
    L4_LoadMR(0, 4 << L4_TAG_T_SHIFT);
    L4_LoadMRs(1, 2, item.raw);
    L4_LoadMRs(3, 2, item.raw);
    L4_Send_Timeout(to, SOON);
}

static void pager(int side, void (*f)(void))
{
    struct end *e = &end[side];
    e->id = stranger_of(L4_MyGlobalId(), f);
    for (;;) {
        L4_MsgTag_t tag = pager_serve(e->id);
        if (L4_IpcFailed(tag) || !L4_IsPageFault(tag))
            continue;
        L4_Word_t page = L4_MR(1) & ~4095u;
        e->address = L4_MR(1);
        e->label = L4_Label(tag);
        e->faults++;
        if (e->hold)
            rest();
        if (e->delay.raw != L4_TIME_ZERO)
            L4_Sleep(e->delay);
        L4_Word_t at = page - FAR < ROOM ? page - FAR : 0;
        L4_Word_t log2 = e->generous ? LARGE : 12;
        at &= ~L4_SizeMask(log2);
        L4_MapItem_t item = L4_MapItem(L4_FpageAddRights(L4_FpageLog2((L4_Word_t)memory[side] + at, log2), L4_FullyAccessible),
                                       FAR + at);
        if (e->twice)
            give_twice(e->id, item);
        else
            give(e->id, item);
    }
}

static void sender_pager(void) { pager(SENDER, sender); }
static void receiver_pager(void) { pager(RECEIVER, receiver); }

static L4_Word_t string_word(L4_Word_t length, L4_Word_t substrings)
{
    return length << L4_STRING_LENGTH_SHIFT | (substrings - 1) << L4_STRING_J_SHIFT;
}

static uint8_t pattern(L4_Word_t i) { return i * 7 + (i >> 8) + (i >> 13); }

static void prepare(void)
{
    for (int side = SENDER; side <= RECEIVER; side++) {
        end[side] = (struct end){.delay = L4_ZeroTime};
        for (L4_Word_t i = 0; i < ROOM; i++)
            memory[side][i] = side == SENDER ? pattern(i) : 0xEE;
    }
}

static void words(int side, L4_Word_t a, L4_Word_t b)
{
    end[side].words[end[side].count++] = a;
    end[side].words[end[side].count++] = b;
}

static void begin(void)
{
    end[RECEIVER].pager = helper(receiver_pager);
    while (!end[RECEIVER].id.raw)
        L4_Sleep(L4_TimePeriod(1000));
    L4_Sleep(L4_TimePeriod(5000));
    end[SENDER].pager = helper(sender_pager);
}

static bool finish(int side)
{
    for (int i = 0; i < 1000 && !end[side].done; i++)
        L4_Sleep(L4_TimePeriod(2000));
    return end[side].done;
}

static void run(void)
{
    begin();
    EXPECT(finish(SENDER));
    EXPECT(finish(RECEIVER));
}

/* memory[RECEIVER] holds the sender's bytes from `from` on, at [at, at + n), and nothing behind. */
static bool arrived(L4_Word_t at, L4_Word_t from, L4_Word_t n)
{
    for (L4_Word_t i = 0; i < n; i++)
        if (memory[RECEIVER][at + i] != pattern(from + i))
            return false;
    return memory[RECEIVER][at + n] == 0xEE;
}

static void copies(L4_Word_t length, L4_Word_t from, L4_Word_t to)
{
    prepare();
    words(SENDER, string_word(length, 1), FAR + from);
    words(RECEIVER, string_word(length, 1), FAR + to);
    run();
    EXPECT_EQ(end[SENDER].tag & L4_TAG_ERROR, 0);
    EXPECT_EQ(end[RECEIVER].tag, 0x12340000 | 2 << 6);
    EXPECT_EQ(end[RECEIVER].seen[0], string_word(length, 1));
    EXPECT_EQ(end[RECEIVER].seen[1], FAR + from);
    EXPECT_EQ(end[RECEIVER].from, end[SENDER].id.raw);
    EXPECT(arrived(to, from, length));
    EXPECT(to == 0 || memory[RECEIVER][to - 1] == 0xEE);
    EXPECT_EQ(end[SENDER].faults, length ? (from + length - 1) / 4096 - from / 4096 + 1 : 0);
    EXPECT_EQ(end[RECEIVER].faults, length ? (to + length - 1) / 4096 - to / 4096 + 1 : 0);
}

TEST(strings_of_no_byte) { copies(0, 0, 0); }
TEST(strings_of_one_byte) { copies(1, 0, 0); }
TEST(strings_of_4095_bytes) { copies(4095, 0, 1); }
TEST(strings_of_4096_bytes) { copies(4096, 0, 0); }
TEST(strings_of_4097_bytes_across_pages) { copies(4097, 4000, 8191); }
TEST(strings_of_a_megabyte) { copies(1024 * 1024, 100, 4099); }

TEST(strings_faults_name_address_and_access)
{
    copies(10, 5, 77);
    EXPECT_EQ(end[SENDER].address & ~4095u, FAR);
    EXPECT_EQ(end[SENDER].label & L4_FPAGE_W, 0);
    EXPECT_EQ(end[RECEIVER].address & ~4095u, FAR);
    EXPECT_EQ(end[RECEIVER].label & L4_FPAGE_W, L4_FPAGE_W);
}

/* 100,000 bytes, of which no page is there yet; how the pagers are is settled before. */
static void copies_much(void)
{
    words(SENDER, string_word(100000, 1), FAR + 65000);
    words(RECEIVER, string_word(100000, 1), FAR + 64000);
    run();
    EXPECT_EQ(end[SENDER].tag & L4_TAG_ERROR, 0);
    EXPECT_EQ(end[RECEIVER].tag, 0x12340000 | 2 << 6);
    EXPECT(arrived(64000, 65000, 100000));
}

/* Between two items there is a pause, too. */
TEST(strings_whose_pagers_answer_with_two_items_arrive)
{
    prepare();
    end[SENDER].twice = end[RECEIVER].twice = true;
    copies_much();
}

/* A map of many pages pauses; that must not confuse which thread copies to which.  The last page of the 16 comes first. */
TEST(strings_whose_pagers_map_many_pages_arrive)
{
    prepare();
    end[SENDER].generous = end[RECEIVER].generous = true;
    copies_much();
    EXPECT(end[SENDER].faults <= 10 && end[RECEIVER].faults <= 10);
}

/* What happened to the first page of a side's memory since we last asked; our own copy of it counts as well. */
static L4_Word_t page_status(int side)
{
    return L4_Rights(L4_GetStatus(L4_FpageLog2((L4_Word_t)memory[side], 12))) & (L4_Readable | L4_Writable);
}

TEST(strings_show_in_the_status_of_the_pages_that_they_come_from_and_go_to)
{
    prepare();
    words(SENDER, string_word(100, 1), FAR);
    words(RECEIVER, string_word(100, 1), FAR);
    for (int side = SENDER; side <= RECEIVER; side++)
        EXPECT_EQ(page_status(side), L4_Readable | L4_Writable); /* prepare() wrote them */
    run();
    EXPECT_EQ(page_status(SENDER), L4_Readable);
    EXPECT_EQ(page_status(RECEIVER), L4_Readable | L4_Writable);
    EXPECT_EQ(page_status(SENDER) | page_status(RECEIVER), 0);
}

TEST(strings_gather_and_scatter_by_substrings_and_compounds)
{
    prepare();
    struct end *s = &end[SENDER], *r = &end[RECEIVER];
    words(SENDER, string_word(10, 2) | L4_STRING_COMPOUND, FAR); /* 10 + 10 + 13 + 0 + 7 = 40 */
    s->words[s->count++] = FAR + 10;
    words(SENDER, string_word(13, 1) | L4_STRING_COMPOUND, FAR + 20);
    words(SENDER, string_word(0, 1) | L4_STRING_COMPOUND, 0xFFFFFFFF);
    words(SENDER, string_word(7, 1), FAR + 33);
    words(RECEIVER, string_word(3, 3) | L4_STRING_COMPOUND, FAR); /* 9 + 31 of 64 */
    r->words[r->count++] = FAR + 3;
    r->words[r->count++] = FAR + 6;
    words(RECEIVER, string_word(64, 1), FAR + 9);
    run();
    EXPECT_EQ(r->tag, 0x12340000 | s->count << 6);
    EXPECT(arrived(0, 0, 40));
    for (L4_Word_t i = 0; i < s->count; i++)
        EXPECT_EQ(r->seen[i], s->words[i]);
}

TEST(strings_two_items_into_two_buffers)
{
    prepare();
    words(SENDER, string_word(5, 1), FAR);
    words(SENDER, string_word(6, 1), FAR + 100);
    words(RECEIVER, string_word(50, 1) | L4_ITEM_MORE, FAR);
    words(RECEIVER, string_word(50, 1), FAR + 100);
    run();
    EXPECT(arrived(0, 0, 5));
    EXPECT(arrived(100, 100, 6));
    EXPECT_EQ(end[RECEIVER].seen[0], string_word(5, 1) | L4_ITEM_MORE); /* as it should have been */
    EXPECT_EQ(end[RECEIVER].seen[2], string_word(6, 1));
}

static void overflows(L4_Word_t at)
{
    run();
    EXPECT_EQ(code(SENDER), L4_IPC_OVERFLOW);
    EXPECT_EQ(code(RECEIVER), L4_IPC_OVERFLOW);
    EXPECT_EQ(end[SENDER].error & 1, L4_IPC_PHASE_SEND);
    EXPECT_EQ(end[RECEIVER].error & 1, L4_IPC_PHASE_RECEIVE);
    EXPECT_EQ(offset(SENDER), at);
    EXPECT_EQ(offset(RECEIVER), at);
}

TEST(strings_that_do_not_fit_overflow_where_the_buffer_ends)
{
    prepare();
    words(SENDER, string_word(5000, 1), FAR);
    words(RECEIVER, string_word(4500, 1), FAR);
    overflows(4500);
    EXPECT(arrived(0, 0, 4500));
}

TEST(strings_more_than_buffers_overflow_after_the_first)
{
    prepare();
    words(SENDER, string_word(5, 1), FAR);
    words(SENDER, string_word(6, 1), FAR + 100);
    words(RECEIVER, string_word(50, 1), FAR);
    overflows(5);
    EXPECT(arrived(0, 0, 5));
}

TEST(strings_into_no_string_buffer_overflow)
{
    prepare();
    words(SENDER, string_word(5, 1), FAR);
    words(RECEIVER, L4_ITEM_MAP, FAR);
    overflows(0);
}

TEST(strings_into_a_buffer_beyond_the_last_register_overflow)
{
    prepare();
    words(SENDER, string_word(5, 1), FAR);
    for (int i = 0; i < 15; i++)
        words(RECEIVER, string_word(0, 1) | L4_STRING_COMPOUND, FAR);
    words(RECEIVER, string_word(0, 2), FAR); /* BR31, 32, and 33 */
    overflows(0);
}

TEST(strings_cut_off_by_the_end_of_the_message_overflow)
{
    prepare();
    words(SENDER, string_word(5, 2), FAR); /* two substrings, one address */
    words(RECEIVER, string_word(50, 1), FAR);
    overflows(0);
}

TEST(strings_from_beyond_user_memory_overflow_at_its_end)
{
    prepare();
    words(SENDER, string_word(0x3FFFFF, 1), 0xFFFFF000);
    words(RECEIVER, string_word(50, 1), FAR);
    overflows(0);
    prepare();
    words(SENDER, string_word(50, 1), FAR);
    words(RECEIVER, string_word(0x3FFFFF, 1), 0xC0000000);
    overflows(0);
}

/* ---- what the receiver learns of what did not fit */

TEST(strings_that_do_not_fit_tell_their_length)
{
    prepare();
    words(SENDER, string_word(100, 1), FAR);
    words(RECEIVER, string_word(60, 1), FAR);
    run();
    EXPECT_EQ(end[RECEIVER].tag, 0x12340000 | 2 << 6 | L4_TAG_ERROR);
    EXPECT_EQ(end[RECEIVER].seen[0], string_word(100, 1));
    EXPECT_EQ(end[RECEIVER].seen[1], FAR);
    EXPECT_EQ(end[SENDER].tag, L4_TAG_ERROR);
}

TEST(strings_that_do_not_fit_tell_the_length_of_all_their_pieces)
{
    prepare();
    words(SENDER, string_word(10, 1) | L4_ITEM_MORE, FAR); /* this one arrives */
    words(SENDER, string_word(30, 2) | L4_STRING_COMPOUND, FAR);
    end[SENDER].words[end[SENDER].count++] = FAR + 100;
    words(SENDER, string_word(7, 1) | L4_ITEM_MORE, FAR);
    words(SENDER, string_word(1000, 1), FAR); /* not looked at */
    words(RECEIVER, string_word(10, 1) | L4_ITEM_MORE, FAR);
    words(RECEIVER, string_word(60, 1), FAR + 200);
    for (int i = 0; i < 9; i++)
        end[RECEIVER].seen[i] = 0xE0E0;
    overflows(70);
    EXPECT_EQ(end[RECEIVER].seen[0], string_word(10, 1) | L4_ITEM_MORE);
    EXPECT_EQ(end[RECEIVER].seen[2], string_word(30, 2) | L4_STRING_COMPOUND | L4_ITEM_MORE);
    EXPECT_EQ(end[RECEIVER].seen[4], FAR + 100);
    EXPECT_EQ(end[RECEIVER].seen[5], string_word(7, 1) | L4_ITEM_MORE);
    EXPECT(end[RECEIVER].seen[7] != string_word(1000, 1));
}

TEST(strings_that_are_not_accepted_tell_their_length)
{
    prepare();
    words(SENDER, string_word(100, 1), FAR);
    run();
    EXPECT_EQ(end[RECEIVER].tag, 0x12340000 | 2 << 6 | L4_TAG_ERROR);
    EXPECT_EQ(end[RECEIVER].seen[0], string_word(100, 1));
}

/* ---- transfer timeouts */

static L4_Word_t xfer(L4_Time_t send, L4_Time_t receive)
{
    return (L4_Word_t)send.raw << 16 | receive.raw;
}

TEST(strings_with_zero_transfer_timeouts_pass_where_nothing_faults)
{
    static char from[32] = "no fault", to[32];
    prepare();
    memory[SENDER][0] = 0;
    end[SENDER].xfer = end[RECEIVER].xfer = xfer(L4_ZeroTime, L4_ZeroTime);
    L4_ThreadId_t pair = helper(receiver); /* in our own space, where it all is mapped */
    words(RECEIVER, string_word(sizeof to, 1), (L4_Word_t)to);
    words(SENDER, string_word(sizeof from, 1), (L4_Word_t)from);
    to[0] = 'x';
    end[RECEIVER].id = pair;
    L4_Sleep(MOMENT);
    helper(sender);
    EXPECT(finish(RECEIVER) && finish(SENDER));
    EXPECT_EQ(end[SENDER].tag & L4_TAG_ERROR, 0);
    EXPECT_EQ(end[RECEIVER].tag & L4_TAG_ERROR, 0);
    for (unsigned i = 0; i < sizeof from; i++)
        EXPECT_EQ(to[i], from[i]);
}

static void times_out(int faulting, L4_Word_t at)
{
    run();
    EXPECT_EQ(code(faulting), L4_IPC_XFER_INVOKER);
    EXPECT_EQ(code(1 - faulting), L4_IPC_XFER_PARTNER);
    EXPECT_EQ(offset(SENDER), at);
    EXPECT_EQ(offset(RECEIVER), at);
}

TEST(strings_with_a_zero_transfer_timeout_end_at_the_first_fault)
{
    for (int side = SENDER; side <= RECEIVER; side++) {
        prepare();
        end[side].xfer = xfer(L4_ZeroTime, L4_ZeroTime);
        words(SENDER, string_word(5, 1), FAR);
        words(RECEIVER, string_word(5, 1), FAR);
        times_out(SENDER, 0); /* its page is missed first */
        EXPECT_EQ(end[SENDER].faults, 0);
    }
}

static void slow(int side, L4_Time_t delay)
{
    prepare();
    end[side].delay = delay;
    words(SENDER, string_word(4096, 1), FAR);
    words(RECEIVER, string_word(4096, 1), FAR + 4000);
}

TEST(strings_with_a_transfer_timeout_end_while_a_pager_is_slow)
{
    for (int side = SENDER; side <= RECEIVER; side++) {
        slow(side, L4_TimePeriod(500000));
        end[SENDER].xfer = xfer(L4_TimePeriod(50000), L4_Never);
        L4_Word64_t start = clock_us();
        times_out(side, 0);
        EXPECT(clock_us() - start >= 50000);
        EXPECT(clock_us() - start < 400000);
    }
    slow(RECEIVER, L4_TimePeriod(40000)); /* the second fault is too late: one limit for both */
    end[RECEIVER].xfer = xfer(L4_Never, L4_TimePeriod(65000));
    times_out(RECEIVER, 96);
}

TEST(strings_without_transfer_timeouts_wait_for_slow_pagers)
{
    for (int side = SENDER; side <= RECEIVER; side++) {
        slow(side, L4_TimePeriod(50000));
        run();
        EXPECT(arrived(4000, 0, 4096));
    }
}

/* ---- what others do to a stalled copy */

static void stall(int side)
{
    prepare();
    end[side].hold = true;
    words(SENDER, string_word(100, 1), FAR);
    words(RECEIVER, string_word(100, 1), FAR);
    begin();
    for (int i = 0; i < 1000 && !end[side].faults; i++)
        L4_Sleep(L4_TimePeriod(1000));
    EXPECT_EQ(end[side].faults, 1);
    EXPECT(!end[SENDER].done && !end[RECEIVER].done);
}

static void aborted(int side)
{
    EXPECT(finish(side));
    EXPECT_EQ(code(side), L4_IPC_ABORTED);
    EXPECT_EQ(end[side].error & 1, side);
    EXPECT_EQ(offset(side), 0);
}

static L4_Word_t exchanged, control_seen;
static void exchange(int side, L4_Word_t control)
{
    L4_Word_t sp, ip, flags, handle;
    L4_ThreadId_t pager;
    exchanged = L4_ExchangeRegisters(end[side].id, control, 0, 0, 0, 0, L4_nilthread, &control_seen, &sp, &ip,
                                     &flags, &handle, &pager)
                    .raw;
}

static int victim;
static void abort_victim(void)
{
    exchange(victim, victim == SENDER ? L4_EXREGS_SEND : L4_EXREGS_RECEIVE);
    rest();
}

TEST(strings_abort_of_either_partner_ends_a_stalled_copy_for_both)
{
    for (int stalled = SENDER; stalled <= RECEIVER; stalled++)
        for (victim = SENDER; victim <= RECEIVER; victim++) {
            stall(stalled);
            companion(end[victim].id, abort_victim);
            aborted(SENDER);
            aborted(RECEIVER);
            EXPECT(exchanged != 0);
            EXPECT(control_seen & (victim == SENDER ? L4_EXREGS_SEND : L4_EXREGS_RECEIVE));
        }
}

TEST(strings_deletion_of_either_partner_ends_a_stalled_copy)
{
    for (int stalled = SENDER; stalled <= RECEIVER; stalled++)
        for (int gone = SENDER; gone <= RECEIVER; gone++) {
            stall(stalled);
            EXPECT_EQ(thread_delete(end[gone].id), 1);
            aborted(1 - gone);
        }
}

TEST(strings_deletion_of_the_pager_ends_a_stalled_copy)
{
    for (int stalled = SENDER; stalled <= RECEIVER; stalled++) {
        stall(stalled);
        EXPECT_EQ(thread_delete(end[stalled].pager), 1);
        aborted(SENDER);
        aborted(RECEIVER);
    }
}

TEST(strings_schedule_shows_which_thread_sends_and_which_receives)
{
    L4_Word_t old;
    for (int stalled = SENDER; stalled <= RECEIVER; stalled++) {
        stall(stalled);
        EXPECT_EQ(L4_Schedule(end[SENDER].id, -1, -1, -1, -1, &old), L4_SCHED_SENDING);
        EXPECT_EQ(L4_Schedule(end[RECEIVER].id, -1, -1, -1, -1, &old), L4_SCHED_RECEIVING);
    }
}

TEST(strings_no_third_party_gets_between)
{
    stall(RECEIVER);
    L4_LoadMR(0, 0);
    EXPECT(L4_IpcFailed(L4_Send_Timeout(end[RECEIVER].id, L4_TimePeriod(20000))));
    EXPECT_EQ(L4_ErrorCode(), 2);
    EXPECT(!end[RECEIVER].done);
}

TEST(strings_onto_themselves_end)
{
    prepare();
    static char area[5000];
    words(RECEIVER, string_word(4096, 1), (L4_Word_t)area + 100);
    words(SENDER, string_word(4096, 1), (L4_Word_t)area);
    end[RECEIVER].id = helper(receiver);
    L4_Sleep(MOMENT);
    helper(sender);
    EXPECT(finish(RECEIVER) && finish(SENDER));
    EXPECT_EQ(end[SENDER].tag & L4_TAG_ERROR, 0);
}

/* ---- a sender that waited: the receiver copies */

TEST(strings_of_a_queued_sender_are_copied_by_the_receiver)
{
    prepare();
    words(SENDER, string_word(9000, 1), FAR + 1);
    words(RECEIVER, string_word(9000, 1), (L4_Word_t)memory[RECEIVER] + 2);
    end[RECEIVER].id = helper_inactive(); /* somebody to wait for */
    L4_ThreadId_t place = end[RECEIVER].id;
    end[SENDER].pager = helper(sender_pager);
    L4_Sleep(MOMENT);
    EXPECT_EQ(end[SENDER].faults, 0);
    EXPECT_EQ(activate(place, supervisor()), 1);
    start(place, receiver);
    L4_Sleep(MOMENT);
    EXPECT(finish(SENDER) && finish(RECEIVER));
    EXPECT_EQ(end[SENDER].faults, 3);
    EXPECT_EQ(code(RECEIVER), 0);
}
