#!/bin/sh
# SPDX-License-Identifier: MIT
# A file system in a partition of a disk's image, named as "disk?offset=N": which programs of e2fsprogs understand it?
. "$(dirname "$0")/lib.sh"
packages e2fsprogs=1.47.0-2+b2 e2tools=0.1.0-3
expected "all, as one library opens the image for them; or an error from those that do not"
truncate -s 16M disk
mke2fs -q -F -t ext2 -L pecan -E offset=1048576 disk 8M > log 2>&1
name='disk?offset=1048576'
observed "dumpe2fs, tune2fs -l: blocks" "8192 8192" \
    "$(dumpe2fs -h "$name" 2> log | sed -n 's/^Block count: *//p') $(tune2fs -l "$name" | sed -n 's/^Block count: *//p')"
observed "e2label; e2fsck -fn: status" "pecan 0" "$(e2label "$name") $(status_of e2fsck -fn "$name")"
observed "e2image -r refuses it: status" 1 "$(status_of e2image -r "$name" raw)"
observed "debugfs; e2ls" "lost+found lost+found" \
    "$(debugfs -R "ls -p" "$name" 2> log | cut -d / -f 6 | grep lost) $(e2ls "$name:/" | tr -d ' ')"
cp disk before
observed "mke2fs: status" 0 "$(status_of mke2fs -q -F -t ext2 -L new "$name" 8M)"
observed "the image is what it was" yes "$(cmp -s disk before && echo yes)"
observed "there is a file of that name, with a file system" "8388608 new" "$(wc -c < "$name") $(blkid -p -s LABEL -o value "./$name")"
observed "e2label and the others open the partition, as before" pecan "$(e2label "$name")"
finish
