# SPDX-License-Identifier: MIT
# What is tested.  A room's room.mk says, for a program NAME among its PROGRAMS:
#   ROOT_TESTS += NAME    boots as the root task behind loader, kernel and sigma0
#   BOOT_TESTS += NAME    stands in the kernel's place and looks at its loader
#   TASK_TESTS += NAME    stands in the place of the task server, with sigma0, wortel and physmem
#   APP_TESTS  += NAME    a program that init runs in the whole system in place of the demo
#   NAME_MEM, NAME_TIMEOUT, NAME_CONFIGS, NAME_INIT, NAME_KERNEL    megabytes, seconds, a list out of: fast plain 486 486plain pistachio bochs fuzz,
#   options for init (+ between them), the kernel to boot (default: kernel);  NAME_SIGMA0: a program in sigma0's place
# Every tests/host/NAME.c is a cmocka program of the build machine, with sanitizers; its first lines may say
#   /* links: kernel/mdb.c lib/hurd-cap/table.c */     what is tested
#   /* flags: -Ikernel -DX=1 */                        compiler flags
#   /* words: 32 */                                    needs the target's word size: the cross compiler, and our own small cmocka.h
# `make test` builds all of it apart, in build/test, with -Werror; `make check` in build/check, with the invariant walkers.

# Every tests/fuzz-host/fuzz_NAME.c is a target for a coverage-guided fuzzer (`make fuzz-host`, tools/fuzz-host), with the same keys,
# and always 32-bit words.  Here it becomes a host test that replays its corpus and some random inputs.

HOST_TESTS := $(patsubst tests/host/%.c,%,$(wildcard tests/host/*.c))
FUZZ_HOST  := $(patsubst tests/fuzz-host/%.c,%,$(wildcard tests/fuzz-host/fuzz_*.c))

# $(1) file, $(2) key
host_key = $(shell sed -n '1,12s|^ *[/*]*  *$(2): *\(.*[^ ]\)  *\*/.*|\1|p' $(1))

HOST_CFLAGS := -std=gnu11 -O1 -g -Wall -Wextra $(WERROR) -fsanitize=undefined -fno-sanitize-recover=undefined \
               -DCONFIG_CHECK=1 -DHOST_TEST=1 -I. -Iinclude -include tests/host/assert_is.h
# Where the kernel runs no 32-bit programs, tools/test calls qemu-i386, in which the address sanitizer does not start.
ADDRESS      := -fsanitize=address
ADDRESS32    := $(shell tools/words32 && echo $(ADDRESS))
# The compiler with a C library for 32 bits, whichever compiles what boots.
CC32         = $(or $(shell command -v i686-linux-gnu-gcc),$(CC) $(M32))
CROSS_LIBS   = $(dir $(shell $(CC32) -print-file-name=libc.so.6))
HOST32       = $(CC32) $(ADDRESS32) -Itests/host/words32 -Wl,--disable-new-dtags,-rpath,$(CROSS_LIBS) -Wl,-dynamic-linker,$(CROSS_LIBS)ld-linux.so.2

# Tests whose compiler and flags are the same share the objects of what they link.
HOST_CC_32    = $(HOST32)
HOST_CC_64   := gcc $(ADDRESS)
HOST_LIBS_64 := -lcmocka
HOST_ROOMS   :=

# $(1) test, $(2) its file, $(3) more sources, $(4) bits of a word
define host_rules
$(1)_FLAGS   := $(call host_key,$(2),flags)
$(1)_COMPILE := $$(filter-out -Xlinker --wrap=%,$$($(1)_FLAGS))
$(1)_ROOM    := $(BUILD)/host/objects/$(4)$$(subst /,_,$$(subst $$(eval) ,,$$($(1)_COMPILE)))
$(1)_OBJECTS := $$(patsubst %.c,$$($(1)_ROOM)/%.o,$(2) $(3) $(call host_key,$(2),links))
ifeq ($$(filter $$($(1)_ROOM),$$(HOST_ROOMS)),)
HOST_ROOMS += $$($(1)_ROOM)
$$($(1)_ROOM)/%.o: %.c tools/tests.mk
	@mkdir -p $$(@D)
	$(Q)$$(HOST_CC_$(4)) $$(HOST_CFLAGS) $$($(1)_COMPILE) -MMD -MP -c -o $$@ $$<
endif
$(BUILD)/host/$(1): $$($(1)_OBJECTS)
	$(if $(V),,@echo "  HOST $$@")
	$(Q)$$(HOST_CC_$(4)) $$(HOST_CFLAGS) $$($(1)_FLAGS) -o $$@ $$^ $$(HOST_LIBS_$(4))
-include $$($(1)_OBJECTS:.o=.d)
endef

host_bits = $(or $(call host_key,tests/host/$(1).c,words),64)

ifneq ($(filter test-binaries $(BUILD)/host/%,$(MAKECMDGOALS)),)
$(foreach t,$(HOST_TESTS),$(eval $(call host_rules,$(t),tests/host/$(t).c,,$(call host_bits,$(t)))))
$(foreach t,$(FUZZ_HOST),$(eval $(call host_rules,$(t),tests/fuzz-host/$(t).c,tests/fuzz-host/replay.c,32)))
endif

comma := ,
spaced_to_commas = $(subst $(eval) ,$(comma),$(strip $(1)))

test_keys = $(if $($(1)_MEM),mem=$($(1)_MEM)) $(if $($(1)_TIMEOUT),timeout=$($(1)_TIMEOUT)) \
            $(if $($(1)_KERNEL),kernel=$($(1)_KERNEL)) $(if $($(1)_INIT),init=$($(1)_INIT)) $(if $($(1)_SIGMA0),sigma0=$($(1)_SIGMA0)) $(if $($(1)_CONFIGS),configs=$(call spaced_to_commas,$($(1)_CONFIGS)))

$(BUILD)/tests.list: # anew each time: files come and go
	@mkdir -p $(@D)
	@{ $(foreach t,$(HOST_TESTS),echo "host $(t) tests/host/$(t).c";) \
	   $(foreach t,$(FUZZ_HOST),echo "host $(t) tests/fuzz-host/$(t).c";) \
	   $(foreach t,$(BOOT_TESTS),echo "boot $(t) $(call test_keys,$(t)) $($(t)_SRC)";) \
	   $(foreach t,$(ROOT_TESTS),echo "root $(t) $(call test_keys,$(t)) $($(t)_SRC)";) \
	   $(foreach t,$(TASK_TESTS),echo "task $(t) $(call test_keys,$(t)) $($(t)_SRC)";) \
	   $(foreach t,$(APP_TESTS),echo "app $(t) $(call test_keys,$(t)) $($(t)_SRC)";) :; } > $@

# A disk with a geometry, made like any other (tools/images.mk).
ifeq ($(GEOMETRY),)
GEOMETRIC := $(IMAGES)/pecan-disk-497x4x32.img
$(GEOMETRIC): $(DISK_BOOT)
	@$(MAKE) --no-print-directory BUILD=$(BUILD) GEOMETRY=497/4/32 $@
endif

test-binaries: all $(addprefix $(BUILD)/host/,$(HOST_TESTS) $(FUZZ_HOST)) $(BUILD)/tests.cpio $(BUILD)/tests.list iso floppy disk-boot $(GEOMETRIC)

.PHONY: test-binaries $(BUILD)/tests.list
