; SPDX-License-Identifier: MIT
; Checklist 9.5: addressing, phases, timeouts.
%include "raw.inc"

FULL            equ 63          ; untyped words of the longest message

section .bss
alignb 4
seen:           resd 4
began:          resd 1

section .text

TEST 87, "Ipc(nil, nil) returns at once"
        set_mr  1, 0x1111
        set_mr  2, 0x2222
        ipc     NIL, NIL, timeouts(NEVER, NEVER), tag(HELLO, 0, 2)
        expect_ok
        ret

TEST 88, "call and reply in one space carry the label and 63 words"
        thread  1, adder
        mov     edi, do_ipc
        jmp     carry_63_words

TEST 89, "call and reply across spaces carry the label and 63 words"
        space   1, adder
        mov     edi, do_ipc
        jmp     carry_63_words

TEST 119, "Lipc carries the label and 63 words"
        thread  1, adder
        mov     edi, do_lipc
        jmp     carry_63_words

carry_63_words:                                 ; edi: do_ipc or do_lipc; T(1) is an adder
        mov     ecx, FULL
        mov     eax, [gs:0]
.fill:
        imul    edx, ecx, 0x01010101
        mov     [eax + 4 * ecx], edx
        loop    .fill
        push    dword tag(0x4321, 0, FULL)
        push    dword timeouts(SECOND, SECOND)
        push    dword T(1)
        push    dword T(1)
        call    edi
        expect_ok
        expect  esi, tag(0x4322, 0, FULL)
        mov     ecx, FULL
.compare:
        imul    edx, ecx, 0x01010101
        add     edx, 0x100
        mov     eax, [gs:0]
        expect  [eax + 4 * ecx], edx
        loop    .compare
        ret

; Answers every message with label + 1 and every word + 0x100.
adder:
        receive T(0), NEVER
.answer:
        mov     ecx, esi
        and     ecx, 63
        mov     eax, [gs:0]
        jz      .send
.word:
        add     dword [eax + 4 * ecx], 0x100
        loop    .word
.send:
        add     esi, 1 << 16
        ipc     T(0), T(0), timeouts(NEVER, NEVER), esi
        jmp     .answer

TEST 90, "a message of no words carries its label"
        thread  1, adder
        rpc     T(1), tag(0x7777, 0, 0)
        expect_ok
        expect  esi, tag(0x7778, 0, 0)
        ret

TEST 91, "EBX and EBP are the received MR1 and MR2"
        thread  1, adder
        set_mr  1, 0x1000
        set_mr  2, 0x2000
        rpc     T(1), tag(HELLO, 0, 2)
        expect  ebx, 0x1100
        expect  ebp, 0x2100
        get_mr  eax, 1
        expect  ebx, eax
        get_mr  eax, 2
        expect  ebp, eax
        ret

TEST 91, "EBX and EBP are MR1 and MR2 after a failure too"
        set_mr  1, 0x1234
        set_mr  2, 0x5678
        ipc     T(9), NIL, timeouts(SECOND, ZERO), tag(HELLO, 0, 2)
        expect_ipc_error SEND_NO_PARTNER
        get_mr  eax, 1
        expect  ebx, eax
        get_mr  eax, 2
        expect  ebp, eax
        receive ANYTHREAD, ZERO
        expect_ipc_error RECV_TIMEOUT
        get_mr  eax, 1
        expect  ebx, eax
        get_mr  eax, 2
        expect  ebp, eax
        ret

TEST 92, "EDI and ESP are unchanged on return from Ipc, successful or not"
        thread  1, adder
        mov     eax, T(1)
        mov     edx, T(1)
        mov     ecx, timeouts(SECOND, SECOND)
        mov     esi, tag(HELLO, 0, 0)
        mov     edi, [gs:0]
        mov     [seen], esp
        call    [link_ipc]
        mov     eax, esp
        expect  eax, [seen]
        expect  edi, [gs:0]
        xor     eax, eax
        mov     edx, ANYTHREAD
        mov     ecx, timeouts(ZERO, MOMENT)
        call    [link_ipc]
        mov     eax, esp
        expect  eax, [seen]
        expect  edi, [gs:0]
        ret

