; SPDX-License-Identifier: MIT
; The trace that this program plays: TRACE is a file of trace.h's form.
section .rodata
global trace
align 4
trace:  incbin TRACE
