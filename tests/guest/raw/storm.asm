; SPDX-License-Identifier: MIT
; Five threads in three spaces do at random what threads do to each other: messages of all kinds,
; maps, grants, unmaps, ExchangeRegisters.  Nothing is expected of any single step; afterwards the
; kernel must be in order, and under `make check` its invariant walkers look on.
%include "raw.inc"

extern bomb_threads

STORMERS        equ 5           ; T(4)..T(8)
%ifndef SEED
%define SEED    20050617
%endif
STORM           equ 3000        ; messages that T(0) takes

section .bss
alignb 4
seed:           resd 1
left:           resd 1
room:           resd 1

section .text

random:                         ; -> eax
        mov     eax, [seed]
        imul    eax, 1664525
        add     eax, 1013904223
        mov     [seed], eax
        rol     eax, 11
        ret

below:                          ; ecx limit -> eax random below it
        push    edx
        call    random
        xor     edx, edx
        div     ecx
        mov     eax, edx
        pop     edx
        ret

; -> eax one of T(4)..T(8), global or (wrong or right) local id, or now and then somebody else
somebody:
        mov     ecx, 20
        call    below
        cmp     eax, 16
        jae     .other
        xor     edx, edx
        mov     ecx, STORMERS
        div     ecx
        test    eax, eax
        jz      .local
        lea     eax, [edx + FIRST_NUMBER + 4]
        shl     eax, 14
        or      eax, 5
        ret
.local:
        lea     eax, [edx + 5]
        shl     eax, 9
        add     eax, [utcb_area]
        add     eax, UTCB_TO_MR0
        ret
.other:
        and     eax, 3
        mov     eax, [.others + 4 * eax]
        ret
section .rodata
align 4
.others: dd     ANYTHREAD, ANYLOCAL, T(9), T(0)
section .text

; -> eax an fpage of 1 to 64 pages within 4 MB at NOWHERE (or NOWHERE + 4 MB), with any rights
some_fpage:
        push    edx
        mov     ecx, 7
        call    below
        lea     edx, [eax + 12]
        shl     edx, 4
        call    random
        and     eax, 0x007FF007
        add     eax, NOWHERE
        or      eax, edx
        pop     edx
        ret

; One after the other, for ever.
stormer:
        call    random
        shr     eax, 29
        call    [.deeds + 4 * eax]
        jmp     stormer
section .rodata
align 4
.deeds: dd      talk, talk, talk, talk, talk, take_back, meddle, touch
section .text

talk:                           ; up to three map or grant items, or words, to somebody
        call    random
        and     eax, 3
        cmp     eax, 3
        je      .window
        mov     edi, eax        ; items
        xor     ebx, ebx
.item:
        cmp     ebx, edi
        jae     .send
        call    some_fpage
        mov     edx, eax
        call    some_fpage
        and     eax, ~0xFFF
        or      eax, MAP
        test    edx, 1 << 14
        jz      .map
        or      eax, GRANT
.map:
        mov     ecx, [gs:0]
        mov     [ecx + 8 * ebx + 4], eax
        mov     [ecx + 8 * ebx + 8], edx
        inc     ebx
        jmp     .item
.window:
        xor     edi, edi
        call    some_fpage
        test    eax, 1 << 13
        jz      .set
        mov     eax, COMPLETE
.set:
        set_tcr BR0, eax
.send:
        call    somebody
        set_tcr SENDER, eax
        call    somebody
        mov     ebx, eax
        call    somebody
        mov     edx, eax
        call    random
        mov     ecx, timeouts(ZERO, NEVER)      ; one in eight waits until somebody helps
        test    eax, 7
        jz      .go
        mov     ecx, timeouts(ZERO, ZERO)
        test    eax, 8
        jz      .go
        mov     ecx, timeouts(period(200, 0), period(200, 0))
.go:
        shl     edi, 7                          ; t = 2 * items
        and     eax, TAG_P
        or      edi, eax
        or      edi, tag(HELLO, 0, 0)
        ipc     ebx, edx, ecx, edi
        ret

take_back:
        call    some_fpage
        mov     edx, eax
        call    random
        and     eax, UNMAP_FLUSH
        unmap   eax, edx
        ret

meddle:                         ; halt, resume, abort somebody
        call    somebody
        mov     edx, eax
        call    random
        and     eax, EX_HALT | EX_RECEIVE | EX_SEND | EX_HANDLE | EX_H | EX_DELIVER | EX_FLAGS
        exregs  edx, eax, 0, 0, -1, 0, 0
        ret

touch:
        call    some_fpage
        and     eax, ~0xFFF
        test    eax, 0x10000
        jz      .read
        mov     [eax], eax
        ret
.read:
        mov     eax, [eax]
        ret

; ---- T(0): pager and nurse

revive:                         ; ebx number: running again, whatever it was
        lea     ecx, [ebx + FIRST_NUMBER]
        shl     ecx, 14
        or      ecx, 5
        mov     eax, ebx
        inc     eax
        shl     eax, 10
        add     eax, stacks
        push    ebx
        exregs  ecx, 0x11E, eax, stormer
        pop     ebx
        ret

TEST 0, "a storm of messages, mappings and interference leaves the kernel in order"
        call    bomb_threads
        mov     [room], eax
        mov     dword [seed], SEED
        mov     dword [left], STORM
        space   4, stormer
        thread_in 5, 4, stormer
        space   6, stormer
        thread_in 7, 6, stormer
        space   8, stormer
.next:
        dec     dword [left]
        jz      .over
        receive ANYTHREAD, period(500, 3)
        test    esi, TAG_E
        jnz     .quiet
        mov     edi, eax
        mov     eax, esi
        shr     eax, 20
        cmp     eax, LABEL_FAULT >> 4
        jne     .next
        mov     eax, ebx
        and     eax, 0xFF800000
        cmp     eax, NOWHERE
        je      .page
        set_item 1, MAP | IMAGE, fpage(IMAGE, IMAGE_LOG2, RWX)
        send    edi, tag(0, 2, 0), ZERO
        jmp     .next
.page:
        and     ebx, 0x007FF000
        mov     ecx, ebx
        and     ecx, 0x3F000
        add     ecx, fpage(ARENA, 12, RWX)
        or      ebx, NOWHERE | MAP
        set_item 1, ebx, ecx
        send    edi, tag(0, 2, 0), ZERO
        jmp     .next
.quiet:                                         ; all wait or are halted
        mov     ebx, 4
.nurse:
        call    revive
        inc     ebx
        cmp     ebx, 4 + STORMERS
        jb      .nurse
        jmp     .next
.over:
        unmap   0, fpage(ARENA, 18, RWX)        ; all that they have comes from here
        mov     ebx, 4
.end:
        lea     ecx, [ebx + FIRST_NUMBER]
        shl     ecx, 14
        or      ecx, 5
        threadcontrol ecx, NIL, NIL, NIL, -1
        expect  eax, 1
        inc     ebx
        cmp     ebx, 4 + STORMERS
        jb      .end
        call    bomb_threads
        expect  eax, [room]                     ; no kernel memory was lost
        space   30, agent
        set_item 3, MAP | NOWHERE, fpage(page(1), 12, RWX)
        mov     dword [page(1)], 0x1234
        order   30, peek, NOWHERE, 1
        expect_answer 0x1234
        ret

; ---- the same with the privileged calls: T(4)..T(15) come, change and go

CROWD           equ 12
CONTROLS        equ 6000

section .bss
alignb 4
arguments:      resd 5

section .text

one_of_crowd:                   ; -> eax an id, with one of four versions
        call    random
        xor     edx, edx
        mov     ecx, CROWD
        div     ecx
        and     eax, 3
        lea     edx, [edx + FIRST_NUMBER + 4]
        shl     edx, 14
        lea     eax, [eax + edx + 4]
        ret

