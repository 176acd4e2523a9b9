; SPDX-License-Identifier: MIT
; Checklist 9.8: map, grant, unmap.  T(0) owns the arena; T(4), T(5), T(6) are agents in spaces of
; their own, and T(0) is their pager, so an access that should fail shows as the fault message it
; becomes.
%include "raw.inc"

PAGE            equ 12
PAGES_16        equ 16

section .bss
alignb 4
saved:          resd 2

section .text

; Two or three fresh spaces; every page of the arena begins with its own address.
%macro spaces 1.nolist
        call    mark_arena
    %if %1 >= 1
        space   4, agent
    %endif
    %if %1 >= 2
        space   5, agent
    %endif
    %if %1 >= 3
        space   6, agent
    %endif
%endmacro
mark_arena:
        mov     eax, ARENA
.page:
        mov     [eax], eax
        add     eax, 4096
        cmp     eax, page(64)
        jb      .page
        ret

%macro map_to 3.nolist                 ; agent, send base, fpage: T(0) maps
        set_item 3, MAP | (%2), %3
        order   %1, nothing, 0, 1
        expect_answer 0
%endmacro
%macro agent_maps 5.nolist             ; agent, MAP or GRANT, to agent, send base, fpage
        mov     dword [gift_to], T(%3)
        mov     dword [gift_base], %2 | (%4)
        mov     dword [gift_page], %5
        order   %1, give, 0
        expect_answer tag(ANSWER, 0, 1)
%endmacro
%macro sees 3.nolist                   ; agent, address, word there
        order   %1, peek, %2
        expect_answer %3
%endmacro
%macro writes 2.nolist
        order   %1, poke, %2
        expect_answer 1
%endmacro
%macro faults 3.nolist                 ; agent, routine, address, stays in its fault
    %ifidn %2, poke
        order   %1, %2, %3
        expect_fault W, %3
    %else
        order   %1, %2, %3
        expect_fault 0, %3
    %endif
%endmacro
; agent that faulted, send base, fpage: answers the fault, then takes the order's answer
%macro serve 3.nolist
        set_item 1, MAP | (%2), %3
        rpc     T(%1), tag(0, 2, 0)
        expect_ok
%endmacro

TEST 151, "a page mapped into a complete window appears at the send base"
        spaces  1
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        sees    4, NOWHERE, page(1)
        ret

TEST 152, "a page mapped into a larger window lands at base + (send base mod size)"
        spaces  1
        order   4, set_window, fpage(NOWHERE, 16, 0)
        map_to  4, 0x12345000, fpage(page(1), PAGE, RWX)
        sees    4, NOWHERE + 0x5000, page(1)
        ret

TEST 153, "of a larger fpage the window takes the part that the send base selects"
        spaces  1
        order   4, set_window, fpage(NOWHERE + 0x7000, PAGE, 0)
        map_to  4, 0x3000, fpage(page(16), 16, RWX)
        sees    4, NOWHERE + 0x7000, page(19)
        faults  4, peek, NOWHERE + 0x6000
        ret

TEST 154, "with equal sizes the send base does not matter"
        spaces  1
        order   4, set_window, fpage(NOWHERE, 14, 0)
        map_to  4, 0x55555000, fpage(page(4), 14, RWX)
        sees    4, NOWHERE, page(4)
        sees    4, NOWHERE + 0x3000, page(7)
        ret

TEST 155, "what is mapped read-only can be read, and a write faults with w set"
        spaces  1
        map_to  4, NOWHERE, fpage(page(1), PAGE, R)
        sees    4, NOWHERE, page(1)
        faults  4, poke, NOWHERE
        expect  [page(1)], page(1)
        ret

TEST 156, "mapping again with more rights extends the access"
        spaces  1
        map_to  4, NOWHERE, fpage(page(1), PAGE, R)
        sees    4, NOWHERE, page(1)
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        writes  4, NOWHERE
        expect  [page(1)], 0x600DF00D
        ret

TEST 0, "5.11: mapping again with fewer rights takes none away"
        spaces  1
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        map_to  4, NOWHERE, fpage(page(1), PAGE, R)
        writes  4, NOWHERE
        ret

