# SPDX-License-Identifier: MIT
STORED += keyboard
keyboard_SRC := $(wildcard servers/keyboard/*.c)
