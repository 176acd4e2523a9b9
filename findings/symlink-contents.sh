#!/bin/sh
# SPDX-License-Identifier: MIT
# Symbolic links in an ext2 image, for those who take files out of it with The Sleuth Kit or debugfs.
. "$(dirname "$0")/lib.sh"
packages sleuthkit=4.11.1+dfsg-1+b1 libtsk19=4.11.1+dfsg-1+b1 e2fsprogs=1.47.0-2+b2
export LD_LIBRARY_PATH=$work/root/usr/lib/x86_64-linux-gnu:$work/root/lib/x86_64-linux-gnu
icat -V > log 2>&1 || cannot "$(tail -n 1 log)"
expected "the contents of a link are its target, as icat shows it for a long one; whoever recovers all files makes links again"
long=$(printf '%070d' 5)
mkdir folder
ln -s file folder/short
ln -s "$long" folder/long
mke2fs -q -F -t ext2 -d folder image 8m > log 2>&1
contents() {            # contents NAME: as icat shows them, NULs as dots
    icat image "$(debugfs -R "stat $1" image 2> log | sed -n 's/^Inode: *\([0-9]*\).*/\1/p')" | tr '\0' .
}
observed "icat of a link to a name of 70 bytes" "$long" "$(contents long)"
observed "icat of a link to 'file'" .... "$(contents short)"
observed "debugfs stat knows the target" '"file"' "$(debugfs -R 'stat short' image 2> log | sed -n 's/^Fast link dest: //p')"
observed "debugfs cat of it" "cat: Attempt to read block from filesystem resulted in short read while reading ext2 file" \
    "$(debugfs -R 'cat short' image 2>&1 | grep -a -o 'cat: .*')"
tsk_recover -a image out > log 2>&1
observed "tsk_recover: a link is" "a file of 4 bytes" "$([ -h out/short ] && echo a link || echo "a file of $(wc -c < out/short) bytes")"
observed "they are" .... "$(tr '\0' . < out/short)"
finish
