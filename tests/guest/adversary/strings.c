/* SPDX-License-Identifier: MIT */
/* Strings from and to places that are not the partner's: the kernel, the KIP, UTCBs, the end of memory; onto themselves; of
 * rubbish; and games with the pages while they are being copied. */
#include "stage.h"

#define FROM 0x30000000ul
#define TO   0x38000000ul

/* The sender's words are shared[8 .. 8 + n): items; the receiver's buffers shared[24 .. ): BR1... */
static L4_Word_t p_sends(L4_Word_t to, L4_Word_t words)
{
    for (L4_Word_t i = 0; i < words; i++)
        L4_LoadMR(1 + (int)i, shared[8 + i]);
    L4_LoadMR(0, words << L4_TAG_T_SHIFT | 0x77 << 16);
    L4_Set_XferTimeouts(L4_Timeouts(MS(50), MS(50)));
    L4_MsgTag_t tag = L4_Send_Timeout(L4_ThreadIdOfRaw(to), MS(500));
    return L4_IpcFailed(tag) ? 0x8000 | L4_ErrorCode() : 0;
}
static L4_Word_t p_receives(L4_Word_t from, L4_Word_t buffers)
{
    L4_LoadBR(0, L4_ACCEPT_STRINGS);
    for (L4_Word_t i = 0; i < buffers; i++)
        L4_LoadBR(1 + (int)i, shared[24 + i]);
    L4_Set_XferTimeouts(L4_Timeouts(MS(50), MS(50)));
    L4_MsgTag_t tag = L4_Receive_Timeout(L4_ThreadIdOfRaw(from), MS(500));
    L4_LoadBR(0, L4_FPAGE_COMPLETE);
    return L4_IpcFailed(tag) ? 0x8000 | L4_ErrorCode() : 0;
}
static L4_Word_t item(L4_Word_t length) { return length << L4_STRING_LENGTH_SHIFT; }

/* p sends to q; faults are answered with nothing.  Both come to an end. */
static void pass(L4_ThreadId_t p, L4_ThreadId_t q, L4_Word_t words, L4_Word_t buffers, L4_Word_t *sent, L4_Word_t *received)
{
    *sent = *received = MISS;
    EXPECT(order(q, p_receives, p.raw, buffers));
    EXPECT(order(p, p_sends, q.raw, words));
    struct event e;
    unsigned limit = 300;
    while ((*sent == MISS || *received == MISS) && limit-- > 0 && (e = next_event(MS(3000))).what != NOTHING) {
        if (e.what == DONE)
            *(e.from.raw == p.raw ? sent : received) = e.w[1];
        else { /* no help: the same fault again, until the transfer's time is over */
            L4_LoadMR(0, 0);
            L4_Reply(e.from);
            L4_Sleep(L4_TimePeriod(1000));
        }
    }
    EXPECT(*sent != MISS);
    EXPECT(*received != MISS);
}
static void one_string(L4_ThreadId_t p, L4_ThreadId_t q, L4_Word_t from, L4_Word_t to, L4_Word_t length, L4_Word_t *sent,
                       L4_Word_t *received)
{
    shared[8] = item(length);
    shared[9] = from;
    shared[24] = item(length);
    shared[25] = to;
    pass(p, q, 2, 2, sent, received);
}

static const L4_Word_t kernel_places[] = {0xC0000000, 0xC0018000, 0xE0000F98, 0xE0004000, 0xF0000000, 0xF0100000, 0xFFFFF000,
                                          0xFFFFFFF0, 0xFFFFFFFF, 0xBFFFFFFF};
enum { KERNEL_PLACES = sizeof kernel_places / sizeof kernel_places[0] };

