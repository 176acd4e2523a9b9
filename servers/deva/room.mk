# SPDX-License-Identifier: MIT
PROGRAMS  += deva
deva_SRC  := $(wildcard servers/deva/*.c servers/deva/*.asm)
deva_LDS  := lib/hurd-mm/program.lds
deva_SELDOM := $(addprefix servers/deva/,block device devmem dma escapes glyphs keyboard master owned ranges scrollback statusline)
deva_LIBS := terminal hurd-mm c hurd-cap l4
deva_CFLAGS := -I.
