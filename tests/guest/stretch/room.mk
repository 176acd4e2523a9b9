# SPDX-License-Identifier: MIT
PROGRAMS   += guest-stretch
ROOT_TESTS += guest-stretch
guest-stretch_SRC     := tests/guest/stretch/stretch_test.c $(wildcard tests/guest/lib/*.c)
guest-stretch_LINK    := 0x300000
guest-stretch_LIBS    := c l4
guest-stretch_CFLAGS  := -Itests/guest/lib
guest-stretch_MEM     := 256
guest-stretch_TIMEOUT := 240
guest-stretch_CONFIGS := fast
