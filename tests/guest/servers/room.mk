# SPDX-License-Identifier: MIT
PROGRAMS       += task_test
APP_TESTS      += task_test
task_test_SRC  := tests/guest/servers/task_test.c
task_test_LDS  := lib/hurd-mm/program.lds
task_test_LIBS := hurd-mm c hurd-cap l4
