#!/bin/sh
# SPDX-License-Identifier: MIT
# The geometry of a disk image in parted's partition table, and what QEMU makes of it.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES parted=3.5-3+deb12u1 libparted2=3.5-3+deb12u1 fdisk=2.38.1-5+deb12u3
expected "parted and sfdisk write the same entry for the same partition of an image, by 255 heads and 63 sectors; QEMU's disk has 16 heads \
and 63 sectors, whatever is written on it"
export LD_LIBRARY_PATH="$work/root/lib/x86_64-linux-gnu:$work/root/usr/lib/x86_64-linux-gnu"
entry() { tail -c +447 "$1" | head -c 16 | od -An -v -tx1 | tr -d '\n' | sed 's/^ //'; }
probe floppy 1440K <<'E2'
mov ah, 8               ; the BIOS: last cylinder and sectors, last head
mov dl, 0x80
int 0x13
push dx
mov ax, cx
call hexa
pop ax
mov al, ah
xor ah, ah
call hexa
mov dx, 0x1F6           ; IDENTIFY: words 1, 3 and 6
mov al, 0xA0
out dx, al
inc dx
mov al, 0xEC
out dx, al
busy: in al, dx
test al, 8
jz busy
mov dl, 0xF0
mov di, 0x8000
mov cx, 256
rep insw
mov ax, [0x8002]
call hexa
mov ax, [0x8006]
call hexa
mov ax, [0x800C]
jmp hexa
E2
ask() { in_qemu -drive if=floppy,format=raw,file=floppy -drive if=ide,format=raw,file="$1" -boot a; }
truncate -s 20M none
cp none by-sfdisk
cp none by-parted
echo "2048,16384,83" | sfdisk -q by-sfdisk
parted -s by-parted mklabel msdos mkpart primary ext2 2048s 18431s > log 2>&1
observed "the entry by sfdisk: from 0/32/33 to 1/37/36" "00 20 21 00 83 25 24 01 00 08 00 00 00 40 00 00" "$(entry by-sfdisk)"
observed "the same partition by parted: from 16/0/1 to 143/3/32" "00 00 01 10 83 03 20 8f 00 08 00 00 00 40 00 00" "$(entry by-parted)"
observed "QEMU, without a table: BIOS's and the drive's" "263F 000F 0028 0010 003F" "$(ask none)"
observed "QEMU, sfdisk's table" "263F 000F 0028 0010 003F" "$(ask by-sfdisk)"
observed "QEMU, parted's table: 4 heads, 32 sectors" "3E60 0003 0140 0004 0020" "$(ask by-parted)"
finish
