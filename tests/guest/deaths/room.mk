# SPDX-License-Identifier: MIT
# For tests/system/robust.py.
PROGRAMS += deaths_test
deaths_test_SRC := $(wildcard tests/guest/deaths/*.c)
deaths_test_LDS := lib/hurd-mm/program.lds
deaths_test_LIBS := hurd-mm c hurd-cap l4
