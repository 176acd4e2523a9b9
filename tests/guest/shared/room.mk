# SPDX-License-Identifier: MIT
# For tests/system/wortel.py: physmem with a wortel that asks for no memory controls.
PROGRAMS           += wortel_2005 shared_test
wortel_2005_SRC     := $(wortel_SRC) tests/guest/shared/wortel.c
wortel_2005_LINK    := 0x300000
wortel_2005_LIBS    := start c l4
wortel_2005_CFLAGS  := -I.
wortel_2005_LDFLAGS := --wrap=cap_request
shared_test_SRC     := tests/guest/shared/shared_test.c tests/guest/servers/wortel_test_entry.asm
shared_test_LINK    := 0x400000
shared_test_LIBS    := hurd-cap c l4
shared_test_CFLAGS  := -I.
