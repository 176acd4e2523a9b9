# SPDX-License-Identifier: MIT
# Images that boot: the ISO (CD, USB stick, IDE disk), the floppy, and the two archives of programs.

IMAGES  := $(BUILD)/images
# In this order: the loader takes the first three, wortel counts the rest.
MODULES := kernel sigma0 wortel physmem task deva deva-store init apps.cpio
BOOTSET := $(patsubst %,$(BUILD)/strip/%,loader kernel sigma0 wortel physmem task deva init) \
           $(BUILD)/apps.cpio $(BUILD)/deva-store

DRIVER_BINARIES := $(addprefix $(BUILD)/strip/,$(sort $(DRIVERS)))
# Programs that stand in /bin of the file systems, and not in the archive.
BIN_APPS := env wc
# Names of apps/files.
FILES_NAMES := cat cp echo ln ls mkdir mv rm rmdir sha256sum sleep
# In /bin of the disk only: the archive would be too large for machines of 8 MB.
DISK_APPS := files glutton mailbox neighbour sh starts swapcheck true
APP_BINARIES := $(DRIVER_BINARIES) $(addprefix $(BUILD)/strip/apps/,$(filter-out $(BIN_APPS) $(DISK_APPS),$(sort $(APPS))))
BIN_BINARIES := $(addprefix $(BUILD)/strip/apps/,$(BIN_APPS))

# The file system that a RAM disk starts with; BIN_PORTS: tools/ports.mk.
ROOT_IMAGE := $(BUILD)/root.img
$(ROOT_IMAGE): $(shell find boot/root) $(BIN_BINARIES) $(BIN_PORTS) tools/rootimage tools/ext2devices tools/images.mk
	@tools/rootimage $@ boot/root $(BIN_BINARIES) $(BIN_PORTS)

# What `ls` says of them: "NAME<tab>WHAT IT DOES".
$(BUILD)/programs.txt: apps/README.md $(patsubst %,servers/%/README.md,$(DRIVERS)) tools/images.mk
	@mkdir -p $(@D)
	@sed -n -e 's/^| \([a-z0-9_]*\) | \(.*\) |$$/\1\t\2/p' -e 's/^# servers\/\([a-z0-9_]*\) - /\1\ta driver: /p' $(filter %.md,$^) > $@

# A program that does not build stops `make`, but no boot: verbs that only boot take the others and fail at their end.
BOOTING := run qemu qemu-nox debug qemu-nox-gdb qemu-gdb bochs iso floppy usb web
ifneq ($(and $(filter $(BOOTING),$(MAKECMDGOALS)),$(if $(filter-out $(BOOTING),$(MAKECMDGOALS)),,only)),)
built-apps: | $(patsubst %,$(BUILD)/lib/lib%.a,$(LIBRARIES))
	+@$(MAKE) --no-print-directory $(if $(V),,-s) -k $(APP_BINARIES) 2>&1 || for app in $(APP_BINARIES); do \
	    $(MAKE) --no-print-directory -q $$app 2>/dev/null || rm -f $$app; done
$(BUILD)/apps.cpio: built-apps $(BUILD)/programs.txt $(ROOT_IMAGE)
	@tools/archive $@ $$(ls $(APP_BINARIES) 2>/dev/null) $(BUILD)/programs.txt $(ROOT_IMAGE)
else
$(BUILD)/apps.cpio: $(APP_BINARIES) $(BUILD)/programs.txt $(ROOT_IMAGE) $(wildcard apps)
	@tools/archive $@ $(APP_BINARIES) $(BUILD)/programs.txt $(ROOT_IMAGE)
endif
missing_apps = missing=$$(for app in $(filter-out $(DISK_APPS),$(sort $(APPS))); do [ -e $(BUILD)/strip/apps/$$app ] || echo "apps/$$app"; done); \
    [ -z "$$missing" ] || { echo "make: does not build, so it is not among the programs: $$(echo $$missing)" >&2; exit 1; }

$(BUILD)/tests.cpio: $(APP_BINARIES) $(addprefix $(BUILD)/strip/apps/,$(DISK_APPS)) $(BUILD)/programs.txt $(ROOT_IMAGE) $(addprefix $(BUILD)/strip/,$(APP_TESTS))
	@tools/archive $@ $^
