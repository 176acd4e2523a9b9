# SPDX-License-Identifier: MIT
LIBRARIES += pager
pager_SRC := $(wildcard lib/pager/*.c)
pager_CFLAGS := $(DENSE) -I.
