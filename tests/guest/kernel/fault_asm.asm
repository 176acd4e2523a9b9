; SPDX-License-Identifier: MIT
; ud2 with a known value in every register; then what the exception handler made of them.
        section .text
        global  raise_with_registers, raise_ud2, raise_after
raise_with_registers:
        pushad
        mov     edi, 0xD1
        mov     esi, 0x51
        mov     ebp, 0xB9
        mov     ebx, 0xB3
        mov     edx, 0xD3
        mov     ecx, 0xC3
        mov     eax, 0xA3
raise_ud2:
        ud2
raise_after:
        mov     [raise_result], edi
        mov     [raise_result + 4], esi
        mov     [raise_result + 8], ebp
        mov     [raise_result + 16], ebx
        mov     [raise_result + 20], edx
        mov     [raise_result + 24], ecx
        mov     [raise_result + 28], eax
        pushfd
        pop     dword [raise_result + 12]       ; in esp's place: esp itself is needed right
        popad
        ret

        section .data
        global  raise_result
raise_result:
        times 8 dd 0
        section .note.GNU-stack noalloc noexec nowrite progbits
