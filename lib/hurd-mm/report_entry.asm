; SPDX-License-Identifier: MIT
; Where the pager sends a thread whose fault nobody can serve, see report.c.
bits 32
section .text
global report_trap
global report_entry
extern report_begin

report_trap:
        ud2

report_entry:
        mov     esp, stack_top          ; its own may be what is broken
        xor     ebp, ebp
        cld
        call    report_begin

section .early nobits alloc write align=16
stack:  resb    4096
stack_top:
