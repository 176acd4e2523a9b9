; SPDX-License-Identifier: MIT
; The kernel's first instructions: protected mode, flat segments, paging off, nothing else promised.
; Maps the first 4 MB twice, where they are and at KERNEL_WINDOW, and goes up.
%include "x86.inc"

        extern  boot_main, boot_table, boot_directory, __bss_start, __bss_end
        global  start, boot_stack_top, idle_block

%define PHYS(x) ((x) - KERNEL_WINDOW)

        section .text
start:                                  ; runs at its physical address
        cli
        cld
        mov     edi, PHYS(__bss_start)  ; the loader may not have cleared it
        mov     ecx, PHYS(__bss_end)
        sub     ecx, edi
        xor     eax, eax
        rep stosb
        mov     esp, PHYS(boot_stack_top)
        mov     edi, PHYS(boot_table)
        mov     eax, 3                  ; present, writable
        mov     ecx, 1024
.fill:  stosd
        add     eax, 0x1000
        loop    .fill
        mov     eax, PHYS(boot_table) + 3
        mov     [PHYS(boot_directory)], eax
        mov     [PHYS(boot_directory) + (KERNEL_WINDOW >> 20)], eax
        mov     eax, PHYS(boot_directory)
        mov     cr3, eax
        mov     eax, cr0
        and     eax, ~0x60000000        ; caches on
        or      eax, 0x80010023         ; PG, WP, NE, MP, PE
        mov     cr0, eax
        mov     eax, .high
        jmp     eax
.high:  mov     esp, boot_stack_top
        call    boot_main
.stop:  hlt
        jmp     .stop

        section .bss
        align   2048
idle_block:                             ; the idle thread; its stack is also the boot stack
        resb    2048
boot_stack_top:

        section .note.GNU-stack noalloc noexec nowrite progbits
