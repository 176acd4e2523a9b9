# SPDX-License-Identifier: MIT
DRIVERS      += ramdisk
ramdisk_SRC  := $(wildcard servers/ramdisk/*.c)
