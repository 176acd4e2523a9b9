/* SPDX-License-Identifier: MIT */
/* Spec 4.9 - 4.11: SpaceControl, ProcessorControl, MemoryControl. */
#include "test.h"

static volatile L4_Word_t result[4], error[4], ran;

static void expect_refused(L4_Word_t r, L4_Word_t code, int line)
{
    if (r != 0 || L4_ErrorCode() != code)
        serial_printf("# " __FILE__ ":%d: result %lx, error %lx, want error %lx\n", line, r, L4_ErrorCode(),
                      code);
    EXPECT(r == 0 && L4_ErrorCode() == code);
}
#define REFUSED(call, code) (L4_Set_ErrorCode(0), expect_refused((call), (code), __LINE__))

static L4_Word_t control(L4_ThreadId_t space, L4_Word_t kip, L4_Word_t kip_log2, L4_Word_t utcb,
                         L4_Word_t utcb_log2)
{
    L4_Word_t old;
    return L4_SpaceControl(space, 0, L4_FpageLog2(kip, kip_log2), L4_FpageLog2(utcb, utcb_log2),
                           L4_nilthread, &old);
}

static void unprivileged(void)
{
    static const L4_Word_t attributes[4];
    for (int i = 0; i < 3; i++) {
        L4_Set_ErrorCode(0);
        L4_LoadMR(0, L4_FpageLog2((L4_Word_t)&ran, 12).raw);
        result[i] = i == 0   ? control(L4_MyGlobalId(), 0x10000000, 12, 0x10002000, 12)
                    : i == 1 ? L4_MemoryControl(0, attributes)
                             : L4_ProcessorControl(0, 0, 0, 0);
        error[i] = L4_ErrorCode();
    }
    ran = 1;
    rest();
}

TEST(privileged_calls_by_others_are_error_1)
{
    ran = 0;
    stranger(unprivileged);
    L4_Sleep(MOMENT);
    EXPECT_EQ(ran, 1);
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(result[i], 0);
        EXPECT_EQ(error[i], 1);
    }
}

TEST(spacecontrol_of_nobody_is_error_3)
{
    REFUSED(control(fresh_id(), 0x10000000, 12, 0x10002000, 12), 3);
    REFUSED(control(L4_nilthread, 0x10000000, 12, 0x10002000, 12), 3);
    REFUSED(control(L4_MyLocalId(), 0x10000000, 12, 0x10002000, 12), 3);
    REFUSED(control(L4_anythread, 0x10000000, 12, 0x10002000, 12), 3);
}

TEST(spacecontrol_with_a_bad_utcb_area_is_error_6)
{
    L4_ThreadId_t t = space_create();
    REFUSED(control(t, 0x10000000, 12, 0x10002000, 11), 6);
    REFUSED(control(t, 0x10000000, 12, 0xC0000000, 12), 6);
    REFUSED(control(t, 0x10000000, 12, 0xFFFFF000, 12), 6);
    REFUSED(control(t, 0x10000000, 12, 0x80000000, 31), 6);
    REFUSED(control(t, 0x10000000, 12, 0, 32), 6);
    REFUSED(control(t, 0x10000000, 12, 0, 0), 6);
}

TEST(spacecontrol_with_a_bad_kip_area_is_error_7)
{
    L4_ThreadId_t t = space_create();
    REFUSED(control(t, 0x10000000, 11, 0x10002000, 12), 7);
    REFUSED(control(t, 0xC0000000, 12, 0x10002000, 12), 7);
    REFUSED(control(t, 0, 0, 0x10002000, 12), 7);
    REFUSED(control(t, 0x10002000, 12, 0x10002000, 12), 7);
    REFUSED(control(t, 0x10000000, 16, 0x10002000, 12), 7);
}

TEST(spacecontrol_refused_leaves_the_space_unconfigured)
{
    L4_ThreadId_t t = space_create();
    REFUSED(control(t, 0x10002000, 12, 0x10002000, 12), 7);
    EXPECT_EQ(L4_ThreadControl(t, t, L4_nilthread, L4_MyGlobalId(), (void *)0x10002000), 0);
    EXPECT(control(t, 0x10000000, 12, 0x10002000, 12));
    EXPECT_EQ(L4_ThreadControl(t, t, L4_nilthread, L4_MyGlobalId(), (void *)0x10002000), 1);
}

TEST(spacecontrol_reports_no_small_space)
{
    L4_Word_t old = 99;
    L4_ThreadId_t t = space_create();
    EXPECT(L4_SpaceControl(t, 0, L4_FpageLog2(0x10000000, 12), L4_FpageLog2(0x10002000, 12),
                           L4_anythread, &old));
    EXPECT_EQ(old, 0);
}

