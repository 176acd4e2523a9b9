#!/bin/sh
# SPDX-License-Identifier: MIT
# Second encodings of instructions that every 386 has, and INT1, in disassemblers and in QEMU.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES libcapstone4=4.0.2-5 python3-capstone=4.0.2-5 binutils-i686-linux-gnu=2.40-2 llvm-14=1:14.0.6-12 \
    libllvm14=1:14.0.6-12 zydis-tools=4.0.0-1 libzydis4.0=4.0.0-1 libzycore1.4=1.4.1-1
expected "the manuals tell them, so all know them, and if one does not, it goes on behind the right number of bytes"
export LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu" PYTHONPATH="$work/root/usr/lib/python3/dist-packages"
listed() { tr -s ' \t' ' ' | sed 's/ *$//; s/^ //' | paste -sd '|'; }
binutils() { i686-linux-gnu-objdump -D -b binary -m i386 -M intel code | sed -n 's/^ *[0-9a-f]*:\t[^\t]*\t//p' | listed; }
nasm_() { ndisasm -b 32 code | sed 's/^[^ ]*  *[^ ]*  *//' | listed; }
capstone() {
    python3 -c '
from capstone import Cs, CS_ARCH_X86, CS_MODE_32
for i in Cs(CS_ARCH_X86, CS_MODE_32).disasm(open("code", "rb").read(), 0):
    print(i.mnemonic, i.op_str)' | listed
}
llvm() {
    root/usr/lib/llvm-14/bin/llvm-objcopy -I binary -O elf32-i386 --rename-section .data=.text,code code code.o
    root/usr/lib/llvm-14/bin/llvm-objdump -d --no-show-raw-insn --x86-asm-syntax=intel code.o | sed -n 's/^ *[0-9a-f]*: *//p' | listed
}
zydis() { ZydisDisasm -32 code | sed 's/\x1b\[[0-9;]*m//g' | listed; }
alike() {               # alike CODE RECORDED...: its bytes in octal, and what objdump, Capstone and Zydis show
    printf "$1" > code
    observed "objdump" "$2" "$(binutils)"
    observed "Capstone" "$3" "$(capstone)"
    observed "Zydis" "$4" "$(zydis)"
}
multiboot_kernel kernel <<'E2'
db 0x0F, 0x20, 0x80     ; mov eax, cr0: the two bits that a processor ignores are 2, where others are 3
and al, 1
add al, '0'
out 0xE9, al
mov al, 0x13          ; '0' is 30
db 0xC0, 0xF0, 4        ; shl al, 4
out 0xE9, al
ret
E2
observed "QEMU runs MOV EAX, CR0, and SHL so" 10 "$(in_qemu -kernel kernel)"
alike '\17\40\200\100\100\220' "mov eax,cr0|inc eax|inc eax|nop" "mov eax, cr0|inc eax|inc eax|nop" "mov eax, cr0|inc eax|inc eax|nop"
observed "NDISASM: it takes the next two for the rest of an instruction" "db 0x0f|db 0x20|add byte [eax+0x40],0x90" "$(nasm_)"
observed "LLVM" "<unknown>|inc eax|inc eax|nop" "$(llvm)"
alike '\300\360\4\100' "shl al,0x4|inc eax" "sal al, 4|inc eax" "shl al, 0x04|inc eax"
observed "NDISASM: another instruction" "db 0xc0|lock add al,0x40" "$(nasm_)"
observed "LLVM: another one" "<unknown>|add al, 64" "$(llvm)"
alike '\366\310\1\100' "test al,0x1|inc eax" "test al, 1|inc eax" "test al, 0x01|inc eax"
observed "NDISASM" "db 0xf6|db 0xc8|db 0x01|inc eax" "$(nasm_)"
observed "LLVM" "<unknown>|<unknown>" "$(llvm)"
alike '\361\100' "int1|inc eax" "int1|inc eax" "int1|inc eax"
observed "LLVM" "<unknown>|inc eax" "$(llvm)"
finish
