; SPDX-License-Identifier: MIT
; Checklist 9.7: strings.  A sender and a receiver, each in the root's space (numbers below 4) or in
; a space of its own, do what the tables tx and rx say; T(0) gives them memory, starts them, serves
; their page faults and looks at what arrived.
%include "raw.inc"

GO              equ 0x0C02      ; to a party: do it
DONE            equ 0x0C03      ; from it: the result stands in its table

%define string(length, j) ((length) << 10 | (j) << 4)
COMPOUND        equ 0x200       ; another descriptor of the same string follows
MORE            equ 1           ; another item, or buffer, follows
STRINGS         equ 1           ; in BR0
OVERFLOW        equ 4           ; the codes of 5.9
FAULT_HERE      equ 5           ; in the invoker's space
FAULT_THERE     equ 6
ABORTED         equ 7
STATE_SENDING   equ 5
STATE_RECEIVING equ 7

; T(4) sees 16 pages of the arena from page(0) at NOWHERE, T(5) those from page(16).  A thread of
; the root's space names them where they are.
TX              equ page(0)
RX              equ page(16)
; a megabyte to send from and one to send to, for those in other spaces at NOWHERE + MEGABYTE
BIG_TX          equ 0x400000
BIG_RX          equ 0x500000
MEGABYTE        equ 0x100000
BLANK           equ 0xEE        ; what receivers' memory holds before

struc party
.id:            resd 1
.partner:       resd 1
.timeouts:      resd 1
.xfer:          resd 1          ; XferTimeouts
.result:        resd 1          ; tag when its IPC ended
.error:         resd 1          ; ErrorCode then; 0 after a success
.from:          resd 1
.mr:            resd 64         ; what to send, or what arrived
.br:            resd 33
endstruc

section .bss
alignb 4
tx:             resb party_size ; all spaces see them: the image is shared
rx:             resb party_size
began:          resd 1
gathered:       resd 1

section .text

; ---- the parties

await_go:                       ; pages may come before
        set_tcr BR0, COMPLETE
.next:
        receive T(0), NEVER
        shr     esi, 16
        cmp     esi, GO
        jne     .next
        ret

sender:
        call    await_go
        mov     edi, [gs:0]
        mov     esi, tx + party.mr
        mov     ecx, 64
        cld
        rep movsd
        mov     ebx, tx
        call    load_buffers
        ipc     [tx + party.partner], NIL, [tx + party.timeouts], [tx + party.mr]
        call    note_result
        jmp     sender

receiver:
        call    await_go
        mov     ebx, rx
        call    load_buffers
        ipc     NIL, [rx + party.partner], [rx + party.timeouts], 0
        mov     [rx + party.from], eax
        push    esi
        push    ecx
        mov     esi, [gs:0]
        mov     edi, rx + party.mr
        mov     ecx, 64
        cld
        rep movsd
        pop     ecx
        pop     esi
        mov     ebx, rx
        call    note_result
        jmp     receiver

load_buffers:                   ; ebx table
        mov     eax, [gs:0]
        mov     edx, [ebx + party.xfer]
        mov     [eax + XFER_TIMEOUTS], edx
        xor     ecx, ecx
.next:
        mov     edx, [ebx + party.br + 4 * ecx]
        mov     [eax + BR0], edx
        sub     eax, 4
        inc     ecx
        cmp     ecx, 33
        jb      .next
        ret

note_result:                    ; ebx table (sender: tx), esi tag, ecx ErrorCode
        cmp     ebx, rx
        je      .table
        mov     ebx, tx
.table:
        mov     [ebx + party.result], esi
        test    esi, TAG_E
        jnz     .failed
        xor     ecx, ecx
.failed:
        mov     [ebx + party.error], ecx
        send    T(0), tag(DONE, 0, 0), NEVER
        ret

; ---- what T(0) does

; sender's number, receiver's number: both are made, their tables empty, and those in spaces of
; their own get the pages unless the test says "bare" (then it gives what it likes)
%macro parties 2-3.nolist all
        call    clear_tables
        mov     dword [tx + party.id], T(%1)
        mov     dword [rx + party.id], T(%2)
        mov     dword [tx + party.partner], T(%2)
        mov     dword [rx + party.partner], T(%1)
    %if %1 < 4
        thread  %1, sender
    %else
        space   %1, sender
      %ifidn %3, all
        pages   %1, NOWHERE, fpage(TX, 16, RWX)
      %endif
    %endif
    %if %2 < 4
        thread  %2, receiver
    %else
        space   %2, receiver
      %ifidn %3, all
        pages   %2, NOWHERE, fpage(RX, 16, RWX)
      %endif
    %endif
%endmacro
%macro pages 3.nolist                  ; party, address, fpage
        set_item 1, MAP | (%2), %3
        send    T(%1), tag(HELLO, 2, 0)
        expect_ok
%endmacro
%macro message 1-*.nolist              ; tag, words
    %assign %%i 0
    %rep %0
        mov     dword [tx + party.mr + 4 * %%i], %1
      %assign %%i %%i + 1
      %rotate 1
    %endrep
%endmacro
%macro buffers 1-*.nolist              ; BR0, BR1, ...
    %assign %%i 0
    %rep %0
        mov     dword [rx + party.br + 4 * %%i], %1
      %assign %%i %%i + 1
      %rotate 1
    %endrep
%endmacro
%macro xfer 2.nolist                   ; sender's send, receiver's receive transfer timeout
        mov     dword [tx + party.xfer], timeouts(%1, NEVER)
        mov     dword [rx + party.xfer], timeouts(NEVER, %2)
%endmacro
%macro exchange 0.nolist               ; both to their ends, no fault on the way
        call    go
        call    both_done
%endmacro
%macro expect_delivered 0.nolist
        expect_bits [tx + party.result], TAG_E, 0
        mov     eax, [tx + party.mr]
        expect  [rx + party.result], eax
