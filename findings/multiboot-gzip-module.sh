#!/bin/sh
# SPDX-License-Identifier: MIT
# A multiboot module that is compressed, with five loaders: what the kernel gets.
. "$(dirname "$0")/lib.sh"
SYSLINUX=3:6.04~git20190206.bf6db5b4+dfsg1-3
packages $QEMU_PACKAGES grub-common=2.06-13+deb12u2 grub-pc-bin=2.06-13+deb12u2 xorriso=1.5.4-4 mtools=4.0.33-1+really4.0.32-1 \
    isolinux=$SYSLINUX syslinux-common=$SYSLINUX ipxe-qemu=1.0.0+git-20190125.36a4c85-5.1 grub-legacy=0.97-80
expected "the bytes of the file, as a module is any file, with any loader; or at least all loaders treat gzip and xz alike"
multiboot_kernel kernel <<'E2'
mov edi, [ebx + 24]     ; the first module: its size in units of 4 KB, its first character and the last of its line
mov esi, [edi]
mov eax, [edi + 4]
sub eax, esi
shr eax, 12
add al, '0'
out 0xE9, al
mov al, [esi]
cmp al, 'z'             ; what was compressed are letters z
mov al, 'p'
je told
mov al, 'c'
told: out 0xE9, al
mov esi, [edi + 8]
more: mov ah, al
lodsb
test al, al
jnz more
mov al, ah
out 0xE9, al
ret
E2
head -c 20480 /dev/zero | tr '\0' z > letters
gzip -9nc letters > m.gz
xz -c letters > m.xz
mkdir iso tftp
cp kernel m.gz m.xz iso
cp kernel m.gz m.xz tftp
said() { tr -d '\r\n\0' | sed -n 's/.*<\(.*\)>.*/\1/p' | sed 's/^5p/plain /; s/^0c/compressed /'; }
qemu() { in_qemu -kernel kernel -initrd "m.$1"; }
ipxe() {
    printf '%s\n' '#!ipxe' 'kernel kernel' "module m.$1" boot > tftp/script.ipxe
    in_qemu -L root/usr/lib/ipxe/qemu -netdev user,id=n,tftp=tftp,bootfile=script.ipxe -device rtl8139,netdev=n -boot n
}
grub() {                # grub KIND [OPTION OF MODULE]
    printf '%s\n' 'set timeout=0' 'multiboot /kernel' "module $2 /m.$1 m.$1" boot | grub_iso grub.iso
    in_qemu -cdrom grub.iso
}
cd_of() { xorriso -as mkisofs -quiet -R -o cd.iso -b "$1" -c boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table iso > log 2>&1; }
legacy() {
    printf '%s\n' 'timeout 0' 'title x' 'kernel --type=multiboot /kernel' "module /m.$1" > iso/boot/grub/menu.lst
    cp "$(find root -name stage2_eltorito)" iso/boot/grub
    cd_of boot/grub/stage2_eltorito
    in_qemu -cdrom cd.iso
}
isolinux() {
    cp root/usr/lib/ISOLINUX/isolinux.bin iso
    for module in mboot ldlinux libcom32; do
        cp root/usr/lib/syslinux/modules/bios/$module.c32 iso
    done
    printf '%s\n' 'DEFAULT x' 'LABEL x' 'KERNEL mboot.c32' "APPEND /kernel --- /m.$1" > iso/isolinux.cfg
    cd_of isolinux.bin
    in_qemu -cdrom cd.iso
}
observed "GRUB 2.06, gzip: unpacked, and named as before" "plain z" "$(grub gz '')"
observed "GRUB 2.06, gzip, module --nounzip" "compressed z" "$(grub gz --nounzip)"
observed "GRUB 2.06, xz" "compressed z" "$(grub xz '')"
observed "GRUB Legacy, gzip" "plain z" "$(legacy gz)"
observed "ISOLINUX, gzip" "plain z" "$(isolinux gz)"
observed "ISOLINUX, xz" "compressed z" "$(isolinux xz)"
observed "iPXE, gzip" "compressed z" "$(ipxe gz)"
observed "QEMU, gzip" "compressed z" "$(qemu gz)"
finish
