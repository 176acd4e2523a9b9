/* SPDX-License-Identifier: MIT */
/* Spec 4.3, 5.2, 5.3: what ten thousand threads are told at once. */
#include "rtc.h"
#include "test.h"

#define COUNT      10000u
#define FIRST      20000u      /* thread numbers, far from the library's */
#define AREA       0x40000000u /* of their space */
#define AREA_LOG2  23
#define STACK_WORDS 4

/* In the members' code below. */
L4_Word_t crowd_target, crowd_main, crowd_point, crowd_expected, crowd_voice;
volatile L4_Word_t crowd_ready, crowd_right, crowd_wrong;
volatile L4_Word64_t crowd_until; /* a result that comes before that is wrong */
static L4_Word_t stacks[COUNT + 1][STACK_WORDS];
void crowd_sender(void), crowd_waiter(void), crowd_sleeper(void), crowd_guarded(void), crowd_speaker(void);

/* Four words of stack each, so assembly.  +16 is Ipc among the links, +32 SystemClock; -24(U) VirtualSender, -36(U)
 * ErrorCode, -60(U) MyGlobalId; $0x1000 a propagated message. */
__asm__(".text\n"
        "crowd_speaker:\n"
        "   lock incl crowd_ready\n"
        "   movl %gs:0, %edi\n   movl crowd_voice, %eax\n   movl %eax, -24(%edi)\n"
        "   movl crowd_target, %eax\n   xorl %edx, %edx\n   xorl %ecx, %ecx\n   movl $0x1000, %esi\n"
        "   call *__L4_Links+16\n"
        "   jmp 2f\n"
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

/* ---- spec 4.3: how soon a wait in vain ends while the processor is never idle */

static volatile bool bereaved;

static void wait_for_target(void)
{
    L4_Receive((L4_ThreadId_t){.raw = crowd_target});
    bereaved = L4_ErrorCode() == 5;
    rest();
}

/* We take all the time that the others leave.  Returns after how many us it has happened. */
static L4_Word64_t delete_and_watch(L4_ThreadId_t t, volatile L4_Word_t *counter, L4_Word_t value)
{
    L4_Word64_t from = clock_us(), took = 0;
    EXPECT_EQ(thread_delete(t), 1);
    while ((*counter != value || !bereaved) && took < 3000000)
        took = clock_us() - from;
    return took;
}

TEST(crowd_that_computes_does_not_keep_a_wait_in_vain_from_its_end)
{
    L4_ThreadId_t other = helper_inactive(), t = helper_inactive();
    bereaved = false;
    crowd_target = other.raw;
    crowd_expected = 5;
    if (gather(crowd_waiter)) {
        crowd_target = t.raw;
        L4_Set_Priority(helper(wait_for_target), 100); /* the sweep comes to it last */
        L4_Sleep(MOMENT);
        L4_Set_Priority(me(), 99);
        EXPECT(delete_and_watch(t, &crowd_right, 0) < 40000);
        EXPECT(bereaved);
        EXPECT(delete_and_watch(other, &crowd_right, COUNT) < 400000);
        EXPECT_EQ(crowd_right, COUNT);
        L4_Set_Priority(me(), 100);
    }
    part();
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

/* ---- spec 5.3: what happens while a receiver looks through all of them, which takes some ticks */

enum { TURNS = 40 };

static volatile L4_Word_t said, aborted;
static L4_ThreadId_t listener;

static L4_Word_t first_of_the_queue(void)
{
    L4_ThreadId_t from;
    EXPECT(L4_IpcSucceeded(L4_Wait_Timeout(L4_ZeroTime, &from)));
    return L4_ThreadNo(from);
}

static void speak_up(void)
{
    for (;;) {
        L4_Sleep(L4_TimePeriod(3000));
        L4_LoadMR(0, 0x00770000);
        said += L4_IpcSucceeded(L4_Send_Timeout(listener, L4_ZeroTime));
    }
}

static void interrupt_the_search(void)
{
    for (;;) {
        L4_Word_t control = L4_EXREGS_RECEIVE | L4_EXREGS_DELIVER;
        L4_Word_t sp, ip, flags, handle;
        L4_ThreadId_t pager, id;
        L4_Sleep(L4_TimePeriod(3000));
        id = L4_ExchangeRegisters(listener, control, 0, 0, 0, 0, L4_nilthread, &control, &sp, &ip, &flags, &handle, &pager);
        aborted += !L4_IsNilThread(id) && (control & L4_EXREGS_RECEIVE);
    }
}

static L4_ThreadId_t urgent(void (*f)(void))
{
    L4_ThreadId_t t = helper(f);
    L4_Set_Priority(t, 101);
    return t;
}

static void call_for_attention(void)
{
    L4_LoadMR(0, 0);
    L4_Send(listener);
    rest();
}

/* How many of these receives have this result. */
static L4_Word_t receives_with(L4_ThreadId_t whom, L4_Word_t code)
{
    L4_Word_t n = 0;
    L4_ThreadId_t from;
    for (int i = 0; i < TURNS; i++) {
        L4_MsgTag_t tag = L4_Ipc(L4_nilthread, whom, L4_Timeouts(L4_Never, L4_ZeroTime), &from);
        n += L4_IpcFailed(tag) ? L4_ErrorCode() == code : code == 0;
    }
    return n;
}

TEST(crowd_of_strangers_does_not_hide_the_one_that_is_local)
{
    listener = me();
    crowd_target = me().raw;
    said = aborted = 0;
    if (gather(crowd_sender)) {
        L4_Sleep(MOMENT);
        L4_Word_t first = first_of_the_queue();
        EXPECT_EQ(receives_with(L4_anylocalthread, 3), TURNS);
        EXPECT_EQ(first_of_the_queue(), first + 1); /* a search in vain leaves the queue as it was */
        L4_ThreadId_t t = urgent(speak_up);
        L4_Word_t heard = receives_with(L4_anylocalthread, 0), cancelled;
        EXPECT(heard > 0);
        EXPECT_EQ(said, heard); /* nobody's time was up while we looked */
        thread_delete(t);
        t = urgent(interrupt_the_search);
        cancelled = receives_with(L4_anylocalthread, 7);
        EXPECT(cancelled > 0);
        EXPECT_EQ(aborted, cancelled);
        thread_delete(t);
        helper(call_for_attention); /* the last of the queue */
        L4_Sleep(MOMENT);
        EXPECT_EQ(receives_with(L4_anylocalthread, 0), 1);
    }
    part();
}

static void acknowledge(L4_ThreadId_t irq)
{
    rtc_read(0x0C);
    L4_LoadMR(0, 0);
    EXPECT(L4_IpcSucceeded(L4_Send_Timeout(irq, SOON)));
}

TEST(crowd_that_speaks_for_others_does_not_hide_those_others)
{
    L4_ThreadId_t quiet = helper(rest), irq = L4_IrqId(RTC_LINE);
    listener = me();
    crowd_target = me().raw;
    crowd_voice = member(COUNT).raw;
    if (gather(crowd_speaker)) {
        L4_Sleep(MOMENT);
        L4_Word64_t took = clock_us();
        EXPECT_EQ(receives_with(quiet, 3), TURNS);
        took = (clock_us() - took) / TURNS;
        EXPECT_EQ(receives_with(member(COUNT), 0), TURNS);
        L4_Word_t last = L4_ThreadNo(L4_ActualSender());
        EXPECT_EQ(first_of_the_queue(), L4_ThreadNo(member(COUNT)));
        EXPECT_EQ(L4_ThreadNo(L4_ActualSender()), last + 1); /* they came in order */
        EXPECT(L4_AssociateInterrupt(irq, me()));
        rtc_on();
        EXPECT(L4_IpcSucceeded(L4_Receive_Timeout(irq, SOON)));
        L4_Word64_t period = clock_us(); /* what the chip makes of our 1024 a second differs */
        for (int i = 0; i < TURNS; i++) {
            acknowledge(irq);
            EXPECT(L4_IpcSucceeded(L4_Receive_Timeout(irq, SOON)));
        }
        period = (clock_us() - period) / TURNS;
        L4_Word_t while_looking = 0;
        for (int i = 0; i < TURNS; i++) {
            acknowledge(irq);
            if (L4_IpcSucceeded(L4_Receive_Timeout(irq, L4_ZeroTime)))
                while_looking++;
            else
                EXPECT(L4_IpcSucceeded(L4_Receive_Timeout(irq, SOON)));
        }
        if (took > 2 * period) /* so in `make test`; bench/irqoff.py has a faster machine */
            EXPECT_EQ(while_looking, TURNS);
        rtc_off();
        L4_DeassociateInterrupt(irq);
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
