# SPDX-License-Identifier: MIT
PROGRAMS    += far
ROOT_TESTS  += far
far_SRC     := tests/guest/far/far_test.c $(wildcard tests/guest/lib/*.c)
far_LINK    := 0x300000
far_LIBS    := c l4
far_LDFLAGS := --section-start=.far=0x2000000
far_CFLAGS  := -Itests/guest/lib -fno-toplevel-reorder
far_CONFIGS := fast 486
