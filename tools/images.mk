# SPDX-License-Identifier: MIT
# Images that boot: the ISO (CD, USB stick, IDE disk), the floppy, and the two archives of programs.

IMAGES  := $(BUILD)/images
# In this order: the loader takes the first three, wortel counts the rest.
MODULES := kernel sigma0 wortel physmem task deva deva-store init apps.cpio
BOOTSET := $(patsubst %,$(BUILD)/strip/%,loader kernel sigma0 wortel physmem task deva init) \
           $(BUILD)/apps.cpio $(BUILD)/deva-store

APP_BINARIES := $(addprefix $(BUILD)/strip/apps/,$(APPS))
$(BUILD)/apps.cpio: $(APP_BINARIES) $(wildcard apps)
	@tools/archive $@ $(APP_BINARIES)
$(BUILD)/tests.cpio: $(APP_BINARIES) $(addprefix $(BUILD)/strip/,$(APP_TESTS))
	@tools/archive $@ $^
# Drivers that are needed before there is a file system will live here; there are none yet.
$(BUILD)/deva-store:
	@mkdir -p $(@D)
	@tools/archive $@

GRUB_MODULES := multiboot iso9660 biosdisk normal serial terminal configfile boot search minicmd part_msdos test smbios

$(BUILD)/iso/boot: $(BOOTSET) boot/grub.cfg
	@rm -rf $@ && mkdir -p $@/grub
	@cp $(BOOTSET) $@/ && cp boot/grub.cfg $@/grub/

$(IMAGES)/pecan.iso: $(BUILD)/iso/boot
	@mkdir -p $(@D)
	@grub-mkrescue -o $@ --install-modules="$(GRUB_MODULES)" --locales= --fonts= --themes= $(BUILD)/iso \
	    > $(BUILD)/grub-mkrescue.log 2>&1 || { cat $(BUILD)/grub-mkrescue.log; rm -f $@; exit 1; }
	@size=$$(stat -c %s $@); echo "  $@: $$size bytes"; \
	    [ $$size -lt 2097152 ] || { echo "$@ must stay under 2 MB"; rm -f $@; exit 1; }

# A FAT floppy: GRUB's boot sector, its core in the reserved sectors behind, then the file system.  mkfs.fat writes the
# BIOS parameter block, which has to survive in the boot sector (bytes 3 to 89).
GRUB_PC       := /usr/lib/grub/i386-pc
FLOPPY_GRUB   := multiboot fat biosdisk normal serial terminal configfile boot minicmd test smbios
FLOPPY_SECTORS = $(shell echo $$(( ($$(stat -c %s $(BUILD)/floppy/core.img) + 511) / 512 + 1 )))

$(BUILD)/floppy/core.img: tools/images.mk
	@mkdir -p $(@D)
	@grub-mkimage -O i386-pc -d $(GRUB_PC) -p '(fd0)/boot/grub' -o $@ $(FLOPPY_GRUB)

$(IMAGES)/pecan-floppy.img: $(BUILD)/floppy/core.img $(BOOTSET) boot/grub.cfg
	@mkdir -p $(@D)
	@rm -f $@
	@PATH=$$PATH:/usr/sbin:/sbin mkfs.fat -C -F 12 -n PECAN -i 19700101 --invariant -R $(FLOPPY_SECTORS) $@ 1440 > /dev/null
	@dd if=$(GRUB_PC)/boot.img of=$@ bs=1 count=3 conv=notrunc status=none
	@dd if=$(GRUB_PC)/boot.img of=$@ bs=1 skip=90 seek=90 count=422 conv=notrunc status=none
	@dd if=$(BUILD)/floppy/core.img of=$@ bs=512 seek=1 conv=notrunc status=none
	@mmd -i $@ ::boot ::boot/grub
	@mcopy -i $@ $(BOOTSET) ::boot/
	@mcopy -i $@ boot/grub.cfg ::boot/grub/
	@echo "  $@:$$(mdir -i $@ :: | tail -n 2 | tr -s ' \n' ' ')"

iso: $(IMAGES)/pecan.iso
floppy: $(IMAGES)/pecan-floppy.img

# make usb DEV=/dev/sdX: the ISO is a disk image as well.
usb: $(IMAGES)/pecan.iso
	@tools/usb "$(DEV)" $<

disk:
	@echo "make disk: there is no disk image yet.  $(IMAGES)/pecan.iso boots as an IDE disk or a USB stick too." >&2; exit 2

.PHONY: iso floppy usb disk