TEST(spacecontrol_does_not_move_areas_under_active_threads)
{
    L4_Word_t kip = (L4_Word_t)L4_GetKernelInterface();
    EXPECT(control(supervisor(), 0x10000000, 12, 0x10002000, 12) == 1);
    EXPECT_EQ((L4_Word_t)L4_KernelInterface(NULL, NULL, NULL), kip);
    L4_ThreadId_t t = helper(rest);
    EXPECT(L4_LocalIdOf(t).raw > 0xB0000000 || L4_LocalIdOf(t).raw != 0x10002100);
}

TEST(processorcontrol_by_root_succeeds) { EXPECT_EQ(L4_ProcessorControl(0, 0, 0, 0), 1); }

static char page[4096] __attribute__((aligned(4096)));

TEST(memorycontrol_sets_every_attribute_that_a_processor_has)
{
    page[0] = 1;
    EXPECT_EQ(L4_Set_PageAttribute(L4_FpageLog2((L4_Word_t)page, 12), L4_UncacheableMemory), 1);
    EXPECT_EQ(page[0], 1);
    EXPECT_EQ(L4_Set_PageAttribute(L4_FpageLog2((L4_Word_t)page, 12), L4_WriteThroughMemory), 1);
    EXPECT_EQ(L4_Set_PageAttribute(L4_FpageLog2((L4_Word_t)page, 12), L4_DefaultMemory), 1);
    EXPECT_EQ(page[0], 1);
}

/* CPUID's bit for the page attribute table. */
static bool have_pat(void)
{
    L4_Word_t before, after, features = 0;
    __asm__ volatile("pushf; pop %0; mov %0, %1; xor $0x200000, %1; push %1; popf; pushf; pop %1"
                     : "=&r"(before), "=&r"(after));
    if (before != after)
        __asm__ volatile("cpuid" : "=d"(features) : "a"(1) : "ebx", "ecx");
    return features & 1 << 16;
}

/* Spec 4.11: what a 486 cannot honour is not supported there.  Others see the page as before, and what is mapped on. */
TEST(memorycontrol_combines_and_protects_writes_where_there_is_a_pat)
{
    static const L4_Word_t attributes[] = {L4_WriteCombiningMemory, L4_WriteProtectedMemory};
    for (int i = 0; i < 2; i++) {
        page[1] = 40 + i;
        if (!have_pat()) {
            REFUSED(L4_Set_PageAttribute(L4_FpageLog2((L4_Word_t)page, 12), attributes[i]), 5);
            continue;
        }
        EXPECT_EQ(L4_Set_PageAttribute(L4_FpageLog2((L4_Word_t)page, 12), attributes[i]), 1);
        EXPECT_EQ(page[1], 40 + i);
        page[1]++;
        EXPECT_EQ(L4_Set_PageAttribute(L4_FpageLog2((L4_Word_t)page, 12), L4_DefaultMemory), 1);
        EXPECT_EQ(page[1], 41 + i);
    }
}

TEST(memorycontrol_with_an_unknown_attribute_is_error_5)
{
    for (L4_Word_t attribute = 6; attribute < 40; attribute++)
        if (attribute != L4_WriteProtectedMemory)
            REFUSED(L4_Set_PageAttribute(L4_FpageLog2((L4_Word_t)page, 12), attribute), 5);
    REFUSED(L4_Set_PageAttribute(L4_FpageLog2((L4_Word_t)page, 12), 3), 5);
    REFUSED(L4_Set_PageAttribute(L4_FpageLog2((L4_Word_t)page, 12), 99), 5);
    REFUSED(L4_Set_PageAttribute(L4_FpageLog2((L4_Word_t)page, 12), ~0ul), 5);
}

TEST(memorycontrol_of_kernel_memory_is_error_5)
{
    static const L4_Word_t bases[] = {0xC0000000, 0xE0000000, 0xF0100000, 0xFFFFF000};
    for (int i = 0; i < 4; i++)
        REFUSED(L4_Set_PageAttribute(L4_FpageLog2(bases[i], 12), L4_UncacheableMemory), 5);
    REFUSED(L4_Set_PageAttribute(L4_FpageLog2(0xE0000000, 29), L4_UncacheableMemory), 5);
}

TEST(memorycontrol_skips_nil_fpages)
{
    EXPECT_EQ(L4_Set_PageAttribute(L4_Nilpage, L4_DefaultMemory), 1);
}
