; SPDX-License-Identifier: MIT
; The ways from the kernel's code to trace.c and back.  While the trace is on, each place of
; trace_sites is a jump to its hook.  The hook records, does what stood at that place, and goes on
; behind it.  The fast path's two hooks write their records themselves.
%include "x86.inc"
%include "l4.inc"
%include "offsets.inc"

        extern  trace, trace_in_ipc, trace_in_call, trace_in_trap, trace_out_ipc, trace_out_trap
        extern  trace_out_waited, trace_in_unmap, trace_out_unmap, trace_switch
        extern  entered.syscall_ipc, entered.syscall, entered.trap
        extern  framed.syscall_ipc, framed.syscall, framed.trap
        extern  leaving.syscall_ipc, leaving.syscall, leaving.trap, results_loaded
        extern  trap_return, resume_frame, resume_frame.tested, resume_fault, resume_fault.tested
        extern  switch_stacks, switch_stacks.saved, sysenter_fast, sysenter_fast.entered
        extern  sysenter_plain, sysenter_unmap, sysenter_other.exit
        global  trace_sites, trace_exit_size, trace_fast_in, trace_fast_plain, trace_fast_out

; struct trace
%define NEXT   trace
%define AT     trace + 4
%define LIST   trace + 8
%define ROUNDS trace + 12

; struct record, and the kinds of <l4/pecan.h>
%define R_TIME      0
%define R_KIND      4
%define R_TIME_HIGH 6
%define R_THREAD    8
%define R_VALUE     12
%define R_SIZE      32
%define SEND_FAST    (1 | 1 << 8)
%define RECEIVE_FAST (2 | 1 << 8)

        section .text

; ---- ways in: the frame is complete but for its general registers.  DS and ES may be the user's.
%macro IN 2                             ; the C function of entry.asm, that of trace.c
in_%1:  pushad
        cld
        mov     eax, esp
        push    ds
        push    es
        mov     edx, USER_DS
        mov     ds, edx
        mov     es, edx
        call    %2
        pop     es
        pop     ds
        mov     eax, gs
        mov     edx, ds
        jmp     framed.%1
%endmacro
        IN      syscall_ipc, trace_in_ipc
        IN      syscall, trace_in_call
        IN      trap, trace_in_trap

; ---- ways out
out_ipc:
        mov     eax, esp
        call    trace_out_ipc
        jmp     out_of_kernel
out_trap:
        mov     eax, esp
        call    trace_out_trap
out_of_kernel:
        popad
        add     esp, 8
        iretd

out_waited:
        pushad
        mov     eax, esp
        call    trace_out_waited
        popad
        xor     ecx, ecx
        xor     edx, edx
        add     esp, F_EIP
        iretd

out_unmap:
        pushad
        mov     eax, esp
        call    trace_out_unmap
        popad
        mov     edx, ebx
        mov     ecx, ebp
        sti
        sysexit

; ---- another thread gets the processor, and is `current` already
switching:
        push    ebp
        push    ebx
        push    esi
        push    edi
        mov     [eax], esp
        push    edx
        call    trace_switch
        pop     edx
        jmp     switch_stacks.saved

%macro RESUMING 1
%1_hook:
        mov     esp, eax
        call    trace_switch
        cmp     dword [esp + FRAME_SIZE - T_BLOCK + T_RECEIVE_RESULT], 0
        jmp     %1.tested
%endmacro
        RESUMING resume_frame
        RESUMING resume_fault

; ---- the fast path.  Below the frame, a thread's stack is free: in these moments it has none.
%define KEPT_EAX esp - FRAME_SIZE - 4
%define KEPT_EDX esp - FRAME_SIZE - 8
%define KEPT_EBP esp - FRAME_SIZE - 12

; Post: EBP is at a record, which has its time, its kind and its thread.  EAX and EDX are kept.
%macro RECORD 1
        mov     [KEPT_EAX], eax
        mov     [KEPT_EDX], edx
        mov     [KEPT_EBP], ebp
        rdtsc
        mov     ebp, [ss:NEXT]
        mov     [ebp + R_TIME], eax
        mov     [ebp + R_TIME_HIGH], dx
        mov     word [ebp + R_KIND], %1
        mov     eax, [esp - T_BLOCK + T_ID]
        mov     [ebp + R_THREAD], eax
        mov     eax, [KEPT_EAX]
        mov     edx, [KEPT_EDX]
