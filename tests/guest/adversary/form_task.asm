; SPDX-License-Identifier: MIT
; The task server's place: the startup code calls us with its data.
        global  _start
        extern  stage_main
        section .text
_start: mov     eax, [esp + 4]
        mov     esp, stack_top
        xor     ebp, ebp
        cld
        push    eax
        call    stage_main
        ud2
        section .bss
        align   16
        resb    16384
stack_top:
        section .note.GNU-stack noalloc noexec nowrite progbits
