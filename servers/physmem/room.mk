# SPDX-License-Identifier: MIT
PROGRAMS += physmem
physmem_SRC  := $(wildcard servers/physmem/*.c)
physmem_LINK := 0x400000
physmem_LIBS := hurd-cap c l4
