; SPDX-License-Identifier: MIT
; Checklist 9.6, as far as propagation goes.
%include "raw.inc"

section .bss
alignb 4
virtual:        resd 1          ; the thread that .propagate names
section .text

; Sends a propagated message to T(0) in the name of [virtual].
propagate:
        set_tcr SENDER, [virtual]
        set_mr  1, 0xABCD
        send    T(0), tag(HELLO, 0, 1) | TAG_P, NEVER
        jmp     sleep_forever

TEST 121, "within a space the receiver sees the virtual sender, p, and the actual sender"
        mov     dword [virtual], T(2)
        inactive 2
        active  2
        thread  1, propagate
        receive ANYTHREAD
        expect  esi, tag(HELLO, 0, 1) | TAG_P
        expect  ebx, 0xABCD
        local_of ecx, 2
        expect  eax, ecx
        get_tcr eax, SENDER
        expect  eax, T(1)                       ; a global id: programs compare it
        ret

TEST 122, "sender and receiver in one space may name a virtual sender elsewhere"
        mov     dword [virtual], T(4)
        space   4, agent
        thread  1, propagate
        receive ANYTHREAD
        expect  esi, tag(HELLO, 0, 1) | TAG_P
        expect  eax, T(4)
        ret

TEST 123, "from a third space the message comes from the real sender"
        mov     dword [virtual], T(5)
        space   5, agent
        space   4, propagate
        receive ANYTHREAD
        expect  esi, tag(HELLO, 0, 1)
        expect  eax, T(4)
        ret

TEST 124, "a virtual sender that waits for the propagator gets the receiver's direct reply"
        mov     dword [virtual], T(2)
        thread  2, .client
        thread  1, .router
        receive T(2)
        expect  esi, tag(HELLO, 0, 1) | TAG_P
        set_mr  1, 0x4711
        send    T(2), tag(HELLO, 0, 1), ZERO
        expect_ok
        receive T(2)                            ; what it got
        expect_ok
        expect  ebx, 0x4711
        ret
.client:
        rpc     T(1), tag(HELLO, 0, 0)
        set_mr  1, ebx
        send    T(0), tag(HELLO, 0, 1)
        jmp     sleep_forever
.router:
        receive T(2), NEVER
        jmp     propagate

TEST 125, "a virtual sender that waits for somebody else is not retargeted"
        mov     dword [virtual], T(2)
        thread  3, sleep_forever
        thread  2, .waits_for_other
        thread  1, propagate
        sleep   MOMENT
        receive T(2)
        expect  esi, tag(HELLO, 0, 1) | TAG_P
        send    T(2), tag(HELLO, 0, 1), ZERO
        expect_ipc_error SEND_TIMEOUT
        ret
.waits_for_other:
        receive T(3), NEVER
        jmp     sleep_forever

TEST 126, "a closed wait for the virtual sender accepts the propagated message"
        mov     dword [virtual], T(2)
        active  2
        thread  1, propagate
        local_of eax, 2
        receive eax
        expect  esi, tag(HELLO, 0, 1) | TAG_P
        ret

TEST 127, "a closed wait for the propagator accepts it too, or leaves it pending"
        mov     dword [virtual], T(2)
        active  2
        thread  1, propagate
        receive T(1), MOMENT
        test    esi, TAG_E
        jz      .accepted
        receive T(2)
.accepted:
        expect  esi, tag(HELLO, 0, 1) | TAG_P
        ret

TEST 0, "5.7: a virtual sender that does not exist is not granted"
        mov     dword [virtual], T(9)
        thread  1, propagate
        receive ANYTHREAD
        expect  esi, tag(HELLO, 0, 1)
        local_of ecx, 1
        expect  eax, ecx
        ret

TEST 0, "5.3: a call finds a propagated message that is pending in its partner's name"
        thread  1, .client
        mov     dword [virtual], T(3)
        active  3
        start   3, .server                      ; waits for anybody
        sleep   MOMENT
        thread  2, .propagates_to_client        ; in the name of T(3)
        sleep   MOMENT
        send    T(1), tag(HELLO, 0, 0)          ; now the client calls T(3)
        receive T(1)
        expect_ok
        ; and gets what was pending; T(3) itself never answers
        expect  ebx, 0xABCD
        ret
.client:
        receive T(0), NEVER
        ipc     T(3), T(3), timeouts(NEVER, NEVER), tag(HELLO, 0, 0)
        set_mr  1, ebx
        send    T(0), tag(HELLO, 0, 1)
        jmp     sleep_forever
.server:
        receive ANYTHREAD, NEVER
        jmp     sleep_forever
.propagates_to_client:
        set_tcr SENDER, T(3)
        set_mr  1, 0xABCD
        send    T(1), tag(HELLO, 0, 1) | TAG_P, NEVER
        jmp     sleep_forever
