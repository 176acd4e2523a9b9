# SPDX-License-Identifier: MIT
# For tests/system/robust.py.
PROGRAMS += chatter_test
chatter_test_SRC := $(wildcard tests/guest/chatter/*.c)
chatter_test_LDS := lib/hurd-mm/program.lds
chatter_test_LIBS := hurd-mm c hurd-cap l4
chatter_test_CFLAGS := -I.
