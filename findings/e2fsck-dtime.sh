#!/bin/sh
# SPDX-License-Identifier: MIT
# e2fsck -p: an inode that was deleted when the clock said 1970.
. "$(dirname "$0")/lib.sh"
packages e2fsprogs=1.47.0-2+b2
expected "the time at which an inode was deleted is no reason to stop, whatever it is"
make_image() {          # with a deleted inode and its time of deletion, and in need of a check
    rm -f image
    mke2fs -q -F -t ext2 image 8m > /dev/null 2>&1
    : > empty
    debugfs -w -R "write empty name" image > /dev/null 2>&1
    debugfs -w -R "rm name" image > /dev/null 2>&1
    debugfs -w -R "sif <12> dtime $1" image > /dev/null 2>&1
    debugfs -w -R "ssv state 0" image > /dev/null 2>&1
}
make_image @1700000000
observed "deleted in 2023, the mark of a clean file system missing: status of -p" 1 "$(status_of e2fsck -p image)"
make_image @100
observed "deleted 100 s after 1970 began: status of -p" 4 "$(status_of e2fsck -p image)"
observed "its reason" 1 "$(grep -c 'orphan' status.out)"
observed "lines that say RUN fsck MANUALLY" 1 "$(grep -c 'MANUALLY' status.out)"
finish
