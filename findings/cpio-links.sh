#!/bin/sh
# SPDX-License-Identifier: MIT
# GNU cpio, format newc: which of the names of one file has its contents.
. "$(dirname "$0")/lib.sh"
packages cpio=2.13+dfsg-7.1
expected "each name with the data, or the first with the data and the rest empty"
echo "the data" > first
ln first second
ln first third
size() { cpio -itv < archive 2> /dev/null | awk -v n="$1" '$NF == n { print $5 }'; }
printf 'first\nsecond\nthird\n' | cpio -o -H newc > archive 2> /dev/null
observed "size that the first says" 0 "$(size first)"
observed "size that the second says" 0 "$(size second)"
observed "size that the third says" 9 "$(size third)"
printf 'first\nsecond\n' | cpio -o -H newc > archive 2> /dev/null
observed "the third is not archived, and all is different: size that the first says" 9 "$(size first)"
observed "size that the second says" 0 "$(size second)"
printf 'first\n' | cpio -o -H newc > archive 2> /dev/null
observed "only the first is archived" 9 "$(size first)"
finish
