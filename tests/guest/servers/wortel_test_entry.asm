; SPDX-License-Identifier: MIT
; Started by wortel as physmem (no stack, no startup data) or by the startup code: task_main(data or NULL).
bits 32
section .text
global _start
extern task_main
_start:
        xor     eax, eax
        test    esp, esp
        jz      .bare
        mov     eax, [esp + 4]
.bare:
        mov     esp, stack_top
        xor     ebp, ebp
        cld
        push    eax
        call    task_main
        ud2
section .bss
align 16
        resb    16384
stack_top:
section .note.GNU-stack noalloc noexec nowrite progbits
