; SPDX-License-Identifier: MIT
; User code that tries to break out, to hang or to starve the others.  Whatever it does, it must
; end in an error, a message or a halted thread, and the system must be healthy afterwards.
%include "raw.inc"

section .bss
alignb 4
seen:           resd 4
seed:           resd 1
created:        resd 1
room:           resd 1

section .text

; T(30) in a space of its own answers, a thread of ours runs, the clock goes on.
healthy:
        space   30, agent
        order   30, nothing, 0
        expect_answer 0
        mov     dword [counter], 0
        thread  29, spin
        sleep   MOMENT
        expect_ipc_error RECV_TIMEOUT
        expect_not [counter], 0
        threadcontrol T(29), NIL, NIL, NIL, -1
        threadcontrol T(30), NIL, NIL, NIL, -1
        ret

; Runs a child in a space of its own for a while, as its pager and handler; the child does what it
; likes.
%macro try 1.nolist
        space   4, %1
        call    watch
        jmp     healthy
%endmacro
; takes what T(4) says until it is silent, answers nothing
watch:
        receive ANYTHREAD, MOMENT
        test    esi, TAG_E
        jz      watch
        ret

; ---- flags

TEST 0, "adversary: NT set, then system calls, faults and exceptions"
        space   4, .child
        receive T(4)
        expect_fault 0, NOWHERE
        set_item 1, MAP | NOWHERE, fpage(page(0), 12, RWX)
        send    T(4), tag(0, 2, 0)
        receive T(4)
        expect  esi, tag(LABEL_EXCEPTION, 0, 12)
        get_mr  eax, 3
        expect  eax, 6
        jmp     healthy
.child:
        set_tcr HANDLER, T(0)
        call    .nested
        ipc     NIL, NIL, timeouts(ZERO, ZERO), 0
        call    .nested
        sleep   ms(2)
        call    .nested
        call    do_clock
        call    .nested
        exregs  T(9), 0
        call    .nested
        xor     eax, eax
        call    [link_threadswitch]
        call    .nested
        mov     eax, [NOWHERE]
        call    .nested
        ud2
.nested:
        pushfd
        or      dword [esp], 0x4000
        popfd
        ret

TEST 0, "adversary: an iret with NT set is an exception of that thread"
        try     .child
.child:
        pushfd
        or      dword [esp], 0x4000
        popfd
        pushfd
        push    cs
        push    dword .after
        iretd
.after: jmp     $

TEST 0, "adversary: AC set, then misaligned accesses and system calls"
        try     .child
.child:
        pushfd
        or      dword [esp], 0x40000
        popfd
        mov     eax, [stack_top(4) - 511]
        sub     esp, 1
        ipc     NIL, NIL, timeouts(ZERO, ZERO), 0
        jmp     $

TEST 0, "adversary: single stepping through system calls"
        space   4, .child
        mov     edi, 2000
.step:
        receive ANYTHREAD, MOMENT
        test    esi, TAG_E
        jnz     .end
        send    T(4), tag(0, 0, 0), ZERO        ; go on; TF stays set
        dec     edi
        jnz     .step
.end:
        threadcontrol T(4), NIL, NIL, NIL, -1
        jmp     healthy
.child:
        set_tcr HANDLER, T(0)
        pushfd
        or      dword [esp], 0x100
        popfd
.loop:
        ipc     NIL, NIL, timeouts(ZERO, ZERO), 0
        call    do_clock
        kernel_interface
        xor     eax, eax
        call    [link_threadswitch]
        jmp     .loop

TEST 0, "adversary: popf cannot raise IOPL or clear IF"
        space   4, .child
        receive T(4)
        expect  esi, tag(HELLO, 0, 1)
        expect_bits ebx, 0x3200, 0x200
        ret
.child:
        push    dword 0x3002
        popfd
        pushfd
        pop     eax
        set_mr  1, eax
        send    T(0), tag(HELLO, 0, 1)
        jmp     sleep_forever

%macro expect_gp 1.nolist              ; label: an instruction that user mode may not execute
        thread  1, %1
        receive T(1)
        expect  esi, tag(LABEL_EXCEPTION, 0, 12)
        get_mr  eax, 3
        expect  eax, 13
        threadcontrol T(1), NIL, NIL, NIL, -1
%endmacro

