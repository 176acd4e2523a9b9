; SPDX-License-Identifier: MIT
; Section 4.3: migration to another space.
%include "raw.inc"

section .text

%macro expect_running 0.nolist
        mov     edi, [counter]
        sleep   MOMENT
        expect_not [counter], edi
%endmacro

TEST 0, "4.3: a thread moves to another space, its IPC is cancelled, its UTCB goes along"
        call    mark_page
        space   4, agent
        set_item 3, MAP | NOWHERE, fpage(page(3), 12, RWX)
        order   4, nothing, 0, 1
        expect_answer 0
        thread  1, .child
        sleep   MOMENT
        threadcontrol T(1), T(4), NIL, NIL, -1
        expect  eax, 1
        receive T(1)
        expect_ok
        expect  eax, T(1)                       ; global: it is elsewhere
        expect  esi, tag(HELLO, 0, 4)
        expect  ebx, RECV_CANCELLED
        expect  ebp, 0x4242
        get_mr  eax, 3
        expect  eax, page(3)                    ; only T(4)'s space has something there
        get_mr  eax, 4
        expect  eax, T(1)
        exregs  T(1), EX_DELIVER                ; allowed as its pager only; its local id is there
        ret
.child:
        set_tcr USER_HANDLE, 0x4242
        receive T(0), NEVER
        set_mr  1, ecx
        get_tcr eax, USER_HANDLE
        set_mr  2, eax
        mov     eax, [NOWHERE]
        set_mr  3, eax
        get_tcr eax, MY_GLOBAL_ID
        set_mr  4, eax
        send    T(0), tag(HELLO, 0, 4)
        jmp     sleep_forever
mark_page:
        mov     dword [page(3)], page(3)
        ret

TEST 0, "4.3: a spinner moves to another space and runs there"
        space   4, agent
        thread  1, spin
        sleep   MOMENT
        threadcontrol T(1), T(4), NIL, NIL, -1
        expect  eax, 1
        expect_running
        local_of eax, 1                         ; and is no more in ours
        exregs  eax, 0
        expect  eax, NIL
        ret

TEST 0, "4.3: a space whose last thread has moved away is gone"
        space   4, agent
        space   5, agent
        set_item 3, MAP | NOWHERE, fpage(page(3), 12, RWX)
        order   4, peek, NOWHERE, 1
        expect_answer [page(3)]
        mov     dword [gift_to], T(5)
        mov     dword [gift_base], MAP | NOWHERE
        mov     dword [gift_page], fpage(NOWHERE, 12, RWX)
        order   4, give, 0
        threadcontrol T(4), T(0), NIL, NIL, -1
        expect  eax, 1
        order   5, peek, NOWHERE
        expect_fault 0, NOWHERE
        ret

TEST 0, "4.3: nobody moves to a space where its UTCB does not fit, or that has no areas"
        thread  1, spin
        mov     eax, [utcb_area]
        add     eax, 0x800000
        or      eax, 12 << 4
        mov     edi, eax
        threadcontrol T(2), T(2), T(0), NIL, -1
        expect  eax, 1
        threadcontrol T(1), T(2), NIL, NIL, -1
        expect  eax, 0
        expect_error BAD_UTCB
        spacecontrol T(2), 0, [kip_page], edi
        expect  eax, 1
        threadcontrol T(1), T(2), NIL, NIL, -1
        expect  eax, 0
        expect_error BAD_UTCB
        local_of eax, 1
        exregs  eax, 0
        expect  eax, T(1)                       ; it is where it was
        expect_running
        ret

