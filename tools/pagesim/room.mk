# SPDX-License-Identifier: MIT
# A program for this machine.
PAGESIM_SRC := $(wildcard tools/pagesim/*.c)
$(BUILD)/tools/pagesim: $(PAGESIM_SRC) tools/pagesim/sim.h tools/pagesim/room.mk
	@mkdir -p $(@D)
	$(if $(V),,@echo "  HOST $@")
	$(Q)gcc -std=gnu11 -O2 -g -Wall -Wextra $(WERROR) -o $@ $(PAGESIM_SRC)
all: $(BUILD)/tools/pagesim
