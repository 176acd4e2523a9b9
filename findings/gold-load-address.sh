#!/bin/sh
# SPDX-License-Identifier: MIT
# gold and a kernel's linker script: the load addresses of what follows a section with AT().
. "$(dirname "$0")/lib.sh"
packages binutils-i686-linux-gnu=2.40-2
expected "as GNU ld's manual says: the distance between address and load address goes on for the sections behind; and the headers stay \
out of a script's memory, unless it asks for them"
export LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu"
cat > a.s <<'E2'
.globl _start
.text
_start: hlt
.data
.long 1
.bss
.skip 16
E2
cat > script.lds <<'E2'
ENTRY(_start)
SECTIONS {
    . = 0xC0100000;
    .text : AT(0x100000) { *(.text) }
    . = ALIGN(4096);
    .data : { *(.data) }
    .bss : { *(.bss) }
}
E2
i686-linux-gnu-as -o a.o a.s
segments() { i686-linux-gnu-readelf -lW "$1" | awk '$1 == "LOAD" { printf "%s%s>%s", s, $3, $4; s = " " }'; }
i686-linux-gnu-ld.bfd -T script.lds -o bfd a.o 2> log
observed "GNU ld: addresses and load addresses" "0xc0100000>0x00100000 0xc0101000>0x00101000" "$(segments bfd)"
i686-linux-gnu-objcopy -O binary bfd bfd.bin
observed "bytes from its first to its last load address" 4100 "$(wc -c < bfd.bin)"
observed "gold: status, without a warning" "0 " "$(status_of i686-linux-gnu-ld.gold -T script.lds -o gold a.o) $(cat status.out)"
observed "gold: the headers are loaded below 1 MB, over the BIOS; the data at 3 GB" \
    "0xc00ff000>0x000ff000 0xc0100000>0x00100000 0xc0101000>0xc0101000" "$(segments gold)"
sed 's/\(\.data\|\.bss\) :/\1 : AT(ADDR(\1) - 0xC0000000)/' script.lds > each.lds
i686-linux-gnu-ld.gold -T each.lds -o gold2 a.o
observed "gold with AT() for each section" "0xc00ff000>0x000ff000 0xc0100000>0x00100000 0xc0101000>0x00101000" "$(segments gold2)"
i686-linux-gnu-ld.gold -n -T each.lds -o gold3 a.o
observed "the same with -n: no headers" "0xc0100000>0x00100000 0xc0101000>0x00101000" "$(segments gold3)"
finish
