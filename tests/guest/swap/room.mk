# SPDX-License-Identifier: MIT
# The requests about swap, in place of the demo, with the swap server on a RAM disk that is a little slow.
PROGRAMS          += swap_test
APP_TESTS         += swap_test
swap_test_SRC     := tests/guest/physmem/suite.c tests/guest/physmem/friend.c $(wildcard tests/guest/swap/*.c)
swap_test_LDS     := lib/hurd-mm/program.lds
swap_test_LIBS    := hurd-mm c hurd-cap l4
swap_test_CFLAGS  := -I. -DGROUPS=swap_tests,swap_errors
swap_test_INIT    := swap=ram:4:500:20
