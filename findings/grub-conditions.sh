#!/bin/sh
# SPDX-License-Identifier: MIT
# Conditions in GRUB's scripts: numbers, and commands that GRUB does not have, for example because their module is missing.
. "$(dirname "$0")/lib.sh"
packages grub-emu=2.06-13+deb12u2 grub-common=2.06-13+deb12u2
grub-emu --version > log 2>&1 || cannot "$(tail -n 1 log)"
expected "as in a shell: a command that is not there has failed; numbers are decimal, of 64 bits, and what is no number is an error"
mkdir grub
{
    echo 'echo "<begin>"'
    while IFS= read -r condition; do
        printf 'if %s; then echo "<%s: yes>"; else echo "<%s: no>"; fi\n' "$condition" "$(echo "$condition" | tr -d '"')" \
               "$(echo "$condition" | tr -d '"')"
    done <<'E2'
false
no_such_command
! no_such_command
[ 010 -eq 8 ]
[ 0x10 -eq 16 ]
[ -1 -lt 0 ]
[ 4294967296 -eq 0 ]
[ 2147483648 -gt 0 ]
[ word -eq 0 ]
[ 9x -eq 9 ]
E2
    echo 'function f { return 3; }'
    echo 'f'
    echo 'echo "<status of a function: $?>"'
    echo 'f'
    echo 'no_such_command'
    echo 'echo "<status of a command that is not there: $?>"'
    echo 'exit'
} > grub/grub.cfg
TERM=xterm timeout 60 script -qec "grub-emu -d $work/grub -r host" /dev/null < /dev/null > said 2>&1 || true
tr -d '\r' < said | grep -o '<[^<>]*>' > answers || true
answer() { sed -n "s/^<$1: \(.*\)>/\1/p" answers; }
observed "false" no "$(answer false)"
observed "if no_such_command" yes "$(answer no_such_command)"
observed "if ! no_such_command" yes "$(answer '! no_such_command')"
observed "010 is 8" yes "$(answer '\[ 010 -eq 8 \]')"
observed "0x10 is 16" yes "$(answer '\[ 0x10 -eq 16 \]')"
observed "-1 is less than 0" yes "$(answer '\[ -1 -lt 0 \]')"
observed "4294967296 is 0" yes "$(answer '\[ 4294967296 -eq 0 \]')"
observed "2147483648 is more than 0" no "$(answer '\[ 2147483648 -gt 0 \]')"
observed "a word is 0" yes "$(answer '\[ word -eq 0 \]')"
observed "9x is 9" yes "$(answer '\[ 9x -eq 9 \]')"
observed "status of a function that returns 3" 3 "$(answer 'status of a function')"
observed "status of a command that is not there, behind one that failed" 0 "$(answer 'status of a command that is not there')"
finish
