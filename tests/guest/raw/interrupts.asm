; SPDX-License-Identifier: MIT
; Checklist 9.9, interrupts: the real-time clock (IRQ 8), which every PC and every emulator of one
; has.
%include "raw.inc"

RTC             equ thread_id(8, 1)

section .text

%macro rtc_write 2.nolist              ; register, value
        mov     al, %1
        out     0x70, al
        mov     al, %2
        out     0x71, al
%endmacro
%macro rtc_read 1.nolist               ; register -> al
        mov     al, %1
        out     0x70, al
        in      al, 0x71
%endmacro

; Attach T(0) and let the clock tick at 1024 Hz.
begin_ticks:
        threadcontrol RTC, RTC, NIL, T(0), -1
        expect  eax, 1
        rtc_write 0x8A, 0x26
        rtc_read 0x8B
        or      al, 0x40
        mov     ah, al
        rtc_write 0x8B, ah
        rtc_read 0x0C                           ; whatever was pending
        ret
end_ticks:
        rtc_read 0x8B
        and     al, ~0x40
        mov     ah, al
        rtc_write 0x8B, ah
        rtc_read 0x0C
        threadcontrol RTC, RTC, NIL, RTC, -1
        ret

TEST 188, "an interrupt line is attached and detached"
        threadcontrol RTC, RTC, NIL, T(0), -1
        expect  eax, 1
        threadcontrol RTC, RTC, NIL, RTC, -1
        expect  eax, 1
        ret

TEST 188, "attaching a handler that does not exist gives error 2"
        threadcontrol RTC, RTC, NIL, T(9), -1
        expect  eax, 0
        expect_error BAD_THREAD
        ret

TEST 188, "attaching a line that does not exist or with a wrong version gives error 2"
        threadcontrol thread_id(8, 2), thread_id(8, 2), NIL, T(0), -1
        expect  eax, 0
        expect_error BAD_THREAD
        mov     ecx, [system_base]
        shl     ecx, 14
        or      ecx, 1
        threadcontrol ecx, ecx, NIL, T(0), -1
        expect  eax, 0
        expect_error BAD_THREAD
        ret

TEST 189, "an interrupt is an empty message from its id, one for each acknowledge"
        call    begin_ticks
        receive ANYTHREAD
        expect_ok
        expect  esi, tag(LABEL_IRQ, 0, 0)
        expect  eax, RTC
        rtc_read 0x0C
        receive RTC, MOMENT                     ; not acknowledged: no second one
        expect_ipc_error RECV_TIMEOUT
        rtc_read 0x0C
        rpc     RTC, tag(0, 0, 0)               ; acknowledge and wait
        expect_ok
        expect  esi, tag(LABEL_IRQ, 0, 0)
        expect  eax, RTC
        call    end_ticks
        ret

TEST 0, "6.5: an interrupt that was not delivered cannot be acknowledged"
        threadcontrol RTC, RTC, NIL, T(0), -1
        expect  eax, 1
        send    RTC, tag(0, 0, 0), MOMENT       ; it has not come
        expect_ipc_error SEND_TIMEOUT
        call    begin_ticks
        sleep   MOMENT                          ; it came, and waits for us
        send    RTC, tag(0, 0, 0), ZERO
        expect_ipc_error SEND_TIMEOUT
        receive RTC
        expect_ok
        expect  esi, tag(LABEL_IRQ, 0, 0)
        send    RTC, tag(0, 0, 0)
        expect_ok
        call    end_ticks
        ret

TEST 190, "an interrupt while the handler is busy arrives at its next receive"
        call    begin_ticks
        thread  1, .other
        receive T(1)                            ; closed: the interrupt must wait
        expect_ok
        receive RTC, ZERO
        expect_ok
        expect  esi, tag(LABEL_IRQ, 0, 0)
        call    end_ticks
        ret
.other:
        sleep   MOMENT
        send    T(0), tag(HELLO, 0, 0)
        jmp     sleep_forever

TEST 0, "6.5: anylocalthread does not match an interrupt"
        call    begin_ticks
        receive ANYLOCAL, MOMENT
        expect_ipc_error RECV_TIMEOUT
        receive ANYTHREAD
        expect_ok
        expect  eax, RTC
        call    end_ticks
        ret

TEST 0, "6.5: a hundred interrupts by reply and wait"
        call    begin_ticks
        mov     edi, 100
        receive RTC
.next:
        expect_ok
        expect  esi, tag(LABEL_IRQ, 0, 0)
        rtc_read 0x0C
        ipc     RTC, ANYTHREAD, timeouts(SECOND, SECOND), tag(0, 0, 0)
        dec     edi
        jnz     .next
        expect_ok
        call    end_ticks
        ret

TEST 0, "6.5: a detached line is silent, a handler may be replaced"
        call    begin_ticks
        receive RTC
        expect_ok
        threadcontrol RTC, RTC, NIL, RTC, -1
        expect  eax, 1
        rtc_read 0x0C
        receive RTC, MOMENT
        expect_bits esi, TAG_E, TAG_E
        threadcontrol RTC, RTC, NIL, T(0), -1
        expect  eax, 1
        rtc_read 0x0C
        receive RTC
        expect_ok
        expect  esi, tag(LABEL_IRQ, 0, 0)
        call    end_ticks
        ret

TEST 0, "6.5: a handler that is deleted takes its interrupt along, another can have the line"
        thread  1, sleep_forever
        threadcontrol RTC, RTC, NIL, T(1), -1
        expect  eax, 1
        rtc_read 0x8B
        or      al, 0x40
        mov     ah, al
        rtc_write 0x8B, ah
        sleep   MOMENT                          ; pending at T(1)
        threadcontrol T(1), NIL, NIL, NIL, -1
        expect  eax, 1
        sleep   MOMENT
        rtc_read 0x0C
        call    begin_ticks
        receive RTC
        expect_ok
        expect  esi, tag(LABEL_IRQ, 0, 0)
        call    end_ticks
        ret

TEST 0, "6.5: an interrupt thread cannot be deleted"
        threadcontrol RTC, NIL, NIL, NIL, -1
        call    begin_ticks
        receive RTC
        expect_ok
        call    end_ticks
        ret
