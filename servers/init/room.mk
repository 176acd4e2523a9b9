# SPDX-License-Identifier: MIT
ifneq ($(wildcard lib/hurd-mm/room.mk),)
PROGRAMS  += init
init_SRC  := $(wildcard servers/init/*.c)
init_LINK := 0x400000
init_LIBS := hurd-mm c hurd-cap l4
endif
