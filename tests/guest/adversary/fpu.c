/* SPDX-License-Identifier: MIT */
/* What one thread computes another does not see: FPU and SSE registers, control words, pending exceptions. */
#include "stage.h"

static L4_Word_t p_fill(L4_Word_t value, L4_Word_t sse)
{
    __asm__ volatile("fninit");
    for (int i = 0; i < 8; i++)
        __asm__ volatile("fildl %0" : : "m"(value));
    if (sse) {
        static L4_Word_t lanes[4] __attribute__((aligned(16)));
        for (int i = 0; i < 4; i++)
            lanes[i] = value + (L4_Word_t)i;
        __asm__ volatile("movups %0, %%xmm0; movups %0, %%xmm1; movups %0, %%xmm6; movups %0, %%xmm7" : : "m"(lanes));
    }
    return 0;
}
/* How many words of the FPU's image are not those of a new one; fnsave makes the rest of the image. */
static L4_Word_t p_look(L4_Word_t fresh, L4_Word_t sse)
{
    static uint16_t image[54];
    static L4_Word_t lanes[4] __attribute__((aligned(16)));
    L4_Word_t strange = 0;
    __asm__ volatile("fnsave %0" : "=m"(image));
    if (fresh) {
        strange += image[0] != 0x37F;
        strange += image[2] != 0;
        strange += image[4] != 0xFFFF;
    }
    for (int i = 14; i < 54; i++)
        strange += image[i] != 0;
    if (sse) {
        __asm__ volatile("movups %%xmm0, %0" : "=m"(lanes));
        strange += (lanes[0] | lanes[1] | lanes[2] | lanes[3]) != 0;
        __asm__ volatile("movups %%xmm7, %0" : "=m"(lanes));
        strange += (lanes[0] | lanes[1] | lanes[2] | lanes[3]) != 0;
        __asm__ volatile("stmxcsr %0" : "=m"(lanes[0]));
        strange += (lanes[0] & 0xFFFF) != 0x1F80;
    }
    return strange;
}
static L4_Word_t p_top(L4_Word_t a, L4_Word_t b)
{
    L4_Word_t value = 0;
    (void)a;
    (void)b;
    __asm__ volatile("fistpl %0; fildl %0" : "+m"(value));
    return value;
}

TEST(a_new_threads_fpu_is_empty)
{
    L4_ThreadId_t p = puppet();
    performed(p, p_fill, 0x5EC2E7, cpu_has_fxsr());
    for (int i = 0; i < 5; i++)
        EXPECT_EQ(performed(puppet(), p_look, 1, cpu_has_fxsr()), 0);
    EXPECT_EQ(performed(p, p_top, 0, 0), 0x5EC2E7);
}
TEST(an_fpu_of_a_dead_thread_is_not_inherited)
{
    for (int i = 0; i < 5; i++) {
        L4_ThreadId_t p = puppet();
        EXPECT_EQ(performed(p, p_look, 1, cpu_has_fxsr()), 0);
        performed(p, p_fill, 0x5EC2E7, cpu_has_fxsr());
        actor_delete(p);
    }
}
TEST(the_fpus_of_eight_threads_do_not_mix)
{
    L4_ThreadId_t p[8];
    for (L4_Word_t i = 0; i < 8; i++) {
        p[i] = i & 1 ? puppet_in(p[i - 1]) : puppet();
        performed(p[i], p_fill, 1000 + i, 0);
    }
    for (L4_Word_t round = 0; round < 40; round++)
        EXPECT_EQ(performed(p[round * 5 % 8], p_top, 0, 0), 1000 + round * 5 % 8);
}
/* Ours is not theirs, and a call that hands the processor over does not hand over the registers. */
TEST(the_stages_fpu_is_its_own)
{
    L4_ThreadId_t p = puppet();
    p_fill(77, 0);
    performed(p, p_fill, 88, 0);
    EXPECT_EQ(p_top(0, 0), 77);
    EXPECT_EQ(performed(p, p_top, 0, 0), 88);
    EXPECT_EQ(p_top(0, 0), 77);
}

static void computes_and_dies(void)
{
    for (;;) {
        L4_Word_t one = 1;
        __asm__ volatile("fninit; fildl %0; fchs; fsqrt" : : "m"(one));
        shared[0]++;
    }
}
TEST(a_thread_deleted_while_it_owns_the_fpu)
{
    for (int i = 0; i < 20; i++) {
        L4_ThreadId_t t = actor(computes_and_dies);
        next_event(L4_TimePeriod(2000));
        actor_delete(t);
        L4_ThreadId_t p = puppet();
        EXPECT_EQ(performed(p, p_look, 1, 0), 0);
        actor_delete(p);
    }
    EXPECT(shared[0] > 0);
}

