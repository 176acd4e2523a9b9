#!/bin/sh
# SPDX-License-Identifier: MIT
# bximage -func=resize: a disk image that gets larger, with and without a second file name.
. "$(dirname "$0")/lib.sh"
packages bximage=2.7+dfsg-4+deb12u1 "qemu-utils=1:7.2+dfsg-7+deb12u18+b3"
expected "the image keeps its contents; without a second name, as in the tool's menu, the result takes the place of the old image; sizes of \
'create' and 'resize' mean the same"
image() { bximage -q "$@" < /dev/null > log 2>&1; }
image -func=create -hd=10M -imgmode=flat disk
observed "bytes of a disk that was created with 10M: whole cylinders" 10321920 "$(wc -c < disk)"
yes "a sector of the disk" | head -c 10321920 > disk
cp disk kept
observed "resize to 20M with a second name: status" 0 "$(image -func=resize -hd=20M disk other && echo 0 || echo $?)"
observed "bytes: no whole cylinders" 20971520 "$(wc -c < other)"
observed "what was there is the same" yes "$(head -c 10321920 other | cmp -s - kept && echo yes)"
observed "resize to 20M without one: status" 0 "$(image -func=resize -hd=20M disk && echo 0 || echo $?)"
observed "bytes" 20971520 "$(wc -c < disk)"
observed "bytes of it that are not zero" 0 "$(tr -d '\0' < disk | wc -c)"
cp kept disk
observed "the same with -b: status" 0 "$(image -b -func=resize -hd=20M disk && echo 0 || echo $?)"
observed "bytes that are not zero" 0 "$(tr -d '\0' < disk | wc -c)"
observed "the backup is the old image" yes "$(cmp -s disk.orig kept && echo yes)"
cp kept disk
observed "conversion to 'growing' without a second name: status" 0 "$(image -func=convert -imgmode=growing disk && echo 0 || echo $?)"
observed "qemu-img compare with the old image: status (1: they differ)" 1 "$(status_of qemu-img compare -f raw -F bochs kept disk)"
observed "the same with a second name: status" 0 "$(image -func=convert -imgmode=growing kept other2 && status_of qemu-img compare -f raw -F bochs kept other2)"
finish
