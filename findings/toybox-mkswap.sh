#!/bin/sh
# SPDX-License-Identifier: MIT
# mkswap -L of Toybox, BusyBox and util-linux: the UUID that it says, for people who copy it from there.
. "$(dirname "$0")/lib.sh"
packages toybox=0.8.9+dfsg-1 "busybox-static=1:1.35.0-4+deb12u1+b1" util-linux=2.38.1-5+deb12u3
expected "the UUID that mkswap prints is the one that it has written, with or without a label"
told() {                # told LABEL PROGRAM...: how many of the 32 digits of the UUID on the disk it said, and the others as characters
    label=$1
    shift
    rm -f disk
    truncate -s 1M disk
    "$@" ${label:+-L "$label"} disk 2>&1 | sed -n 's/.*UUID=//p' | tr -d - > said
    blkid -p -s UUID -o value disk | tr -d - > written
    blkid -p -s LABEL -o value disk > label || true
    [ "$(cat label)" = "$label" ] || echo "the label is $(cat label)"
    python3 -c '
said, written = (bytes.fromhex(open(name).read()) for name in ("said", "written"))
wrong = [i for i in range(16) if said[i] != written[i]]
print("the same" if not wrong else
      "the last %d of 16 bytes; before them stands %s" % (15 - wrong[-1], ascii(said[:wrong[-1] + 1].decode())))'
}
observed "toybox without a label" "the same" "$(told '' toybox mkswap)"
observed "toybox, a label of three characters" "the same" "$(told abc toybox mkswap)"
observed "toybox, ten: the rest of the label, and its zero" "the last 9 of 16 bytes; before them stands 'efghij\\x00'" \
    "$(told abcdefghij toybox mkswap)"
observed "BusyBox, ten" "the same" "$(told abcdefghij busybox mkswap)"
observed "util-linux, ten" "the same" "$(told abcdefghij mkswap)"
finish
