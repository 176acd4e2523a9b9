# SPDX-License-Identifier: MIT
PROGRAMS          += pageout_test
APP_TESTS         += pageout_test
pageout_test_SRC  := tests/guest/cases/need.c $(wildcard tests/guest/pageout/*.c)
pageout_test_LDS  := lib/hurd-mm/program.lds
pageout_test_LIBS := hurd-mm c hurd-cap l4
pageout_test_INIT := swap=ram:4
pageout_test_CFLAGS := -I.
