; SPDX-License-Identifier: MIT
; The kernel starts the root server without a stack.
bits 32
section .text
global _start
extern wortel_main, __wortel_start
_start:
        mov     esp, stack_top
        xor     ebp, ebp
        cld
        call    wortel_main
        ud2
section .bss
align 16
        resb    16384
stack_top:
