#!/bin/sh
# SPDX-License-Identifier: MIT
# 16-bit addresses and operands in 32-bit code, as of a kernel that comes from real mode or goes back to it, in disassemblers.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES libcapstone4=4.0.2-5 python3-capstone=4.0.2-5 binutils-i686-linux-gnu=2.40-2 llvm-14=1:14.0.6-12 \
    libllvm14=1:14.0.6-12
expected "an address of 16 bits is 9000 for each of them, and what is done with 16 bits looks otherwise \
than the same with 32"
export LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu" PYTHONPATH="$work/root/usr/lib/python3/dist-packages"
listed() { tr -s ' \t' ' ' | sed 's/ *$//; s/^ //' | paste -sd '|'; }
binutils() {            # binutils SYNTAX
    i686-linux-gnu-objdump -D -b binary -m i386 -M "$1" --adjust-vma=0xC0100000 code | sed -n 's/^ *c[0-9a-f]*:\t[^\t]*\t//p' | listed
}
nasm_() { ndisasm -b 32 -o 0xC0100000 code | sed 's/^[^ ]*  *[^ ]*  *//' | listed; }
capstone() {
    python3 -c '
from capstone import Cs, CS_ARCH_X86, CS_MODE_32
for i in Cs(CS_ARCH_X86, CS_MODE_32).disasm(open("code", "rb").read(), 0xC0100000):
    print(i.mnemonic, i.op_str)' | listed
}
llvm() { xxd -p code |
    sed 's/../0x& /g' | root/usr/lib/llvm-14/bin/llvm-mc -disassemble -triple=i386 -output-asm-variant="$1" | sed 1d | listed; }
printf '\144\147\213\6\0\220' > code    # mov eax, [word fs:0x9000]
observed "an address, objdump -M intel" "mov eax,DWORD PTR fs:0x9000" "$(binutils intel)"
observed "objdump -M att" "mov %fs:-0x7000,%eax" "$(binutils att)"
observed "NDISASM" "mov eax,[word fs:0x9000]" "$(nasm_)"
observed "Capstone" "mov eax, dword ptr fs:[0xffff9000]" "$(capstone)"
observed "LLVM" "mov eax, dword ptr fs:[-28672]" "$(llvm 1)"
multiboot_kernel kernel <<'E2'
mov byte [0x9000], 'y'
a16 mov al, [ds:0x9000]
out 0xE9, al
ret
E2
observed "QEMU reads what the program wrote to 00009000" y "$(in_qemu -kernel kernel)"
printf '\146\303\146\317\146\150\64\22\146\352\0\20\10\0\56\327' > code
observed "16 bits, NDISASM: each shows them" "retw|iretw|push word 0x1234|jmp word 0x8:0x1000|cs xlatb" "$(nasm_)"
observed "objdump -M intel: not those of the far jump" "retw|iretw|pushw 0x1234|jmp 0x8:0x1000|xlat BYTE PTR cs:[ebx]" "$(binutils intel)"
observed "Capstone: none, and no segment" "ret|iret|push 0x1234|ljmp 8:0x1000|xlatb" "$(capstone)"
observed "LLVM, Intel's syntax: none, and no segment" "ret|iret|push 4660|ljmp 8, 4096|xlatb" "$(llvm 1)"
finish
