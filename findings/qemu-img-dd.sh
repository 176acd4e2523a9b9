#!/bin/sh
# SPDX-License-Identifier: MIT
# qemu-img dd: a part of an image, for people who take a partition out of a disk with it.
. "$(dirname "$0")/lib.sh"
packages "qemu-utils=1:7.2+dfsg-7+deb12u18+b3"
expected "count blocks from block skip on, as dd of the same options copies them, for which it is named"
i=0
while [ $i -lt 64 ]; do
    printf '%0511d\n' $i
    i=$((i + 1))
done > disk
copy() {                # copy OPTIONS...: its size, whether dd's is the same, and the status
    rm -f ours theirs
    status=$(status_of qemu-img dd -f raw -O raw "$@" if=disk of=ours)
    dd "$@" if=disk of=theirs 2> /dev/null
    echo "$(wc -c < ours) $(cmp -s ours theirs && echo alike || echo "of $(wc -c < theirs)"), status $status"
}
observed "8 blocks from the beginning" "4096 alike, status 0" "$(copy bs=512 count=8)"
observed "all from block 2 on" "31744 alike, status 0" "$(copy bs=512 skip=2)"
observed "8 blocks from block 2 on: six" "3072 of 4096, status 0" "$(copy bs=512 count=8 skip=2)"
observed "what there is of them is right" yes "$(cmp -s -n 3072 ours theirs && echo yes)"
observed "8 blocks from block 8 on: none" "0 of 4096, status 0" "$(copy bs=512 count=8 skip=8)"
observed "the count goes from the beginning: 8 blocks from block 8 on" "4096 of 8192, status 0" "$(copy bs=512 count=16 skip=8)"
observed "2 blocks of 1,000 bytes" "2048 of 2000, status 0" "$(copy bs=1000 count=2)"
finish
