#!/bin/sh
# SPDX-License-Identifier: MIT
# The memory map of a multiboot kernel, from five loaders on the same machine.
. "$(dirname "$0")/lib.sh"
SYSLINUX=3:6.04~git20190206.bf6db5b4+dfsg1-3
packages $QEMU_PACKAGES grub-common=2.06-13+deb12u2 grub-pc-bin=2.06-13+deb12u2 xorriso=1.5.4-4 mtools=4.0.33-1+really4.0.32-1 \
    isolinux=$SYSLINUX syslinux-common=$SYSLINUX ipxe-qemu=1.0.0+git-20190125.36a4c85-5.1 grub-legacy=0.97-80
expected "the BIOS's map with all its kinds, from all: a kernel must know where ACPI's tables and the BIOS lie, as it would use \
them otherwise"
multiboot_kernel kernel <<'E2'
mov edi, [ebx + 48]     ; the map: of each entry its first address in units of 64 KB, and its kind
mov ecx, [ebx + 44]
add ecx, edi
next: mov eax, [edi + 4]
shr eax, 16
call hexa
mov al, '.'
call char
mov al, [edi + 20]
add al, '0'
call char
mov al, ' '
call char
add edi, [edi]
add edi, 4
cmp edi, ecx
jb next
ret
E2
mkdir -p iso/boot/grub tftp
cp kernel iso
cp kernel tftp
cd_of() { xorriso -as mkisofs -quiet -R -o cd.iso -b "$1" -c boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table iso > log 2>&1; }
legacy() {
    printf '%s\n' 'timeout 0' 'title x' 'kernel --type=multiboot /kernel' > iso/boot/grub/menu.lst
    cp "$(find root -name stage2_eltorito)" iso/boot/grub
    cd_of boot/grub/stage2_eltorito
    in_qemu -m 64 -cdrom cd.iso
}
isolinux() {
    cp root/usr/lib/ISOLINUX/isolinux.bin iso
    for module in mboot ldlinux libcom32; do
        cp root/usr/lib/syslinux/modules/bios/$module.c32 iso
    done
    printf '%s\n' 'DEFAULT x' 'LABEL x' 'KERNEL mboot.c32' "APPEND /kernel" > iso/isolinux.cfg
    cd_of isolinux.bin
    in_qemu -m 64 -cdrom cd.iso
}
all="0000.1 0009.2 000F.2 0010.1 03FE.2 FFFC.2"
observed "QEMU -kernel: first address (64 KB each), kind" "$all" "$(in_qemu -m 64 -kernel kernel)"
printf '%s\n' 'set timeout=0' 'multiboot /kernel' boot | grub_iso grub.iso
observed "GRUB 2.06" "$all" "$(in_qemu -m 64 -cdrom grub.iso)"
observed "GRUB Legacy" "$all" "$(legacy)"
observed "ISOLINUX" "$all" "$(isolinux)"
printf '%s\n' '#!ipxe' 'kernel kernel' boot > tftp/script.ipxe
observed "iPXE: RAM only" "0000.1 0010.1" \
    "$(in_qemu -m 64 -L root/usr/lib/ipxe/qemu -netdev user,id=n,tftp=tftp,bootfile=script.ipxe -device rtl8139,netdev=n -boot n)"
finish
