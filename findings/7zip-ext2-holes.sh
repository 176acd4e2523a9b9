#!/bin/sh
# SPDX-License-Identifier: MIT
# 7-Zip: files with holes in an ext2 image, for people who look into a disk's image with it.
. "$(dirname "$0")/lib.sh"
packages "7zip=22.01+really26.02+dfsg-0+deb12u1" e2fsprogs=1.47.0-2+b2
expected "7-Zip extracts a file with holes as zeros there, whatever part of the file the hole is"
extracted() {           # extracted TYPE FILE: from an image of such a file system
    rm -rf image out
    mke2fs -q -F -t "$1" -d tree image 8M > /dev/null 2>&1
    7zz x -y -oout image > log 2>&1 || true
    if cmp -s "out/$2" "tree/$2"; then
        echo "the same"
    else
        echo "$(wc -c < "out/$2") bytes,$(sed -n "s/^ERROR:\(.*\) : $2$/\1/p" log)"
    fi
}
mkdir tree
printf begin > tree/block                               # blocks of 4 KB: the second of three is a hole
printf end | dd of=tree/block bs=1 seek=8192 conv=notrunc 2> dd.log
printf begin > tree/list                                # no block, and so no list of blocks, from the thirteenth to the 976th
printf end | dd of=tree/list bs=1 seek=4000000 conv=notrunc 2> dd.log
observed "ext2, a block is a hole" "the same" "$(extracted ext2 block)"
observed "ext2, a whole list of blocks is a hole" "0 bytes, Unsupported Method" "$(extracted ext2 list)"
observed "ext4 with extents, the same file" "the same" "$(extracted ext4 list)"
rm image
mke2fs -q -F -t ext2 -d tree image 8M > /dev/null 2>&1
observed "e2fsck -fn of the ext2 image: status" 0 "$(status_of e2fsck -fn image)"
debugfs -R "dump list dumped" image > /dev/null 2>&1
observed "debugfs reads it" "the same" "$(cmp -s dumped tree/list && echo "the same")"
finish