TEST 93, "ESI is the received tag, and so is MR0 in the UTCB"
        thread  1, adder
        rpc     T(1), tag(0x1230, 0, 5)
        expect  esi, tag(0x1231, 0, 5)
        get_mr  eax, 0
        expect  eax, esi
        ret

TEST 94, "the sender's id is the local one within a space"
        thread  1, adder
        rpc     T(1), tag(HELLO, 0, 0)
        expect_ok
        local_of ecx, 1
        expect  eax, ecx
        ret

TEST 95, "the sender's id is the global one across spaces"
        space   1, adder
        rpc     T(1), tag(HELLO, 0, 0)
        expect_ok
        expect  eax, T(1)
        ret

TEST 96, "a local id as destination reaches the same thread"
        thread  1, adder
        local_of edi, 1
        set_mr  1, 1
        ipc     edi, T(1), timeouts(SECOND, SECOND), tag(HELLO, 0, 1)
        expect_ok
        expect  ebx, 0x101
        ret

TEST 119, "Lipc: a local id as destination reaches the same thread"
        thread  1, adder
        local_of edi, 1
        set_mr  1, 1
        push    dword tag(HELLO, 0, 1)
        push    dword timeouts(SECOND, SECOND)
        push    edi
        push    edi
        call    do_lipc
        expect_ok
        expect  ebx, 0x101
        expect  eax, edi
        ret

TEST 97, "a local id as FromSpecifier accepts that thread only"
        thread  1, one_word
        thread  2, one_word
        sleep   MOMENT
        local_of edi, 2
        receive edi
        expect_ok
        expect  ebx, T(2)
        receive edi, MOMENT
        expect_ipc_error RECV_TIMEOUT
        receive ANYTHREAD
        expect_ok
        expect  ebx, T(1)
        ret

; Sends its global id to T(0), once.
one_word:
        get_tcr eax, MY_GLOBAL_ID
        set_mr  1, eax
        send    T(0), tag(HELLO, 0, 1), NEVER
        jmp     sleep_forever

TEST 98, "sending to an id that does not exist or has another version gives error 4"
        send    T(9), tag(HELLO, 0, 0), NEVER
        expect_ipc_error SEND_NO_PARTNER
        thread  1, adder
        send    T(1) + 1, tag(HELLO, 0, 0), NEVER
        expect_ipc_error SEND_NO_PARTNER
        local_of eax, 20
        send    eax, tag(HELLO, 0, 0), NEVER
        expect_ipc_error SEND_NO_PARTNER
        ret

TEST 119, "Lipc: sending to an id that does not exist gives error 4"
        push    dword tag(HELLO, 0, 0)
        push    dword timeouts(NEVER, NEVER)
        push    dword NIL
        push    dword T(9)
        call    do_lipc
        expect_ipc_error SEND_NO_PARTNER
        ret

TEST 99, "sending to anythread or anylocalthread gives error 4"
        send    ANYTHREAD, tag(HELLO, 0, 0), NEVER
        expect_ipc_error SEND_NO_PARTNER
        send    ANYLOCAL, tag(HELLO, 0, 0), NEVER
        expect_ipc_error SEND_NO_PARTNER
        ret

TEST 100, "sending to a kernel id gives error 4"
        mov     eax, [system_base]
        shl     eax, 14
        or      eax, 1
        send    eax, tag(HELLO, 0, 0), MOMENT
        expect_ipc_error SEND_NO_PARTNER
        ret

TEST 101, "receiving from an id that does not exist gives error 5"
        receive T(9), NEVER
        expect_ipc_error RECV_NO_PARTNER
        ret

TEST 102, "receiving from a mangled local id gives error 5"
        mov     eax, [gs:0]
        add     eax, 64
        receive eax, SECOND
        expect_ipc_error RECV_NO_PARTNER
        receive 0x12340, SECOND
        expect_ipc_error RECV_NO_PARTNER
        receive 0xFFFFFF40, SECOND
        expect_ipc_error RECV_NO_PARTNER
        ret

TEST 103, "an open wait with nothing pending and no time gives error 3"
        receive ANYTHREAD, ZERO
        expect_ipc_error RECV_TIMEOUT
        receive ANYLOCAL, ZERO
        expect_ipc_error RECV_TIMEOUT
        ret

