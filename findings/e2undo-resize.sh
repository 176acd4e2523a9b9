#!/bin/sh
# SPDX-License-Identifier: MIT
# Undo files of e2fsprogs (-z): is an image what it was, after e2undo?
. "$(dirname "$0")/lib.sh"
packages e2fsprogs=1.47.0-2+b2
expected "each program that has -z writes an undo file, and e2undo gives back the image of before, byte by byte"
export E2FSPROGS_UNDO_DIR=none
mkdir folder
head -c 300000 /dev/urandom > folder/file
undone() {              # undone COMMAND...: the image after the command, whose undo file is "undo", and e2undo
    rm -f undo image
    mke2fs -q -F -t ext2 -d folder image 8m > log 2>&1
    cp image before
    "$@" > log 2>&1 || echo "failed"
    [ -e undo ] || { echo "no undo file, $(cmp -s image before && echo same || echo changed)"; return; }
    e2undo undo image > log 2>&1 || echo "not undone"
    cmp -s -n 6291456 image before && echo "same, $(wc -c < image) bytes" || echo changed
}
observed "mke2fs" "same, 8388608 bytes" "$(undone mke2fs -q -F -t ext4 -b 4096 -z undo image)"
observed "tune2fs -j" "same, 8388608 bytes" "$(undone tune2fs -j -z undo image)"
observed "resize2fs to 12 MB" "same, 12582912 bytes" "$(undone resize2fs -z undo image 12m)"
observed "resize2fs to 6 MB" "same, 6291456 bytes" "$(undone resize2fs -z undo image 6m)"
observed "e2fsck of that" "The filesystem size (according to the superblock) is 8192 blocks" "$(e2fsck -fn image 2>&1 | grep "superblock)")"
observed "tune2fs -I 512, which moves all inodes, says" "Setting inode size 512" \
    "$(mke2fs -q -F -t ext2 image 8m > log 2>&1; tune2fs -z undo2 -I 512 image 2>&1 | grep -v ^tune2fs)"
observed "and leaves" "no undo file, changed" "$(undone tune2fs -I 512 -z undo image)"
finish
