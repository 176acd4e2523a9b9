# SPDX-License-Identifier: MIT
PROGRAMS    += raw
raw_SRC     := $(addprefix tests/guest/raw/,supervisor.asm ground.asm calls.asm agents.asm kip.asm clock.asm exregs.asm \
               control.asm ipc.asm propagation.asm handover.asm strings.asm redirection.asm memory.asm faults.asm interrupts.asm sigma0.asm scheduling.asm quanta.asm migration.asm choices.asm \
               adversary.asm storm.asm arena.asm expanse.asm)
raw_LINK    := 0x300000
raw_LDFLAGS := --no-gc-sections
raw_MEM     := 64
raw_TIMEOUT := 240
raw_CONFIGS := fast plain 486 486plain bochs
ROOT_TESTS  += raw
