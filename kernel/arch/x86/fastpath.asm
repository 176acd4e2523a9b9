; SPDX-License-Identifier: MIT
; The fast path of Ipc: a call, or a reply that waits for any thread, of untyped words to a thread
; that waits for just that.  It decides nothing that ipc.c does not.  In every other case it leaves
; for sysenter_plain in entry.asm, with every register as the stub left it.  Spec 5.1-5.4.
;
; It delivers the message if all of this is true (simple() in ipc.c asks the same, except the last
; two lines):
;      tag.t == 0 && tag.flags == 0                         nothing to map, to copy, to clear
;   && receive timeout == Never                             no timer
;   && (from == to || from == any)                          a call, or a reply that waits for any
;   && block of `to` confirms the id                        the receiver exists
;   && (dest.fast_from == self.id || dest.fast_from == any) it waits for this, without a timeout
;   && self.obstacles == 0                                  no queued sender, no live FPU state ...
;   && DS, ES, FS, GS are as they should be                 the receiver goes on with them
;
; Order of the file: empty messages (call, reply, both with local ids), messages with words, Unmap.
;
; In:  eax to, ecx timeouts, edx FromSpecifier, esi MR0, edi U, ebx return address, ebp user stack
; Out: to the receiver's caller, by SYSEXIT
; DS and ES are the user's until COMMIT has checked them, so every address goes through SS: ESP,
; EBP or an override.
%include "x86.inc"
%include "l4.inc"
%include "offsets.inc"

        extern  sysenter_plain, sysenter_unmap, unmap_quickly
        global  sysenter_fast, fast_probes
        global  sysenter_fast.entered, fast_exits, sysenter_other.exit   ; debug/trace_entry.asm

; self is the block below esp.  The receiver's block is at TCB_BASE + %1.
%define SELF(field)    esp - T_BLOCK + field
%define FRAME(field)   esp - FRAME_SIZE + field
%define DEST(r, field) ss:r + TCB_BASE + field

; %1: a global id -> its thread's block, from TCB_BASE: (id >> 14) * 2048
%define BLOCK_SHIFT 3
%define BLOCK_MASK  0x1FFFF800

; The rest of the test, then the commit: everything except MR1 and up, and the address space.
; One jump tests four selectors (SELECTORS in layout.h), the receive timeout and the obstacles:
; whatever is not as it should be leaves bits in EBX.
; %1: the receiver; %2: where to go in doubt.  Post: EBP is the receiver's UTCB.
%macro COMMIT 2
        mov     ebx, gs
        mov     ebp, ds
        lea     ebx, [ebp + 2 * ebx]
        mov     ebp, es
        imul    ebx, ebp
        mov     ebp, fs
        lea     ebx, [ebx + ebp - SELECTORS]
        or      bx, cx
        or      ebx, [SELF(T_OBSTACLES)]
        jnz     %2
        ; ---- commit
        push    byte 2                  ; the receiver must not get our flags NT, AC, ID and DF;
        popfd                           ; mend_frame() restores SS, which the push overwrites
        mov     [SELF(T_FAST_FROM)], edx        ; RECEIVING, without a stack: see thread.h
        mov     ebp, [DEST(%1, T_UTCB)]
        mov     dword [DEST(%1, T_FAST_FROM)], 0        ; READY
        mov     [ebp + U_MR], esi
%endmacro

; Goes to user mode as the receiver.  %1: the receiver; %2: the field of self that is the sender's
; id.  Without %2, EAX is the sender's id already.
%macro LEAVE 1-2
        lea     ecx, [%1 + TCB_BASE + T_BLOCK]
        mov     ebx, [ebp + U_MR + 4]
        mov     [ss:TSS_ESP0], ecx      ; this is what makes it `current`
        mov     edx, [DEST(%1, T_BLOCK - FRAME_SIZE + F_EIP)]
        mov     ecx, [DEST(%1, T_BLOCK - FRAME_SIZE + F_ESP)]
        mov     edi, [DEST(%1, T_LOCAL_ID)]
        mov     ebp, [ebp + U_MR + 8]
    %if %0 == 2
        mov     eax, [SELF(%2)]
    %endif
        mov     [ss:GS_WRITE], edi
%%exit: mov     [ss:GS_WRITE + 4], edi  ; gs:4 is the UTCB's address as well
        sti                             ; takes effect behind SYSEXIT
        sysexit
    [section .stub.exits]               ; for the trace: see fast_exits
        dd      %%exit
    __SECT__
%endmacro

        section .stub.exits progbits alloc noexec nowrite align=4
fast_exits:                             ; the address of each way to user mode, then a zero

        section .text
        align   16
sysenter_fast:
        mov     esp, [ss:esp]           ; the top of our kernel stack
        test    esi, 0xFFFF
.entered:
        jnz     .not_empty
        cmp     edx, eax
        jne     .reply

; ---- an empty call.  EDX holds the same id as EAX, so EAX can take the block.  The first test is
; for a receiver that waits for any thread, as most do.
        shr     eax, BLOCK_SHIFT
        mov     [FRAME(F_ESP)], ebp     ; where we continue: for ExchangeRegisters, and for us
        and     eax, BLOCK_MASK
        mov     [FRAME(F_EIP)], ebx
        cmp     [DEST(eax, T_ID)], edx
        jne     .local_call             ; no such thread, or a local id
        cmp     dword [DEST(eax, T_FAST_FROM)], L4_ID_ANY
        jne     .call_closed
.call:  COMMIT  eax, .plain_call
        mov     ecx, [DEST(eax, T_DIRECTORY)]
        cmp     ecx, [SELF(T_DIRECTORY)]
        je      .call_one_space
        mov     cr3, ecx
        LEAVE   eax, T_ID
.call_one_space:
        LEAVE   eax, T_LOCAL_ID
.call_closed:
        mov     ebp, [SELF(T_ID)]
        cmp     [DEST(eax, T_FAST_FROM)], ebp
        je      .call
.plain_call:
        mov     eax, edx
.plain: mov     ebx, [FRAME(F_EIP)]
        mov     ebp, [FRAME(F_ESP)]
        jmp     sysenter_plain

; ---- an empty reply.  Here the first test is for a receiver that waits for this reply alone.
.reply: cmp     edx, L4_ID_ANY
        jne     .leave                  ; not a reply
        mov     edi, eax
        mov     [FRAME(F_ESP)], ebp
        shr     edi, BLOCK_SHIFT
        mov     [FRAME(F_EIP)], ebx
        and     edi, BLOCK_MASK
        cmp     [DEST(edi, T_ID)], eax
        jne     .local_reply
        mov     eax, [SELF(T_ID)]       ; our id, if the two threads are in different spaces
        cmp     [DEST(edi, T_FAST_FROM)], eax
        jne     .reply_open
.reply_accepted:
        COMMIT  edi, .plain_id
        mov     ecx, [DEST(edi, T_DIRECTORY)]
        cmp     ecx, [SELF(T_DIRECTORY)]
        je      .reply_one_space
        mov     cr3, ecx
        LEAVE   edi
.reply_one_space:
        LEAVE   edi, T_LOCAL_ID
.reply_open:
        cmp     dword [DEST(edi, T_FAST_FROM)], L4_ID_ANY
        je      .reply_accepted
.plain_id:
        mov     eax, [DEST(edi, T_ID)]
        jmp     .plain
.leave: jmp     sysenter_plain

; ---- the same with local ids.  A local id is the address of MR0 in self's own space.  The UTCB
; there says which thread that is.  It is user memory, so the thread's own block must confirm it.
; If nothing is mapped there, trap.c goes on where fast_probes says.
%macro CONFIRM_LOCAL 3                  ; block, local id, where to go if it is not that thread's
        shr     %1, BLOCK_SHIFT
        mov     ebx, [SELF(T_SPACE)]
        and     %1, BLOCK_MASK
        cmp     [DEST(%1, T_LOCAL_ID)], %2
        jne     %3
        cmp     [DEST(%1, T_SPACE)], ebx
        jne     %3
%endmacro

.local_call:
        mov     eax, [ss:edx + L4_UTCB_GLOBAL_ID]
        CONFIRM_LOCAL eax, edx, .plain_call
        mov     edx, [DEST(eax, T_ID)]
        cmp     dword [DEST(eax, T_FAST_FROM)], L4_ID_ANY
        jne     .local_call_closed
.local_call_accepted:
        COMMIT  eax, .plain_call
        LEAVE   eax, T_LOCAL_ID
.local_call_closed:
        mov     ebp, [SELF(T_ID)]
        cmp     [DEST(eax, T_FAST_FROM)], ebp
        je      .local_call_accepted
        jmp     .plain_call
.nobody_called:
        mov     eax, edx
        jmp     sysenter_plain          ; EBX and EBP are intact; FRAME is not: the exception's
                                        ; frame was in the same place

.local_reply:
        test    eax, eax
        jz      .leave                  ; no send phase
.reply_probe:
        mov     edi, [ss:eax + L4_UTCB_GLOBAL_ID]
        CONFIRM_LOCAL edi, eax, .plain
        mov     eax, [SELF(T_ID)]
        cmp     [DEST(edi, T_FAST_FROM)], eax
        jne     .local_reply_open
.local_reply_accepted:
        COMMIT  edi, .plain_id
        LEAVE   edi, T_LOCAL_ID
.local_reply_open:
        cmp     dword [DEST(edi, T_FAST_FROM)], L4_ID_ANY
        je      .local_reply_accepted
        jmp     .plain_id

; ---- with words: call and reply in one
.not_empty:
        test    esi, L4_TAG_T_MASK | 0xF000
        jnz     sysenter_other          ; typed items, propagation, flags to clear; Unmap
        mov     edi, eax
        mov     [FRAME(F_ESP)], ebp
        shr     edi, BLOCK_SHIFT
        mov     [FRAME(F_EIP)], ebx
        and     edi, BLOCK_MASK
        cmp     [DEST(edi, T_ID)], eax
        jne     .local_words
        cmp     edx, eax
        jne     .words_reply
.words_from:
        mov     eax, [SELF(T_ID)]
        cmp     [DEST(edi, T_FAST_FROM)], eax
        jne     .words_open
.words_accepted:
        COMMIT  edi, .plain_id
        mov     ecx, [DEST(edi, T_DIRECTORY)]
        cmp     ecx, [SELF(T_DIRECTORY)]
        je      .words_one_space
        mov     cr3, ecx
.push_words:
; Copies as many words as the tag says, the last one first.  ESP points into the receiver's message
; registers and runs down through them: each push writes one.  The kernel stack is not needed any
; more.
        movzx   ecx, si                 ; u: t and the flags are 0
        mov     edx, [SELF(T_UTCB)]
        lea     esp, [ebp + U_MR + 4 + 4 * ecx]
        jmp     [push_of + 4 * ecx]
push_words:
%assign word 63
%rep 63
.%+ word:
        push    dword [edx + U_MR + 4 * word]
%assign word word - 1
%endrep
.0:     LEAVE   edi

sysenter_fast.words_one_space:
        mov     eax, [SELF(T_LOCAL_ID)]
        jmp     sysenter_fast.push_words

sysenter_fast.words_open:
        cmp     dword [DEST(edi, T_FAST_FROM)], L4_ID_ANY
        je      sysenter_fast.words_accepted
        jmp     sysenter_fast.plain_id
sysenter_fast.words_reply:
        cmp     edx, L4_ID_ANY
        je      sysenter_fast.words_from
        jmp     sysenter_plain

sysenter_fast.local_words:
        test    eax, eax
        jz      sysenter_fast.leave     ; no send phase
sysenter_fast.words_probe:
        mov     edi, [ss:eax + L4_UTCB_GLOBAL_ID]
        CONFIRM_LOCAL edi, eax, sysenter_fast.plain
        cmp     edx, eax
        jne     .reply
        mov     edx, [DEST(edi, T_ID)]
        jmp     sysenter_fast.words_from
.reply: cmp     edx, L4_ID_ANY
        je      sysenter_fast.words_from
        jmp     sysenter_fast.plain

; An Unmap.  Its stub puts UNMAP_MARK into EDI, where Ipc's stub puts the UTCB's address.  It puts
; its MR0 into EDX, and into ESI a value with which the first tests of Ipc lead here.  A user
; program that enters with such registers has asked for an Unmap.
sysenter_other:
        cmp     edi, UNMAP_MARK
        jne     sysenter_plain
        sub     esp, FRAME_SIZE         ; the frame above keeps CS and SS, for the next wait
        mov     ecx, ds                 ; C code needs both flat: no other two selectors that a
        mov     edi, es                 ; user can load have the same sum
        push    edx
        lea     ecx, [ecx + 4 * edi]
        cmp     ecx, USER_DS + 4 * USER_DS
        jne     .plain
        push    eax
        cld
        call    unmap_quickly           ; in map.h: it does not block, and EBX and EBP come back
        test    eax, eax
        jz      .in_doubt
        mov     edi, [GS_PAGE]          ; as the caller had it
        mov     esi, eax
.exit:
        mov     edx, ebx
        mov     ecx, ebp
        sti
        sysexit
.in_doubt:
        pop     eax
.plain: pop     esi
        add     esp, FRAME_SIZE
        mov     edi, [ss:GS_PAGE]
        jmp     sysenter_unmap

        section .stub.exits
        dd      0

        section .rodata
        align   4
push_of:                                ; where to enter the pushes, for so many words
%assign word 0
%rep 64
        dd      push_words. %+ word
%assign word word + 1
%endrep
fast_probes:                            ; each read of user memory that may fault, and the place at
                                        ; which trap.c goes on then
        dd      sysenter_fast.local_call, sysenter_fast.nobody_called
        dd      sysenter_fast.reply_probe, sysenter_plain
        dd      sysenter_fast.words_probe, sysenter_plain
        dd      0

        section .note.GNU-stack noalloc noexec nowrite progbits
