#!/bin/sh
# SPDX-License-Identifier: MIT
# LOCK NOP, with which an L4 program asks for its kernel interface page, in disassemblers and in QEMU's log.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES libcapstone4=4.0.2-5 python3-capstone=4.0.2-5 binutils-i686-linux-gnu=2.40-2
expected "each shows 'lock nop', or the prefix and the NOP as two things, and goes on with the next instruction"
export LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu" PYTHONPATH="$work/root/usr/lib/python3/dist-packages"
printf '\100\360\220\101' > code         # INC EAX, LOCK NOP, INC ECX
listed() { tr -s ' \t' ' ' | sed 's/ *$//' | paste -sd '|'; }
observed "objdump" "inc eax|lock nop|inc ecx" \
    "$(i686-linux-gnu-objdump -D -b binary -m i386 -M intel code | sed -n 's/^ *[0-9a-f]*:\t[^\t]*\t//p' | listed)"
observed "NDISASM" "inc eax|lock nop|inc ecx" "$(ndisasm -b 32 code | sed 's/^[^ ]*  *[^ ]*  *//' | listed)"
observed "Capstone: the first instruction, and nothing behind it" "inc eax" "$(python3 -c '
from capstone import Cs, CS_ARCH_X86, CS_MODE_32
for i in Cs(CS_ARCH_X86, CS_MODE_32).disasm(open("code", "rb").read(), 0):
    print(i.mnemonic, i.op_str)' | listed)"
probe floppy 1440K <<'E2'
mov word [6 * 4], refused
mov word [6 * 4 + 2], 0
inc ax
db 0xF0, 0x90
inc cx
ret
refused: mov bp, sp
add word [bp], 2
iret
E2
in_qemu -drive if=floppy,format=raw,file=floppy -boot a -d in_asm -D log > said
observed "QEMU's log: a byte, and a NOP" "incw %ax|.byte 0xf0|nop" "$(grep -A 2 'incw *%ax' log | sed 's/^[^ ]* *\([0-9a-f][0-9a-f] \)* *//' | listed)"
finish
