# SPDX-License-Identifier: MIT
PROGRAMS         += diskprobe
diskprobe_SRC    := tests/guest/disk/probe.c $(addprefix servers/ide/,channel.c dma.c pci.c identify.c ports.asm)
diskprobe_LDS    := lib/hurd-mm/program.lds
diskprobe_LIBS   := block hurd-mm c hurd-cap l4
diskprobe_CFLAGS := -I.