%endmacro

; The record at EBP is complete.
%macro RECORDED 0
        add     ebp, R_SIZE
        test    ebp, 4095
        jnz     %%more
        mov     ebp, [ss:AT]            ; the next page of the list
        add     ebp, 4
        cmp     dword [ebp], 0
        jne     %%page
        inc     dword [ss:ROUNDS]
        mov     ebp, [ss:LIST]
%%page: mov     [ss:AT], ebp
        mov     ebp, [ebp]
%%more: mov     [ss:NEXT], ebp
        mov     ebp, [KEPT_EBP]
%endmacro

trace_fast_in:
        mov     esp, [ss:esp]
        cmp     edi, UNMAP_MARK
        je      in_unmap
        RECORD  SEND_FAST
        mov     [ebp + R_VALUE], eax
        mov     [ebp + R_VALUE + 4], edx
        mov     [ebp + R_VALUE + 8], esi
        mov     [ebp + R_VALUE + 12], ecx
        mov     [ebp + R_VALUE + 16], ebx
        RECORDED
        test    esi, 0xFFFF
        jmp     sysenter_fast.entered

in_unmap:
        sub     esp, FRAME_SIZE
        pushad
        mov     eax, esp
        push    ds
        push    es
        mov     ecx, USER_DS
        mov     ds, ecx
        mov     es, ecx
        cld
        call    trace_in_unmap
        pop     es
        pop     ds
        popad
        add     esp, FRAME_SIZE
        test    esi, 0xFFFF
        jmp     sysenter_fast.entered

; Without a time stamp counter there are no records of the fast path: it is not taken.
trace_fast_plain:
        mov     esp, [ss:esp]
        cmp     edi, UNMAP_MARK
        je      .unmap
        jmp     sysenter_plain
.unmap: mov     esi, edx                ; as sysenter_other in fastpath.asm leaves it
        mov     edi, [ss:GS_PAGE]
        jmp     sysenter_unmap

; To user mode as the receiver: eax sender, edx eip, ecx esp, esi MR0, ebx MR1, ebp MR2, edi its
; local id.
trace_fast_out:
        mov     esp, [ss:TSS_ESP0]
        RECORD  RECEIVE_FAST
        mov     [ebp + R_VALUE], edx
        mov     [ebp + R_VALUE + 4], eax
        mov     [ebp + R_VALUE + 8], esi
        mov     [ebp + R_VALUE + 12], ebx
        mov     [ebp + R_VALUE + 16], ecx
        RECORDED
EXIT_CODE:
        mov     [ss:GS_WRITE + 4], edi
EXIT_CODE_END:
        sti
        sysexit

        section .rodata
        align   4
trace_sites:                            ; from, back, hook
        dd      entered.syscall_ipc, framed.syscall_ipc, in_syscall_ipc
        dd      entered.syscall, framed.syscall, in_syscall
        dd      entered.trap, framed.trap, in_trap
        dd      leaving.syscall_ipc, leaving.syscall_ipc + 5, out_ipc
        dd      leaving.syscall, leaving.syscall + 5, out_trap
        dd      leaving.trap, leaving.trap + 5, out_trap
        dd      trap_return, trap_return + 5, out_trap
        dd      results_loaded, results_loaded + 5, out_waited
        dd      switch_stacks, switch_stacks.saved, switching
        dd      resume_frame, resume_frame.tested, resume_frame_hook
        dd      resume_fault, resume_fault.tested, resume_fault_hook
        dd      sysenter_other.exit, sysenter_other.exit + 5, out_unmap
        dd      sysenter_fast, sysenter_fast.entered, trace_fast_in
        dd      0, 0, 0
trace_exit_size:
        db      EXIT_CODE_END - EXIT_CODE

        section .note.GNU-stack noalloc noexec nowrite progbits
