# SPDX-License-Identifier: MIT
PROGRAMS += earlier
earlier_SRC := $(wildcard tests/guest/earlier/*.c tests/guest/earlier/*.asm) boot/bytes.c boot/options.c
earlier_LDS := tests/guest/earlier/earlier.lds
earlier_CFLAGS := -I.
