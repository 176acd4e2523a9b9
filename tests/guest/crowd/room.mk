# SPDX-License-Identifier: MIT
PROGRAMS   += guest-crowd
ROOT_TESTS += guest-crowd
guest-crowd_SRC     := tests/guest/crowd/crowd_test.c $(wildcard tests/guest/lib/*.c)
guest-crowd_LINK    := 0x300000
guest-crowd_LIBS    := c l4
guest-crowd_CFLAGS  := -Itests/guest/lib -fno-toplevel-reorder
guest-crowd_MEM     := 256
guest-crowd_TIMEOUT := 240
guest-crowd_CONFIGS := fast 486plain
