; SPDX-License-Identifier: MIT
; Checklist 9.9, the messages that the kernel writes for a thread: page faults, exceptions, start,
; IO ports; and the FPU, whose faults nobody sees.
%include "raw.inc"

section .bss
alignb 4
seen:           resd 16
differences:    resd 1

section .text

TEST 175, "a read fault tells the exact address and the instruction"
        space   4, .child
        receive T(4)
        expect_fault 0, NOWHERE + 0x123
        expect  ebp, .here
        expect  eax, T(4)
        ret
.child:
        mov     ecx, NOWHERE + 0x123
.here:  mov     al, [ecx]
        jmp     sleep_forever

TEST 175, "the same holds within one space"
        thread  1, .child
        receive T(1)
        expect_fault W, NOWHERE + 0xFFF
        expect  ebp, .here
        local_of ecx, 1
        expect  eax, ecx
        ret
.child:
        mov     ecx, NOWHERE + 0xFFF
.here:  mov     [ecx], al
        jmp     sleep_forever

TEST 175, "a jump into nowhere is a fault at its own IP"
        space   4, .child
        receive T(4)
        expect_fault 0, NOWHERE
        expect  ebp, NOWHERE
        ret
.child:
        mov     eax, NOWHERE
        jmp     eax

TEST 176, "a write fault has w set, a read fault r and not w"
        space   4, .child
        receive T(4)
        expect_fault W, NOWHERE
        set_item 1, MAP | NOWHERE, fpage(page(1), 12, RWX)
        send    T(4), tag(0, 2, 0)
        receive T(4)
        expect_fault 0, NOWHERE + 0x1000
        expect_bits esi, R << 16, R << 16
        ret
.child:
        mov     dword [NOWHERE], 1
        mov     eax, [NOWHERE + 0x1000]
        jmp     sleep_forever

TEST 177, "registers, MRs, BRs and ErrorCode are the same after a fault"
        space   4, .child
        receive T(4)
        expect_fault 0, NOWHERE + 0x10
        mov     ecx, 63                         ; a long reply: none of it may show
        mov     eax, [gs:0]
.junk:
        mov     dword [eax + 4 * ecx], 0xBAD
        loop    .junk
        set_item 62, MAP | NOWHERE, fpage(page(1), 12, RWX)
        send    T(4), tag(0x5555, 2, 61)
        expect_ok
        receive T(4)
        expect  esi, tag(HELLO, 0, 2)
        expect  ebx, 0
        ret
.child:
        receive T(0), ZERO                      ; leaves ErrorCode 3
        mov     edi, [gs:0]
        mov     ecx, 64                         ; every word from MR0 up
.fill:
        imul    eax, ecx, 0x10203
        mov     [edi + 4 * ecx - 4], eax
        loop    .fill
        mov     ecx, 33
.fill_br:
        imul    eax, ecx, 0x30201
        mov     edx, ecx
        neg     edx
        mov     [edi + 4 * edx + BR0 + 4], eax
        loop    .fill_br
        mov     dword [edi + SENDER], 0x7654321
        mov     dword [edi + XFER_TIMEOUTS], 0x1234567
        mov     eax, 0xA
        mov     ebx, 0xB
        mov     ecx, 0xC
        mov     edx, 0xD
        mov     esi, 0x51
        mov     ebp, 0xB9
        stc
        cmp     dword [NOWHERE + 0x10], 0       ; the fault
        mov     dword [differences], 0
        call    .compare
        set_mr  1, [differences]
        send    T(0), tag(HELLO, 0, 2)
        jmp     sleep_forever
.compare:
        cmp     eax, 0xA
        call    .same
        cmp     ebx, 0xB
        call    .same
        cmp     ecx, 0xC
        call    .same
        cmp     edx, 0xD
        call    .same
        cmp     esi, 0x51
        call    .same
        cmp     ebp, 0xB9
        call    .same
        cmp     edi, [gs:0]
        call    .same
        cmp     dword [edi + ERROR_CODE], RECV_TIMEOUT
        call    .same
        cmp     dword [edi + SENDER], 0x7654321
        call    .same
        cmp     dword [edi + XFER_TIMEOUTS], 0x1234567
        call    .same
        mov     ecx, 64
.mr:
        imul    eax, ecx, 0x10203
        cmp     [edi + 4 * ecx - 4], eax
        call    .same
        loop    .mr
        mov     ecx, 33
.br:
        imul    eax, ecx, 0x30201
        mov     edx, ecx
        neg     edx
        cmp     [edi + 4 * edx + BR0 + 4], eax
        call    .same
        loop    .br
        ret
.same:
        je      .end
        inc     dword [differences]
.end:
        ret

