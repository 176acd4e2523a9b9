# SPDX-License-Identifier: MIT
PROGRAMS += kernel
kernel_SRC     := $(filter-out kernel/arch/x86/offsets.c kernel/debug/gdb% kernel/debug/trace% kernel/debug/watch%,$(wildcard kernel/*.c kernel/arch/x86/*.c kernel/arch/x86/*.asm kernel/debug/*.c))
kernel_LDS     := kernel/arch/x86/kernel.lds
# Nothing in the kernel wants 16-byte alignment of stacks or code: four bytes of stack are fewer instructions, the rest is padding.
kernel_CFLAGS  := -mgeneral-regs-only -mregparm=3 -mpreferred-stack-boundary=2 -Ikernel \
                  -falign-functions=1 -falign-jumps=1 -falign-loops=1 -falign-labels=1
kernel_ASFLAGS := -I$(BUILD)/gen/
kernel_DEPS     = kernel/room.mk $(BUILD)/gen/x86.inc $(BUILD)/gen/offsets.inc $(L4_INC)

# The numbers of layout.h for NASM.
$(BUILD)/gen/x86.inc: kernel/arch/x86/layout.h
	@mkdir -p $(@D)
	$(Q)sed -n -E 's,^#define +([A-Z0-9_]+) +(-?[0-9A-Fa-fx]+).*,%define \1 \2,p' $< > $@

# Structure offsets for NASM, out of the compiler's mouth.
$(BUILD)/gen/offsets.inc: kernel/arch/x86/offsets.c kernel/thread.h kernel/space.h kernel/kip.h kernel/arch/x86/x86.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(kernel_CFLAGS) -fno-lto -S -o - $< | sed -n -E 's,^[[:space:]]*-> ([A-Z0-9_]+) ,%define \1 ,p' > $@

# Compiled for speed and as a whole.  Only what the source calls inline, or calls once, is inlined: the compiler's
# further guesses cost 5 KB and make no measured path faster.
kernel_CFLAGS  += -O2 -fno-inline-functions -flto
kernel_SELDOM  := kernel/arch/x86/boot
comma := ,
kernel_LD       = $(CC) $(CFLAGS) $(kernel_CFLAGS) -nostdlib -static -flto-partition=one -Wl,--build-id=none$(subst $(eval) ,$(comma), $(LDFLAGS))

# gdb's stub and the trace are compiled apart from the rest, so that they change nothing there.
LIBRARIES     += watch
watch_SRC     := $(wildcard kernel/debug/gdb*.c kernel/debug/gdb*.asm kernel/debug/trace*.c kernel/debug/trace*.asm kernel/debug/watch*.c)
watch_CFLAGS  := $(filter-out -flto,$(kernel_CFLAGS))
watch_ASFLAGS := $(kernel_ASFLAGS)
watch_DEPS     = $(kernel_DEPS)
WATCH         := $(BUILD)/lib/libwatch.a
kernel_LDFLAGS  := -Wl,--whole-archive $(WATCH) -Wl,--no-whole-archive
$(BUILD)/bin/kernel $(BUILD)/bin/kernel-check: $(WATCH)
