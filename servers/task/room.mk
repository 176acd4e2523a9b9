# SPDX-License-Identifier: MIT
PROGRAMS  += task
task_SRC  := $(wildcard servers/task/*.c servers/task/*.asm)
task_LINK := 0x400000
task_LIBS := start hurd-cap c l4
