#!/bin/sh
# SPDX-License-Identifier: MIT
# The fourth word of a multiboot module, which the format says is 0.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES grub-common=2.06-13+deb12u2 grub-pc-bin=2.06-13+deb12u2 xorriso=1.5.4-4 mtools=4.0.33-1+really4.0.32-1 \
    ipxe-qemu=1.0.0+git-20190125.36a4c85-5.1
expected "0 from each loader: 'must be set to 0 by the boot loader and ignored by the operating system'"
multiboot_kernel kernel <<'E2'
mov ecx, [ebx + 20]     ; how many modules
mov edi, [ebx + 24]
next: mov al, '0'       ; 0, or x for anything else
cmp dword [edi + 12], 0
je told
mov al, 'x'
told: out 0xE9, al
add edi, 16
loop next
ret
E2
mkdir -p iso tftp
for i in 1 2 3 4 5 6; do
    seq 3000 > m$i
done
cp kernel m? iso
cp kernel m? tftp
observed "QEMU -kernel, six modules" 000000 "$(in_qemu -kernel kernel -initrd m1,m2,m3,m4,m5,m6)"
{
    printf '%s\n' '#!ipxe' 'kernel kernel'
    for i in 1 2 3 4 5 6; do
        echo "module m$i"
    done
    echo boot
} > tftp/script.ipxe
observed "iPXE" 000000 \
    "$(in_qemu -L root/usr/lib/ipxe/qemu -netdev user,id=n,tftp=tftp,bootfile=script.ipxe -device rtl8139,netdev=n -boot n)"
{
    printf '%s\n' 'set timeout=0' 'multiboot /kernel'
    for i in 1 2 3 4 5 6; do
        echo "module /m$i m$i"
    done
    echo boot
} | grub_iso grub.iso
told=$(in_qemu -cdrom grub.iso)
observed "GRUB 2.06: is there one of them that is not" yes "$(echo "$told" | grep -q x && echo yes)"
finish