%endmacro
; both partners have this code (sender's, receiver's) with their own phase, and one offset -> eax
%macro expect_broken 2.nolist
        expect_bits [tx + party.result], TAG_E, TAG_E
        expect_bits [rx + party.result], TAG_E, TAG_E
        expect_bits [tx + party.error], 15, (%1) << 1
        expect_bits [rx + party.error], 15, (%2) << 1 | 1
        mov     eax, [tx + party.error]
        mov     ecx, [rx + party.error]
        shr     eax, 4
        shr     ecx, 4
        expect  eax, ecx
%endmacro
; a party's fault in the page at that address
%macro expect_party_fault 3.nolist     ; number, access (W or 0), page
        receive T(%1)
        expect_ok
        expect_bits esi, 0xFFF8FFFF, tag(LABEL_FAULT, 0, 2)
        expect_bits esi, W << 16, (%2) << 16
        expect_bits ebx, ~0xFFF, %3
%endmacro
%macro serve 3.nolist                  ; number, address, fpage
        set_item 1, MAP | (%2), %3
        send    T(%1), tag(0, 2, 0), ZERO
        expect_ok
%endmacro
%macro fill 2.nolist                   ; address, length
        mov     edx, %1
        mov     ecx, %2
        call    fill_bytes
%endmacro
%macro same 3.nolist                   ; address, address, length
        push    dword %3
        push    dword %2
        push    dword %1
        call    same_bytes
%endmacro
%macro blank 2.nolist                  ; address, length: still untouched
        mov     edx, %1
        mov     ecx, %2
        call    blank_bytes
%endmacro

clear_tables:
        push    edi
        mov     edi, tx
        mov     ecx, 2 * party_size / 4
        xor     eax, eax
        cld
        rep stosd
        mov     dword [tx + party.timeouts], timeouts(SECOND, SECOND)
        mov     dword [rx + party.timeouts], timeouts(SECOND, SECOND)
        mov     edi, RX                 ; and the receiver's memory
        mov     ecx, 16 * 4096 / 4
        mov     eax, BLANK * 0x01010101
        rep stosd
        pop     edi
        ret

go:
        send    [rx + party.id], tag(GO, 0, 0)
        expect_ok
        send    [tx + party.id], tag(GO, 0, 0)
        expect_ok
        ret

both_done:
        receive [tx + party.id]
        expect_ok
        expect  esi, tag(DONE, 0, 0)
        receive [rx + party.id]
        expect_ok
        expect  esi, tag(DONE, 0, 0)
        ret

fill_bytes:                     ; edx address, ecx length: bytes that never repeat in order
        mov     eax, edx
.next:
        jecxz   .end
        imul    eax, 1664525
        add     eax, 1013904223
        mov     ebx, eax
        shr     ebx, 24
        mov     [edx], bl
        inc     edx
        dec     ecx
        jmp     .next
.end:
        ret

same_bytes:                     ; address, address, length
        push    esi
        push    edi
        mov     esi, [esp + 12]
        mov     edi, [esp + 16]
        mov     ecx, [esp + 20]
        cld
        cmp     ecx, ecx        ; equal if there is nothing
        repe cmpsb
        je      .end
        dec     edi
        expect  edi, 0          ; shows where
.end:
        pop     edi
        pop     esi
        ret     12

blank_bytes:                    ; edx address, ecx length
        push    edi
        mov     edi, edx
        mov     al, BLANK
        cld
        cmp     ecx, ecx
        repe scasb
        je      .end
        dec     edi
        expect  edi, 0
.end:
        pop     edi
        ret

; One after the other, the pieces of a list (offset, length; ends with length 0) of memory at edx,
; to edi -> ecx bytes
gather_pieces:                  ; esi list
        mov     [gathered], edi
        cld
.next:
        mov     ecx, [esi + 4]
        jecxz   .end
        push    esi
        mov     esi, [esi]
        add     esi, edx
        rep movsb
        pop     esi
        add     esi, 8
        jmp     .next
.end:
        mov     ecx, edi
        sub     ecx, [gathered]
        ret
; sender's list, receiver's list: the stream that was sent is what arrived
%macro expect_stream 2.nolist
        mov     esi, %1
        mov     edx, TX
        mov     edi, page(32)
        call    gather_pieces
        push    ecx
        mov     esi, %2
        mov     edx, RX
        mov     edi, page(48)
        call    gather_pieces
        pop     ecx
        same    page(32), page(48), ecx
%endmacro

; ---- lengths

LENGTHS         equ 9
section .rodata
align 4
lengths:        dd 1, 3, 4, 64, 4095, 4096, 4097, 8191, 20000
section .text

; Every length, from an odd address to another, in both orders of arrival.  edi, ebp: where the
; parties see their memory.
all_lengths:
        fill    TX, 16 * 4096
        xor     ebx, ebx
.next:
        mov     edx, [lengths + 4 * ebx]
        mov     eax, edx
        shl     eax, 10
        message tag(HELLO, 2, 0), eax
        lea     eax, [edi + 0x101]
        mov     [tx + party.mr + 8], eax
        lea     eax, [edx + 5]
        shl     eax, 10
        buffers STRINGS, eax
        lea     eax, [ebp + 0xFF3]
        mov     [rx + party.br + 8], eax
        push    ebx
        push    ebp
        push    edi
        call    go
        call    both_done
        mov     ebx, [esp + 8]
        expect_delivered
        mov     edx, [lengths + 4 * ebx]
        same    TX + 0x101, RX + 0xFF3, edx
        blank   RX, 0xFF3
        mov     edx, [lengths + 4 * ebx]
        lea     edx, [RX + 0xFF3 + edx]
        blank   edx, 8
        ; the same with the sender first
        mov     edi, RX
        mov     ecx, 16 * 4096 / 4
        mov     eax, BLANK * 0x01010101
        rep stosd
        send    [tx + party.id], tag(GO, 0, 0)
        sleep   ms(3)
        send    [rx + party.id], tag(GO, 0, 0)
        call    both_done
        mov     ebx, [esp + 8]
        expect_delivered
        mov     edx, [lengths + 4 * ebx]
        same    TX + 0x101, RX + 0xFF3, edx
        blank   RX, 0xFF3
        mov     edx, [lengths + 4 * ebx]
        lea     edx, [RX + 0xFF3 + edx]
        blank   edx, 8
        mov     edi, RX
        mov     ecx, 16 * 4096 / 4
        mov     eax, BLANK * 0x01010101
        rep stosd
        pop     edi
        pop     ebp
        pop     ebx
        inc     ebx
        cmp     ebx, LENGTHS
        jb      .next
        ret

