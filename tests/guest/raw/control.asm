; SPDX-License-Identifier: MIT
; Checklist 9.4: ThreadControl and SpaceControl.
%include "raw.inc"

section .bss
alignb 4
seen:           resd 4

section .text

TEST 54, "ThreadControl from an unprivileged space gives 0 and error 1"
        space   4, agent
        order   4, .try, 0
        expect_answer NO_PRIVILEGE
        ret
.try:
        threadcontrol T(9), T(4), T(4), NIL, -1
refused:                                        ; eax result -> ErrorCode, or -1 when it was granted
        test    eax, eax
        mov     eax, -1
        jnz     .end
        get_tcr eax, ERROR_CODE
.end:
        ret

TEST 55, "SpaceControl from an unprivileged space gives 0 and error 1"
        space   4, agent
        order   4, .try, 0
        expect_answer NO_PRIVILEGE
        ret
.try:
        spacecontrol T(4), 0, [kip_page], [utcb_page]
        jmp     refused

TEST 55, "MemoryControl from an unprivileged space gives 0 and error 1"
        space   4, agent
        order   4, .try, 0
        expect_answer NO_PRIVILEGE
        ret
.try:
        xor     eax, eax
        xor     ecx, ecx
        mov     esi, fpage(IMAGE, 12, 0)
        call    do_memorycontrol
        jmp     refused

TEST 55, "ProcessorControl from an unprivileged space gives 0 and error 1"
        space   4, agent
        order   4, .try, 0
        expect_answer NO_PRIVILEGE
        ret
.try:
        call    do_processorcontrol
        jmp     refused

TEST 56, "an inactive thread can be created and never runs"
        inactive 1
        schedule T(1)
        expect_at_least eax, STATE_DEAD
        expect_below eax, STATE_RUNNING
        ret

TEST 57, "a local id as dest gives error 2"
        local_of ecx, 1
        threadcontrol ecx, T(0), T(0), NIL, -1
        expect  eax, 0
        expect_error BAD_THREAD
        ret

TEST 58, "a number of the kernel's range gives error 2"
        mov     ecx, [user_base]
        dec     ecx
        shl     ecx, 14
        or      ecx, 5
        threadcontrol ecx, T(0), T(0), NIL, -1
        expect  eax, 0
        expect_error BAD_THREAD
        mov     ecx, [system_base]
        shl     ecx, 14
        or      ecx, 1
        threadcontrol ecx, T(0), T(0), NIL, -1
        expect  eax, 0
        expect_error BAD_THREAD
        ret

TEST 58, "an interrupt's number with another version gives error 2"
        threadcontrol thread_id(5, 2), T(0), T(0), NIL, -1
        expect  eax, 0
        expect_error BAD_THREAD
        ret

TEST 59, "creating without a scheduler gives error 4"
        threadcontrol T(1), T(0), NIL, NIL, -1
        expect  eax, 0
        expect_error BAD_SCHEDULER
        ret

TEST 60, "creating in the space of a thread that does not exist gives error 3"
        threadcontrol T(1), T(9), T(0), NIL, -1
        expect  eax, 0
        expect_error BAD_SPACE
        ret

TEST 61, "creating an active thread in a fresh space gives error 3"
        utcb_of eax, 1
        threadcontrol T(1), T(1), T(0), T(0), eax
        expect  eax, 0
        expect_error BAD_SPACE
        schedule T(1)                           ; and nothing is left of it
        expect_below eax, STATE_INACTIVE
        ret

TEST 62, "activating a thread in a space without areas fails"
        threadcontrol T(1), T(1), T(0), NIL, -1
        expect  eax, 1
        utcb_of eax, 1
        threadcontrol T(1), T(1), NIL, T(0), eax
        expect  eax, 0
        get_tcr eax, ERROR_CODE
        cmp     eax, BAD_UTCB
        je      .end
        expect  eax, BAD_SPACE
.end:
        ret

TEST 63, "activating with a UTCB outside the area gives error 6"
        space   4, agent
        utcb_of eax, 31                         ; one block behind the 16 KB of the area
        threadcontrol T(1), T(4), T(0), T(0), eax
        expect  eax, 0
        expect_error BAD_UTCB
        threadcontrol T(1), T(4), T(0), T(0), IMAGE
        expect  eax, 0
        expect_error BAD_UTCB
        threadcontrol T(1), T(4), T(0), T(0), -512
        expect  eax, 0
        expect_error BAD_UTCB
        ret

