#!/bin/sh
# SPDX-License-Identifier: MIT
# What iPXE tells a multiboot kernel of its modules.
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES ipxe-qemu=1.0.0+git-20190125.36a4c85-5.1
expected "all modules, or an error; the names as they stand in the script"
multiboot_kernel kernel <<'E2'
mov al, [ebx + 20]      ; how many
add al, '0'
out 0xE9, al
mov edi, [ebx + 24]     ; the first one's line
mov esi, [edi + 8]
more: lodsb
out 0xE9, al
test al, al
jnz more
ret
E2
mkdir tftp
cp kernel tftp
script() {              # script COUNT: with so many modules
    printf '%s\n' '#!ipxe' 'kernel kernel' > tftp/script.ipxe
    for i in $(seq "$1"); do
        echo "file $i" > "tftp/m$i"
        echo "module m$i --flag" >> tftp/script.ipxe
    done
    echo boot >> tftp/script.ipxe
}
said() { tr -d '\r\n\0' | sed -n 's/.*<\(.*\)>.*/\1/p'; }
from_net() {
    in_qemu -L root/usr/lib/ipxe/qemu -netdev user,id=n,tftp=tftp,bootfile=script.ipxe -device rtl8139,netdev=n -boot n
}
script 8
observed "eight modules" '8tftp://10.0.2.2/m1 --flag' "$(from_net)"
script 9
observed "nine modules, without an error" '8tftp://10.0.2.2/m1 --flag' "$(from_net)"
finish
