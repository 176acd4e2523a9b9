; SPDX-License-Identifier: MIT
; The first instruction of the task server.  The startup code calls it.  It calls task_main(startup
; data) on `task`'s own stack.
bits 32
section .text
global _start
extern task_main
_start:
        mov     eax, [esp + 4]      ; struct hurd_startup_data *
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
