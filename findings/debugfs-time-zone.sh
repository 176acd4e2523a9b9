#!/bin/sh
# SPDX-License-Identifier: MIT
# debugfs: a file's time, set and shown by people who do not live by UTC.
. "$(dirname "$0")/lib.sh"
packages e2fsprogs=1.47.0-2+b2
expected "a day and an hour that are set are shown again, whatever the time zone, as touch and ls do it"
mkdir tree
echo text > tree/file
export E2FSPROGS_FAKE_TIME=1750000000
mke2fs -q -F -t ext2 -d tree image 1M > log 2>&1
now() {                 # now ZONE COMMAND...: what stat shows of the file's time of change then
    zone=$1
    shift
    TZ=$zone debugfs -w -R "$*" image > log 2>&1
    TZ=$zone debugfs -R "stat file" image 2> log | sed -n 's/ *mtime: \(0x[0-9a-f]*\).* -- \(.*\)/\1 \2/p'
}
observed "UTC: set to 3 o'clock" "0x695735a5 Fri Jan  2 03:04:05 2026" "$(now UTC0 set_inode_field file mtime 20260102030405)"
observed "nine hours east of it" "0x695735a5 Fri Jan  2 12:04:05 2026" "$(now JST-9 set_inode_field file mtime 20260102030405)"
observed "eight hours west of it: the day before" "0x695735a5 Thu Jan  1 19:04:05 2026" \
    "$(now PST8 set_inode_field file mtime 20260102030405)"
touch_() { TZ=$1 touch -t 202601020304.05 file && TZ=$1 stat -c %y file | cut -c 1-19; }
observed "touch and stat there" "2026-01-02 03:04:05" "$(touch_ PST8)"
TZ=PST8 debugfs -R "ls -l" image 2> log > list
observed "ls -l of debugfs: by the zone, too" " 1-Jan-2026 19:04" "$(sed -n 's/.* \( [0-9]*-[A-Z][a-z]*-[0-9]* [0-9:]*\) file.*/\1/p' list)"
TZ=PST8 dumpe2fs -h image 2> log > super
observed "dumpe2fs: the file system's beginning, 15:06:40 of UTC" "Sun Jun 15 07:06:40 2025" "$(sed -n 's/^Filesystem created: *//p' super)"
finish
