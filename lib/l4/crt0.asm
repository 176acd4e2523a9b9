; SPDX-License-Identifier: MIT
; The start of a server or root task.  The kernel starts it without a stack (spec 6.8).  If a
; program has its own _start, the linker leaves this file out.  main() takes no arguments and does
; not return.

        extern  L4_Init, main, __L4_Links

        section .bss
        align   16
stack:  resb    16384
.top:

        section .text._start
        global  _start
_start:
        mov     esp, stack.top
        xor     ebp, ebp                ; the end of every backtrace
        call    L4_Init
        call    main
        ; main() cannot return: sleep for ever, receiving from this thread itself
.halt:  mov     edi, [gs:0]
        mov     edx, edi
        xor     eax, eax
        xor     ecx, ecx
        xor     esi, esi
        call    [__L4_Links + 16]
        jmp     .halt

        section .note.GNU-stack noalloc noexec nowrite progbits
