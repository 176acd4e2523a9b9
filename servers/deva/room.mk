# SPDX-License-Identifier: MIT
PROGRAMS  += deva
deva_SRC  := $(wildcard servers/deva/*.c servers/deva/*.asm) servers/keyboard/keyboard.c servers/screen/vga.c servers/serial/uart.c
deva_LDS  := lib/hurd-mm/program.lds
deva_SELDOM := $(addprefix servers/deva/,block device devmem dma escapes glyphs lease master owned parts ranges scrollback statusline) servers/keyboard/keyboard
deva_LIBS := terminal hurd-mm c hurd-cap l4
deva_CFLAGS := -I.
