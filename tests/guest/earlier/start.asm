; SPDX-License-Identifier: MIT
; The multiboot header and entry, and the jump to a loader with what such an entry expects.
        extern  earlier_main
        global  earlier_entry, leave
MAGIC   equ 0x1BADB002
FLAGS   equ 0x00000003                  ; modules page aligned, memory information please

        section .multiboot align=4
        dd      MAGIC, FLAGS, -(MAGIC + FLAGS)

        section .bss align=16
stack:  resb    16384
.top:

        section .text
earlier_entry:                          ; eax magic, ebx multiboot information
        cli
        cld
        mov     esp, stack.top
        push    ebx
        call    earlier_main            ; does not return

leave:                                  ; (entry, multiboot information)
        mov     ecx, [esp + 4]
        mov     ebx, [esp + 8]
        mov     eax, 0x2BADB002
        jmp     ecx

        section .note.GNU-stack noalloc noexec nowrite progbits