TEST 63, "activating without a UTCB gives error 6"
        inactive 1
        threadcontrol T(1), T(0), T(0), T(0), -1
        expect  eax, 0
        expect_error BAD_UTCB
        ret

TEST 0, "4.3: creating with a pager but no place for a UTCB makes an inactive thread, in a new space too"
        threadcontrol T(1), T(0), T(0), T(0), -1
        expect  eax, 1
        exregs  T(1), 0
        expect  eax, 0
        active  1
        exregs  T(1), 0
        local_of ecx, 1
        expect  eax, ecx
        threadcontrol T(4), T(4), T(0), T(0), -1
        expect  eax, 1
        spacecontrol T(4), 0, [kip_page], [utcb_page]
        expect  eax, 1
        active  4, T(4)
        ret

TEST 0, "4.3: an interrupt is nobody's scheduler"
        threadcontrol T(1), T(0), thread_id(5, 1), NIL, -1
        expect  eax, 0
        expect_error BAD_SCHEDULER
        inactive 1
        threadcontrol T(1), T(0), thread_id(5, 1), NIL, -1
        expect  eax, 0
        expect_error BAD_SCHEDULER
        ret

TEST 64, "activating with a misaligned UTCB gives error 6"
        utcb_of eax, 1
        add     eax, 256
        threadcontrol T(1), T(0), T(0), T(0), eax
        expect  eax, 0
        expect_error BAD_UTCB
        ret

TEST 64, "activating with another thread's UTCB gives error 6"
        active  1
        utcb_of eax, 1
        threadcontrol T(2), T(0), T(0), T(0), eax
        expect  eax, 0
        expect_error BAD_UTCB
        ret

TEST 65, "moving the UTCB of an active thread gives error 6"
        active  1
        utcb_of eax, 2
        threadcontrol T(1), T(0), NIL, NIL, eax
        expect  eax, 0
        expect_error BAD_UTCB
        exregs  T(1), 0
        local_of ecx, 1
        expect  eax, ecx
        ret

TEST 66, "an inactive thread's UTCB location can be set before it is activated"
        inactive 1
        utcb_of eax, 9
        threadcontrol T(1), T(0), NIL, NIL, eax
        expect  eax, 1
        threadcontrol T(1), T(0), NIL, T(0), -1
        expect  eax, 1
        exregs  T(1), 0
        local_of ecx, 9
        expect  eax, ecx
        ret

TEST 67, "a space made in three steps starts at the IP and SP of the start message"
        space   4, .child
        receive T(4)
        expect_ok
        expect  ebx, stack_top(4)
        expect  eax, T(4)
        ret
.child:
        mov     eax, esp
        set_mr  1, eax
        send    T(0), tag(HELLO, 0, 1)
        jmp     sleep_forever

TEST 68, "a thread that is its own pager is started by ExchangeRegisters"
        utcb_of eax, 1
        threadcontrol T(1), T(0), T(0), T(1), eax
        expect  eax, 1
        sleep   MOMENT
        mov     dword [seen], 0
        exregs  T(1), 0x11E, stack_top(1), .there
        expect_not eax, NIL
        sleep   MOMENT
        expect  [seen], stack_top(1)
        local_of eax, 1
        expect  [eax + PAGER], T(1)
        ret
.there:
        mov     [seen], esp
        jmp     sleep_forever

TEST 69, "a new thread's id, pager and processor registers are right, its handler is nil"
        active  1
        local_of edi, 1
        expect  [edi + MY_GLOBAL_ID], T(1)
        expect  [edi + PAGER], T(0)
        expect  [edi + HANDLER], NIL
        expect  [edi + BR0], 0
        get_tcr eax, PROCESSOR_NO
        expect  [edi + PROCESSOR_NO], eax
        ret

TEST 70, "modifying with everything unchanged returns 1 and changes nothing"
        thread  1, spin
        threadcontrol T(1), T(0), NIL, NIL, -1
        expect  eax, 1
        local_of edi, 1
        expect  [edi + MY_GLOBAL_ID], T(1)
        expect  [edi + PAGER], T(0)
        mov     edi, [counter]
        sleep   MOMENT
        expect_not [counter], edi
        ret

TEST 71, "a pager set by ThreadControl is seen in the Pager register"
        active  1
        threadcontrol T(1), T(0), NIL, T(2), -1
        expect  eax, 1
        local_of edi, 1
        expect  [edi + PAGER], T(2)
        ret

TEST 72, "after a change of version the new id works and the old one does not exist"
        thread  1, .child
        sleep   MOMENT
        threadcontrol T(1) + 2, T(0), NIL, NIL, -1
        expect  eax, 1
        local_of edi, 1
        expect  [edi + MY_GLOBAL_ID], T(1) + 2
        send    T(1), tag(HELLO, 0, 0)
        expect_ipc_error SEND_NO_PARTNER
        sleep   MOMENT
        send    T(1) + 2, tag(HELLO, 0, 0)
        expect_ok
        ret
.child:
        receive T(0), NEVER
        jmp     .child

TEST 73, "a change of version cancels the thread's own IPC"
        thread  1, .child
        sleep   MOMENT
        threadcontrol T(1) + 2, T(0), NIL, NIL, -1
        expect  eax, 1
        receive T(1) + 2
        expect_ok
        expect_bits ebp, TAG_E, TAG_E
        expect  ebx, RECV_CANCELLED
        ret
.child:
        receive T(0), NEVER
tell_result:                                    ; MR1 ErrorCode, MR2 tag of the IPC that ended
        set_mr  1, ecx
        set_mr  2, esi
        send    T(0), tag(HELLO, 0, 2)
        jmp     sleep_forever

TEST 74, "a thread that waits for or sends to an id whose version changes gets error 2"
        thread  1, spin
        thread  2, waiter
        thread  3, sender
        sleep   MOMENT
        threadcontrol T(1) + 2, T(0), NIL, NIL, -1
        expect  eax, 1
        jmp     expect_both_fail
waiter:
        receive T(1), NEVER
        jmp     tell_result
sender:
        send    T(1), tag(HELLO, 0, 0), NEVER
        jmp     tell_result
expect_both_fail:
        receive T(2)
        expect_ok
        expect  ebx, RECV_NO_PARTNER
        receive T(3)
        expect_ok
        expect  ebx, SEND_NO_PARTNER
        ret

TEST 75, "sending to a deleted thread gives error 2"
        thread  1, spin
        threadcontrol T(1), NIL, NIL, NIL, -1
        expect  eax, 1
        send    T(1), tag(HELLO, 0, 0)
        expect_ipc_error SEND_NO_PARTNER
        ret

TEST 76, "a thread that waits for or sends to a deleted thread gets error 2"
        thread  1, spin
        thread  2, waiter
        thread  3, sender
        sleep   MOMENT
        threadcontrol T(1), NIL, NIL, NIL, -1
        expect  eax, 1
        jmp     expect_both_fail

TEST 76, "a thread that waits for a deleted one of another space gets error 2"
        space   4, agent
        thread  2, .waiter
        sleep   MOMENT
        threadcontrol T(4), NIL, NIL, NIL, -1
        expect  eax, 1
        receive T(2)
        expect_ok
        expect  ebx, RECV_NO_PARTNER
        ret
.waiter:
        receive T(4), NEVER
        jmp     tell_result

TEST 77, "deleting a thread that does not exist returns 1"
        threadcontrol T(9), NIL, NIL, NIL, -1
        expect  eax, 1
        ret

TEST 78, "a number is reusable with another version, and the stale id fails"
        active  1
        threadcontrol T(1), NIL, NIL, NIL, -1
        expect  eax, 1
        utcb_of eax, 1
        threadcontrol T(1) + 4, T(0), T(0), T(0), eax
        expect  eax, 1
        exregs  T(1) + 4, 0
        local_of ecx, 1
        expect  eax, ecx
        send    T(1), tag(HELLO, 0, 0)
        expect_ipc_error SEND_NO_PARTNER
        ret

