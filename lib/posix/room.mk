# SPDX-License-Identifier: MIT
LIBRARIES += posix
posix_SRC := $(wildcard lib/posix/*.c)
posix_CFLAGS := $(DENSE) -I.
