#!/bin/sh
# SPDX-License-Identifier: MIT
# QEMU -icount: whose time does the clock chip tell?
. "$(dirname "$0")/lib.sh"
packages $QEMU_PACKAGES
expected "a second of the clock chip is a second of the guest, 1,000,000,000 instructions with shift=0, as it is for the other timers"
echo 'call second
call second
rdtsc
push edx
push eax
call second
rdtsc
pop ebx
pop ecx
sub eax, ebx
sbb edx, ecx
shrd eax, edx, 20
jmp hexa
second: xor al, al      ; waits for the next one
out 0x70, al
in al, 0x71
mov ah, al
same: mov ecx, 1000000   ; looking all the time would take most of the time
a32 loop $
xor al, al
out 0x70, al
in al, 0x71
cmp al, ah
je same
ret' | probe floppy 1474560
millions() {            # instructions from one second to the next, in units of 2^20
    in_qemu -icount shift=0,sleep=off "$@" -drive if=floppy,format=raw,file=floppy
}
observed "with -rtc clock=vm: 953 * 2^20 instructions" 03B9 "$(millions -rtc clock=vm)"
by_host=$(millions)
echo "without: 0x$by_host * 2^20, another number each time"
observed "without it that is as far as the host came in a second of its own" different "$([ "$by_host" = 03B9 ] && echo alike || echo different)"
finish
