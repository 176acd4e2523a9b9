/* SPDX-License-Identifier: MIT */
/* Addresses and selectors of the x86 half: plain numbers, shown to NASM too (build/gen/x86.inc). */
#ifndef X86_LAYOUT_H
#define X86_LAYOUT_H

#define KERNEL_WINDOW   0xF0000000 /* physical memory below WINDOW_SIZE appears here */
#define WINDOW_SIZE     0x0F000000
#define KERNEL_PHYSICAL 0x00100000
#define TCB_BASE        0xC0000000 /* block of thread n: here + n * 2048 */
#define TSS_REGION      0xE0000000 /* one page table: TSS, IO bitmap, the GS page */
#define TSS_ADDRESS     0xE0000F98 /* ends where its IO bitmap begins, at a page boundary */
#define IO_BITMAP       0xE0001000 /* two pages, then one whose bytes are all ones */
#define GS_PAGE         0xE0004000 /* its first two words are current's UTCB address */
#define GS_WRITE        0xE0005000 /* the same page for the kernel to write */
#define IDT_VIEW        0xE0006000 /* the page of the IDT, read-only: cpu.c */
#define KPAGES_WINDOW   0xE0400000 /* descriptors of the window's pages: kmem.h */
#define SCRATCH         0xF00A0000 /* two pages: any frame shows here for a moment */

#define KERNEL_CS   0x08
#define KERNEL_DS   0x10
#define USER_CS     0x1B
#define USER_DS     0x23
#define TSS_SEL     0x28
#define USER_GS     0x33

#define DOUBLE_SEL  0x38
#define PECAN_SEL   0x40 /* L4_PECAN_SELECTOR without its RPL */
#define NMI_SEL     0x48
#define SELECTORS   4830 /* (DS + 2 GS) ES + FS of flat segments, and of no others of users */

#define NMI_VECTOR     2
#define INVALID_VECTOR 6
#define DOUBLE_VECTOR  8
#define IRQ_VECTOR     0x20
#define SYSCALL_VECTOR 0x30
#define UNMAP_CALL     2 /* behind it */
#define UNMAP_MARK     1 /* in EDI: SYSENTER means Unmap */
#define SYSCALL_COUNT  11
#define IPC_VECTORS    2 /* the first of them */

#define INITIAL_UTCB      0xBF000000
#define INITIAL_UTCB_LOG2 17
#define INITIAL_KIP       0xBFF00000

#endif
