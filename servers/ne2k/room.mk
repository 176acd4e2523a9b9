# SPDX-License-Identifier: MIT
STORED   += ne2k
ne2k_SRC := $(wildcard servers/ne2k/*.c)
