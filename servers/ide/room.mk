# SPDX-License-Identifier: MIT
DRIVERS  += ide
ide_SRC  := $(wildcard servers/ide/*.c servers/ide/*.asm) servers/deva/ports.asm
