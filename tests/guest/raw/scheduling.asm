; SPDX-License-Identifier: MIT
; Checklist 9.10: ThreadSwitch, priorities, Schedule, MemoryControl.
%include "raw.inc"

section .bss
alignb 4
seen:           resd 4
counters:       resd 4

section .text

TEST 198, "ThreadSwitch preserves all registers, whatever the destination"
        thread  1, spin                         ; ready
        thread  2, sleep_forever                ; blocked, soon
        sleep   MOMENT
        mov     edx, .destinations
.next:
        mov     eax, [edx]
        mov     ebx, 0xB
        mov     ecx, 0xC
        mov     esi, 0x51
        mov     edi, 0xD1
        mov     ebp, 0xB9
        mov     [seen], esp
        call    [link_threadswitch]
        expect  eax, [edx]
        mov     eax, esp
        expect  eax, [seen]
        expect  ebx, 0xB
        expect  ecx, 0xC
        expect  esi, 0x51
        expect  edi, 0xD1
        expect  ebp, 0xB9
        add     edx, 4
        cmp     edx, .end
        jb      .next
        ret
section .rodata
align 4
.destinations: dd NIL, T(1), T(2), T(9), T(0), ANYTHREAD, ANYLOCAL, 0x12340, thread_id(8, 1)
.end:
section .text

TEST 198, "ThreadSwitch takes a local id"
        mov     dword [counter], 0
        thread  1, spin
        local_of eax, 1
        call    [link_threadswitch]
        local_of ecx, 1
        expect  eax, ecx
        expect_not [counter], 0
        ret

TEST 199, "ThreadSwitch to a ready thread of lower priority runs it"
        mov     dword [counter], 0
        inactive 1
        set_priority T(1), 50
        active  1
        start   1, spin
        expect  [counter], 0
        mov     eax, T(1)
        call    [link_threadswitch]
        expect_not [counter], 0
        ret

TEST 200, "a send that wakes a higher priority runs it before the sender goes on"
        mov     dword [seen], 0
        thread  1, .high
        sleep   MOMENT
        set_priority T(0), 90
        send    T(1), tag(HELLO, 0, 0)
        expect  [seen], 1
        ret
.high:
        receive T(0), NEVER
        mov     dword [seen], 1
        jmp     sleep_forever

TEST 0, "5.12: a send to a lower priority leaves the sender running"
        mov     dword [seen], 0
        thread  1, .low
        set_priority T(1), 50
        sleep   MOMENT
        send    T(1), tag(HELLO, 0, 0)
        expect  [seen], 0
        sleep   MOMENT
        expect  [seen], 1
        ret
.low:
        receive T(0), NEVER
        mov     dword [seen], 1
        jmp     sleep_forever

TEST 201, "a call hands over to a server of lower priority past ready threads"
        mov     edi, 5                          ; our slice may end just then: once must do
.attempt:
        mov     dword [counter], 0
        thread  1, .server
        sleep   MOMENT
        set_priority T(1), 50
        thread  2, spin                         ; ready, never ran
        set_priority T(0), 100                  ; as T(2)
        rpc     T(1), tag(HELLO, 0, 0)
        expect_ok
        test    ebx, ebx                        ; the counter when the server ran
        jz      .end
        threadcontrol T(1), NIL, NIL, NIL, -1
        threadcontrol T(2), NIL, NIL, NIL, -1
        set_priority T(0), 150
        dec     edi
        jnz     .attempt
        expect  ebx, 0
.end:
        ret
.server:
        receive T(0), NEVER
        set_mr  1, [counter]
        send    T(0), tag(HELLO, 0, 1)
        jmp     sleep_forever

TEST 202, "two spinners of one priority share the processor"
        mov     dword [counters], 0
        mov     dword [counters + 4], 0
        thread  1, .first
        thread  2, .second
        sleep   ms(400)
        exregs  T(1), EX_HALT | EX_H
        exregs  T(2), EX_HALT | EX_H
        mov     eax, [counters]
        shr     eax, 2
        expect_at_least [counters + 4], eax     ; within a factor of four
        mov     eax, [counters + 4]
        shr     eax, 2
        expect_at_least [counters], eax
        expect_not [counters], 0
        ret
.first:
        inc     dword [counters]
        jmp     .first
.second:
        inc     dword [counters + 4]
        jmp     .second

