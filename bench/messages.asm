; SPDX-License-Identifier: MIT
; IPC: half a round trip of a call against a reply-and-wait, timeouts Never / Zero, both threads
; having used the FPU, a thousand threads alive, quotas and the tick on. Counted from the `call` into the KIP
; to the instruction behind the partner's call; user code is taken off.
%include "bench.inc"

extern boot_instructions

section .text

BENCH "boot.root"
        mov     eax, [boot_instructions]
        bench_instr "boot.root", 1
        ret

CROWD           equ 1000
BENCH "a thousand threads are alive during all that follows"
        mov     edi, 0x400
.next:
        mov     ecx, edi
        shl     ecx, 14
        or      ecx, 5
        threadcontrol ecx, [main_id], [main_id], NIL, -1
        expect  eax, 1
        inc     edi
        cmp     edi, 0x400 + CROWD
        jb      .next
        ret

QUOTA           equ 0x02000000 + 3000   ; pages of kernel memory, for both spaces (extension "spaceinfo")

; name, space or thread, replier, its user instructions, words, local ids
%macro IPC_BENCH 6.nolist
BENCH %1
        named   %1
        %2      1, %3
        spacecontrol T(0), QUOTA, NIL, NIL
        expect  eax, 1
        spacecontrol T(1), QUOTA, NIL, NIL
        expect  eax, 1
        set_priority T(1), 150
        mov     eax, T(1)
    %if %6
        local_of eax, 1
    %endif
        mov     ecx, tag(0x100, 0, %5)
        mov     edx, %4
        call    round_trip
        bench_instr %1, 2
        ret
%endmacro

IPC_BENCH "ipc.inter.0", space, replier, REPLIER_USER, 0, 0
IPC_BENCH "ipc.inter.63", space, replier, REPLIER_USER, 63, 0
IPC_BENCH "ipc.intra.0", thread, global_replier, GLOBAL_USER, 0, 0
IPC_BENCH "ipc.intra.local.0", thread, replier, REPLIER_USER, 0, 1

; Three threads in three spaces, each sends to the next and waits for the previous one.
FORWARD_USER    equ 4           ; own instructions of each of the two others
BENCH "ipc.cycle3"
        space   1, .first
        space   2, .second
        set_priority T(1), 150
        set_priority T(2), 150
        sleep   MOMENT
        mov     dword [in_eax], T(1)
        mov     dword [in_edx], T(2)
        mov     dword [in_ecx], timeouts(NEVER, NEVER)
        mov     dword [in_esi], tag(0x100, 0, 0)
        mov     eax, [gs:0]
        mov     [in_edi], eax
        mov     eax, [link_ipc]
        mov     [callee], eax
        no_samples
.next:
        call    timed_call
        sample  eax
        cmp     dword [sample_count], IPC_ROUNDS
        jb      .next
        expect_bits [out_esi], TAG_E, 0
        call    median
        sub     eax, 2 * FORWARD_USER
        bench_instr "ipc.cycle3", 3
        ret
.first:
        receive T(0), NEVER
.first_next:
        mov     eax, T(2)
        mov     edx, T(0)
        mov     ecx, timeouts(NEVER, NEVER)
        call    [link_ipc]
        jmp     .first_next
.second:
        receive T(1), NEVER
.second_next:
        mov     eax, T(0)
        mov     edx, T(1)
        mov     ecx, timeouts(NEVER, NEVER)
        call    [link_ipc]
        jmp     .second_next
