# SPDX-License-Identifier: MIT
LIBRARIES += swap
swap_SRC := $(wildcard lib/swap/*.c)
swap_CFLAGS := -I.
