/* SPDX-License-Identifier: MIT */
/* Spec 4.3, 5.2, 5.3: what ten thousand threads are told at once. */
#include "test.h"

#define COUNT      10000u
#define FIRST      20000u      /* thread numbers, far from the library's */
#define AREA       0x40000000u /* of their space */
#define AREA_LOG2  23
#define STACK_WORDS 4

/* In the members' code below. */
L4_Word_t crowd_target, crowd_main, crowd_point, crowd_expected;
volatile L4_Word_t crowd_ready, crowd_right, crowd_wrong;
volatile L4_Word64_t crowd_until; /* who has its result before that is wrong */
static L4_Word_t stacks[COUNT + 1][STACK_WORDS];
void crowd_sender(void), crowd_waiter(void), crowd_sleeper(void), crowd_guarded(void);

/* Four words of stack each, so assembly.  +16 is Ipc among the links, +32 SystemClock; -36(U) ErrorCode, -60(U)
 * MyGlobalId. */
__asm__(".text\n"
        "crowd_guarded:\n"
        "   lock incl crowd_ready\n"
        "1: movl %gs:0, %edi\n   xorl %eax, %eax\n   movl crowd_main, %edx\n   xorl %ecx, %ecx\n   xorl %esi, %esi\n"
        "   call *__L4_Links+16\n"
        "   movl %gs:0, %edi\n   movl crowd_target, %eax\n   movl %eax, %edx\n   xorl %ecx, %ecx\n   xorl %esi, %esi\n"
        "   call *__L4_Links+16\n"
        "   jmp 1b\n"
        "crowd_sender:\n"
        "   lock incl crowd_ready\n"
        "   movl crowd_target, %eax\n   xorl %edx, %edx\n   xorl %ecx, %ecx\n"
        "   jmp crowd_call\n"
        "crowd_waiter:\n"
        "   lock incl crowd_ready\n"
        "   xorl %eax, %eax\n   movl crowd_target, %edx\n   xorl %ecx, %ecx\n"
        "   jmp crowd_call\n"
        "crowd_sleeper:\n"
        "   lock incl crowd_ready\n"
        "   movl %gs:0, %edi\n   xorl %eax, %eax\n   movl crowd_main, %edx\n   xorl %ecx, %ecx\n   xorl %esi, %esi\n"
        "   call *__L4_Links+16\n"
        "   movl %gs:0, %edi\n   xorl %eax, %eax\n   movl -60(%edi), %edx\n   movl crowd_point, %ecx\n"
        "crowd_call:\n"
        "   movl %gs:0, %edi\n   xorl %esi, %esi\n"
        "   call *__L4_Links+16\n"
        "   movl %gs:0, %edi\n   movl -36(%edi), %eax\n"
        "   testl $0x8000, %esi\n   jz 1f\n"
        "   cmpl crowd_expected, %eax\n   jne 1f\n"
        "   call *__L4_Links+32\n"
        "   subl crowd_until, %eax\n   sbbl crowd_until+4, %edx\n   jb 1f\n"
        "   lock incl crowd_right\n   jmp 2f\n"
        "1: lock incl crowd_wrong\n"
        "2: movl %gs:0, %edi\n   xorl %eax, %eax\n   movl -60(%edi), %edx\n   xorl %ecx, %ecx\n"
        "   call *__L4_Links+16\n"
        "   jmp 2b\n");

static L4_ThreadId_t me(void) { return L4_MyGlobalId(); }

static L4_ThreadId_t member(L4_Word_t i) { return L4_GlobalId(FIRST + i, 1); }

static bool wait_for(volatile L4_Word_t *counter, L4_Word_t value)
{
    for (int i = 0; i < 300 && *counter != value; i++)
        L4_Sleep(MOMENT);
    return *counter == value;
}

/* They live in a space of their own: its first thread does nothing else. */
static bool gather(void (*what)(void))
{
    L4_ThreadId_t space = member(COUNT);
    L4_Word_t old;
    crowd_ready = crowd_right = crowd_wrong = 0;
    crowd_until = 0;
    crowd_main = me().raw;
    EXPECT_EQ(L4_ThreadControl(space, space, me(), L4_nilthread, L4_UTCB_UNCHANGED), 1);
    EXPECT_EQ(L4_SpaceControl(space, 0, L4_FpageLog2((L4_Word_t)L4_GetKernelInterface(), 12),
                              L4_FpageLog2(AREA, AREA_LOG2), L4_anythread, &old),
              1);
    for (L4_Word_t i = 0; i < COUNT; i++) {
        L4_ThreadId_t t = member(i);
        if (!L4_ThreadControl(t, space, me(), supervisor(), (void *)(AREA + i * 512)))
            return EXPECT(!"kernel memory for all of them");
        L4_Set_Priority(t, 100);
        L4_Start_SpIp(t, (L4_Word_t)stacks[i + 1], (L4_Word_t)what);
    }
    return EXPECT(wait_for(&crowd_ready, COUNT));
}

static void part(void)
{
    for (L4_Word_t i = 0; i <= COUNT; i++)
        EXPECT_EQ(thread_delete(member(i)), 1);
}

