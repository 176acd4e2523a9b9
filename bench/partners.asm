; SPDX-License-Identifier: MIT
; The threads that reply in the IPC benchmarks, and one round trip with them.
%define IN_PARTNERS
%include "bench.inc"


global replier, global_replier, round_trip

section .text

; Answers whatever comes with the same tag, to the id that the kernel names.
replier:
        fninit
        receive ANYTHREAD, NEVER
.next:
        mov     edx, ANYTHREAD
        mov     ecx, timeouts(ZERO, NEVER)
        call    [link_ipc]
        jmp     .next

; The same, always to T(0)'s global id.
global_replier:
        fninit
        receive ANYTHREAD, NEVER
.next:
        mov     eax, T(0)
        mov     edx, ANYTHREAD
        mov     ecx, timeouts(ZERO, NEVER)
        call    [link_ipc]
        jmp     .next

; eax partner, ecx tag, edx user instructions of the partner in one round -> eax instructions of
; two IPCs
round_trip:
        fninit
        mov     [in_eax], eax
        mov     [in_edx], eax
        mov     dword [in_ecx], timeouts(NEVER, NEVER)
        mov     [in_esi], ecx
        mov     eax, [gs:0]
        mov     [in_edi], eax
        mov     eax, [link_ipc]
        mov     [callee], eax
        push    edx
        no_samples
.next:
        call    timed_call
        sample  eax
        cmp     dword [sample_count], IPC_ROUNDS
        jb      .next
        expect_bits [out_esi], TAG_E, 0
        call    median
        pop     edx
        sub     eax, edx
        ret
