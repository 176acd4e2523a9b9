; SPDX-License-Identifier: MIT
; Start of a server or root task, which the kernel enters without a stack (spec 6.8).  A program
; that brings its own _start does not get this member.  main() takes nothing and does not return.

        extern  L4_Init, main, __L4_Links

        section .bss
        align   16
stack:  resb    16384
.top:

        section .text._start
        global  _start
_start:
        mov     esp, stack.top
        xor     ebp, ebp                ; end of every backtrace
        call    L4_Init
        call    main
.halt:  mov     edi, [gs:0]             ; nobody to return to: sleep for good, receiving from oneself
        mov     edx, edi
        xor     eax, eax
        xor     ecx, ecx
        xor     esi, esi
        call    [__L4_Links + 16]
        jmp     .halt

        section .note.GNU-stack noalloc noexec nowrite progbits
