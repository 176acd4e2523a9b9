/* SPDX-License-Identifier: MIT */
/* What was somebody's does not reach the next owner: frames, UTCBs, registers, message registers. */
#include "stage.h"

TEST(fresh_frames_are_empty)
{
    unsigned stale = form_stale_words();
    if (stale == ~0u)
        stage_skip("no physmem here");
    else
        EXPECT_EQ(stale, 0);
}

/* All of the UTCB page: blocks of threads that are, that were, that never were. */
static L4_Word_t p_fill_page(L4_Word_t value, L4_Word_t b)
{
    (void)b;
    L4_Word_t *page = (L4_Word_t *)((L4_Word_t)__L4_Utcb() & ~(PAGE - 1));
    for (unsigned i = 0; i < PAGE / 4; i++)
        if ((i * 4 & ~511ul) != ((L4_Word_t)__L4_Utcb() & (PAGE - 1) & ~511ul))
            page[i] = value;
    for (int i = 8; i < 64; i++)
        L4_LoadMR(i, value);
    return 0;
}
static L4_Word_t p_search_page(L4_Word_t value, L4_Word_t b)
{
    (void)b;
    L4_Word_t *page = (L4_Word_t *)((L4_Word_t)__L4_Utcb() & ~(PAGE - 1)), found = 0;
    for (unsigned i = 0; i < PAGE / 4; i++)
        found += page[i] == value && &page[i] != __L4_Utcb() + 2; /* MR2 brought the question */
    return found;
}
TEST(a_new_utcb_page_is_empty)
{
    for (L4_Word_t round = 0; round < 20; round++) {
        L4_ThreadId_t p = puppet();
        EXPECT_EQ(performed(p, p_search_page, 0x5EC2E7, 0), 0);
        performed(p, p_fill_page, 0x5EC2E7, 0);
        EXPECT(performed(p, p_search_page, 0x5EC2E7, 0) > 900);
        actor_delete(p);
    }
}
static void looks_at_its_utcb(void)
{
    L4_Word_t *u = __L4_Utcb();
    for (int i = -48; i < 64; i++) /* BR32 to MR63; MR0..2 brought the start message, or not */
        shared[0] += u[i] != 0 && i != -15 && i != -12 && i != -11 && !(i >= 0 && i < 3);
}
TEST(a_new_thread_in_an_old_block_finds_it_empty)
{
    L4_ThreadId_t p = puppet();
    performed(p, p_fill_page, ~0ul, 0);
    for (int i = 0; i < 7; i++)
        companion(p, looks_at_its_utcb);
    for (int i = 0; i < 7; i++)
        EXPECT_EQ(next_event(SOON).what, DONE);
    EXPECT_EQ(shared[0], 0);
}

/* ---- registers at the first instruction: a naked one, that stores them all */
__asm__(".text\nstores_registers: movl %eax, shared; movl %ebx, shared+4; movl %ecx, shared+8; movl %edx, shared+12;"
        "movl %esi, shared+16; movl %edi, shared+20; movl %ebp, shared+24; mov $0, %eax; mov %fs, %ax; movl %eax, shared+28;"
        "pushfl; popl shared+32; 1: jmp 1b");
extern const char stores_registers[];
TEST(a_new_thread_starts_with_empty_registers)
{
    for (int round = 0; round < 5; round++) {
        L4_ThreadId_t t = actor_waiting(L4_nilthread);
        memset((void *)shared, 0x55, sizeof shared);
        L4_LoadMR(0, 2);
        L4_LoadMR(1, (L4_Word_t)stores_registers);
        L4_LoadMR(2, (L4_Word_t)scratch + 4096);
        EXPECT(L4_IpcSucceeded(L4_Send_Timeout(t, SOON)));
        while (next_event(MS(5)).what != NOTHING)
            ;
        for (int i = 0; i < 7; i++)
            EXPECT_EQ(shared[i], 0);
        EXPECT_EQ(shared[8] & ~0x46ul, 0x202 & ~0x46ul);
        stage_clear();
    }
}

/* ---- registers behind a call: what Ipc leaves undefined is nobody else's */
static void calls_and_stores(void)
{
    for (int i = 0; i < 4; i++) {
        L4_Word_t ecx = 0x04000400, edx = 0, eax = 0, esi = 0, ebx;
        L4_LoadMR(1, 0x11);
        __asm__ volatile("push %%ebp; call *__L4_Links+16; pop %%ebp" : "+a"(eax), "+c"(ecx), "+d"(edx), "+S"(esi), "=b"(ebx) : "D"(__L4_Utcb()) : "memory");
        shared[0] |= ecx >= 0xC0000000;
        shared[1] |= edx >= 0xC0000000;
        shared[2] |= eax >= 0xC0000000;
        eax = L4_ExceptionHandler().raw;
        edx = eax;
        ecx = 0;
        esi = 0;
        __asm__ volatile("push %%ebp; call *__L4_Links+16; pop %%ebp" : "+a"(eax), "+c"(ecx), "+d"(edx), "+S"(esi), "=b"(ebx) : "D"(__L4_Utcb()) : "memory");
        shared[0] |= ecx >= 0xC0000000;
        shared[1] |= edx >= 0xC0000000;
        shared[2] |= eax >= 0xC0000000;
    }
}
TEST(no_kernel_address_is_left_in_registers)
{
    L4_ThreadId_t t = actor(calls_and_stores);
    struct event e;
    while ((e = next_event(SOON)).what == OTHER) {
        L4_LoadMR(0, 0);
        L4_Reply(t);
    }
    EXPECT_EQ(e.what, DONE);
    EXPECT_EQ(shared[0] | shared[1] | shared[2], 0);
}

/* ---- message registers beyond the message */
static L4_Word_t p_short_send(L4_Word_t words, L4_Word_t value)
{
    for (int i = 1; i < 64; i++)
        L4_LoadMR(i, value);
    L4_LoadMR(0, words | 0x77 << 16);
    return L4_Send_Timeout(L4_ExceptionHandler(), SOON).raw;
}
TEST(words_beyond_the_message_are_not_sent)
{
    L4_ThreadId_t p = puppet();
    EXPECT_EQ(perform(p, p_short_send, 0, 0).what, OTHER); /* its pages are there now */
    EXPECT_EQ(event_from(p, SOON).what, DONE);
    for (L4_Word_t words = 0; words < 64; words++) {
        EXPECT(order(p, p_short_send, words, 0x5EC2E7));
        for (int i = 1; i < 64; i++)
            L4_LoadMR(i, 0x600D);
        L4_MsgTag_t tag = L4_Receive_Timeout(p, SOON);
        EXPECT(L4_IpcSucceeded(tag) && L4_Label(tag) == 0x77);
        for (int i = 1; i < 64; i++)
            EXPECT_EQ(L4_MR(i), (L4_Word_t)i <= words ? 0x5EC2E7 : 0x600D);
        EXPECT_EQ(event_from(p, SOON).what, DONE);
    }
}
