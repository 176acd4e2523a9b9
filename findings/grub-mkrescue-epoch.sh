#!/bin/sh
# SPDX-License-Identifier: MIT
# grub-mkrescue with SOURCE_DATE_EPOCH: is the image the same each time?
. "$(dirname "$0")/lib.sh"
packages grub-common=2.06-13+deb12u2 grub-pc-bin=2.06-13+deb12u2 xorriso=1.5.4-4 mtools=4.0.33-1+really4.0.32-1
expected "yes: xorriso takes all times from there, and grub-mkrescue gives it files that have not changed"
export SOURCE_DATE_EPOCH=1700000000
mkdir -p iso/boot/grub
echo "set timeout=0" > iso/boot/grub/grub.cfg
touch -d @1600000000 iso/boot/grub/grub.cfg iso/boot/grub iso/boot iso
make_image() { grub-mkrescue -d root/usr/lib/grub/i386-pc -o "$1" iso > log 2>&1 || cannot "$(tail -n 1 log)"; }
make_image one.iso
sleep 2
make_image two.iso
observed "two images, two seconds apart" different "$(cmp -s one.iso two.iso && echo alike || echo different)"
date_of() { tail -c +$((32768 + 831)) "$1" | head -c 14; }                      # when the volume was changed
observed "the volume's date of change is that of SOURCE_DATE_EPOCH" no "$([ "$(date_of one.iso)" = 20231114221320 ] && echo yes || echo no)"
observed "it is the same in both" no "$([ "$(date_of one.iso)" = "$(date_of two.iso)" ] && echo yes || echo no)"
xorriso -osirrox on -indev one.iso -extract / one -- > log 2>&1
xorriso -osirrox on -indev two.iso -extract / two -- > log 2>&1
observed "files whose contents differ" "" "$(diff -rq one two | tr '\n' ' ')"
observed "files that GRUB brings and that are newer than that day" 1 "$(find one/boot/grub/i386-pc -name acpi.mod -newermt @1700000001 | wc -l)"
finish