TEST 178, "an empty reply restarts the instruction, which faults again"
        space   4, agent
        order   4, peek, NOWHERE + 4
        expect_fault 0, NOWHERE + 4
        rpc     T(4), tag(0, 0, 0)
        expect_fault 0, NOWHERE + 4
        set_item 1, MAP | NOWHERE, fpage(page(1), 12, RWX)
        mov     dword [page(1) + 4], 0x4711
        rpc     T(4), tag(0, 2, 0)
        expect_answer 0x4711
        ret

TEST 179, "a thread without pager halts on a fault"
        space   4, .child
        sleep   MOMENT
        receive ANYTHREAD, ZERO
        expect_ipc_error RECV_TIMEOUT
        schedule T(4)
        expect  eax, STATE_INACTIVE
        send    T(4), tag(0, 0, 0), ZERO
        expect_ipc_error SEND_TIMEOUT
        ret
.child:
        set_tcr PAGER, NIL
        mov     eax, [NOWHERE]
        jmp     $

TEST 179, "so does one whose pager does not exist"
        space   4, .child
        sleep   MOMENT
        schedule T(4)
        expect  eax, STATE_INACTIVE
        ret
.child:
        set_tcr PAGER, T(9)
        mov     eax, [NOWHERE]
        jmp     $

; ---- exceptions

TEST 180, "ud2 is exception 6 at its own IP"
        thread  1, .child
        receive T(1)
        expect  esi, tag(LABEL_EXCEPTION, 0, 12)
        expect  ebx, .here
        get_mr  eax, 3
        expect  eax, 6
        ret
.child:
        set_tcr HANDLER, T(0)
.here:  ud2

TEST 181, "the eight general registers stand at their places"
        space   4, .child
        receive T(4)
        expect  esi, tag(LABEL_EXCEPTION, 0, 12)
        mov     edi, 5
.next:
        mov     eax, [gs:0]
        mov     eax, [eax + 4 * edi]
        expect  eax, [.wanted + 4 * edi - 20]
        inc     edi
        cmp     edi, 13
        jb      .next
        expect_bits ebp, 0x201, 0x201           ; EFLAGS: IF, and the carry that was set
        ret
.child:
        set_tcr HANDLER, T(0)
        mov     eax, 0x88
        mov     ecx, 0x77
        mov     edx, 0x66
        mov     ebx, 0x55
        mov     esp, 0x44
        mov     ebp, 0x33
        mov     esi, 0x22
        mov     edi, 0x11
        stc
        ud2
section .rodata
align 4
.wanted: dd     0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88
section .text

TEST 182, "the reply's registers are loaded, but IF and IOPL are not"
        thread  1, .child
        receive T(1)
        expect  esi, tag(LABEL_EXCEPTION, 0, 12)
        set_mr  1, .there
        set_mr  2, 0x27001                      ; VM, NT, IOPL 3, carry; no IF
        set_mr  5, 0x11
        set_mr  6, 0x22
        set_mr  7, 0x33
        set_mr  8, stack_top(1) - 128
        set_mr  9, 0x55
        set_mr  10, 0x66
        set_mr  11, 0x77
        set_mr  12, 0x88
        send    T(1), tag(0, 0, 12)
        expect_ok
        sleep   MOMENT
        mov     edi, 0
.next:
        mov     eax, [seen + 4 * edi]
        expect  eax, [.wanted + 4 * edi]
        inc     edi
        cmp     edi, 8
        jb      .next
        expect_bits [seen + 32], 0x27201, 0x201
        ret
.child:
        set_tcr HANDLER, T(0)
        ud2
.there:
        mov     [seen], edi
        mov     [seen + 4], esi
        mov     [seen + 8], ebp
        mov     [seen + 12], esp
        mov     [seen + 16], ebx
        mov     [seen + 20], edx
        mov     [seen + 24], ecx
        mov     [seen + 28], eax
        pushfd
        pop     dword [seen + 32]
        jmp     sleep_forever
section .rodata
align 4
.wanted: dd     0x11, 0x22, 0x33, stack_top(1) - 128, 0x55, 0x66, 0x77, 0x88
section .text

TEST 182, "a shorter reply leaves the other registers as they were"
        thread  1, .child
        receive T(1)
        expect  esi, tag(LABEL_EXCEPTION, 0, 12)
        set_mr  1, .there
        set_mr  2, 0x202
        send    T(1), tag(0, 0, 2)
        sleep   MOMENT
        expect  [seen], 0xC0FFEE
        ret
.child:
        set_tcr HANDLER, T(0)
        mov     eax, 0xC0FFEE
        ud2
.there:
        mov     [seen], eax
        jmp     sleep_forever

