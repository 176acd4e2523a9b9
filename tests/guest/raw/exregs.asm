; SPDX-License-Identifier: MIT
; Checklist 9.3: ExchangeRegisters.
%include "raw.inc"

section .bss
alignb 4
seen:           resd 8
esp_there:      resd 1

section .text

TEST 31, "control 0 turns a global id of the own space into the local one and back"
        inactive 2
        active  1
        exregs  T(1), 0
        local_of ecx, 1
        expect  eax, ecx
        exregs  ecx, 0
        expect  eax, T(1)
        ret

TEST 32, "control 0 on oneself round-trips both ids"
        exregs  T(0), 0
        expect  eax, [gs:0]
        exregs  eax, 0
        expect  eax, T(0)
        ret

TEST 33, "a thread that does not exist gives nil and error 2"
        exregs  T(9), 0
        expect  eax, NIL
        expect_error BAD_THREAD
        ret

TEST 33, "a local id where no thread is gives nil and error 2"
        local_of ecx, 20
        exregs  ecx, 0
        expect  eax, NIL
        expect_error BAD_THREAD
        exregs  0x12340, 0
        expect  eax, NIL
        expect_error BAD_THREAD
        exregs  NIL, 0
        expect  eax, NIL
        exregs  ANYTHREAD, 0
        expect  eax, NIL
        exregs  ANYLOCAL, 0
        expect  eax, NIL
        ret

TEST 34, "a wrong version gives nil and error 2"
        active  1
        exregs  T(1) + 1, 0
        expect  eax, NIL
        expect_error BAD_THREAD
        ret

TEST 35, "a thread of another space gives nil and error 2 to all but its pager"
        space   4, agent
        space   5, agent
        order   4, .try, T(5)
        expect_answer BAD_THREAD
        ret
.try:
        exregs  T(5), 0
        test    eax, eax
        mov     eax, -1
        jnz     .end
        get_tcr eax, ERROR_CODE
.end:
        ; exregs took everything; the agent keeps the asker in edi
        mov     edi, T(0)
        ret

TEST 36, "an inactive thread gives nil and error 2"
        inactive 1
        exregs  T(1), 0
        expect  eax, NIL
        expect_error BAD_THREAD
        ret

TEST 37, "interrupt and kernel ids give nil and error 2"
        exregs  thread_id(8, 1), 0
        expect  eax, NIL
        expect_error BAD_THREAD
        mov     ecx, [system_base]
        shl     ecx, 14
        or      ecx, 1
        exregs  ecx, 0
        expect  eax, NIL
        expect_error BAD_THREAD
        ret

TEST 38, "u sets the handle, d delivers the old one"
        active  1
        exregs  T(1), EX_HANDLE, 0, 0, 0, 0xCAFE0001, 0
        local_of eax, 1
        expect  [eax + USER_HANDLE], 0xCAFE0001
        exregs  T(1), EX_HANDLE | EX_DELIVER, 0, 0, 0, 0xCAFE0002, 0
        expect  ebx, 0xCAFE0001
        local_of eax, 1
        expect  [eax + USER_HANDLE], 0xCAFE0002
        ret

TEST 39, "p sets the pager, d delivers the old one"
        active  1
        exregs  T(1), EX_PAGER | EX_DELIVER, 0, 0, 0, 0, T(7)
        expect  ebp, T(0)
        local_of eax, 1
        expect  [eax + PAGER], T(7)
        exregs  T(1), EX_DELIVER
        expect  ebp, T(7)
        ret

TEST 40, "d returns SP and IP of a stopped thread"
        thread  1, .child
        sleep   MOMENT
        exregs  T(1), EX_HALT | EX_H | EX_DELIVER
        expect_not eax, NIL
        expect  edx, stack_top(1) - 64
        sub     esi, .loop
        expect_below esi, .end - .loop
        ret
.child:
        sub     esp, 64
.loop:
        nop
        jmp     .loop
.end:

TEST 41, "new IP and SP of a halted thread take effect when it is resumed"
        mov     dword [esp_there], 0
        thread  1, spin
        sleep   MOMENT
        exregs  T(1), EX_HALT | EX_H
        exregs  T(1), EX_IP | EX_SP, stack_top(1) - 256, .there
        sleep   MOMENT
        expect  [esp_there], 0
        exregs  T(1), EX_H
        sleep   MOMENT
        expect  [esp_there], stack_top(1) - 256
        ret
