#!/bin/sh
# SPDX-License-Identifier: MIT
# mcopy of a name in lower case that fits 8.3: what the directory holds.
. "$(dirname "$0")/lib.sh"
packages mtools=4.0.33-1+really4.0.32-1 dosfstools=4.2-1
expected "a long name beside HELLO.TXT, as case cannot be kept otherwise in an entry of 11 capital letters"
mformat -C -i image -f 1440 ::
echo text > hello.txt
echo text > Mixed.txt
mcopy -i image hello.txt ::
entry() { dd if=image bs=32 skip=$((19 * 16 + $1)) count=1 2> /dev/null; }      # of the root directory
byte() { entry "$1" | tail -c +$(($2 + 1)) | head -c 1 | od -An -tx1 | tr -d ' '; }
observed "the first entry's name" "HELLO   TXT" "$(entry 0 | head -c 11)"
observed "its attributes (0f would be a part of a long name)" 20 "$(byte 0 11)"
observed "its byte 12, which FAT leaves to others: both parts in lower case" 18 "$(byte 0 12)"
observed "entries behind it" 00 "$(byte 1 0)"
mcopy -i image Mixed.txt ::
observed "attributes of the next entry, for Mixed.txt" 0f "$(byte 1 11)"
observed "mcopy of HELLO.TXT, too: status" 1 "$(cp hello.txt HELLO.TXT; status_of mcopy -i image HELLO.TXT ::)"
finish
