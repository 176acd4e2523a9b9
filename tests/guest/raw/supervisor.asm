; SPDX-License-Identifier: MIT
; The root task's first thread: prepares the ground, runs every test in a thread of its own, and prints TAP.  It is the
; pager and exception handler of that thread, so a test that runs wild ends in a line of the report.
%define IN_SUPERVISOR
%include "raw.inc"

extern __start_tests, __stop_tests, _end

COM1            equ 0x3F8
DEBUG_EXIT      equ 0xF4
PATIENCE        equ period(1000, 13)            ; 8 s for one test
TEST_PRIORITY   equ 150                         ; above its helpers: they run when it waits
RECORD          equ 16                          ; bytes of one entry in section tests

section .data
align 4
main_id         dd 0
sigma0_id       dd 0
user_base       dd 0
system_base     dd 0
kip             dd 0
kip_page        dd 0            ; fpage of the KIP area
utcb_area       dd 0
utcb_page       dd 0            ; fpage that children get as UTCB area: 32 threads
link_table:                     ; absolute addresses, in the order of the KIP
link_spacecontrol       dd 0
link_threadcontrol      dd 0
link_processorcontrol   dd 0
link_memorycontrol      dd 0
link_ipc                dd 0
link_lipc               dd 0
link_unmap              dd 0
link_exregs             dd 0
link_clock              dd 0
link_threadswitch       dd 0
link_schedule           dd 0
current         dd 0            ; record of the running test
serial          dd 0            ; its number in the report
failures        dd 0
global main_id, sigma0_id, user_base, system_base, kip, kip_page, utcb_area, utcb_page, stacks, current
global link_spacecontrol, link_threadcontrol, link_processorcontrol, link_memorycontrol, link_ipc, link_lipc
global link_unmap, link_exregs, link_clock, link_threadswitch, link_schedule

section .bss
align 16
main_stack:     resb 4096
main_stack_top:
stacks:         resb SLOTS * STACK_SIZE

section .text
global _start
_start:
        mov     esp, main_stack_top             ; X.2 promises a root server no stack
        cld
        call    learn
        call    touch_image
        call    open_ports
        mov     esi, text_plan
        call    print
        mov     eax, __stop_tests
        sub     eax, __start_tests
        shr     eax, 4
        call    print_decimal
        call    newline
        mov     dword [current], __start_tests
.next:
        cmp     dword [current], __stop_tests
        jae     .finished
        inc     dword [serial]
        call    run_test
        call    clean_up
        add     dword [current], RECORD
        jmp     .next
.finished:
        call    summary
        mov     al, 0x20
        cmp     dword [failures], 0
        setne   ah
        or      al, ah
        mov     dx, DEBUG_EXIT
        out     dx, al
.rest:                                          ; no such device: stay out of the way
        sleep   NEVER
        jmp     .rest

; What the kernel interface page and our own UTCB tell.
learn:
        kernel_interface
        mov     [kip], eax
        mov     edx, eax
        or      edx, 12 << 4
        mov     [kip_page], edx
        xor     ecx, ecx
.link:
        mov     edx, [eax + KIP_LINKS + 4 * ecx]
        add     edx, eax
        mov     [link_table + 4 * ecx], edx
        inc     ecx
        cmp     ecx, LINK_COUNT
        jb      .link
        mov     edx, [eax + KIP_THREAD_INFO]
        mov     ecx, edx
        shr     ecx, 20
        mov     [user_base], ecx
        shl     ecx, 14
        or      ecx, 1
        mov     [sigma0_id], ecx
        shr     edx, 8
        and     edx, 0xFFF
        mov     [system_base], edx
        mov     eax, [gs:0]
        mov     edx, [eax + MY_GLOBAL_ID]
        mov     [main_id], edx
        and     eax, ~0xFFF
        mov     [utcb_area], eax
        or      eax, 14 << 4
        mov     [utcb_page], eax
        ret

; Every page of the image, writable: helpers share it and have no sigma0 to ask.
touch_image:
        mov     eax, IMAGE
.page:
        lock or byte [eax], 0
        add     eax, 4096
        cmp     eax, _end
        jb      .page
        ret

