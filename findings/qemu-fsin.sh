#!/bin/sh
# SPDX-License-Identifier: MIT
# QEMU's FSIN: how many bits of its result are there?
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES $BOCHS_PACKAGES
expected "64 bits of significand, as of an addition: emulators compute in 80 bits by software"
echo 'fninit
fld1
fsin
call show
fld1
fldl2e
fdivp
call show
ret
show: fstp tword [0x8000]
mov si, 0x8006
mov cx, 4
words: std
lodsw
cld
call hexa
loop words
ret' | probe floppy 1474560
observed "QEMU, sin 1: the last 11 bits are zero; 1 / log2(e)" "D76A A478 4867 7000 B172 17F7 D1CF 79AC" "$(in_qemu -drive if=floppy,format=raw,file=floppy)"
observed "Bochs, the same" "D76A A478 4867 7021 B172 17F7 D1CF 79AC" "$(in_bochs floppy)"
finish
