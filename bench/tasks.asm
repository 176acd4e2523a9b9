; SPDX-License-Identifier: MIT
; Making and ending a space; what threads and mappings cost in kernel memory.
%include "bench.inc"

ROUNDS          equ 33

section .bss
alignb 4
total:          resd 1
before:         resd 1
child_kip:      resd 1          ; in the 4 MB of the UTCB area, so that one page table serves both

section .text

; eax space, ecx scheduler, edx pager, esi utcb; on T(1) -> eax instructions
timed_threadcontrol:
        mov     dword [in_eax], T(1)
        mov     [in_esi], eax
        mov     [in_edx], ecx
        mov     [in_ecx], edx
        mov     [in_edi], esi
        mov     eax, [link_threadcontrol]
        mov     [callee], eax
        call    timed_call
        expect  [out_eax], 1
        ret

; Creates a space with a running thread, in three calls and a start message -> eax instructions
create:
        mov     eax, [utcb_area]
        add     eax, 0x100000 | 12 << 4
        mov     [child_kip], eax
        mov     eax, T(1)
        mov     ecx, T(0)
        xor     edx, edx
        mov     esi, -1
        call    timed_threadcontrol
        mov     [total], eax
        mov     dword [in_eax], T(1)
        mov     dword [in_ecx], 0
        mov     eax, [child_kip]
        mov     [in_edx], eax
        mov     eax, [utcb_page]
        mov     [in_esi], eax
        mov     dword [in_edi], NIL
        mov     eax, [link_spacecontrol]
        mov     [callee], eax
        call    timed_call
        expect  [out_eax], 1
        add     [total], eax
        utcb_of esi, 1
        mov     eax, T(1)
        xor     ecx, ecx
        mov     edx, T(0)
        call    timed_threadcontrol
        add     [total], eax
        set_mr  1, child
        set_mr  2, stack_top(1)
        mov     dword [in_eax], T(1)
        mov     dword [in_edx], NIL
        mov     dword [in_ecx], timeouts(NEVER, ZERO)
        mov     dword [in_esi], tag(0, 0, 2)
        mov     eax, [gs:0]
        mov     [in_edi], eax
        mov     eax, [link_ipc]
        mov     [callee], eax
        call    timed_call
        expect_bits [out_esi], TAG_E, 0
        add     eax, [total]
        ret

destroy:                        ; -> eax instructions
        xor     eax, eax
        xor     ecx, ecx
        xor     edx, edx
        mov     esi, -1
        jmp     timed_threadcontrol

section .text.child align=16384 progbits alloc exec nowrite
child:                          ; four pages of code, four of data, then it stays in a fault
        mov     eax, [NOWHERE]
        mov     eax, [NOWHERE + 0x400000]
        jmp     $
        times 16384 - 13 db 0x90
section .text

%macro serve 2.nolist                  ; send base, fpage: T(1)'s fault
        receive T(1)
        expect_ok
        set_item 1, MAP + (%1), %2
        send    T(1), tag(0, 2, 0)
        expect_ok
%endmacro

BENCH "task.create"
        no_samples
.next:
        call    create
        sample  eax
        call    destroy
        cmp     dword [sample_count], ROUNDS
        jb      .next
        call    median
        bench_instr "task.create", 1
        ret

BENCH "task.destroy"
        no_samples
.next:
        call    create
        serve   child, child + (14 << 4 | RWX)
        serve   NOWHERE, fpage(ARENA, 14, RWX)
        sleep   MOMENT
        call    destroy
        sample  eax
        cmp     dword [sample_count], ROUNDS
        jb      .next
        call    median
        bench_instr "task.destroy", 1
        ret

; ---- kernel memory, as the kernel accounts for it (`spaceinfo`: counter 2, bytes of a space)

charged:                        ; eax a thread of the space -> eax bytes
        spacecontrol eax, 0x01000002, NIL, NIL
        expect  eax, 1
        mov     eax, ecx
        ret

BENCH "mem.thread"
        require_feature "spaceinfo"
        mov     eax, T(0)
        call    charged
        mov     [before], eax
        mov     edi, 16
.next:
        lea     ecx, [FIRST_NUMBER + edi]
        shl     ecx, 14
        or      ecx, 5
        threadcontrol ecx, T(0), T(0), NIL, -1
        expect  eax, 1
        dec     edi
        jnz     .next
        mov     eax, T(0)
        call    charged
        sub     eax, [before]
        bench_bytes "mem.thread", 16
        ret

; 4 MB densely mapped, page table and all.
BENCH "mem.mapping"
        require_feature "spaceinfo"
        space   4, agent
        mov     eax, T(4)
        call    charged
        mov     [before], eax
        mov     edi, NOWHERE
.next:
        mov     eax, edi
        or      eax, MAP
        set_item 3, eax, fpage(ARENA, 18, RWX)
        order   4, nothing, 0, 1
        expect_answer 0
        add     edi, 1 << 18
        cmp     edi, NOWHERE + 0x400000
        jb      .next
        mov     eax, T(4)
        call    charged
        sub     eax, [before]
        bench_bytes "mem.mapping", 1024
        ret
