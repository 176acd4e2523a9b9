#!/bin/sh
# SPDX-License-Identifier: MIT
# A multiboot kernel with a long command line, and two modules with a few words: what four loaders give it.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES grub-common=2.06-13+deb12u2 grub-pc-bin=2.06-13+deb12u2 xorriso=1.5.4-4 mtools=4.0.33-1+really4.0.32-1 \
    ipxe-qemu=1.0.0+git-20190125.36a4c85-5.1 grub-legacy=0.97-80
expected "all of it, as the format has no limit; or an error"
multiboot_kernel kernel <<'E2'
mov esi, [ebx + 16]
call length             ; of the kernel's line, and of the modules' ones
mov edi, [ebx + 24]
mov esi, [edi + 8]
call length
mov esi, [edi + 16 + 8]
length: mov edx, esi
more: lodsb
test al, al
jnz more
sub esi, edx
lea eax, [esi - 1]
call hexa
mov al, ' '
jmp char
E2
echo text > m
mkdir -p iso/boot/grub tftp
cp kernel m iso
cp kernel m tftp
hexadecimal() { for number in $(said_of "$@"); do printf '%d ' 0x"$number"; done | sed 's/ $//'; }
said_of() {             # said_of LOADER LENGTH: with that many letters z behind the kernel's name
    line=$(head -c "$2" /dev/zero | tr '\0' z)
    "$1"
}
qemu() { in_qemu -kernel kernel -append "$line" -initrd "m first,m second"; }
grub() {
    printf '%s\n' 'set timeout=0' "multiboot /kernel kernel $line" 'module /m m first' 'module /m m second' boot | grub_iso grub.iso
    in_qemu -cdrom grub.iso
}
legacy() {
    printf '%s\n' 'timeout 0' 'title x' "kernel --type=multiboot /kernel $line" \
        'module /m first' 'module /m second' > iso/boot/grub/menu.lst
    cp "$(find root -name stage2_eltorito)" iso/boot/grub
    xorriso -as mkisofs -quiet -R -o cd.iso -b boot/grub/stage2_eltorito -c boot.cat -no-emul-boot \
        -boot-load-size 4 -boot-info-table iso > log 2>&1
    in_qemu -cdrom cd.iso
}
ipxe() {
    printf '%s\n' '#!ipxe' "kernel kernel $line" 'module m first' 'module m second' boot > tftp/script.ipxe
    in_qemu -L root/usr/lib/ipxe/qemu -netdev user,id=n,tftp=tftp,bootfile=script.ipxe -device rtl8139,netdev=n -boot n
}
observed "1,000 letters, QEMU: length of the kernel's line, of the modules'" "1007 7 8" "$(hexadecimal qemu 1000)"
observed "GRUB 2.06" "1007 7 8" "$(hexadecimal grub 1000)"
observed "GRUB Legacy, which names files with a slash" "1008 8 9" "$(hexadecimal legacy 1000)"
observed "iPXE: the line is cut, the modules have none" "511 0 0" "$(hexadecimal ipxe 1000)"
observed "iPXE, 400, with its address of each file" "423 23 24" "$(hexadecimal ipxe 400)"
observed "iPXE, 480: all lines together fill 512 bytes; the second module has lost its name" "503 7 0" "$(hexadecimal ipxe 480)"
observed "GRUB 2.06, 2,500" "2507 7 8" "$(hexadecimal grub 2500)"
observed "GRUB Legacy, 2,500: the line is cut" "1476 8 9" "$(hexadecimal legacy 2500)"
finish
