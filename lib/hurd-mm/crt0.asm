; SPDX-License-Identifier: MIT
; Entry of a program in a task: the startup code calls us with the address of struct
; hurd_startup_data (spec hurd 1.5).  Its stack is the startup page's; ours is a
; small one until start.c has made the real one.
bits 32
section .text._start
global _start
extern start_early
extern start_main

_start:
        mov     eax, [esp + 4]
        mov     esp, stack_top
        xor     ebp, ebp                ; end of every backtrace
        cld
        push    eax
        call    start_early             ; returns the top of the main thread's stack
        mov     esp, eax
        xor     ebp, ebp
        call    start_main              ; does not return

section .early nobits alloc write align=16
stack:  resb    8192
stack_top:
