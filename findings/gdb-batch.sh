#!/bin/sh
# SPDX-License-Identifier: MIT
# gdb -batch: which mistakes of a script its exit status tells.
. "$(dirname "$0")/lib.sh"
packages gdb=13.1-3
expected "a status other than 0 whenever a command fails or a command file is missing"
GDB="gdb -nx -batch"
echo 'print no_such_symbol' > bad.gdb
observed "a command that fails" 1 "$(status_of $GDB -ex 'print no_such_symbol')"
observed "a command that fails, then one that works" 0 "$(status_of $GDB -ex 'print no_such_symbol' -ex 'print 1')"
observed "a file with a mistake" 1 "$(status_of $GDB -x bad.gdb)"
observed "a file with a mistake, then a command that works" 0 "$(status_of $GDB -x bad.gdb -ex 'print 1')"
observed "a file that does not exist" 0 "$(status_of $GDB -x missing.gdb)"
observed "a program that does not exist" 1 "$(status_of $GDB missing.elf)"
observed "a program that does not exist, then a command that works" 0 "$(status_of $GDB missing.elf -ex 'print 1')"
observed "commands from a pipe, one of them wrong" 0 "$(printf 'print no_such_symbol\n' | $GDB > /dev/null 2>&1; echo $?)"
observed "quit 256" 0 "$(status_of $GDB -ex 'quit 256')"
finish
