; SPDX-License-Identifier: MIT
; The memory behind the image: linked last, so that all code, data and stacks stay in the first
; 256 KB, which children share, and the arena (0x340000, 64 pages) lies in here.
section .bss
                resb 0x80000
