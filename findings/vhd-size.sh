#!/bin/sh
# SPDX-License-Identifier: MIT
# A disk's image as VHD (QEMU calls it vpc), for other machines' programs: its size, and what comes back.
. "$(dirname "$0")/lib.sh"
packages "qemu-utils=1:7.2+dfsg-7+deb12u18+b3" bximage=2.7+dfsg-4+deb12u1 libvhdi-utils=20210425-1+b2 libvhdi1=20210425-1+b2 \
    libbfio1=20170123-6 fdisk=2.38.1-5+deb12u3 util-linux=2.38.1-5+deb12u3
export LD_LIBRARY_PATH=$work/root/usr/lib/x86_64-linux-gnu
expected "whatever holds sectors in any number holds these: there and back, an image is what it was, as in QCOW2, VDI and VMDK"
back() {                # back FORMAT [OPTIONS]: of the image disk
    qemu-img convert -f raw -O "$@" disk copy
    qemu-img convert -f "$1" -O raw copy again
    cmp -s disk again && echo "the same" ||
        echo "$(wc -c < again) bytes; $(cmp -s -n "$(wc -c < disk)" disk again && echo the beginning is the same)"
}
truncate -s 32M disk
printf '%s\n' 'label: gpt' 'start=2048' | sfdisk -q disk
for format in qcow2 vdi vmdk; do
    observed "32 MB, qemu-img, $format" "the same" "$(back $format)"
done
observed "32 MB, qemu-img, vpc" "33562624 bytes; the beginning is the same" "$(back vpc)"
observed "what libvhdi says" "33562624 bytes" "$(vhdiinfo copy | sed -n 's/.*Media size.*(\(.*\))/\1/p')"
observed "sfdisk: the GPT's copy is not at the end any more" 1 "$(sfdisk -l again 2>&1 | grep -c 'backup GPT table is not on the end')"
observed "with force_size=on" "the same" "$(back vpc -o force_size=on)"
rm -f copy
observed "bximage's: status" 1 "$(status_of bximage -q -func=convert -imgmode=vpc disk copy)"
observed "its size in it: 33554432 were needed" 33546240 \
    "$(qemu-img info --output=json -f vpc copy | sed -n 's/.*"virtual-size": \([0-9]*\),/\1/p')"
truncate -s 0 disk
truncate -s 1440K disk
observed "a floppy of 1,474,560 bytes, qemu-img, vpc" "1497088 bytes; the beginning is the same" "$(back vpc)"
finish
