#!/bin/sh
# SPDX-License-Identifier: MIT
# mke2fs -d and e2fsck -p: a large directory on a file system with dir_index.
. "$(dirname "$0")/lib.sh"
packages e2fsprogs=1.47.0-2+b2
expected "with the feature dir_index, which is there without asking, a directory of 3,000 names gets its index, as Linux would make it; e2fsck -p leaves what is right alone, or ends with 1"
mkdir -p tree/many
i=0
while [ $i -lt 3000 ]; do
    : > "tree/many/a-name-of-some-length-$i"
    i=$((i + 1))
done
flags() { debugfs -R "stat /many" image 2> /dev/null | sed -n 's/.*Flags: *\(0x[0-9a-f]*\).*/\1/p'; }
mke2fs -q -F -t ext2 -N 4000 -d tree image 16m > /dev/null 2>&1
observed "dir_index among the features" 1 "$(dumpe2fs -h image 2> /dev/null | grep -c 'features:.*dir_index')"
observed "flags of the directory, 0x1000 being the index" 0x0 "$(flags)"
observed "e2fsck -fn: status" 0 "$(status_of e2fsck -fn image)"
observed "e2fsck -fp: status" 0 "$(status_of e2fsck -fp image)"
observed "lines of it that say that something was changed" 0 "$(grep -ci -e fixed -e modified -e optimiz status.out || :)"
observed "flags" 0x1000 "$(flags)"
finish
