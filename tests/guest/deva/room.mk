# SPDX-License-Identifier: MIT
ifneq ($(wildcard lib/hurd-mm/room.mk),)
PROGRAMS       += deva_test
APP_TESTS      += deva_test
deva_test_SRC  := tests/guest/deva/deva_test.c
deva_test_LINK := 0x400000
deva_test_LIBS := hurd-mm c hurd-cap l4
endif
