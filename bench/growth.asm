; SPDX-License-Identifier: MIT
; How costs grow: with threads alive and asleep, with siblings of a mapping, along a chain of
; mappings, with sleepers.  Every figure is called growth.WHAT.N; bench/growth.py draws them.
%include "bench.inc"

extern touch_image

ROUNDS          equ 33
CROWD_FIRST     equ 0x400               ; numbers of the crowd's threads
PER_SPACE       equ 2048                ; 1 MB of UTCBs
CROWD_AREA      equ 20 << 4             ; log2 of it, in an fpage

section .data
align 4
crowd:          dd 0                    ; threads alive in it

section .bss
alignb 4
place:          resd 1                  ; where the next mapping goes
last:           resd 1                  ; siblings there are, links of the chain; then a result
wanted:         resd 1                  ; of the crowd, or of siblings

section .text

%define crowd_id(reg) ((reg) << 14 | 5)

; name, number: prints `bench growth.NAME.NUMBER` for eax instructions by `divisor`
%macro grown 3.nolist
    %defstr %%number %2
    %strcat %%name "growth.", %1, ".", %%number
        bench_instr %%name, %3
%endmacro

; ---- the crowd: each member sleeps for some minutes.  They share a stack, on which all of them
; write the same word.

sleeper:
        mov     eax, [gs:0]
        mov     edx, [eax + MY_GLOBAL_ID]
        mov     ecx, edx
        shr     ecx, 14
        and     ecx, 0xFF
        add     ecx, period(600, 20)    ; ten to fifteen minutes
        xor     eax, eax
        call    [link_ipc]
        jmp     sleeper

; The first thread of a crowd's space: eax its number.  Its first fault gets the image.
found_space:
        push    edi
        mov     edi, eax
        shl     edi, 14
        or      edi, 5
        threadcontrol edi, edi, T(0), NIL, -1
        expect  eax, 1
        mov     eax, [utcb_area]
        or      eax, CROWD_AREA
        spacecontrol edi, 0, [kip_page], eax
        expect  eax, 1
        threadcontrol edi, edi, T(0), T(0), [utcb_area]
        expect  eax, 1
        call    wake_member
        receive edi
        expect_ok
        set_item 1, MAP | IMAGE, fpage(IMAGE, IMAGE_LOG2, RWX)
        send    edi, tag(0, 2, 0)
        expect_ok
        pop     edi
        ret

wake_member:                            ; edi its id
        set_mr  1, sleeper
        set_mr  2, stack_top(SLOTS - 1)
        send    edi, tag(HELLO, 0, 2)
        expect_ok
        ret

; Until `wanted` members are alive, or no more can be.
grow_crowd:
        push    edi
        push    ebx
.next:
        mov     eax, [crowd]
        cmp     eax, [wanted]
        jae     .end
        add     eax, CROWD_FIRST
        test    dword [crowd], PER_SPACE - 1
        jnz     .member
        call    found_space
        jmp     .counted
.member:
        mov     edi, eax
        shl     edi, 14
        or      edi, 5
        mov     ebx, [crowd]
        and     ebx, ~(PER_SPACE - 1)   ; the first thread of its space
        add     ebx, CROWD_FIRST
        shl     ebx, 14
        or      ebx, 5
        mov     ecx, [crowd]
        and     ecx, PER_SPACE - 1
        shl     ecx, 9
        add     ecx, [utcb_area]
        threadcontrol edi, ebx, T(0), T(0), ecx
        cmp     eax, 1
        jne     .end                    ; that is all the kernel has memory for
        call    wake_member
.counted:
        inc     dword [crowd]
        jmp     .next
.end:
        pop     ebx
        pop     edi
        ret

; What the timer interrupt takes: the gaps in a loop that looks at the clock.
QUIET_LOOP      equ 30                  ; more instructions than one round
tick:
        sleep   ms(300)                 ; until the search for threads that waited for the dead ones has ended
        no_samples
        rdtsc
.look:
        mov     ecx, eax
        rdtsc
        mov     ebx, eax
        sub     ebx, ecx
        cmp     ebx, QUIET_LOOP
        jb      .look
        sample  ebx
        rdtsc
        cmp     dword [sample_count], ROUNDS
        jb      .look
        jmp     median

; A call with finite timeouts to a partner that answers: armed and disarmed.
timed_call_with_timeout:
        mov     dword [in_eax], T(1)
        mov     dword [in_edx], T(1)
        mov     dword [in_ecx], timeouts(SECOND, SECOND)
        mov     dword [in_esi], tag(HELLO, 0, 0)
        mov     eax, [gs:0]
        mov     [in_edi], eax
        mov     eax, [link_ipc]
        mov     [callee], eax
        no_samples
.next:
        call    timed_call
        sample  eax
        cmp     dword [sample_count], ROUNDS
        jb      .next
        expect_bits [out_esi], TAG_E, 0
        call    median
        sub     eax, REPLIER_USER
        ret

; ThreadControl: a thread comes, a thread goes, by turns.  -> eax instructions of both
come_and_go:
        no_samples
.next:
        mov     dword [in_eax], T(2)
        mov     dword [in_ecx], NIL
        mov     dword [in_edx], T(0)
        mov     dword [in_esi], T(0)
        mov     dword [in_edi], -1
        mov     eax, [link_threadcontrol]
        mov     [callee], eax
        call    timed_call
        expect  [out_eax], 1
        mov     ebx, eax
        mov     dword [in_eax], T(2)
        mov     dword [in_ecx], NIL
        mov     dword [in_edx], NIL
        mov     dword [in_esi], NIL
        mov     dword [in_edi], -1
        mov     eax, [link_threadcontrol]
        mov     [callee], eax
        call    timed_call
        expect  [out_eax], 1
        add     ebx, eax
        sample  ebx
        cmp     dword [sample_count], ROUNDS
        jb      .next
        jmp     median

%macro THREADS 1.nolist
BENCH "with a crowd"
        mov     dword [wanted], %1
        call    grow_crowd
        space   1, replier
        set_priority T(1), 150
        mov     eax, T(1)
        mov     ecx, tag(HELLO, 0, 0)
        mov     edx, REPLIER_USER
        call    round_trip
        grown   "ipc.inter", %1, 2
        call    timed_call_with_timeout
        grown   "ipc.timeout", %1, 2
        call    tick
        grown   "tick", %1, 1
        call    come_and_go
        grown   "thread", %1, 1
        ret
BENCH "with a crowd, in one space"
        thread  1, global_replier
        set_priority T(1), 150
        mov     eax, T(1)
        mov     ecx, tag(HELLO, 0, 0)
        mov     edx, GLOBAL_USER
        call    round_trip
        grown   "ipc.intra", %1, 2
        ret
%endmacro

THREADS 10
THREADS 100
THREADS 1000
THREADS 10000

; As many as there is kernel memory for, 50,000 at most.
BENCH "mem.threads.256M"
        mov     dword [wanted], 50000
        call    grow_crowd
        mov     eax, [crowd]
section .rodata
.name:  db      "mem.threads.256M", 0
.unit:  db      "threads", 0
section .text
        mov     esi, .name
        mov     ecx, 1
        mov     edi, .unit
        call    print_value
        cmp     dword [crowd], 50000
        jb      .end
        space   1, replier
        set_priority T(1), 150
        mov     eax, T(1)
        mov     ecx, tag(HELLO, 0, 0)
        mov     edx, REPLIER_USER
        call    round_trip
        grown   "ipc.inter", 50000, 2
.end:   ret

; ---- mappings

; Takes what it is sent, anywhere, and answers.
TAKER_USER      equ 6
taker:
        set_tcr BR0, COMPLETE
        receive ANYTHREAD, NEVER
.next:
        mov     edx, ANYTHREAD
        mov     ecx, timeouts(ZERO, NEVER)
        mov     edi, [gs:0]
        mov     esi, tag(ANSWER, 0, 0)
        call    [link_ipc]
        jmp     .next

; T(1) is a taker: from the page eax to `place` there -> eax instructions, call and answer included
timed_map:
        push    eax
        mov     eax, [place]
        or      eax, MAP
        set_mr  1, eax
        pop     eax
        set_mr  2, eax
        mov     dword [in_eax], T(1)
        mov     dword [in_edx], T(1)
        mov     dword [in_ecx], timeouts(NEVER, NEVER)
        mov     dword [in_esi], tag(HELLO, 2, 0)
        mov     eax, [gs:0]
        mov     [in_edi], eax
        mov     eax, [link_ipc]
        mov     [callee], eax
        call    timed_call
        expect_bits [out_esi], TAG_E, 0
        sub     eax, TAKER_USER
        ret