TEST(a_string_out_of_kernel_memory_is_not_sent)
{
    L4_ThreadId_t p = puppet(), q = puppet();
    for (unsigned i = 0; i < KERNEL_PLACES; i++) {
        L4_Word_t sent, received;
        memset(scratch, 0, sizeof scratch);
        one_string(p, q, kernel_places[i], (L4_Word_t)scratch, 64, &sent, &received);
        EXPECT(sent & 0x8000);
        EXPECT(received & 0x8000);
        for (int k = 0; k < 64; k++)
            EXPECT_EQ(scratch[k], 0);
    }
}
TEST(a_string_into_kernel_memory_is_not_received)
{
    L4_ThreadId_t p = puppet(), q = puppet();
    memset(scratch, 0xEE, sizeof scratch);
    for (unsigned i = 0; i < KERNEL_PLACES; i++) {
        L4_Word_t sent, received;
        one_string(p, q, (L4_Word_t)scratch, kernel_places[i], 64, &sent, &received);
        EXPECT(sent & 0x8000);
        EXPECT(received & 0x8000);
    }
}
/* The last page is there: the copy may reach the end of it, no more. */
TEST(a_string_across_the_end_of_user_memory_ends_there)
{
    L4_ThreadId_t p = puppet(), q = puppet();
    L4_Word_t sent, received;
    EXPECT(L4_IpcSucceeded(give(p, 0xBFFFF000, FPAGE(pages, 12, 7), false)));
    EXPECT(L4_IpcSucceeded(give(q, 0xBFFFF000, FPAGE(pages + PAGE, 12, 7), false)));
    for (L4_Word_t length = 1; length < 40; length += 3) {
        L4_Word_t at = 0xC0000000 - 20;
        one_string(p, q, at, (L4_Word_t)scratch, length, &sent, &received);
        EXPECT_EQ((sent & 0x8000) != 0, length > 20);
        one_string(p, q, (L4_Word_t)scratch, at, length, &sent, &received);
        EXPECT_EQ((sent & 0x8000) != 0, length > 20);
    }
    one_string(p, q, 0xFFFFFFF0, 0xFFFFFFF0, (1ul << 22) - 1, &sent, &received);
    EXPECT(sent & received & 0x8000);
    one_string(p, q, 0xBFFFF000, 0xBFFFF000, (1ul << 22) - 1, &sent, &received);
    EXPECT(sent & received & 0x8000);
}
TEST(a_string_into_the_kip_is_not_received)
{
    L4_ThreadId_t p = puppet(), q = puppet();
    L4_Word_t sent, received, kip = (L4_Word_t)L4_GetKernelInterface();
    memset(scratch, 0xEE, sizeof scratch);
    for (L4_Word_t at = 0; at < PAGE; at += 500) {
        one_string(p, q, (L4_Word_t)scratch, kip + at, 600, &sent, &received);
        EXPECT(sent & received & 0x8000);
    }
    EXPECT_EQ(*(volatile L4_Word_t *)kip, L4_KIP_MAGIC);
}
/* One's own UTCB is one's own memory: copied or refused, but nobody else's suffers. */
TEST(a_string_out_of_and_into_utcbs)
{
    L4_ThreadId_t p = puppet(), q = puppet();
    L4_Word_t sent, received;
    memset(scratch, 0, sizeof scratch);
    for (unsigned slot = 0; slot < 6; slot++) {
        one_string(p, q, utcb_of(slot), (L4_Word_t)scratch, 512, &sent, &received);
        memset(scratch, 0, sizeof scratch);
        one_string(p, q, (L4_Word_t)scratch, utcb_of(slot) + 320, 190, &sent, &received);
        next_event(L4_TimePeriod(1000));
    }
}
TEST(a_string_into_read_only_memory_is_a_write_fault)
{
    L4_ThreadId_t p = puppet(), q = puppet();
    memset(pages, 0x11, PAGE);
    memset(scratch, 0xEE, sizeof scratch);
    EXPECT(L4_IpcSucceeded(give(q, TO, FPAGE(pages, 12, 5), false)));
    shared[8] = shared[24] = item(100);
    shared[9] = (L4_Word_t)scratch;
    shared[25] = TO;
    EXPECT(order(q, p_receives, p.raw, 2));
    EXPECT(order(p, p_sends, q.raw, 2));
    struct event e = next_event(SOON);
    EXPECT(e.what == PAGE_FAULT && L4_PageFaultIsWrite(e.tag) && e.w[1] >> 12 == TO >> 12);
    EXPECT_EQ(e.from.raw, q.raw);
    next_event(MS(100));
    for (unsigned i = 0; i < PAGE; i++)
        if (!EXPECT_EQ(pages[i], 0x11))
            break;
}

/* ---- onto itself, over itself */
TEST(a_string_copied_onto_itself)
{
    L4_ThreadId_t p = puppet(), q = puppet_in(p);
    L4_Word_t sent, received;
    for (L4_Word_t shift = 0; shift < 5000; shift = shift * 3 + 1) {
        for (unsigned i = 0; i < PAGE; i++)
            pages[i] = (char)i;
        EXPECT(L4_IpcSucceeded(give(p, FROM, FPAGE(pages, 16, 7), false)));
        one_string(p, q, FROM, FROM + shift, 9000, &sent, &received);
        EXPECT_EQ(sent | received, 0);
        one_string(p, q, FROM + shift, FROM, 9000, &sent, &received);
        EXPECT_EQ(sent | received, 0);
    }
}
TEST(a_string_between_two_places_of_one_page)
{
    L4_ThreadId_t p = puppet(), q = puppet();
    L4_Word_t sent, received;
    EXPECT(L4_IpcSucceeded(give(p, FROM, FPAGE(pages, 16, 7), false)));
    EXPECT(L4_IpcSucceeded(give(q, TO, FPAGE(pages, 16, 7), false)));
    for (L4_Word_t shift = 0; shift < 9000; shift = shift * 2 + 1) {
        one_string(p, q, FROM, TO + shift, 20000, &sent, &received);
        EXPECT_EQ(sent | received, 0);
    }
}

/* ---- the longest there is: 4 MB less a byte, four times.  The same 16 pages are mapped all over it. */
static void map_all_over(L4_ThreadId_t t, L4_Word_t at, L4_Word_t size)
{
    for (L4_Word_t i = 0; i < size; i += PAGES * PAGE)
        EXPECT(L4_IpcSucceeded(give(t, at + i, FPAGE(pages, 16, 7), false)));
}
TEST(four_times_four_megabytes_in_one_string)
{
    L4_ThreadId_t p = puppet(), q = puppet();
    L4_Word_t sent, received;
    map_all_over(p, FROM, 0x400000);
    map_all_over(q, TO, 0x400000);
    L4_Word_t word = item((1ul << 22) - 1) | 3 << L4_STRING_J_SHIFT;
    shared[8] = word;
    shared[24] = word;
    for (unsigned i = 0; i < 4; i++) {
        shared[9 + i] = FROM;
        shared[25 + i] = TO;
    }
    pass(p, q, 5, 5, &sent, &received);
    EXPECT_EQ(sent | received, 0);
}

/* ---- descriptors */
TEST(string_descriptors_that_run_out_of_the_message)
{
    L4_ThreadId_t p = puppet(), q = puppet();
    for (L4_Word_t j = 0; j < 32; j++)
        for (L4_Word_t compound = 0; compound < 2; compound++) {
            L4_Word_t sent, received;
            for (unsigned i = 8; i < 24; i++)
                shared[i] = (L4_Word_t)scratch | L4_ITEM_NONE; /* a good address, no good descriptor */
            shared[8] = item(16) | j << L4_STRING_J_SHIFT | compound << 9;
            shared[24] = item(4096);
            shared[25] = (L4_Word_t)scratch + 4096;
            pass(p, q, 6, 2, &sent, &received);
            EXPECT_EQ((sent & 0x8000) != 0, j != 4 || compound); /* j + 2 words, no more, no less */
        }
}
TEST(buffer_descriptors_that_run_out_of_the_registers)
{
    L4_ThreadId_t p = puppet(), q = puppet();
    shared[8] = item(3000);
    shared[9] = (L4_Word_t)scratch;
    for (L4_Word_t j = 0; j < 32; j++)
        for (L4_Word_t flags = 0; flags < 4; flags++) {
            L4_Word_t sent, received;
            for (unsigned i = 24; i < 57; i++)
                shared[i] = (L4_Word_t)scratch + 4096;
            shared[24] = item(8) | j << L4_STRING_J_SHIFT | (flags & 1) << 9 | flags >> 1;
            pass(p, q, 2, 32, &sent, &received);
        }
}
static L4_Word_t next_random(void)
{
    static L4_Word_t seed = 20261122;
    seed = seed * 1664525 + 1013904223;
    return seed;
}
TEST(rubbish_for_strings_and_buffers)
{
    L4_ThreadId_t p = puppet(), q = puppet();
    unsigned good = 0;
    for (unsigned round = 0; round < 400; round++) {
        L4_Word_t sent, received;
        for (unsigned i = 8; i < 57; i++) {
            L4_Word_t r = next_random() >> 7;
            shared[i] = r & 1 ? (L4_Word_t)scratch + (r >> 3 & 0xFFF) : (r >> 3 & 0xFF) << 10 | (r & 0x3F0 & r >> 12) | (r >> 20 & 1);
        }
        pass(p, q, 2 + round % 14, 32, &sent, &received);
        good += (sent | received) == 0;
    }
    EXPECT(good < 400);
}

