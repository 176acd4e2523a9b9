#!/bin/sh
# SPDX-License-Identifier: MIT
# NASM: data that a program puts into .bss.
. "$(dirname "$0")/lib.sh"
packages nasm=2.16.01-1
expected "an error: a value cannot be kept there"
printf 'section .bss\nfirst: dd 5\nsecond: resd 1\nsection .text\n dd second - first\n' > a.asm
observed "status" 0 "$(status_of nasm -f elf32 a.asm -o a.o)"
observed "lines of warning" 1 "$(grep -c 'warning: attempt to initialize memory in BSS section' status.out)"
printf 'section .bss\nfirst: dd 5\nsecond: resd 1\nsection .text\n dd second - first\n' > b.asm
nasm -f bin b.asm -o b.out 2> /dev/null
observed "the space is there, the 5 is not: second - first" 4 "$(od -An -td4 b.out | tr -d ' ')"
observed "status with -Werror" 1 "$(status_of nasm -Werror -f elf32 a.asm -o a.o)"
printf 'db 1.5\n' > c.asm
observed "a floating-point number in one byte: status" 0 "$(status_of nasm -f bin c.asm -o c.out)"
observed "which makes" 3c "$(od -An -tx1 c.out | tr -d ' ')"
finish
