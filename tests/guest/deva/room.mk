# SPDX-License-Identifier: MIT
PROGRAMS       += deva_test
APP_TESTS      += deva_test
deva_test_SRC  := tests/guest/deva/deva_test.c
deva_test_LDS  := lib/hurd-mm/program.lds
deva_test_LIBS := hurd-mm c hurd-cap l4
