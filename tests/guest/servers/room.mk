# SPDX-License-Identifier: MIT
PROGRAMS       += task_test
APP_TESTS      += task_test
task_test_SRC  := $(addprefix tests/guest/servers/task_,test.c threads.c children.c trees.c create.c refusals.c)
task_test_LDS  := lib/hurd-mm/program.lds
task_test_LIBS := hurd-mm c hurd-cap l4

# Stands in the place of a boot module: tests/system/wortel.py.
PROGRAMS           += wortel_test
wortel_test_SRC    := tests/guest/servers/wortel_test.c tests/guest/servers/wortel_test_entry.asm
wortel_test_LINK   := 0x400000
wortel_test_LIBS   := hurd-cap c l4
wortel_test_CFLAGS := -I.

# The same, beside a thread that counts what it waits for: tests/system/calm.py.
PROGRAMS         += calm_test
calm_test_SRC    := tests/guest/servers/calm_test.c tests/guest/servers/wortel_test_entry.asm
calm_test_LINK   := 0x400000
calm_test_LIBS   := hurd-cap c l4
calm_test_CFLAGS := -I.

# The same, beside a greedy program.
PROGRAMS           += greedy_test
greedy_test_SRC    := tests/guest/servers/greedy_test.c tests/guest/servers/wortel_test_entry.asm
greedy_test_LINK   := 0x400000
greedy_test_LIBS   := hurd-cap c l4
greedy_test_CFLAGS := -I.
