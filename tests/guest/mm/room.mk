# SPDX-License-Identifier: MIT
PROGRAMS     += mm_test
APP_TESTS    += mm_test
mm_test_SRC  := $(wildcard tests/guest/mm/*.c tests/guest/mm/*.asm)
mm_test_LDS  := lib/hurd-mm/program.lds
mm_test_LIBS := hurd-mm c hurd-cap l4
# The same where there is swap: nothing that a program can see changes.
PROGRAMS           += mm_swapped
APP_TESTS          += mm_swapped
mm_swapped_SRC     := $(mm_test_SRC)
mm_swapped_LDS     := lib/hurd-mm/program.lds
mm_swapped_LIBS    := hurd-mm c hurd-cap l4
mm_swapped_INIT    := swap=ram:4
mm_swapped_CONFIGS := fast