/* ---- exceptions: unmasked, pending, in others' time */
static void divides_by_zero(void)
{
    L4_Word_t zero = 0;
    uint16_t control = 0x340;
    __asm__ volatile("fninit; fldcw %1; fld1; fildl %0; fdivrp; fwait" : : "m"(zero), "m"(control));
    shared[0]++;
}
TEST(an_fpu_exception_is_an_exception_of_that_thread)
{
    L4_ThreadId_t t = actor(divides_by_zero);
    struct event e = event_from(t, SOON);
    EXPECT_EQ(e.what, EXCEPTION);
    EXPECT_EQ(e.x.vector, MF);
    EXPECT_EQ(shared[0], 0);
}
static void leaves_an_exception_pending(void)
{
    L4_Word_t zero = 0;
    uint16_t control = 0x340;
    __asm__ volatile("fninit; fldcw %1; fld1; fildl %0; fdivrp" : : "m"(zero), "m"(control));
    shared[0]++;
    L4_LoadMR(0, 0x33 << 16);
    L4_Call(L4_ExceptionHandler());
    L4_Sleep(L4_Never);
}
TEST(an_fpu_exception_left_pending_meets_nobody_else)
{
    actor(leaves_an_exception_pending);
    struct event e = next_event(SOON);
    EXPECT_EQ(e.what, OTHER);
    p_fill(5, 0);
    EXPECT_EQ(p_top(0, 0), 5);
    L4_ThreadId_t p = puppet();
    EXPECT_EQ(performed(p, p_look, 1, 0), 0);
    EXPECT_EQ(performed(p, p_fill, 6, 0), 0);
    EXPECT_EQ(performed(p, p_top, 0, 0), 6);
    actor_delete(e.from);
    EXPECT_EQ(performed(p, p_top, 0, 0), 6);
    EXPECT_EQ(p_top(0, 0), 5);
}

static const L4_Word_t bad_mxcsr[] = {0xFFFFFFFF, 0x00010000, 0x80000000, 0x00020000};
static void loads_bad_mxcsr(void)
{
    for (unsigned i = 0; i < 4; i++)
        TRY("ldmxcsr (%0)", "r"(&bad_mxcsr[i]));
    static char image[512 + 16] __attribute__((aligned(16)));
    __asm__ volatile("fxsave %0" : "=m"(image));
    for (unsigned i = 0; i < 4; i++) {
        *(L4_Word_t *)(image + 24) = bad_mxcsr[i];
        TRY("fxrstor (%0)", "r"(image));
        TRY("fxrstor 4(%0)", "r"(image));
        TRY("fxsave 4(%0)", "r"(image));
    }
}
TEST(a_bad_mxcsr_is_an_exception)
{
    if (!cpu_has_fxsr()) {
        stage_skip("no FXSR here");
        return;
    }
    actor(loads_bad_mxcsr);
    struct tally t = conduct(SOON, 100);
    EXPECT(t.done);
    EXPECT(t.exceptions[GP] + t.exceptions[AC] >= 4);
    EXPECT_EQ(performed(puppet(), p_look, 1, 1), 0);
}
static void raises_sse_exceptions(void)
{
    static L4_Word_t unmasked = 0x1F80 & ~0x200, zeroes[4] __attribute__((aligned(16)));
    static const float ones[4] __attribute__((aligned(16))) = {1, 1, 1, 1};
    TRY("ldmxcsr (%0); movaps (%1), %%xmm0; movaps (%2), %%xmm1; divps %%xmm1, %%xmm0", "r"(&unmasked), "r"(ones), "r"(zeroes));
    TRY("movaps 4(%0), %%xmm0", "r"(zeroes));
}
TEST(sse_exceptions_are_exceptions_of_that_thread)
{
    if (!cpu_has_fxsr()) {
        stage_skip("no SSE here");
        return;
    }
    actor(raises_sse_exceptions);
    struct tally t = conduct(SOON, 10);
    EXPECT(t.done);
    EXPECT(t.exceptions[XM] <= 1); /* QEMU computes on */
    EXPECT(t.exceptions[GP] <= 1);
}
/* Any image that a user may load: rubbish in all of it. */
static void loads_rubbish(void)
{
    static L4_Word_t image[128] __attribute__((aligned(16)));
    L4_Word_t seed = 7;
    for (unsigned round = 0; round < 300; round++) {
        for (unsigned i = 0; i < 128; i++)
            image[i] = seed = seed * 1664525 + 1013904223;
        TRY("frstor (%0)", "r"(image));
        TRY("fldenv (%0)", "r"(image));
        TRY("fwait; fldpi; fsin; fptan; fbstp 16(%0)", "r"(image));
        L4_Yield();
        __asm__ volatile("fnclex; fninit");
        shared[0]++;
    }
}
TEST(rubbish_for_an_fpu_image)
{
    actor(loads_rubbish);
    struct tally t = conduct(SOON, 2000);
    EXPECT(t.done);
    EXPECT_EQ(shared[0], 300);
    EXPECT_EQ(performed(puppet(), p_look, 1, 0), 0);
}
