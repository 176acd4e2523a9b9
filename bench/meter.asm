; SPDX-License-Identifier: MIT
; The meter: how many instructions one call takes, from its `call` to the instruction behind it.
; Proven on itself: a routine of n nops must measure n + 2.
%define IN_METER
%include "bench.inc"

extern print, putc, newline, print_decimal

section .bss
alignb 4
in_eax:         resd 1          ; registers of the call to be measured
in_ecx:         resd 1
in_edx:         resd 1
in_esi:         resd 1
in_edi:         resd 1
in_ebx:         resd 1
in_ebp:         resd 1
callee:         resd 1
out_eax:        resd 1
out_esi:        resd 1
began:          resd 1
sample_count:   resd 1
samples:        resd 1024
global timed_call, median, print_value, in_eax, in_ecx, in_edx, in_esi, in_edi, in_ebx, in_ebp
global callee, out_eax, out_esi
global samples, sample_count, measured, measured_end

section .data
align 4
overhead:       dd 0            ; what timed_call counts beside the call

section .text

timed_call:                     ; -> eax instructions; all other registers are the callee's
        rdtsc
        mov     [began], eax
        mov     ecx, [in_ecx]
        mov     edx, [in_edx]
        mov     esi, [in_esi]
        mov     edi, [in_edi]
        mov     ebx, [in_ebx]
        mov     ebp, [in_ebp]
        mov     eax, [in_eax]
measured:                               ; bench/steps.py stops here, and steps from here
        call    [callee]
measured_end:
        mov     [out_eax], eax
        mov     [out_esi], esi
        rdtsc
        sub     eax, [began]
        sub     eax, [overhead]
        ret

; The middle one of the samples: a timer tick in one of them does not show.  -> eax
median:
        push    ebx
        push    esi
        push    edi
        xor     esi, esi
.candidate:
        mov     eax, [samples + 4 * esi]
        xor     ebx, ebx                        ; smaller ones
        xor     edx, edx                        ; equal ones
        xor     ecx, ecx
.compare:
        cmp     [samples + 4 * ecx], eax
        jb      .smaller
        jne     .larger
        inc     edx
        jmp     .larger
.smaller:
        inc     ebx
.larger:
        inc     ecx
        cmp     ecx, [sample_count]
        jb      .compare
        mov     edi, [sample_count]
        shr     edi, 1
        cmp     ebx, edi
        ja      .next
        add     ebx, edx
        cmp     ebx, edi
        ja      .found
.next:
        inc     esi
        jmp     .candidate
.found:
        pop     edi
        pop     esi
        pop     ebx
        ret

; esi name, eax total, ecx divisor, edi unit: one decimal when it is not 0
print_value:
        push    edi
        push    eax
        push    ecx
        push    esi
        mov     esi, .bench
        call    print
        pop     esi
        call    print
        mov     al, ' '
        call    putc
        pop     ecx
        pop     eax
        xor     edx, edx
        div     ecx
        push    ecx
        push    edx
        call    print_decimal
        pop     eax
        pop     ecx
        imul    eax, 10
        xor     edx, edx
        div     ecx
        test    eax, eax
        jz      .unit
        push    eax
        mov     al, '.'
        call    putc
        pop     eax
        call    print_decimal
.unit:
        mov     al, ' '
        call    putc
        pop     esi
        call    print
        jmp     newline
section .rodata
.bench: db "bench ", 0
section .text

BENCH "the meter measures itself: n nops are n + 2 instructions"
        rdtsc                                   ; no counter, no figures
        mov     dword [callee], .none
        call    timed_call
        sub     eax, 2
        mov     [overhead], eax
        mov     dword [callee], .ten
        call    timed_call
        expect  eax, 12
        mov     dword [callee], .thousand
        call    timed_call
        expect  eax, 1002
        ret
.ten:
        times 10 nop
.none:
        ret
.thousand:
        times 1000 nop
        ret
