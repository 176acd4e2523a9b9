#!/bin/sh
# SPDX-License-Identifier: MIT
# mcopy -m of files that are older than FAT: those of builds whose clock says 1970, to be the same each time.
. "$(dirname "$0")/lib.sh"
packages mtools=4.0.33-1+really4.0.32-1 dosfstools=4.2-1
expected "FAT's first day, 1 January 1980, for all times before it"
export TZ=UTC
mformat -C -i image -f 1440 ::
time_of() { MTOOLS_DATE_STRING=yyyy-mm-dd mdir -i image "::$1" < /dev/null | awk -v name="$1" '$1 == name { print $(NF - 1), $NF }'; }
copy() {                # copy NAME TIME
    : > "$1"
    touch -d "$2" "$1"
    mcopy -m -i image "$1" :: < /dev/null
}
copy epoch @0
observed "a file of 1 January 1970" "2098-01-01 0:00" "$(time_of epoch)"
copy before "1979-12-31 23:59:58"
observed "a file of the last second before FAT" "2107-12-31 23:59" "$(time_of before)"
copy last "2107-12-31 23:59:58"
observed "a file of FAT's last day" "2107-12-31 23:59" "$(time_of last)"
copy behind "2108-01-01 00:00:00"
observed "a file of the day behind it" "1980-01-01 0:00" "$(time_of behind)"
: > new
SOURCE_DATE_EPOCH=0 mcopy -i image new :: < /dev/null
observed "any file, with SOURCE_DATE_EPOCH=0" "2098-01-01 0:00" "$(time_of new)"
observed "fsck.fat -n: status" 0 "$(status_of fsck.fat -n image)"
finish
