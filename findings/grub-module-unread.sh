#!/bin/sh
# SPDX-License-Identifier: MIT
# GRUB's `module` and a file that the disk does not give to its end: does the kernel get to see that module?
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES grub-common=2.06-13+deb12u2 grub-pc-bin=2.06-13+deb12u2 xorriso=1.5.4-4 mtools=4.0.33-1+really4.0.32-1
expected "no: the command fails, so the list has only what was read"
multiboot_kernel kernel <<'E2'
mov al, [ebx + 20]      ; how many modules
add al, '0'
out 0xE9, al
mov edi, [ebx + 24]     ; of the second, the size in units of 64 KB, and whether its last byte is right
mov esi, [edi + 16 + 4]
mov cl, [esi - 1]
sub esi, [edi + 16]
shr esi, 16
lea eax, [esi + '0']
out 0xE9, al
mov al, 'y'
cmp cl, 'z'
je told
mov al, 'n'
told: out 0xE9, al
ret
E2
mkdir -p iso/boot
cp kernel kernel.asm iso/boot
head -c 262144 /dev/zero | tr '\0' z > iso/boot/big
grub_iso grub.iso <<'E2'
multiboot /boot/kernel
module /boot/kernel.asm
module /boot/big
module /boot/kernel.asm
boot
E2
block=$(xorriso -indev grub.iso -find /boot/big -exec report_lba 2> /dev/null | sed -n 's/^File data lba: *[0-9]* , *\([0-9]*\) .*/\1/p')
[ -n "$block" ] || cannot "xorriso does not say where the file is"
printf '[inject-error]\nevent = "read_aio"\niotype = "read"\nerrno = "5"\nsector = "%d"\n' $((block * 4 + 256)) > rules
said() { tr -d '\r\n\0' | sed -n 's/.*<\(.*\)>.*/\1/p'; }
observed "a disk that gives all: modules, size of the second (64 KB), its last byte is right" 34y \
    "$(in_qemu -drive if=ide,media=disk,format=raw,snapshot=on,file=grub.iso)"
observed "a sector in the middle that it does not give" 34n \
    "$(in_qemu -drive if=ide,media=disk,format=raw,snapshot=on,file=blkdebug:rules:grub.iso)"
finish
