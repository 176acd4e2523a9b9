# SPDX-License-Identifier: MIT
ifneq ($(wildcard lib/hurd-mm/room.mk),)
PROGRAMS  += deva
deva_SRC  := $(wildcard servers/deva/*.c servers/deva/*.asm)
deva_LINK := 0x400000
deva_LIBS := hurd-mm c hurd-cap l4
endif
