; SPDX-License-Identifier: MIT
; Where the sources of the specification disagree (its table 10), what we chose; and that the
; feature strings of the KIP tell the truth.  docs/choices.md lists all of it.
%include "raw.inc"

section .bss
alignb 4
seen:           resd 4

section .text

TEST 0, "choice 14: any thread of the scheduler's space may schedule"
        space   4, agent
        thread_in 6, 4, agent
        utcb_of eax, 5
        threadcontrol T(5), T(4), T(6), T(0), eax       ; T(6) is its scheduler, T(4) asks
        expect  eax, 1
        order   4, .lower, 0
        expect_not ebx, 0
        ret
.lower:
        schedule T(5), -1, 10
        ret

TEST 0, "choice 19: a map item within one space is performed"
        thread  1, .child
        set_item 1, MAP | NOWHERE, fpage(page(3), 12, R)
        mov     dword [page(3)], 0x3333
        send    T(1), tag(HELLO, 2, 0)
        expect_ok
        receive T(1)
        expect_ok
        expect  ebx, 0x3333
        unmap   UNMAP_FLUSH, fpage(NOWHERE, 12, RWX)
        send    T(1), tag(HELLO, 0, 0)
        receive T(1)
        expect_fault 0, NOWHERE
        ret
.child:
        set_tcr BR0, COMPLETE
.next:
        receive T(0), NEVER
        set_mr  1, [NOWHERE]
        send    T(0), tag(HELLO, 0, 1)
        jmp     .next

TEST 0, "choice 20: the words of a received map item are the sender's"
        space   4, .child
        set_item 1, MAP | 0x55555000, fpage(page(4), 14, R | W)
        send    T(4), tag(HELLO, 2, 0)
        expect_ok
        receive T(4)
        expect_ok
        expect  ebx, MAP | 0x55555000
        expect  ebp, fpage(page(4), 14, R | W)
        ret
.child:
        set_tcr BR0, fpage(NOWHERE, 12, 0)
        receive T(0), NEVER
        set_mr  1, ebx
        set_mr  2, ebp
        send    T(0), tag(HELLO, 0, 2)
        jmp     sleep_forever

TEST 0, "choice 18: a map item into a nil window is an overflow for both, or by nilwindow=ok nothing"
        space   4, .child
        set_item 1, MAP | NOWHERE, fpage(page(4), 12, RWX)
        send    T(4), tag(HELLO, 2, 0)
        cmp     byte [nil_window_ok], 0
        jne     .ignored
        expect_ipc_error SEND_OVERFLOW
        receive T(4)
        expect_ok
        expect_bits ebp, TAG_E, TAG_E
        expect  ebx, RECV_OVERFLOW
        ret
.ignored:
        expect_ok
        receive T(4)
        expect_ok
        expect_bits ebp, TAG_E, 0
        ret
.child:
        set_tcr BR0, NIL
        receive T(0), NEVER
        set_mr  1, ecx
        set_mr  2, esi
        send    T(0), tag(HELLO, 0, 2)
        jmp     sleep_forever

TEST 0, "choice 25: ids are local within a space on every path, by Ipc and Lipc"
        thread  1, .echo
        local_of edi, 1
        ipc     T(1), T(1), timeouts(NEVER, NEVER), tag(HELLO, 0, 0)
        expect  eax, edi
        ipc     edi, edi, timeouts(NEVER, NEVER), tag(HELLO, 0, 0)
        expect  eax, edi
        ipc     T(1), T(1), timeouts(SECOND, SECOND), tag(HELLO, 0, 0)
        expect  eax, edi
        push    dword tag(HELLO, 0, 0)
        push    dword timeouts(NEVER, NEVER)
        push    edi
        push    edi
        call    do_lipc
        expect  eax, edi
        local_of ecx, 0
        expect  [seen], ecx
        ret
.echo:
        receive ANYTHREAD, NEVER
.next:
        mov     [seen], eax
        ipc     eax, ANYTHREAD, timeouts(ZERO, NEVER), tag(HELLO, 0, 0)
        jmp     .next

TEST 0, "1.8: a control-transfer item is an overflow, as the feature is not there"
        mov     eax, .name
        call    do_feature
        expect  eax, 0
        thread  1, .receiver
        set_item 1, 0x1000 | 6 << 1, 0
        send    T(1), tag(HELLO, 2, 0)
        expect_ipc_error SEND_OVERFLOW
        ret
.receiver:
        set_tcr BR0, COMPLETE | 2               ; c: would take them
        receive T(0), NEVER
        jmp     sleep_forever
section .rodata
.name:  db      "ctrlxfer", 0
section .text

; ---- each feature string against what can be seen

%macro feature 1.nolist                ; -> eax: 1 if the KIP lists it
section .rodata
    %%name: db %1, 0
section .text
        mov     eax, %%name
        call    do_feature
%endmacro

TEST 0, "features: ioflexpages if and only if a port needs an IO fpage"
        feature "ioflexpages"
        mov     edi, eax
        space   4, agent
        order   4, port_read, 0x80              ; T(4) has no port yet
        shr     esi, 16
        cmp     esi, LABEL_IO_FAULT + 6
        sete    al
        movzx   eax, al
        expect  eax, edi
        ret

TEST 0, "features: pagerexregs if and only if a pager may exchange registers across spaces"
        feature "pagerexregs"
        mov     ebx, eax
        push    ebx
        space   4, agent
        exregs  T(4), EX_DELIVER
        pop     ebx
        test    eax, eax
        setnz   al
        movzx   eax, al
        expect  eax, ebx
        ret

TEST 0, "features: neither small spaces, control transfer nor others that we do not have are listed"
        feature "smallspaces"
        expect  eax, 0
        feature "tracebuffer"
        expect  eax, 0
        feature "logging"
        expect  eax, 0
        feature "x86-hvm"
        expect  eax, 0
        feature "hscheduling"
        expect  eax, 0
        ret

TEST 0, "features: pages of 4 MB if and only if PageInfo says so"
        mov     eax, [kip]
        mov     edi, [eax + KIP_PAGE_INFO]
        expect_bits edi, ~(1 << 22 | 7), 1 << 12        ; those two sizes and no other
        expect_bits edi, 7, 6                           ; r and w, but x not by itself
        ret

TEST 0, "3.1: ClockInfo is true: readings differ by its precision"
        mov     eax, [kip]
        mov     eax, [eax + KIP_CLOCK_INFO]
        expect_not eax, 0
        movzx   ecx, ax                                 ; ReadPrecision as a period
        mov     edx, ecx
        and     edx, 0x3FF
        shr     ecx, 10
        shl     edx, cl
        expect_not edx, 0
        mov     ebp, edx
        shr     eax, 16
        mov     ecx, eax
        mov     edx, eax
        and     edx, 0x3FF
        shr     ecx, 10
        shl     edx, cl
        expect_not edx, 0
        expect_below edx, 50000
        ; two readings that differ do so by the precision at least; and they do differ
        mov     edi, 1000
.next:
        call    do_clock
        mov     ebx, eax
.again:
        call    do_clock
        sub     eax, ebx
        jz      .again
        expect_at_least eax, ebp
        dec     edi
        jnz     .next
        ret
