# SPDX-License-Identifier: MIT
PROGRAMS   += guest-kernel
ROOT_TESTS += guest-kernel
guest-kernel_SRC     := $(wildcard tests/guest/kernel/*.c tests/guest/kernel/*.asm tests/guest/lib/*.c)
guest-kernel_LINK    := 0x300000
guest-kernel_LIBS    := c l4
guest-kernel_CFLAGS  := -Itests/guest/lib -fno-toplevel-reorder
guest-kernel_TIMEOUT := 240
guest-kernel_CONFIGS := fast plain 486 486plain bochs
