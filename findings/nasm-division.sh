#!/bin/sh
# SPDX-License-Identifier: MIT
# NASM: the sign of constants in divisions and shifts.
. "$(dirname "$0")/lib.sh"
packages nasm=2.16.01-1
expected "a language that has -8 and compares it as less than 1 divides and shifts it with its sign, as C does"
is() { printf '%%if %s\n db "yes"\n%%else\n db "no"\n%%endif\n' "$1" > a.asm; nasm -f bin a.asm -o a.out 2> /dev/null && cat a.out; }
observed "-8 < 1" yes "$(is '-8 < 1')"
observed "-8 / 2 == -4" no "$(is '-8 / 2 == -4')"
observed "-8 / 2 == 0x7FFFFFFFFFFFFFFC" yes "$(is '-8 / 2 == 0x7FFFFFFFFFFFFFFC')"
observed "-8 // 2 == -4" yes "$(is '-8 // 2 == -4')"
observed "-8 >> 1 == -4" no "$(is '-8 >> 1 == -4')"
observed "-8 >>> 1 == -4" yes "$(is '-8 >>> 1 == -4')"
observed "-7 % 4 == -3" no "$(is '-7 % 4 == -3')"
echo 'dd -7 / 2' > a.asm
observed "status of dd -7 / 2" 0 "$(status_of nasm -f bin a.asm -o a.out)"
observed "its bytes: neither -3 nor the number above" "fcffffff" "$(od -An -tx1 a.out | tr -d ' ')"
finish
