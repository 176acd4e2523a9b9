#!/bin/sh
# SPDX-License-Identifier: MIT
# TEST with an immediate has two encodings, F6 (F7) /0 and, in AMD's table of opcodes, /1: which emulators know the second?
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES $BOCHS_PACKAGES python3-unicorn=2.0.1.post1-1 libunicorn2=2.0.1.post1-1+b1
expected "all, as they know the other second encodings: of shifts (/6), and of ADD with an immediate byte (82)"
probe floppy 1440K <<'E2'
mov word [6 * 4], refused
mov word [6 * 4 + 2], 0
mov al, 0x31
db 0xC0, 0xF0, 1        ; shl al, 1
call hexa
db 0x82, 0xC0, 1        ; add al, 1
call hexa
mov dl, 'y'
mov di, 3
db 0xF6, 0xC8, 1        ; test al, 1
mov al, dl
call char
mov dl, 'y'
mov di, 4
db 0xF7, 0xC8, 1, 0     ; test ax, 1
mov al, dl
call char
ret
refused: mov bp, sp     ; exception 6: goes on behind it, DI bytes
add [bp], di
mov dl, 'n'
iret
E2
observed "Bochs: SHL, ADD, the TESTs" "0062 0063 yy" "$(in_bochs floppy)"
observed "QEMU: the TESTs are exception 6" "0062 0063 nn" "$(in_qemu -drive if=floppy,format=raw,file=floppy -boot a)"
cat > run.py <<'E2'
from unicorn import Uc, UcError, UC_ARCH_X86, UC_MODE_32
for code in ("c0f001", "82c001", "f6c001", "f6c801", "f7c801000000"):
    machine = Uc(UC_ARCH_X86, UC_MODE_32)
    machine.mem_map(0x1000, 0x1000)
    machine.mem_write(0x1000, bytes.fromhex(code))
    try:
        machine.emu_start(0x1000, 0x1000 + len(code) // 2)
        print("y", end="")
    except UcError as error:
        print("n", end="")
E2
observed "Unicorn: SHL, ADD, TEST /0, the TESTs /1" "yyynn" \
    "$(LD_LIBRARY_PATH=root/usr/lib/x86_64-linux-gnu PYTHONPATH=root/usr/lib/python3/dist-packages python3 run.py)"
finish
