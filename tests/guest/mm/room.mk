# SPDX-License-Identifier: MIT
PROGRAMS     += mm_test
APP_TESTS    += mm_test
mm_test_SRC  := $(wildcard tests/guest/mm/*.c tests/guest/mm/*.asm)
mm_test_LDS  := lib/hurd-mm/program.lds
mm_test_LIBS := hurd-mm c hurd-cap l4
