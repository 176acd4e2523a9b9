# SPDX-License-Identifier: MIT
PROGRAMS += sigma0
sigma0_SRC  := $(wildcard servers/sigma0/*.c)
sigma0_LINK := 0x40000
sigma0_LIBS := c l4
