; SPDX-License-Identifier: MIT
; int hurd_vm_copy(void *to, const void *from, size_t bytes): a copy out of a region of a file.  If
; a page of it does not come, the pager sends the thread to vm_copy_failed (report.c); nothing is on
; the stack then but what is pushed here.
bits 32
section .text
global hurd_vm_copy
global vm_copy_failed
global vm_copy_end

%define NO_PAGE 5                       ; EIO

hurd_vm_copy:
        push    esi
        push    edi
        mov     edi, [esp + 12]
        mov     esi, [esp + 16]
        mov     edx, [esp + 20]
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
vm_copy_end:
