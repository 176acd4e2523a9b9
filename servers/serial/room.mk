# SPDX-License-Identifier: MIT
STORED += serial
serial_SRC := $(wildcard servers/serial/*.c)
