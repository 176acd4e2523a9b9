#!/bin/sh
# SPDX-License-Identifier: MIT
# resize2fs: a file system in a partition of a disk's image, named by "disk?offset=N" as for the other programs of e2fsprogs.
. "$(dirname "$0")/lib.sh"
packages e2fsprogs=1.47.0-2+b2 fdisk=2.38.1-5+deb12u3
expected "the file system gets smaller within its partition; the disk's image, and what lies behind the partition, stay as they are"
MB=1048576
disk() {                # partitions from 1 MB and from 9 MB on, 8 MB each, with a file system and the letters Z
    rm -f disk
    truncate -s 1M disk
    head -c $((8 * MB)) /dev/zero >> disk
    head -c $((8 * MB)) /dev/zero | tr '\0' Z >> disk
    printf '2048,16384,83\n18432,16384,83\n' | sfdisk -q disk
    mke2fs -q -F -t ext2 -E offset=$MB disk 8m > /dev/null 2>&1
}
resize() { status_of resize2fs "$@"; }
look() { echo "$(wc -c < disk) $(tr -dc Z < disk | wc -c)"; }
disk
observed "bytes of the image, and of the second partition" "17825792 8388608" "$(look)"
observed "dumpe2fs finds the file system there: status" 0 "$(status_of dumpe2fs -h "disk?offset=$MB")"
observed "resize to its own size: status" 0 "$(resize "disk?offset=$MB" 8m)"
observed "nothing changes" "17825792 8388608" "$(look)"
observed "resize to 6 MB: status" 0 "$(resize "disk?offset=$MB" 6m)"
observed "the image has 6 MB now, 5 of the file system's, and no second partition" "6291456 0" "$(look)"
observed "e2fsck -fn of the rest: status" 0 "$(status_of e2fsck -fn "disk?offset=$MB")"
disk
observed "resize -M: status" 0 "$(resize -M "disk?offset=$MB")"
observed "the image ends before the file system begins" yes "$([ "$(wc -c < disk)" -lt $MB ] && echo yes)"
observed "e2fsck -fn: status" 8 "$(status_of e2fsck -fn "disk?offset=$MB")"
finish
