#!/bin/sh
# SPDX-License-Identifier: MIT
# A multiboot module whose file is empty, with four loaders.
. "$(dirname "$0")/lib.sh"
SYSLINUX=3:6.04~git20190206.bf6db5b4+dfsg1-3
packages $QEMU_PACKAGES grub-common=2.06-13+deb12u2 grub-pc-bin=2.06-13+deb12u2 xorriso=1.5.4-4 mtools=4.0.33-1+really4.0.32-1 \
    isolinux=$SYSLINUX syslinux-common=$SYSLINUX ipxe-qemu=1.0.0+git-20190125.36a4c85-5.1
expected "a module that begins where it ends, between its neighbours; or none at all, and the others stand"
multiboot_kernel kernel <<'E2'
mov al, [ebx + 20]      ; how many modules
add al, '0'
call char
mov edi, [ebx + 24]     ; of the second, the first and the last address
mov ecx, [edi + 16]
call number
mov ecx, [edi + 20]
number: mov al, ' '
call char
mov eax, ecx
jmp hexa8
E2
echo text > first
: > second
echo text > third
observed "QEMU -kernel: three modules; the second is an empty range" "3 00103000 00103000" \
    "$(in_qemu -kernel kernel -initrd first,second,third)"
mkdir iso
cp kernel first second third iso
printf '%s\n' 'set timeout=0' 'multiboot /kernel' 'module /first' 'module /second' 'module /third' boot | grub_iso grub.iso
observed "GRUB 2.06: three modules; the second lies at the beginning of memory" "3 00000000 00000000" "$(in_qemu -cdrom grub.iso)"
cp root/usr/lib/ISOLINUX/isolinux.bin iso
for module in mboot ldlinux libcom32; do
    cp root/usr/lib/syslinux/modules/bios/$module.c32 iso
done
isolinux() {            # isolinux MODULES: what the probe said, and what the loader says on the serial port
    printf '%s\n' 'SERIAL 0' 'DEFAULT x' 'LABEL x' 'KERNEL mboot.c32' "APPEND /kernel $1" > iso/isolinux.cfg
    xorriso -as mkisofs -o isolinux.iso -b isolinux.bin -c boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table iso > log 2>&1
    in_qemu -serial file:serial -cdrom isolinux.iso
    tr -d '\r' < serial | sed -n 's/.*Loading \(.*failed!\).*/\1/p'
}
said() { tr -d '\r\n\0' | sed -n 's/.*<\([0-9A-Z ]*\)>.*/\1/p'; }
observed "ISOLINUX without the empty one: two modules" "2 00102000 00102005" "$(isolinux '--- /first --- /third')"
observed "ISOLINUX with it: the kernel does not start" "/second... failed!" "$(isolinux '--- /first --- /second --- /third')"
mkdir tftp
cp kernel first second third tftp
printf '%s\n' '#!ipxe' 'kernel kernel' 'module first' 'module second' 'module third' boot > tftp/script.ipxe
observed "iPXE: three modules; the second is an empty range" "3 00102000 00102000" "$(in_qemu -L root/usr/lib/ipxe/qemu -netdev user,id=n,tftp=tftp,bootfile=script.ipxe -device rtl8139,netdev=n -boot n)"
finish
