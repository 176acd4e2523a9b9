# SPDX-License-Identifier: MIT
LIBRARIES += c
c_SRC := $(wildcard lib/libc-mini/*.c lib/libc-mini/*.asm)
c_CFLAGS := $(DENSE) -fno-tree-loop-distribute-patterns
c_SELDOM := $(addprefix lib/libc-mini/,assert exit hooks number overflow power printf printf_float snprintf stdio strerror time)