TEST 0, "adversary: cli, hlt, lgdt, mov cr, mov dr and far jumps are exception 13"
        expect_gp .cli
        expect_gp .hlt
        expect_gp .lgdt
        expect_gp .cr0
        expect_gp .cr3
        expect_gp .dr7
        expect_gp .far
        jmp     healthy
.cli:
        set_tcr HANDLER, T(0)
        cli
.hlt:
        set_tcr HANDLER, T(0)
        hlt
.lgdt:
        set_tcr HANDLER, T(0)
        lgdt    [seen]
.cr0:
        set_tcr HANDLER, T(0)
        mov     eax, cr0
.cr3:
        set_tcr HANDLER, T(0)
        xor     eax, eax
        mov     cr3, eax
.dr7:
        set_tcr HANDLER, T(0)
        mov     eax, dr7
.far:
        set_tcr HANDLER, T(0)
        jmp     0x08:0x1000

; ---- segment registers

TEST 0, "adversary: empty and wrong segment registers are nobody else's problem"
        space   4, .child
        sleep   MOMENT
        call    watch
        jmp     healthy
.child:
        mov     esi, 0
.next:
        verr    si
        jnz     .skip
        mov     eax, esi
        mov     fs, ax
        mov     es, ax
.skip:
        lea     esi, [esi + 1]
        push    esi
        xor     eax, eax
        xor     edx, edx
        mov     ecx, timeouts(ZERO, ZERO)
        xor     esi, esi
        mov     edi, [gs:0]
        mov     ebx, [cs:link_ipc]
        call    ebx
        pop     esi
        cmp     esi, 0x400
        jb      .next
        jmp     $

TEST 0, "adversary: null DS, ES, FS and GS survive system calls and a timer tick"
        space   4, .child
        receive T(4)
        test    esi, TAG_E
        jnz     .end
        call    watch
.end:
        jmp     healthy
.child:
        mov     ebx, [link_ipc]
        mov     edi, [gs:0]
        xor     eax, eax
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        xor     edx, edx
        mov     ecx, timeouts(ZERO, ZERO)
        xor     esi, esi
        call    ebx                             ; ipc(nil, nil)
        mov     ecx, 3000000
.delay:
        loop    .delay
        mov     eax, [gs:0]                     ; an exception, or mended
        jmp     $

TEST 0, "adversary: selectors of the kernel cannot be loaded"
        thread  1, .child
        sleep   MOMENT
        call    watch
        jmp     healthy
.child:
        set_tcr HANDLER, T(0)
        mov     eax, 0x10
        mov     ss, ax
        jmp     $

; ---- calls whose caller and partner both wait for ever: the way that kernels make short

TEST 0, "adversary: DF, TF and IOPL of a caller do not reach its partner"
        space   4, .child
        receive T(4), NEVER
        pushfd
        pop     eax
        expect_ok
        expect_bits eax, 0x23700, 0x200         ; VM, IOPL, DF, TF, and IF
        jmp     healthy
.child:
        pushfd
        or      dword [esp], 0x44400            ; AC, NT, DF
        popfd
        ipc     T(0), T(0), timeouts(NEVER, NEVER), tag(HELLO, 0, 0)
        jmp     $

%macro segments_spoiled 1       ; selector that the caller leaves in DS, ES and FS
        space   4, %%child
        receive T(4), NEVER
        mov     dword [seen], 0x1111
        mov     eax, 0x2222
        mov     edi, seen + 4
        stosd
        mov     eax, [gs:0]
        cmp     dword [eax], tag(HELLO, 0, 0)
        jne     $
        expect  [seen], 0x1111
        expect  [seen + 4], 0x2222
        threadcontrol T(4), NIL, NIL, NIL, -1
        jmp     healthy
%%child:
        mov     ebx, [link_ipc]
        mov     edi, [gs:0]
        mov     eax, %1
        mov     es, ax
        mov     fs, ax
        mov     ds, ax
        mov     eax, T(0)
        mov     edx, T(0)
        mov     ecx, timeouts(NEVER, NEVER)
        mov     esi, tag(HELLO, 0, 0)
        call    ebx
        jmp     $
%endmacro

TEST 0, "adversary: the caller's null segments do not harm its partner"
        segments_spoiled 0
