; SPDX-License-Identifier: MIT
; Pages that say their numbers: large_code, of functions, and large_words, of constants.
bits 32
global large_code
global large_words

%define PAGES 512

section .text.large exec align=4096
large_code:
%assign i 0
%rep PAGES
        mov     eax, 0x5eed0000 + i     ; 5 bytes
        ret
        times 4096 - 6 db i & 0xff
%assign i i + 1
%endrep

section .rodata.large align=4096
large_words:
%assign i 0
%rep PAGES
        times 1024 dd i * 0x10001 + 7
%assign i i + 1
%endrep
