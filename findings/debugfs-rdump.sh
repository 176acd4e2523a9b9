#!/bin/sh
# SPDX-License-Identifier: MIT
# debugfs rdump: what a folder that is taken out of an ext2 image has lost.
. "$(dirname "$0")/lib.sh"
packages e2fsprogs=1.47.0-2+b2
expected "files, links, modes, holes and times as they are in the image; a word about what cannot be made"
mkdir tree out
echo text > tree/program
chmod 6755 tree/program
ln tree/program tree/same
truncate -s 1M tree/hole
mkfifo tree/fifo
touch -d @1000000000 tree/*
mke2fs -q -F -t ext2 -d tree image 8m > /dev/null 2>&1
in_image() { debugfs -R "stat $1" image 2> /dev/null | sed -n "s/$2/\1/p"; }
observed "mode in the image" 06755 "$(in_image program '.*Mode:  *\([0-9]*\).*')"
observed "blocks of 512 bytes of the file that is a hole, in the image" 0 "$(in_image hole '.*Blockcount: *\([0-9]*\).*')"
observed "rdump: status, and what it says beside its version" "0 0" "$(status_of debugfs -R 'rdump / out' image) $(grep -vc '^debugfs 1' status.out)"
observed "mode of the copy" 755 "$(stat -c %a out/program)"
observed "time of the copy" 1000000000 "$(stat -c %Y out/program)"
observed "links of a file that had two names" 1 "$(stat -c %h out/program)"
observed "the hole takes its megabyte" yes "$([ "$(stat -c %b out/hole)" -ge 2048 ] && echo yes)"
observed "names that are missing" "fifo" "$(ls tree > names && ls out | grep -v lost+found | diff names - | sed -n 's/^< //p')"
finish