crowd_or:                       ; eax something that means "none" here -> that, T(0), or one of the crowd
        push    eax
        call    random
        test    eax, 3 << 20
        jz      .none
        test    eax, 3 << 22
        jz      .self
        add     esp, 4
        jmp     one_of_crowd
.none:
        pop     eax
        ret
.self:
        pop     eax
        mov     eax, T(0)
        ret

some_utcb:                      ; -> eax -1, a place in the area, or a wrong one
        call    random
        test    eax, 3 << 20
        jz      .unchanged
        test    eax, 7 << 22
        jz      .end
        and     eax, 31 << 9
        add     eax, [utcb_area]
.end:
        ret
.unchanged:
        mov     eax, -1
        ret

some_area:                      ; eax the right fpage -> that, mostly
        push    eax
        call    random
        test    eax, 7 << 20
        jz      .wrong
        pop     eax
        ret
.wrong:
        add     esp, 4
        rol     eax, 7
        ret

control_thread:
        call    one_of_crowd
        mov     [arguments], eax
        mov     eax, [arguments]
        call    crowd_or        ; the space: itself, T(0)'s, somebody's
        mov     [arguments + 4], eax
        call    random
        test    eax, 7 << 20
        jnz     .exists
        mov     dword [arguments + 4], NIL
.exists:
        mov     eax, NIL
        call    crowd_or
        mov     [arguments + 8], eax
        mov     eax, NIL
        call    crowd_or
        mov     [arguments + 12], eax
        call    some_utcb
        mov     [arguments + 16], eax
        mov     ebx, arguments
        threadcontrol [ebx], [ebx + 4], [ebx + 8], [ebx + 12], [ebx + 16]
        ret

control_space:
        call    one_of_crowd
        mov     [arguments], eax
        mov     eax, [kip_page]
        call    some_area
        mov     [arguments + 4], eax
        mov     eax, [utcb_page]
        call    some_area
        mov     [arguments + 8], eax
        mov     ebx, arguments
        spacecontrol [ebx], 0, [ebx + 4], [ebx + 8]
        ret

control_registers:
        call    one_of_crowd
        mov     ebx, eax
        call    random
        shr     eax, 10
        and     eax, 0x3FF
        exregs  ebx, eax, stack_top(20), sleep_forever, -1, 0, T(0)
        ret

control_schedule:
        call    one_of_crowd
        mov     ebx, eax
        call    random
        mov     edx, eax
        call    random
        shr     eax, 24
        schedule ebx, edx, eax
        ret

start_somebody:
        call    one_of_crowd
        set_mr  1, sleep_forever
        set_mr  2, stack_top(20)
        ipc     eax, ANYTHREAD, timeouts(ZERO, ZERO), tag(HELLO, 0, 2)
        test    esi, TAG_E
        jnz     .end
        set_item 1, MAP | IMAGE, fpage(IMAGE, IMAGE_LOG2, RWX)
        send    eax, tag(0, 2, 0), ZERO
.end:
        ret

section .rodata
align 4
controls: dd    control_thread, control_thread, control_thread, control_thread, control_space
        dd      control_registers, control_schedule, start_somebody
section .text

TEST 0, "a storm of thread and space control leaves the kernel in order"
        call    bomb_threads
        mov     [room], eax
        mov     dword [seed], SEED
        mov     dword [left], CONTROLS
.next:
        call    random
        shr     eax, 29
        call    [controls + 4 * eax]
        test    dword [left], 63
        jnz     .go_on
        sleep   ms(1)                           ; those that can, run
.go_on:
        dec     dword [left]
        jnz     .next
        mov     edi, T(4)
.delete:
        threadcontrol edi, NIL, NIL, NIL, -1
        expect  eax, 1
        add     edi, 1 << 14
        cmp     edi, T(4 + CROWD)
        jb      .delete
        call    bomb_threads
        expect  eax, [room]                     ; no kernel memory was lost
        space   30, agent
        order   30, nothing, 0
        expect_answer 0
        ret
