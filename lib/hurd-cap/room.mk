# SPDX-License-Identifier: MIT
LIBRARIES += hurd-cap
hurd-cap_SRC := $(wildcard lib/hurd-cap/*.c)
