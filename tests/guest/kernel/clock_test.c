/* SPDX-License-Identifier: MIT */
/* Spec 1.4, 1.6, 4.4: the clock and periods. */
#include "test.h"

TEST(clock_never_runs_backwards)
{
    L4_Word64_t before = clock_us();
    for (int i = 0; i < 10000; i++) {
        L4_Word64_t now = clock_us();
        if (now < before) {
            EXPECT(now >= before);
            return;
        }
        before = now;
    }
}

TEST(clock_preserves_ebx_and_ebp)
{
    L4_Word_t ebx, same;
    __asm__ volatile("pushl %%ebp\n\tmovl $0x12345678, %%ebp\n\tmovl $0x9abcdef0, %%ebx\n\tcall "
                     "*__L4_Links+32\n\t"
                     "xorl %%ecx, %%ecx\n\tcmpl $0x12345678, %%ebp\n\tsete %%cl\n\tpopl %%ebp"
                     : "=b"(ebx), "=c"(same)
                     :
                     : "eax", "edx", "esi", "edi", "cc", "memory");
    EXPECT_EQ(ebx, 0x9abcdef0);
    EXPECT_EQ(same, 1);
}

TEST(sleep_lasts_as_long_as_asked_and_not_much_longer)
{
    L4_Word64_t start_us = clock_us();
    L4_Sleep(L4_TimePeriod(50000));
    L4_Word64_t slept = clock_us() - start_us;
    EXPECT(slept >= 50000);
    EXPECT(slept < 50000 + 60000);
    EXPECT_EQ(L4_ErrorCode(), 3);
}

TEST(sleeps_are_proportionate_for_all_exponents)
{
    static const L4_Word16_t period[] = {1000, 5 << 10 | 100, 10 << 10 | 10, 3 << 10 | 625};
    for (unsigned i = 0; i < sizeof period / sizeof *period; i++) {
        L4_Word64_t start_us = clock_us(), want = L4_PeriodUsec(L4_TimeOfRaw(period[i]));
        L4_Sleep(L4_TimeOfRaw(period[i]));
        L4_Word64_t slept = clock_us() - start_us;
        EXPECT(slept >= want);
        EXPECT(slept < want + 60000);
    }
}

TEST(sleeps_end_within_the_precision_of_the_kip)
{
    L4_Word64_t worst = 0, precision = L4_PeriodUsec(L4_TimeOfRaw((L4_Word16_t)L4_SchedulePrecision(L4_GetKernelInterface())));
    for (unsigned us = 1; us < 40; us++) {
        L4_Word64_t start_us = clock_us();
        L4_Sleep(L4_TimePeriod(us * 97));
        L4_Word64_t slept = clock_us() - start_us;
        EXPECT(slept >= us * 97);
        if (slept - us * 97 > worst)
            worst = slept - us * 97;
    }
    EXPECT_EQ(precision, 1000);
    EXPECT(worst < precision + 400); /* and what a switch takes in the slowest of our machines */
}

static volatile L4_Word64_t over_at;
static volatile L4_Word_t waiter_tag;

static L4_ThreadId_t test_thread;

static void waits_for_300_us(void)
{
    for (;;) {
        over_at = clock_us() + 500; /* at the latest */
        waiter_tag = 0;
        waiter_tag = L4_Receive_Timeout(test_thread, L4_TimePeriod(300)).raw;
        L4_Sleep(MOMENT);
    }
}

TEST(a_wait_that_is_over_accepts_no_more_before_the_next_tick_either)
{
    L4_ThreadId_t t = helper_waiting_for_start(supervisor());
    test_thread = L4_MyGlobalId();
    EXPECT(L4_Set_Priority(t, 250));
    start(t, waits_for_300_us);
    for (int i = 0; i < 10; i++) {
        while (waiter_tag) /* it sleeps: no thread of a higher priority is in our way */
            ;
        L4_Word64_t end = over_at;
        while (clock_us() < end)
            ;
        L4_LoadMR(0, 0);
        EXPECT(L4_IpcFailed(L4_Send_Timeout(t, L4_ZeroTime)));
        EXPECT_EQ(L4_ErrorCode(), 2);
        L4_Sleep(MOMENT);
    }
}

TEST(zero_time_returns_at_once)
{
    L4_Word64_t start_us = clock_us();
    for (int i = 0; i < 10; i++)
        L4_Sleep(L4_ZeroTime);
    EXPECT(clock_us() - start_us < 20000);
}

TEST(a_zero_mantissa_with_any_exponent_is_no_time_at_all)
{
    for (int e = 1; e < 32; e += 5)
        L4_Sleep(L4_TimeOfRaw((L4_Word16_t)(e << 10)));
    EXPECT_EQ(L4_ErrorCode(), 3);
}

static volatile bool woke;

static void waiter(void)
{
    L4_Receive_Timeout(supervisor(), L4_Never);
    woke = true;
    rest();
}

TEST(never_does_not_expire)
{
    woke = false;
    helper(waiter);
    L4_Sleep(L4_TimePeriod(200000));
    EXPECT(!woke);
}

static void waiter_for_a_very_long_time(void)
{
    L4_Receive_Timeout(supervisor(), L4_TimeOfRaw(0x7FFF));
    woke = true;
    rest();
}

TEST(the_longest_period_does_not_overflow)
{
    woke = false;
    helper(waiter_for_a_very_long_time);
    L4_Sleep(MOMENT);
    EXPECT(!woke);
}
