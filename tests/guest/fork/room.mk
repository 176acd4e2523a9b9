# SPDX-License-Identifier: MIT
PROGRAMS       += fork_test
APP_TESTS      += fork_test
fork_test_SRC  := tests/guest/cases/need.c $(wildcard tests/guest/fork/*.c)
fork_test_LDS  := lib/hurd-mm/program.lds
fork_test_LIBS := hurd-mm c hurd-cap l4
fork_test_INIT := swap=ram:4
fork_test_CFLAGS := -I.