TEST 79, "deleting the last thread of a space takes back what it had mapped on"
        space   4, agent
        space   5, agent
        set_item 3, MAP | NOWHERE, fpage(page(0), 12, RWX)
        order   4, peek, NOWHERE, 1
        expect_answer [page(0)]
        mov     dword [gift_to], T(5)
        mov     dword [gift_base], MAP | NOWHERE
        mov     dword [gift_page], fpage(NOWHERE, 12, RWX)
        order   4, give, 0
        order   5, peek, NOWHERE
        expect_answer [page(0)]
        threadcontrol T(4), NIL, NIL, NIL, -1
        expect  eax, 1
        order   5, peek, NOWHERE
        expect_fault 0, NOWHERE
        ret

TEST 80, "SpaceControl of a space that does not exist gives error 3"
        spacecontrol T(9), 0, [kip_page], [utcb_page]
        expect  eax, 0
        expect_error BAD_SPACE
        local_of eax, 0
        spacecontrol eax, 0, [kip_page], [utcb_page]
        expect  eax, 0
        expect_error BAD_SPACE
        ret

TEST 81, "SpaceControl with a UTCB area below the minimum gives error 6"
        call    fresh_space
        spacecontrol T(1), 0, [kip_page], fpage(0xB0000000, 11, 0)
        expect  eax, 0
        expect_error BAD_UTCB
        spacecontrol T(1), 0, [kip_page], NIL
        expect  eax, 0
        expect_error BAD_UTCB
        ret

TEST 82, "SpaceControl with a UTCB area outside user memory gives error 6"
        call    fresh_space
        spacecontrol T(1), 0, [kip_page], fpage(0xF0000000, 16, 0)
        expect  eax, 0
        expect_error BAD_UTCB
        spacecontrol T(1), 0, [kip_page], fpage(0x80000000, 31, 0)
        expect  eax, 0
        expect_error BAD_UTCB
        ret

TEST 83, "SpaceControl with a bad KIP area gives error 7"
        call    fresh_space
        spacecontrol T(1), 0, fpage(0xA0000000, 11, 0), [utcb_page]
        expect  eax, 0
        expect_error BAD_KIP
        spacecontrol T(1), 0, fpage(0xF0000000, 12, 0), [utcb_page]
        expect  eax, 0
        expect_error BAD_KIP
        mov     eax, [utcb_area]
        or      eax, 12 << 4                    ; inside the UTCB area
        spacecontrol T(1), 0, eax, [utcb_page]
        expect  eax, 0
        expect_error BAD_KIP
        ret
fresh_space:
        threadcontrol T(1), T(1), T(0), NIL, -1
        expect  eax, 1
        ret

TEST 0, "4.9: the areas of a space are set once, also while it has no active thread"
        call    fresh_space
        spacecontrol T(1), 0, [kip_page], [utcb_page]
        expect  eax, 1
        spacecontrol T(1), 0, fpage(0xA0000000, 12, 0), fpage(0xA1000000, 14, 0)
        expect  eax, 1                          ; succeeds without effect,
        spacecontrol T(1), 0, fpage(0xF0000000, 12, 0), fpage(0xA1000000, 4, 0)
        expect  eax, 1                          ; whatever it says
        threadcontrol T(1), T(1), NIL, T(0), 0xA1000000
        expect  eax, 0
        expect_error BAD_UTCB
        active  1, T(1)
        ret

TEST 84, "SpaceControl does not move the areas of a space with active threads"
        space   4, agent
        spacecontrol T(4), 0, fpage(0xA0000000, 12, 0), fpage(0xA1000000, 14, 0)
        order   4, .look, 0
        expect_answer [kip]
        order   4, .own, 0
        local_of eax, 4
        expect  ebx, eax
        thread_in 5, 4, agent                   ; another UTCB lies in the old area, too
        order   5, .own, 0
        local_of eax, 5
        expect  ebx, eax
        order   4, peek, 0xA0000000
        expect_fault 0, 0xA0000000
        ret
.look:
        kernel_interface
        ret
.own:
        mov     eax, [gs:0]
        ret

TEST 85, "control 0 is accepted and the old control is 0"
        call    fresh_space
        spacecontrol T(1), 0, [kip_page], [utcb_page]
        expect  eax, 1
        expect  ecx, 0
        ret

