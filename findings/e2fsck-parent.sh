#!/bin/sh
# SPDX-License-Identifier: MIT
# e2fsck -p: a directory on its way from one parent to another.
. "$(dirname "$0")/lib.sh"
packages e2fsprogs=1.47.0-2+b2
expected "the name of a directory says what its parent is, so a wrong '..' is corrected without a question, as a link count is"
make_image() {          # directories a, b and a/d, and in need of a check; then what the arguments say
    rm -f image
    mke2fs -q -F -t ext2 image 8m > /dev/null 2>&1
    for command in "mkdir a" "mkdir b" "mkdir a/d" "ssv state 0" "$@"; do
        debugfs -w -R "$command" image > /dev/null 2>&1
    done
}
make_image
observed "d in a: status of -p" 1 "$(status_of e2fsck -p image)"
make_image "sif a links_count 7"
observed "a with a wrong link count: status of -p" 1 "$(status_of e2fsck -p image)"
make_image "link a/d b/d"
observed "d in a and in b: status of -p" 4 "$(status_of e2fsck -p image)"
make_image "unlink a/d"
observed "d in neither of them: status of -p" 4 "$(status_of e2fsck -p image)"
make_image "link a/d b/d" "unlink a/d"
observed "d in b, and a in its '..': status of -p" 4 "$(status_of e2fsck -p image)"
observed "lines that name '..'" 1 "$(grep -c "'\.\.' in" status.out)"
finish
