#!/bin/sh
# SPDX-License-Identifier: MIT
# implantisomd5 and checkisomd5: CDs that hold little.
. "$(dirname "$0")/lib.sh"
packages isomd5sum=1:1.2.3-5+b4 xorriso=1.5.4-4
expected "checkisomd5 passes a CD into which implantisomd5 has just put the sums, of any size"
mkdir tree
cd_of() {               # cd_of KILOBYTES: its bytes, the status of putting the sums in, and that of the check
    yes "a line of the file" | head -c "$1"000 > tree/file
    xorriso -as mkisofs -quiet -R -o cd.iso tree 2> log
    put=$(status_of implantisomd5 cd.iso)
    echo "$(wc -c < cd.iso) bytes, $put $(status_of checkisomd5 cd.iso), $(sed -n 's/.*the result is: *\([A-Z]*\).*/\1/p' status.out)"
}
observed "1,000 KB: status of both, and the result" "1376256 bytes, 0 0, PASS" "$(cd_of 1000)"
observed "400 KB" "776192 bytes, 0 0, PASS" "$(cd_of 400)"
observed "300 KB, less than 21 times 32 KB" "675840 bytes, 0 1, FAIL" "$(cd_of 300)"
observed "20 KB" "395264 bytes, 0 1, FAIL" "$(cd_of 20)"
finish
