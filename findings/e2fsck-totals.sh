#!/bin/sh
# SPDX-License-Identifier: MIT
# e2fsck: wrong totals in the superblock, beside wrong counts of a group.
. "$(dirname "$0")/lib.sh"
packages e2fsprogs=1.47.0-2+b2
expected "-n: status 4 for any error that is left; -p: status 1 when something was corrected, as its manual says"
make_image() {          # with one field of the superblock set to a wrong value
    rm -f image
    mke2fs -q -F -t ext2 image 8m > /dev/null 2>&1
    debugfs -w -R "$1" image > /dev/null 2>&1
}
total() { dumpe2fs -h image 2> /dev/null | sed -n 's/^Free blocks: *//p'; }
make_image ""
right=$(total)
make_image "ssv free_blocks_count 5"
observed "-fn, the total is wrong: status" 0 "$(status_of e2fsck -fn image)"
observed "lines of it that say so" 1 "$(grep -c 'Free blocks count wrong (5' status.out)"
observed "lines of it that warn of errors left" 0 "$(grep -c 'still has errors' status.out || :)"
observed "-fp, the total is wrong: status" 1 "$(status_of e2fsck -fp image)"
observed "lines of it that say that something was changed" 0 "$(grep -ci -e wrong -e fixed -e modified status.out || :)"
observed "the total is right then" "$right" "$(total)"
make_image "ssv free_blocks_count 5"
observed "-p without -f: status" 0 "$(status_of e2fsck -p image)"
observed "what it says of a file system that it is about to change" "image: clean" "$(sed -n 's/,.*//p' status.out)"
observed "the total is right then, too" "$right" "$(total)"
make_image "set_bg 0 free_blocks_count 5"
observed "-fn, a group's count is wrong: status" 4 "$(status_of e2fsck -fn image)"
finish
