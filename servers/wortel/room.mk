# SPDX-License-Identifier: MIT
PROGRAMS    += wortel
wortel_SRC  := $(wildcard servers/wortel/*.c servers/wortel/*.asm)
wortel_LINK := 0x300000
wortel_LIBS := start c l4
