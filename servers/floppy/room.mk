# SPDX-License-Identifier: MIT
STORED     += floppy
floppy_SRC := $(wildcard servers/floppy/*.c)