# deva's archive: the driver framework, the drivers, and which driver fits which device.
STORED_BINARIES := $(addprefix $(BUILD)/strip/,$(sort $(STORED)))
$(BUILD)/drivers.txt: $(wildcard servers/*/driver) $(wildcard servers) tools/images.mk
	@mkdir -p $(@D)
	@for file in $(sort $(wildcard servers/*/driver)); do echo "$$(basename $$(dirname $$file)): $$(cat $$file)"; done > $@
$(BUILD)/deva-store: $(STORED_BINARIES) $(BUILD)/drivers.txt
	@tools/archive $@ $^

GRUB_PC      := /usr/lib/grub/i386-pc
GRUB_MODULES := multiboot iso9660 biosdisk normal serial terminal configfile boot search minicmd part_msdos test smbios echo

$(BUILD)/iso/boot: $(BOOTSET) boot/grub.cfg
	@rm -rf $@ && mkdir -p $@/grub
	@cp $(BOOTSET) $@/ && cp boot/grub.cfg $@/grub/

# With GRUBs for other firmware installed, grub-mkrescue wants these modules of theirs as well, unless it is told one folder.
$(IMAGES)/pecan.iso: $(BUILD)/iso/boot
	@mkdir -p $(@D)
	@grub-mkrescue -d $(GRUB_PC) -o $@ --install-modules="$(GRUB_MODULES)" --locales= --fonts= --themes= $(BUILD)/iso \
	    > $(BUILD)/grub-mkrescue.log 2>&1 || { cat $(BUILD)/grub-mkrescue.log; rm -f $@; exit 1; }
	@echo "  $@: $$(stat -c %s $@) bytes"

# A FAT floppy: GRUB's boot sector, its core in the reserved sectors behind, then the file system.  mkfs.fat writes the
# BIOS parameter block, which has to survive in the boot sector (bytes 3 to 89).
FLOPPY_GRUB   := multiboot fat biosdisk normal serial terminal configfile boot minicmd test smbios echo
FLOPPY_SECTORS = $(shell echo $$(( ($$(stat -c %s $(BUILD)/floppy/core.img) + 511) / 512 + 1 )))

$(BUILD)/floppy/core.img: tools/images.mk
	@mkdir -p $(@D)
	@grub-mkimage -O i386-pc -d $(GRUB_PC) -p '(fd0)/boot/grub' -o $@ $(FLOPPY_GRUB)

# The programs come last, as many as there is room for: first the demo and two small ones, then the drivers.
FLOPPY_FIRST = $(BUILD)/programs.txt $(patsubst %,$(BUILD)/strip/apps/%,demo hello ask) $(DRIVER_BINARIES)
FLOPPY_APPS = $$(ls -U $(FLOPPY_FIRST) $(filter-out $(FLOPPY_FIRST),$(APP_BINARIES)) 2>/dev/null)
# A floppy has room for the disks' driver only.
FLOPPY_STORED = $(addprefix $(BUILD)/strip/,fabrica ide) $(BUILD)/drivers.txt
$(IMAGES)/pecan-floppy.img: $(BUILD)/floppy/core.img $(BOOTSET) boot/grub.cfg
	@mkdir -p $(@D)
	@rm -f $@
	@PATH=$$PATH:/usr/sbin:/sbin mkfs.fat -C -F 12 -n PECAN -i 19700101 --invariant -R $(FLOPPY_SECTORS) $@ 1440 > /dev/null
	@dd if=$(GRUB_PC)/boot.img of=$@ bs=1 count=3 conv=notrunc status=none
	@dd if=$(GRUB_PC)/boot.img of=$@ bs=1 skip=90 seek=90 count=422 conv=notrunc status=none
	@dd if=$(BUILD)/floppy/core.img of=$@ bs=512 seek=1 conv=notrunc status=none
	@mmd -i $@ ::boot ::boot/grub
	@tools/archive $(BUILD)/floppy/deva-store $(FLOPPY_STORED)
	@mcopy -i $@ $(filter-out %/apps.cpio %/deva-store,$(BOOTSET)) $(BUILD)/floppy/deva-store ::boot/
	@mcopy -i $@ boot/grub.cfg ::boot/grub/
	@tools/archive --most=$$(mdir -i $@ :: | grep 'bytes free' | tr -dc 0-9) $(BUILD)/floppy/apps.cpio $(FLOPPY_APPS)
	@mcopy -i $@ $(BUILD)/floppy/apps.cpio ::boot/
	@echo "  $@:$$(mdir -i $@ :: | tail -n 2 | tr -s ' \n' ' ')"

