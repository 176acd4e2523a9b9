; SPDX-License-Identifier: MIT
; Checklist 9.1: KernelInterface, the kernel interface page, ids.
%include "raw.inc"

section .bss
alignb 4
seen:           resd 4
low_end:        resd 1

section .text

TEST 1, "KernelInterface returns a page that begins with the magic"
        kernel_interface
        expect  [eax], KIP_MAGIC
        ret

TEST 2, "KernelInterface leaves EBX, EDI, EBP and ESP as they were"
        mov     ebx, 0x11223344
        mov     edi, 0x55667788
        mov     ebp, 0x99AABBCC
        mov     [seen], esp
        kernel_interface
        mov     eax, esp
        expect  eax, [seen]
        expect  ebx, 0x11223344
        expect  edi, 0x55667788
        expect  ebp, 0x99AABBCC
        ret

TEST 3, "KernelInterface in another space returns that space's own base"
        mov     dword [seen], 0
        space   4, .child, 0xA0000000 | 12 << 4
        receive T(4)
        expect_ok
        expect  [seen], 0xA0000000
        expect  [seen + 4], KIP_MAGIC
        kernel_interface
        expect  eax, [kip]
        ret
.child:
        kernel_interface
        mov     [seen], eax
        mov     ebx, [eax]
        mov     [seen + 4], ebx
        mov     ebx, [eax + KIP_LINKS + 16]     ; Ipc, where it is here
        add     ebx, eax
        mov     edi, [gs:0]
        mov     eax, T(0)
        xor     edx, edx
        xor     ecx, ecx
        mov     esi, tag(HELLO, 0, 0)
        call    ebx
        jmp     $

TEST 4, "ECX of KernelInterface is the KIP's ApiVersion and its version is 0x84"
        kernel_interface
        expect  ecx, [eax + KIP_VERSION]
        shr     ecx, 24
        expect  ecx, 0x84
        ret

TEST 5, "EDX of KernelInterface is the KIP's ApiFlags, 0 for 32 bits little endian"
        kernel_interface
        expect  edx, [eax + KIP_FLAGS]
        expect  edx, 0
        ret

TEST 6, "ESI of KernelInterface is the first word of the kernel descriptor"
        kernel_interface
        add     eax, [eax + KIP_KERNEL_DESC]
        expect  esi, [eax]
        ret

TEST 7, "KernelInterface works with exception handler and pager nil"
        set_tcr HANDLER, NIL
        set_tcr PAGER, NIL
        kernel_interface
        set_tcr HANDLER, [main_id]
        set_tcr PAGER, [main_id]
        expect  [eax], KIP_MAGIC
        ret

TEST 8, "a lock prefix before anything else is an exception"
        thread  1, .child
        receive T(1)
        expect_ok
        expect  esi, tag(LABEL_EXCEPTION, 0, 12)
        expect  ebx, .here
        get_mr  eax, 3
        expect  eax, 6
        ret
.child:
        set_tcr HANDLER, T(0)
.here:  db      0xF0, 0x0F, 0x0B                ; lock ud2: QEMU lets a lock before mov pass

TEST 9, "all descriptors and system-call links lie inside the KIP area"
        mov     ebx, [kip]
        movzx   ecx, byte [ebx + KIP_KIP_INFO]
        and     ecx, 0x3F
        mov     edi, 1
        shl     edi, cl
        mov     eax, [ebx + KIP_KERNEL_DESC]
        call    .inside
        mov     eax, [ebx + KIP_PROC_DESC]
        call    .inside
        movzx   eax, word [ebx + KIP_MEMORY_INFO + 2]
        call    .inside
        xor     esi, esi
.link:
        mov     eax, [ebx + KIP_LINKS + 4 * esi]
        call    .inside
        inc     esi
        cmp     esi, LINK_COUNT
        jb      .link
        ret
.inside:
        expect_not eax, 0
        expect_below eax, edi
        ret

TEST 10, "version string and feature list end inside the KIP area"
        mov     ebx, [kip]
        lea     edi, [ebx + 4096]
        add     ebx, [ebx + KIP_KERNEL_DESC]
        add     ebx, 16
.string:
        mov     ecx, ebx
.byte:
        expect_below ebx, edi
        inc     ebx
        cmp     byte [ebx - 1], 0
        jne     .byte
        lea     ecx, [ecx + 1]
        cmp     ecx, ebx                        ; an empty string ends the list
        jne     .string
        ret

TEST 11, "writing to the KIP faults and changes nothing"
        thread  1, .child
        receive T(1)
        expect_ok
        mov     eax, [kip]
        expect_fault W, eax
        expect  [eax], KIP_MAGIC
        ret
.child:
        mov     eax, [kip]
        mov     dword [eax], 0

TEST 12, "UtcbAreaInfo tells blocks of at least 512 bytes and areas of at least 4 KB"
        mov     ebx, [kip]
        mov     eax, [ebx + KIP_UTCB_INFO]
        mov     ecx, eax
        shr     ecx, 10
        and     ecx, 0x3F
        mov     edx, eax
        and     edx, 0x3FF
        shl     edx, cl
        expect_at_least edx, 512
        shr     eax, 16
        and     eax, 0x3F
        expect_at_least eax, 12
        ret

