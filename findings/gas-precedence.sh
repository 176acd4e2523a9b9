#!/bin/sh
# SPDX-License-Identifier: MIT
# GNU as: constants of a header that C and assembly share.
. "$(dirname "$0")/lib.sh"
packages binutils-x86-64-linux-gnu=2.40-2
expected "the operators of C bind as in C, and a comparison that holds is 1, so that C and assembly get the same value of a #define"
value() {               # value EXPRESSION: as a signed word
    printf '.data\n.long %s\n' "$1" > value.s
    x86_64-linux-gnu-as --32 value.s -o value.o
    x86_64-linux-gnu-objcopy -O binary -j .data value.o value.bin
    od -An -td4 value.bin | tr -d ' '
}
compared() {            # compared EXPRESSION C RECORDED
    observed "$1, which is $2 in C" "$3" "$(value "$1")"
}
compared "1 << 2 + 3" 32 7
compared "1 + 2 << 3" 24 17
compared "2 | 1 + 1" 2 4
compared "2 ^ 1 + 1" 0 4
compared "6 & 3 + 1" 4 3
compared "4096 - 1 & ~4095" 0 4096
compared "1 == 1" 1 -1
compared "1 < 2" 1 -1
compared "(1 == 1) + (2 == 2)" 2 -2
compared "1 && 2" 1 1
compared "-8 >> 1" -4 -4
observed "between two values, '!' is 'or not': 4 ! 1" -2 "$(value '4 ! 1')"
finish
