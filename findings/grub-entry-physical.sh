#!/bin/sh
# SPDX-License-Identifier: MIT
# An ELF kernel at C0100000 that is loaded at 100000, and whose entry is given as the place where it is loaded: who starts it?
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES grub-common=2.06-13+deb12u2 grub-pc-bin=2.06-13+deb12u2 xorriso=1.5.4-4 mtools=4.0.33-1+really4.0.32-1 \
    ipxe-qemu=1.0.0+git-20190125.36a4c85-5.1 grub-legacy=0.97-80 binutils-i686-linux-gnu=2.40-2
expected "all multiboot loaders, as paging is off when a kernel begins; whoever takes the address at C0100000 takes this one, too"
cat > kernel.asm <<'E2'
bits 32
section .text
dd 0x1BADB002, 0, -0x1BADB002
global entry
entry: mov esp, 0x90000
mov al, '<'
out 0xE9, al
call here
here: pop eax           ; where it runs
shr eax, 20
add al, '0'
out 0xE9, al
mov al, '>'
out 0xE9, al
mov dx, 0x501
out dx, al
hlt
E2
nasm -f elf32 kernel.asm -o kernel.o
mkdir iso tftp
link() {                # link ENTRY
    echo "physical = entry - 0xC0000000; ENTRY($1)
        SECTIONS { . = 0xC0100000; .text : AT(ADDR(.text) - 0xC0000000) { *(.text) } }" > kernel.lds
    i686-linux-gnu-ld -m elf_i386 -n -T kernel.lds kernel.o -o kernel
    cp kernel iso
    cp kernel tftp
}
grub() {                # what the kernel said, or what GRUB did
    printf '%s\n' 'serial' 'terminal_output serial' 'set timeout=0' 'multiboot /kernel' boot 'outb 0x501 1' | grub_iso grub.iso
    told=$(in_qemu -serial file:serial -cdrom grub.iso)
    echo "${told:-$(tr -d '\r' < serial | sed -n 's/.*error: \(.*\)\.$/\1/p' | head -n 1)}"
}
legacy() {
    mkdir -p iso/boot/grub
    printf '%s\n' 'timeout 0' 'title x' 'kernel --type=multiboot /kernel' > iso/boot/grub/menu.lst
    cp "$(find root -name stage2_eltorito)" iso/boot/grub
    xorriso -as mkisofs -quiet -R -o cd.iso -b boot/grub/stage2_eltorito -c boot.cat -no-emul-boot \
        -boot-load-size 4 -boot-info-table iso > log 2>&1
    in_qemu -cdrom cd.iso
}
ipxe() {
    printf '%s\n' '#!ipxe' 'kernel kernel' boot > tftp/script.ipxe
    in_qemu -L root/usr/lib/ipxe/qemu -netdev user,id=n,tftp=tftp,bootfile=script.ipxe -device rtl8139,netdev=n -boot n
}
link entry
observed "the address at which it is linked: QEMU, GRUB Legacy, iPXE, GRUB 2.06" "1 1 1 1" \
    "$(in_qemu -kernel kernel) $(legacy) $(ipxe) $(grub)"
link physical
observed "the address at which it is loaded: QEMU, GRUB Legacy, iPXE" "1 1 1" "$(in_qemu -kernel kernel) $(legacy) $(ipxe)"
observed "GRUB 2.06" "entry point isn't in a segment" "$(grub)"
finish
