# SPDX-License-Identifier: MIT
# In place of the demo, with a swap server on a RAM disk that takes a little time.
PROGRAMS            += deaths_test
APP_TESTS           += deaths_test
deaths_test_SRC     := $(wildcard tests/guest/deaths/*.c)
deaths_test_LDS     := lib/hurd-mm/program.lds
deaths_test_LIBS    := hurd-mm c hurd-cap l4
deaths_test_INIT    := swap=ram:4:20:2
deaths_test_TIMEOUT := 300
deaths_test_CONFIGS := fast