TEST 183, "an exception without handler halts that thread only"
        thread  2, spin
        thread  1, .child
        sleep   MOMENT
        schedule T(1)
        expect  eax, STATE_INACTIVE
        mov     edi, [counter]
        sleep   MOMENT
        expect_not [counter], edi
        ret
.child:
        ud2

TEST 184, "int n raises exception 13 with error code 8n + 2"
        thread  1, .child
        mov     edi, .numbers
.next:
        receive T(1)
        expect  esi, tag(LABEL_EXCEPTION, 0, 12)
        get_mr  eax, 3
        expect  eax, 13
        get_mr  eax, 4
        movzx   ecx, byte [edi]
        lea     ecx, [8 * ecx + 2]
        expect  eax, ecx
        get_mr  eax, 1
        add     eax, 2                          ; behind the instruction
        set_mr  1, eax
        send    T(1), tag(0, 0, 1)
        inc     edi
        cmp     byte [edi], 0
        jne     .next
        ret
.child:
        set_tcr HANDLER, T(0)
        int     0x80
        int     0x08
        int     0x0E
        int     0x20
        int     0xFF
        jmp     sleep_forever
section .rodata
.numbers: db 0x80, 0x08, 0x0E, 0x20, 0xFF, 0
section .text

%macro expect_exception 2.nolist       ; "sentence"-less body: vector, label of the child
        thread  1, %2
        receive T(1)
        expect  esi, tag(LABEL_EXCEPTION, 0, 12)
        get_mr  eax, 3
        expect  eax, %1
%endmacro

TEST 0, "6.3: a division by zero is exception 0"
        expect_exception 0, .child
        ret
.child:
        set_tcr HANDLER, T(0)
        xor     ecx, ecx
        div     ecx

TEST 0, "6.3: int3 is exception 3"
        expect_exception 3, .child
        ret
.child:
        set_tcr HANDLER, T(0)
        int3

TEST 0, "6.3: into is exception 4"
        expect_exception 4, .child
        ret
.child:
        set_tcr HANDLER, T(0)
        mov     al, 0x7F
        inc     al
        into

TEST 0, "6.3: a single step is exception 1"
        expect_exception 1, .child
        ret
.child:
        set_tcr HANDLER, T(0)
        pushfd
        or      dword [esp], 0x100
        popfd
        nop
        nop
        jmp     $

; ---- thread start

TEST 186, "the start message's MR1 and MR2 become IP and SP"
        mov     dword [seen], 0
        active  1
        set_mr  1, .there
        set_mr  2, stack_top(1) - 64
        send    T(1), tag(0x1111, 0, 2)
        expect_ok
        sleep   MOMENT
        expect  [seen], stack_top(1) - 64
        ret
.there:
        mov     [seen], esp
        pushfd
        pop     dword [seen + 4]
        jmp     sleep_forever

TEST 187, "nobody but the pager can send the start message"
        mov     dword [seen], 0
        active  1
        thread  2, .impostor
        sleep   MOMENT
        expect  [seen], SEND_TIMEOUT
        schedule T(1)
        expect  eax, STATE_WAITING
        ret
.impostor:
        set_mr  1, spin
        set_mr  2, stack_top(1)
        send    T(1), tag(0, 0, 2), ms(5)
        mov     [seen], ecx
        jmp     sleep_forever

; ---- FPU

TEST 185, "the FPU registers of two threads do not mix"
        mov     dword [seen], 0
        mov     dword [seen + 4], 0
        mov     dword [differences], 0
        thread  1, .first
        thread  2, .second
        sleep   ms(100)
        expect  [differences], 0
        expect_at_least [seen], 10
        expect_at_least [seen + 4], 10
        ret
.first:
        mov     edi, seen
        mov     ebp, 1111
        jmp     .work
.second:
        mov     edi, seen + 4
        mov     ebp, 2222
.work:
        push    ebp
        fninit
        fild    dword [esp]
.loop:
        xor     eax, eax
        call    [link_threadswitch]
        fist    dword [esp]
        cmp     [esp], ebp
        je      .same
        inc     dword [differences]
.same:
        inc     dword [edi]
        jmp     .loop

TEST 185, "a new thread finds a clean FPU"
        thread  1, .dirty
        sleep   MOMENT
        thread  2, .look
        receive T(2)
        expect_ok
        expect_bits ebx, 0xFFFF, 0x037F         ; control word after fninit
        expect_bits ebp, 0xFFFF, 0xFFFF         ; all registers empty
        ret
.dirty:
        fninit
        fldpi
        fldpi
        jmp     sleep_forever
.look:
        sub     esp, 32
        fnstenv [esp]
        set_mr  1, [esp]
        set_mr  2, [esp + 8]
        send    T(0), tag(HELLO, 0, 2)
        jmp     sleep_forever