TEST 13, "the KIP area is at least 4 KB and aligned to its size"
        mov     ebx, [kip]
        mov     ecx, [ebx + KIP_KIP_INFO]
        and     ecx, 0x3F
        expect_at_least ecx, 12
        mov     eax, 1
        shl     eax, cl
        dec     eax
        and     eax, ebx
        expect  eax, 0
        ret

TEST 14, "pages of 4 KB exist"
        mov     ebx, [kip]
        expect_bits [ebx + KIP_PAGE_INFO], 1 << 12, 1 << 12
        ret

TEST 15, "there are interrupts, then kernel threads, then user threads, at least 4096 numbers"
        expect_not [system_base], 0
        mov     eax, [user_base]
        dec     eax
        expect_at_least eax, [system_base]
        mov     ebx, [kip]
        movzx   eax, byte [ebx + KIP_THREAD_INFO]
        expect_at_least eax, 12
        ret

TEST 16, "a virtual conventional memory descriptor covers this program"
        call    memory_descriptors
.next:
        mov     eax, [ebx]
        and     eax, 0x20F                      ; virtual and type
        cmp     eax, 0x201
        jne     .other
        mov     eax, [ebx]
        and     eax, ~0x3FF
        mov     edx, [ebx + 4]
        or      edx, 0x3FF
        cmp     eax, .next
        ja      .other
        cmp     edx, .next
        jae     .found
.other:
        add     ebx, 8
        loop    .next
        expect  ecx, -1                         ; none
.found:
        ret

TEST 17, "every memory descriptor has low below high"
        call    memory_descriptors
.next:
        mov     eax, [ebx + 4]
        or      eax, 0x3FF
        mov     edx, [ebx]
        and     edx, ~0x3FF
        expect_at_least eax, edx
        add     ebx, 8
        loop    .next
        ret

; -> ebx first descriptor, ecx how many
memory_descriptors:
        mov     ebx, [kip]
        movzx   ecx, word [ebx + KIP_MEMORY_INFO]
        movzx   eax, word [ebx + KIP_MEMORY_INFO + 2]
        add     ebx, eax
        expect_not ecx, 0
        ret

TEST 18, "there is a processor, and its descriptor lies in the KIP area"
        mov     ebx, [kip]
        mov     ecx, [ebx + KIP_PROC_INFO]
        mov     edx, ecx
        shr     ecx, 28
        and     edx, 0xFFFF
        inc     edx
        shl     edx, cl
        add     edx, [ebx + KIP_PROC_DESC]
        expect_below edx, 4097
        ret

TEST 19, "the clock's precisions are periods"
        mov     ebx, [kip]
        mov     eax, [ebx + KIP_CLOCK_INFO]
        test    eax, eax
        jnz     .published
        skip    "the kernel leaves ClockInfo 0"
.published:
        expect_bits eax, 0x80008000, 0
        ret

TEST 20, "the local id is the word at gs:0, 256 above a block of 512"
        mov     eax, [gs:0]
        expect_not eax, 0
        expect_bits eax, 0x3F, 0
        expect_bits eax, 0x1FF, 256
        ret

TEST 0, "2: gs:4 tells the UTCB address, too, in every thread and after a call to another space"
        mov     eax, [gs:0]
        expect  [gs:4], eax
        thread  1, .tells
        receive T(1)
        local_of ecx, 1
        expect  ebx, ecx
        space   4, agent
        order   4, .tell, 0
        local_of ecx, 4
        expect_answer ecx
        mov     eax, [gs:0]
        expect  [gs:4], eax
        ret
.tells: set_mr  1, dword [gs:4]
        send    T(0), tag(HELLO, 0, 1)
        jmp     sleep_forever
.tell:  mov     eax, [gs:4]
        ret

TEST 21, "MyGlobalId is a global id in the user range"
        get_tcr eax, MY_GLOBAL_ID
        expect  eax, T(0)
        mov     eax, [main_id]
        expect_bits eax, 0x3FFF, 1
        shr     eax, 14
        mov     edx, [user_base]
        add     edx, 2
        expect  eax, edx
        ret

TEST 22, "ProcessorNo names an existing processor"
        mov     ebx, [kip]
        movzx   ecx, word [ebx + KIP_PROC_INFO]
        inc     ecx
        get_tcr eax, PROCESSOR_NO
        expect_below eax, ecx
        ret

TEST 23, "two threads of a space see different UTCBs, each its own"
        thread  1, .child
        thread  2, .child
        receive T(1)
        expect_ok
        expect  ebp, T(1)
        local_of eax, 1
        expect  ebx, eax
        receive T(2)
        expect_ok
        expect  ebp, T(2)
        local_of eax, 2
        expect  ebx, eax
        get_tcr eax, MY_GLOBAL_ID
        expect  eax, T(0)
        ret
.child:
        mov     eax, [gs:0]
        set_mr  1, eax
        set_mr  2, [eax + MY_GLOBAL_ID]
        send    T(0), tag(HELLO, 0, 2)
        jmp     sleep_forever