TEST 0, "adversary: the caller's code selector in DS does not harm its partner"
        segments_spoiled cs
TEST 0, "adversary: the caller's GS selector in DS does not harm its partner"
        segments_spoiled gs

TEST 0, "adversary: a fault of one's own after broken segments is still reported"
        thread  1, .child
        receive T(1)
        expect  esi, tag(LABEL_EXCEPTION, 0, 12)
        expect  ebx, .cli
        get_mr  eax, 3
        expect  eax, 13
        ret
.child:
        set_tcr HANDLER, T(0)
        mov     ebx, [link_ipc]
        mov     edi, [gs:0]
        xor     eax, eax
        mov     es, ax
        mov     ds, ax
        xor     edx, edx
        mov     ecx, timeouts(ZERO, ZERO)
        xor     esi, esi
        call    ebx
.cli:   cli
        jmp     $

TEST 0, "adversary: a partner whose own segments are broken gets them mended"
        thread  1, .broken
        send    T(1), tag(HELLO, 0, 0)
        receive T(1), NEVER
        expect_ok
        ipc     T(1), T(1), timeouts(NEVER, NEVER), tag(HELLO, 0, 2)
        expect_ok
        expect  esi, tag(HELLO, 0, 0)
        ret
.broken:
        receive T(0), NEVER
        mov     ebx, [link_ipc]
        mov     edi, [gs:0]
        xor     eax, eax
        mov     es, ax
        mov     eax, T(0)
        mov     edx, T(0)
        mov     ecx, timeouts(NEVER, NEVER)
        mov     esi, tag(HELLO, 0, 3)
        call    ebx
        push    dword 0x5A5A5A5A                ; DS and SS serve us, and ES too
        mov     edi, esp
        cmp     dword [es:edi], 0x5A5A5A5A
        jne     $
        pop     eax
        rpc     T(0), tag(HELLO, 0, 0)
        jmp     sleep_forever

; ---- stacks

%macro bad_stack 1.nolist
        mov     esp, %1
        mov     eax, 0
        mov     edx, 0
        mov     ecx, timeouts(ZERO, ZERO)
        mov     esi, 0
%endmacro

TEST 0, "adversary: system calls and exceptions on a stack that is not there"
        space   4, .nowhere
        call    watch
        space   5, .kernel
        call    watch
        space   6, .top
        call    watch
        space   7, .odd
        call    watch
        space   8, .exception
        call    watch
        jmp     healthy
.nowhere:
        bad_stack NOWHERE
        call    [link_ipc]
        jmp     $
.kernel:
        bad_stack 0xF0100000
        call    [link_ipc]
        jmp     $
.top:
        bad_stack 2
        call    [link_ipc]
        jmp     $
.odd:
        bad_stack 0xBFFFFFFF
        jmp     [link_ipc]                      ; without a return address
.exception:
        set_tcr HANDLER, T(0)
        xor     esp, esp
        ud2

TEST 0, "adversary: sysenter and every software interrupt with rubbish in the registers"
        space   4, .sysenter
        call    watch
        space   5, .sysenter_kernel
        call    watch
        space   6, .sysenter_top
        call    watch
        space   7, .all_ints
        mov     edi, 300
.answer:
        receive T(7), MOMENT
        test    esi, TAG_E
        jnz     .end
        get_mr  eax, 1
        add     eax, 2
        set_mr  1, eax
        send    T(7), tag(0, 0, 1), ZERO
        dec     edi
        jnz     .answer
.end:
        jmp     healthy
.sysenter:
        mov     eax, -1
        mov     ebx, 0xF0100000
        mov     ecx, 0x12345678
        mov     edx, NOWHERE
        mov     esi, 0xFFFFFFFF
        mov     edi, 0xFFFFFFFC
        mov     ebp, NOWHERE
        sysenter
        jmp     $
.sysenter_kernel:
        mov     ebp, 0xF0100000
        mov     esp, 0xF0100000
        mov     edx, 0xF0100000
        mov     ecx, 0xF0100000
        mov     edi, 0xF0100000
        sysenter
        jmp     $
.sysenter_top:
        mov     ebp, 0xBFFFFFFE
        mov     esp, 0xBFFFFFFE
        mov     edx, 0xBFFFFFFE
        mov     ecx, 0xBFFFFFFE
        sysenter
        jmp     $
.all_ints:
        set_tcr HANDLER, T(0)
%assign vector 0
%rep 256
        mov     esi, 0xFFFF0FFF
        mov     ecx, timeouts(ZERO, ZERO)
        int     vector
    %assign vector vector + 1
%endrep
        jmp     $

; ---- arguments

TEST 0, "adversary: Ipc with rubbish for a UTCB address"
        space   4, .child
        receive T(4)
        expect_ok
        shr     esi, 16
        expect  esi, HELLO
        jmp     healthy
.child:
        mov     edi, 0xF0100000
        call    .call
        mov     edi, NOWHERE
        call    .call
        mov     edi, 0xFFFFFFFF
        call    .call
        send    T(0), tag(HELLO, 0, 0)
        jmp     sleep_forever
.call:
        mov     eax, T(9)
        xor     edx, edx
        mov     ecx, timeouts(ZERO, ZERO)
        mov     esi, tag(0, 0, 63)
        call    [link_ipc]
        xor     eax, eax
        mov     esi, COMPLETE
        call    [link_unmap]
        ret

random:                                         ; -> eax, often with a value that means something
        imul    eax, [seed], 1103515245
        add     eax, 12345
        mov     [seed], eax
        push    eax
        shr     eax, 28
        cmp     eax, 8
        jae     .plain
        mov     eax, [.special + 4 * eax]
        add     esp, 4
        ret
.plain:
        pop     eax
        rol     eax, 13
        ret
section .rodata
align 4
.special: dd    0, -1, T(4), T(0), COMPLETE | 7, ANYLOCAL, 0xF0100000, 0x1FF
section .text

TEST 0, "adversary: an unprivileged space calls everything with rubbish"
        mov     dword [seed], 4711
        mov     dword [room], 20                ; rounds
.round:
        space   4, .child
        mov     edi, 100                        ; its faults are served, its messages taken
.serve:
        receive ANYTHREAD, MOMENT
        test    esi, TAG_E
        jnz     .silent
        set_item 1, MAP | IMAGE, fpage(IMAGE, IMAGE_LOG2, RWX)
        send    T(4), tag(0, 2, 0), ZERO
        dec     edi
        jnz     .serve
.silent:
        threadcontrol T(4), NIL, NIL, NIL, -1
        expect  eax, 1
        call    touch_own
        dec     dword [room]
        jnz     .round
        jmp     healthy
.child:
        call    random
        shr     eax, 8
        xor     edx, edx
        mov     ecx, LINK_COUNT
        div     ecx
        mov     eax, [link_spacecontrol + 4 * edx]
        push    eax
        call    random
        mov     ebx, eax
        call    random
        mov     edx, eax
        call    random
        mov     esi, eax
        call    random
        mov     edi, eax
        call    random
        mov     ebp, eax
        call    random
        mov     ecx, eax
        cmp     dword [esp], 0
        push    eax
        mov     eax, [esp + 4]
        cmp     eax, [link_ipc]
        je      .short
        cmp     eax, [link_lipc]
        jne     .go
.short:
        mov     ecx, timeouts(ZERO, ZERO)
.go:
        pop     eax
        call    [esp]
        jmp     .again
.again:
        mov     esp, stack_top(4)
        jmp     .child
; the arena may have been written to; nothing else matters
touch_own:
        ret

; ---- exhaustion

BOMB_FIRST      equ 0x400
BOMB_LAST       equ 0x1FFFF

global bomb_threads
; Inactive threads until none fits; then all go again.  -> eax how many there were
bomb_threads:
        mov     dword [created], BOMB_FIRST
.next:
        mov     ecx, [created]
        cmp     ecx, BOMB_LAST
        jae     .full
        shl     ecx, 14
        or      ecx, 5
        threadcontrol ecx, T(0), T(0), NIL, -1
        test    eax, eax
        jz      .refused
        inc     dword [created]
        jmp     .next
.refused:
        expect_error NO_MEMORY
.full:
        call    delete_bomb
        mov     eax, [created]
        sub     eax, BOMB_FIRST
        ret

delete_bomb:                                    ; numbers BOMB_FIRST .. [created] - 1
        mov     edi, BOMB_FIRST
