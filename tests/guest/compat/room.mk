# SPDX-License-Identifier: MIT
PROGRAMS   += guest-compat
ROOT_TESTS += guest-compat
guest-compat_SRC     := tests/guest/compat/compat_test.c $(wildcard tests/guest/lib/*.c)
guest-compat_LINK    := 0x300000
guest-compat_LIBS    := c l4
guest-compat_CFLAGS  := -Itests/guest/lib -fno-toplevel-reorder
guest-compat_CONFIGS := fast 486plain pistachio
