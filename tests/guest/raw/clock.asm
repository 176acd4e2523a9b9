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
