# SPDX-License-Identifier: MIT
# A program for each trace of the folder TRACES, with the trace inside.
TRACES      ?= bench/traces
TRACE_NAMES := $(patsubst $(TRACES)/%.trace.xz,%,$(wildcard $(TRACES)/*.trace.xz))

define replay_rules
PROGRAMS          += replay-$(1)
replay-$(1)_SRC   := $(addprefix bench/paging/,replay.c rule_policy.c trace.asm)
replay-$(1)_LDS   := lib/hurd-mm/program.lds
replay-$(1)_LIBS  := hurd-mm c hurd-cap l4
replay-$(1)_DEPS  := $(BUILD)/traces/$(1)
replay-$(1)_ASFLAGS := -DTRACE='"$(BUILD)/traces/$(1)"'
$(BUILD)/traces/$(1): $(TRACES)/$(1).trace.xz $(BUILD)/tools/pagesim
	@mkdir -p $$(@D)
	$(Q)python3 bench/replay.py $$< | $(BUILD)/tools/pagesim --pack > $$@
endef
$(foreach t,$(TRACE_NAMES),$(eval $(call replay_rules,$(t))))

# Programs that page themselves.
PROGRAMS         += selfpaged
selfpaged_SRC    := $(addprefix bench/paging/,main.c lab.c scan.c analysis.c gc.c gc_policy.c stream.c isolation.c central.c) apps/policies/scan_policy.c
selfpaged_LDS    := lib/hurd-mm/program.lds
selfpaged_LIBS   := hurd-mm c hurd-cap l4
selfpaged_CFLAGS := -I.
