# SPDX-License-Identifier: MIT
PROGRAMS          += physmem_test
APP_TESTS         += physmem_test
physmem_test_SRC  := $(wildcard tests/guest/physmem/*.c)
physmem_test_LDS  := lib/hurd-mm/program.lds
physmem_test_LIBS := hurd-mm c hurd-cap l4
