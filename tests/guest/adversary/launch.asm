; SPDX-License-Identifier: MIT
; bool launch(void): all registers from `machine`, then to machine.entry.  Back by `jmp [cs:normal_at]` (true) or, refused, at
; resume_at (false), whatever has become of stack and segments.
        extern  resume_at, machine
        global  launch, normal_at
MACHINE_ESP     equ 28
MACHINE_ENTRY   equ 32
USER_DS         equ 0x23
USER_GS         equ 0x33

        section .text
launch: pushad
        pushfd
        mov     [saved_esp], esp
        mov     dword [resume_at], .refused
        mov     dword [normal_at], .normal
        mov     eax, [machine]
        mov     ebx, [machine + 4]
        mov     ecx, [machine + 8]
        mov     edx, [machine + 12]
        mov     esi, [machine + 16]
        mov     edi, [machine + 20]
        mov     ebp, [machine + 24]
        cmp     dword [machine + MACHINE_ESP], 0
        je      .go
        mov     esp, [machine + MACHINE_ESP]
.go:    jmp     [cs:machine + MACHINE_ENTRY]
.normal:
        mov     edx, 1
        jmp     .mend
.refused:
        xor     edx, edx
.mend:  mov     eax, USER_DS
        mov     ss, eax
        mov     esp, [cs:saved_esp]
        mov     ds, eax
        mov     es, eax
        mov     fs, eax
        mov     eax, USER_GS
        mov     gs, eax
        push    dword 0x202             ; no TF, NT, AC, DF
        popfd
        mov     [saved_esp], edx
        popfd
        popad
        mov     eax, [saved_esp]
        ret

        section .bss
        align   4
saved_esp: resd 1
normal_at: resd 1
        section .note.GNU-stack noalloc noexec nowrite progbits
