# SPDX-License-Identifier: MIT
# For tests/system/text.py.
PROGRAMS     += large
large_SRC    := $(wildcard tests/guest/text/*.c tests/guest/text/*.asm)
large_LDS    := lib/hurd-mm/program.lds
large_LIBS   := posix file block hurd-mm c hurd-cap l4
large_CFLAGS := -I.