TEST 157, "a thread that may only read cannot give the right to write"
        spaces  2
        map_to  4, NOWHERE, fpage(page(1), PAGE, R)
        agent_maps 4, MAP, 5, NOWHERE, fpage(NOWHERE, PAGE, RWX)
        sees    5, NOWHERE, page(1)
        faults  5, poke, NOWHERE
        ret

TEST 158, "a granted page leaves the sender"
        spaces  2
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        agent_maps 4, GRANT, 5, NOWHERE + 0x1000, fpage(NOWHERE, PAGE, RWX)
        sees    5, NOWHERE + 0x1000, page(1)
        writes  5, NOWHERE + 0x1000
        faults  4, peek, NOWHERE
        ret

TEST 159, "after a grant the first mapper's unmap still takes the page away"
        spaces  2
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        agent_maps 4, GRANT, 5, NOWHERE, fpage(NOWHERE, PAGE, RWX)
        sees    5, NOWHERE, page(1)
        unmap   0, fpage(page(1), PAGE, RWX)
        faults  5, peek, NOWHERE
        expect  [page(1)], page(1)
        ret

TEST 0, "7.2: children follow a granted page"
        spaces  3
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        agent_maps 4, MAP, 6, NOWHERE, fpage(NOWHERE, PAGE, RWX)
        agent_maps 4, GRANT, 5, NOWHERE, fpage(NOWHERE, PAGE, RWX)
        sees    6, NOWHERE, page(1)
        order   5, plain_unmap, fpage(NOWHERE, PAGE, RWX)
        faults  6, peek, NOWHERE
        sees    5, NOWHERE, page(1)
        ret

TEST 160, "Unmap takes the page from the receiver and leaves the mapper's"
        spaces  2
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        agent_maps 4, MAP, 5, NOWHERE, fpage(NOWHERE, PAGE, RWX)
        sees    5, NOWHERE, page(1)
        order   4, plain_unmap, fpage(NOWHERE, PAGE, RWX)
        faults  5, peek, NOWHERE
        sees    4, NOWHERE, page(1)
        ret

TEST 161, "a flush takes the page from both"
        spaces  2
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        agent_maps 4, MAP, 5, NOWHERE, fpage(NOWHERE, PAGE, RWX)
        order   4, flush, fpage(NOWHERE, PAGE, RWX)
        faults  5, peek, NOWHERE
        faults  4, peek, NOWHERE
        expect  [page(1)], page(1)
        ret

TEST 162, "Unmap goes down a chain of three spaces"
        spaces  3
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        agent_maps 4, MAP, 5, NOWHERE + 0x1000, fpage(NOWHERE, PAGE, RWX)
        agent_maps 5, MAP, 6, NOWHERE + 0x2000, fpage(NOWHERE + 0x1000, PAGE, RWX)
        sees    6, NOWHERE + 0x2000, page(1)
        unmap   0, fpage(page(1), PAGE, RWX)
        faults  4, peek, NOWHERE
        faults  5, peek, NOWHERE + 0x1000
        faults  6, peek, NOWHERE + 0x2000
        ret

TEST 162, "Unmap in the middle of a chain leaves what is above"
        spaces  3
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        agent_maps 4, MAP, 5, NOWHERE, fpage(NOWHERE, PAGE, RWX)
        agent_maps 5, MAP, 6, NOWHERE, fpage(NOWHERE, PAGE, RWX)
        order   5, plain_unmap, fpage(NOWHERE, PAGE, RWX)
        faults  6, peek, NOWHERE
        sees    5, NOWHERE, page(1)
        sees    4, NOWHERE, page(1)
        ret

TEST 163, "withdrawing w leaves the receiver reading and faulting on a write"
        spaces  2
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        agent_maps 4, MAP, 5, NOWHERE, fpage(NOWHERE, PAGE, RWX)
        writes  5, NOWHERE
        order   4, withdraw_write, fpage(NOWHERE, PAGE, 0)
        sees    5, NOWHERE, 0x600DF00D
        faults  5, poke, NOWHERE
        writes  4, NOWHERE
        ret

TEST 164, "Unmap of four fpages treats four and writes four statuses"
        spaces  1
        map_to  4, NOWHERE, fpage(page(8), 15, RWX)
        unmap   0, fpage(page(8), 15, 0)        ; forget what was
        order   4, poke, NOWHERE
        order   4, peek, NOWHERE + 0x2000
        set_mr  1, fpage(page(9), PAGE, RWX)
        set_mr  2, fpage(page(10), PAGE, RWX)
        set_mr  3, fpage(page(11), PAGE, RWX)
        set_mr  4, fpage(page(12), PAGE, RWX)
        unmap   3, fpage(page(8), PAGE, RWX)
        expect_bits esi, ~5, fpage(page(8), PAGE, W)
        get_mr  eax, 1
        expect  eax, fpage(page(9), PAGE, 0)
        get_mr  eax, 2
        expect_bits eax, ~5, fpage(page(10), PAGE, 0)
        expect_bits eax, 5, R
        get_mr  eax, 3
        expect  eax, fpage(page(11), PAGE, 0)
        get_mr  eax, 4
        expect  eax, fpage(page(12), PAGE, RWX)
        sees    4, NOWHERE + 0x4000, page(12)
        faults  4, peek, NOWHERE + 0x3000
        ret

%macro status 2.nolist                 ; fpage without rights, wanted among r and w
        unmap   0, %1
        expect_bits esi, R | W, %2
%endmacro

TEST 165, "the status has w and r after a write, r alone after a read"
        spaces  1
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        unmap   0, fpage(page(1), PAGE, 0)
        writes  4, NOWHERE
        status  fpage(page(1), PAGE, 0), R | W
        order   4, peek, NOWHERE
        status  fpage(page(1), PAGE, 0), R
        ret

TEST 166, "reading the status resets it"
        spaces  1
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        writes  4, NOWHERE
        unmap   0, fpage(page(1), PAGE, 0)
        status  fpage(page(1), PAGE, 0), 0
        ret

TEST 167, "a child's query hides nothing from the parent, nor the other way round"
        spaces  2
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        agent_maps 4, MAP, 5, NOWHERE, fpage(NOWHERE, PAGE, RWX)
        unmap   0, fpage(page(1), PAGE, 0)
        order   4, plain_unmap, fpage(NOWHERE, PAGE, 0)
        writes  5, NOWHERE
        order   4, plain_unmap, fpage(NOWHERE, PAGE, 0)
        expect_bits ebx, R | W, R | W
        status  fpage(page(1), PAGE, 0), R | W
        writes  5, NOWHERE
        status  fpage(page(1), PAGE, 0), R | W
        order   4, plain_unmap, fpage(NOWHERE, PAGE, 0)
        expect_bits ebx, R | W, R | W
        ret

TEST 0, "7.3: the caller's own accesses count in its status"
        call    mark_arena
        unmap   0, fpage(page(1), PAGE, 0)
        status  fpage(page(1), PAGE, 0), 0
        mov     dword [page(1)], 1
        status  fpage(page(1), PAGE, 0), R | W
        mov     eax, [page(1)]
        status  fpage(page(1), PAGE, 0), R
        ret

TEST 0, "7.3: the status of a removed child is not lost to the parent"
        spaces  1
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        unmap   0, fpage(page(1), PAGE, 0)
        writes  4, NOWHERE
        order   4, flush, fpage(NOWHERE, PAGE, RWX)
        status  fpage(page(1), PAGE, 0), R | W
        ret

TEST 168, "holes in what is sent stay holes at the receiver"
        spaces  2
        map_to  4, NOWHERE, fpage(page(0), PAGE, RWX)
        map_to  4, NOWHERE + 0x2000, fpage(page(2), PAGE, RWX)
        agent_maps 4, MAP, 5, NOWHERE, fpage(NOWHERE, 14, RWX)
        sees    5, NOWHERE, page(0)
        sees    5, NOWHERE + 0x2000, page(2)
        faults  5, peek, NOWHERE + 0x1000
        serve   5, NOWHERE + 0x1000, fpage(page(1), PAGE, R)
        expect_answer page(1)
        faults  5, peek, NOWHERE + 0x3000
        ret

