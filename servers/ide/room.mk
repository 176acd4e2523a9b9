# SPDX-License-Identifier: MIT
STORED   += ide
ide_SRC  := $(wildcard servers/ide/*.c servers/ide/*.asm) servers/deva/ports.asm
