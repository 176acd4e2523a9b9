; SPDX-License-Identifier: MIT
; All ways into the kernel, and the one way out.  Every entry shows C (trap.c, syscall.c) one picture,
; struct trapframe, low to high:
;   edi esi ebp - ebx edx ecx eax | vector error | eip cs eflags | esp ss (these two from user mode)
; From user mode that picture always lies at the top of the thread's kernel stack.
%include "x86.inc"
%include "offsets.inc"

        extern  trap, syscall, syscall_ipc, thread_start, ipc_fast_resume, syscall_fault_resume, sched_wanted
        global  trap_return, thread_first_return, fast_resume, resume_frame, fault_resume, resume_fault, sysenter_entry, sysenter_plain, sysenter_unmap, vector_table, switch_stacks

        section .text

; In: all but the general registers pushed.  Completes the frame and calls `void %1(struct trapframe *)`.
%macro ENTER 1
        pushad                          ; frame complete
        cld                             ; C expects DF = 0
        mov     eax, ds                 ; (a 486 leaves the upper half as it was)
        cmp     ax, USER_DS             ; flat, and good for the kernel too: no reload on the way out
        jne     %%mend
        mov     eax, es
        cmp     ax, USER_DS
        jne     %%mend
        mov     eax, gs
        cmp     ax, USER_GS
        jne     %%mend
%%mended:
        mov     eax, esp
        call    %1
        popad
        add     esp, 8                  ; vector, error
        iretd
%%mend: mov     eax, USER_DS            ; a user has broken one, maybe the thread before this one
        mov     ds, eax
        mov     es, eax
        mov     eax, USER_GS
        mov     gs, eax
        jmp     %%mended
%endmacro

%macro TRAP 1
trap_%1:
    %if %1 == 8 || (%1 >= 10 && %1 <= 14) || %1 == 17
    %else
        push    dword 0                 ; the cpu pushed no error code: keep the shape
    %endif
        push    dword %1
    %if %1 >= SYSCALL_VECTOR
        %if %1 < SYSCALL_VECTOR + IPC_VECTORS
        jmp     ipc_common
        %else
        jmp     syscall_common
        %endif
    %else
        jmp     trap_common
    %endif
%endmacro

%assign v 0
%rep SYSCALL_VECTOR + SYSCALL_COUNT
    %if v == NMI_VECTOR
trap_%[v]:                              ; nobody owns NMIs, and the fast path may have no stack for more
        iretd
    %else
        TRAP    v
    %endif
%assign v v + 1
%endrep

; The frame of a call by SYSENTER: return address in EBX, user stack in EBP.
%macro SYSENTER_FRAME 1
        push    dword USER_DS
        push    ebp
        pushfd
        or      dword [ss:esp], 0x200   ; the user had interrupts on
        push    dword USER_CS
        push    ebx
        push    dword 0
        push    dword %1
        push    dword 2
        popfd                           ; no NT, no AC, no TF from the user
%endmacro

sysenter_unmap:
        SYSENTER_FRAME SYSCALL_VECTOR + UNMAP_CALL
        jmp     syscall_common

; Ipc by SYSENTER.  The stub has put its return address into EBX and its ESP into EBP.
; ESP points at the TSS here, to the word that holds the top of the current kernel stack.
sysenter_entry:
        mov     esp, [ss:esp]
sysenter_plain:                         ; the fast path comes here in doubt, esp set
        SYSENTER_FRAME SYSCALL_VECTOR
        ; fall through
ipc_common:
        ENTER   syscall_ipc             ; syscall.c
syscall_common:
        ENTER   syscall
trap_common:
        ENTER   trap                    ; trap.c

; A new thread's first switch returns here; its frame lies right above.
thread_first_return:
        call    thread_start
trap_return:
        popad
        add     esp, 8
        iretd

; A thread whose page fault was answered goes back to the instruction.
; void resume_fault(struct trapframe *of_current (eax)): the same without a return address.
resume_fault:
        mov     esp, eax
        cmp     dword [esp + FRAME_SIZE - T_BLOCK + T_RECEIVE_RESULT], 0
        jne     fault_resume
        cmp     byte [esp + FRAME_SIZE - T_BLOCK + T_HALTED], 0
        jne     fault_resume
        mov     dword [esp + FRAME_SIZE - T_BLOCK + T_KIND], 0  ; IPC_USER
        cmp     byte [sched_wanted], 0
        je      trap_return
fault_resume:
        call    syscall_fault_resume
        jmp     trap_return

; A thread that waited without a stack wakes up here.
; void resume_frame(struct trapframe *of_current (eax)): the same without a return address.
resume_frame:
        mov     esp, eax
        cmp     dword [esp + FRAME_SIZE - T_BLOCK + T_RECEIVE_RESULT], 0
        jne     fast_resume
        cmp     byte [esp + FRAME_SIZE - T_BLOCK + T_HALTED], 0
        jne     fast_resume
        cmp     byte [sched_wanted], 0
        je      fast_results
fast_resume:
        call    ipc_fast_resume
fast_results:
        mov     ecx, [esp + FRAME_SIZE - T_BLOCK + T_UTCB]
        mov     eax, [esp + FRAME_SIZE - T_BLOCK + T_SENDER]
        mov     edi, [esp + FRAME_SIZE - T_BLOCK + T_LOCAL_ID]
        mov     esi, [ecx + U_MR]
        mov     ebx, [ecx + U_MR + 4]
        mov     ebp, [ecx + U_MR + 8]
        xor     ecx, ecx
        xor     edx, edx
        add     esp, F_EIP
        iretd

; void switch_stacks(void **save /* eax */, void *load /* edx */): leaves one kernel stack for another.
switch_stacks:
        push    ebp
        push    ebx
        push    esi
        push    edi
        mov     [eax], esp
        mov     esp, edx
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret

        section .rodata
        align 4
vector_table:                           ; cpu.c makes IDT gates of it
%assign v 0
%rep SYSCALL_VECTOR + SYSCALL_COUNT
        dd      trap_ %+ v
%assign v v + 1
%endrep

        section .note.GNU-stack noalloc noexec nowrite progbits
