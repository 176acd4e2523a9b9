; SPDX-License-Identifier: MIT
; int hurd_vm_copy(void *to, const void *from, size_t bytes): a copy out of a region of a file.  If
; a page of it does not come, the pager sends the thread to vm_copy_failed (report.c); nothing is on
; the stack then but what is pushed here.
;
; Many bytes go by SSE, which moves 16 with two instructions.  A processor without SSE refuses the
; SFENCE before it (MOVUPS is another instruction to a 486), and the kernel refuses the first MOVUPS
; of a thread if there is no memory for the registers: both are exceptions, for which the pager
; sends the thread to vm_copy_plainly.
bits 32
section .text
global hurd_vm_copy
global vm_copy_failed
global vm_copy_plainly
global vm_copy_wide
global vm_copy_end

%define NO_PAGE     5                   ; EIO
%define WIDE_LEAST  8192                ; for less, the trap at the first use of SSE costs more
%define ROUND       128                 ; bytes: all eight registers

hurd_vm_copy:
        push    esi
        push    edi
        mov     edi, [esp + 12]
        mov     esi, [esp + 16]
        mov     edx, [esp + 20]
        cmp     edx, WIDE_LEAST
        jae     vm_copy_wide
copy_rest:
        mov     ecx, edx
        shr     ecx, 2
        rep movsd
        mov     ecx, edx
        and     ecx, 3
        rep movsb
        xor     eax, eax
leave_copy:
        pop     edi
        pop     esi
        ret
vm_copy_failed:
        mov     eax, NO_PAGE
        jmp     leave_copy
vm_copy_plainly:                        ; from the beginning, and all other copies as well
        mov     byte [is_refused], 1
        mov     edi, [esp + 12]
        mov     esi, [esp + 16]
        mov     edx, [esp + 20]
        jmp     copy_rest
vm_copy_wide:
        cmp     byte [is_refused], 0
        jne     copy_rest
        sfence
        mov     ecx, edx
        and     edx, ROUND - 1          ; what is left for copy_rest
        xor     ecx, edx
        add     esi, ecx
        add     edi, ecx
        neg     ecx                     ; counts up to 0
.round:
%assign i 0
%rep 8
        movups  xmm%[i], [esi + ecx + 16 * i]
%assign i i + 1
%endrep
%assign i 0
%rep 8
        movups  [edi + ecx + 16 * i], xmm%[i]
%assign i i + 1
%endrep
        add     ecx, ROUND
        jnz     .round
        jmp     copy_rest
vm_copy_end:

section .bss
is_refused:
        resb    1
