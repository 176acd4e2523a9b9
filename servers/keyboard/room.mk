# SPDX-License-Identifier: MIT
# Two drivers: the archive has no program `serial` (its rule says image=keyboard).
STORED += keyboard
keyboard_SRC := $(wildcard servers/keyboard/*.c servers/serial/*.c)
