#!/bin/sh
# SPDX-License-Identifier: MIT
# A boot sector's first instruction: are interrupts on?
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES $BOCHS_PACKAGES
expected "interrupts are on, as the BIOS needed them to read the sector: HLT waits for the next tick without an STI"
printf '%s\n' 'bits 16' 'org 0x7C00' 'pushf' 'pop bx' 'xor ax, ax' 'mov ss, ax' 'mov sp, 0x7000' "mov al, '<'" \
       'out 0xE9, al' 'mov ax, bx' 'shr ax, 9' 'and al, 1' "add al, '0'" 'out 0xE9, al' "mov al, '>'" 'out 0xE9, al' 'mov dx, 0x501' \
       'out dx, al' 'mov dx, 0x8900' 'mov cx, 8' 'xor bx, bx' 'bye: mov al, [cs:bx + power]' 'out dx, al' 'inc bx' 'loop bye' 'cli' 'hlt' \
       'power: db "Shutdown"' 'times 510 - ($ - $$) db 0' 'dw 0xAA55' > first.asm
nasm -f bin first.asm -o first
truncate -s 1440K first
observed "the interrupt flag, QEMU from a floppy" 1 "$(in_qemu -drive if=floppy,format=raw,file=first)"
observed "QEMU from a hard disk" 1 "$(in_qemu -drive if=ide,format=raw,file=first)"
observed "Bochs from a floppy" 0 "$(in_bochs first)"
finish
