#!/bin/sh
# SPDX-License-Identifier: MIT
# QEMU -M isapc, a machine without PCI: what its BIOS says to a program that asks for PCI.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES
expected "INT 1Ah, AX=B101h, is an unknown call there: carry is set, or EDX is not 'PCI '"
probe floppy 1440K <<'E2'
mov ax, 0xB101
xor edx, edx
mov bx, 0xFFFF
mov cx, 0xFFFF
int 0x1A
push bx
push cx
push edx
pushf
call hexa
pop ax
and ax, 1
call hexa
pop ax
call hexa
pop ax
call hexa
pop ax
xor ah, ah
call hexa
pop ax
call hexa
mov ax, 0xB10A          ; the first function's vendor and device
xor bx, bx
xor di, di
xor ecx, ecx
int 0x1A
pushf
mov al, 0
call hexa
pop ax
and ax, 1
call hexa
mov ax, cx
jmp hexa
E2
echo "AX, carry, EDX (two words), last bus, version; then AH, carry and vendor of the first function"
observed "pc" "0001 0000 4350 2049 0000 0210 0000 0000 8086" "$(in_qemu -M pc -drive if=floppy,format=raw,file=floppy)"
observed "isapc: there is PCI 2.10, with one bus, whose first function can be read, and is none" \
    "0001 0000 4350 2049 0000 0210 0000 0000 FFFF" "$(in_qemu -M isapc -drive if=floppy,format=raw,file=floppy)"
finish
