#!/bin/sh
# SPDX-License-Identifier: MIT
# QEMU's fat:floppy:FOLDER: what floppy disk the guest gets.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES "qemu-utils=1:7.2+dfsg-7+deb12u18+b3"
expected "the usual floppy, 1,440 KB with FAT12 and clusters of a sector; a 12 or 16 in front of the folder changes the kind of FAT only"
mkdir folder
echo text > folder/file
show() {                # show KIND: size, sectors of a track, sectors of a cluster, width of the FAT
    rm -f image
    qemu-img convert -f raw -O raw "$1:folder" image > log 2>&1 || cannot "$(tail -n 1 log)"
    set -- $(od -An -v -tu1 -j13 -N1 image) $(od -An -v -tu2 -j24 -N2 image) "$(dd if=image bs=1 skip=54 count=5 2> dd.log)"
    echo "$(wc -c < image) bytes, $2 sectors a track, $1 a cluster, $3"
}
observed "fat:floppy:" "2949120 bytes, 36 sectors a track, 16 a cluster, FAT12" "$(show fat:floppy)"
observed "fat:floppy:12:" "1474560 bytes, 18 sectors a track, 16 a cluster, FAT12" "$(show fat:floppy:12)"
observed "fat:floppy:16:" "2949120 bytes, 36 sectors a track, 16 a cluster, FAT16" "$(show fat:floppy:16)"
probe floppy 1440K <<'E2'
mov ah, 8               ; the BIOS of drive B: cylinders and sectors, heads, kind
mov dl, 1
int 0x13
push bx
push dx
mov ax, cx
call hexa
pop ax
call hexa
pop ax
xor ah, ah
jmp hexa
E2
drive_b() { in_qemu -drive if=floppy,format=raw,file=floppy -drive "if=floppy,index=1,format=raw,read-only=on,file=$1:folder" -boot a; }
observed "what the BIOS says of fat:floppy: as a second drive: 80 cylinders, 36 sectors, kind 5" "4F24 0102 0005" "$(drive_b fat:floppy)"
observed "and of fat:floppy:12:" "4F12 0102 0004" "$(drive_b fat:floppy:12)"
finish