.next:
        cmp     edi, [created]
        jae     .end
        mov     ecx, edi
        shl     ecx, 14
        or      ecx, 5
        threadcontrol ecx, NIL, NIL, NIL, -1
        inc     edi
        jmp     .next
.end:
        ret

TEST 0, "adversary: threads until the kernel has no memory: error 8, then all is given back"
        call    bomb_threads
        mov     [room], eax
        call    bomb_threads                    ; as many fit again: nothing leaked
        expect  eax, [room]
        jmp     healthy

TEST 0, "adversary: spaces until the kernel has no memory: error 8, then all is given back"
        call    .bomb
        mov     eax, [created]
        mov     [room], eax
        call    .bomb
        mov     eax, [created]
        expect  eax, [room]
        jmp     healthy
.bomb:
        mov     dword [created], BOMB_FIRST
.next:
        mov     edi, [created]
        cmp     edi, BOMB_LAST
        jae     .refused
        shl     edi, 14
        or      edi, 5
        threadcontrol edi, edi, T(0), NIL, -1
        test    eax, eax
        jz      .refused
        inc     dword [created]
        spacecontrol edi, 0, [kip_page], [utcb_page]
        test    eax, eax
        jz      .refused
        utcb_of eax, 0
        threadcontrol edi, edi, NIL, T(0), eax
        test    eax, eax
        jnz     .next
.refused:
        get_tcr eax, ERROR_CODE
        mov     [seen], eax
        mov     eax, [created]
        mov     [seen + 4], eax
        call    delete_bomb
        expect  [seen], NO_MEMORY
        ret

TEST 0, "adversary: mappings until the kernel has no memory: overflow, then all is given back"
        call    .bomb
        mov     eax, [created]
        mov     [room], eax
        call    .bomb
        mov     eax, [created]
        expect  eax, [room]
        jmp     healthy
.bomb:                                          ; 64 pages at a time, at ever new places
        space   4, agent
        mov     dword [created], NOWHERE
.next:
        cmp     dword [created], 0xA0000000
        jae     .end
        set_mr  1, nothing
        set_mr  2, 0
        mov     eax, [created]
        or      eax, MAP
        set_item 3, eax, fpage(ARENA, 18, RWX)
        ipc     T(4), NIL, timeouts(SECOND, ZERO), tag(ORDER, 2, 2)
        test    esi, TAG_E
        jnz     .refused
        receive T(4)
        expect_ok
        add     dword [created], 1 << 18
        jmp     .next
.refused:
        and     ecx, 15
        expect  ecx, SEND_OVERFLOW
.end:
        threadcontrol T(4), NIL, NIL, NIL, -1
        ret

; Inactive threads until none fits, to stay -> [created]; delete_bomb ends them.
fill_memory:
        mov     dword [created], BOMB_FIRST
.next:
        mov     ecx, [created]
        shl     ecx, 14
        or      ecx, 5
        threadcontrol ecx, T(0), T(0), NIL, -1
        test    eax, eax
        jz      .full
        inc     dword [created]
        jmp     .next
.full:
        expect_error NO_MEMORY
        ret

TEST 0, "adversary: without kernel memory what needs some is refused and the rest works"
        space   4, agent
        inactive 5, T(4)
        thread  1, .fpu
        mov     dword [page(3)], 0x3333
        set_item 3, MAP | NOWHERE, fpage(page(3), 12, RWX)
        order   4, peek, NOWHERE, 1
        expect_answer 0x3333
        call    fill_memory
        set_mr  1, nothing                      ; a new page table
        set_mr  2, 0
        set_item 3, MAP | 0x60000000, fpage(page(3), 12, RWX)
        ipc     T(4), NIL, timeouts(SECOND, ZERO), tag(ORDER, 2, 2)
        expect_bits esi, TAG_E, TAG_E
        and     ecx, 15
        expect  ecx, SEND_OVERFLOW
        utcb_of eax, 28                         ; a new UTCB page
        threadcontrol T(5), T(4), NIL, T(0), eax
        expect  eax, 0
        expect_error NO_MEMORY
        threadcontrol T(6), T(6), T(0), NIL, -1
        expect  eax, 0
        expect_error NO_MEMORY
        order   4, peek, NOWHERE
        expect_answer 0x3333
        rpc     T(1), tag(HELLO, 0, 0)          ; room for FPU registers: or else exception 7
        expect_ok
        cmp     esi, tag(HELLO, 0, 0)
        je      .end
        expect  esi, tag(LABEL_EXCEPTION, 0, 12)
        get_mr  eax, 3
        expect  eax, 7
