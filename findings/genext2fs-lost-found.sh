#!/bin/sh
# SPDX-License-Identifier: MIT
# genext2fs: which inode lost+found is, and what its version says.
. "$(dirname "$0")/lib.sh"
packages genext2fs=1.5.0-3 e2fsprogs=1.47.0-2+b2
expected "lost+found is inode 11, the first that is not reserved, as mke2fs makes it; the program's version is the package's"
inode() { debugfs -R "stat $1" image 2> /dev/null | sed -n 's/^Inode: *\([0-9]*\).*/\1/p'; }
mkdir -p tree/folder
genext2fs -b 8192 -N 1024 -d tree image > /dev/null 2>&1
observed "lost+found, one group of 8 MB" 11 "$(inode lost+found)"
genext2fs -b 32768 -N 4096 -d tree image > /dev/null 2>&1
observed "lost+found, four groups" 1025 "$(inode lost+found)"
observed "a folder beside it" 2049 "$(inode folder)"
observed "its version" "genext2fs 1.4.2" "$(genext2fs -V 2>&1 | head -n 1)"
observed "e2fsck -fn: status" 0 "$(status_of e2fsck -fn image)"
finish
