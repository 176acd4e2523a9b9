#!/bin/sh
# SPDX-License-Identifier: MIT
# nbdkit's plugins linuxdisk and floppy: the disks that they make of a folder.
. "$(dirname "$0")/lib.sh"
packages nbdkit=1.32.5-1 "qemu-utils=1:7.2+dfsg-7+deb12u18+b3" fdisk=2.38.1-5+deb12u3 e2fsprogs=1.47.0-2+b2 \
    mtools=4.0.33-1+really4.0.32-1 dosfstools=4.2-1 grub-common=2.06-13+deb12u2
expected "linuxdisk: a GPT with a partition of the kind 'Linux file system', 0FC63DAF-8483-4772-8E79-3D69D8477DE4; floppy: an image of 1,440 \
KB, or at least one that mtools reads"
plugins=$work/root/usr/lib/x86_64-linux-gnu/nbdkit/plugins
mkdir -p folder/inner
echo text > folder/file
disk() {                # disk PLUGIN: an image "disk" of the folder
    rm -f disk
    # shellcheck disable=SC2016
    nbdkit -U - "$plugins/nbdkit-$1-plugin.so" folder --run 'qemu-img convert -f raw -O raw "$uri" disk' > log 2>&1 || cannot "$(tail -n 1 log)"
}
disk linuxdisk
kind=$(sfdisk -d disk 2> log | sed -n 's/.*type=\([-0-9A-F]*\).*/\1/p')
observed "linuxdisk: the partition's kind" 36434630-4433-4641-2D38-3438332D3437 "$kind"
observed "its 16 bytes, in the order of the disk, are the beginning of a text" 0FC63DAF-8483-47 "$(tail -c +1025 disk | head -c 16)"
observed "the file system in it" 0 "$(status_of e2fsck -fn 'disk?offset=1048576')"
disk floppy
observed "floppy: bytes" 1146880 "$(wc -c < disk)"
observed "it is a disk with a partition table" "start= 2048, size= 192, type=c" "$(sfdisk -d disk 2> log | sed -n 's/^disk1 : //p' | tr -s ' ')"
tail -c +1048577 disk > partition
observed "fsck.fat" "but has only 3 clusters, less than the required minimum of 65525." "$(fsck.fat -n partition 2>&1 | sed -n 's/^ *\(but.*\)/\1/p')"
observed "mdir" "The devil is in the details: zero number of heads or sectors" "$(mdir -i partition :: 2>&1 | head -n 1)"
observed "its status" 1 "$(status_of mdir -i partition ::)"
observed "GRUB reads it" "inner/ file" "$(grub-fstest disk ls '(loop0,msdos1)/' | sed 's/ $//')"
finish
