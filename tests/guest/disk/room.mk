# SPDX-License-Identifier: MIT
PROGRAMS         += diskprobe
diskprobe_SRC    := tests/guest/disk/probe.c tests/guest/disk/pci.c $(addprefix servers/ide/,channel.c dma.c identify.c time.c ports.asm) servers/deva/ports.asm
diskprobe_LDS    := lib/hurd-mm/program.lds
diskprobe_LIBS   := block hurd-mm c hurd-cap l4
diskprobe_CFLAGS := -I.
PROGRAMS           += floppyprobe
floppyprobe_SRC    := tests/guest/disk/floppyprobe.c $(addprefix servers/floppy/,fdc.c wait.c)
floppyprobe_LDS    := lib/hurd-mm/program.lds
floppyprobe_LIBS   := block driver hurd-mm c hurd-cap l4
floppyprobe_CFLAGS := -I.
# For tests/system: the driver as it would be if it were bad at living.
PROGRAMS          += mortal/ide
mortal/ide_SRC    := $(ide_SRC) $(addprefix tests/guest/disk/,mortal.c mortal_words.c)
mortal/ide_LDS    := lib/hurd-mm/program.lds
mortal/ide_LIBS   := block driver hurd-mm c hurd-cap l4
mortal/ide_CFLAGS := -I.
mortal/ide_LDFLAGS := $(addprefix --wrap=,port_in8 port_out8 port_in_words port_out_words hurd_pm_container_copy \
                      hurd_deva_block_check hurd_cap_serve)
PROGRAMS             += mortal/floppy
mortal/floppy_SRC    := $(floppy_SRC) tests/guest/disk/mortal.c
mortal/floppy_LDS    := lib/hurd-mm/program.lds
mortal/floppy_LIBS   := block driver hurd-mm c hurd-cap l4
mortal/floppy_CFLAGS := -I.
mortal/floppy_LDFLAGS := $(addprefix --wrap=,port_in8 port_out8 hurd_pm_container_copy hurd_deva_block_check hurd_cap_serve)
PROGRAMS             += mortal/virtio
mortal/virtio_SRC    := $(virtio_SRC) $(addprefix tests/guest/disk/,mortal.c mortal_notify.c)
mortal/virtio_LDS    := lib/hurd-mm/program.lds
mortal/virtio_LIBS   := block driver hurd-mm c hurd-cap l4
mortal/virtio_CFLAGS := -I.
mortal/virtio_LDFLAGS := $(addprefix --wrap=,port_in8 port_out8 port_out16 hurd_pm_container_copy hurd_deva_block_check hurd_cap_serve)
# In place of the demo: the protocol, on a disk that takes 20 ms to find a place.
PROGRAMS           += block_test
APP_TESTS          += block_test
block_test_SRC     := tests/guest/deva/suite.c tests/guest/disk/block_test.c
block_test_LDS     := lib/hurd-mm/program.lds
block_test_LIBS    := block hurd-mm c hurd-cap l4
block_test_CFLAGS  := -I.
block_test_INIT    := devices+ramdisk=4:20000:100
PROGRAMS     += stray
stray_SRC    := tests/guest/disk/stray.c
stray_LDS    := lib/hurd-mm/program.lds
stray_LIBS   := block hurd-mm c hurd-cap l4
stray_CFLAGS := -I.