TEST 104, "sending without time to a thread that does not receive gives error 2"
        thread  1, spin
        send    T(1), tag(HELLO, 0, 0), ZERO
        expect_ipc_error SEND_TIMEOUT
        ret

TEST 104, "an inactive thread is not ready, but exists"
        inactive 1
        send    T(1), tag(HELLO, 0, 0), ZERO
        expect_ipc_error SEND_TIMEOUT
        ret

TEST 119, "Lipc: sending without time to a thread that does not receive gives error 2"
        thread  1, spin
        push    dword tag(HELLO, 0, 0)
        push    dword timeouts(ZERO, NEVER)
        push    dword NIL
        push    dword T(1)
        call    do_lipc
        expect_ipc_error SEND_TIMEOUT
        ret

TEST 105, "a send with a timeout fails no earlier than that"
        thread  1, spin
        stamp   began
        send    T(1), tag(HELLO, 0, 0), ms(50)
        expect_ipc_error SEND_TIMEOUT
        elapsed began
        expect_at_least eax, 50 * 1024
        ret

TEST 106, "a receive with a timeout fails no earlier than that"
        thread  1, spin
        stamp   began
        receive T(1), ms(50)
        expect_ipc_error RECV_TIMEOUT
        elapsed began
        expect_at_least eax, 50 * 1024
        ret

TEST 107, "a pending sender is accepted by a receive without time"
        thread  1, one_word
        sleep   MOMENT
        receive ANYTHREAD, ZERO
        expect_ok
        expect  ebx, T(1)
        ret

TEST 108, "the receive timeout starts when the send is done"
        thread  1, .late
        stamp   began
        ipc     T(1), T(1), timeouts(SECOND, ms(100)), tag(HELLO, 0, 0)
        expect_ipc_error RECV_TIMEOUT
        elapsed began
        expect_at_least eax, 300 * 1024
        ret
.late:
        sleep   ms(200)
        receive T(0), NEVER
        jmp     sleep_forever

TEST 109, "a closed receive leaves other senders pending"
        thread  1, one_word
        thread  2, one_word
        sleep   MOMENT
        receive T(2)
        expect_ok
        expect  ebx, T(2)
        receive T(1), ZERO
        expect_ok
        expect  ebx, T(1)
        ret

TEST 110, "anylocalthread accepts a sender of the own space and leaves others pending"
        space   4, one_word
        sleep   MOMENT
        receive ANYLOCAL, MOMENT
        expect_ipc_error RECV_TIMEOUT
        thread  1, one_word
        receive ANYLOCAL
        expect_ok
        expect  ebx, T(1)
        receive ANYTHREAD, ZERO
        expect_ok
        expect  ebx, T(4)
        ret

TEST 111, "a reply without time always finds the caller"
        thread  1, .caller
        space   2, .caller
        mov     edi, 500
        receive ANYTHREAD
.answer:
        expect_ok
        ipc     eax, ANYTHREAD, timeouts(ZERO, SECOND), tag(HELLO, 0, 0)
        dec     edi
        jnz     .answer
        ret
.caller:
        rpc     T(0), tag(HELLO, 0, 0)
        jmp     .caller

TEST 112, "receiving from oneself sleeps, by global or local id"
        stamp   began
        receive T(0), ms(40)
        expect_ipc_error RECV_TIMEOUT
        elapsed began
        expect_at_least eax, 40 * 1024
        stamp   began
        receive [gs:0], ms(40)
        expect_ipc_error RECV_TIMEOUT
        elapsed began
        expect_at_least eax, 40 * 1024
        ret

TEST 113, "sending to oneself times out"
        stamp   began
        send    T(0), tag(HELLO, 0, 0), ms(40)
        expect_ipc_error SEND_TIMEOUT
        elapsed began
        expect_at_least eax, 40 * 1024
        send    [gs:0], tag(HELLO, 0, 0), ZERO
        expect_ipc_error SEND_TIMEOUT
        ipc     T(0), T(0), timeouts(MOMENT, SECOND), tag(HELLO, 0, 0)
        expect_ipc_error SEND_TIMEOUT
        ret

