#!/bin/sh
# SPDX-License-Identifier: MIT
# A serial port that nobody has set up: how wide are its characters?
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES $BOCHS_PACKAGES
expected "emulators send bytes, whatever the line control register says; a program that never sets it works"
body='mov dx, 0x3FB
mov al, [length]
out dx, al
mov cx, 40
mov dx, 0x3F8
again: mov al, 0x5A
out dx, al
mov dx, 0x3FD
wait_: in al, dx
test al, 0x40
jz wait_
mov dx, 0x3F8
loop again
ret
length: db '
line() { echo "$body $1" | probe floppy 1474560; }
seen() { head -c 1 line.out | od -An -tx1 | tr -d ' '; }
line 0
in_qemu -serial file:line.out -drive if=floppy,format=raw,file=floppy > /dev/null
observed "QEMU, line control 0 (5 bits): Z arrives as" 5a "$(seen)"
in_bochs floppy 'com1: enabled=1, mode=file, dev=line.out' > /dev/null
observed "Bochs, line control 0" 1a "$(seen)"
line 3
in_bochs floppy 'com1: enabled=1, mode=file, dev=line.out' > /dev/null
observed "Bochs, line control 3 (8 bits)" 5a "$(seen)"
finish
