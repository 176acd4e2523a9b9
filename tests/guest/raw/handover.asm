; SPDX-License-Identifier: MIT
; Calls between two threads that both wait for ever, which a kernel will make short: whatever
; happens to one of them meanwhile must end as on the long way.  T(1) calls, T(0) has taken its
; message and does something to it.
%include "raw.inc"

section .bss
alignb 4
seen:           resd 4

section .text

; T(1) calls T(0) with this tag and says in its next message how that ended: MR1 ErrorCode, MR2 tag.
%macro begin_call 2             ; thread or space, tag
        %1      1, caller
        mov     dword [seen], 0
        receive T(1), NEVER
        expect  esi, tag(HELLO, 0, 2)
%endmacro
caller:
        set_mr  1, 0x111
        set_mr  2, 0x222
        ipc     T(0), T(0), timeouts(NEVER, NEVER), tag(HELLO, 0, 2)
        mov     edi, ecx
        get_mr  eax, 1
        cmp     eax, ebx
        jne     $
        get_mr  eax, 2
        cmp     eax, ebp
        jne     $
        set_mr  1, edi
        set_mr  2, esi
        ipc     T(0), T(0), timeouts(NEVER, NEVER), tag(HELLO + 1, 0, 2)
        jmp     sleep_forever
%macro expect_outcome 1         ; ErrorCode
        receive T(1)
        expect_ok
        expect_bits ebp, TAG_E, TAG_E
        expect  ebx, %1
%endmacro

TEST 0, "handover: a caller's wait can be cancelled"
        begin_call space, 0
        exregs  T(1), EX_RECEIVE
        test    eax, eax
        jnz     .allowed
        skip    "no pagerexregs"
.allowed:
        expect_outcome RECV_CANCELLED
        ret

TEST 0, "handover: a caller in the same space can be cancelled too"
        begin_call thread, 0
        exregs  T(1), EX_RECEIVE | EX_DELIVER
        expect_bits ecx, 7, EX_RECEIVE
        expect_outcome RECV_CANCELLED
        ret

TEST 0, "handover: Schedule and ExchangeRegisters see a caller waiting"
        begin_call thread, 0
        schedule T(1)
        expect  eax, STATE_WAITING
        exregs  T(1), EX_DELIVER
        expect_bits ecx, 7, EX_RECEIVE
        ret

TEST 0, "handover: a caller's new version cancels its wait"
        begin_call thread, 0
        threadcontrol T(1) + 2, T(0), NIL, NIL, -1
        expect  eax, 1
        receive T(1) + 2
        expect_ok
        expect  ebx, RECV_CANCELLED
        ret

TEST 0, "handover: a caller can be deleted and its number used again"
        begin_call thread, 0
        threadcontrol T(1), NIL, NIL, NIL, -1
        expect  eax, 1
        thread  1, caller
        receive T(1), NEVER
        expect  esi, tag(HELLO, 0, 2)
        send    T(1), tag(HELLO, 0, 0), ZERO
        expect_ok
        receive T(1), NEVER
        expect  esi, tag(HELLO + 1, 0, 2)
        threadcontrol T(1), NIL, NIL, NIL, -1
        space   1, caller
        receive T(1), NEVER
        threadcontrol T(1), NIL, NIL, NIL, -1
        expect  eax, 1
        ret

TEST 0, "handover: a halted caller is not answered until it is resumed"
        begin_call thread, 0
        exregs  T(1), EX_HALT | EX_H
        ipc     T(1), T(1), timeouts(ZERO, NEVER), tag(HELLO, 0, 0)
        expect_ipc_error SEND_TIMEOUT
        exregs  T(1), EX_H
        ipc     T(1), T(1), timeouts(ZERO, NEVER), tag(HELLO, 0, 0)
        expect  esi, tag(HELLO + 1, 0, 2)
        ret

TEST 0, "handover: a caller goes on at the IP and SP it is given while it waits"
        begin_call thread, 0
        exregs  T(1), EX_IP | EX_SP, stack_top(1) - 512, .there
        ipc     T(1), T(1), timeouts(NEVER, NEVER), tag(HELLO, 0, 0)
        expect  [seen], stack_top(1) - 512
        ret
.there:
        mov     [seen], esp
        rpc     T(0), tag(HELLO, 0, 0)
        jmp     $

TEST 0, "handover: flags given to a waiting caller are there when it goes on"
        begin_call thread, 0
        exregs  T(1), EX_IP | EX_FLAGS, 0, .there, 0x8D5
        ipc     T(1), T(1), timeouts(NEVER, NEVER), tag(HELLO, 0, 0)
        expect_bits ebx, 0xAD5, 0xAD5
        ret
.there:
        pushfd
        pop     eax
        set_mr  1, eax
        ipc     T(0), T(0), timeouts(NEVER, NEVER), tag(HELLO, 0, 1)
        jmp     $

TEST 0, "handover: a caller can be sent a page"
        mov     dword [page(2)], 0x5678
        space   1, .caller
        receive T(1), NEVER
        set_item 1, MAP | NOWHERE, fpage(page(2), 12, RWX)
        ipc     T(1), T(1), timeouts(NEVER, NEVER), tag(HELLO, 2, 0)
        expect  ebx, 0x5678
        ret
.caller:
        set_tcr BR0, COMPLETE
        ipc     T(0), T(0), timeouts(NEVER, NEVER), tag(HELLO, 0, 0)
        mov     eax, [NOWHERE]
        set_mr  1, eax
        ipc     T(0), T(0), timeouts(NEVER, NEVER), tag(HELLO, 0, 1)
        jmp     $