TEST 0, "5.11: a hole does not remove what the receiver has there"
        spaces  2
        map_to  4, NOWHERE, fpage(page(0), PAGE, RWX)
        map_to  5, NOWHERE + 0x1000, fpage(page(9), PAGE, RWX)
        agent_maps 4, MAP, 5, NOWHERE, fpage(NOWHERE, 14, RWX)
        sees    5, NOWHERE, page(0)
        sees    5, NOWHERE + 0x1000, page(9)
        ret

TEST 169, "overmapping replaces the old page"
        spaces  1
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        sees    4, NOWHERE, page(1)
        map_to  4, NOWHERE, fpage(page(2), PAGE, RWX)
        sees    4, NOWHERE, page(2)
        ret

TEST 0, "5.11: overmapping flushes what the old page had been mapped on to"
        spaces  2
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        agent_maps 4, MAP, 5, NOWHERE, fpage(NOWHERE, PAGE, RWX)
        map_to  4, NOWHERE, fpage(page(2), PAGE, RWX)
        faults  5, peek, NOWHERE
        ret

TEST 170, "the KIP cannot be mapped to others"
        spaces  1
        mov     edi, [kip]
        or      edi, PAGE << 4 | RWX
        map_to  4, NOWHERE, edi
        faults  4, peek, NOWHERE
        ret

TEST 170, "UTCBs cannot be mapped to others"
        spaces  1
        mov     edi, [utcb_area]
        or      edi, PAGE << 4 | RWX
        map_to  4, NOWHERE, edi
        faults  4, peek, NOWHERE
        ret

TEST 170, "the KIP cannot be overmapped"
        spaces  1
        mov     edi, [kip]
        or      edi, MAP
        set_item 3, edi, fpage(page(1), PAGE, RWX)
        order   4, nothing, 0, 1
        expect_answer 0
        order   4, peek, [kip]
        expect_answer KIP_MAGIC
        ret

TEST 170, "UTCBs cannot be overmapped, mapped or not yet"
        spaces  1
        mov     edi, [utcb_area]
        or      edi, MAP
        set_item 3, edi, fpage(page(0), 14, RWX)
        order   4, nothing, 0, 1
        expect_answer 0
        order   4, .own_id, 0
        expect_answer T(4)
        mov     edi, [utcb_area]
        add     edi, 0x3000
        order   4, peek, edi
        expect_fault 0, edi
        ret
.own_id:
        get_tcr eax, MY_GLOBAL_ID
        ret

TEST 170, "KIP and UTCBs cannot be unmapped"
        spaces  1
        mov     edi, [kip]
        or      edi, PAGE << 4 | RWX
        order   4, flush, edi
        mov     edi, [utcb_area]
        or      edi, 14 << 4 | RWX
        order   4, flush, edi
        order   4, peek, [kip]
        expect_answer KIP_MAGIC
        mov     edi, [kip]
        or      edi, PAGE << 4 | RWX
        unmap   UNMAP_FLUSH, edi
        kernel_interface
        expect  [eax], KIP_MAGIC
        ret

TEST 171, "a map item into a nil window maps nothing"
        spaces  1
        order   4, set_window, NIL
        set_mr  1, nothing
        set_mr  2, 0
        set_item 3, MAP | NOWHERE, fpage(page(1), PAGE, RWX)
        ipc     T(4), NIL, timeouts(SECOND, ZERO), tag(ORDER, 2, 2)
        test    esi, TAG_E
        jz      .accepted
        and     ecx, 15
        expect  ecx, SEND_OVERFLOW
        jmp     .look
.accepted:
        receive T(4)
        expect_ok
.look:
        sleep   MOMENT                          ; the agent opens its window again after a failure
        faults  4, peek, NOWHERE
        ret

TEST 172, "an fpage of 16 pages maps all of them"
        spaces  1
        map_to  4, NOWHERE, fpage(page(16), 16, RWX)
        mov     edi, page(16)
.next:
        lea     eax, [edi + NOWHERE - page(16)]
        order   4, peek, eax
        expect_answer edi
        add     edi, 4096
        cmp     edi, page(32)
        jb      .next
        ret

TEST 173, "several map items of one message all take effect"
        spaces  1
        set_item 3, MAP | 1 | NOWHERE, fpage(page(1), PAGE, RWX)
        set_item 5, MAP | 1 | (NOWHERE + 0x400000), fpage(page(2), PAGE, RWX)
        set_item 7, MAP | (NOWHERE + 0x2000), fpage(page(3), PAGE, R)
        order   4, nothing, 0, 3
        expect_answer 0
        sees    4, NOWHERE, page(1)
        sees    4, NOWHERE + 0x400000, page(2)
        sees    4, NOWHERE + 0x2000, page(3)
        ret

TEST 174, "flushing the complete space leaves KIP and UTCBs"
        spaces  1
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        ; its own code goes too: a fault at the next instruction
        order   4, flush, COMPLETE | RWX
        expect_bits esi, 0xFFF8FFFF, tag(LABEL_FAULT, 0, 2)
.serve:
        set_item 1, MAP | IMAGE, fpage(IMAGE, IMAGE_LOG2, RWX)
        rpc     T(4), tag(0, 2, 0)
        expect_ok
        shr     esi, 16
        expect  esi, ANSWER
        order   4, peek, [kip]
        expect_answer KIP_MAGIC
        faults  4, peek, NOWHERE
        ret

TEST 0, "1.2: fpages of a size between nothing and a page map nothing"
        spaces  1
        map_to  4, NOWHERE, fpage(page(1), 11, RWX)
        map_to  4, NOWHERE, NIL
        faults  4, peek, NOWHERE
        ret

TEST 0, "5.11: an item without rights maps nothing"
        spaces  1
        map_to  4, NOWHERE, fpage(page(1), PAGE, 0)
        faults  4, peek, NOWHERE
        ret

TEST 0, "5.11: nothing is mapped outside user memory"
        spaces  1
        map_to  4, 0xF0000000, fpage(page(1), PAGE, RWX)
        faults  4, peek, 0xF0000000
        ret

TEST 0, "5.11: kernel memory cannot be sent"
        spaces  1
        map_to  4, NOWHERE, fpage(0xF0100000, PAGE, RWX)
        map_to  4, NOWHERE, fpage(0xC0000000, 30, RWX)
        faults  4, peek, NOWHERE
        ret

TEST 0, "5.11: a receiver whose page was mapped by somebody else has it replaced"
        spaces  3
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        map_to  5, NOWHERE, fpage(page(1), PAGE, RWX)
        agent_maps 4, MAP, 6, NOWHERE, fpage(NOWHERE, PAGE, RWX)
        agent_maps 5, MAP, 6, NOWHERE, fpage(NOWHERE, PAGE, RWX)
        order   4, plain_unmap, fpage(NOWHERE, PAGE, RWX)
        sees    6, NOWHERE, page(1)             ; T(5)'s child now
        order   5, plain_unmap, fpage(NOWHERE, PAGE, RWX)
        faults  6, peek, NOWHERE
        ret

TEST 0, "7.2: a chain of a thousand mappings comes down at once"
        spaces  2
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        mov     edi, NOWHERE                    ; T(4) -> T(5) -> T(4) one page on -> ...
.next:
        mov     dword [gift_to], T(5)
        mov     eax, edi
        or      eax, MAP
        mov     [gift_base], eax
        mov     eax, edi
        or      eax, PAGE << 4 | RWX
        mov     [gift_page], eax
        order   4, give, 0
        expect_answer tag(ANSWER, 0, 1)
        mov     dword [gift_to], T(4)
        mov     eax, edi
        add     eax, 4096 | MAP
        mov     [gift_base], eax
        mov     eax, edi
        or      eax, PAGE << 4 | RWX
        mov     [gift_page], eax
        order   5, .give_to_idle_agent, 0
        add     edi, 4096
        cmp     edi, NOWHERE + 500 * 4096
        jb      .next
        sees    4, NOWHERE + 500 * 4096, page(1)
        unmap   0, fpage(page(1), PAGE, RWX)
        faults  4, peek, NOWHERE
        faults  5, peek, NOWHERE + 499 * 4096
        ret
.give_to_idle_agent:
        jmp     give

TEST 0, "5.11: a page mapped over its own ancestor leaves neither"
        spaces  2
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        agent_maps 4, MAP, 5, NOWHERE, fpage(NOWHERE, PAGE, RWX)
        agent_maps 5, MAP, 4, NOWHERE, fpage(NOWHERE, PAGE, RWX)
        faults  5, peek, NOWHERE
        faults  4, peek, NOWHERE
        expect  [page(1)], page(1)
        ret

TEST 0, "5.11: a page granted over its own parent"
        spaces  2
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        agent_maps 4, MAP, 5, NOWHERE, fpage(NOWHERE, PAGE, RWX)
        agent_maps 5, GRANT, 4, NOWHERE, fpage(NOWHERE, PAGE, RWX)
        faults  5, peek, NOWHERE
        unmap   0, fpage(page(1), PAGE, RWX)
        faults  4, peek, NOWHERE
        ret

TEST 0, "5.11: the complete space can be mapped and flushed"
        spaces  2
        map_to  4, NOWHERE, fpage(page(16), 16, RWX)
        agent_maps 4, MAP, 5, 0, COMPLETE | RWX
        sees    5, NOWHERE + 0x3000, page(19)
        unmap   0, fpage(page(16), 16, RWX)
        faults  5, peek, NOWHERE + 0x3000
        faults  4, peek, NOWHERE + 0x3000
        ret

TEST 0, "5.11: a space that grants itself away loses its code"
        spaces  2
        mov     dword [gift_to], T(5)
        mov     dword [gift_base], GRANT
        mov     dword [gift_page], COMPLETE | RWX
        order   4, give, 0
        expect_bits esi, 0xFFF8FFFF, tag(LABEL_FAULT, 0, 2)
        order   5, nothing, 0                   ; the other runs on the same code
        expect_answer 0
        ret

TEST 0, "7.3: nil fpages are ignored by Unmap"
        spaces  1
        map_to  4, NOWHERE, fpage(page(1), PAGE, RWX)
        unmap   UNMAP_FLUSH, NIL
        unmap   UNMAP_FLUSH, RWX
        sees    4, NOWHERE, page(1)
        ret

TEST 0, "7.2: a piece of a 4 MB page can be mapped on and taken back alone"
        mov     eax, [kip]
        test    dword [eax + KIP_PAGE_INFO], 1 << 22
        jnz     .has
        skip    "no 4 MB pages"
.has:
        spaces  2
        set_tcr BR0, COMPLETE
        set_mr  1, 0xFFFFFC00 | 22 << 4
        set_mr  2, 0
        rpc     [sigma0_id], tag(LABEL_SIGMA0, 0, 2)
        expect_ok
        set_tcr BR0, 0
        get_mr  eax, 2
        test    eax, eax
        jnz     .got
        skip    "sigma0 has no 4 MB page left"
.got:
        and     eax, 0xFFC00000
        mov     [saved], eax
        mov     dword [eax + 0x1000], 0x1001
        mov     dword [eax + 0x2000], 0x2002
        or      eax, 22 << 4 | RWX
        mov     edi, eax
        map_to  4, NOWHERE, edi
        sees    4, NOWHERE + 0x1000, 0x1001
        sees    4, NOWHERE + 0x2000, 0x2002
        agent_maps 4, MAP, 5, NOWHERE + 0x10000, fpage(NOWHERE + 0x1000, PAGE, RWX)
        agent_maps 4, MAP, 5, NOWHERE + 0x11000, fpage(NOWHERE + 0x2000, PAGE, RWX)
        sees    5, NOWHERE + 0x10000, 0x1001
        order   4, plain_unmap, fpage(NOWHERE + 0x1000, PAGE, RWX)
        sees    5, NOWHERE + 0x11000, 0x2002
        faults  5, peek, NOWHERE + 0x10000
        mov     eax, [saved]
        or      eax, 22 << 4 | RWX
        unmap   0, eax
        faults  4, peek, NOWHERE + 0x2000
        ret
