# SPDX-License-Identifier: MIT
# For tests/system/robust.py.
PROGRAMS     += soak
soak_SRC     := $(wildcard tests/guest/soak/*.c)
soak_LDS     := lib/hurd-mm/program.lds
soak_LIBS    := hurd-mm c hurd-cap l4
soak_CFLAGS  := -I.
