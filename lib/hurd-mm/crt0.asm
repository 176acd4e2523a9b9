; SPDX-License-Identifier: MIT
; Entry of a program in a task: the startup code calls us with the address of struct
; hurd_startup_data (spec hurd 1.5).  Its stack is the startup page's, and ours, too, until start.c
; has made the real one.
bits 32
section .text._start
global _start
extern start_early
extern start_main
extern report_stack

_start:
        mov     eax, [esp + 4]
        mov     [report_stack], esp
        xor     ebp, ebp                ; end of every backtrace
        cld
        push    eax
        call    start_early             ; returns the top of the main thread's stack
        mov     esp, eax
        xor     ebp, ebp
        call    start_main              ; does not return
