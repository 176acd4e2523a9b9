; SPDX-License-Identifier: MIT
; The system calls with their arguments on the stack (section 4.0's registers inside), and the
; steps that make threads and spaces.  All preserve EDI and, where they are not results, EBX, ESI
; and EBP, so that tests may keep state there.
%define IN_CALLS
%include "raw.inc"

; to, from, timeouts, tag -> eax from, esi MR0, ebx MR1, ebp MR2, ecx ErrorCode
%macro IPC_CALL 1.nolist
global do_%1
do_%1:
        push    edi
        mov     eax, [esp + 8]
        mov     edx, [esp + 12]
        mov     ecx, [esp + 16]
        mov     esi, [esp + 20]
        mov     edi, [gs:0]
        call    [link_%1]
        get_tcr ecx, ERROR_CODE
        pop     edi
        ret     16
%endmacro
IPC_CALL ipc
IPC_CALL lipc

global do_unmap
do_unmap:                       ; control, MR0 -> esi
        push    edi
        push    ebx
        push    ebp
        mov     eax, [esp + 16]
        mov     esi, [esp + 20]
        mov     edi, [gs:0]
        call    [link_unmap]
        pop     ebp
        pop     ebx
        pop     edi
        ret     8

global do_exregs
do_exregs:                      ; dest, control, sp, ip, flags, handle, pager -> everything
        mov     eax, [esp + 4]
        mov     ecx, [esp + 8]
        mov     edx, [esp + 12]
        mov     esi, [esp + 16]
        mov     edi, [esp + 20]
        mov     ebx, [esp + 24]
        mov     ebp, [esp + 28]
        call    [link_exregs]
        ret     28

; The four with the same shape: eax ecx edx esi edi in, eax (ecx, edx) out.
%macro CONTROL_CALL 6.nolist           ; name, and which stack word goes to eax, ecx, edx, esi, edi
global do_%1
do_%1:
        push    ebx
        push    esi
        push    edi
        push    ebp
        mov     eax, [esp + 16 + 4 * %2]
        mov     ecx, [esp + 16 + 4 * %3]
        mov     edx, [esp + 16 + 4 * %4]
        mov     esi, [esp + 16 + 4 * %5]
        mov     edi, [esp + 16 + 4 * %6]
        call    [link_%1]
        pop     ebp
        pop     edi
        pop     esi
        pop     ebx
        ret     20
%endmacro
CONTROL_CALL threadcontrol, 1, 4, 3, 2, 5       ; dest, space, scheduler, pager, utcb
CONTROL_CALL spacecontrol, 1, 2, 3, 4, 5        ; space, control, kip area, utcb area, redirector
CONTROL_CALL schedule, 1, 3, 2, 4, 5            ; dest, time, prio, processor, preemption

global do_processorcontrol
do_processorcontrol:            ; processor 0, everything unchanged -> eax
        push    ebx
        push    esi
        push    edi
        push    ebp
        xor     eax, eax
        xor     ecx, ecx
        xor     edx, edx
        xor     esi, esi
        call    [link_processorcontrol]
        pop     ebp
        pop     edi
        pop     esi
        pop     ebx
        ret

global do_memorycontrol
do_memorycontrol:               ; eax control, ecx attribute0, esi MR0 -> eax
        push    ebx
        push    esi
        push    edi
        push    ebp
        xor     edx, edx
        xor     ebx, ebx
        xor     ebp, ebp
        mov     edi, [gs:0]
        call    [link_memorycontrol]
        pop     ebp
        pop     edi
        pop     esi
        pop     ebx
        ret

global do_clock
do_clock:                       ; -> edx:eax
        push    ebx
        push    ecx
        push    esi
        push    edi
        push    ebp
        call    [link_clock]
        pop     ebp
        pop     edi
        pop     esi
        pop     ecx
        pop     ebx
        ret

; ---- threads

global do_start
; number, entry: the start message from T(0), with the helper's own stack
do_start:
        push    edi
        mov     edi, [esp + 8]
        mov     eax, [esp + 12]
        set_mr  1, eax
        mov     eax, edi
        inc     eax
        shl     eax, 10         ; STACK_SIZE
        add     eax, stacks
        set_mr  2, eax
        lea     eax, [FIRST_NUMBER + edi]
        shl     eax, 14
        or      eax, 5
        send    eax, tag(HELLO, 0, 2)
        expect_ok
        pop     edi
        ret     8

global do_thread
do_thread:                      ; number, a thread of its space, entry
        push    edi
        mov     edi, [esp + 8]
        lea     ecx, [FIRST_NUMBER + edi]
        shl     ecx, 14
        or      ecx, 5
        lea     eax, [edi + 1]
        shl     eax, 9          ; UTCB_SIZE
        add     eax, [utcb_area]
        threadcontrol ecx, [esp + 12 + 12], T(0), T(0), eax
        expect  eax, 1
        push    dword [esp + 16]
        push    edi
        call    do_start
        pop     edi
        ret     12

; number, entry, KIP area, UTCB area: the three steps of section 4.3, the start message, and the
; first fault, which is answered with the whole image.
global do_space
do_space:
        push    edi
        push    ebx
        mov     ebx, [esp + 12]
        lea     edi, [FIRST_NUMBER + ebx]
        shl     edi, 14
        or      edi, 5
        threadcontrol edi, edi, T(0), NIL, -1
        expect  eax, 1
        mov     eax, [esp + 20]
        mov     ecx, [esp + 24]
        spacecontrol edi, 0, eax, ecx
        expect  eax, 1
        lea     eax, [ebx + 1]
        shl     eax, 9
        mov     ecx, [esp + 24]
        and     ecx, ~0xFFF
        add     eax, ecx
        threadcontrol edi, edi, T(0), T(0), eax
        expect  eax, 1
        push    dword [esp + 16]
        push    ebx
        call    do_start
        push    ebp
        receive edi
        expect_ok
        expect_bits esi, 0xFFF8FFFF, tag(LABEL_FAULT, 0, 2)
        pop     ebp
        set_item 1, MAP | IMAGE, fpage(IMAGE, IMAGE_LOG2, RWX)
        push    ebp
        send    edi, tag(0, 2, 0)
        expect_ok
        pop     ebp
        pop     ebx
        pop     edi
        ret     16

global do_order
do_order:                       ; number, routine, argument, tag -> as ipc
        push    edi
        mov     edi, [esp + 8]
        mov     eax, [esp + 12]
        set_mr  1, eax
        mov     eax, [esp + 16]
        set_mr  2, eax
        lea     eax, [FIRST_NUMBER + edi]
        shl     eax, 14
        or      eax, 5
        mov     ecx, [esp + 20]
        rpc     eax, ecx
        expect_ok
        pop     edi
        ret     16

; Is the string at eax among the kernel's features?  -> eax 1 or 0
global do_feature
do_feature:
        push    esi
        push    edi
        push    ebx
        mov     ebx, eax
        mov     edi, [kip]
        add     edi, [edi + KIP_KERNEL_DESC]
        add     edi, 16                 ; the version string stands first
.skip:
        cmp     byte [edi], 0
        lea     edi, [edi + 1]
        jne     .skip
        xor     eax, eax
        cmp     byte [edi], 0
        je      .end
        push    edi
        mov     esi, ebx
.compare:
        mov     al, [esi]
        cmp     al, [edi]
        jne     .differs
        inc     esi
        inc     edi
        test    al, al
        jnz     .compare
        pop     edi
        mov     eax, 1
        jmp     .end
.differs:
        pop     edi
        jmp     .skip
.end:
        pop     ebx
        pop     edi
        pop     esi
        ret
