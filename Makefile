# SPDX-License-Identifier: MIT
# Pecan's build: every room says what it holds in a room.mk, this file says how it is made.
#   PROGRAMS += x    x_SRC x_LINK (or x_LDS) x_LIBS x_CFLAGS x_LD -> build/bin/x, build/strip/x
#   LIBRARIES += l   l_SRC l_CFLAGS                              -> build/lib/libl.a
#   l_SELDOM, x_SELDOM: files (without .c) that seldom run, compiled for size
#   l_INNER: those of them that call no function of a program, directly or not: they need not align the stack for SSE
#   DRIVERS += d     a program in the archive that drives no hardware, or serves others; only d_SRC
#   STORED += d      a driver in deva's archive; only d_SRC, and servers/d/driver says for which devices (servers/fabrica/rules.h)
# A folder under apps/ is a program without a room.mk.

BUILD   := build
CROSS   ?= i686-linux-gnu-
CC      := $(CROSS)gcc
LD      := $(CROSS)ld
AR      := $(CROSS)ar
OBJCOPY := $(CROSS)objcopy
NASM    := nasm
WERROR  ?=
CHECK   ?=
# One short line a step; make V=1 shows the commands themselves.
Q       := $(if $(V),,@)
# As many jobs as processors, unless somebody says JOBS=1.
JOBS    ?= $(shell nproc 2>/dev/null || echo 1)
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(JOBS)
endif
# None of make's own rules is used.  To look for one for each file that the compiler has named took a second of each make.
MAKEFLAGS += -r
.SUFFIXES:

all:

# A machine that lacks a tool: install it, then make starts itself again (as it does after remaking an included file).
ifneq ($(filter-out setup doctor clean help,$(or $(MAKECMDGOALS),all)),)
MORE := $(if $(filter fuzz-host,$(MAKECMDGOALS)),tools/packages.fuzz)
ifneq ($(shell MORE=$(MORE) CROSS=$(CROSS) tools/doctor --missing),)
$(shell rm -f $(BUILD)/setup.mk)
include $(BUILD)/setup.mk
$(BUILD)/setup.mk:
	@mkdir -p $(@D)
	@MORE=$(MORE) CROSS=$(CROSS) tools/setup.sh && touch $@
endif
endif

# CROSS= takes the machine's own tools, and those of a 64-bit PC have to be told.
M32       := $(if $(findstring x86_64,$(shell $(CC) -dumpmachine 2>/dev/null)),-m32)
ARCHFLAGS := $(M32) -march=i486 -mtune=generic
GCCINC    := $(shell $(CC) -print-file-name=include 2>/dev/null)
CFLAGS    := $(ARCHFLAGS) -std=gnu11 -O2 -g -ffreestanding -fno-pic -fno-pie -fno-stack-protector \
             -fno-asynchronous-unwind-tables -fno-strict-aliasing -fcf-protection=none -fno-common \
             -ffunction-sections -fdata-sections \
             -DCONFIG_CHECK=$(if $(CHECK),1,0) -Wall -Wextra $(WERROR) -nostdinc -isystem $(GCCINC) -Iinclude -Ilib/libc-mini/include
# Every program carries its libraries: without gaps in front of functions and loops it is a tenth smaller.
SMALL     := -Os -fomit-frame-pointer
DENSE     := -falign-functions=4 -falign-loops=1 -falign-jumps=1 -falign-labels=1 -malign-data=abi
ASFLAGS   := -f elf32 -g -F dwarf
LDFLAGS   := -m elf_i386 -nostdlib -static -z max-page-size=4096 -z noexecstack --gc-sections --no-warn-rwx-segments

