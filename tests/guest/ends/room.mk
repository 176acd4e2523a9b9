# SPDX-License-Identifier: MIT
PROGRAMS   += guest-ends guest-last
ROOT_TESTS += guest-ends guest-last
guest-ends_SRC     := $(filter-out %/last_test.c,$(wildcard tests/guest/ends/*.c)) $(wildcard tests/guest/lib/*.c)
guest-ends_LINK    := 0x300000
guest-ends_LIBS    := c l4
guest-ends_CFLAGS  := -Itests/guest/lib -fno-toplevel-reorder
guest-ends_TIMEOUT := 240
guest-ends_CONFIGS := fast plain
guest-last_SRC     := tests/guest/ends/last_test.c
guest-last_LINK    := 0x300000
guest-last_LIBS    := c l4
guest-last_CONFIGS := fast plain 486plain
