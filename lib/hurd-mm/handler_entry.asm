; SPDX-License-Identifier: MIT
; The thread's end of a signal, see handler.c.
bits 32
section .text
global handler_trap
global handler_entry
global handler_return
global handler_return_trap
global handler_has_fxsr
global handler_fxsave
global handler_fxrstor
extern handler_run

handler_trap:
        ud2

handler_entry:
        xor     ebp, ebp
        cld
        push    eax
        call    handler_run             ; does not return

handler_return:
        mov     eax, [esp + 4]
handler_return_trap:
        ud2

; A 486 may know no CPUID: then bit 21 of its flags cannot be changed.
handler_has_fxsr:
        push    ebx
        pushfd
        pop     eax
        mov     ecx, eax
        xor     eax, 1 << 21
        push    eax
        popfd
        pushfd
        pop     eax
        push    ecx
        popfd
        xor     eax, ecx
        test    eax, 1 << 21
        jz      .no
        mov     eax, 1
        cpuid
        mov     eax, edx
        shr     eax, 24                 ; FXSR
        and     eax, 1
        pop     ebx
        ret
.no:    xor     eax, eax
        pop     ebx
        ret

handler_fxsave:
        mov     eax, [esp + 4]
        fxsave  [eax]
        fninit
        ret

handler_fxrstor:
        mov     eax, [esp + 4]
        fxrstor [eax]
        ret
