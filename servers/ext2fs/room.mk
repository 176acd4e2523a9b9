# SPDX-License-Identifier: MIT
DRIVERS    += ext2fs
ext2fs_SRC := $(wildcard servers/ext2fs/*.c) lib/startup/elf.c
