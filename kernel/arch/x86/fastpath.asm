; SPDX-License-Identifier: MIT
; The fast path of Ipc: a call, or a reply that waits for anybody, of untyped words to a thread that
; waits for just that.  It decides nothing that ipc.c does not: in doubt it leaves, with every register
; as the stub left it, for sysenter_plain in entry.asm.  Spec 5.1-5.4.
;
; In:  eax to, ecx timeouts, edx FromSpecifier, esi MR0, edi U, ebx return address, ebp user stack
; Out: to the receiver's caller, by SYSEXIT
; Users own DS and ES, so every address goes through SS: esp, ebp or an override.
%include "x86.inc"
%include "l4.inc"
%include "offsets.inc"

        extern  sysenter_plain, current, loaded, fpu_live
        global  sysenter_fast

; self is the block below esp; the receiver's block is at TCB_BASE + ebp.
%define SELF(field)  esp - T_BLOCK + field
%define FRAME(field) esp - FRAME_SIZE + field
%define DEST(field)  ebp + TCB_BASE + field
%define DFRAME(field) ebp + TCB_BASE + T_BLOCK - FRAME_SIZE + field

        section .text
        align   16
sysenter_fast:
        mov     esp, [ss:esp]           ; the top of our kernel stack
        test    esi, L4_TAG_T_MASK | 0xF000
        jnz     .plain                  ; typed items, propagation, flags to clear
        test    cx, cx
        jnz     .plain                  ; a receive timeout
        mov     [FRAME(F_ESP)], ebp
        mov     ebp, eax                ; dest: (to >> 14) * 2048
        mov     [FRAME(F_EIP)], ebx
        shr     ebp, 3
        and     ebp, 0x1FFFF800
        cmp     [DEST(T_ID)], eax
        jne     .restore                ; no such thread, or a local id
        mov     ebx, [SELF(T_ID)]
        cmp     [DEST(T_FAST_FROM)], ebx
        jne     .open                   ; it does not wait for us alone
.accepted:
        cmp     edx, eax
        jne     .wait_any               ; not a call
.no_sender:
        mov     ecx, gs
        cmp     ecx, USER_GS
        jne     .restore                ; must be mended
        cmp     byte [ss:fpu_live], 0
        jne     .restore                ; TS must be set

        ; ---- commit
        mov     [SELF(T_ACCEPTS)], edx
        mov     [SELF(T_FAST_FROM)], edx
        mov     dword [SELF(T_STATE)], STATE_RECEIVING
        mov     dword [SELF(T_KERNEL_SP)], 0    ; no stack: see arch_switch_to
        mov     dword [FRAME(F_EFLAGS)], 0x202
        mov     dword [DEST(T_STATE)], STATE_READY
        mov     dword [DEST(T_FAST_FROM)], 0
        mov     byte [DEST(T_AWAITED)], 1       ; harmless if we wait for anybody
        mov     ecx, esi
        mov     edi, [DEST(T_UTCB)]
        and     ecx, L4_TAG_U_MASK
        mov     [ss:edi + U_MR], esi
        jnz     .words
.copied:
        mov     edx, [DEST(T_SPACE)]
        cmp     edx, [SELF(T_SPACE)]
        je      .one_space
        mov     ecx, [ss:edx + S_DIRECTORY_PHYS]
        mov     [ss:loaded], edx
        mov     cr3, ecx
.switched:
        mov     eax, ebx                ; from
        lea     ecx, [DEST(T_BLOCK)]
        mov     ebx, [ss:edi + U_MR + 4]
        mov     [ss:TSS_ESP0], ecx
        sub     ecx, T_BLOCK
        mov     [ss:current], ecx
        mov     edx, [DFRAME(F_EIP)]
        mov     ecx, [DFRAME(F_ESP)]
        mov     esp, edi
        mov     edi, [DEST(T_LOCAL_ID)]
        mov     ebp, [esp + U_MR + 8]
        mov     [ss:GS_WRITE], edi
        sti                             ; takes effect behind SYSEXIT
        sysexit

.open:  cmp     dword [DEST(T_FAST_FROM)], L4_ID_ANY
        je      .accepted
.restore:
        mov     ebp, [FRAME(F_ESP)]
        mov     ebx, [FRAME(F_EIP)]
.plain: jmp     sysenter_plain

.wait_any:                              ; nobody may be queued for us
        cmp     edx, L4_ID_ANY
        jne     .restore
        lea     ecx, [SELF(T_SENDERS)]
        cmp     [SELF(T_SENDERS)], ecx
        jne     .restore
        jmp     .no_sender

.one_space:
        mov     ebx, [SELF(T_LOCAL_ID)]
        jmp     .switched

; MR1.. of ecx words.  ES is the user's, so it is looked at first.
.words: mov     eax, es
        cmp     eax, USER_DS
        jne     .mend_es
.es_good:
        mov     eax, esi
        mov     esi, [SELF(T_UTCB)]
        mov     edx, edi
        add     esi, U_MR + 4
        add     edi, U_MR + 4
        cld
        ss rep  movsd
        mov     edi, edx
        mov     esi, eax
        jmp     .copied
.mend_es:
        mov     eax, USER_DS
        mov     es, eax
        jmp     .es_good

        section .note.GNU-stack noalloc noexec nowrite progbits
