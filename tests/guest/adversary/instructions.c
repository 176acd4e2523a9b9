/* SPDX-License-Identifier: MIT */
/* One instruction that user code has no business with: an exception of that thread, at that instruction. */
#include "stage.h"

/* ---- interrupts and the processor's mode */
TEST(cli_is_refused) { refuses(BYTES("\xFA"), V(GP)); }
TEST(sti_is_refused) { refuses(BYTES("\xFB"), V(GP)); }
TEST(hlt_is_refused) { refuses(BYTES("\xF4"), V(GP)); }
TEST(clts_is_refused) { refuses(BYTES("\x0F\x06"), V(GP)); }
TEST(lmsw_is_refused) { refuses(BYTES("\x0F\x01\xF0"), V(GP)); }
TEST(mov_from_cr0_is_refused) { refuses(BYTES("\x0F\x20\xC0"), V(GP)); }
TEST(mov_to_cr0_is_refused) { refuses(BYTES("\x0F\x22\xC0"), V(GP)); }
TEST(mov_to_cr1_is_refused) { refuses(BYTES("\x0F\x22\xC8"), V(GP) | V(UD)); }
TEST(mov_from_cr2_is_refused) { refuses(BYTES("\x0F\x20\xD0"), V(GP)); }
TEST(mov_to_cr3_is_refused) { refuses(BYTES("\x0F\x22\xD8"), V(GP)); }
TEST(mov_from_cr3_is_refused) { refuses(BYTES("\x0F\x20\xD8"), V(GP)); }
TEST(mov_to_cr4_is_refused) { refuses(BYTES("\x0F\x22\xE0"), V(GP) | V(UD)); }
TEST(mov_from_cr4_is_refused) { refuses(BYTES("\x0F\x20\xE0"), V(GP) | V(UD)); }
TEST(mov_to_cr8_is_refused) { refuses(BYTES("\xF0\x0F\x22\xC0"), V(GP) | V(UD)); }

/* ---- debug and test registers */
TEST(mov_to_dr0_is_refused) { refuses(BYTES("\x0F\x23\xC0"), V(GP)); }
TEST(mov_to_dr7_is_refused) { refuses(BYTES("\x0F\x23\xF8"), V(GP)); }
TEST(mov_from_dr6_is_refused) { refuses(BYTES("\x0F\x21\xF0"), V(GP)); }
TEST(mov_from_dr7_is_refused) { refuses(BYTES("\x0F\x21\xF8"), V(GP)); }
TEST(mov_to_tr6_is_refused) { refuses(BYTES("\x0F\x26\xF0"), V(GP) | V(UD)); }
TEST(mov_from_tr7_is_refused) { refuses(BYTES("\x0F\x24\xF8"), V(GP) | V(UD)); }

/* ---- descriptor tables */
TEST(lgdt_is_refused) { refuses(BYTES("\x0F\x01\x10"), V(GP)); }
TEST(lidt_is_refused) { refuses(BYTES("\x0F\x01\x18"), V(GP)); }
TEST(lldt_is_refused) { refuses(BYTES("\x0F\x00\xD0"), V(GP)); }
TEST(ltr_is_refused) { refuses(BYTES("\x0F\x00\xD8"), V(GP)); }
TEST(lgdt_from_kernel_memory_is_refused) { refuses(BYTES("\x0F\x01\x15\x00\x00\x10\xF0"), V(GP) | V(PF)); }
TEST(sgdt_into_kernel_memory_is_a_fault) { refuses(BYTES("\x0F\x01\x05\x00\x00\x10\xF0"), V(GP) | V(PF)); }
TEST(sidt_into_kernel_memory_is_a_fault) { refuses(BYTES("\x0F\x01\x0D\x00\x00\x10\xF0"), V(GP) | V(PF)); }

/* ---- caches, translations, models */
TEST(invd_is_refused) { refuses(BYTES("\x0F\x08"), V(GP)); }
TEST(wbinvd_is_refused) { refuses(BYTES("\x0F\x09"), V(GP)); }
TEST(invlpg_is_refused) { refuses(BYTES("\x0F\x01\x38"), V(GP)); }
TEST(rdmsr_is_refused) { refuses(BYTES("\x0F\x32"), V(GP) | V(UD)); }
TEST(wrmsr_is_refused) { refuses(BYTES("\x0F\x30"), V(GP) | V(UD)); }
TEST(wrmsr_to_the_sysenter_registers_is_refused) 
{
    struct event e = run_code(BYTES("\xB9\x76\x01\x00\x00\x0F\x30")); /* mov ecx, 0x176 */
    EXPECT(e.what == EXCEPTION && (e.x.vector == GP || e.x.vector == UD) && e.x.eip == (L4_Word_t)code + 5);
}
TEST(rdpmc_is_refused) { refuses(BYTES("\x0F\x33"), V(GP) | V(UD)); }
TEST(sysexit_is_refused) { refuses(BYTES("\x0F\x35"), V(GP) | V(UD)); }
TEST(sysret_is_refused) { refuses(BYTES("\x0F\x07"), V(GP) | V(UD)); }
TEST(rsm_is_refused) { refuses(BYTES("\x0F\xAA"), V(UD)); }
TEST(swapgs_is_refused) { refuses(BYTES("\x0F\x01\xF8"), V(GP) | V(UD)); }
TEST(monitor_is_refused) { refuses(BYTES("\x0F\x01\xC8"), V(GP) | V(UD)); }
TEST(mwait_is_refused) { refuses(BYTES("\x0F\x01\xC9"), V(GP) | V(UD)); }
TEST(vmcall_is_refused) { refuses(BYTES("\x0F\x01\xC1"), V(GP) | V(UD)); }
TEST(vmrun_is_refused) { refuses(BYTES("\x0F\x01\xD8"), V(GP) | V(UD)); }
TEST(vmmcall_is_refused) { refuses(BYTES("\x0F\x01\xD9"), V(GP) | V(UD)); }
TEST(clgi_is_refused) { refuses(BYTES("\x0F\x01\xDD"), V(GP) | V(UD)); }
TEST(xsetbv_is_refused) { refuses(BYTES("\x0F\x01\xD1"), V(GP) | V(UD)); }
TEST(xgetbv_is_refused) { refuses(BYTES("\x0F\x01\xD0"), V(GP) | V(UD)); }

/* ---- exceptions that an instruction is made for */
TEST(ud2_is_an_exception) { refuses(BYTES("\x0F\x0B"), V(UD)); }
TEST(int3_is_an_exception) { refuses(BYTES("\xCC"), V(BP)); }
TEST(int_3_in_two_bytes_is_an_exception) { refuses(BYTES("\xCD\x03"), V(BP)); }
TEST(icebp_is_an_exception) { refuses(BYTES("\xF1"), V(DB) | V(UD)); } /* QEMU does not know it */
TEST(int_1_is_an_exception) { refuses(BYTES("\xCD\x01"), V(GP)); }
TEST(into_with_overflow_is_an_exception)
{
    struct event e = run_code(BYTES("\xB0\x7F\x04\x01\xCE")); /* mov al, 127; add al, 1; into */
    EXPECT(e.what == EXCEPTION && e.x.vector == OF && e.x.eip == (L4_Word_t)code + 5);
}
TEST(into_without_overflow_is_nothing)
{
    struct event e = run_code(BYTES("\x31\xC0\xCE"));
    EXPECT(e.what == EXCEPTION && e.x.vector == UD && e.x.eip == (L4_Word_t)code + 3);
}
TEST(bound_exceeded_is_an_exception) { refuses(BYTES("\x62\x00"), V(BR)); } /* scratch is not in [0, 0] */
TEST(bound_in_kernel_memory_is_a_fault) { refuses(BYTES("\x62\x05\x00\x00\x10\xF0"), V(PF)); }
TEST(division_by_zero_is_an_exception)
{
    struct event e = run_code(BYTES("\x31\xC9\xF7\xF1"));
    EXPECT(e.what == EXCEPTION && e.x.vector == DE && e.x.eip == (L4_Word_t)code + 2);
}
TEST(division_overflow_is_an_exception)
{
    struct event e = run_code(BYTES("\xBA\x00\x00\x00\x40\xB9\x01\x00\x00\x00\xF7\xF9")); /* 2^62 / 1 */
    EXPECT(e.what == EXCEPTION && e.x.vector == DE);
}
TEST(aam_by_zero_is_an_exception) { refuses(BYTES("\xD4\x00"), V(DE)); }