TEST 131, "strings of 1 byte to several pages arrive in another space"
        parties 4, 5
        mov     edi, NOWHERE
        mov     ebp, NOWHERE
        jmp     all_lengths

TEST 132, "strings of 1 byte to several pages arrive within a space"
        parties 1, 2
        mov     edi, TX
        mov     ebp, RX
        jmp     all_lengths

TEST 131, "a string of a megabyte arrives in another space"
        parties 4, 5
        pages   4, NOWHERE + MEGABYTE, fpage(BIG_TX, 20, RWX)
        pages   5, NOWHERE + MEGABYTE, fpage(BIG_RX, 20, RWX)
        fill    BIG_TX, MEGABYTE
        message tag(HELLO, 2, 0), string(MEGABYTE, 0), NOWHERE + MEGABYTE
        buffers STRINGS, string(MEGABYTE, 0), NOWHERE + MEGABYTE
        exchange
        expect_delivered
        same    BIG_TX, BIG_RX, MEGABYTE
        ret

TEST 132, "a string of a megabyte arrives within a space"
        parties 1, 2
        fill    BIG_TX, MEGABYTE
        message tag(HELLO, 2, 0), string(MEGABYTE, 0), BIG_TX
        buffers STRINGS, string(MEGABYTE, 0), BIG_RX
        exchange
        expect_delivered
        same    BIG_TX, BIG_RX, MEGABYTE
        ret

TEST 133, "a string of no bytes succeeds, wherever it points"
        parties 4, 5
        message tag(HELLO, 2, 0), string(0, 0), 0xF0000000
        buffers STRINGS, string(0, 0), 0xF0000000
        exchange
        expect_delivered
        buffers STRINGS, string(4096, 0), NOWHERE
        exchange
        expect_delivered
        blank   RX, 4096
        ret

TEST 133, "substrings of no bytes are skipped"
        parties 4, 5
        fill    TX, 4096
        message tag(HELLO, 5, 0), string(0, 0) | COMPOUND, NOWHERE, string(100, 0), NOWHERE, 0
        message tag(HELLO, 4, 0)
        buffers STRINGS, string(0, 1) | COMPOUND, NOWHERE, NOWHERE, string(100, 0), NOWHERE
        exchange
        expect_delivered
        same    TX, RX, 100
        blank   RX + 100, 100
        ret

; ---- refusals

TEST 134, "a string that is not accepted is an overflow for both, in their own phases"
        parties 4, 5
        fill    TX, 4096
        message tag(HELLO, 2, 0), string(16, 0), NOWHERE
        buffers 0, string(16, 0), NOWHERE
        exchange
        expect_broken OVERFLOW, OVERFLOW
        expect  eax, 0
        buffers COMPLETE, string(16, 0), NOWHERE        ; pages are no strings
        exchange
        expect_broken OVERFLOW, OVERFLOW
        blank   RX, 4096
        ret

TEST 135, "a buffer that is too short is an overflow for both, with one offset inside it"
        parties 4, 5
        fill    TX, 4096
        message tag(HELLO, 2, 0), string(100, 0), NOWHERE
        buffers STRINGS, string(60, 0), NOWHERE
        exchange
        expect_broken OVERFLOW, OVERFLOW
        expect_below eax, 61
        mov     edi, eax
        same    TX, RX, edi                     ; what it counts did arrive
        blank   RX + 60, 100
        ret

TEST 135, "so is one whose substrings are too short together"
        parties 4, 5
        fill    TX, 4096
        message tag(HELLO, 2, 0), string(100, 0), NOWHERE
        buffers STRINGS, string(20, 1) | COMPOUND, NOWHERE, NOWHERE + 20, string(30, 0), NOWHERE + 40
        exchange
        expect_broken OVERFLOW, OVERFLOW
        expect_below eax, 71
        mov     edi, eax
        same    TX, RX, edi
        blank   RX + 70, 100
        ret

TEST 136, "two strings fill two buffers"
        parties 4, 5
        fill    TX, 4096
        message tag(HELLO, 4, 0), string(100, 0) | MORE, NOWHERE, string(200, 0), NOWHERE + 1000
        buffers STRINGS, string(150, 0) | MORE, NOWHERE, string(250, 0), NOWHERE + 0x1000
        exchange
        expect_delivered
        same    TX, RX, 100
        same    TX + 1000, RX + 0x1000, 200
        blank   RX + 100, 100
        blank   RX + 0x1000 + 200, 100
        ret

TEST 136, "sixteen strings fill sixteen buffers"
        parties 4, 5
        fill    TX, 4096
        mov     dword [tx + party.mr], tag(HELLO, 32, 0)
        mov     dword [rx + party.br], STRINGS
        xor     ecx, ecx
.item:
        mov     edx, ecx
        shl     edx, 7                          ; 128 bytes apart, 100 + i long
        lea     eax, [ecx + 100]
        shl     eax, 10
        or      eax, MORE
        mov     [tx + party.mr + 4 + 8 * ecx], eax
        mov     [rx + party.br + 4 + 8 * ecx], eax
        lea     eax, [edx + NOWHERE]
        mov     [tx + party.mr + 8 + 8 * ecx], eax
        shl     edx, 1
        lea     eax, [edx + NOWHERE + 1]
        mov     [rx + party.br + 8 + 8 * ecx], eax
        inc     ecx
        cmp     ecx, 16
        jb      .item
        and     dword [tx + party.mr + 4 + 8 * 15], ~MORE
        and     dword [rx + party.br + 4 + 8 * 15], ~MORE
        exchange
        expect_delivered
        xor     ebx, ebx
