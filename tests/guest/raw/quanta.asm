; SPDX-License-Identifier: MIT
; Checklist 9.10 and section 4.6: total quanta and the scheduler's protocol, delayed preemption, what
; Schedule tells; memory attributes.
%include "raw.inc"

LABEL_PREEMPTED equ 0xFFD0
PREEMPT_FLAGS   equ -40         ; a byte of the UTCB
FLAG_DELAYED    equ 0x80        ; I, set by the kernel
FLAG_DELAY      equ 0x40        ; d

section .bss
alignb 4
began:          resd 1
seen:           resd 4

section .text

; eax time period -> eax microseconds, -1 for Never
period_us:
        test    eax, eax
        jz      .never
        mov     ecx, eax
        shr     ecx, 10
        and     eax, 0x3FF
        shl     eax, cl
        ret
.never:
        dec     eax
        ret

%macro slice_and_quantum 3.nolist      ; helper, timeslice, total quantum
        schedule T(%1), (%2) << 16 | (%3)
        expect_not eax, 0
%endmacro
%macro expect_preemption 1.nolist      ; helper (of our space): its message comes
        receive T(%1), SECOND
        expect_ok
        expect  esi, tag(LABEL_PREEMPTED, 0, 2)
        local_of ecx, %1
        expect  eax, ecx
%endmacro
%macro expect_stopped 0.nolist         ; the thread that counts
        mov     edi, [counter]
        sleep   MOMENT
        expect  [counter], edi
%endmacro
%macro expect_running 0.nolist
        mov     edi, [counter]
        sleep   MOMENT
        expect_not [counter], edi
%endmacro

TEST 210, "a spinner whose quantum is over sends one message to its scheduler and stops"
        thread  1, spin
        stamp   began
        slice_and_quantum 1, ms(10), ms(50)
        expect_preemption 1
        mov     [seen], ebx
        mov     [seen + 4], ebp
        elapsed began
        expect_at_least eax, 48 * 1024          ; accounts may be kept in ticks
        sub     ebx, [began]                    ; the clock then: after the quantum, before now
        expect_at_least ebx, 48 * 1024
        expect_at_least eax, ebx
        call    do_clock
        sub     eax, [seen]
        sbb     edx, [seen + 4]
        expect  edx, 0
        expect_stopped
        receive ANYTHREAD, MOMENT               ; nothing more
        expect_ipc_error RECV_TIMEOUT
        ret

TEST 210, "a quantum shorter than a timeslice ends in time too"
        thread  1, spin
        stamp   began
        slice_and_quantum 1, ms(500), ms(20)
        expect_preemption 1
        elapsed began
        expect_at_least eax, 18 * 1024
        expect_below eax, 400 * 1024
        expect_stopped
        ret

TEST 210, "a new quantum lets the thread run on, until that is over"
        thread  1, spin
        slice_and_quantum 1, ms(10), ms(20)
        expect_preemption 1
        expect_stopped
        mov     edi, 3
.again:
        push    edi
        slice_and_quantum 1, ms(10), ms(60)
        expect_running
        expect_preemption 1
        expect_stopped
        pop     edi
        dec     edi
        jnz     .again
        slice_and_quantum 1, ms(10), NEVER
        expect_running
        ret

TEST 0, "4.6: a total quantum of Never does not end"
        thread  1, spin
        slice_and_quantum 1, ms(10), NEVER
        receive ANYTHREAD, ms(200)
        expect_ipc_error RECV_TIMEOUT
        expect_running
        ret

TEST 0, "6.2: a thread without quantum whose scheduler is gone waits for another one"
        thread  2, sleep_forever
        thread  1, spin
        threadcontrol T(1), T(0), T(2), NIL, -1
        expect  eax, 1
        slice_and_quantum 1, ms(10), ms(20)     ; we are privileged
        threadcontrol T(2), NIL, NIL, NIL, -1
        sleep   ms(60)
        receive ANYTHREAD, ZERO
        expect_ipc_error RECV_TIMEOUT
        expect_stopped
        threadcontrol T(1), T(0), T(0), NIL, -1
        expect  eax, 1
        expect_preemption 1                     ; we are told, as the new scheduler
        expect_stopped
        slice_and_quantum 1, ms(10), NEVER
        expect_running
        ret

TEST 0, "6.2: a thread whose quantum is over can be deleted"
        thread  1, spin
        slice_and_quantum 1, ms(10), ms(20)
        sleep   ms(60)                          ; its message is pending
        threadcontrol T(1), NIL, NIL, NIL, -1
        expect  eax, 1
        receive ANYTHREAD, ZERO
        expect_ipc_error RECV_TIMEOUT
        ret

TEST 0, "4.6: Schedule tells what is left of timeslice and total quantum, as Times"
        thread  1, spin
        slice_and_quantum 1, ms(40), ms(500)
        schedule T(1)                           ; it has not run since
        expect  eax, STATE_RUNNING
        mov     edi, edx
        mov     eax, edi
        shr     eax, 16
        call    period_us
        expect_below eax, 40 * 1024 + 1
        expect_at_least eax, 38 * 1024
        movzx   eax, di
        call    period_us
        expect_below eax, 500 * 1024 + 1
        expect_at_least eax, 495 * 1024
        stamp   began
        sleep   ms(100)
        schedule T(1)
        movzx   edi, dx
        elapsed began
        mov     ebx, eax                        ; it ran about that long
        mov     eax, edi
        call    period_us
        expect_below eax, 410 * 1024
        add     eax, ebx
        expect_at_least eax, 490 * 1024
        ret