TEST 185, "SSE registers of two threads do not mix"
        pushfd                                  ; CPUID there?  (EFLAGS.ID can change)
        pop     eax
        mov     ecx, eax
        xor     eax, 1 << 21
        push    eax
        popfd
        pushfd
        pop     eax
        xor     eax, ecx
        test    eax, 1 << 21
        jz      .none
        mov     eax, 1
        push    ebx
        cpuid
        pop     ebx
        test    edx, 1 << 25
        jz      .none
        thread  3, .probe                       ; the kernel may keep SSE off: #UD then
        receive T(3)
        expect_ok
        shr     esi, 16
        cmp     esi, HELLO
        jne     .none
        mov     dword [seen], 0
        mov     dword [differences], 0
        thread  1, .first
        thread  2, .second
        sleep   ms(50)
        expect  [differences], 0
        expect_at_least [seen], 10
        ret
.none:
        skip    "no SSE for user programs"
.probe:
        set_tcr HANDLER, T(0)
        xorps   xmm0, xmm0
        send    T(0), tag(HELLO, 0, 0)
        jmp     sleep_forever
.first:
        mov     ebp, 1111
        jmp     .work
.second:
        mov     ebp, 2222
.work:
        push    ebp
        movss   xmm5, [esp]
.loop:
        xor     eax, eax
        call    [link_threadswitch]
        movss   [esp], xmm5
        cmp     [esp], ebp
        je      .same
        inc     dword [differences]
.same:
        inc     dword [seen]
        jmp     .loop

; ---- IO ports

; the diagnostic port, harmless; the supervisor opened it for our space
PORT            equ 0x80

TEST 196, "an IO fault tells port, width and IP"
        require_feature "ioflexpages"
        thread  1, .byte
        receive T(1)
        expect  esi, tag(LABEL_IO_FAULT + 6, 0, 2)
        expect_bits ebx, ~7, io_fpage(0x310, 0)
        expect  ebp, .byte_in
        exregs  T(1), EX_RECEIVE | EX_IP, 0, .word
        receive T(1)
        expect  esi, tag(LABEL_IO_FAULT + 6, 0, 2)
        expect_bits ebx, ~7, io_fpage(0x300, 1)
        exregs  T(1), EX_RECEIVE | EX_IP, 0, .dword
        receive T(1)
        expect  esi, tag(LABEL_IO_FAULT + 6, 0, 2)
        expect_bits ebx, ~7, io_fpage(0xCF8, 2)
        ret
.byte:
        mov     edx, 0x310
.byte_in:
        in      al, dx
        jmp     $
.word:
        mov     edx, 0x300
        out     dx, ax
        jmp     $
.dword:
        mov     edx, 0xCF8
        in      eax, dx
        jmp     $

TEST 197, "an IO fpage lets the instruction restart, unmapping it revokes it"
        require_feature "ioflexpages"
        space   4, agent
        order   4, port_read, PORT
        expect  esi, tag(LABEL_IO_FAULT + 6, 0, 2)
        set_item 1, MAP, io_fpage(PORT, 0) | RWX
        rpc     T(4), tag(0, 2, 0)
        expect_ok
        shr     esi, 16
        expect  esi, ANSWER
        order   4, port_read, PORT
        shr     esi, 16
        expect  esi, ANSWER
        unmap   0, io_fpage(PORT, 0) | RWX
        order   4, port_read, PORT
        expect  esi, tag(LABEL_IO_FAULT + 6, 0, 2)
        ret

TEST 197, "a map item of a message carries ports too"
        require_feature "ioflexpages"
        space   4, agent
        order   4, set_window, 0x4020
        set_item 3, MAP, io_fpage(PORT, 0) | RWX
        order   4, port_read, PORT, 1
        shr     esi, 16
        expect  esi, ANSWER
        ret

TEST 197, "a granted port leaves the granter"
        require_feature "ioflexpages"
        space   4, agent
        space   5, agent
        order   5, set_window, COMPLETE
        order   4, port_read, PORT
        expect  esi, tag(LABEL_IO_FAULT + 6, 0, 2)
        set_item 1, MAP, io_fpage(PORT, 0) | RWX
        rpc     T(4), tag(0, 2, 0)
        expect_ok
        mov     dword [gift_to], T(5)
        mov     dword [gift_base], GRANT
        mov     dword [gift_page], io_fpage(PORT, 0) | RWX
        order   4, give
        shr     esi, 16
        expect  esi, ANSWER
        order   5, port_read, PORT
        shr     esi, 16
        expect  esi, ANSWER
        order   4, port_read, PORT
        expect  esi, tag(LABEL_IO_FAULT + 6, 0, 2)
        ret