.look:
        mov     eax, ebx
        shl     eax, 7
        lea     edx, [eax * 2 + RX + 1]
        add     eax, TX
        lea     ecx, [ebx + 100]
        push    ebx
        push    edx
        same    eax, edx, ecx
        pop     edx
        mov     ebx, [esp]
        lea     edx, [edx + ebx + 100]
        blank   edx, 50
        pop     ebx
        inc     ebx
        cmp     ebx, 16
        jb      .look
        ret

TEST 137, "a string without a buffer is an overflow, the one before it arrived"
        parties 4, 5
        fill    TX, 4096
        message tag(HELLO, 4, 2), 0x1111, 0x2222, string(100, 0) | MORE, NOWHERE, string(200, 0), NOWHERE + 1000
        buffers STRINGS, string(150, 0), NOWHERE, string(250, 0), NOWHERE + 0x1000
        exchange
        expect_broken OVERFLOW, OVERFLOW
        expect  eax, 100
        same    TX, RX, 100
        blank   RX + 0x1000, 250
        expect  [rx + party.mr + 4], 0x1111     ; and so did the words
        expect  [rx + party.mr + 8], 0x2222
        ret

; ---- gather and scatter

section .rodata
align 4
one_kb:         dd 0, 1024, 0, 0
three_apart:    dd 0x2000, 300, 0x1000, 300, 0x3001, 300, 0, 0
three_together: dd 0, 900, 0, 0
chain:          dd 0x3000, 10, 0x1FFF, 500, 0x500, 500, 0x4001, 3, 0, 0
chain_together: dd 0x7FF, 1013, 0, 0
odd_pieces:     dd 0x2FFF, 7, 0, 7, 0x1001, 7, 0x800, 1000, 0x8000, 13, 0, 0
section .text

TEST 138, "the substrings of a string are gathered in order"
        parties 4, 5
        fill    TX, 0x8000
        message tag(HELLO, 4, 0), string(300, 2), NOWHERE + 0x2000, NOWHERE + 0x1000, NOWHERE + 0x3001
        buffers STRINGS, string(1000, 0), NOWHERE
        exchange
        expect_delivered
        expect_stream three_apart, three_together
        blank   RX + 900, 100
        ret

TEST 138, "so are the most substrings that there can be, 32 of them"
        parties 4, 5
        fill    TX, 0x8000
        mov     dword [tx + party.mr], tag(HELLO, 33, 0)
        mov     dword [tx + party.mr + 4], string(11, 31)
        mov     ecx, 32
.piece:
        imul    eax, ecx, 0x201
        add     eax, NOWHERE
        mov     [tx + party.mr + 4 + 4 * ecx], eax
        loop    .piece
        buffers STRINGS, string(0x1000, 0), NOWHERE
        exchange
        expect_delivered
        mov     ebx, 32
.look:
        imul    eax, ebx, 0x201
        add     eax, TX
        imul    edx, ebx, 11
        add     edx, RX - 11
        same    eax, edx, 11
        dec     ebx
        jnz     .look
        blank   RX + 32 * 11, 100
        ret

TEST 139, "the parts of a compound string are gathered in order"
        parties 4, 5
        fill    TX, 0x8000
        message tag(HELLO, 7, 0), string(10, 0) | COMPOUND, NOWHERE + 0x3000, \
                string(500, 1) | COMPOUND, NOWHERE + 0x1FFF, NOWHERE + 0x500, string(3, 0), NOWHERE + 0x4001
        buffers STRINGS, string(2000, 0), NOWHERE + 0x7FF
        exchange
        expect_delivered
        expect_stream chain, chain_together
        blank   RX + 0x7FF + 1013, 100
        ret

TEST 140, "a string is scattered over the substrings of its buffer"
        parties 4, 5
        fill    TX, 4096
        message tag(HELLO, 2, 0), string(900, 0), NOWHERE
        buffers STRINGS, string(300, 3), NOWHERE + 0x2000, NOWHERE + 0x1000, NOWHERE + 0x3001, NOWHERE + 0x6000
        exchange
        expect_delivered
        expect_stream three_together, three_apart
        blank   RX + 0x6000, 300
        ret

TEST 140, "a string is scattered over the parts of a compound buffer"
        parties 4, 5
        fill    TX, 4096
        message tag(HELLO, 2, 0), string(1013, 0), NOWHERE + 0x7FF
        buffers STRINGS, string(10, 0) | COMPOUND, NOWHERE + 0x3000, \
                string(500, 1) | COMPOUND, NOWHERE + 0x1FFF, NOWHERE + 0x500, string(3, 0), NOWHERE + 0x4001
        exchange
        expect_delivered
        expect_stream chain_together, chain
        ret

TEST 141, "different boundaries on both sides leave the stream as it is"
        parties 4, 5
        fill    TX, 0x9000
        message tag(HELLO, 8, 0), string(7, 2) | COMPOUND, NOWHERE + 0x2FFF, NOWHERE, NOWHERE + 0x1001, \
                string(1000, 0) | COMPOUND, NOWHERE + 0x800, string(13, 0), NOWHERE + 0x8000
        buffers STRINGS, string(10, 0) | COMPOUND, NOWHERE + 0x3000, \
                string(500, 1) | COMPOUND, NOWHERE + 0x1FFF, NOWHERE + 0x500, string(300, 0), NOWHERE + 0x4001
        exchange
        expect_delivered
        mov     esi, odd_pieces
        mov     edx, TX
        mov     edi, page(32)
        call    gather_pieces
        expect  ecx, 1034
        same    page(32), RX + 0x3000, 10
        same    page(32) + 10, RX + 0x1FFF, 500
        same    page(32) + 510, RX + 0x500, 500
        same    page(32) + 1010, RX + 0x4001, 24
        blank   RX + 0x4001 + 24, 200
        ret

