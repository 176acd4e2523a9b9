#!/bin/sh
# SPDX-License-Identifier: MIT
# Instructions that a string instruction counts as, in emulators whose time-stamp counter counts instructions.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES $BOCHS_PACKAGES
expected "QEMU -icount shift=0 and Bochs agree: one for each round, or one for all of them"
body='%macro count 1
mov cx, %1
mov si, 0x8000
mov di, 0x9000
rdtsc
mov ebx, eax
rep movsb
rdtsc
sub eax, ebx
sub ax, 2               ; mov and rdtsc
call hexa
%endmacro
count 0
count 1
count 100
rdtsc
mov ebx, eax
times 100 nop
rdtsc
sub eax, ebx
sub ax, 2
call hexa'
echo "$body" | probe floppy 1474560
observed "QEMU: 0, 1 and 100 rounds, 100 nops" "0001 0002 0065 0064" "$(in_qemu -icount shift=0 -drive if=floppy,format=raw,file=floppy)"
observed "Bochs" "0001 0001 0064 0064" "$(in_bochs floppy)"
finish
