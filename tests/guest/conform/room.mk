# SPDX-License-Identifier: MIT
# In place of the demo: what programs of POSIX's conformance suites take for granted.
PROGRAMS             += conform_test
APP_TESTS            += conform_test
conform_test_SRC     := tests/guest/deva/suite.c $(wildcard tests/guest/conform/*.c)
conform_test_LDS     := lib/hurd-mm/program.lds
conform_test_LIBS    := posix file block hurd-mm c hurd-cap l4
# As a program of others is compiled, which knows nothing of -ffreestanding
conform_test_CFLAGS  := -I. -fhosted
conform_test_INIT    := root=ram
conform_test_MEM     := 64
