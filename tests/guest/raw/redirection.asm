; SPDX-License-Identifier: MIT
; Checklist 9.6, redirection: T(4)'s space is sent to T(5)'s whatever it says to third spaces.
%include "raw.inc"

section .bss
alignb 4
target:         resd 1          ; the thread that the client calls
seen:           resd 4

section .text

; T(4) calls [target] with 0x1234 and tells T(0) in `seen` what came back: MR1, tag, sender.
client:
        set_mr  1, 0x1234
        mov     edi, [target]
        ipc     edi, edi, timeouts(SECOND, SECOND), tag(HELLO, 0, 1)
        mov     [seen + 4], esi
        mov     [seen + 8], eax
        test    esi, TAG_E
        jz      .ok
        mov     ebx, ecx
.ok:
        mov     [seen], ebx
.rest:
        sleep   NEVER
        jmp     .rest

; T(5), redirector: one message, noted in T(0)'s name by an answer to the sender.
redirector:
        receive ANYTHREAD, NEVER
        mov     edi, eax
        mov     [noted], eax
        mov     [noted + 4], esi
        mov     [noted + 8], ebx
        get_tcr eax, INTENDED
        mov     [noted + 12], eax
        set_mr  1, 0x5678
        ipc     edi, NIL, timeouts(ZERO, ZERO), tag(HELLO, 0, 1)
        jmp     redirector

; T(5), passing on: what comes goes to the thread that it was meant for, in the sender's name.
forwarder:
        receive ANYTHREAD, NEVER
        set_tcr SENDER, eax
        get_tcr edi, INTENDED
        add     ebx, 1
        set_mr  1, ebx
        ipc     edi, NIL, timeouts(SECOND, ZERO), tag(HELLO, 0, 1) | TAG_P
        jmp     forwarder

section .bss
alignb 4
noted:          resd 4          ; by the redirector: sender, tag, MR1, IntendedReceiver

section .text

%macro redirect 2.nolist               ; a thread of the space, the redirector
        spacecontrol %1, 0, [kip_page], [utcb_page], %2
        expect  eax, 1
%endmacro
; T(4), started by T(0)'s word after all is set: its code is there by then
%macro waiting_client 0.nolist
        mov     dword [noted], 0
        mov     dword [seen], 0
        space   4, late_client
%endmacro
late_client:
        receive T(0), NEVER
        jmp     client

TEST 128, "a message to a third space arrives at the redirector, with r and the intended receiver"
        mov     dword [target], T(0)
        waiting_client
        space   5, redirector
        redirect T(4), T(5)
        send    T(4), tag(HELLO, 0, 0)
        receive ANYTHREAD, MOMENT               ; nothing comes to us
        expect_ipc_error RECV_TIMEOUT
        expect  [noted], T(4)
        expect  [noted + 4], tag(HELLO, 0, 1) | TAG_R
        expect  [noted + 8], 0x1234
        expect  [noted + 12], T(0)
        expect  [seen], 0x5678                  ; the redirector's answer is accepted
        expect_bits [seen + 4], TAG_E, 0
        ret

TEST 128, "a sender that blocks reaches the redirector too"
        mov     dword [target], T(0)
        waiting_client
        space   5, .late_redirector
        redirect T(4), T(5)
        send    T(4), tag(HELLO, 0, 0)
        receive ANYTHREAD, MOMENT
        expect_ipc_error RECV_TIMEOUT
        schedule T(4)
        expect  eax, STATE_PENDING
        send    T(5), tag(HELLO, 0, 0)
        sleep   MOMENT
        expect  [noted], T(4)
        expect  [noted + 12], T(0)
        expect  [seen], 0x5678
        ret
.late_redirector:
        receive T(0), NEVER
        jmp     redirector

TEST 128, "the redirector may pass the message on in the sender's name"
        mov     dword [target], T(0)
        waiting_client
        space   5, forwarder
        redirect T(4), T(5)
        send    T(4), tag(HELLO, 0, 0)
        receive ANYTHREAD
        expect  esi, tag(HELLO, 0, 1) | TAG_P
        expect  eax, T(4)
        expect  ebx, 0x1235
        get_tcr eax, SENDER
        expect  eax, T(5)
        set_mr  1, 0x4711
        send    T(4), tag(HELLO, 0, 1), ZERO    ; its caller waits for us
        expect_ok
        sleep   MOMENT
        expect  [seen], 0x4711
        expect  [seen + 8], T(0)
        ret

