#!/bin/sh
# SPDX-License-Identifier: MIT
# LOCK in front of instructions that cannot be locked, by which some programs call a kernel, as L4's do with NOP.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES $BOCHS_PACKAGES
expected "exception 6 for each of them, as the manuals say, in both emulators"
probe floppy 1440K <<'E2'
mov word [6 * 4], refused
mov word [6 * 4 + 2], 0
mov si, tries
each: mov di, [si]      ; an instruction of DI bytes behind its LOCK, to be run at 6000
mov cx, 6
push di
push si
add si, 2
mov di, 0x6000
rep movsb
pop si
pop di
mov byte [0x6000 + di], 0xC3
mov bx, 0x6100
mov dl, 'r'             ; it ran
call run
mov al, dl
call char
add si, 8
cmp si, over
jb each
ret
run: jmp 0x6000
refused: pop ax         ; leaves the instruction, to the caller of run
pop ax
pop ax
mov dl, '6'
ret
%macro try 1+
dw %%end - %%begin
%%begin: db %1
%%end: times 6 - (%%end - %%begin) db 0
%endmacro
tries:
try 0xF0, 0x90                  ; nop
try 0xF0, 0x0F, 0xBA, 0x27, 1   ; bt word [bx], 1
try 0xF0, 0x87, 0xC1            ; xchg ax, cx
try 0xF0, 0x89, 0x07            ; mov [bx], ax
try 0xF0, 0x39, 0x07            ; cmp [bx], ax
try 0xF0, 0x85, 0x07            ; test [bx], ax
try 0xF0, 0xFF, 0xC0            ; inc ax
try 0xF0, 0xFF, 0x07            ; inc word [bx], which can be
over:
E2
observed "Bochs: NOP, BT, XCHG and MOV, CMP, TEST, INC of a register; INC of memory" 6666666r "$(in_bochs floppy)"
observed "QEMU: BT, XCHG, MOV and TEST run" 6rrr6r6r "$(in_qemu -drive if=floppy,format=raw,file=floppy -boot a)"
finish
