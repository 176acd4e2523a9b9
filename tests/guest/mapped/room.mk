# SPDX-License-Identifier: MIT
# In place of the demo: files that are mapped, on a RAM disk.
PROGRAMS            += mapped_test
APP_TESTS           += mapped_test
mapped_test_SRC     := tests/guest/deva/suite.c $(wildcard tests/guest/mapped/*.c)
mapped_test_LDS     := lib/hurd-mm/program.lds
mapped_test_LIBS    := posix file block hurd-mm c hurd-cap l4
mapped_test_CFLAGS  := -I.
mapped_test_INIT    := root=ram
mapped_test_MEM     := 64
