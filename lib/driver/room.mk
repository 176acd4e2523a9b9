# SPDX-License-Identifier: MIT
LIBRARIES += driver
driver_SRC := $(wildcard lib/driver/*.c lib/driver/*.asm)
driver_CFLAGS := $(DENSE)
