#!/bin/sh
# SPDX-License-Identifier: MIT
# What a multiboot kernel gets for its command line from GRUB and from QEMU.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES grub-common=2.06-13+deb12u2 grub-pc-bin=2.06-13+deb12u2 xorriso=1.5.4-4 mtools=4.0.33-1+really4.0.32-1
expected "both give the kernel's file name first, then the rest as it stands in the menu or on QEMU's command line"
multiboot_kernel kernel <<'E2'
mov esi, [ebx + 16]     ; the command line
call say
mov al, '|'
out 0xE9, al
mov edi, [ebx + 24]     ; the first module's
mov esi, [edi + 8]
jmp say
more: out 0xE9, al
say: lodsb
test al, al
jnz more
ret
E2
mkdir -p iso/boot
cp kernel kernel.asm iso/boot
grub_iso grub.iso <<'E2'
multiboot /boot/kernel one "two words" it\'s 'a"b' \\
module /boot/kernel.asm --flag "two words"
boot
E2
said() { tr -d '\r\n\0' | sed -n 's/.*<\(.*\)>.*/\1/p'; }
observed "GRUB: no name, quotes made anew" 'one "two words" it\'"'"'s a\"b \\|--flag "two words"' "$(in_qemu -cdrom grub.iso)"
observed "QEMU -kernel: the name first, the rest untouched" 'kernel one "two words" it'"'"'s|kernel.asm --flag "two words"' \
    "$(in_qemu -kernel kernel -append 'one "two words" it'"'"'s' -initrd 'kernel.asm --flag "two words"')"
finish
