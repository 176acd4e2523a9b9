#!/bin/sh
# SPDX-License-Identifier: MIT
# The Sleuth Kit's fsstat: the identity of an ext2 file system.
. "$(dirname "$0")/lib.sh"
packages sleuthkit=4.11.1+dfsg-1+b1 libtsk19=4.11.1+dfsg-1+b1 e2fsprogs=1.47.0-2+b2
expected "the digits of the UUID, in the order in which e2fsprogs shows them"
export LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu"
identity() {            # identity UUID: what fsstat says of a file system that has it
    rm -f image
    mke2fs -q -F -t ext2 -U "$1" image 2m > /dev/null 2>&1
    fsstat image | sed -n 's/^Volume ID: *//p'
}
observed "11223344-5566-7788-99aa-bbccddeeff10: from the last byte to the first" 10ffeeddccbbaa998877665544332211 \
    "$(identity 11223344-5566-7788-99aa-bbccddeeff10)"
observed "11223344-5566-7700-99aa-bbccddeeff01: without zeroes in front of each half" 1ffeeddccbbaa9977665544332211 \
    "$(identity 11223344-5566-7700-99aa-bbccddeeff01)"
observed "00000000-0000-0000-1200-000000000000" 120 "$(identity 00000000-0000-0000-1200-000000000000)"
observed "20000000-0000-0000-0100-000000000000: the same" 120 "$(identity 20000000-0000-0000-0100-000000000000)"
finish