.end:
        call    delete_bomb
        utcb_of eax, 28
        threadcontrol T(5), T(4), NIL, T(0), eax
        expect  eax, 1                          ; and now it works
        jmp     healthy
.fpu:
        set_tcr HANDLER, T(0)
        receive T(0), NEVER
        fld1
        send    T(0), tag(HELLO, 0, 0)
        jmp     sleep_forever

TEST 0, "adversary: ports without kernel memory for their bitmap are refused"
        require_feature "ioflexpages"
        space   4, agent
        call    fill_memory
        order   4, port_read, 0x80
        expect  esi, tag(LABEL_IO_FAULT + 6, 0, 2)
        set_item 1, MAP, io_fpage(0x80, 0) | RWX
        ipc     T(4), T(4), timeouts(SECOND, MOMENT), tag(0, 2, 0)
        expect_bits esi, TAG_E, TAG_E
        and     ecx, 14
        expect  ecx, SEND_OVERFLOW
        call    delete_bomb
        receive T(4)                            ; it has asked again
        expect  esi, tag(LABEL_IO_FAULT + 6, 0, 2)
        set_item 1, MAP, io_fpage(0x80, 0) | RWX
        rpc     T(4), tag(0, 2, 0)
        expect_ok
        shr     esi, 16
        expect  esi, ANSWER
        jmp     healthy

; ---- deleting threads in every phase

TEST 0, "adversary: threads deleted in every phase of their IPC"
        mov     edi, 30
.round:
        thread  1, sleep_forever
        thread  2, .to_first                    ; pending send to T(1)
        thread  3, .from_first                  ; closed wait for T(1)
        thread  4, .timed                       ; a finite timeout runs
        active  5                               ; waits for its start
        thread  6, .faulting                    ; its fault is not taken
        space   7, agent                        ; open wait, own space
        space   8, .to_first                    ; pending from another space
        thread  9, .handled                     ; exception not taken
        thread  10, .halted
        sleep   ms(2)
        mov     ebx, edi                        ; another order each time
        and     ebx, 7
        inc     ebx
        mov     ecx, 10
.delete:
        push    ecx
        imul    eax, ecx, 7
        add     eax, ebx
        xor     edx, edx
        mov     ecx, 10
        div     ecx
        inc     edx
        lea     eax, [FIRST_NUMBER + edx]
        shl     eax, 14
        or      eax, 5
        threadcontrol eax, NIL, NIL, NIL, -1
        expect  eax, 1
        pop     ecx
        dec     ecx
        jnz     .delete
        receive ANYTHREAD, ZERO                 ; nobody is left to say anything
        expect_ipc_error RECV_TIMEOUT
        dec     edi
        jnz     .round
        sleep   ms(60)                          ; past the timeouts of the deleted
        jmp     healthy
.to_first:
        send    T(1), tag(HELLO, 0, 0), NEVER
        jmp     sleep_forever
.from_first:
        receive T(1), NEVER
        jmp     sleep_forever
.timed:
        receive T(0), ms(40)
        jmp     sleep_forever
.faulting:
        mov     eax, [NOWHERE]
        jmp     $
.handled:
        set_tcr HANDLER, T(0)
        ud2
.halted:
        exregs  T(10), EX_HALT | EX_H
        jmp     sleep_forever

TEST 0, "adversary: a pager that dies while it is asked"
        thread  1, sleep_forever
        space   4, .child
        sleep   MOMENT                          ; T(4) is sending its fault to T(1)
        threadcontrol T(1), NIL, NIL, NIL, -1
        expect  eax, 1
        sleep   MOMENT
        schedule T(4)
        expect  eax, STATE_INACTIVE
        jmp     healthy
.child:
        set_tcr PAGER, T(1)
        mov     eax, [NOWHERE]
        jmp     $

TEST 0, "adversary: the longest timeouts neither expire nor overflow"
        thread  1, .child
        sleep   MOMENT
        schedule T(1)
        expect  eax, STATE_WAITING
        jmp     healthy
.child:
        receive T(0), 0x7FFF
        jmp     $
