#!/bin/sh
# SPDX-License-Identifier: MIT
# mke2fs: the smallest image that it makes without options about inodes.
. "$(dirname "$0")/lib.sh"
packages e2fsprogs=1.47.0-2+b2
expected "any size makes a file system as long as its tables fit: 64 blocks are enough for a superblock, two bitmaps and 16 inodes"
inodes() { dumpe2fs -h image 2> /dev/null | sed -n 's/^Inode count: *//p'; }
make_image() {
    rm -f image
    status_of mke2fs -q -F -t ext2 "$@"
}
observed "64 KB: status" 1 "$(make_image image 64k)"
observed "its message" "ext2fs_mkdir: Could not allocate inode in ext2 filesystem while creating /lost+found" "$(tail -n 1 status.out)"
observed "inodes of what is left" "" "$(inodes)"
observed "100 KB: status" 1 "$(make_image image 100k)"
observed "112 KB: status" 0 "$(make_image image 112k)"
observed "inodes" 16 "$(inodes)"
observed "64 KB with -N 12: status" 1 "$(make_image -N 12 image 64k)"
observed "inodes that it means by 12" 8 "$(mke2fs -n -F -t ext2 -N 12 image 64k 2> /dev/null | sed -n 's/.* and \([0-9]*\) inodes/\1/p')"
observed "64 KB with -N 16: status" 0 "$(make_image -N 16 image 64k)"
finish