TEST 141, "a buffer is used by one string only, whatever is left of it"
        parties 4, 5
        fill    TX, 4096
        message tag(HELLO, 6, 0), string(10, 0) | MORE, NOWHERE, string(10, 0) | MORE, NOWHERE + 100, \
                string(10, 0), NOWHERE + 200
        buffers STRINGS, string(50, 1) | COMPOUND | MORE, NOWHERE, NOWHERE + 0x1000, string(50, 0), NOWHERE + 0x2000, \
                string(50, 1) | MORE, NOWHERE + 0x3000, NOWHERE + 0x4000, string(50, 0), NOWHERE + 0x5000
        exchange
        expect_delivered
        same    TX, RX, 10
        same    TX + 100, RX + 0x3000, 10
        same    TX + 200, RX + 0x5000, 10
        blank   RX + 10, 0x2000
        blank   RX + 0x300A, 0x1000
        ret

TEST 142, "words and strings of one message arrive"
        parties 4, 5
        fill    TX, 4096
        mov     dword [tx + party.mr], tag(0x4321, 4, 59)
        mov     ecx, 59
.word:
        imul    eax, ecx, 0x01020304
        mov     [tx + party.mr + 4 * ecx], eax
        loop    .word
        mov     dword [tx + party.mr + 4 * 60], string(100, 0) | MORE
        mov     dword [tx + party.mr + 4 * 61], NOWHERE
        mov     dword [tx + party.mr + 4 * 62], string(200, 0)
        mov     dword [tx + party.mr + 4 * 63], NOWHERE + 1000
        buffers STRINGS, string(100, 0) | MORE, NOWHERE, string(200, 0), NOWHERE + 0x1000
        exchange
        expect_delivered
        same    TX, RX, 100
        same    TX + 1000, RX + 0x1000, 200
        mov     ecx, 59
.compare:
        imul    eax, ecx, 0x01020304
        expect  [rx + party.mr + 4 * ecx], eax
        loop    .compare
        ret

TEST 142, "a call and its reply both carry words and a string"
        fill    TX, 0x2000
        mov     edi, RX
        mov     ecx, 0x4000 / 4
        mov     eax, BLANK * 0x01010101
        rep stosd
        thread  2, .server
        set_tcr BR0, STRINGS
        set_tcr BR0 - 4, string(3000, 0)
        set_tcr BR0 - 8, RX + 0x2000
        mov     edi, 3
.again:
        set_mr  1, 0x1111
        set_mr  2, string(3000, 0)
        set_mr  3, TX
        ipc     T(2), T(2), timeouts(SECOND, SECOND), tag(HELLO, 2, 1)
        expect_ok
        expect  esi, tag(HELLO, 2, 1)
        expect  ebx, 0x2222
        same    TX, RX, 3000
        same    TX, RX + 0x2000, 3000
        dec     edi
        jnz     .again
        set_tcr BR0, 0
        ret
.server:
        set_tcr BR0, STRINGS
        set_tcr BR0 - 4, string(3000, 0)
        set_tcr BR0 - 8, RX
        receive T(0), NEVER
.answer:
        set_mr  1, 0x2222
        set_mr  2, string(3000, 0)
        set_mr  3, RX
        ipc     T(0), T(0), timeouts(ZERO, NEVER), tag(HELLO, 2, 1)
        jmp     .answer

TEST 0, "5.4: the receiver gets the sender's descriptors, with C as it should have been"
        parties 4, 5
        message tag(HELLO, 6, 0), string(10, 0), NOWHERE + 1, string(20, 1) | MORE, NOWHERE + 2, NOWHERE + 3, 0
        message tag(HELLO, 5, 0)
        buffers STRINGS, string(100, 0) | MORE, NOWHERE, string(100, 0), NOWHERE + 0x1000
        exchange
        expect_delivered
        expect  [rx + party.mr + 4], string(10, 0) | MORE
        expect  [rx + party.mr + 8], NOWHERE + 1
        expect  [rx + party.mr + 12], string(20, 1)
        expect  [rx + party.mr + 16], NOWHERE + 2
        expect  [rx + party.mr + 20], NOWHERE + 3
        ret

TEST 0, "5.4: items take effect in the order of the message"
        parties 4, 5, bare
        pages   4, NOWHERE, fpage(TX, 16, RWX)
        pages   5, NOWHERE, fpage(RX, 12, RWX)
        fill    TX, 4096
        message tag(HELLO, 6, 0), string(100, 0) | MORE, NOWHERE, MAP | (NOWHERE + 0x3000) | MORE, fpage(NOWHERE + 0x3000, 12, RWX), \
                string(100, 0), NOWHERE + 200
        buffers COMPLETE | STRINGS, string(100, 0) | MORE, NOWHERE, string(100, 0), NOWHERE + 0x3000
        exchange
        expect_delivered                        ; without the page there had been a fault
        same    TX, RX, 100
        same    TX + 200, TX + 0x3000, 100
        ret

TEST 0, "5.5: descriptors that run past the message or the buffer registers are an overflow"
        parties 4, 5
        message tag(HELLO, 2, 0), string(10, 1), NOWHERE, NOWHERE
        buffers STRINGS, string(100, 0), NOWHERE
        exchange
        expect_broken OVERFLOW, OVERFLOW
        message tag(HELLO, 2, 0), string(10, 0) | COMPOUND, NOWHERE, string(10, 0), NOWHERE
        exchange
        expect_broken OVERFLOW, OVERFLOW
        message tag(HELLO, 1, 0), string(10, 0), NOWHERE
        exchange
        expect_broken OVERFLOW, OVERFLOW
        mov     dword [tx + party.mr], tag(HELLO, 33, 0)
        mov     dword [tx + party.mr + 4], string(1, 31)
        mov     ecx, 32
.piece:
        mov     dword [tx + party.mr + 4 + 4 * ecx], NOWHERE
        mov     dword [rx + party.br + 4 * ecx], string(0, 31) | COMPOUND
        loop    .piece
        exchange
        expect_broken OVERFLOW, OVERFLOW
        ret

TEST 0, "5.5: a buffer that is no string is an overflow"
        parties 4, 5
        message tag(HELLO, 2, 0), string(10, 0), NOWHERE
        buffers STRINGS, MAP, fpage(NOWHERE, 12, RWX)
        exchange
        expect_broken OVERFLOW, OVERFLOW
        ret

