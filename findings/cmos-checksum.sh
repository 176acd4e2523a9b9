#!/bin/sh
# SPDX-License-Identifier: MIT
# The checksum of a PC's settings, bytes 2E and 2F of its clock chip, in QEMU and Bochs.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES $BOCHS_PACKAGES
expected "the sum of bytes 10 to 2D, as of every PC since the AT: a driver may take a wrong one for an empty battery"
probe floppy 1440K <<'E2'
xor bx, bx
mov cx, 0x10
next_byte: mov al, cl
call setting
add bx, ax
inc cx
cmp cx, 0x2E
jb next_byte
mov ax, bx
call hexa
mov al, 0x2E
call setting
mov bh, al
mov al, 0x2F
call setting
mov ah, bh
jmp hexa
setting: out 0x70, al
in al, 0x71
xor ah, ah
ret
E2
sums() { set -- $1; [ "$1" = "$2" ] && echo "right" || echo "the sum is $1, the checksum $2"; }
observed "QEMU, pc" "the sum is 01C5, the checksum 0000" "$(sums "$(in_qemu -m 64 -drive if=floppy,format=raw,file=floppy)")"
observed "QEMU, isapc" "the sum is 01C5, the checksum 0000" "$(sums "$(in_qemu -M isapc -m 64 -drive if=floppy,format=raw,file=floppy)")"
observed "Bochs" right "$(sums "$(in_bochs floppy)")"
finish
