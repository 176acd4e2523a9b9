# SPDX-License-Identifier: MIT
PROGRAMS         += deva_test driver_test
APP_TESTS        += deva_test driver_test
deva_test_SRC    := tests/guest/deva/suite.c tests/guest/deva/deva_test.c
deva_test_LDS    := lib/hurd-mm/program.lds
deva_test_LIBS   := hurd-mm c hurd-cap l4
driver_test_SRC  := tests/guest/deva/suite.c tests/guest/deva/driver_test.c servers/deva/ports.asm
driver_test_LDS  := lib/hurd-mm/program.lds
driver_test_LIBS := hurd-mm c hurd-cap l4
driver_test_CFLAGS := -I.
driver_test_INIT := devices
# For tests/system: a deva that hangs on demand, and the program that watches.
PROGRAMS          += deva-sleepy late_test
deva-sleepy_SRC   := $(deva_SRC) tests/guest/deva/sleepy.c
deva-sleepy_LDS   := lib/hurd-mm/program.lds
deva-sleepy_LIBS  := terminal hurd-mm c hurd-cap l4
deva-sleepy_CFLAGS := -I.
deva-sleepy_LDFLAGS := --wrap=screen_write
late_test_SRC     := tests/guest/deva/late_test.c
late_test_LDS     := lib/hurd-mm/program.lds
late_test_LIBS    := hurd-mm c hurd-cap l4
# For tests/system: what programs send to terminals.
PROGRAMS       += escapes
escapes_SRC    := tests/guest/deva/escapes.c
escapes_LDS    := lib/hurd-mm/program.lds
escapes_LIBS   := hurd-mm c hurd-cap l4