TEST 86, "as many threads can be active in a space as its UTCB area has blocks"
        mov     eax, [utcb_area]
        or      eax, 12 << 4                    ; 4 KB: eight blocks
        threadcontrol T(16), T(16), T(0), NIL, -1
        expect  eax, 1
        mov     eax, [utcb_area]
        or      eax, 12 << 4
        spacecontrol T(16), 0, [kip_page], eax
        expect  eax, 1
        mov     edi, [utcb_area]
        mov     ebx, T(16)
.next:
        threadcontrol ebx, T(16), T(0), T(0), edi
        expect  eax, 1
        add     ebx, 1 << 14
        add     edi, UTCB_SIZE
        test    edi, 0xFFF
        jnz     .next
        expect  ebx, T(24)
        threadcontrol ebx, T(16), T(0), T(0), edi
        expect  eax, 0
        expect_error BAD_UTCB
        ret

TEST 0, "4.3: a thread may delete itself"
        thread  1, .child
        sleep   MOMENT
        send    T(1), tag(HELLO, 0, 0)
        expect_ipc_error SEND_NO_PARTNER
        ret
.child:
        threadcontrol T(1), NIL, NIL, NIL, -1
        jmp     $

TEST 0, "4.3: a version whose low six bits are zero is refused"
        threadcontrol thread_id(FIRST_NUMBER + 1, 64), T(0), T(0), NIL, -1
        expect  eax, 0
        expect_error BAD_THREAD
        ret

TEST 0, "4.3: a refused modification leaves the version alone"
        active  1
        utcb_of eax, 2
        threadcontrol T(1) + 2, T(0), NIL, NIL, eax
        expect  eax, 0
        local_of edi, 1
        expect  [edi + MY_GLOBAL_ID], T(1)
        exregs  T(1), 0
        local_of ecx, 1
        expect  eax, ecx
        ret

TEST 0, "4.9: user memory beyond a space's areas is not eaten by them"
        space   4, agent
        mov     eax, [utcb_area]
        sub     eax, 4096
        mov     edi, eax
        order   4, peek, edi
        expect_fault 0, edi
        ret

TEST 0, "4.3: a send to an inactive thread fails when another version is activated"
        inactive 1
        thread  2, .sender
        sleep   MOMENT
        utcb_of eax, 1
        threadcontrol T(1) + 2, T(0), NIL, T(0), eax
        expect  eax, 1
        receive T(2)
        expect_ok
        expect  ebx, SEND_NO_PARTNER
        ret
.sender:
        send    T(1), tag(HELLO, 0, 0), NEVER
        jmp     tell_result

TEST 0, "4.3: a sender to an inactive thread is served when it runs and receives"
        inactive 1
        thread  2, .sender
        sleep   MOMENT
        active  1
        start   1, .receiver
        receive T(1)
        expect_ok
        expect  ebx, 0x1234
        ret
.sender:
        set_mr  1, 0x1234
        send    T(1), tag(HELLO, 0, 1), NEVER
        jmp     sleep_forever
.receiver:
        receive ANYTHREAD, NEVER
        set_mr  1, ebx
        send    T(0), tag(HELLO, 0, 1)
        jmp     sleep_forever

TEST 0, "6.4: a start message with a map item is refused and the thread goes on waiting"
        active  1
        set_item 1, MAP, fpage(page(1), 12, RWX)
        send    T(1), tag(HELLO, 2, 0), MOMENT
        expect_bits esi, TAG_E, TAG_E
        mov     dword [seen], 0
        start   1, .there
        sleep   MOMENT
        expect  [seen], 1
        ret
.there:
        mov     dword [seen], 1
        jmp     sleep_forever

TEST 0, "4.9: small-space bits are ignored, as the feature is not there"
        call    fresh_space
        spacecontrol T(1), 0x80000004, [kip_page], [utcb_page]
        expect  eax, 1
        expect  ecx, 0
        ret

TEST 0, "4.3: a start message sent before the activation is taken by it"
        mov     dword [seen], 0
        inactive 1
        thread  2, .starter
        sleep   MOMENT
        utcb_of eax, 1
        threadcontrol T(1), T(0), NIL, T(2), eax
        expect  eax, 1
        sleep   MOMENT
        expect  [seen], stack_top(1)
        ret
.starter:
        set_mr  1, .there
        set_mr  2, stack_top(1)
        send    T(1), tag(HELLO, 0, 2), NEVER
        jmp     sleep_forever
.there:
        mov     [seen], esp
        jmp     sleep_forever
