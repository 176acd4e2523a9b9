# SPDX-License-Identifier: MIT
LIBRARIES += hurd-mm
hurd-mm_SRC := $(wildcard lib/hurd-mm/*.c lib/hurd-mm/*.asm)
