#!/bin/sh
# SPDX-License-Identifier: MIT
# disktype: which of the ext file systems it names.
. "$(dirname "$0")/lib.sh"
packages disktype=9-12 e2fsprogs=1.47.0-2+b2
expected "it looks at the features: a journal makes ext3, extents make ext4, and neither ext2"
named() {               # named OPTIONS OF MKE2FS...
    rm -f image
    mke2fs -q -F "$@" image 8m > /dev/null 2>&1
    disktype image | sed -n 's/^\(Ext.\) file system.*/\1/p'
}
observed "mke2fs -t ext2" Ext4 "$(named -t ext2)"
observed "mke2fs -t ext2 -O none: no feature at all" Ext4 "$(named -t ext2 -O none)"
observed "mke2fs -t ext2 -I 128: smaller inodes" Ext2 "$(named -t ext2 -I 128)"
observed "mke2fs -t ext3" Ext4 "$(named -t ext3)"
observed "mke2fs -t ext3 -I 128" Ext3 "$(named -t ext3 -I 128)"
observed "mke2fs -t ext4 -I 128: its features count as well" Ext4 "$(named -t ext4 -I 128)"
finish
