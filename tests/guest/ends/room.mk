# SPDX-License-Identifier: MIT
PROGRAMS   += guest-ends
ROOT_TESTS += guest-ends
guest-ends_SRC     := $(wildcard tests/guest/ends/*.c) $(wildcard tests/guest/lib/*.c)
guest-ends_LINK    := 0x300000
guest-ends_LIBS    := c l4
guest-ends_CFLAGS  := -Itests/guest/lib -fno-toplevel-reorder
guest-ends_TIMEOUT := 240
guest-ends_CONFIGS := fast plain
