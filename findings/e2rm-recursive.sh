#!/bin/sh
# SPDX-License-Identifier: MIT
# e2tools on an ext2 image: what e2rm -r leaves of a directory, and what e2cp says of a file that is not there.
. "$(dirname "$0")/lib.sh"
packages e2tools=0.1.0-3 e2fsprogs=1.47.0-2+b2
expected "the directory and all in it is gone, and the file system is whole; a copy of nothing is an error; a copy keeps its \
permissions, as cp's does"
mke2fs -q -F -t ext2 image 8m > log 2>&1
echo text > file
chmod 751 file
e2mkdir image:/folder
e2cp file image:/folder
inodes() { dumpe2fs -h image 2> log | sed -n 's/^Free inodes: *//p'; }
observed "inodes that are free, with a directory and a file" 2035 "$(inodes)"
observed "e2rm of the directory, without -r" 0 "$(status_of e2rm image:/folder/file)"
observed "inodes that are free, without the file" 2036 "$(inodes)"
observed "status of e2rm -r" 0 "$(status_of e2rm -r image:/folder)"
observed "the directory's name" lost+found "$(e2ls image:/ | tr -d ' ')"
observed "inodes that are free, without the directory" 2036 "$(inodes)"
observed "e2fsck says" "Unconnected directory inode 12 (was in /)" "$(e2fsck -fn image 2> log | grep Unconn)"
observed "its status" 4 "$(status_of e2fsck -fn image)"
mke2fs -q -F -t ext2 image 8m > log 2>&1
observed "e2cp of a file that the image does not have: status" 0 "$(status_of e2cp image:/missing copy)"
observed "the copy" none "$([ -e copy ] && echo there || echo none)"
e2cp file image:/copy
observed "permissions of a copy of a file of 0751" 0644 "$(debugfs -R 'stat copy' image 2> log | sed -n 's/.*Mode: *\([0-7]*\).*/\1/p')"
finish
