# SPDX-License-Identifier: MIT
# The commands that people type, besides `make`.  `make help` prints the lines that start with two hashes.

include tools/ports.mk
include tools/images.mk
include tools/tests.mk

## setup            install what is missing on this machine (Debian packages; as root or through sudo)
setup:
	@CROSS=$(CROSS) tools/setup.sh

## doctor           say what is missing on this machine, and how to install it
doctor:
	@CROSS=$(CROSS) tools/doctor

## emulators        install DOSBox, v86 and Chromium; without them, the tests that boot in them are skipped
emulators:
	@MORE=tools/packages.emulators CROSS=$(CROSS) tools/setup.sh
	@cd tools && python3 -c 'import guest, sys; sys.exit(guest.node_get())'

# `make run DISK=1`, or DISK=boot
DISK_IMAGE := $(if $(DISK),$(if $(filter boot,$(DISK)),disk-boot,disk))
export DISK

## run [DISK=1]     boot the ISO in QEMU on this terminal; without a terminal: the demo, then power off.  DISK=1: with a disk and its
##   driver; DISK=boot: from a disk that also has a swap partition
run: iso $(DISK_IMAGE)
	@BUILD=$(BUILD) tools/qemu run
	@$(missing_apps)

## qemu             the same in QEMU's window;  `make qemu-nox` is the same as `make run`
qemu: iso $(DISK_IMAGE)
	@BUILD=$(BUILD) tools/qemu window
	@$(missing_apps)
qemu-nox: run

## disk-boot [GEOMETRY=C/H/S]   the image of such a disk; with a geometry, for a BIOS that counts cylinders, heads and sectors
## debug            start QEMU, stopped before the first instruction; then type `make gdb` in another terminal
debug qemu-nox-gdb: iso
	@BUILD=$(BUILD) tools/qemu debug
	@$(missing_apps)
qemu-gdb: iso
	@BUILD=$(BUILD) tools/qemu window-debug
	@$(missing_apps)

## gdb [X=FILE]     gdb with Pecan's helpers, stopped at the kernel's first line.  X=FILE: does what the file says, and ends
GDB ?= gdb
ifneq ($(and $(filter gdb,$(MAKECMDGOALS)),$(X)),)
$(if $(wildcard $(X)),,$(error make gdb: there is no file $(X)))
endif
gdb: all
	@command -v $(GDB) > /dev/null || { echo "make gdb: there is no $(GDB); make setup installs gdb" >&2; exit 1; }
	@BUILD=$(BUILD) $(GDB) -q -nx $(if $(X),-batch) -x tools/gdb/pecan.py $(if $(X),-x $(X))

## bochs            boot the ISO in Bochs, serial line on this terminal
bochs: iso
	@BUILD=$(BUILD) tools/bochs
	@$(missing_apps)

## web              a folder, build/web, with Pecan in an emulator: put it on any web server (needs node and npm: make emulators)
web: iso
	@tools/web/make $(BUILD)/web $(IMAGES)/pecan.iso
	@$(missing_apps)

# $(1) folder, $(2) settings for make, $(3) settings for the runner.  The selected tests must build; if one does not build, none passes.
define test_in
+@$(quiet_make) BUILD=$(BUILD)/$(1) WERROR=-Werror $(2) $(BUILD)/$(1)/tests.list
+@goals=$$(tools/test --needs $(BUILD)/$(1) "$(T)") && \
    { $(quiet_make) BUILD=$(BUILD)/$(1) WERROR=-Werror $(2) $$goals || \
      { echo "make $@: the build failed, so no test has run" >&2; exit 2; }; } && \
    $(3) tools/test $(BUILD)/$(1) "$(T)"
endef
# With the invariant walkers all is slower, so a test may be silent for longer.
PATIENT := TEST_SILENCE=$${TEST_SILENCE:-60}
quiet_make = $(MAKE) --no-print-directory $(if $(V),,-s)
export CONFIG FIRST

## test [T="part ..."] [CONFIG=fast] [FIRST=1]    host, guest and system tests.  T selects by parts of suites' or tests' names, with
##   blanks or commas between them; @FILE names a file of such names, or of lines that make test printed.  CONFIG: fast, plain, 486,
##   486plain or bochs only; FIRST=1 ends with the first failure
test:
	$(call test_in,test,CHECK=)

## check [T="part ..."]    the same with the kernel's invariant walkers on (CHECK=1)
check:
	$(call test_in,check,CHECK=1,$(PATIENT))

## matrix [T=part]  some 40 machines from which the system starts (T=whole), and some 40 boots in which every two settings of processor,
##   emulator, fast path, entry and checks meet; without T, the results become the table docs/matrix.md
matrix:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/test WERROR=-Werror all $(BUILD)/test/deva-store iso floppy disk-boot
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/test GEOMETRY=497/4/32 disk-boot
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/check WERROR=-Werror CHECK=1 all $(BUILD)/check/deva-store
	@tools/matrix $(BUILD)/test $(BUILD)/check > $(BUILD)/matrix.list
	@{ TEST_SILENCE=600 TEST_LIST=$(BUILD)/matrix.list tools/test $(BUILD)/test "$(T)"; echo $$? > $(BUILD)/matrix.status; } | tee $(BUILD)/matrix.out
	@$(if $(T),,tools/matrix --table $(BUILD)/matrix.list $(BUILD)/matrix.out > docs/matrix.md)
	@exit $$(cat $(BUILD)/matrix.status)