PROGRAMS  :=
LIBRARIES :=
DRIVERS   :=
STORED    :=
APPS      := $(patsubst apps/%/,%,$(filter-out apps/,$(wildcard apps/*/)))

include $(wildcard */room.mk */*/room.mk */*/*/room.mk)

define app_rules
apps/$(1)_SRC  := $$(wildcard apps/$(1)/*.c apps/$(1)/*.asm)
apps/$(1)_LDS  := lib/hurd-mm/program.lds
apps/$(1)_LIBS := posix file block hurd-mm c hurd-cap l4
apps/$(1)_CFLAGS := $$(DENSE)
endef
$(foreach a,$(APPS),$(eval $(call app_rules,$(a))))
apps/sh_LIBS   += shell
apps/sh_CFLAGS += -I.
apps/files_LIBS += filecommands shell
apps/files_CFLAGS += -I.

define driver_rules
PROGRAMS     += $(1)
$(1)_LDS     := lib/hurd-mm/program.lds
$(1)_LIBS    := block ext2 pager driver hurd-mm c hurd-cap l4
$(1)_CFLAGS  := -I. $$(DENSE)
endef
$(foreach d,$(DRIVERS) $(STORED),$(eval $(call driver_rules,$(d))))

# $(1) name.  Objects live under build/obj/NAME/ so that flags of one program never leak into another.
define objects
$(patsubst %.asm,$(BUILD)/obj/$(1)/%.asm.o,$(patsubst %.c,$(BUILD)/obj/$(1)/%.c.o,$($(1)_SRC)))
endef

# The room.mk of the folders of $(1)'s files: when the flags there change, $(1) is built anew.
rooms = $(wildcard $(addsuffix room.mk,$(sort $(dir $($(1)_SRC)))))

define compile_rules
$(BUILD)/obj/$(1)/%.c.o: %.c Makefile $(rooms) $($(1)_DEPS)
	@mkdir -p $$(@D)
	$(if $(V),,@echo "  CC   $$<")
	$(Q)$$(CC) $$(CFLAGS) $($(1)_CFLAGS) $$(if $$(filter $$*,$($(1)_SELDOM)),$(SMALL)) $$(if $$(filter $$*,$($(1)_INNER)),-mpreferred-stack-boundary=2) -MMD -MP -c $$< -o $$@
$(BUILD)/obj/$(1)/%.asm.o: %.asm Makefile $(rooms) $($(1)_DEPS)
	@mkdir -p $$(@D)
	$(if $(V),,@echo "  ASM  $$<")
	$(Q)$$(NASM) $$(ASFLAGS) $($(1)_ASFLAGS) -I$$(dir $$<) -MD $$(@:.o=.d) $$< -o $$@
-include $(patsubst %.o,%.d,$(call objects,$(1)))
endef

define library_rules
$(call compile_rules,$(1))
$(BUILD)/lib/lib$(1).a: $(call objects,$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	$(if $(V),,@echo "  AR   $$@")
	$(Q)$$(AR) rcsD $$@ $$^
endef

define program_rules
$(call compile_rules,$(1))
$(BUILD)/bin/$(1): $(call objects,$(1)) $(patsubst %,$(BUILD)/lib/lib%.a,$($(1)_LIBS)) $($(1)_LDS)
	@mkdir -p $$(@D)
	$(if $(V),,@echo "  LD   $$@")
	$(Q)$(or $($(1)_LD),$$(LD) $$(LDFLAGS)) $$(if $($(1)_LDS),-T $($(1)_LDS),-Ttext-segment=$($(1)_LINK)) $($(1)_LDFLAGS) \
	    -o $$@ $(call objects,$(1)) $(if $($(1)_LIBS),--start-group $(patsubst %,$(BUILD)/lib/lib%.a,$($(1)_LIBS)) --end-group)
$(BUILD)/strip/$(1): $(BUILD)/bin/$(1)
	@mkdir -p $$(@D)
	$(Q)$$(OBJCOPY) --strip-all $$< $$@
endef

$(foreach l,$(LIBRARIES),$(eval $(call library_rules,$(l))))
$(foreach p,$(PROGRAMS) $(addprefix apps/,$(APPS)),$(eval $(call program_rules,$(p))))

BINARIES := $(patsubst %,$(BUILD)/bin/%,$(PROGRAMS) $(addprefix apps/,$(APPS)))
STRIPPED := $(patsubst %,$(BUILD)/strip/%,$(PROGRAMS) $(addprefix apps/,$(APPS)))

all: $(BINARIES) $(STRIPPED)

clean:
	rm -rf $(BUILD)

.PHONY: all clean
.DELETE_ON_ERROR:
.SECONDARY:

-include tools/verbs.mk