TEST 0, "5.5: strings from and to addresses outside user memory are an overflow, and nothing is written there"
        parties 4, 5
        message tag(HELLO, 2, 0), string(100, 0), 0xF0100000
        buffers STRINGS, string(100, 0), NOWHERE
        exchange
        expect_broken OVERFLOW, OVERFLOW
        blank   RX, 100
        message tag(HELLO, 2, 0), string(100, 0), -50
        exchange
        expect_broken OVERFLOW, OVERFLOW
        message tag(HELLO, 2, 0), string(100, 0), NOWHERE
        buffers STRINGS, string(100, 0), 0xF0100000
        exchange
        expect_broken OVERFLOW, OVERFLOW
        buffers STRINGS, string(100, 0), -50
        exchange
        expect_broken OVERFLOW, OVERFLOW
        message tag(HELLO, 2, 0), string(0x3FFFFF, 0), 0xBFFFFFFF
        buffers STRINGS, string(0x3FFFFF, 0), NOWHERE
        call    go
.until_done:                                    ; it may fault on the last byte that is the user's
        receive [tx + party.id]
        expect_ok
        shr     esi, 16
        cmp     esi, DONE
        je      .done
        expect_bits ebx, ~0xFFF, 0xBFFFF000
        exregs  T(4), EX_SEND
        jmp     .until_done
.done:
        receive [rx + party.id]
        expect_ok
        expect_bits [tx + party.result], TAG_E, TAG_E
        expect_bits [rx + party.result], TAG_E, TAG_E
        ret

TEST 0, "5.5: the KIP cannot be written by a string"
        parties 4, 5
        fill    TX, 4096
        message tag(HELLO, 2, 0), string(100, 0), NOWHERE
        mov     eax, [kip]
        buffers STRINGS, string(100, 0), eax
        xfer    ZERO, ZERO
        exchange
        expect_bits [tx + party.result], TAG_E, TAG_E
        expect_bits [rx + party.result], TAG_E, TAG_E
        kernel_interface
        expect  [eax], KIP_MAGIC
        ret

; ---- page faults of the copy

TEST 143, "an unmapped page of the source is asked of the sender's pager, then the copy goes on"
        parties 4, 5, bare
        pages   4, NOWHERE, fpage(page(0), 12, RWX)
        pages   4, NOWHERE + 0x2000, fpage(page(2), 12, RWX)
        pages   5, NOWHERE, fpage(RX, 16, RWX)
        fill    TX, 0x4000
        message tag(HELLO, 2, 0), string(0x3000, 0), NOWHERE
        buffers STRINGS, string(0x4000, 0), NOWHERE + 0x123
        call    go
        expect_party_fault 4, 0, NOWHERE + 0x1000
        serve   4, NOWHERE + 0x1000, fpage(page(1), 12, R)
        call    both_done
        expect_delivered
        same    TX, RX + 0x123, 0x3000
        blank   RX + 0x3123, 0x100
        ret

TEST 144, "an unmapped page of the buffer is asked of the receiver's pager, for writing"
        parties 4, 5, bare
        pages   4, NOWHERE, fpage(TX, 16, RWX)
        pages   5, NOWHERE, fpage(page(16), 12, RWX)
        pages   5, NOWHERE + 0x2000, fpage(page(18), 12, RWX)
        fill    TX, 0x4000
        message tag(HELLO, 2, 0), string(0x3000 - 0x123, 0), NOWHERE
        buffers STRINGS, string(0x4000, 0), NOWHERE + 0x123
        call    go
        expect_party_fault 5, W, NOWHERE + 0x1000
        serve   5, NOWHERE + 0x1000, fpage(page(17), 12, RWX)
        call    both_done
        expect_delivered
        same    TX, RX + 0x123, 0x3000 - 0x123
        blank   RX, 0x123
        ret

TEST 144, "a read-only page of the buffer is asked for writing"
        parties 4, 5, bare
        pages   4, NOWHERE, fpage(TX, 16, RWX)
        pages   5, NOWHERE, fpage(RX, 12, R)
        fill    TX, 0x4000
        message tag(HELLO, 2, 0), string(0x100, 0), NOWHERE
        buffers STRINGS, string(0x100, 0), NOWHERE
        call    go
        expect_party_fault 5, W, NOWHERE
        blank   RX, 0x100
        serve   5, NOWHERE, fpage(RX, 12, RWX)
        call    both_done
        expect_delivered
        same    TX, RX, 0x100
        ret

TEST 144, "pages of both sides may be missing, all of them"
        parties 4, 5, bare
        fill    TX, 0x4000
        message tag(HELLO, 2, 0), string(0x3000, 0), NOWHERE
        buffers STRINGS, string(0x3000, 0), NOWHERE + 0x800
        call    go
        mov     edi, 7                          ; three pages there, four here
.fault:
        receive ANYTHREAD
        expect_ok
        expect_bits esi, 0xFFF8FFFF, tag(LABEL_FAULT, 0, 2)
        and     ebx, 0xF000
        mov     edx, ebx
        or      edx, MAP | NOWHERE
        cmp     eax, T(4)
        je      .source
        add     ebx, RX - TX
.source:
        add     ebx, fpage(TX, 12, RWX)
        push    eax
        set_item 1, edx, ebx
        pop     eax
        send    eax, tag(0, 2, 0), ZERO
        expect_ok
        dec     edi
        jnz     .fault
        call    both_done
        expect_delivered
        same    TX, RX + 0x800, 0x3000
        ret

TEST 0, "5.6: while the copy waits for a pager both partners are engaged"
        parties 4, 5, bare
        pages   4, NOWHERE, fpage(TX, 16, RWX)
        fill    TX, 0x1000
        message tag(HELLO, 2, 0), string(0x100, 0), NOWHERE
        buffers STRINGS, string(0x100, 0), NOWHERE
        mov     dword [rx + party.partner], ANYTHREAD
        call    go
        expect_party_fault 5, W, NOWHERE
        schedule T(4)
        expect  eax, STATE_SENDING
        schedule T(5)
        expect  eax, STATE_RECEIVING
        thread  1, .third                       ; nobody else's message gets in between
        sleep   MOMENT
        send    T(4), tag(HELLO, 0, 0), ZERO
        expect_ipc_error SEND_TIMEOUT
        serve   5, NOWHERE, fpage(RX, 12, RWX)
        call    both_done
        expect_delivered
        expect  [rx + party.from], T(4)
        same    TX, RX, 0x100
        ret
