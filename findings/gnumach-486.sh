#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's gnumach-image-1.8-486 for amd64, MIG and Mach's headers: two peers that meet GRUB, QEMU, and each other.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES gnumach-image-1.8-486=2:1.8+git20221224-2 gnumach-dev=2:1.8+git20221224-2 mig-x86-64-gnu=1.8+git20221221-3 \
    grub-common=2.06-13+deb12u2 grub-pc-bin=2.06-13+deb12u2 binutils-x86-64-linux-gnu=2.40-2
expected "a kernel for a 486 is a program of 32 bits; who has a multiboot header is started by GRUB and QEMU alike; stubs that MIG makes \
of Mach's definitions compile with Mach's headers of the same day"
gunzip -c root/boot/gnumach-1.8-486.gz > gnumach
observed "the kernel's class" ELF64 "$(x86_64-linux-gnu-readelf -h gnumach | sed -n 's/^ *Class: *//p')"
observed "grub-file --is-x86-multiboot" 0 "$(status_of grub-file --is-x86-multiboot gnumach)"
qemu() {                # qemu KIND OPTIONS...
    kind=$1
    shift
    timeout 60 "qemu-system-$kind" -L root/usr/share/qemu -L root/usr/share/seabios -m 64 -display none -net none -no-reboot \
        -monitor none "$@" < /dev/null 2>&1
}
observed "qemu-system-i386 -kernel" "Cannot load x86-64 image, give a 32bit one." \
    "$(qemu i386 -kernel gnumach | sed 's/^qemu[^:]*: //')"
observed "qemu-system-x86_64 -kernel" "Cannot load x86-64 image, give a 32bit one." \
    "$(qemu x86_64 -kernel gnumach | sed 's/^qemu[^:]*: //')"
mkdir -p iso/boot/grub
cp gnumach iso/boot
printf '%s\n' 'set timeout=0' 'menuentry mach {' 'multiboot /boot/gnumach console=com0' '}' | grub_iso cd.iso
qemu x86_64 -serial file:serial -cdrom cd.iso > log &
i=0
while [ $i -lt 120 ] && ! grep -qs panic serial; do
    sleep 0.5
    i=$((i + 1))
done
kill $! 2> log || true
observed "GRUB starts it in qemu-system-x86_64; it says" "GNU Mach 1.8+git20221224-486" "$(tr -d '\r' < serial | grep '^GNU Mach')"
printf '%s\n' 'subsystem example 4000;' '#include <mach/std_types.defs>' \
    'routine add(server: mach_port_t; a: int; out b: natural_t);' > ex.defs
headers=root/usr/include/x86_64-linux-gnu
export MIGDIR=root/usr/lib/mig
observed "MIG: status" 0 "$(status_of x86_64-gnu-mig -I$headers -header ex.h -user user.c -server server.c ex.defs)"
observed "the stubs include a header that gnumach-dev does not have" "mach/mig_support.h none" \
    "$(sed -n 's/^#include <\(.*support.h\)>/\1/p' user.c) $([ -e $headers/mach/mig_support.h ] && echo there || echo none)"
finish
