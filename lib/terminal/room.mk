# SPDX-License-Identifier: MIT
LIBRARIES += terminal
terminal_SRC := $(wildcard lib/terminal/*.c)