; ---- one test

run_test:
        call    start_test
        test    esi, TAG_E
        jnz     .unborn
        receive ANYTHREAD, PATIENCE
        mov     edi, text_silence
        test    esi, TAG_E
        jnz     .failed
        mov     eax, esi
        shr     eax, 16
        cmp     eax, REPORT_PASS
        je      .passed
        cmp     eax, REPORT_SKIP
        je      .skipped
        cmp     eax, REPORT_FAIL
        je      .expectation
        mov     edi, text_exception
        cmp     eax, LABEL_EXCEPTION
        je      .failed
        and     eax, 0xFFF8
        mov     edi, text_fault
        cmp     eax, LABEL_FAULT
        je      .failed
        mov     edi, text_io_fault
        cmp     eax, LABEL_IO_FAULT
        je      .failed
        mov     edi, text_message
        jmp     .failed
.unborn:
        mov     edi, text_unborn
.failed:                                        ; edi why, then MR0..MR3
        call    .not_ok
        mov     esi, text_hash
        call    print
        mov     esi, edi
        call    print
        mov     esi, text_words
        call    print
        xor     edi, edi
.word:
        mov     eax, [gs:0]
        mov     eax, [eax + 4 * edi]
        call    print_hex
        inc     edi
        cmp     edi, 4
        jb      .word
        jmp     newline
.expectation:
        call    .not_ok
        mov     esi, text_hash
        call    print
        get_mr  esi, 4
        call    print
        mov     al, ':'
        call    putc
        get_mr  eax, 1
        call    print_decimal
        mov     esi, text_wanted
        call    print
        get_mr  eax, 2
        call    print_hex
        mov     esi, text_got
        call    print
        get_mr  eax, 3
        call    print_hex
        jmp     newline
.passed:
        mov     esi, text_ok
        call    print
        call    print_name
        jmp     newline
.skipped:
        mov     esi, text_ok
        call    print
        call    print_name
        mov     esi, text_skip
        call    print
        get_mr  esi, 1
        call    print
        jmp     newline
.not_ok:
        inc     dword [failures]
        mov     esi, text_not_ok
        call    print
        call    print_name
        jmp     newline

; T(0): in our space, we are its pager, scheduler and exception handler.  -> esi tag of the start message's send
start_test:
        utcb_of eax, 0
        threadcontrol T(0), [main_id], [main_id], [main_id], eax
        mov     esi, TAG_E
        cmp     eax, 1
        jne     .end
        schedule T(0), -1, TEST_PRIORITY
        local_of eax, 0
        mov     ecx, [main_id]
        mov     [eax + HANDLER], ecx
        set_mr  1, test_entry
        set_mr  2, stack_top(0)
        send    T(0), tag(HELLO, 0, 2)
.end:
        ret

test_entry:
        mov     eax, [current]
        call    [eax + 8]
        mov     eax, [main_id]
        mov     esi, tag(REPORT_PASS, 0, 0)
        jmp     report

global test_skipped
test_skipped:                                   ; eax why
        set_mr  1, eax
        mov     esi, tag(REPORT_SKIP, 0, 1)
report:                                         ; esi tag.  Does not return.
        ipc     [main_id], [main_id], timeouts(NEVER, NEVER), esi
        jmp     report

; ---- expectations: stack: return, line, wanted, got, file.  No register changes when they hold.

global check_equal, check_differs, check_at_least, check_below, check_error, check_ok, check_ipc_error
%macro CHECK 2                  ; name, the jump when it does not hold
check_%1:
        push    eax
        mov     eax, [esp + 16]
        cmp     eax, [esp + 12]
        pop     eax
        %2      failed
        ret     16
%endmacro
CHECK equal, jne
CHECK differs, je
CHECK at_least, jb
CHECK below, jae

check_error:
        push    eax
        get_tcr eax, ERROR_CODE
        mov     [esp + 16], eax
        pop     eax
        jmp     check_equal
check_ok:                                       ; got: MR0
        test    dword [esp + 12], TAG_E
        jnz     .error
        ret     16
.error:
        mov     [esp + 12], ecx
        jmp     failed