.there:
        mov     [esp_there], esp
        jmp     sleep_forever

TEST 42, "flags of all ones or zero neither stop nor privilege a thread"
        thread  1, .child
        sleep   MOMENT
        exregs  T(1), EX_FLAGS, 0, 0, -1
        call    .still_runs
        exregs  T(1), EX_FLAGS, 0, 0, 0
        call    .still_runs
        exregs  T(1), EX_HALT | EX_H | EX_IP, 0, .cli
        exregs  T(1), EX_H
        receive T(1)
        expect_ok
        expect  esi, tag(LABEL_EXCEPTION, 0, 12)
        get_mr  eax, 3
        expect  eax, 13
        get_mr  eax, 2
        expect_bits eax, 0x27300, 0x200         ; VM, NT, IOPL, TF clear and IF set
        ret
.still_runs:
        mov     eax, [counter]
        mov     [seen], eax
        sleep   MOMENT
        mov     eax, [counter]
        expect_not eax, [seen]
        expect_bits [seen + 4], 0x27300, 0x200
        ret
.child:
        set_tcr HANDLER, T(0)
.loop:
        inc     dword [counter]
        pushfd
        pop     dword [seen + 4]
        jmp     .loop
.cli:
        cli
        jmp     .cli

TEST 43, "f sets the carry flag, seen after resume"
        mov     dword [seen], 0
        thread  1, spin
        sleep   MOMENT
        exregs  T(1), EX_HALT | EX_H
        exregs  T(1), EX_FLAGS | EX_IP, 0, .there, 0x201
        exregs  T(1), EX_H
        sleep   MOMENT
        expect_bits [seen], 1, 1
        ret
.there:
        pushfd
        pop     dword [seen]
        jmp     sleep_forever

TEST 44, "halting stops a spinner, H tells so, resuming continues it"
        thread  1, spin
        sleep   MOMENT
        exregs  T(1), EX_HALT | EX_H | EX_DELIVER
        expect_bits ecx, EX_HALT, 0
        mov     edi, [counter]
        sleep   MOMENT
        expect  [counter], edi
        schedule T(1)
        expect  eax, STATE_INACTIVE
        exregs  T(1), EX_H | EX_DELIVER
        expect_bits ecx, EX_HALT, EX_HALT
        mov     edi, [counter]
        sleep   MOMENT
        expect_not [counter], edi
        ret

TEST 45, "H without h changes nothing"
        thread  1, spin
        sleep   MOMENT
        exregs  T(1), EX_HALT
        mov     edi, [counter]
        sleep   MOMENT
        expect_not [counter], edi
        ret

TEST 46, "the output tells receiving, sending and runnable threads apart"
        thread  1, .receiver
        thread  2, .sender
        thread  3, spin
        sleep   MOMENT
        exregs  T(1), EX_DELIVER
        expect_bits ecx, 7, EX_RECEIVE
        exregs  T(2), EX_DELIVER
        expect_bits ecx, 7, EX_SEND
        exregs  T(3), EX_DELIVER
        expect_bits ecx, 7, 0
        ret
.receiver:
        receive T(0), NEVER
.sender:
        send    T(0), tag(HELLO, 0, 0), NEVER

TEST 47, "R cancels a receive with error 7 before its timeout"
        thread  1, .receiver
        sleep   MOMENT
        exregs  T(1), EX_RECEIVE
        receive T(1)
        expect_ok
        expect_bits ebp, TAG_E, TAG_E
        expect  ebx, RECV_CANCELLED
        ret
.receiver:
        receive T(0), NEVER
tell_result:                                    ; MR1 ErrorCode, MR2 tag of the IPC that ended
        set_mr  1, ecx
        set_mr  2, esi
        send    T(0), tag(HELLO, 0, 2)
        jmp     sleep_forever

TEST 48, "S cancels a send with error 6"
        thread  1, .sender
        sleep   MOMENT
        exregs  T(1), EX_SEND
        receive T(1)
        expect_ok
        expect_bits ebp, TAG_E, TAG_E
        expect  ebx, SEND_CANCELLED
        ret
.sender:
        send    T(0), tag(HELLO, 0, 0), NEVER
        jmp     tell_result

