#!/bin/sh
# SPDX-License-Identifier: MIT
# ISO 9660 with Rock Ridge: a file ten folders deep, where the format has eight, for GRUB and others.
. "$(dirname "$0")/lib.sh"
packages genisoimage=9:1.1.11-3.4 xorriso=1.5.4-4 grub-common=2.06-13+deb12u2 libarchive-tools=3.6.2-1+deb12u5 \
    libarchive13=3.6.2-1+deb12u5 "7zip=22.01+really26.02+dfsg-0+deb12u1"
expected "whoever reads Rock Ridge finds the file by the path that it had, whatever program made the CD"
export LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu"
deep=a/b/c/d/e/f/g/h/i/j/file
mkdir -p "tree/${deep%/file}"
echo text > "tree/$deep"
genisoimage -quiet -R -o genisoimage.iso tree 2> log
xorriso -as mkisofs -quiet -R -o xorriso.iso tree 2> log
by_grub() { grub-fstest "$work/$1" cat "/$2" 2> log || sed -n 's/.*: file .* \(not found\).*/\1/p' log; }
observed "xorriso's CD, GRUB" "text" "$(by_grub xorriso.iso $deep)"
observed "genisoimage's CD, GRUB" "not found" "$(by_grub genisoimage.iso $deep)"
observed "the place where it finds it" "text" "$(by_grub genisoimage.iso rr_moved/h/i/j/file)"
observed "genisoimage's CD, xorriso" "'/$deep'" "$(xorriso -indev genisoimage.iso -find / -name file 2> log)"
observed "genisoimage's CD, bsdtar" "$deep" "$(bsdtar tf genisoimage.iso | grep file)"
observed "genisoimage's CD, 7-Zip" "rr_moved/h/i/j/file" "$(7zz l -ba -slt genisoimage.iso | sed -n 's/^Path = \(.*file\)$/\1/p')"
observed "genisoimage's CD, isoinfo of the same package" "/rr_moved/h/i/j/file" "$(isoinfo -R -f -i genisoimage.iso | grep file)"
finish
