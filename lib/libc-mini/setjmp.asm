; SPDX-License-Identifier: MIT
; setjmp() and longjmp(): ISO C 7.13.  jmp_buf: ebx esi edi ebp esp eip.
bits 32
section .text
global setjmp
global longjmp

setjmp:
        mov     eax, [esp + 4]
        mov     [eax], ebx
        mov     [eax + 4], esi
        mov     [eax + 8], edi
        mov     [eax + 12], ebp
        lea     ecx, [esp + 4]          ; esp as the caller sees it after the return
        mov     [eax + 16], ecx
        mov     ecx, [esp]
        mov     [eax + 20], ecx
        xor     eax, eax
        ret

longjmp:
        mov     edx, [esp + 4]
        mov     eax, [esp + 8]
        test    eax, eax
        jnz     .not_zero
        inc     eax                     ; a value of 0 arrives as 1
.not_zero:
        mov     ebx, [edx]
        mov     esi, [edx + 4]
        mov     edi, [edx + 8]
        mov     ebp, [edx + 12]
        mov     esp, [edx + 16]
        jmp     [edx + 20]
