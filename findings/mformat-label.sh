#!/bin/sh
# SPDX-License-Identifier: MIT
# mformat -v: a label in lower case.
. "$(dirname "$0")/lib.sh"
packages mtools=4.0.33-1+really4.0.32-1 dosfstools=4.2-1
expected "capital letters in both places, the boot sector and the root directory, as FAT has them; or small ones in both"
mformat -C -i image -f 1440 -v pecan ::
observed "the label in the boot sector" "pecan      " "$(tail -c +44 image | head -c 11)"
observed "the label in the root directory" "PECAN      " "$(tail -c +$((19 * 512 + 1)) image | head -c 11)"
observed "fsck.fat -n of the new floppy: status" 1 "$(status_of fsck.fat -n image)"
observed "lines that say what is wrong" 1 "$(grep -c "label 'PECAN' stored in root directory and label 'pecan' stored in boot sector" status.out)"
mformat -C -i second -f 1440 -v PECAN ::
observed "the same with capital letters: status" 0 "$(status_of fsck.fat -n second)"
mkfs.fat -C third -n pecan 1440 > /dev/null 2>&1
observed "mkfs.fat -n with small ones, in both places: status" 0 "$(status_of fsck.fat -n third)"
observed "its label in the root directory" "pecan      " "$(tail -c +$((19 * 512 + 1)) third | head -c 11)"
finish
