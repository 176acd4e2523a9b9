; SPDX-License-Identifier: MIT
; First instruction of a thread of thread.c: function and argument are on its stack.
bits 32
section .text
global thread_entry
extern thread_run

thread_entry:
        xor     ebp, ebp
        cld
        call    thread_run              ; does not return