iso: $(IMAGES)/pecan.iso
	@$(if $(filter iso,$(MAKECMDGOALS)),$(missing_apps))
floppy: $(IMAGES)/pecan-floppy.img
	@$(if $(filter floppy,$(MAKECMDGOALS)),$(missing_apps))

# make usb DEV=/dev/sdX: the ISO is a disk image as well.
usb: $(IMAGES)/pecan.iso
	@tools/usb "$(DEV)" $<
	@$(missing_apps)

# A disk for the driver: swap partition, and an ext2 file system, which is repaired if need be.  What is written to it stays there until SIZE changes, or `make clean`.
disk: $(BIN_BINARIES) $(BIN_PORTS) $(addprefix $(BUILD)/strip/apps/,$(DISK_APPS))
	@rm -rf $(BUILD)/disk/tree && mkdir -p $(BUILD)/disk/tree/bin $(BUILD)/disk/tree/tmp && cp -r boot/root/. $(BUILD)/disk/tree/
	@cp $^ $(BUILD)/disk/tree/bin/ && for name in $(FILES_NAMES); do ln -s files $(BUILD)/disk/tree/bin/$$name; done
	@tools/disk --ext2=$(BUILD)/disk/tree $(IMAGES)/disk.img $(SIZE)

# The same layout, but the second partition is a FAT file system with Pecan in it, and GRUB stands in front of the first.  With
# GEOMETRY=C/H/S: for a BIOS that counts cylinders, heads and sectors (a CompactFlash card of 32 MB: 497/4/32).
DISK_GRUB   := multiboot fat part_msdos biosdisk normal serial terminal configfile boot search minicmd test smbios echo
DISK_BOOT   := $(IMAGES)/pecan-disk$(if $(GEOMETRY),-$(subst /,x,$(GEOMETRY))).img
DISK_MB     := 64
DISK_SWAP   := $(if $(GEOMETRY),4,32)
# A field of the table's second record: 8 is the first sector, 12 how many.
of_fat       = $$(od -An -t u4 -j $$(( 446 + 16 + $(1) )) -N 4 $@ | tr -d ' ')
heads_of     = $(word 2,$(subst /, ,$(GEOMETRY)))/$(word 3,$(subst /, ,$(GEOMETRY)))
$(BUILD)/disk/core.img: tools/images.mk
	@mkdir -p $(@D)
	@grub-mkimage -O i386-pc -d $(GRUB_PC) -p '(hd0,msdos2)/boot/grub' -o $@ $(DISK_GRUB)

$(DISK_BOOT): $(BUILD)/disk/core.img $(BOOTSET) boot/grub.cfg tools/disk
	@mkdir -p $(@D)
	@rm -f $@ && tools/disk --fat $(addprefix --geometry=,$(GEOMETRY)) $@ $(DISK_MB) $(DISK_SWAP) > /dev/null
	@rm -f $(BUILD)/disk/fat.img
	@PATH=$$PATH:/usr/sbin:/sbin mkfs.fat -C -F 16 -n PECAN -i 19700101 --invariant -h $(call of_fat,8) $(if $(GEOMETRY),-g $(heads_of)) \
	    $(BUILD)/disk/fat.img $$(( $(call of_fat,12) / 2 )) > /dev/null
	@mmd -i $(BUILD)/disk/fat.img ::boot ::boot/grub
	@mcopy -i $(BUILD)/disk/fat.img $(BOOTSET) ::boot/
	@mcopy -i $(BUILD)/disk/fat.img boot/grub.cfg ::boot/grub/
	@dd if=$(BUILD)/disk/fat.img of=$@ bs=512 seek=$(call of_fat,8) conv=notrunc,sparse status=none
	@dd if=$(GRUB_PC)/boot.img of=$@ bs=1 count=440 conv=notrunc status=none
	@dd if=$(BUILD)/disk/core.img of=$@ bs=512 seek=1 conv=notrunc status=none
	@echo "  $@: $$(( $$(stat -c %s $@) >> 20 )) MB, boots, $(DISK_SWAP) MB of it for swapping"
disk-boot: $(DISK_BOOT)

.PHONY: iso floppy usb disk disk-boot built-apps
