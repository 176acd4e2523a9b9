; SPDX-License-Identifier: MIT
; Where the pager sends a thread whose fault nobody can serve, see report.c.
bits 32
section .text
global report_trap
global report_entry
global report_stack
extern report_begin

report_trap:
        ud2

report_entry:
        mov     esp, [report_stack]     ; its own may be what is broken
        xor     ebp, ebp
        cld
        call    report_begin

section .bss
report_stack:   resd 1                  ; in the startup page: it is there, and not used any more
