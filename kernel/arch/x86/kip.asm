; SPDX-License-Identifier: MIT
; The kernel interface page: data of the kernel's image, so that a loader can patch it, and the
; stubs behind its system-call links.  Spec 3.  kip.c fills in what only the running kernel knows.
%include "x86.inc"
%include "l4.inc"
%include "offsets.inc"

        global  the_kip, kip_processor_descriptor, kip_kernel_descriptor, kip_descriptors
        global  kip_features, kip_features_end
        global  kip_ipc_trap, kip_ipc_sysenter, kip_unmap_sysenter

%define HERE(x) ((x) - the_kip)

        section .kip progbits alloc noexec write align=4096
the_kip:
        db      'L4', 0xE6, 'K'
        dd      0x84050000, 0, HERE(kip_kernel_descriptor)
        times L4_KIP_SIGMA0 - ($ - $$) db 0
        times L4_KIP_MEMORY_INFO - ($ - $$) db 0
        dw      KIP_MEMORY_CAPACITY, HERE(memory_descriptors)
        times L4_KIP_UTCB_INFO - ($ - $$) db 0
        dd      12 << 16 | L4_UTCB_BLOCK_LOG2 << 10 | 1         ; area s, alignment a, multiplier m
        dd      12
        times L4_KIP_PROC_DESC_PTR - ($ - $$) db 0
        dd      HERE(kip_processor_descriptor)
        dd      0x03E80001              ; schedule and read precision: 1000 us, 1 us
        dd      USER_BASE << 20 | SYSTEM_BASE << 8 | 18 ; and t
        dd      0x00001006              ; 4 KB pages; r and w are told apart
        dd      4 << 28
        dd      HERE(stub_space_control), HERE(stub_thread_control), HERE(stub_processor_control)
        dd      HERE(stub_memory_control), HERE(kip_ipc_trap), HERE(stub_lipc), HERE(stub_unmap)
        dd      HERE(stub_exchange_registers), HERE(stub_system_clock), HERE(stub_thread_switch)
        dd      HERE(stub_schedule)
        times 0x120 - ($ - $$) db 0
kip_processor_descriptor:
        dd      0, 0, 0, 0
kip_kernel_descriptor:
        dd      0x07010000              ; KernelId: ours
        dd      26 << 9 | 11 << 5 | 22  ; generation date
        dd      0x00010000              ; version 0.1
        db      'Pcan'
        db      'Pecan 0.1', 0
kip_features:
        times 96 db 0
kip_features_end:
        align   8, db 0
memory_descriptors:
kip_descriptors:
        times KIP_MEMORY_CAPACITY * 8 db 0

; ---- the stubs.  They are position independent, and need no more stack than their return address.
; Each call has a vector of its own, because no register is free for the number of a call.
%macro STUB 2
        align   16, db 0x90
%1:     int     SYSCALL_VECTOR + %2
        ret
%endmacro
        STUB    kip_ipc_trap, 0
        STUB    stub_lipc, 1
        STUB    stub_unmap, UNMAP_CALL
        STUB    stub_exchange_registers, 3
        STUB    stub_thread_control, 4
        STUB    stub_schedule, 7
        STUB    stub_space_control, 8
        STUB    stub_processor_control, 9
        STUB    stub_memory_control, 10
        STUB    stub_thread_switch, 6
        STUB    stub_system_clock, 5

; SYSENTER keeps neither EIP nor ESP.  Ipc has no arguments in EBX and EBP, only results: so the
; stub puts its return address and its stack there, and the kernel goes straight back to our caller.
        align   16, db 0x90
kip_ipc_sysenter:
        pop     ebx
        mov     ebp, esp
        sysenter

; Unmap shares the entry of Ipc: see sysenter_other in fastpath.asm.
        align   16, db 0x90
kip_unmap_sysenter:
        pop     ebx
        mov     ebp, esp
        mov     edx, esi
        or      esi, -1                 ; no message that the fast path takes
        mov     edi, UNMAP_MARK
        sysenter

        times 4096 - ($ - $$) db 0

        section .note.GNU-stack noalloc noexec nowrite progbits
