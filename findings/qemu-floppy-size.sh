#!/bin/sh
# SPDX-License-Identifier: MIT
# QEMU: a raw floppy image that has no floppy's size.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES
expected "the next larger format, or 1.44 MB; and an error for a sector that the image does not have"
body='mov ah, 8
push dx
xor di, di
int 0x13
mov ax, cx              ; last cylinder, sectors of a track
call hexa
pop dx
xor ax, ax
mov es, ax
mov word [0x8000], 0x5555
mov ax, 0x0201
mov bx, 0x8000
mov cx, 0x0202          ; cylinder 2, sector 2: behind the end of the small images
mov dh, 1
int 0x13
pushf
mov al, ah
xor ah, ah
call hexa
pop ax
and ax, 1
call hexa
mov ax, [0x8000]
call hexa'
geometry() { probe floppy "$1"; in_qemu -drive if=floppy,format=raw,file=floppy; } 2> /dev/null
run() { echo "$body" | geometry "$1"; }
observed "1,474,560 bytes: 80 tracks of 18 sectors, read well, zeroes" "4F12 0000 0000 0000" "$(run 1474560)"
observed "1,474,561 bytes, which the last sector is filled up to: 36 sectors" "4F24 0000 0000 0000" "$(run 1474561)"
observed "512 bytes: 36 sectors of a 2.88 MB drive, and what is not there reads as zeroes, without an error" "4F24 0000 0000 0000" "$(run 512)"
observed "1,000,000 bytes" "4F24 0000 0000 0000" "$(run 1000000)"
finish
