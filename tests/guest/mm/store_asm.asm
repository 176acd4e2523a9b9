; SPDX-License-Identifier: MIT
; unsigned store_registers_survive(uintptr_t page): all registers have values of their own when the
; page is touched; 0 when they, the flags and the stack are the same afterwards.
bits 32
section .text
global store_registers_survive

store_registers_survive:
        pushad
        mov     ebp, [esp + 36]
        mov     eax, 0x11111111
        mov     ebx, 0x22222222
        mov     ecx, 0x33333333
        mov     edx, 0x44444444
        mov     esi, 0x55555555
        mov     edi, esp
        std
        stc
        mov     dword [ebp], eax        ; the fault
        jnc     .bad
        pushfd
        cld
        test    dword [esp], 0x400      ; DF
        lea     esp, [esp + 4]
        jz      .bad
        cmp     eax, 0x11111111
        jne     .bad
        cmp     ebx, 0x22222222
        jne     .bad
        cmp     ecx, 0x33333333
        jne     .bad
        cmp     edx, 0x44444444
        jne     .bad
        cmp     esi, 0x55555555
        jne     .bad
        cmp     edi, esp
        jne     .bad
        mov     eax, [esp + 36]
        cmp     ebp, eax
        jne     .bad
        popad
        xor     eax, eax
        ret
.bad:   cld
        popad
        mov     eax, 1
        ret
