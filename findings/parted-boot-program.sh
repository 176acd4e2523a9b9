#!/bin/sh
# SPDX-License-Identifier: MIT
# parted and the bytes in front of an MBR partition table, of an image that has no boot loader.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES parted=3.5-3+deb12u1 libparted2=3.5-3+deb12u1 fdisk=2.38.1-5+deb12u3
expected "a partition table is written and no boot loader: the first 440 bytes stay zeros, or what they were, as sfdisk leaves them"
export LD_LIBRARY_PATH="$work/root/lib/x86_64-linux-gnu:$work/root/usr/lib/x86_64-linux-gnu"
used() { head -c 440 disk | tr -d '\0' | wc -c; }
empty() { rm -f disk && truncate -s 20M disk; }
empty
echo , | sfdisk -q disk
observed "bytes that are not zero, after sfdisk" 0 "$(used)"
empty
parted -s disk mklabel msdos > log 2>&1
observed "the same after parted mklabel" 62 "$(used)"
observed "its beginning: CLI; SS:SP is 1000:B000" "fa b8 00 10 8e d0 bc 00 b0" "$(head -c 9 disk | od -An -tx1 | sed 's/^ //')"
parted -s disk mkpart primary ext2 2048s 4095s set 1 boot on > log 2>&1
probe partition 512 <<'E2'
mov al, 'p'
jmp char
E2
dd if=partition of=disk seek=2048 conv=notrunc 2> dd.log
observed "QEMU boots this disk: its active partition says" p "$(in_qemu -drive if=ide,format=raw,file=disk)"
empty
echo , | sfdisk -q disk
parted -s disk set 1 boot on > log 2>&1
observed "sfdisk made the table, parted set its boot flag" 62 "$(used)"
empty
head -c 440 /dev/zero | tr '\0' m | dd of=disk conv=notrunc 2> dd.log
parted -s disk mklabel msdos > log 2>&1
observed "mklabel where there was a boot loader: bytes of it that are left" 0 "$(head -c 440 disk | tr -cd m | wc -c)"
head -c 440 /dev/zero | tr '\0' m | dd of=disk conv=notrunc 2> dd.log
parted -s disk mkpart primary ext2 2048s 4095s > log 2>&1
observed "the same for mkpart" 440 "$(head -c 440 disk | tr -cd m | wc -c)"
finish
