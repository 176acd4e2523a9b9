# SPDX-License-Identifier: MIT
LIBRARIES += filecommands
filecommands_SRC := $(wildcard lib/filecommands/*.c)
filecommands_CFLAGS := -I.
