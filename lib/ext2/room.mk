# SPDX-License-Identifier: MIT
LIBRARIES += ext2
ext2_SRC := $(wildcard lib/ext2/*.c)
ext2_CFLAGS := $(DENSE) -I.
