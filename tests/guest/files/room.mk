# SPDX-License-Identifier: MIT
# In place of the demo: the protocols of a file server, on a RAM disk.
PROGRAMS           += files_test
APP_TESTS          += files_test
files_test_SRC     := tests/guest/deva/suite.c tests/guest/files/files_test.c \
                       tests/guest/files/pipes_test.c
files_test_LDS     := lib/hurd-mm/program.lds
files_test_LIBS    := file block hurd-mm c hurd-cap l4
files_test_CFLAGS  := -I.
files_test_INIT    := root=ram+files
files_test_MEM     := 64
