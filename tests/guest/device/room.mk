# SPDX-License-Identifier: MIT
PROGRAMS           += device_test
APP_TESTS          += device_test
device_test_SRC    := tests/guest/deva/suite.c $(addprefix tests/guest/device/,device_test.c part.c picture.c shared.c) servers/deva/ports.asm
device_test_LDS    := lib/hurd-mm/program.lds
device_test_LIBS   := hurd-mm c hurd-cap l4
device_test_CFLAGS := -I.
device_test_INIT   := devices
# For tests/system: a driver that is no good.
PROGRAMS       += bad/rtc
bad/rtc_SRC    := $(isa_SRC) tests/guest/device/bad.c
bad/rtc_LDS    := lib/hurd-mm/program.lds
bad/rtc_LIBS   := driver hurd-mm c hurd-cap l4
bad/rtc_CFLAGS := -I.
bad/rtc_LDFLAGS := --wrap=chip_read
# For tests/system: a program that talks to the network of QEMU.
PROGRAMS        += netcheck
netcheck_SRC    := tests/guest/device/netcheck.c
netcheck_LDS    := lib/hurd-mm/program.lds
netcheck_LIBS   := hurd-mm c hurd-cap l4
netcheck_CFLAGS := -I.
PROGRAMS         += deverrors
deverrors_SRC    := tests/guest/device/deverrors.c
deverrors_LDS    := lib/hurd-mm/program.lds
deverrors_LIBS   := hurd-mm c hurd-cap l4
deverrors_CFLAGS := -I.
PROGRAMS        += straydev
straydev_SRC    := tests/guest/device/straydev.c
straydev_LDS    := lib/hurd-mm/program.lds
straydev_LIBS   := hurd-mm c hurd-cap l4
straydev_CFLAGS := -I.
# For tests/system: how long a client waits for a driver.
PROGRAMS     += waits
waits_SRC    := tests/guest/device/waits.c
waits_LDS    := lib/hurd-mm/program.lds
waits_LIBS   := posix file block hurd-mm c hurd-cap l4
waits_CFLAGS := -I.
# For tests/system: drivers of the console's parts that are no good, such that die, and what they print.
define part_rules
PROGRAMS     += $(1)
$(1)_SRC     := $$(isa_SRC) tests/guest/device/$(2)_part.c
$(1)_LDS     := lib/hurd-mm/program.lds
$(1)_LIBS    := driver hurd-mm c hurd-cap l4
$(1)_CFLAGS  := -I.
$(1)_LDFLAGS := $(addprefix --wrap=,$(3))
endef
$(foreach d,serial screen,$(eval $(call part_rules,bad/$(d),bad,driver_console)))
$(foreach d,serial keyboard screen,$(eval $(call part_rules,mortal/$(d),mortal,port_in8 port_out8)))
PROGRAMS     += lines
lines_SRC    := tests/guest/device/lines.c
lines_LDS    := lib/hurd-mm/program.lds
lines_LIBS   := hurd-mm c hurd-cap l4
# For tests/system: the drivers of servers/isa under their own names.
define isa_rules
PROGRAMS    += $(1)
$(1)_SRC    := $$(isa_SRC)
$(1)_LDS    := lib/hurd-mm/program.lds
$(1)_LIBS   := driver hurd-mm c hurd-cap l4
$(1)_CFLAGS := -I.
endef
$(foreach d,rtc keyboard screen serial,$(eval $(call isa_rules,$(d))))