TEST 0, "4.6: timeslices of 4 to 1 give shares of about 4 to 1"
        mov     dword [counters], 0
        mov     dword [counters + 4], 0
        thread  1, .first
        thread  2, .second
        schedule T(1), ms(40) << 16
        schedule T(2), ms(10) << 16
        sleep   ms(800)
        exregs  T(1), EX_HALT | EX_H
        exregs  T(2), EX_HALT | EX_H
        mov     eax, [counters + 4]
        add     eax, eax
        expect_at_least [counters], eax         ; twice as much at least
        expect_not [counters + 4], 0
        ret
.first:
        inc     dword [counters]
        jmp     .first
.second:
        inc     dword [counters + 4]
        jmp     .second

TEST 0, "5.12: a lower priority does not run while a higher one spins"
        mov     dword [counters], 0
        thread  1, .low
        set_priority T(1), 90
        thread  2, spin
        sleep   ms(100)
        expect  [counters], 0
        ret
.low:
        inc     dword [counters]
        jmp     .low

TEST 203, "Schedule of a thread that does not exist is error 2, or 1 for dead"
        schedule T(9)
        cmp     eax, STATE_DEAD
        je      .end
        expect  eax, 0
        expect_error BAD_THREAD
.end:
        ret

TEST 203, "Schedule of kernel and interrupt ids is error 2"
        mov     ecx, [system_base]
        shl     ecx, 14
        or      ecx, 1
        schedule ecx
        expect  eax, 0
        expect_error BAD_THREAD
        ret

TEST 204, "Schedule by a thread that is not the scheduler gives error 1"
        space   4, agent
        thread  1, spin
        order   4, .try, 0
        expect_answer NO_PRIVILEGE
        ret
.try:
        schedule T(1), -1, 10
        test    eax, eax
        mov     eax, -1
        jnz     .end
        get_tcr eax, ERROR_CODE
.end:
        ret

TEST 205, "Schedule with everything unchanged tells the state"
        thread  1, spin
        thread  2, .sender
        thread  3, .receiver
        sleep   MOMENT
        schedule T(1)
        expect  eax, STATE_RUNNING
        schedule T(2)
        expect  eax, STATE_PENDING
        schedule T(3)
        expect  eax, STATE_WAITING
        local_of eax, 3
        schedule eax
        expect  eax, STATE_WAITING
        schedule T(0)
        expect  eax, STATE_RUNNING
        schedule T(1), ms(40) << 16             ; and it changes nothing
        schedule T(1)
        mov     edi, edx
        expect_not edi, 0
        schedule T(1)
        expect  edx, edi
        ret
.sender:
        send    T(0), tag(HELLO, 0, 0), NEVER
.receiver:
        receive T(0), NEVER

TEST 206, "an unprivileged scheduler cannot raise a thread above itself"
        space   4, agent
        utcb_of eax, 5
        threadcontrol T(5), T(4), T(4), T(0), eax
        expect  eax, 1
        order   4, .raise, 200
        expect_not ebx, 0
        and     ebx, 15
        expect_not ebx, 15
        order   4, .raise, 60                   ; down is allowed
        expect_answer 0
        ret
.raise:                                         ; ecx priority -> ErrorCode, or 0 when granted
        schedule T(5), -1, ecx
        test    eax, eax
        mov     eax, 0
        jnz     .end
        get_tcr eax, ERROR_CODE
.end:
        ret

TEST 207, "a time point in TimeControl fails"
        thread  1, spin
        schedule T(1), 0x8400 << 16 | 0xFFFF
        expect  eax, 0
        expect_error BAD_PARAMETER
        schedule T(1), 0xFFFF0000 | 0x8400
        expect  eax, 0
        expect_error BAD_PARAMETER
        ret

TEST 208, "MemoryControl with an unsupported attribute gives error 5"
        xor     eax, eax
        mov     ecx, 99
        mov     esi, fpage(page(1), 12, 0)
        call    do_memorycontrol
        expect  eax, 0
        expect_error BAD_PARAMETER
        ret

TEST 209, "MemoryControl with attribute 0 on an own page returns 1"
        xor     eax, eax
        xor     ecx, ecx
        mov     esi, fpage(page(1), 12, 0)
        call    do_memorycontrol
        expect  eax, 1
        ret

TEST 0, "4.10: ProcessorControl by the root returns 1"
        call    do_processorcontrol
        expect  eax, 1
        ret
