#!/bin/sh
# SPDX-License-Identifier: MIT
# mke2fs -o hurd: what it lets a file system for the Hurd have.
. "$(dirname "$0")/lib.sh"
packages e2fsprogs=1.47.0-2+b2
expected "features and inode sizes that the Hurd's ext2fs of that day does not know are refused, or said to be unusual"
features() { dumpe2fs -h image 2> /dev/null | sed -n 's/^Filesystem features: *//p' | tr ' ' '\n' | sort | tr '\n' ' '; }
inode_size() { dumpe2fs -h image 2> /dev/null | sed -n 's/^Inode size:[^0-9]*//p'; }
make_image() {
    rm -f image
    status_of mke2fs -q -F -t ext2 "$@" image 8m
}
observed "without more: status" 0 "$(make_image -o hurd)"
observed "inode size" 128 "$(inode_size)"
observed "features" "dir_index ext_attr large_file resize_inode sparse_super " "$(features)"
observed "-I 256, extents and flex_bg: status" 0 "$(make_image -o hurd -I 256 -O extents,flex_bg)"
observed "lines of warning" 0 "$(grep -c -i -e hurd -e warn status.out || :)"
observed "inode size" 256 "$(inode_size)"
observed "features" "dir_index ext_attr extent flex_bg large_file resize_inode sparse_super " "$(features)"
observed "-O filetype, older than both of these: status" 1 "$(make_image -o hurd -O filetype)"
observed "its reason" "The HURD does not support the filetype feature." "$(tail -n 1 status.out)"
finish
