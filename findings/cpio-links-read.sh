#!/bin/sh
# SPDX-License-Identifier: MIT
# A file with two names in an archive by GNU cpio (newc), where the last name has the data: who gets the file out of it?
. "$(dirname "$0")/lib.sh"
packages cpio=2.13+dfsg-7.1 libarchive-tools=3.6.2-1+deb12u5 libarchive13=3.6.2-1+deb12u5 toybox=0.8.9+dfsg-1 \
    busybox-static=1:1.35.0-4+deb12u1+b1 pax=1:20201030-1
expected "everyone: the most used writer has written it so for thirty years; or a word, and a status other than 0"
export LD_LIBRARY_PATH=$work/root/usr/lib/x86_64-linux-gnu
echo data > first
ln first second
printf 'first\nsecond\n' | cpio -o -H newc > by-gnu 2> log
printf 'first\nsecond\n' | toybox cpio -o -H newc > by-toybox
unpacked() {            # unpacked ARCHIVE COMMAND...: sizes of both names, how many files they are, and the status
    archive=$work/$1
    shift
    rm -rf out
    mkdir out
    (cd out && status=0 && { "$@" < "$archive" > ../log 2>&1 || status=$?; } &&
        echo "$(wc -c < first) $(wc -c < second), $(stat -c %i first second | sort -u | wc -l), $status")
}
observed "GNU cpio" "5 5, 1, 0" "$(unpacked by-gnu cpio -id)"
observed "bsdcpio" "5 5, 1, 0" "$(unpacked by-gnu bsdcpio -id)"
observed "BusyBox" "5 5, 1, 0" "$(unpacked by-gnu busybox cpio -id)"
observed "toybox: the first name is an empty file of its own" "0 5, 2, 0" "$(unpacked by-gnu toybox cpio -id)"
observed "pax -r: both names are empty" "0 0, 1, 0" "$(unpacked by-gnu pax -r)"
observed "what pax says" "" "$(cat log)"
observed "an archive by toybox, each name with the data: GNU cpio" "5 5, 1, 0" "$(unpacked by-toybox cpio -id)"
observed "BusyBox" "5 5, 2, 0" "$(unpacked by-toybox busybox cpio -id)"
observed "pax -r, which finds the second name in its own way" "5 5, 1, 1" "$(unpacked by-toybox pax -r)"
finish
