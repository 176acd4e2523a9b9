; SPDX-License-Identifier: MIT
; Checklist 9.2: SystemClock and relative timeouts.
%include "raw.inc"

section .bss
alignb 4
before:         resd 2
began:          resd 1

section .text

TEST 24, "the clock never runs backwards"
        mov     edi, 10000
        call    do_clock
.next:
        mov     [before], eax
        mov     [before + 4], edx
        call    do_clock
        mov     ebx, eax
        mov     ecx, edx
        sub     ebx, [before]
        sbb     ecx, [before + 4]
        expect_below ecx, 0x80000000
        dec     edi
        jnz     .next
        ret

TEST 25, "a sleep of 100 ms lasts that long and not much longer"
        stamp   began
        sleep   period(100000 >> 7, 7)          ; 781 * 128 us = 99968 us
        expect_ipc_error RECV_TIMEOUT
        elapsed began
        expect_at_least eax, 99968
        expect_below eax, 400000                ; the machine below us may be busy
        ret

TEST 26, "SystemClock preserves EBX and EBP"
        mov     ebx, 0x12345678
        mov     ebp, 0x9ABCDEF0
        call    [link_clock]
        expect  ebx, 0x12345678
        expect  ebp, 0x9ABCDEF0
        ret

TEST 27, "a receive with ZeroTime does not block, one with Never does not expire within 1 s"
        stamp   began
        receive ANYTHREAD, ZERO
        expect_ipc_error RECV_TIMEOUT
        elapsed began
        expect_below eax, 100000
        thread  1, .child
        sleep   SECOND
        schedule T(1)
        expect  eax, STATE_WAITING
        ret
.child:
        receive T(0), NEVER
        jmp     sleep_forever

TEST 28, "periods of different mantissa and exponent last as long as they say"
        stamp   began
        sleep   period(1000, 3)                 ; 8 ms
        elapsed began
        expect_at_least eax, 8000
        stamp   began
        sleep   period(64, 9)                   ; 32.768 ms
        elapsed began
        expect_at_least eax, 32768
        stamp   began
        sleep   period(1, 16)                   ; 65.536 ms
        elapsed began
        expect_at_least eax, 65536
        expect_below eax, 300000
        ret

; eax clock value -> eax the time point that names it, in units of 64 us
time_point:
        mov     ecx, eax
        shr     eax, 6
        and     eax, 0x3FF
        shr     ecx, 16
        and     ecx, 1
        shl     ecx, 10
        or      eax, ecx
        or      eax, 0x8000 | 6 << 11
        ret

TEST 29, "a time point 50 ms ahead ends a receive at that clock value"
        call    do_clock
        add     eax, 50000
        mov     [before], eax
        call    time_point
        mov     ecx, eax
        or      ecx, ZERO << 16
        ipc     NIL, T(0), ecx, 0
        expect_ipc_error RECV_TIMEOUT
        call    do_clock
        sub     eax, [before]
        add     eax, 64
        expect_below eax, 100000                ; not before it, and not much later
        ret

TEST 30, "a time point that is past has expired"
.again:
        call    do_clock
        mov     [began], eax
        sub     eax, 5000
        mov     ecx, eax
        xor     ecx, [began]
        test    ecx, 1 << 16                    ; a point of the half before means one ahead
        jz      .past
        sleep   ms(10)
        jmp     .again
.past:
        call    time_point
        mov     ecx, eax
        or      ecx, ZERO << 16
        ipc     NIL, T(0), ecx, 0
        expect_ipc_error RECV_TIMEOUT
        elapsed began
        expect_below eax, 10000
        ret
