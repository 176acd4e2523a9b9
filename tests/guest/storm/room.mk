# SPDX-License-Identifier: MIT
# For tests/system/power.py.
PROGRAMS     += storm
storm_SRC    := $(wildcard tests/guest/storm/*.c)
storm_LDS    := lib/hurd-mm/program.lds
storm_LIBS   := posix file block hurd-mm c hurd-cap l4
storm_CFLAGS := -I.
