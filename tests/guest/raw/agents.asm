; SPDX-License-Identifier: MIT
; What helpers run: agents that carry out one order after the other, and spinners.  The code and
; its variables are in the image, which all test spaces share.
%define IN_AGENTS
%include "raw.inc"

section .bss
alignb 4
counter:        resd 1          ; what spin counts
gift_to:        resd 1          ; the arguments of give
gift_base:      resd 1
gift_page:      resd 1
global counter, gift_to, gift_base, gift_page

section .text
global agent, peek, poke, nothing, set_window, plain_unmap, flush, withdraw_write, give, spin
global sleep_forever, port_read

; Accepts pages anywhere; runs MR1 with ecx = MR2 and answers with its eax.  Orders may come from
; anybody.
agent:
        set_tcr BR0, COMPLETE
        receive ANYTHREAD, NEVER
.order:
        test    esi, TAG_E
        jnz     agent
        mov     edi, eax
        mov     ecx, ebp
        call    ebx
        set_mr  1, eax
        ipc     edi, ANYTHREAD, timeouts(SECOND, NEVER), tag(ANSWER, 0, 1)
        jmp     .order

peek:                           ; ecx address -> the word
        mov     eax, [ecx]
        ret

poke:                           ; ecx address
        mov     dword [ecx], 0x600DF00D
        mov     eax, 1
        ret

nothing:
        xor     eax, eax
        ret

set_window:                     ; ecx fpage
        set_tcr BR0, ecx
        ret

plain_unmap:                    ; ecx fpage -> the same with status
        unmap   0, ecx
        mov     eax, esi
        ret

withdraw_write:                 ; ecx fpage without rights
        or      ecx, W
        unmap   0, ecx
        mov     eax, esi
        ret

flush:                          ; ecx fpage
        unmap   UNMAP_FLUSH, ecx
        mov     eax, esi
        ret

give:                           ; sends gift_page to the agent gift_to -> tag of its answer
        push    edi
        push    ebp
        push    ebx
        set_mr  1, nothing
        set_mr  2, 0
        mov     eax, [gift_base]
        set_mr  3, eax
        mov     eax, [gift_page]
        set_mr  4, eax
        rpc     [gift_to], tag(ORDER, 2, 2)
        mov     eax, esi
        pop     ebx
        pop     ebp
        pop     edi
        ret

port_read:                      ; ecx port -> its byte
        mov     edx, ecx
        xor     eax, eax
.in:    in      al, dx
        ret

spin:
        inc     dword [counter]
        jmp     spin

sleep_forever:
        sleep   NEVER
        jmp     sleep_forever
