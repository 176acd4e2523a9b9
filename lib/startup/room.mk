# SPDX-License-Identifier: MIT
# `startup`: the code at 0x8000 of every new task, a blob.  `start`: the library that writes startup fpages.
PROGRAMS     += startup
startup_SRC  := lib/startup/startup_entry.asm lib/startup/startup.c
startup_LDS  := lib/startup/startup.lds
startup_LIBS := l4
startup_CFLAGS := -Os

$(BUILD)/startup.bin: $(BUILD)/bin/startup
	$(Q)$(OBJCOPY) -O binary $< $@

LIBRARIES    += start
start_SRC    := lib/startup/elf.c lib/startup/page.c lib/startup/blob.asm
start_DEPS   := $(BUILD)/startup.bin
start_ASFLAGS := -I$(BUILD)/
