; SPDX-License-Identifier: MIT
; More memory behind the arena, for strings: a megabyte at 0x400000 and one at 0x500000.
section .bss
                resb 0x260000