.third:
        send    T(5), tag(0x9999, 0, 0)
        jmp     sleep_forever

TEST 145, "transfer timeouts of zero do not matter without a fault"
        parties 4, 5
        fill    TX, 0x4000
        message tag(HELLO, 2, 0), string(0x3000, 0), NOWHERE
        buffers STRINGS, string(0x3000, 0), NOWHERE
        xfer    ZERO, ZERO
        exchange
        expect_delivered
        same    TX, RX, 0x3000
        ret

; A hole in the middle of the source: what both see, and that the counted bytes arrived.
%macro hole_in_source 0.nolist
        parties 4, 5, bare
        pages   4, NOWHERE, fpage(page(0), 12, RWX)
        pages   5, NOWHERE, fpage(RX, 16, RWX)
        fill    TX, 0x2000
        message tag(HELLO, 2, 0), string(0x1800, 0), NOWHERE
        buffers STRINGS, string(0x2000, 0), NOWHERE
%endmacro
%macro hole_in_buffer 0.nolist
        parties 4, 5, bare
        pages   4, NOWHERE, fpage(TX, 16, RWX)
        pages   5, NOWHERE, fpage(RX, 12, RWX)
        fill    TX, 0x2000
        message tag(HELLO, 2, 0), string(0x1800, 0), NOWHERE
        buffers STRINGS, string(0x2000, 0), NOWHERE
%endmacro
%macro expect_part 2.nolist            ; codes of sender and receiver
        expect_broken %1, %2
        expect_below eax, 0x1001
        mov     edi, eax
        same    TX, RX, edi
        blank   RX + 0x1000, 0x1000
%endmacro

TEST 146, "a sender's transfer timeout of zero ends at a fault of its own"
        hole_in_source
        xfer    ZERO, NEVER
        exchange
        expect_part FAULT_HERE, FAULT_THERE
        ret

TEST 146, "a receiver's transfer timeout of zero ends at a fault of the sender"
        hole_in_source
        xfer    NEVER, ZERO
        exchange
        expect_part FAULT_HERE, FAULT_THERE
        ret

TEST 146, "a sender's transfer timeout of zero ends at a fault of the receiver"
        hole_in_buffer
        xfer    ZERO, NEVER
        exchange
        expect_part FAULT_THERE, FAULT_HERE
        ret

TEST 146, "a receiver's transfer timeout of zero ends at a fault of its own"
        hole_in_buffer
        xfer    NEVER, ZERO
        exchange
        expect_part FAULT_THERE, FAULT_HERE
        ret

TEST 147, "the shorter transfer timeout ends a copy that waits for the sender's pager, not before its time"
        hole_in_source
        xfer    ms(50), SECOND
        call    go
        expect_party_fault 4, 0, NOWHERE + 0x1000
        stamp   began
        call    both_done
        elapsed began
        expect_at_least eax, 45 * 1024          ; it began before we knew
        expect_below eax, 500 * 1024
        expect_part FAULT_HERE, FAULT_THERE
        ret

TEST 147, "the shorter transfer timeout ends a copy that waits for the receiver's pager, not before its time"
        hole_in_buffer
        xfer    SECOND, ms(50)
        call    go
        expect_party_fault 5, W, NOWHERE + 0x1000
        stamp   began
        call    both_done
        elapsed began
        expect_at_least eax, 45 * 1024
        expect_below eax, 500 * 1024
        expect_part FAULT_THERE, FAULT_HERE
        ret

TEST 0, "5.6: a transfer timeout is counted from the first fault"
        parties 4, 5, bare
        pages   4, NOWHERE, fpage(page(0), 12, RWX)
        pages   5, NOWHERE, fpage(RX, 16, RWX)
        fill    TX, 0x3000
        message tag(HELLO, 2, 0), string(0x3000, 0), NOWHERE
        buffers STRINGS, string(0x3000, 0), NOWHERE
        xfer    ms(200), NEVER
        call    go
        expect_party_fault 4, 0, NOWHERE + 0x1000
        stamp   began
        sleep   ms(120)
        serve   4, NOWHERE + 0x1000, fpage(page(1), 12, RWX)
        expect_party_fault 4, 0, NOWHERE + 0x2000
        call    both_done
        elapsed began
        expect_below eax, 300 * 1024            ; 120 + 200 had it begun again
        expect_broken FAULT_HERE, FAULT_THERE
        expect_below eax, 0x2001
        mov     edi, eax
        same    TX, RX, edi
        ret

TEST 148, "without transfer timeouts a pager may take its time"
        hole_in_source
        xfer    NEVER, NEVER
        call    go
        expect_party_fault 4, 0, NOWHERE + 0x1000
        sleep   period(800, 11)                 ; longer than the timeouts of the IPC itself
        serve   4, NOWHERE + 0x1000, fpage(page(1), 12, RWX)
        call    both_done
        expect_delivered
        same    TX, RX, 0x1800
        ret

TEST 0, "5.6: a pager that does not help is asked again"
        hole_in_buffer
        call    go
        expect_party_fault 5, W, NOWHERE + 0x1000
        send    T(5), tag(0, 0, 0), ZERO
        expect_party_fault 5, W, NOWHERE + 0x1000
        serve   5, NOWHERE + 0x1000, fpage(page(17), 12, RWX)
        call    both_done
        expect_delivered
        same    TX, RX, 0x1800
        ret

; ---- aborts.  ExchangeRegisters reaches threads of the own space: 1 and 2.  Where such a party has
; to fault, its memory is at NOWHERE, of which our own space has nothing either.

TEST 149, "aborting a sender whose copy waits for the receiver's pager"
        parties 1, 5, bare
        pages   5, NOWHERE, fpage(RX, 12, RWX)
        fill    TX, 0x2000
        message tag(HELLO, 2, 0), string(0x1800, 0), TX
        buffers STRINGS, string(0x2000, 0), NOWHERE
        call    go
        expect_party_fault 5, W, NOWHERE + 0x1000
        exregs  T(1), EX_RECEIVE                ; R does not concern a sender
        schedule T(1)
        expect  eax, STATE_SENDING
        exregs  T(1), EX_SEND | EX_DELIVER
        expect_bits ecx, EX_SEND | EX_RECEIVE, EX_SEND
        call    both_done
        expect_part ABORTED, ABORTED
        ret

TEST 149, "aborting a receiver whose copy waits for the sender's pager"
        parties 4, 2, bare
        pages   4, NOWHERE, fpage(TX, 12, RWX)
        fill    TX, 0x2000
        message tag(HELLO, 2, 0), string(0x1800, 0), NOWHERE
        buffers STRINGS, string(0x2000, 0), RX
        call    go
        expect_party_fault 4, 0, NOWHERE + 0x1000
        exregs  T(2), EX_RECEIVE | EX_DELIVER
        expect_bits ecx, EX_SEND | EX_RECEIVE, EX_RECEIVE
        call    both_done
        expect_part ABORTED, ABORTED
        ret

TEST 149, "aborting a sender whose own page is missing"
        parties 1, 5
        message tag(HELLO, 2, 0), string(0x1800, 0), NOWHERE
        buffers STRINGS, string(0x2000, 0), NOWHERE
        call    go
        expect_party_fault 1, 0, NOWHERE
        exregs  T(1), EX_SEND
        call    both_done
        expect_broken ABORTED, ABORTED
        expect  eax, 0
        blank   RX, 0x2000
        ret

TEST 149, "aborting a receiver whose own page is missing"
        parties 4, 2
        fill    TX, 0x2000
        message tag(HELLO, 2, 0), string(0x1800, 0), NOWHERE
        buffers STRINGS, string(0x2000, 0), NOWHERE
        call    go
        expect_party_fault 2, W, NOWHERE
        exregs  T(2), EX_RECEIVE
        call    both_done
        expect_broken ABORTED, ABORTED
        expect  eax, 0
        ret

TEST 0, "4.3: deleting the partner of a copy that waits aborts it"
        hole_in_source
        call    go
        expect_party_fault 4, 0, NOWHERE + 0x1000
        threadcontrol T(4), NIL, NIL, NIL, -1
        expect  eax, 1
        receive T(5)
        expect_ok
        expect_bits [rx + party.result], TAG_E, TAG_E
        expect_bits [rx + party.error], 15, ABORTED << 1 | 1
        parties 6, 7, bare
        pages   6, NOWHERE, fpage(TX, 16, RWX)
        message tag(HELLO, 2, 0), string(0x1800, 0), NOWHERE
        buffers STRINGS, string(0x2000, 0), NOWHERE
        call    go
        expect_party_fault 7, W, NOWHERE
        threadcontrol T(7), NIL, NIL, NIL, -1
        expect  eax, 1
        receive T(6)
        expect_ok
        expect_bits [tx + party.result], TAG_E, TAG_E
        expect_bits [tx + party.error], 15, ABORTED << 1
        ret

TEST 0, "4.3: deleting the partner that does not fault aborts the copy too"
        hole_in_source
        call    go
        expect_party_fault 4, 0, NOWHERE + 0x1000
        threadcontrol T(5), NIL, NIL, NIL, -1
        expect  eax, 1
        receive T(4)
        expect_ok
        expect_bits [tx + party.result], TAG_E, TAG_E
        expect_bits [tx + party.error], 15, ABORTED << 1
        ret

TEST 0, "4.2: a sender that is halted in its copy ends it, and stops then"
        parties 1, 5, bare
        fill    TX, 0x1000
        message tag(HELLO, 2, 0), string(0x800, 0), TX
        buffers STRINGS, string(0x1000, 0), NOWHERE
        call    go
        expect_party_fault 5, W, NOWHERE
        exregs  T(1), EX_HALT | EX_H
        serve   5, NOWHERE, fpage(RX, 12, RWX)
        receive T(5)
        expect_ok
        expect  esi, tag(DONE, 0, 0)
        receive T(1), MOMENT
        expect_ipc_error RECV_TIMEOUT
        exregs  T(1), EX_H
        receive T(1)
        expect_ok
        expect_delivered
        same    TX, RX, 0x800
        ret

; ---- what else must not happen

TEST 150, "bytes around what arrived are untouched, whatever the length"
        parties 4, 5
        mov     edi, 1
.next:
        fill    TX, 200
        mov     eax, edi
        shl     eax, 10
        message tag(HELLO, 2, 0), eax, NOWHERE + 3
        buffers STRINGS, string(4000, 0), NOWHERE + 0xFC1
        exchange
        expect_delivered
        same    TX + 3, RX + 0xFC1, edi
        blank   RX + 0xF00, 0xC1
        lea     edx, [edi + RX + 0xFC1]
        blank   edx, 200
        mov     edx, RX + 0xF00
.clean:
        mov     byte [edx], BLANK
        inc     edx
        cmp     edx, RX + 0x1100
        jb      .clean
        inc     edi
        cmp     edi, 70
        jb      .next
        ret

TEST 0, "5.5: a string for a thread that waits for its pager's answer is an overflow"
        space   4, agent
        order   4, peek, NOWHERE + 4
        expect_fault 0, NOWHERE + 4
        mov     dword [page(1) + 4], 0x4711
        set_item 1, string(16, 0), TX
        send    T(4), tag(0, 2, 0)
        expect_bits esi, TAG_E, TAG_E
        and     ecx, 15
        expect  ecx, OVERFLOW << 1
        receive T(4)                            ; it faults again
        expect_fault 0, NOWHERE + 4
        set_item 1, MAP | NOWHERE, fpage(page(1), 12, RWX)
        rpc     T(4), tag(0, 2, 0)
        expect_answer 0x4711
        ret

