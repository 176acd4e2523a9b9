# SPDX-License-Identifier: MIT
LIBRARIES += l4
l4_SRC := $(wildcard lib/l4/*.c lib/l4/*.asm)

# The ABI's numbers for NASM: `%include "l4.inc"` with  x_DEPS := $(L4_INC)  x_ASFLAGS := -I$(BUILD)/gen/
L4_INC := $(BUILD)/gen/l4.inc
$(L4_INC): include/l4/const.h
	@mkdir -p $(@D)
	$(Q)sed -n -E 's,^#define +(L4_[A-Z0-9_]+) +(-?[0-9A-Fa-fx]+).*,%define \1 \2,p' $< > $@
