; SPDX-License-Identifier: MIT
; The fast path of Ipc: a call, or a reply that waits for anybody, of untyped words to a thread that
; waits for just that.  It decides nothing that ipc.c does not: in doubt it leaves, with every register
; as the stub left it, for sysenter_plain in entry.asm.  Spec 5.1-5.4.
;
; It is admitted if (simple() in ipc.c asks the same, but for the last two):
;      tag.t == 0 && tag.flags == 0                          nothing to map, to copy, to clear
;   && receive timeout == Never                              no timer
;   && (from == to || from == any)                           a call, or a reply that waits for anybody
;   && block of `to` confirms the id                         it exists
;   && (dest.fast_from == self.id || dest.fast_from == any)  it waits for this, without a timeout, not halted
;   && self.obstacles == 0                                   nobody is queued for us, no redirector, no live FPU state
;   && DS, ES, FS, GS are as they should be                  what the receiver gets
;
; In:  eax to, ecx timeouts, edx FromSpecifier, esi MR0, edi U, ebx return address, ebp user stack
; Out: to the receiver's caller, by SYSEXIT
; DS and ES are the user's, so every address goes through SS: esp, ebp or an override.
%include "x86.inc"
%include "l4.inc"
%include "offsets.inc"

        extern  sysenter_plain, sysenter_unmap, unmap_quickly
        global  sysenter_fast, sysenter_fast.probe

; self is the block below esp; the receiver's block is at TCB_BASE + edi.
%define SELF(field)   esp - T_BLOCK + field
%define FRAME(field)  esp - FRAME_SIZE + field
%define DEST(field)   ss:edi + TCB_BASE + field
%define DFRAME(field) ss:edi + TCB_BASE + T_BLOCK - FRAME_SIZE + field

; To user mode as the receiver; ebp is its UTCB, eax and esi are set.
%macro LEAVE 0
        lea     ecx, [edi + TCB_BASE + T_BLOCK]
        mov     ebx, [ebp + U_MR + 4]
        mov     [ss:TSS_ESP0], ecx      ; this is what makes it `current`
        mov     edx, [DFRAME(F_EIP)]
        mov     ecx, [DFRAME(F_ESP)]
        mov     edi, [DEST(T_LOCAL_ID)]
        mov     ebp, [ebp + U_MR + 8]
        mov     [ss:GS_WRITE], edi
        mov     [ss:GS_WRITE + 4], edi  ; where programs look whose gs:0 belongs to thread-local storage
        sti                             ; takes effect behind SYSEXIT
        sysexit
%endmacro

; The rest of the admission, and from there on it happens: all but words and address space.  One jump for
; four selectors (SELECTORS in layout.h), the receive timeout and our obstacles: each of them adds bits.
%macro COMMIT 0
        mov     ebx, gs
        mov     ebp, ds
        lea     ebx, [ebp + 2 * ebx]
        mov     ebp, es
        imul    ebx, ebp
        mov     ebp, fs
        lea     ebx, [ebx + ebp - SELECTORS]
        or      bx, cx
        or      ebx, [SELF(T_OBSTACLES)]
        jnz     .plain_id
        ; ---- commit
        push    byte 2                  ; no flag of ours for the receiver: NT, AC, ID, DF.  The word of the frame
        popfd                           ; that this overwrites is SS: who wakes us up by the frame writes it again
        mov     [SELF(T_FAST_FROM)], edx        ; RECEIVING, without a stack: see thread.h
        mov     ebp, [DEST(T_UTCB)]
        mov     dword [DEST(T_FAST_FROM)], 0    ; READY
        mov     [ebp + U_MR], esi
        test    esi, L4_TAG_U_MASK
        jnz     .words
%endmacro

        section .text
        align   16
sysenter_fast:
        mov     esp, [ss:esp]           ; the top of our kernel stack
        test    esi, L4_TAG_T_MASK | 0xF000
        jnz     sysenter_other          ; typed items, propagation, flags to clear; Unmap
        mov     edi, eax                ; dest: (to >> 14) * 2048
        mov     [FRAME(F_ESP)], ebp     ; a picture for ExchangeRegisters and for our way back
        shr     edi, 3
        mov     [FRAME(F_EIP)], ebx
        and     edi, 0x1FFFF800
        cmp     [DEST(T_ID)], eax
        jne     .local                  ; no such thread, or a local id
        cmp     edx, eax
        jne     .wait_any               ; not a call
.wait:  mov     eax, [SELF(T_ID)]       ; from, if we are in two spaces
        cmp     [DEST(T_FAST_FROM)], eax
        jne     .open                   ; it does not wait for us alone
.accepted:
        COMMIT
        mov     ecx, [DEST(T_DIRECTORY)]
        cmp     ecx, [SELF(T_DIRECTORY)]
        je      .one_space
        mov     cr3, ecx
        LEAVE
.one_space:
        mov     eax, [SELF(T_LOCAL_ID)]
        LEAVE

.open:  cmp     dword [DEST(T_FAST_FROM)], L4_ID_ANY
        je      .accepted
.plain_id:
        mov     eax, [DEST(T_ID)]
.plain_ebx:
        mov     ebx, [FRAME(F_EIP)]
.plain: mov     ebp, [FRAME(F_ESP)]
        jmp     sysenter_plain

.wait_any:
        cmp     edx, L4_ID_ANY
        je      .wait
        jmp     .plain

; A local id is the address of MR0 in our own space.  The UTCB there says which thread that is; it is user memory,
; so the thread's own block must confirm it.  If nothing is mapped there, trap.c goes on at sysenter_plain.
.local: test    eax, eax
        jz      .plain                  ; no send phase
.probe:
        mov     edi, [ss:eax + L4_UTCB_GLOBAL_ID]
        shr     edi, 3
        mov     ebx, [SELF(T_SPACE)]
        and     edi, 0x1FFFF800
        cmp     [DEST(T_LOCAL_ID)], eax
        jne     .plain_ebx
        cmp     [DEST(T_SPACE)], ebx
        jne     .plain_ebx
        cmp     edx, eax
        jne     .local_reply
        mov     edx, [DEST(T_ID)]
        cmp     dword [DEST(T_FAST_FROM)], L4_ID_ANY
        jne     .local_closed
.local_accepted:
        COMMIT
        mov     eax, [SELF(T_LOCAL_ID)]
        LEAVE
.local_reply:
        cmp     edx, L4_ID_ANY
        jne     .plain_ebx
.local_closed:
        mov     eax, [SELF(T_ID)]
        cmp     [DEST(T_FAST_FROM)], eax
        je      .local_accepted
        cmp     dword [DEST(T_FAST_FROM)], L4_ID_ANY
        je      .local_accepted
        jmp     .plain_id

; MR1.. of as many words as the tag says, the last one first: the stack pointer runs down the
; receiver's message registers while ebp stays in the middle of ours, so that every push is three
; bytes.  No ES, no direction flag; the kernel stack is not needed any more.
%define MIDDLE (U_MR + 4 + 128)
.words: mov     ecx, [DEST(T_DIRECTORY)]
        cmp     ecx, [SELF(T_DIRECTORY)]
        je      .words_one_space
        mov     cr3, ecx
.push_words:
        movzx   ecx, si                 ; u: t and the flags are 0
        mov     edx, [SELF(T_UTCB)]
        lea     esp, [ebp + U_MR + 4 + 4 * ecx]
        lea     ebp, [edx + MIDDLE]
        xor     ecx, 63
        lea     ecx, [ecx + 2 * ecx + push_63]
        jmp     ecx
.words_one_space:
        mov     eax, [SELF(T_LOCAL_ID)]
        jmp     .push_words

push_63:
%assign word 63
%rep 63
        push    dword [ebp + U_MR + 4 * word - MIDDLE]
%assign word word - 1
%endrep
%if $ - push_63 != 63 * 3
%error three bytes a push
%endif
        lea     ebp, [esp - U_MR - 4]
        LEAVE

; Unmap comes with UNMAP_MARK in EDI, where Ipc has the UTCB's address, its MR0 in ECX, and ESI set so that
; the first test of Ipc leads here.  A user who makes up such registers asks for an Unmap.
sysenter_other:
        cmp     edi, UNMAP_MARK
        jne     sysenter_plain
        sub     esp, FRAME_SIZE         ; the frame is above: who wakes up by it finds CS and SS there
        mov     edx, ds                 ; C code wants both flat: the only sum of two that a user
        mov     edi, es                 ; can load
        push    eax
        lea     edx, [edx + 4 * edi]
        cmp     edx, USER_DS + 4 * USER_DS
        jne     .plain
        push    ecx
        cld
        mov     edx, ecx
        call    unmap_quickly           ; in map.h: it does not block, and EBX and EBP come back
        test    eax, eax
        jz      .in_doubt
        mov     edi, [GS_PAGE]          ; as the caller had it
        mov     esi, eax
        mov     edx, ebx
        mov     ecx, ebp
        sti
        sysexit
.in_doubt:
        pop     ecx
.plain: mov     esi, ecx
        pop     eax
        add     esp, FRAME_SIZE
        mov     edi, [ss:GS_PAGE]
        jmp     sysenter_unmap

        section .note.GNU-stack noalloc noexec nowrite progbits
