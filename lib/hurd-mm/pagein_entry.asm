; SPDX-License-Identifier: MIT
; Where a thread continues that must bring in its own page, see pagein.c.  The word on top of the
; stack is free: it becomes the return address.  All registers and flags are as they
; were when we leave.
bits 32
section .text
global pagein_entry
extern pagein_run

pagein_entry:
        pushfd
        pushad
        cld
        lea     eax, [esp + 36]         ; behind 8 registers and the flags
        push    eax
        call    pagein_run
        add     esp, 4
        popad
        popfd
        ret
