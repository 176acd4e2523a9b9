; SPDX-License-Identifier: MIT
; The fuzzer's instructions: calls with every register given, and what C cannot say.
        global  raw_call, worker_entry, kip_here, flags_here, fpu_tags, fpu_set, fpu_get, do_exception, do_in
        extern  worker_begin, worker_stacks, first_number
FIRST_VERSION_BITS equ 14

        section .text
USER_DS equ 0x23
USER_GS equ 0x33
; void raw_call(struct regs *r, word_t target): eax ecx edx esi edi ebx ebp in and out, segments in.
raw_call:
        push    ebx
        push    esi
        push    edi
        push    ebp
        mov     eax, [esp + 20]
        push    eax                     ; [esp + 4]: r
        push    dword [esp + 28]        ; [esp]: target
        mov     ecx, [eax + 4]
        mov     edx, [eax + 8]
        mov     esi, [eax + 12]
        mov     edi, [eax + 16]
        mov     ebx, [eax + 20]
        mov     ebp, [eax + 24]
        mov     es, [ss:eax + 32]
        mov     fs, [ss:eax + 36]
        mov     gs, [ss:eax + 40]
        mov     ds, [ss:eax + 28]
        mov     eax, [ss:eax]
        call    [esp]
        push    eax
        mov     eax, USER_DS
        mov     ds, eax
        mov     es, eax
        mov     fs, eax
        mov     eax, USER_GS
        mov     gs, eax
        mov     eax, [esp + 8]
        mov     [eax + 4], ecx
        mov     [eax + 8], edx
        mov     [eax + 12], esi
        mov     [eax + 16], edi
        mov     [eax + 20], ebx
        mov     [eax + 24], ebp
        pop     dword [eax]
        add     esp, 8
        pop     ebp
        pop     edi
        pop     esi
        pop     ebx
        ret

; Whatever the stack pointer is: the number in MyGlobalId finds the worker, and the worker has a stack.
worker_entry:
        cld
        mov     eax, [gs:0]
        mov     eax, [eax - 60]
        shr     eax, FIRST_VERSION_BITS
        sub     eax, [first_number]
        mov     ecx, eax
        shl     eax, 12
        lea     esp, [eax + worker_stacks + 4096 - 16]
        push    dword 0                 ; no flags of anybody before
        popfd
        push    ecx
        call    worker_begin
        ud2

kip_here:
        push    esi
        lock nop
        pop     esi
        ret

flags_here:
        pushfd
        pop     eax
        ret

; The x87 tag word in the environment: 0xFFFF when nothing is in the registers.
fpu_tags:
        sub     esp, 28
        fnstenv [esp]
        movzx   eax, word [esp + 8]
        add     esp, 28
        ret

fpu_set:
        fninit
        fild    dword [esp + 4]
        fild    dword [esp + 4]
        ret

; The value, if both registers still hold it.
fpu_get:
        sub     esp, 8
        fist    dword [esp]
        fincstp
        fist    dword [esp + 4]
        fdecstp
        mov     eax, [esp]
        cmp     eax, [esp + 4]
        je      .same
        not     eax
.same:  add     esp, 8
        ret

; void do_exception(word_t which)
do_exception:
        mov     eax, [esp + 4]
        and     eax, 15
        jmp     [.kinds + eax * 4]
.ud2:   ud2
        ret
.div:   xor     eax, eax
        div     eax
        ret
.int3:  int3
        ret
.int80: int     0x80
        ret
.hlt:   hlt
        ret
.cli:   cli
        ret
.icebp: db      0xF1
        ret
.tf:    push    dword 0x102
        popfd
        ret
.nt:    push    dword 0x44202           ; NT and AC
        popfd
        ret
.seg:   mov     eax, 0x28
        mov     es, eax
        ret
.null:  xor     eax, eax                ; a null selector is allowed: the kernel mends it
        mov     es, eax
        ret
.gs:    xor     eax, eax
        mov     gs, eax
        ret
.into:  mov     eax, 0x7FFFFFFF
        add     eax, 1
        into
        ret
.far:   jmp     0x10:0
.cr:    mov     eax, cr0
        ret
.lock:  push    esi                     ; KernelInterface, with a result in ESI
        lock nop
        pop     esi
        ret
        section .rodata
.kinds: dd      .ud2, .div, .int3, .int80, .hlt, .cli, .icebp, .tf, .nt, .seg, .null, .gs, .into, .far, .cr, .lock

        section .text
do_in:  mov     edx, [esp + 4]
        in      al, dx
        movzx   eax, al
        ret

; void clock_write(word_t index, word_t value): a register of the real-time clock.
        global  clock_write
clock_write:
        mov     al, [esp + 4]
        out     0x70, al
        mov     al, [esp + 8]
        out     0x71, al
        ret

        section .note.GNU-stack noalloc noexec nowrite progbits