## deaths [DEATHS=1000] [MESSAGES=1000000]   drivers that die at random steps, and random messages to drivers; more of both than in make test
deaths:
	@DEATHS=$(or $(DEATHS),1000) MESSAGES=$(or $(MESSAGES),1000000) $(MAKE) --no-print-directory test T="dies_again messages_by_lot"

## robust [DEATHS=10000] [MESSAGES=10000000] [LIVES=2000] [SEED=1]   tasks that end at any IPC, random messages to servers, hours of work in
##   little memory; more of each than in make test
robust:
	@DEATHS=$(or $(DEATHS),10000) MESSAGES=$(or $(MESSAGES),10000000) LIVES=$(or $(LIVES),2000) SEED=$(SEED) \
	    $(MAKE) --no-print-directory test T="end_at_any_ipc by_lot_harm_no_server twenty_tasks_in_almost"

## powercuts [POWERCUTS=500] [SEED=1] [ERRORS=20]   the power goes at random writes of a storm of files, and the disk fails at random places
powercuts:
	@POWERCUTS=$(or $(POWERCUTS),500) ERRORS=$(or $(ERRORS),20) SEED=$(SEED) $(MAKE) --no-print-directory test T="power_goes_in_a_storm fails_at_any_place"

## conformance      boot the suites that cite the checklist, then write docs/conformance.md
conformance:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/test WERROR=-Werror test-binaries
	@tools/test $(BUILD)/test root/raw; tools/conformance $(BUILD)/test

## fuzz-host [SECONDS=n]  fuzz kernel code on this machine, guided by coverage, n seconds for each target; shows the branches reached
fuzz-host:
	@tools/fuzz-host $(BUILD)/fuzz $(or $(SECONDS),60)

## fuzz [SECONDS=60] [SEED=n] [CALLS=n] [WALK=64]   random system calls, boot after boot, on a kernel that checks its invariants
fuzz:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/test WERROR=-Werror $(addprefix $(BUILD)/test/,bin/loader strip/sigma0 strip/fuzz strip/kernel-check)
	@SECONDS=$(SECONDS) SEED=$(SEED) CALLS=$(CALLS) WALK=$(WALK) tools/fuzz $(BUILD)/test

## coverage [T=part]  the kernel's branches that make test takes: docs/coverage.md (needs clang and llvm)
coverage:
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/test WERROR=-Werror test-binaries
	@tools/coverage $(BUILD)/test "$(T)"

## mutants          seed faults of one line, one at a time, and see whether the tests notice them
mutants:
	@tools/mutants

## bench [B=part] [TRACES=folder]   measure; prints `bench NAME VALUE UNIT`, writes build/bench.json and build/paging.json
bench: all iso
	+@BUILD=$(BUILD) bench/run "$(B)"

## memory-map       draw which task owns each frame of memory in the middle of the demo, from a real run: build/memory-map.svg
memory-map: all $(BUILD)/deva-store $(BUILD)/apps.cpio
	@BUILD=$(BUILD) tools/trace record $(BUILD)/memory.ram 'demo: task 514: .*\n'
	@tools/trace frames $(BUILD)/memory.ram $(BUILD)/memory-map.svg
	@rm -f $(BUILD)/memory.ram; echo "$(BUILD)/memory-map.svg"

## pictures         draw the pictures of docs/ again, from real runs: selfpaged.svg, boot.svg, memory-map.svg (those of figures: make bench)
pictures: tour memory-map
	@cp $(BUILD)/memory-map.svg docs/memory-map.svg
	@BUILD=$(BUILD) tools/trace record $(BUILD)/boot.ram
	@tools/trace timeline $(BUILD)/boot.ram docs/boot.svg
	@rm -f $(BUILD)/boot.ram

## tour             count the instructions in docs/tour-*.md again, and draw docs/selfpaged.svg
tour: all
	@BUILD=$(BUILD) bench/tour

## bench-verify     put ten nops on one path at a time, and check that exactly the figures of this path change
bench-verify:
	@bench/verify

## disk [SIZE=64]   a disk image, SIZE megabytes: a swap partition of half of it, then room for a file system
## iso, floppy      images in build/images/;  usb DEV=/dev/sdX writes the ISO to a stick
help:
	@echo "make                  build everything into build/"
	@sed -n 's/^## /make /p' tools/verbs.mk

.PHONY: powercuts memory-map pictures web deaths robust emulators coverage fuzz-host matrix conformance setup doctor run qemu qemu-nox debug qemu-nox-gdb qemu-gdb gdb bochs test check mutants bench bench-verify tour fuzz help