/* ---- while it is being copied: a third one takes the pages away, again and again */
static void takes_away(void)
{
    while (!shared[60]) {
        L4_LoadMR(0, FPAGE(FROM, 16, 7));
        L4_LoadMR(1, FPAGE(TO, 16, 7));
        L4_Unmap(L4_UNMAP_FLUSH | 1);
        shared[61]++;
        L4_Sleep(L4_TimePeriod(300));
    }
}
static void copy_under_fire(bool one_space)
{
    L4_ThreadId_t p = puppet(), q = one_space ? puppet_in(p) : puppet();
    companion(p, takes_away);
    if (!one_space)
        companion(q, takes_away);
    shared[8] = shared[24] = item(0x10000);
    shared[9] = FROM;
    shared[25] = TO;
    for (unsigned round = 0; round < 12; round++) {
        unsigned ended = 0, limit = 500;
        EXPECT(order(q, p_receives, p.raw, 2));
        EXPECT(order(p, p_sends, q.raw, 2));
        struct event e;
        while (ended < 2 && limit-- > 0 && (e = next_event(MS(2000))).what != NOTHING) {
            if (e.what == DONE)
                ended++;
            else if (e.what == PAGE_FAULT && (e.w[1] >> 16 == FROM >> 16 || e.w[1] >> 16 == TO >> 16))
                give(e.from, e.w[1] & ~(PAGE - 1), FPAGE(pages + (e.w[1] & 0xF000), 12, 7), false);
            else
                forgive(&e);
        }
        EXPECT_EQ(ended, 2);
    }
    EXPECT(shared[61] > 0);
    shared[60] = 1;
}
TEST(pages_taken_away_under_a_copy) { copy_under_fire(false); }
TEST(pages_taken_away_under_a_copy_inside_one_space) { copy_under_fire(true); }

/* All transfer timeouts, with a fault that nobody answers. */
TEST(transfer_timeouts_with_a_fault_that_nobody_answers)
{
    L4_ThreadId_t p = puppet(), q = puppet();
    for (unsigned round = 0; round < 6; round++) {
        shared[8] = shared[24] = item(100);
        shared[9] = round & 1 ? FROM : (L4_Word_t)scratch;
        shared[25] = round & 1 ? (L4_Word_t)scratch : TO;
        EXPECT(order(q, p_receives, p.raw, 2));
        EXPECT(order(p, p_sends, q.raw, 2));
        unsigned ended = 0;
        struct event e;
        while (ended < 2 && (e = next_event(MS(2000))).what != NOTHING)
            if (e.what == DONE) {
                ended++;
                EXPECT(e.w[1] & 0x8000);
                EXPECT(L4_IpcErrorCode(e.w[1]) == 5 || L4_IpcErrorCode(e.w[1]) == 6);
            }
        EXPECT_EQ(ended, 2);
    }
}