static void expect_all(L4_Word_t right)
{
    EXPECT(wait_for(&crowd_right, right));
    EXPECT_EQ(crowd_right, right);
    EXPECT_EQ(crowd_wrong, 0);
}

/* All do the same with one thread, which then vanishes. */
static void lose(void (*what)(void), L4_Word_t code, bool rename)
{
    L4_ThreadId_t t = helper_inactive();
    crowd_target = t.raw;
    crowd_expected = code;
    if (gather(what)) {
        L4_Sleep(MOMENT);
        EXPECT_EQ(crowd_right + crowd_wrong, 0);
        if (rename)
            EXPECT_EQ(L4_ThreadControl(L4_GlobalId(L4_ThreadNo(t), L4_Version(t) + 1), me(), L4_nilthread,
                                       L4_nilthread, L4_UTCB_UNCHANGED),
                      1);
        else
            EXPECT_EQ(thread_delete(t), 1);
        expect_all(COUNT);
    }
    part();
}

TEST(crowd_of_senders_learns_that_its_receiver_is_deleted)
{
    lose(crowd_sender, 4, false);
}

TEST(crowd_of_senders_learns_that_its_receiver_has_another_version)
{
    lose(crowd_sender, 4, true);
}

TEST(crowd_that_waits_learns_that_its_sender_is_deleted)
{
    lose(crowd_waiter, 5, false);
}

TEST(crowd_sleeps_until_the_same_moment)
{
    crowd_expected = 3;
    if (gather(crowd_sleeper)) {
        L4_Clock_t now = L4_SystemClock();
        L4_Word64_t at = now.raw + 1000000;
        crowd_point = L4_TimePoint((L4_Clock_t){.raw = at}).raw;
        crowd_until = at - 2000; /* as exact as a point can be */
        for (L4_Word_t i = 0; i < COUNT; i++) {
            L4_LoadMR(0, 0);
            L4_Send_Timeout(member(i), L4_ZeroTime);
        }
        EXPECT(clock_us() < crowd_until); /* they all sleep now, or will */
        EXPECT_EQ(crowd_right + crowd_wrong, 0);
        expect_all(COUNT);
    }
    part();
}

/* ---- spec 5.8: a redirector for all of them, while the first of them is deleted */

static volatile bool guarding, died_meanwhile;
static volatile L4_Word_t strays;

static void note_strays(void)
{
    for (;;) {
        L4_ThreadId_t from;
        L4_Wait(&from);
        strays++;
    }
}

static void delete_first(void)
{
    while (!guarding)
        L4_Sleep(L4_TimePeriod(100));
    died_meanwhile = true;
    thread_delete(member(COUNT));
    rest();
}

static L4_Word_t guard(L4_ThreadId_t redirector)
{
    L4_Word_t old;
    return L4_SpaceControl(member(0), 0, L4_Nilpage, L4_Nilpage, redirector, &old);
}

TEST(crowd_is_guarded_whoever_dies_meanwhile)
{
    L4_ThreadId_t nobody = stranger(rest), killer = helper(delete_first);
    crowd_target = helper(note_strays).raw;
    strays = 0;
    died_meanwhile = false;
    L4_Set_Priority(killer, 101);
    if (gather(crowd_guarded)) {
        for (int i = 0; i < 100 && !died_meanwhile; i++) {
            EXPECT_EQ(guard(L4_anythread), 1);
            guarding = true;
            EXPECT_EQ(guard(nobody), 1);
            guarding = false;
        }
        EXPECT(died_meanwhile);
        L4_LoadMR(0, 0);
        EXPECT(L4_IpcSucceeded(L4_Send_Timeout(member(COUNT - 1), SOON)));
        L4_Sleep(MOMENT);
        EXPECT_EQ(strays, 0);
        guard(L4_anythread);
    }
    part();
}

/* All of them want to send to us, and we want to hear one. */
TEST(crowd_of_senders_does_not_hide_the_one_that_is_waited_for)
{
    crowd_target = me().raw;
    if (gather(crowd_sender)) {
        L4_Sleep(MOMENT);
        for (L4_Word_t i = COUNT; i > COUNT - 10; i--)
            EXPECT(L4_IpcSucceeded(L4_Receive_Timeout(member(i - 1), L4_ZeroTime)));
        EXPECT(L4_IpcFailed(L4_Receive_Timeout(member(COUNT - 1), MOMENT))); /* it has nothing more to say */
        EXPECT_EQ(L4_ErrorCode(), 3);
        EXPECT(L4_IpcSucceeded(L4_Receive_Timeout(member(0), L4_ZeroTime)));
    }
    part();
}

TEST(crowd_gets_a_redirector_and_loses_it)
{
    L4_ThreadId_t t = helper_inactive();
    L4_Word_t old;
    crowd_target = t.raw;
    if (gather(crowd_waiter))
        for (int turn = 0; turn < 2; turn++)
            EXPECT_EQ(L4_SpaceControl(member(COUNT), 0, L4_FpageLog2((L4_Word_t)L4_GetKernelInterface(), 12),
                                      L4_FpageLog2(AREA, AREA_LOG2), turn ? L4_anythread : me(), &old),
                      1);
    part();
}
