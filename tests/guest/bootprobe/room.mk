# SPDX-License-Identifier: MIT
PROGRAMS += bootprobe
bootprobe_SRC  := $(wildcard tests/guest/bootprobe/*.c tests/guest/bootprobe/*.asm)
bootprobe_LDS  := tests/guest/bootprobe/probe.lds
bootprobe_LIBS := l4
BOOT_TESTS += bootprobe
bootprobe_CONFIGS := fast 486 bochs
