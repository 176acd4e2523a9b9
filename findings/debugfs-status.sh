#!/bin/sh
# SPDX-License-Identifier: MIT
# debugfs -R: its exit status when the command could not be done.
. "$(dirname "$0")/lib.sh"
packages e2fsprogs=1.47.0-2+b2
expected "a status other than 0 when the one command that was given fails"
mke2fs -q -F -t ext2 image 8m > /dev/null 2>&1
echo text > file
debugfs -w -R "write file name" image 2> /dev/null > /dev/null
observed "cat of a file that does not exist" 0 "$(status_of debugfs -R 'cat /missing' image)"
observed "write over a name that exists" 0 "$(status_of debugfs -w -R 'write file name' image)"
observed "write without -w" 0 "$(status_of debugfs -R 'write file other' image)"
observed "the file is not there" "" "$(debugfs -R 'cat other' image 2> /dev/null)"
head -c 1000000 /dev/zero > empty
observed "ls in an image that has no file system" 0 "$(status_of debugfs -R 'ls' empty)"
observed "a command that debugfs does not know" 1 "$(status_of debugfs -R 'nonsense' image)"
finish
