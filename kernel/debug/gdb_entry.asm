; SPDX-License-Identifier: MIT
; Where the gates lead that gdb's stub takes.  The frame is that of entry.asm; the stub has a
; stack of its own, for the thread's may have no room left.
%include "x86.inc"

        extern  gdb_trap, gdb_stack, trap
        global  gdb_entry_debug, gdb_entry_breakpoint, gdb_entry_line

GDB_LINE  equ 3                         ; gdb.h
GDB_STACK equ 4096

        section .text
gdb_entry_debug:
        push    dword 0
        push    dword 1
        jmp     gdb_entered
gdb_entry_breakpoint:
        push    dword 0
        push    dword 3
        jmp     gdb_entered
gdb_entry_line:
        push    dword 0
        push    dword IRQ_VECTOR + GDB_LINE
gdb_entered:
        pushad
        cld
        mov     eax, USER_DS            ; flat, as entry.asm has them
        mov     ds, eax
        mov     es, eax
        mov     fs, eax
        mov     eax, USER_GS
        mov     gs, eax
        mov     eax, esp
        mov     ebx, esp
        mov     esp, gdb_stack + GDB_STACK
        call    gdb_trap
        mov     esp, ebx
        test    al, al
        jz      .back
        mov     eax, esp                ; the kernel's own business
        call    trap
.back:  popad
        add     esp, 8
        iretd

        section .note.GNU-stack noalloc noexec nowrite progbits
