; SPDX-License-Identifier: MIT
; The root task's first thread: prepares the ground, runs every test in a thread of its own, and
; prints TAP.  It is the pager and exception handler of that thread, so a test that runs wild ends
; in a line of the report.
%define IN_SUPERVISOR
%include "raw.inc"

extern __start_tests, __stop_tests
extern learn, touch_image, open_ports, print, putc, newline, print_decimal, print_hex, drain

DEBUG_EXIT      equ 0xF4
PATIENCE        equ period(1000, 15)            ; 32 s for one test: `make check` is slow
TEST_PRIORITY   equ 150                         ; above its helpers: they run when it waits
RECORD          equ 16                          ; bytes of one entry in section tests

section .data
align 4
current         dd 0            ; record of the running test
serial          dd 0            ; its number in the report
failures        dd 0
boot_instructions dd 0          ; the time-stamp counter when we began; 0 without one
global boot_instructions

section .bss
align 16
main_stack:     resb 4096
main_stack_top:

section .text
global _start
_start:
        mov     esp, main_stack_top             ; X.2 promises a root server no stack
        cld
        call    learn
        call    read_counter
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
        call    drain
        mov     al, 0x20
        cmp     dword [failures], 0
        setne   ah
        or      al, ah
        mov     dx, DEBUG_EXIT
        out     dx, al
.rest:                                          ; no such device: stay out of the way
        sleep   NEVER
        jmp     .rest

; For bench/.  CPUID tells whether there is a counter, EFLAGS.ID whether there is CPUID.
read_counter:
        pushfd
        pop     eax
        mov     ecx, eax
        xor     eax, 1 << 21
        push    eax
        popfd
        pushfd
        pop     eax
        xor     eax, ecx
        test    eax, 1 << 21
        jz      .none
        mov     eax, 1
        cpuid
        test    edx, 1 << 4
        jz      .none
        rdtsc
        mov     [boot_instructions], eax
.none:
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
        call    newline
        jmp     .not_ok
.expectation:
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
        call    newline
        jmp     .not_ok
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

; T(0): in our space, we are its pager, scheduler and exception handler.  -> esi tag of the start
; message's send
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

global test_skipped, report
test_skipped:                                   ; eax why
        set_mr  1, eax
        mov     esi, tag(REPORT_SKIP, 0, 1)
report:                                         ; esi tag.  Does not return.
        ipc     [main_id], [main_id], timeouts(NEVER, NEVER), esi
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
text_silence:   db "no report within 32 s", 0
text_unborn:    db "its thread could not be started", 0
text_fault:     db "page fault", 0
text_io_fault:  db "IO fault", 0
text_exception: db "exception (IP, EFLAGS, vector)", 0
text_message:   db "somebody sent a stray message", 0
text_failed:    db " failed", 10, "# done", 10, 0
