#!/bin/sh
# SPDX-License-Identifier: MIT
# INT1, the byte F1, which is in Intel's manual since 2018 and in processors since the 386.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES $BOCHS_PACKAGES python3-unicorn=2.0.1.post1-1 libunicorn2=2.0.1.post1-1+b1
expected "exception 1, as a trap: the program goes on behind it, as it does behind INT3"
probe floppy 1440K <<'E2'
mov word [1 * 4], debug
mov word [1 * 4 + 2], 0
mov word [6 * 4], refused
mov word [6 * 4 + 2], 0
mov word [3 * 4], three
mov word [3 * 4 + 2], 0
db 0xCC                 ; int3
db 0xF1                 ; int1
behind: ret
three: mov al, '3'
call char
iret
debug: mov al, '1'
jmp told
refused: mov al, '6'
told: call char
mov bp, sp
mov al, [bp]            ; 1 if the address is the one behind INT1
sub al, behind - 1 - $$
call char_of
mov word [bp], behind
iret
char_of: add al, '0'
jmp char
E2
observed "Bochs: INT3, then exception 1, behind the byte" 311 "$(in_bochs floppy)"
observed "QEMU: exception 6, at the byte" 360 "$(in_qemu -drive if=floppy,format=raw,file=floppy -boot a)"
cat > run.py <<'E2'
from unicorn import Uc, UcError, UC_ARCH_X86, UC_MODE_32, UC_HOOK_INTR
for code in ("cc90", "f190"):
    machine = Uc(UC_ARCH_X86, UC_MODE_32)
    machine.mem_map(0x1000, 0x1000)
    machine.mem_write(0x1000, bytes.fromhex(code))
    machine.hook_add(UC_HOOK_INTR, lambda _, number, data: print(number, end=" "))
    try:
        machine.emu_start(0x1000, 0x1002)
        print("ran", end=" ")
    except UcError as error:
        print(error, end=" ")
E2
observed "Unicorn: INT3, then INT1 alone" "3 ran Invalid instruction (UC_ERR_INSN_INVALID)" \
    "$(LD_LIBRARY_PATH=root/usr/lib/x86_64-linux-gnu PYTHONPATH=root/usr/lib/python3/dist-packages python3 run.py | sed 's/ $//')"
finish
