#!/bin/sh
# SPDX-License-Identifier: MIT
# debugfs mknod: a path in place of a name.
. "$(dirname "$0")/lib.sh"
packages e2fsprogs=1.47.0-2+b2
expected "mknod /dev/null makes null in /dev, as mkdir and write of debugfs take paths"
mke2fs -q -F -t ext2 image 8m > /dev/null 2>&1
debugfs -w -R 'mkdir /dev' image > /dev/null 2>&1
debugfs -w -R 'mknod /dev/null c 1 3' image > /dev/null 2>&1
observed "entries of /dev" 2 "$(debugfs -R 'ls -l /dev' image 2> /dev/null | grep -c .)"
observed "names in / with slashes in them" 1 "$(debugfs -R 'ls -l /' image 2> /dev/null | grep -c '/dev/null')"
observed "status of e2fsck -fn" 4 "$(status_of e2fsck -fn image)"
finish
