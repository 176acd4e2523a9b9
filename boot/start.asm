; SPDX-License-Identifier: MIT
; The first and last instructions: the multiboot header, the entry, and the trampoline, which
; starts the kernel.

        extern  loader_main
MAGIC   equ 0x1BADB002
FLAGS   equ 0x00000003                  ; modules page aligned, memory information please

        section .multiboot align=4
        dd      MAGIC, FLAGS, -(MAGIC + FLAGS)

        section .bss align=16
stack:  resb    16384
.top:

        section .text
        global  loader_entry, trampoline_start, trampoline_end
loader_entry:                           ; eax magic, ebx multiboot information
        cli
        cld
        mov     esp, stack.top
        push    ebx
        push    eax
        call    loader_main             ; does not return

; The trampoline.  An image may be loaded over this loader, so tables.c copies the trampoline to a
; place where no image goes.  C calls it with (const struct copy *, entry).  It reads its arguments
; first, and uses no stack after that.
trampoline_start:
        mov     edx, [esp + 4]
        mov     ebx, [esp + 8]
.next:  mov     edi, [edx]              ; struct copy: dest, source, bytes, zeros
        mov     esi, [edx + 4]
        mov     ecx, [edx + 8]
        mov     eax, ecx
        or      eax, [edx + 12]
        jz      .go                     ; no bytes and no zeros: the end
        shr     ecx, 2                  ; words, then the bytes that are left
        rep movsd
        mov     ecx, [edx + 8]
        and     ecx, 3
        rep movsb
        xor     eax, eax
        mov     ecx, [edx + 12]
        shr     ecx, 2
        rep stosd
        mov     ecx, [edx + 12]
        and     ecx, 3
        rep stosb
        add     edx, 16
        jmp     .next
.go:    jmp     ebx
trampoline_end:

        section .note.GNU-stack noalloc noexec nowrite progbits
