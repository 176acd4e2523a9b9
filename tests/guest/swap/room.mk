# SPDX-License-Identifier: MIT
# The requests about swap, in place of the demo, with the swap server on a RAM disk that is a little slow.
PROGRAMS          += swap_test
APP_TESTS         += swap_test
swap_test_SRC     := tests/guest/physmem/suite.c tests/guest/physmem/friend.c $(addprefix tests/guest/swap/,pages.c errors.c)
swap_test_LDS     := lib/hurd-mm/program.lds
swap_test_LIBS    := hurd-mm c hurd-cap l4
swap_test_CFLAGS  := -I. -DGROUPS=swap_tests,swap_errors
swap_test_INIT    := swap=ram:4:500:20
# For tests/system/swap.py: in init's place, as its own swap server.
PROGRAMS                += swap_server_test
swap_server_test_SRC    := tests/guest/physmem/suite.c tests/guest/physmem/friend.c $(addprefix tests/guest/swap/,pages.c server.c)
swap_server_test_LDS    := lib/hurd-mm/program.lds
swap_server_test_LIBS   := hurd-mm c hurd-cap l4
swap_server_test_CFLAGS := -I. -DGROUPS=swap_server_tests
# For the same: the swap server as it would be if it were bad at living.
PROGRAMS               += mortal/swapper
mortal/swapper_SRC     := $(swapper_SRC) tests/guest/swap/mortal.c
mortal/swapper_LDS     := lib/hurd-mm/program.lds
mortal/swapper_LIBS    := block hurd-mm c hurd-cap l4
mortal/swapper_CFLAGS  := -I.
mortal/swapper_LDFLAGS := $(addprefix --wrap=,hurd_pm_swap_attach hurd_pm_swap_wait hurd_block_read hurd_block_write)
