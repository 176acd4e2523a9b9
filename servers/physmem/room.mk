# SPDX-License-Identifier: MIT
PROGRAMS += physmem
physmem_SRC  := $(wildcard servers/physmem/*.c)
physmem_LINK := 0x400000
physmem_LIBS := swap hurd-cap c l4
physmem_CFLAGS := -I. $(DENSE)
