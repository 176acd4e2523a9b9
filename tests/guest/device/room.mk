# SPDX-License-Identifier: MIT
PROGRAMS           += device_test
APP_TESTS          += device_test
device_test_SRC    := tests/guest/deva/suite.c $(wildcard tests/guest/device/*.c) servers/deva/ports.asm
device_test_LDS    := lib/hurd-mm/program.lds
device_test_LIBS   := hurd-mm c hurd-cap l4
device_test_CFLAGS := -I.
device_test_INIT   := devices
