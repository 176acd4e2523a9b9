# SPDX-License-Identifier: MIT
LIBRARIES += file
file_SRC := $(wildcard lib/file/*.c)
file_CFLAGS := $(DENSE) -I.
