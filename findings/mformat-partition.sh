#!/bin/sh
# SPDX-License-Identifier: MIT
# mformat writes a partition table into a floppy's boot sector.
. "$(dirname "$0")/lib.sh"
packages mtools=4.0.33-1+really4.0.32-1 fdisk=2.38.1-5+deb12u3 dosfstools=4.2-1
expected "a floppy has no partitions: the 64 bytes in front of the signature are code or zeroes, and sfdisk finds no table"
table() { tail -c +447 "$1" | head -c 64 | od -An -v -tx1 | tr -d ' \n' | sed 's/\(00\)*$//'; }
mformat -C -i mformat.img -f 1440 ::
mkfs.fat -C mkfs.img 1440 > /dev/null
observed "the first entry by mformat: active, from sector 0, 2,880 of them, FAT12" 80000100010112 "$(table mformat.img | head -c 14)"
observed "sfdisk -d: status" 0 "$(status_of sfdisk -d mformat.img)"
observed "what it lists" "mformat.img1 : start= 0, size= 2880, type=1, bootable" "$(grep start= status.out | tr -s ' ')"
observed "the same of mkfs.fat" "" "$(table mkfs.img)"
observed "sfdisk -d after mkfs.fat: status (an empty table is one)" 0 "$(status_of sfdisk -d mkfs.img)"
observed "what it lists" "" "$(grep start= status.out)"
finish
