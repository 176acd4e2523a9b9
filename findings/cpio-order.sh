#!/bin/sh
# SPDX-License-Identifier: MIT
# Archives in cpio's format newc by five programs: the order of their members, and which name of a file with two has the data.
. "$(dirname "$0")/lib.sh"
packages cpio=2.13+dfsg-7.1 libarchive-tools=3.6.2-1+deb12u5 libarchive13=3.6.2-1+deb12u5 toybox=0.8.9+dfsg-1 \
    busybox-static=1:1.35.0-4+deb12u1+b1 pax=1:20201030-1
expected "each writes the members in the order in which it gets their names, as someone wants who puts first what is needed first; \
all treat the names of one file alike"
export LD_LIBRARY_PATH=$work/root/usr/lib/x86_64-linux-gnu
mkdir tree
echo data > tree/one
ln tree/one tree/two
echo data > tree/other
printf 'tree\ntree/one\ntree/other\ntree/two\n' > names
cat > members.py <<'E2'
import sys
archive, at = open(sys.argv[1], "rb").read(), 0
while True:
    fields = [int(archive[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in range(13)]
    name = archive[at + 110 : at + 110 + fields[11] - 1].decode()
    if name == "TRAILER!!!":
        break
    print(name.split("/")[-1], fields[6], end=" ")
    at = at + 110 + fields[11] + 3 & ~3
    at = at + fields[6] + 3 & ~3
E2
members() { "$@" < names > archive 2> log && python3 members.py archive | sed 's/ $//'; }
observed "GNU cpio, names and sizes: one waits until its last name has come" "tree 0 other 5 one 0 two 5" "$(members cpio -o -H newc)"
observed "bsdcpio, the same" "tree 0 other 5 one 0 two 5" "$(members bsdcpio -o -H newc)"
observed "BusyBox: the names of one file come last, and the last is first" "tree 0 other 5 two 0 one 5" "$(members busybox cpio -o -H newc)"
observed "toybox: each name with the data" "tree 0 one 5 other 5 two 5" "$(members toybox cpio -o -H newc)"
observed "pax -x sv4cpio -d, as toybox" "tree 0 one 5 other 5 two 5" "$(members pax -w -d -x sv4cpio)"
finish
