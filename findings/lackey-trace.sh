#!/bin/sh
# SPDX-License-Identifier: MIT
# Valgrind's Lackey: the trace of a 32-bit program's memory, for people who count what pages it touches.
. "$(dirname "$0")/lib.sh"
packages valgrind=1:3.19.0-1 nasm=2.16.01-1 binutils-i686-linux-gnu=2.40-2
export VALGRIND_LIB=$work/root/usr/libexec/valgrind
expected "each instruction is fetched once, and each access of it stands behind it once, with its address and size: as the \
processor does it"
trace() {               # trace INSTRUCTIONS: what stands between two NOPs; T is the data's page
    printf '%s\n' 'global _start' 'section .text' '_start: mov edi, data' 'lea esi, [edi + 8]' 'mov ecx, 2' 'xor eax, eax' nop \
        "$@" nop 'mov eax, 1' 'xor ebx, ebx' 'int 0x80' 'section .bss' 'align 4096' 'data: resb 4096' > program.asm
    nasm -f elf32 program.asm -o program.o
    i686-linux-gnu-ld -m elf_i386 -Ttext=0x8000000 -Tbss=0x9000000 program.o -o program
    valgrind --tool=lackey --trace-mem=yes ./program 2>&1 | tr -s ' ' | sed 's/^ //' | grep '^[ILSM] ' | sed '1,/^I 0800000f,1$/d' |
        sed '/^I [0-9a-f]*,1$/,$d; s/^I .*/I/; s/ 09000/ T/' | paste -sd ' '
}
observed "INC: one access, M, that reads and writes" "I M T000,4" "$(trace "inc dword [edi]")"
observed "LOCK INC: it reads twice" "I L T000,4 M T000,4" "$(trace "lock inc dword [edi]")"
observed "XCHG: so does it" "I L T000,4 M T000,4" "$(trace "xchg eax, [edi]")"
observed "LOCK CMPXCHG: once" "I M T000,4" "$(trace "lock cmpxchg [edi], ecx")"
observed "REP MOVSD, two rounds: three fetches" "I L T008,4 S T000,4 I L T00c,4 S T004,4 I" "$(trace "rep movsd")"
observed "REP LODSB, two rounds: three" "I L T008,1 I L T009,1 I" "$(trace "rep lodsb")"
observed "REP STOSD, no round (behind a MOV): one" "I I" "$(trace "mov ecx, 0" "rep stosd")"
observed "BTS of 32 bits: a byte" "I M T000,1" "$(trace "bts dword [edi], ecx")"
observed "four bytes over the end of a page: one" "I L Tffe,4" "$(trace "mov ecx, [edi + 4094]")"
finish
