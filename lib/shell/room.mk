# SPDX-License-Identifier: MIT
LIBRARIES += shell
shell_SRC := $(wildcard lib/shell/*.c)
shell_CFLAGS := -I.
