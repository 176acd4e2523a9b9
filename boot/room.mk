# SPDX-License-Identifier: MIT
PROGRAMS += loader
loader_SRC := $(wildcard boot/*.c boot/*.asm)
loader_LDS := boot/loader.lds
