; SPDX-License-Identifier: MIT
; The ground under the tests: what the KIP tells, memory and ports, expectations, printing.
; Shared with bench/.
%define IN_GROUND
%include "raw.inc"

extern _end, report

COM1            equ 0x3F8

section .data
align 4
main_id         dd 0
sigma0_id       dd 0
user_base       dd 0
system_base     dd 0
kip             dd 0
kip_page        dd 0            ; fpage of the KIP area
utcb_area       dd 0
nil_window_ok   db 0, 0, 0, 0   ; boot option nilwindow=ok, see "choice 18"
utcb_page       dd 0            ; fpage that children get as UTCB area: 32 threads
link_table:                     ; absolute addresses, in the order of the KIP
link_spacecontrol       dd 0
link_threadcontrol      dd 0
link_processorcontrol   dd 0
link_memorycontrol      dd 0
link_ipc                dd 0
link_lipc               dd 0
link_unmap              dd 0
link_exregs             dd 0
link_clock              dd 0
link_threadswitch       dd 0
link_schedule           dd 0
global nil_window_ok
global main_id, sigma0_id, user_base, system_base, kip, kip_page, utcb_area, utcb_page, stacks
global link_spacecontrol, link_threadcontrol, link_processorcontrol, link_memorycontrol, link_ipc
global link_lipc
global link_unmap, link_exregs, link_clock, link_threadswitch, link_schedule
global learn, touch_image, open_ports, print, putc, newline, print_decimal, print_hex, drain

section .bss
align 16
stacks:         resb SLOTS * STACK_SIZE

section .text
; What the kernel interface page and our own UTCB tell.
learn:
        kernel_interface
        mov     [kip], eax
        mov     edx, eax
        or      edx, 12 << 4
        mov     [kip_page], edx
        xor     ecx, ecx
.link:
        mov     edx, [eax + KIP_LINKS + 4 * ecx]
        add     edx, eax
        mov     [link_table + 4 * ecx], edx
        inc     ecx
        cmp     ecx, LINK_COUNT
        jb      .link
        mov     edx, [eax + KIP_THREAD_INFO]
        mov     ecx, edx
        shr     ecx, 20
        mov     [user_base], ecx
        shl     ecx, 14
        or      ecx, 1
        mov     [sigma0_id], ecx
        shr     edx, 8
        and     edx, 0xFFF
        mov     [system_base], edx
        call    learn_option
        mov     eax, [gs:0]
        mov     edx, [eax + MY_GLOBAL_ID]
        mov     [main_id], edx
        and     eax, ~0xFFF
        mov     [utcb_area], eax
        or      eax, 14 << 4
        mov     [utcb_page], eax
        ret

; Our loader writes the kernel's command line behind the boot information, in the same page; others have no such
; option.  eax KIP
learn_option:
        mov     edx, [eax + KIP_BOOT_INFO]
        test    edx, edx
        jz      .done
        cmp     dword [edx], 0x14B0021D         ; magic, version, size
        jne     .done
        mov     ecx, [edx + 8]
        add     ecx, edx
        or      ecx, 0xFFF
        sub     ecx, edx
        sub     ecx, 3
.next:
        cmp     dword [edx], 'nilw'
        sete    [nil_window_ok]
        je      .done
        inc     edx
        loop    .next
.done:
        ret

; Every page of the image, writable: helpers share it and have no sigma0 to ask.
touch_image:
        mov     eax, IMAGE
.page:
        lock or byte [eax], 0
        add     eax, 4096
        cmp     eax, _end
        jb      .page
        ret

; ---- expectations: stack: return, line, wanted, got, file.  No register changes when they hold.

global check_equal, check_differs, check_at_least, check_below, check_error, check_ok
global check_ipc_error
%macro CHECK 2.nolist                  ; name, the jump when it does not hold
check_%1:
        push    eax
        mov     eax, [esp + 16]
        cmp     eax, [esp + 12]
        pop     eax
        %2      failed
        ret     16
%endmacro
CHECK equal, jne
CHECK differs, je
CHECK at_least, jb
CHECK below, jae

check_error:
        push    eax
        get_tcr eax, ERROR_CODE
        mov     [esp + 16], eax
        pop     eax
        jmp     check_equal
check_ok:                                       ; got: MR0
        test    dword [esp + 12], TAG_E
        jnz     .error
        ret     16
.error:
        mov     [esp + 12], ecx
        jmp     failed
check_ipc_error:
        test    dword [esp + 12], TAG_E
        jz      failed                          ; shows the tag of a success
        mov     [esp + 12], ecx
        jmp     check_equal

failed:
        mov     eax, [gs:0]
        pop     ecx
        pop     dword [eax + 4]
        pop     dword [eax + 8]
        pop     dword [eax + 12]
        pop     dword [eax + 16]
        mov     esi, tag(REPORT_FAIL, 0, 4)
        jmp     report

; ---- printing

; The serial line, and the ports that tests use: without permission they come from sigma0, one
; fault each.
open_ports:
        in      al, 0x70
        in      al, 0x71
        in      al, 0x80
        mov     esi, .setup
        mov     ecx, 7
.register:
        movzx   edx, byte [esi]
        add     edx, COM1
        mov     al, [esi + 1]
        out     dx, al
        add     esi, 2
        loop    .register
        ret
section .rodata
.setup: db 1, 0, 3, 0x80, 0, 1, 1, 0, 3, 3, 2, 1, 4, 3      ; 115200 8N1, no interrupts
section .text

putc:                                           ; al
        push    edx
        push    ecx
        push    eax
        mov     edx, COM1 + 5
        mov     ecx, 100000                     ; a dead UART must not hang us
.wait:
        in      al, dx
        test    al, 0x20
        loopz   .wait
        pop     eax
        mov     edx, COM1
        out     dx, al
        pop     ecx
        pop     edx
        ret

drain:                                          ; until the last byte is on the wire
        mov     edx, COM1 + 5
        mov     ecx, 1000000
.wait:
        in      al, dx
        test    al, 0x40
        loopz   .wait
        ret

print:                                          ; esi
        lodsb
        test    al, al
        jz      .end
        call    putc
        jmp     print
.end:
        ret

newline:
        mov     al, 10
        jmp     putc

print_decimal:                                  ; eax
        push    edx
        push    ecx
        mov     ecx, 10
        xor     edx, edx
        div     ecx
        test    eax, eax
        jz      .last
        call    print_decimal
.last:
        lea     eax, [edx + '0']
        call    putc
        pop     ecx
        pop     edx
        ret

print_hex:                                      ; eax, with a blank before it
        push    ecx
        push    edx
        mov     edx, eax
        mov     al, ' '
        call    putc
        mov     ecx, 8
.digit:
        rol     edx, 4
        mov     al, dl
        and     al, 15
        cmp     al, 10
        sbb     al, 0x69
        das
        call    putc
        loop    .digit
        pop     edx
        pop     ecx
        ret