timed_unmap:                            ; eax fpage and rights, ecx control -> eax instructions
        mov     [in_esi], eax
        mov     [in_eax], ecx
        mov     eax, [gs:0]
        mov     [in_edi], eax
        mov     eax, [link_unmap]
        mov     [callee], eax
        jmp     timed_call

; Siblings of page 0 in T(4)'s space: until `wanted`, at NOWHERE and behind.
ITEMS           equ 28                  ; in one order
add_siblings:
        push    ebx
        push    edi
.order:
        mov     ebx, 3
.item:
        mov     eax, [last]
        cmp     eax, [wanted]
        jae     .flush
        shl     eax, 12
        add     eax, NOWHERE + MAP
        mov     ecx, [gs:0]
        mov     [ecx + 4 * ebx], eax
        mov     dword [ecx + 4 * ebx + 4], fpage(page(0), 12, RWX)
        add     ebx, 2
        inc     dword [last]
        cmp     ebx, 3 + 2 * ITEMS
        jb      .item
        call    .send
        jmp     .order
.flush:
        call    .send
        pop     edi
        pop     ebx
        ret
.send:
        set_mr  1, nothing
        set_mr  2, 0
        mov     eax, ebx
        sub     eax, 3
        shl     eax, 6
        add     eax, tag(ORDER, 0, 2)
        mov     edi, eax
        rpc     T(4), edi
        expect_ok
        ret

; In the child: throws nine of its own mappings away, one after the other.
one_of_them:
        pushad
        no_samples
        mov     dword [place], NOWHERE
.next:
        mov     eax, [place]
        or      eax, fpage(0, 12, RWX)
        mov     ecx, UNMAP_FLUSH
        call    timed_unmap
        sample  eax
        add     dword [place], 4096
        cmp     dword [sample_count], 9
        jb      .next
        popad
        xor     eax, eax
        ret

%macro SIBLINGS 1.nolist
BENCH "siblings"
        space   4, agent
        space   1, taker
        sleep   MOMENT
        mov     dword [last], 0
        mov     dword [wanted], %1
        call    add_siblings
        mov     dword [place], NOWHERE
        no_samples
.map:
        mov     eax, fpage(page(0), 12, RWX)
        call    timed_map
        sample  eax
        add     dword [place], 4096
        cmp     dword [sample_count], 9
        jb      .map
        call    median
        grown   "siblings.map", %1, 1
        order   4, one_of_them
        expect_answer 0
        call    median
        grown   "siblings.unmap.one", %1, 1
        mov     eax, fpage(page(0), 12, RWX)
        xor     ecx, ecx
        call    timed_unmap
        grown   "siblings.unmap.each", %1, %1
        ret
%endmacro

SIBLINGS 10
SIBLINGS 100
SIBLINGS 1000
SIBLINGS 10000

; A chain inside our space: page 0, then NOWHERE, then the page behind, ...
%macro CHAIN 1.nolist
BENCH "chains"
        thread  1, taker
        sleep   MOMENT
        mov     dword [place], NOWHERE
        mov     eax, fpage(page(0), 12, RWX)
        call    timed_map
        mov     dword [last], 1
.link:
        add     dword [place], 4096
        mov     eax, [place]
        add     eax, fpage(-4096, 12, RWX)
        call    timed_map
        inc     dword [last]
        cmp     dword [last], %1
        jb      .link
        no_samples
.leaf:
        add     dword [place], 4096     ; one more, and away with it
        mov     eax, [place]
        add     eax, fpage(-4096, 12, RWX)
        call    timed_map
        mov     [last], eax
        mov     eax, [place]
        or      eax, fpage(0, 12, RWX)
        mov     ecx, UNMAP_FLUSH
        call    timed_unmap
        sample  eax
        sub     dword [place], 4096
        cmp     dword [sample_count], 9
        jb      .leaf
        call    median
        grown   "chain.unmap.leaf", %1, 1
        mov     eax, [last]
        grown   "chain.map", %1, 1
        mov     eax, fpage(page(0), 12, RWX)
        xor     ecx, ecx
        call    timed_unmap
        grown   "chain.unmap.each", %1, %1
        ret
%endmacro

CHAIN 10
CHAIN 100
CHAIN 1000
