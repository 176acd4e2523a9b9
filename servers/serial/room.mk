# SPDX-License-Identifier: MIT
# Beside the keyboard's driver in one program: each program carries its libraries, and there are machines with 8 MB.
serial_SRC := $(wildcard servers/keyboard/*.c servers/serial/*.c)
