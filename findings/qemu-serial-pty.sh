#!/bin/sh
# SPDX-License-Identifier: MIT
# QEMU -serial pty: what a guest says before somebody opens the terminal, and just after it.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES
expected "a terminal keeps some 4 KB that nobody has read yet: who opens it later sees the beginning, too"
probe floppy 1440K <<'E2'
mov dx, 0x3FB           ; bytes of 8 bits
mov al, 3
out dx, al
mov bl, 'A'             ; one letter in six ticks, a third of a second
again: mov dx, 0x3F8
mov al, bl
out dx, al
out 0xE9, al           ; the reader looks how far we are
mov cx, 6
tick: mov ax, [0x46C]
same: cmp ax, [0x46C]
je same
loop tick
inc bl
cmp bl, 'Z'
jbe again
ret
E2
timeout 60 qemu-system-i386 -L root/usr/share/qemu -L root/usr/share/seabios -display none -no-reboot -monitor none -net none \
    -device isa-debug-exit -drive if=floppy,format=raw,file=floppy -boot a -serial pty -debugcon file:e9 > started 2>&1 < /dev/null &
cat > reader.py <<'E2'
import os, re, sys, time, tty
def wait_for(what):
    for _ in range(300):
        if value := what():
            return value
        time.sleep(0.1)
path = wait_for(lambda: re.search(r"(/dev/pts/\d+)", open("started").read()))[1]
wait_for(lambda: "F" in open("e9").read())
terminal = os.open(path, os.O_RDWR | os.O_NOCTTY)
tty.setraw(terminal)
text = b""
try:
    while block := os.read(terminal, 100):
        text += block
except OSError:
    pass                # QEMU has ended
print(re.sub(r"[^A-Z]", "", text.decode()))
E2
letters=$(python3 reader.py)
wait
observed "opened after the letter F: the first letters are there" no "$(case "$letters" in *A*|*E*) echo yes ;; *) echo no ;; esac)"
observed "the last ones are, one after the other" yes "$(case ABCDEFGHIJKLMNOPQRSTUVWXYZ in *"${letters:-none}") echo yes ;; esac)"
finish
