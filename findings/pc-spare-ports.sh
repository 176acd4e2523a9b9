#!/bin/sh
# SPDX-License-Identifier: MIT
# Registers of a PC that hold a byte for whoever writes one, in QEMU and Bochs.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES $BOCHS_PACKAGES
expected "ports 80 and 84, spare page registers of the DMA controller, give back what was written; so does the second bank of the clock's \
memory, ports 72 and 73, of the PIIX3 that both emulate"
probe floppy 1440K <<'E2'
mov al, 0x5A
out 0x80, al
in al, 0x80
xor ah, ah
call hexa
mov al, 0x99
out 0x84, al
in al, 0x84
xor ah, ah
call hexa
mov al, 0x34            ; the page register of channel 2 is a real one
out 0x81, al
in al, 0x81
xor ah, ah
call hexa
mov al, 0x20
out 0x72, al
mov al, 0x77
out 0x73, al
in al, 0x73
xor ah, ah
jmp hexa
E2
observed "80, 84, 81 and 73, QEMU pc" "00FF 00FF 0034 00FF" "$(in_qemu -drive if=floppy,format=raw,file=floppy)"
observed "the same, QEMU isapc" "00FF 00FF 0034 00FF" "$(in_qemu -M isapc -drive if=floppy,format=raw,file=floppy)"
observed "the same, Bochs" "005A 0099 0034 00FF" "$(in_bochs floppy)"
finish
