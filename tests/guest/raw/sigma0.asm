; SPDX-License-Identifier: MIT
; Checklist 9.9, the sigma0 protocol.
%include "raw.inc"

REFUSED         equ 8           ; the map item of a refusal

section .bss
alignb 4
found:          resd 1

section .text

; ecx fpage -> edi fpage of the answer; the page is mapped where it lies.
ask:
        set_tcr BR0, COMPLETE
        set_mr  1, ecx
        set_mr  2, 0
        rpc     [sigma0_id], tag(LABEL_SIGMA0, 0, 2)
        expect_ok
        expect_bits esi, 0xFFFF, tag(0, 2, 0)
        set_tcr BR0, 0
        get_mr  edi, 2
        test    edi, edi
        jz      .refused
        get_mr  eax, 1
        expect_bits eax, 0xC, 8                 ; a map or grant item
        ret
.refused:
        get_mr  eax, 1
        expect  eax, REFUSED
        ret

; The end of conventional memory, but at most 16 MB -> ebx
end_of_memory:
        mov     edx, [kip]
        movzx   ecx, word [edx + KIP_MEMORY_INFO]
        movzx   eax, word [edx + KIP_MEMORY_INFO + 2]
        add     edx, eax
        xor     ebx, ebx
.next:
        mov     eax, [edx]
        and     eax, 0x20F
        cmp     eax, 1                          ; physical, conventional
        jne     .skip
        mov     eax, [edx + 4]
        or      eax, 0x3FF
        cmp     eax, ebx
        jb      .skip
        mov     ebx, eax
.skip:
        add     edx, 8
        loop    .next
        inc     ebx
        and     ebx, ~0xFFF
        cmp     ebx, 0x1000000
        jb      .end
        mov     ebx, 0x1000000
.end:
        ret

; The highest free page below that, wanted by nobody so far -> [found]
find_page:
        call    end_of_memory
.next:
        sub     ebx, 4096
        expect_not ebx, 0x400000
        mov     ecx, ebx
        or      ecx, 12 << 4 | RWX
        push    ebx
        call    ask
        pop     ebx
        test    edi, edi
        jz      .next
        mov     [found], ebx
        ret

TEST 191, "a page of RAM that nobody has is delivered where it lies"
        call    find_page
        mov     eax, edi
        and     eax, ~0x3FF
        expect  eax, [found]
        expect_bits edi, 0x3F0, 12 << 4
        mov     dword [eax], 0x12345678
        expect  [eax], 0x12345678
        ret

TEST 192, "the same thread gets its page again, another one is refused"
        call    find_page
        mov     ecx, [found]
        or      ecx, 12 << 4 | RWX
        call    ask
        expect_not edi, 0
        thread  1, .other
        receive T(1), ms(1000)
        expect_ok
        expect  ebx, 0
        ret
.other:
        mov     ecx, [found]
        or      ecx, 12 << 4 | RWX
        call    ask
        set_mr  1, edi
        send    T(0), tag(HELLO, 0, 1)
        jmp     sleep_forever

TEST 193, "any page of a size comes aligned, or nil"
        mov     ebx, 12
.size:
        mov     ecx, ebx
        shl     ecx, 4
        or      ecx, 0xFFFFFC00
        push    ebx
        call    ask
        pop     ebx
        test    edi, edi
        jz      .end
        mov     ecx, ebx
        mov     eax, 1
        shl     eax, cl
        dec     eax
        and     eax, ~0x3FF
        and     eax, edi
        expect  eax, 0
        mov     eax, edi
        shr     eax, 4
        and     eax, 0x3F
        expect  eax, ebx
        expect_at_least edi, 0x1000             ; never page 0
        inc     ebx
        cmp     ebx, 18
        jb      .size
.end:
        expect_not ebx, 12                      ; one small page at least
        ret

TEST 193, "any pages of 16 MB come until there are no more, never one twice"
        mov     dword [found], 1                ; bit n: the n-th 16 MB
.next:
        mov     ecx, 0xFFFFFC00 | 24 << 4
        call    ask
        test    edi, edi
        jz      .end
        mov     ecx, edi
        expect_bits edi, 0xFFFC00, 0            ; aligned
        shr     ecx, 24
        expect_below ecx, 32                    ; 512 MB, more than we are started with
        bts     dword [found], ecx
        sbb     eax, eax
        expect  eax, 0
        jmp     .next
.end:
        mov     ecx, 0xFFFFFC00 | 24 << 4       ; and it stays so
        call    ask
        expect  edi, 0
        ret

TEST 194, "a page of the kernel's reserved memory is refused"
        mov     ebx, [kip]
        movzx   ecx, word [ebx + KIP_MEMORY_INFO]
        movzx   eax, word [ebx + KIP_MEMORY_INFO + 2]
        add     ebx, eax
.next:
        mov     eax, [ebx]
        and     eax, 0x20F
        cmp     eax, 2                          ; physical, reserved
        je      .reserved
        add     ebx, 8
        loop    .next
        expect  ecx, -1                         ; none
.reserved:
        mov     ecx, [ebx]
        and     ecx, ~0xFFF
        or      ecx, 12 << 4 | RWX
        call    ask
        expect  edi, 0
        ret

TEST 195, "a malformed request gets no reply"
        set_mr  1, 0xFFFFFC00 | 12 << 4
        ipc     [sigma0_id], [sigma0_id], timeouts(SECOND, MOMENT), tag(LABEL_SIGMA0, 0, 1)
        expect_ipc_error RECV_TIMEOUT
        ipc     [sigma0_id], [sigma0_id], timeouts(SECOND, MOMENT), tag(0x4242, 0, 2)
        expect_ipc_error RECV_TIMEOUT
        mov     ecx, 0xFFFFFC00 | 12 << 4       ; and it still serves
        call    ask
        ret

TEST 0, "6.7: a size below a page is refused"
        mov     ecx, 0xFFFFFC00 | 11 << 4
        call    ask
        expect  edi, 0
        mov     ecx, 0x500000 | 10 << 4
        call    ask
        expect  edi, 0
        ret

TEST 0, "6.7: memory of the root server belongs to its first thread"
        mov     ecx, fpage(IMAGE, 12, RWX)
        call    ask
        expect  edi, 0
        ret

TEST 0, "6.7: page faults outside memory do not stop sigma0"
        space   4, .child
        sleep   MOMENT
        mov     ecx, 0xFFFFFC00 | 12 << 4
        call    ask
        ret
.child:
        set_tcr PAGER, [sigma0_id]
        mov     eax, [0xB0000000]               ; again and again
        jmp     $
