; SPDX-License-Identifier: MIT
; Page faults served by a pager in another space, and Unmap.
%include "bench.inc"

PAGES           equ 60

section .bss
alignb 4
began:          resd 1
present:        resd 1          ; instructions of a touch that does not fault
section .text

; ---- fault -> pager -> map -> resume

; Runs in the child: touches PAGES pages behind NOWHERE, whose page table exists, and notes how
; long each took.
touch_pages:
        push    ebx
        no_samples
        mov     ebx, NOWHERE + 0x1000
touch_next:
        rdtsc
        mov     [began], eax
touch:                                  ; bench/tour steps from here
        mov     eax, [ebx]
touched:
        rdtsc
        sub     eax, [began]
        sample  eax
        add     ebx, 4096
        cmp     ebx, NOWHERE + 0x1000 + PAGES * 4096
        jb      touch_next
        pop     ebx
        ret

PAGER_USER      equ 15          ; instructions of the loop below, beside the call
serve_faults:                   ; T(0) serves T(4)'s faults until another message comes
        mov     edi, [gs:0]
.serve:
        mov     ecx, esi
        shr     ecx, 20
        cmp     ecx, LABEL_FAULT >> 4
        jne     .end
        and     ebx, ~0xFFF
        mov     ecx, ebx
        or      ecx, MAP
        mov     [edi + 4], ecx
        sub     ebx, NOWHERE
        add     ebx, fpage(ARENA, 12, RWX)
        mov     [edi + 8], ebx
        mov     esi, tag(0, 2, 0)
        mov     edx, ANYTHREAD
        mov     ecx, timeouts(ZERO, NEVER)
        call    [link_ipc]
        jmp     .serve
.end:
        ret

BENCH "fault.pager"
        named   "fault.pager"
        space   4, agent
        set_priority T(4), 150
        set_item 3, MAP | NOWHERE, fpage(ARENA, 12, RWX)
        order   4, peek, NOWHERE, 1             ; now there is a page table
        order   4, touch_pages, 0
        call    serve_faults
        expect_bits esi, 0xFFFF0000, ANSWER << 16
        call    median
        push    eax
        order   4, touch_pages, 0               ; all present now
        expect_bits esi, 0xFFFF0000, ANSWER << 16
        call    median
        mov     ecx, eax
        pop     eax
        sub     eax, ecx
        sub     eax, PAGER_USER
        bench_instr "fault.pager", 1
        ret

; ---- Unmap

ROUNDS          equ 33

timed_unmap:                    ; eax fpage, rights included -> eax instructions
        mov     [in_esi], eax
        mov     dword [in_eax], 0
        mov     eax, [gs:0]
        mov     [in_edi], eax
        mov     eax, [link_unmap]
        mov     [callee], eax
        jmp     timed_call

%macro map_arena 1.nolist              ; fpage of the arena into T(4)
        set_item 3, MAP | NOWHERE, %1
        order   4, nothing, 0, 1
        expect_answer 0
%endmacro

BENCH "unmap.page and unmap.none"
        space   4, agent
        no_samples
.page:
        map_arena fpage(ARENA, 12, RWX)
        mov     eax, fpage(ARENA, 12, RWX)
        call    timed_unmap
        sample  eax
        cmp     dword [sample_count], ROUNDS
        jb      .page
        call    median
        bench_instr "unmap.page", 1
        no_samples
.none:
        mov     eax, fpage(ARENA, 12, RWX)
        call    timed_unmap
        sample  eax
        cmp     dword [sample_count], ROUNDS
        jb      .none
        call    median
        bench_instr "unmap.none", 1
        ret

BENCH "unmap.batch"
        space   4, agent
        no_samples
.next:
        map_arena fpage(ARENA, 18, RWX)
        mov     eax, fpage(ARENA, 18, RWX)
        call    timed_unmap
        sample  eax
        cmp     dword [sample_count], ROUNDS
        jb      .next
        call    median
        bench_instr "unmap.batch", 64
        ret
