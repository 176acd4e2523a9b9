; SPDX-License-Identifier: MIT
; A kernel that only looks at what a loader did for it: KIP in file-backed data, as spec 6.9 wants it.
        extern  probe_main
        section .text
        global  probe_entry
probe_entry:
        mov     eax, cr0
        mov     esp, stack.top
        pushfd
        push    eax
        call    probe_main
.halt:  cli
        hlt
        jmp     .halt

        section .kip progbits alloc noexec write align=4096
        global  probe_kip
probe_kip:
        db      'L', '4', 0xE6, 'K'
        dd      0x84050000, 0, 0
        times 0x20 - ($ - probe_kip) db 0
        times 0x54 - ($ - probe_kip) db 0xAA    ; the loader's part: rubbish until it fills it
        dw      200, 0x200                      ; MemoryInfo: capacity, offset
        times 0xB8 - ($ - probe_kip) db 0
        dd      0xAAAAAAAA                      ; BootInfo
        times 4096 - ($ - probe_kip) db 0

        section .bss align=16
stack:  resb    16384
.top:
        section .note.GNU-stack noalloc noexec nowrite progbits