TEST 49, "R leaves a sender blocked, S leaves a receiver blocked"
        thread  1, .receiver
        thread  2, .sender
        sleep   MOMENT
        exregs  T(1), EX_SEND
        exregs  T(2), EX_RECEIVE
        sleep   MOMENT
        exregs  T(1), EX_DELIVER
        expect_bits ecx, 7, EX_RECEIVE
        exregs  T(2), EX_DELIVER
        expect_bits ecx, 7, EX_SEND
        receive T(2)                            ; and what it had to say still arrives
        expect_ok
        expect  esi, tag(HELLO, 0, 0)
        ret
.receiver:
        receive T(0), NEVER
.sender:
        send    T(0), tag(HELLO, 0, 0), NEVER
        jmp     sleep_forever

TEST 50, "a blocked thread whose IP and SP change goes on there after its IPC"
        mov     dword [esp_there], 0
        thread  1, .receiver
        sleep   MOMENT
        exregs  T(1), EX_IP | EX_SP, stack_top(1) - 128, .there
        sleep   MOMENT
        expect  [esp_there], 0
        schedule T(1)
        expect  eax, STATE_WAITING
        send    T(1), tag(HELLO, 0, 0)
        expect_ok
        sleep   MOMENT
        expect  [esp_there], stack_top(1) - 128
        ret
.receiver:
        receive T(0), NEVER
        jmp     sleep_forever
.there:
        mov     [esp_there], esp
        jmp     sleep_forever

TEST 51, "a message to a receiver that is halted is not lost"
        thread  1, .receiver
        sleep   MOMENT
        exregs  T(1), EX_HALT | EX_H
        thread  2, .sender
        sleep   MOMENT
        mov     dword [seen], 0
        exregs  T(1), EX_H
        sleep   MOMENT
        expect  [seen], 0x1234
        ret
.receiver:
        mov     dword [seen], 0
        receive ANYTHREAD, NEVER
        mov     [seen], ebx
        jmp     sleep_forever
.sender:
        set_mr  1, 0x1234
        send    T(1), tag(HELLO, 0, 1), NEVER
        jmp     sleep_forever

TEST 52, "control 0x11E starts a thread that waits for its start message"
        mov     dword [esp_there], 0
        active  1
        exregs  T(1), 0x11E, stack_top(1) - 32, .there
        local_of ecx, 1
        expect  eax, ecx
        sleep   MOMENT
        expect  [esp_there], stack_top(1) - 32
        ret
.there:
        mov     [esp_there], esp
        jmp     sleep_forever

TEST 53, "outputs are the values from before the call"
        thread  1, spin
        sleep   MOMENT
        exregs  T(1), EX_HALT | EX_H
        exregs  T(1), EX_IP | EX_SP | EX_HANDLE | EX_DELIVER, 0x1111, 0x2222, 0, 0x3333
        expect_not edx, 0x1111
        expect_not esi, 0x2222
        expect_not ebx, 0x3333
        exregs  T(1), EX_SP | EX_IP | EX_HANDLE | EX_DELIVER, 0, 0, 0, 0
        expect  edx, 0x1111
        expect  esi, 0x2222
        expect  ebx, 0x3333
        ret

TEST 0, "4.2: a thread may set its own IP and SP"
        mov     [esp_there], esp
        lea     edx, [esp - 256]
        exregs  T(0), EX_IP | EX_SP, edx, .there
        expect  edx, 0                          ; not reached
.there:
        mov     eax, [esp_there]
        sub     eax, 256
        mov     ecx, esp
        expect  ecx, eax
        mov     esp, [esp_there]
        ret

TEST 0, "4.2: a thread that halts itself stops at once and can be resumed"
        mov     dword [seen], 0
        thread  1, .child
        sleep   MOMENT
        expect  [seen], 1
        exregs  T(1), EX_H | EX_DELIVER
        expect_bits ecx, EX_HALT, EX_HALT
        sleep   MOMENT
        expect  [seen], 2
        ret
.child:
        mov     dword [seen], 1
        exregs  T(1), EX_HALT | EX_H
        mov     dword [seen], 2
        jmp     sleep_forever

TEST 0, "4.2: aborting a page fault makes the thread fault again"
        space   4, agent
        order   4, peek, NOWHERE + 0x10
        expect_fault 0, NOWHERE + 0x10
        exregs  T(4), EX_RECEIVE | EX_SEND      ; we are its pager: allowed with pagerexregs only
        test    eax, eax
        jnz     .allowed
        skip    "no pagerexregs"
.allowed:
        receive T(4)
        expect_ok
        expect_fault 0, NOWHERE + 0x10
        ret
