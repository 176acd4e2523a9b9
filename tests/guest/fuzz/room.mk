# SPDX-License-Identifier: MIT
PROGRAMS    += fuzz fuzz-bochs
ROOT_TESTS  += fuzz fuzz-bochs
fuzz_SRC     := $(wildcard tests/guest/fuzz/*.c tests/guest/fuzz/*.asm)
fuzz_LINK    := 0x300000
fuzz_LIBS    := c l4
fuzz_CFLAGS  := -mgeneral-regs-only -DFUZZ_CALLS=1000000
fuzz_TIMEOUT := 900
fuzz_CONFIGS := fuzz
fuzz_KERNEL  := kernel-check

# The same where segments are checked.  Bochs is slow: fewer calls, and the kernel without walkers.
fuzz-bochs_SRC     := $(fuzz_SRC)
fuzz-bochs_LINK    := 0x300000
fuzz-bochs_LIBS    := c l4
fuzz-bochs_CFLAGS  := -mgeneral-regs-only -DFUZZ_CALLS=100000
fuzz-bochs_TIMEOUT := 900
fuzz-bochs_CONFIGS := bochs

# The kernel with its invariant walkers, whatever CHECK says: small, for its stacks must do.
PROGRAMS            += kernel-check
kernel-check_SRC     = $(kernel_SRC)
kernel-check_LDS     = $(kernel_LDS)
kernel-check_LDFLAGS = $(kernel_LDFLAGS)
kernel-check_CFLAGS  = $(kernel_CFLAGS) -UCONFIG_CHECK -DCONFIG_CHECK=1
kernel-check_LD      = $(kernel_LD)
kernel-check_ASFLAGS = $(kernel_ASFLAGS)
kernel-check_DEPS    = $(kernel_DEPS)