TEST 129, "messages within the space are not redirected"
        mov     dword [target], T(6)
        waiting_client
        space   5, redirector
        thread_in 6, 4, redirector
        redirect T(4), T(5)
        send    T(4), tag(HELLO, 0, 0)
        sleep   MOMENT
        expect_bits [noted], 0x3F, 0            ; a local id: T(6) took it
        expect  [noted + 4], tag(HELLO, 0, 1)
        expect  [seen], 0x5678
        ret

TEST 129, "messages to the redirector's space are not redirected"
        mov     dword [target], T(6)
        waiting_client
        space   5, agent
        thread_in 6, 5, redirector
        redirect T(4), T(5)
        send    T(4), tag(HELLO, 0, 0)
        sleep   MOMENT
        expect  [noted], T(4)
        expect  [noted + 4], tag(HELLO, 0, 1)
        expect  [seen], 0x5678
        expect  [seen + 8], T(6)
        mov     dword [target], T(5)
        ret

TEST 129, "messages from others to a redirected space are delivered"
        space   4, agent
        space   5, agent
        redirect T(4), T(5)
        send    T(4), tag(HELLO, 0, 0)
        expect_ok
        ret

TEST 130, "anythread restores direct delivery, nil leaves it as it is"
        mov     dword [target], T(0)
        waiting_client
        space   5, redirector
        redirect T(4), T(5)
        redirect T(4), NIL                      ; still redirected
        send    T(4), tag(HELLO, 0, 0)
        receive ANYTHREAD, MOMENT
        expect_ipc_error RECV_TIMEOUT
        expect  [noted], T(4)
        threadcontrol T(4), NIL, NIL, NIL, -1
        waiting_client
        redirect T(4), T(5)
        redirect T(4), ANYTHREAD
        redirect T(4), NIL                      ; still direct
        send    T(4), tag(HELLO, 0, 0)
        receive T(4)
        expect  esi, tag(HELLO, 0, 1)
        expect  ebx, 0x1234
        expect  [noted], 0
        ret

TEST 0, "5.8: of a chain of redirectors the nearest gets the message"
        mov     dword [target], T(0)
        waiting_client
        space   5, redirector
        space   6, agent
        redirect T(5), T(6)
        redirect T(4), T(5)
        send    T(4), tag(HELLO, 0, 0)
        sleep   MOMENT
        expect  [noted], T(4)
        expect  [noted + 4], tag(HELLO, 0, 1) | TAG_R
        expect  [noted + 12], T(0)
        ret

TEST 0, "5.8: redirectors in a circle hang nobody but the sender"
        mov     dword [target], T(0)
        waiting_client
        space   5, agent
        redirect T(4), T(5)
        redirect T(5), T(4)
        send    T(4), tag(HELLO, 0, 0)
        receive ANYTHREAD, MOMENT               ; whatever becomes of it
        sleep   MOMENT
        thread  1, .other                       ; the kernel is alive
        receive T(1)
        expect_ok
        ret
.other:
        send    T(0), tag(HELLO, 0, 0)
        jmp     sleep_forever

TEST 0, "5.8: a sender whose redirector is gone blocks"
        mov     dword [target], T(0)
        waiting_client
        space   5, redirector
        redirect T(4), T(5)
        threadcontrol T(5), NIL, NIL, NIL, -1
        expect  eax, 1
        send    T(4), tag(HELLO, 0, 0)
        receive ANYTHREAD, MOMENT
        expect_ipc_error RECV_TIMEOUT
        expect  [seen], 0                       ; no error yet
        sleep   period(600, 11)
        expect  [seen], SEND_TIMEOUT
        ret

TEST 0, "5.8: page faults of a redirected space go to the redirector"
        space   4, agent
        space   5, .pager
        redirect T(4), T(5)
        set_mr  1, peek
        set_mr  2, NOWHERE + 0x18
        send    T(4), tag(ORDER, 0, 2)
        expect_ok
        receive ANYTHREAD, MOMENT
        expect_ipc_error RECV_TIMEOUT
        expect  [noted], T(4)
        expect_bits [noted + 4], 0xFFF8FFFF, tag(LABEL_FAULT, 0, 2) | TAG_R
        expect  [noted + 8], NOWHERE + 0x18
        expect  [noted + 12], T(0)
        ret
.pager:
        receive ANYTHREAD, NEVER
        mov     [noted], eax
        mov     [noted + 4], esi
        mov     [noted + 8], ebx
        get_tcr eax, INTENDED
        mov     [noted + 12], eax
        jmp     sleep_forever
