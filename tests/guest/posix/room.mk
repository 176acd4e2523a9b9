# SPDX-License-Identifier: MIT
# In place of the demo: POSIX files, on a RAM disk.
PROGRAMS           += posix_test
APP_TESTS          += posix_test
posix_test_SRC     := tests/guest/deva/suite.c $(wildcard tests/guest/posix/*.c)
posix_test_LDS     := lib/hurd-mm/program.lds
posix_test_LIBS    := posix file block hurd-mm c hurd-cap l4
posix_test_CFLAGS  := -I.
posix_test_INIT    := root=ram
posix_test_MEM     := 64