/* ---- encodings */
TEST(lock_on_a_register_is_refused) { refuses(BYTES("\xF0\x01\xC0"), V(UD)); }
TEST(lock_nop_is_kernelinterface_and_no_exception)
{
    struct event e = run_code(BYTES("\xF0\x90"));
    EXPECT(e.what == EXCEPTION && e.x.vector == UD && e.x.eip == (L4_Word_t)code + 2);
    EXPECT_EQ(e.x.eax, L4_GetKernelInterface());
    EXPECT_EQ(e.x.ebx, (L4_Word_t)scratch + 64);
}
TEST(lock_nop_with_a_prefix_between_is_refused) { refuses(BYTES("\xF0\x66\x90"), V(UD)); }
TEST(lock_cmpxchg8b_with_a_register_is_refused) { refuses(BYTES("\xF0\x0F\xC7\xC8"), V(UD)); }
TEST(sixteen_prefixes_are_refused)
{
    refuses(BYTES("\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x66\x90"), V(GP) | V(UD));
}
TEST(undefined_opcodes_are_refused) { refuses(BYTES("\x0F\xFF\xC0"), V(UD)); }
TEST(lds_of_a_register_is_refused) { refuses(BYTES("\xC5\xC0"), V(UD)); }
TEST(mov_to_cs_is_refused) { refuses(BYTES("\x8E\xC8"), V(UD)); }

/* ---- ways out by a gate or another segment */
TEST(far_jump_into_the_kernels_code_is_refused) { refuses(BYTES("\xEA\x00\x00\x10\xF0\x08\x00"), V(GP)); }
TEST(far_call_into_the_kernels_code_is_refused) { refuses(BYTES("\x9A\x00\x00\x10\xF0\x08\x00"), V(GP)); }
TEST(far_jump_to_the_tss_is_refused) { refuses(BYTES("\xEA\x00\x00\x00\x00\x28\x00"), V(GP)); }
TEST(far_call_to_the_double_fault_tss_is_refused) { refuses(BYTES("\x9A\x00\x00\x00\x00\x38\x00"), V(GP)); }
TEST(far_jump_to_kernel_memory_with_user_code_is_a_fault)
{
    struct event e = run_code(BYTES("\xEA\x00\x00\x10\xF0\x1B\x00"));
    EXPECT_EQ(e.what, PAGE_FAULT);
    EXPECT_EQ(e.w[1], 0xF0100000);
}
TEST(jump_to_kernel_memory_is_a_fault)
{
    struct event e = run_code(BYTES("\xB8\x00\x00\x10\xF0\xFF\xE0"));
    EXPECT_EQ(e.what, PAGE_FAULT);
    EXPECT_EQ(e.w[1], 0xF0100000);
}
TEST(code_that_runs_over_the_end_of_user_memory_is_a_fault)
{
    memset(pages, 0x90, PAGE);
    shared[63] = 0xBFFFFFF0;
    L4_ThreadId_t t = actor_waiting(L4_nilthread);
    L4_LoadMR(0, 2);
    L4_LoadMR(1, 0xBFFFF000);
    L4_LoadMR(2, 0);
    EXPECT(L4_IpcSucceeded(L4_Send_Timeout(t, SOON)));
    struct event e = event_from(t, SOON);
    EXPECT_EQ(e.what, PAGE_FAULT);
    EXPECT_EQ(e.w[1], 0xBFFFF000);
    EXPECT(L4_IpcSucceeded(give(t, 0xBFFFF000, FPAGE(pages, 12, 7), false)));
    e = event_from(t, SOON);
    EXPECT_EQ(e.what, PAGE_FAULT);
    EXPECT_EQ(e.w[1], 0xC0000000);
    EXPECT_EQ(e.w[2], 0xC0000000);
}

/* ---- what tells about the kernel changes nothing */
TEST(sgdt_sidt_sldt_str_and_smsw_harm_nobody)
{
    static const char words[] = "\x0F\x01\x03\x0F\x01\x0B\x0F\x00\x03\x0F\x00\x0B\x0F\x01\x23";
    struct event e = run_code(BYTES(words));
    EXPECT_EQ(e.what, EXCEPTION);
    EXPECT(e.x.vector == UD || e.x.vector == GP);
}
