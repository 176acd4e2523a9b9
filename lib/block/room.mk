# SPDX-License-Identifier: MIT
LIBRARIES += block
block_SRC := $(wildcard lib/block/*.c)
block_CFLAGS := $(DENSE) -I.
