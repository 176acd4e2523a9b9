#!/bin/sh
# SPDX-License-Identifier: MIT
# disktype: how large a swap area is, and of which version.
. "$(dirname "$0")/lib.sh"
packages disktype=9-12 file=1:5.44-3 libmagic1=1:5.44-3 libmagic-mgc=1:5.44-3 util-linux=2.38.1-5+deb12u3
expected "as mkswap says: version 1, and all pages but the first, which holds the header; pages of any size that mkswap makes"
area() {                # area PAGE: a swap area of 8 MB, and what two programs say of it
    rm -f disk
    truncate -s 8M disk
    echo "$(mkswap -p "$1" disk 2> /dev/null | sed -n 's/.*space \(.*\), size = .*(\(.*\) bytes)/mkswap: \1, \2/p');" \
        "disktype: $(disktype disk | sed -n 's/^Linux swap, \([^,]*\), .*/\1/p; s/.*(\([0-9]*\) bytes.*pages.*/\1/p' | paste -sd ,)"
}
observed "pages of 4 KB" "mkswap: version 1, 8384512; disktype: version 2,8380416" "$(area 4096)"
observed "pages of 8 KB" "mkswap: version 1, 8380416; disktype: version 2,8372224" "$(area 8192)"
observed "pages of 16 KB" "mkswap: version 1, 8372224; disktype: " "$(area 16384)"
observed "blkid, pages of 16 KB" "swap 1" "$(blkid -p -o value -s TYPE -s VERSION disk | sort -r | paste -sd ' ')"
observed "file, pages of 16 KB" "16k page size, version 1, size 511 pages" \
    "$(MAGIC=root/usr/lib/file/magic.mgc file disk |
        sed -n 's/.*file, \(.*size\), little endian, \(version 1, size [0-9]* pages\),.*/\1, \2/p')"
finish
