; SPDX-License-Identifier: MIT
; Stands in the loader's place and says how many instructions the machine had executed by then:
; firmware and QEMU's own boot code, which bench/run takes off the boot figures.
bits 32
COM1            equ 0x3F8
DEBUG_EXIT      equ 0xF4

section .multiboot
align 4
        dd      0x1BADB002, 3, -(0x1BADB002 + 3)        ; modules on pages, memory map wanted

section .text
global _start
_start:
        rdtsc
        mov     esp, stack_top
        push    eax
        mov     esi, text
.text:
        lodsb
        test    al, al
        jz      .number
        call    putc
        jmp     .text
.number:
        pop     eax
        call    decimal
        mov     esi, unit
.unit:
        lodsb
        test    al, al
        jz      .end
        call    putc
        jmp     .unit
.end:
        mov     al, 0x20
        out     DEBUG_EXIT, al
        hlt

decimal:
        xor     edx, edx
        mov     ecx, 10
        div     ecx
        push    edx
        test    eax, eax
        jz      .last
        call    decimal
.last:
        pop     eax
        add     al, '0'
putc:
        mov     dx, COM1
        out     dx, al
        ret

section .rodata
text:   db      "bench boot.stamp ", 0
unit:   db      " instr", 10, 0

section .bss
        resb    256
stack_top:
