# SPDX-License-Identifier: MIT
LIBRARIES += c
c_SRC := $(wildcard lib/libc-mini/*.c lib/libc-mini/*.asm)
c_CFLAGS := -fno-tree-loop-distribute-patterns
