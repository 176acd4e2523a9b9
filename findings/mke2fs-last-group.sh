#!/bin/sh
# SPDX-License-Identifier: MIT
# mke2fs: an image that is somewhat larger than a whole number of groups.
. "$(dirname "$0")/lib.sh"
packages e2fsprogs=1.47.0-2+b2
expected "the file system has all blocks of the image; or mke2fs says how much it leaves, and that is less than the 50 blocks for which a \
group is not worth it"
blocks() {              # blocks KB [OPTIONS OF MKE2FS]...: of the file system
    rm -f image
    truncate -s "$1K" image
    shift
    mke2fs -F -t ext2 "$@" image > log 2>&1
    dumpe2fs -h image 2> dump.log | sed -n 's/^Block count: *//p'
}
observed "8,100 KB: all" 8100 "$(blocks 8100)"
observed "8,500 KB: 307 KB are left" 8193 "$(blocks 8500)"
observed "what mke2fs says" "Creating filesystem with 8193 1k blocks and 2128 inodes" "$(grep Creating log)"
observed "8,600 KB: all" 8600 "$(blocks 8600)"
observed "8,550 KB: blocks come in fours, those of a page" 8548 "$(blocks 8550)"
observed "16,700 KB: 315 KB are left" 16385 "$(blocks 16700)"
observed "8,500 KB with fewer inodes: all" 8500 "$(blocks 8500 -N 64 -O ^resize_inode)"
finish
