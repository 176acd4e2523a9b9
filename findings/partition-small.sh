#!/bin/sh
# SPDX-License-Identifier: MIT
# The first partition of a small disk image: where do sfdisk, sgdisk, parted and BusyBox begin it by themselves?
. "$(dirname "$0")/lib.sh"
packages parted=3.5-3+deb12u1 libparted2=3.5-3+deb12u1 fdisk=2.38.1-5+deb12u3 gdisk=1.0.9-2.1 \
    busybox-static=1:1.35.0-4+deb12u1+b1
expected "all at 1 MB (sector 2048), as on any disk of today: there is room for a boot loader in front of it, or an error if the image is \
too small"
export LD_LIBRARY_PATH="$work/root/lib/x86_64-linux-gnu:$work/root/usr/lib/x86_64-linux-gnu"
begin() {               # begin SIZE COMMAND...: the first sector of the first partition
    rm -f disk
    truncate -s "$1" disk
    shift
    "$@" > log 2>&1 < script || true        # BusyBox cannot make the kernel read the table of a file
    sfdisk -d disk 2> /dev/null | sed -n 's/^disk1 : start= *\([0-9]*\),.*/\1/p'
}
echo , > script
observed "sfdisk, 1,440 KB" 1 "$(begin 1440K sfdisk disk)"
observed "sfdisk, 4 MB" 1 "$(begin 4M sfdisk disk)"
observed "sfdisk, 5 MB" 2048 "$(begin 5M sfdisk disk)"
observed "sgdisk, 1,440 KB" 2048 "$(begin 1440K sgdisk -n 1:0:0 disk)"
observed "parted from 0%, 4 MB" 1 "$(begin 4M parted -s disk mklabel msdos mkpart primary ext2 0% 100%)"
observed "parted from 0%, 64 MB" 1 "$(begin 64M parted -s disk mklabel msdos mkpart primary ext2 0% 100%)"
observed "what parted says of that" "Warning: The resulting partition is not properly aligned for best performance: 1s % 2048s != 0s" \
    "$(grep Warning log)"
printf '%s\n' n p 1 '' '' w > script
observed "BusyBox's fdisk, 64 MB" 63 "$(begin 64M busybox fdisk disk)"
finish