TEST 114, "a failed send does not enter the receive phase"
        thread  1, one_word
        sleep   MOMENT
        ipc     T(9), ANYTHREAD, timeouts(ZERO, ZERO), tag(HELLO, 0, 0)
        expect_ipc_error SEND_NO_PARTNER
        receive ANYTHREAD, ZERO
        expect_ok
        expect  ebx, T(1)
        ret

TEST 115, "E, X and r of the sender's tag do not arrive"
        thread  1, .sender
        receive T(1)
        expect  esi, tag(0x1111, 0, 0)
        ret
.sender:
        send    T(0), tag(0x1111, 0, 0) | TAG_E | TAG_X | TAG_R
        jmp     sleep_forever

TEST 0, "5.2: a sender that set E itself sees no failure when the send succeeds"
        thread  1, adder
        send    T(1), tag(HELLO, 0, 0) | TAG_E
        expect_ok
        ret

TEST 116, "p without the right to propagate arrives cleared"
        space   4, .sender
        space   5, agent
        receive T(4)
        expect  esi, tag(0x1111, 0, 0)
        expect  eax, T(4)
        ret
.sender:
        sleep   MOMENT                          ; until T(5) is there
        set_tcr SENDER, T(5)
        send    T(0), tag(0x1111, 0, 0) | TAG_P
        jmp     sleep_forever

TEST 117, "two pending senders are served by two open waits"
        thread  1, one_word
        thread  2, one_word
        sleep   MOMENT
        receive ANYTHREAD
        expect_ok
        mov     edi, ebx
        receive ANYTHREAD
        expect_ok
        xor     ebx, edi
        expect  ebx, T(1) ^ T(2)
        ret

TEST 118, "a successful IPC leaves ErrorCode alone"
        thread  1, adder
        receive ANYTHREAD, ZERO
        expect_ipc_error RECV_TIMEOUT
        rpc     T(1), tag(HELLO, 0, 0)
        expect_ok
        expect_error RECV_TIMEOUT
        ret

TEST 120, "X is 0 between partners on one processor"
        thread  1, adder
        rpc     T(1), tag(HELLO, 0, 0)
        expect_bits esi, TAG_X, 0
        ret

TEST 0, "1.7: more than 63 words in all are an overflow"
        thread  1, .receiver
        sleep   MOMENT
        send    T(1), tag(HELLO, 2, 63)
        expect_bits esi, TAG_E, TAG_E
        and     ecx, 15
        expect  ecx, SEND_OVERFLOW
        ret
.receiver:
        receive T(0), NEVER
        jmp     sleep_forever

TEST 0, "1.8: an item of type 7 is an overflow for both"
        thread  1, .receiver
        sleep   MOMENT
        set_item 1, 14, 0
        send    T(1), tag(HELLO, 2, 0)
        expect_bits esi, TAG_E, TAG_E
        and     ecx, 15
        expect  ecx, SEND_OVERFLOW
        receive T(1)
        expect_ok
        expect_bits ebp, TAG_E, TAG_E
        and     ebx, 15
        expect  ebx, RECV_OVERFLOW
        ret
.receiver:
        set_tcr BR0, COMPLETE
        receive T(0), NEVER
        set_mr  1, ecx
        set_mr  2, esi
        send    T(0), tag(HELLO, 0, 2)
        jmp     sleep_forever

TEST 0, "5.4: a send leaves the sender's message registers alone"
        thread  1, .receiver
        mov     ecx, FULL
        mov     eax, [gs:0]
.fill:
        mov     [eax + 4 * ecx], ecx
        loop    .fill
        send    T(1), tag(HELLO, 0, FULL)
        expect_ok
        mov     ecx, FULL
.compare:
        mov     eax, [gs:0]
        expect  [eax + 4 * ecx], ecx
        loop    .compare
        ret
.receiver:
        receive T(0), NEVER
        jmp     sleep_forever

TEST 0, "5.4: a received message leaves the buffer registers alone"
        thread  1, adder
        set_tcr BR0 - 4, 0x7777
        set_tcr BR0, 0
        rpc     T(1), tag(HELLO, 0, 1)
        expect_ok
        get_tcr eax, BR0 - 4
        expect  eax, 0x7777
        get_tcr eax, BR0
        expect  eax, 0
        ret
