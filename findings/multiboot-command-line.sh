#!/bin/sh
# SPDX-License-Identifier: MIT
# What a multiboot kernel gets for its command line from GRUB and from QEMU.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES grub-common=2.06-13+deb12u2 grub-pc-bin=2.06-13+deb12u2 xorriso=1.5.4-4 mtools=4.0.33-1+really4.0.32-1
expected "both give the kernel's file name first, then the rest as it stands in the menu or on QEMU's command line"
cat > kernel.asm <<'E2'
bits 32
org 0x100000
start: dd 0x1BADB002, 0x10000, -(0x1BADB002 + 0x10000), start, start, 0, 0, entry
entry: mov esp, 0x90000
mov al, '<'
out 0xE9, al
mov esi, [ebx + 16]     ; the command line
call say
mov al, '|'
out 0xE9, al
mov edi, [ebx + 24]     ; the first module's
mov esi, [edi + 8]
call say
mov al, '>'
out 0xE9, al
mov dx, 0x501
out dx, al
hlt
more: out 0xE9, al
say: lodsb
test al, al
jnz more
ret
E2
nasm -f bin kernel.asm -o kernel
mkdir -p iso/boot/grub
cp kernel kernel.asm iso/boot
cat > iso/boot/grub/grub.cfg <<'E2'
multiboot /boot/kernel one "two words" it\'s 'a"b' \\
module /boot/kernel.asm --flag "two words"
boot
E2
grub-mkrescue -d root/usr/lib/grub/i386-pc -o grub.iso iso > grub.log 2>&1 || cannot "$(tail -n 1 grub.log)"
said() { tr -d '\r\n\0' | sed -n 's/.*<\(.*\)>.*/\1/p'; }
observed "GRUB: no name, quotes made anew" 'one "two words" it\'"'"'s a\"b \\|--flag "two words"' "$(in_qemu -cdrom grub.iso)"
observed "QEMU -kernel: the name first, the rest untouched" 'kernel one "two words" it'"'"'s|kernel.asm --flag "two words"' \
    "$(in_qemu -kernel kernel -append 'one "two words" it'"'"'s' -initrd 'kernel.asm --flag "two words"')"
finish