TEST 0, "handover: a server that waits for anybody takes those that queued meanwhile"
        thread  1, .client
        thread  2, .client
        thread  3, .client
        sleep   MOMENT
        receive ANYTHREAD, NEVER
        mov     edi, 300
.next:
        ipc     eax, ANYTHREAD, timeouts(ZERO, NEVER), tag(HELLO, 0, 0)
        expect_ok
        dec     edi
        jnz     .next
        sleep   ms(50)
        expect_not [seen], 0
        expect_not [seen + 4], 0
        expect_not [seen + 8], 0
        ret
.client:
        get_tcr eax, MY_GLOBAL_ID
        shr     eax, 14
        sub     eax, FIRST_NUMBER + 1
        lea     eax, [seen + 4 * eax]
        mov     dword [eax], 0
        push    eax
.call:
        ipc     T(0), T(0), timeouts(NEVER, NEVER), tag(HELLO, 0, 0)
        mov     eax, [esp]
        inc     dword [eax]
        jmp     .call

TEST 0, "handover: an interrupt of the clock finds either of two that play ping-pong"
        mov     dword [seen], 0
        thread  1, .ping
        thread  2, .pong
        sleep   ms(300)
        expect_at_least [seen], 100             ; walkers at each exit: some hundred rounds
        mov     edi, [seen]
        sleep   MOMENT
        expect_not [seen], edi
        ret
.ping:
        ipc     T(2), T(2), timeouts(NEVER, NEVER), tag(HELLO, 0, 0)
        test    esi, TAG_E
        jnz     $
        inc     dword [seen]
        jmp     .ping
.pong:
        receive ANYTHREAD, NEVER
.again:
        ipc     eax, ANYTHREAD, timeouts(ZERO, NEVER), tag(HELLO, 0, 1)
        test    esi, TAG_E
        jz      .again
        jmp     $

TEST 0, "handover: FPU registers survive calls"
        fninit
        fldpi
        space   1, .server
        mov     edi, 50
.next:
        ipc     T(1), T(1), timeouts(SECOND, NEVER), tag(HELLO, 0, 0)
        expect_ok
        fld     st0
        fldpi
        fcompp
        fnstsw  ax
        expect_bits eax, 0x4500, 0x4000         ; equal
        dec     edi
        jnz     .next
        ret
.server:
        fninit
        fldz
        receive ANYTHREAD, NEVER
.serve:
        fld1
        faddp   st1, st0
        ipc     eax, ANYTHREAD, timeouts(ZERO, NEVER), tag(HELLO, 0, 0)
        jmp     .serve

TEST 0, "handover: a call to a partner whose wait is for somebody else stays pending"
        thread  2, spin
        thread  1, .server
        sleep   MOMENT
        ipc     T(1), T(1), timeouts(ms(20), NEVER), tag(HELLO, 0, 0)
        expect_ipc_error SEND_TIMEOUT
        ret
.server:
        receive T(2), NEVER
        jmp     sleep_forever

TEST 0, "handover: a reply-and-wait to oneself or to nobody does not wait"
        ipc     T(0), ANYTHREAD, timeouts(ZERO, NEVER), tag(HELLO, 0, 0)
        expect_ipc_error SEND_TIMEOUT
        ipc     T(9), ANYTHREAD, timeouts(ZERO, NEVER), tag(HELLO, 0, 0)
        expect_ipc_error SEND_NO_PARTNER
        ipc     thread_id(0x3FFFF, 5), ANYTHREAD, timeouts(ZERO, NEVER), tag(HELLO, 0, 0)
        expect_ipc_error SEND_NO_PARTNER
        ipc     thread_id(3, 1), ANYTHREAD, timeouts(ZERO, NEVER), tag(HELLO, 0, 0)
        expect_bits esi, TAG_E, TAG_E
        ret

TEST 0, "handover: a caller goes on with the flags of its call, not of an older entry"
        space   1, .caller
        receive T(1), NEVER
        send    T(1), tag(HELLO, 0, 0)          ; not a call: the long way back
        expect_ok
        receive T(1)
        expect  ebx, 0
        ret
.caller:
        mov     eax, T(9)
        push    dword 0x602                     ; DF
        popfd
        call    [link_threadswitch]             ; an entry with DF set
        push    dword 0x202
        popfd
        ipc     T(0), T(0), timeouts(NEVER, NEVER), tag(HELLO, 0, 0)
        pushfd
        pop     eax
        cld
        and     eax, 0x400
        set_mr  1, eax
        send    T(0), tag(HELLO, 0, 1)
        jmp     sleep_forever

TEST 0, "handover: a caller with a broken segment register waits for ever all the same"
        thread  1, .caller
        receive T(1), NEVER
        sleep   MOMENT
        ipc     T(1), T(1), timeouts(ZERO, NEVER), tag(HELLO, 0, 0)
        expect  esi, tag(HELLO, 0, 1)
        expect  ebx, 0                          ; its call did not fail
        ret
.caller:
        xor     eax, eax
        mov     es, ax
        ipc     T(0), T(0), timeouts(NEVER, NEVER), tag(HELLO, 0, 0)
        and     esi, TAG_E
        set_mr  1, esi
        send    T(0), tag(HELLO, 0, 1)
        jmp     sleep_forever
