# SPDX-License-Identifier: MIT
# In place of the demo: programs that start others from files of a RAM disk.
PROGRAMS           += exec_test
APP_TESTS          += exec_test
exec_test_SRC     := tests/guest/deva/suite.c $(wildcard tests/guest/exec/*.c)
exec_test_LDS     := lib/hurd-mm/program.lds
exec_test_LIBS    := posix file block hurd-mm c hurd-cap l4
exec_test_CFLAGS  := -I.
exec_test_INIT    := root=ram
exec_test_MEM     := 64
