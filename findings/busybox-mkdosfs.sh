#!/bin/sh
# SPDX-License-Identifier: MIT
# BusyBox's mkdosfs and a floppy image: which FAT it makes, and who reads it.
. "$(dirname "$0")/lib.sh"
packages busybox-static=1:1.35.0-4+deb12u1+b1 mtools=4.0.33-1+really4.0.32-1 dosfstools=4.2-1 grub-common=2.06-13+deb12u2
expected "FAT12, as of every floppy of 1,440 KB, which mkfs.fat makes; at least mtools and fsck.fat agree that it is whole"
kind() { dd if="$1" bs=1 skip="$2" count=5 2> dd.log; }        # kind IMAGE PLACE: FAT12 and FAT16 write theirs at 54, FAT32 at 82
truncate -s 1440K usual floppy
mkfs.fat usual > log 2>&1
observed "mkfs.fat" FAT12 "$(kind usual 54)"
observed "mdir of it" 0 "$(status_of mdir -i usual ::)"
observed "busybox mkdosfs: status" 0 "$(status_of busybox mkdosfs floppy)"
observed "what it made" FAT32 "$(kind floppy 82)"
observed "mdir of it says" "Probably non MS-DOS disk" "$(mdir -i floppy :: 2>&1 | grep Probably)"
observed "its status" 1 "$(status_of mdir -i floppy ::)"
observed "fsck.fat says" "but has only 2828 clusters, less than the required minimum of 65525." \
    "$(fsck.fat -n floppy 2>&1 | sed -n 's/^ *\(but.*\)/\1/p')"
observed "GRUB reads it" 0 "$(status_of grub-fstest floppy ls '(loop0)/')"
finish