TEST 0, "4.6: what is left of Never is Never"
        thread  1, spin
        slice_and_quantum 1, NEVER, NEVER
        sleep   MOMENT
        schedule T(1)
        expect  edx, 0
        ret

; ---- delayed preemption

; T(1) spins and asks not to be disturbed; T(0), of priority 150, sleeps 5 ms meanwhile.
%macro delayed 2.nolist                ; sensitive priority, delay in us
        mov     dword [seen], 0
        thread  1, polite
        sleep   MOMENT                          ; its flag is set
        schedule T(1), -1, -1, -1, (%1) << 16 | (%2)
        expect_not eax, 0
        stamp   began
        sleep   ms(5)
%endmacro
polite:
        mov     eax, [gs:0]
        or      byte [eax + PREEMPT_FLAGS], FLAG_DELAY
.look:  test    byte [eax + PREEMPT_FLAGS], FLAG_DELAYED
        jz      .look
        mov     dword [seen], 1
        jmp     spin

TEST 0, "5.12: a preemption within the sensitive priority is held back, and I says so"
        delayed 150, 40000
        elapsed began
        expect_at_least eax, 5 * 1024 + 35000
        expect_below eax, 300000
        expect  [seen], 1                       ; it saw I
        local_of eax, 1
        expect_bits [eax + PREEMPT_FLAGS], FLAG_DELAYED, 0      ; until the preemption was not pending any more
        ret

TEST 0, "5.12: a priority above the sensitive one preempts at once"
        delayed 149, 65000
        local_of eax, 1
        expect_bits [eax + PREEMPT_FLAGS], FLAG_DELAYED, 0
        ret

TEST 0, "5.12: a thread that does not ask for it is not spared"
        thread  1, spin
        schedule T(1), -1, -1, -1, 150 << 16 | 65000
        expect_not eax, 0
        sleep   ms(5)
        local_of eax, 1
        expect_bits [eax + PREEMPT_FLAGS], FLAG_DELAYED, 0
        ret

TEST 0, "4.5: a thread that yields when I is set ends the delay, and I is clear again"
        mov     dword [seen], 0
        mov     dword [seen + 4], -1
        thread  1, .yields
        sleep   MOMENT
        schedule T(1), -1, -1, -1, 150 << 16 | 65000
        stamp   began
        sleep   ms(5)
        expect  [seen], 1
        sleep   MOMENT
        expect  [seen + 4], 0
        ret
.yields:
        mov     edi, [gs:0]
        or      byte [edi + PREEMPT_FLAGS], FLAG_DELAY
.wait:
        test    byte [edi + PREEMPT_FLAGS], FLAG_DELAYED
        jz      .wait
        mov     dword [seen], 1
        xor     eax, eax
        call    [link_threadswitch]
        movzx   eax, byte [edi + PREEMPT_FLAGS]
        and     eax, FLAG_DELAYED
        mov     [seen + 4], eax
        jmp     sleep_forever

; ---- memory attributes (4.11, P's values)

WRITE_BACK      equ 1
WRITE_THROUGH   equ 2
UNCACHEABLE     equ 4

section .text

TEST 0, "4.11: what a 486 can honour is accepted everywhere, and the page keeps its contents"
        mov     edi, .attributes
.next:
        mov     dword [page(5)], 0x5555
        movzx   ecx, byte [edi]
        xor     eax, eax
        mov     esi, fpage(page(5), 12, 0)
        call    do_memorycontrol
        expect  eax, 1
        expect  [page(5)], 0x5555
        mov     dword [page(5)], 0x6666
        expect  [page(5)], 0x6666
        inc     edi
        cmp     edi, .end
        jb      .next
        space   4, agent
        set_item 3, MAP | NOWHERE, fpage(page(5), 12, RWX)
        order   4, peek, NOWHERE, 1
        expect_answer 0x6666
        ret
section .rodata
.attributes: db WRITE_BACK, WRITE_THROUGH, UNCACHEABLE, 0
.end:
section .text

TEST 0, "4.11: the two low bits of each fpage choose one of four attributes, nil is skipped"
        set_mr  1, fpage(page(6), 12, 0)        ; attribute 0: default
        set_mr  2, NIL
        mov     eax, 2
        mov     ecx, 0                          ; attribute0
        mov     esi, fpage(page(5), 12, 1)      ; attribute 1: nonsense, in EDX
        mov     edx, 77
        call    memorycontrol_edx
        expect  eax, 0
        expect_error BAD_PARAMETER
        set_mr  1, fpage(page(6), 12, 0)
        set_mr  2, NIL
        mov     eax, 2
        mov     ecx, 0
        mov     esi, fpage(page(5), 12, 1)
        mov     edx, UNCACHEABLE
        call    memorycontrol_edx
        expect  eax, 1
        mov     esi, fpage(page(5), 12, 0)
        xor     eax, eax
        xor     ecx, ecx
        call    do_memorycontrol                ; as it was
        expect  eax, 1
        ret
memorycontrol_edx:
        push    edi
        xor     ebx, ebx
        xor     ebp, ebp
        mov     edi, [gs:0]
        call    [link_memorycontrol]
        pop     edi
        ret