check_ipc_error:
        test    dword [esp + 12], TAG_E
        jz      failed                          ; shows the tag of a success
        mov     [esp + 12], ecx
        jmp     check_equal

failed:
        mov     eax, [gs:0]
        pop     ecx
        pop     dword [eax + 4]
        pop     dword [eax + 8]
        pop     dword [eax + 12]
        pop     dword [eax + 16]
        mov     esi, tag(REPORT_FAIL, 0, 4)
        jmp     report

; ---- after a test: no helper, no handler of an interrupt, no hole in the image

clean_up:
        mov     edi, SLOTS - 1
.thread:
        lea     eax, [FIRST_NUMBER + edi]
        shl     eax, 14
        or      eax, 5
        threadcontrol eax, NIL, NIL, NIL, -1
        dec     edi
        jns     .thread
        jmp     touch_image

; ---- printing

; The serial line, and the ports that tests use: without permission they come from sigma0, one fault each.
open_ports:
        in      al, 0x70
        in      al, 0x71
        in      al, 0x80
        mov     esi, .setup
        mov     ecx, 7
.register:
        movzx   edx, byte [esi]
        add     edx, COM1
        mov     al, [esi + 1]
        out     dx, al
        add     esi, 2
        loop    .register
        ret
section .rodata
.setup: db 1, 0, 3, 0x80, 0, 1, 1, 0, 3, 3, 2, 1, 4, 3      ; 115200 8N1, no interrupts
section .text

putc:                                           ; al
        push    edx
        push    ecx
        push    eax
        mov     edx, COM1 + 5
        mov     ecx, 100000                     ; a dead UART must not hang us
.wait:
        in      al, dx
        test    al, 0x20
        loopz   .wait
        pop     eax
        mov     edx, COM1
        out     dx, al
        pop     ecx
        pop     edx
        ret

print:                                          ; esi
        lodsb
        test    al, al
        jz      .end
        call    putc
        jmp     print
.end:
        ret

newline:
        mov     al, 10
        jmp     putc

print_decimal:                                  ; eax
        push    edx
        push    ecx
        mov     ecx, 10
        xor     edx, edx
        div     ecx
        test    eax, eax
        jz      .last
        call    print_decimal
.last:
        lea     eax, [edx + '0']
        call    putc
        pop     ecx
        pop     edx
        ret

print_hex:                                      ; eax, with a blank before it
        push    ecx
        push    edx
        mov     edx, eax
        mov     al, ' '
        call    putc
        mov     ecx, 8
.digit:
        rol     edx, 4
        mov     al, dl
        and     al, 15
        cmp     al, 10
        sbb     al, 0x69
        das
        call    putc
        loop    .digit
        pop     edx
        pop     ecx
        ret

print_name:                                     ; "17 - must 87: sentence"
        mov     eax, [serial]
        call    print_decimal
        mov     esi, text_must
        mov     ecx, [current]
        cmp     dword [ecx], 0
        jne     .number
        mov     esi, text_rule
        call    print
        jmp     .sentence
.number:
        call    print
        mov     eax, [ecx]
        call    print_decimal
.sentence:
        mov     al, ':'
        call    putc
        mov     al, ' '
        call    putc
        mov     esi, [ecx + 4]
        jmp     print

summary:
        mov     esi, text_hash
        call    print
        mov     eax, [failures]
        call    print_decimal
        mov     esi, text_failed
        jmp     print

section .rodata
text_plan:      db "1..", 0
text_ok:        db "ok ", 0
text_not_ok:    db "not ok ", 0
text_must:      db " - must ", 0
text_rule:      db " - rule", 0
text_skip:      db " # SKIP ", 0
text_hash:      db "# ", 0
text_wanted:    db ": wanted", 0
text_got:       db ", got", 0
text_words:     db ", MR0..3:", 0
text_silence:   db "no report within 8 s", 0
text_unborn:    db "its thread could not be started", 0
text_fault:     db "page fault", 0
text_io_fault:  db "IO fault", 0
text_exception: db "exception (IP, EFLAGS, vector)", 0
text_message:   db "somebody sent a stray message", 0
text_failed:    db " failed", 10, "# done", 10, 0
