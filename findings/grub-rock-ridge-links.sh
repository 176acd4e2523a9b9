#!/bin/sh
# SPDX-License-Identifier: MIT
# GRUB: symbolic links on a CD (Rock Ridge), as of a boot folder with one kernel of several versions.
. "$(dirname "$0")/lib.sh"
packages xorriso=1.5.4-4 genisoimage=9:1.1.11-3.4 grub-common=2.06-13+deb12u2 e2fsprogs=1.47.0-2+b2
expected "GRUB follows the same links on a CD as on a disk: any path, through '..' as well"
mkdir -p tree/folder/inner
echo text > tree/file
link() { ln -s "$1" "tree/$2"; }
link folder/../file through
link ./file here
link ../file folder/up
link ../../file folder/inner/up2
link /folder/../file absolute
mke2fs -q -F -t ext2 -d tree disk 2m > /dev/null 2>&1
xorriso -as mkisofs -quiet -R -o by-xorriso tree 2> log
genisoimage -quiet -R -o by-genisoimage tree 2> log
read_by_grub() { grub-fstest "$work/$1" cat "$2" 2> log || sed -n 's/.*: file .* \(not found\).*/\1/p' log; }
for path in /here /folder/up /folder/inner/up2; do
    observed "$path: '..' or '.' in front only, on a CD" "text" "$(read_by_grub by-xorriso $path)"
done
for path in /through /absolute; do
    observed "$path, on a disk with ext2" "text" "$(read_by_grub disk $path)"
    observed "$path, on xorriso's CD" "not found" "$(read_by_grub by-xorriso $path)"
    observed "$path, on genisoimage's CD" "not found" "$(read_by_grub by-genisoimage $path)"
done
observed "the path itself, on the CD" "text" "$(read_by_grub by-xorriso /folder/../file)"
finish
