; SPDX-License-Identifier: MIT
; All ways into the kernel, and the one way out.  Each entry shows C (trap.c, syscall.c) one
; picture, struct trapframe, low to high:
;   edi esi ebp - ebx edx ecx eax | vector error | eip cs eflags | esp ss (these two from user mode)
; From user mode that picture always lies at the top of the thread's kernel stack.
%include "x86.inc"
%include "offsets.inc"
%include "unwind.inc"

        extern  trap, syscall, syscall_ipc, thread_start, ipc_fast_resume, syscall_fault_resume
        extern  sched_wanted
        global  trap_return, thread_first_return, fast_resume, resume_frame, fault_resume
        global  resume_fault, sysenter_entry, sysenter_plain, sysenter_unmap, exception_entries
        global  interrupt_entries, switch_stacks
        ; where the trace diverts, while it is on: debug/trace_entry.asm
        global  entered.syscall_ipc, entered.syscall, entered.trap
        global  framed.syscall_ipc, framed.syscall, framed.trap
        global  resume_frame.tested, resume_fault.tested, switch_stacks.saved
        global  leaving.syscall_ipc, leaving.syscall, leaving.trap, results_loaded

        section .text

; On entry, everything of the frame above the general registers is pushed.  Completes the frame and
; calls `void %1(struct trapframe *)`.
; A user may have loaded other selectors.  Two weighted sums test all four registers: of the
; selectors that a user can load, only the usual ones make both sums zero.  The kernel runs with the
; usual ones, too, so it reloads nothing on the way out.  `or ax, dx`, because a 486 leaves the
; upper halves of EAX and EDX as they were.
%macro ENTER 1
entered.%1:
        pushad                          ; frame complete
%%framed:
        cld                             ; C expects DF = 0
        mov     eax, gs
        mov     edx, ds
framed.%1:
        lea     eax, [eax + 8 * edx - (USER_GS + 8 * USER_DS)]
        mov     edx, es
        mov     ecx, fs
        lea     edx, [edx + 4 * ecx - (USER_DS + 4 * USER_DS)]
        or      ax, dx
        jnz     %%mend
%%mended:
        mov     eax, esp
        call    %1
leaving.%1:
%%unframed:
        popad
        add     esp, 8                  ; vector, error
        iretd
%%mend: call    mend_segments
        jmp     %%mended
        UNWIND  %%framed, %%unframed + 1, CALLER_ENTRY
%endmacro

; Each vector has four bytes: a push of its number and a short jump.  cpu.c computes the gates from
; that.
%macro ENTRIES 2                        ; from, up to
%assign v %1
%rep %2 - %1
        push    byte v
    %if v >= SYSCALL_VECTOR + IPC_VECTORS
        jmp     short call_entered
    %elif v >= SYSCALL_VECTOR
        jmp     short ipc_entered
    %elif v >= IRQ_VECTOR
        jmp     short irq_entered
    %elif v == 8 || (v >= 10 && v <= 14) || v == 17
        jmp     short fault_entered     ; the cpu pushed an error code
    %else
        jmp     short trap_entered
    %endif
%assign v v + 1
%endrep
%endmacro

exception_entries:
        ENTRIES 0, IRQ_VECTOR
trap_entered:
        push    dword [esp]             ; make room for an error code
        and     dword [esp + 4], 0      ; of zero, so that all frames are alike
fault_entered:
        jmp     trap_common
irq_entered:
        push    dword [esp]             ; the error code of an interrupt is never read
        jmp     trap_common
ipc_entered:
        push    dword [esp]
        jmp     ipc_common
call_entered:
        push    dword [esp]
        jmp     syscall_common
interrupt_entries:
        ENTRIES IRQ_VECTOR, SYSCALL_VECTOR + SYSCALL_COUNT

; The frame of a call by SYSENTER: return address in EBX, user stack in EBP.
%macro SYSENTER_FRAME 1
        push    dword USER_DS
        push    ebp
        pushfd
        or      dword [ss:esp], 0x200   ; user mode has interrupts on
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
sysenter_plain:                         ; the fast path leaves to here; it has set ESP
        SYSENTER_FRAME SYSCALL_VECTOR
        ; fall through
ipc_common:
        ENTER   syscall_ipc             ; syscall.c
syscall_common:
        ENTER   syscall
trap_common:
        ENTER   trap                    ; trap.c

mend_segments:                          ; some user thread has loaded another selector
        mov     eax, USER_DS
        mov     ds, eax
        mov     es, eax
        mov     fs, eax
        mov     eax, USER_GS
        mov     gs, eax
        ret

; A new thread's first switch returns here; its frame lies right above.
thread_first_return:
        call    thread_start
trap_return:
        UNWIND  thread_first_return, trap_return + 1, CALLER_ENTRY
        popad
        add     esp, 8
        iretd

; A thread that got the reply to its page fault goes back to the instruction.
; void resume_fault(struct trapframe *of_current (eax)): called like a function; it does not return.
resume_fault:
        mov     esp, eax
        cmp     dword [esp + FRAME_SIZE - T_BLOCK + T_RECEIVE_RESULT], 0
.tested:
        jne     fault_resume
        cmp     byte [esp + FRAME_SIZE - T_BLOCK + T_HALTED], 0
        jne     fault_resume
        mov     dword [esp + FRAME_SIZE - T_BLOCK + T_KIND], 0  ; IPC_USER
        cmp     byte [sched_wanted], 0
        je      trap_return
fault_resume:
        call    syscall_fault_resume
.jump:  jmp     trap_return
        UNWIND  fault_resume, fault_resume.jump + 1, CALLER_ENTRY

; A thread that waited without a stack wakes up here.
; void resume_frame(struct trapframe *of_current (eax)): called like a function; it does not return.
resume_frame:
        mov     esp, eax
        cmp     dword [esp + FRAME_SIZE - T_BLOCK + T_RECEIVE_RESULT], 0
.tested:
        jne     fast_resume
        cmp     byte [esp + FRAME_SIZE - T_BLOCK + T_HALTED], 0
        jne     fast_resume
        cmp     byte [sched_wanted], 0
        je      fast_results
fast_resume:
        call    ipc_fast_resume
fast_results:
        UNWIND  fast_resume, fast_results + 1, CALLER_WAIT
        mov     ecx, [esp + FRAME_SIZE - T_BLOCK + T_UTCB]
        mov     eax, [esp + FRAME_SIZE - T_BLOCK + T_SENDER]
        mov     edi, [esp + FRAME_SIZE - T_BLOCK + T_LOCAL_ID]
        mov     esi, [ecx + U_MR]
        mov     ebx, [ecx + U_MR + 4]
        mov     ebp, [ecx + U_MR + 8]
results_loaded:
        xor     ecx, ecx
        xor     edx, edx
        add     esp, F_EIP
        iretd

; void switch_stacks(void **save /* eax */, void *load /* edx */): leaves one kernel stack for
; another.
switch_stacks:
        push    ebp
        push    ebx
        push    esi
        push    edi
        mov     [eax], esp
.saved: mov     esp, edx
        pop     edi
        pop     esi
        pop     ebx
        pop     ebp
        ret

        section .note.GNU-stack noalloc noexec nowrite progbits
