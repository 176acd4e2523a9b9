# SPDX-License-Identifier: MIT
# The kernel's benchmarks are a root task built from the raw suite's supervisor.
PROGRAMS      += bench
bench_SRC     := $(addprefix tests/guest/raw/,supervisor.asm ground.asm calls.asm agents.asm) \
                 $(addprefix bench/,meter.asm partners.asm messages.asm mapping.asm tasks.asm) tests/guest/raw/arena.asm
bench_LINK    := 0x300000
bench_ASFLAGS := -Itests/guest/raw/ -Ibench/
bench_LDFLAGS := --no-gc-sections

# How costs grow.
PROGRAMS       += growth
growth_SRC     := $(addprefix tests/guest/raw/,supervisor.asm ground.asm calls.asm agents.asm) \
                  $(addprefix bench/,meter.asm partners.asm growth.asm) tests/guest/raw/arena.asm
growth_LINK    := $(bench_LINK)
growth_ASFLAGS := $(bench_ASFLAGS)
growth_LDFLAGS := $(bench_LDFLAGS)

# Paging is measured from an ordinary program in the whole system.
PROGRAMS     += pages
pages_SRC    := bench/pages.c
pages_LDS    := lib/hurd-mm/program.lds
pages_LIBS   := hurd-mm c hurd-cap l4
pages_CFLAGS := -I.

# So is a page that comes from a disk.
PROGRAMS      += blocks
blocks_SRC    := bench/blocks.c
blocks_LDS    := lib/hurd-mm/program.lds
blocks_LIBS   := block hurd-mm c hurd-cap l4
blocks_CFLAGS := -I.

# So are files.
PROGRAMS         += filespeed
filespeed_SRC    := bench/filespeed.c
filespeed_LDS    := lib/hurd-mm/program.lds
filespeed_LIBS   := posix file block hurd-mm c hurd-cap l4
filespeed_CFLAGS := -I.

# And what it costs to start programs from files.
PROGRAMS     += execs
execs_SRC    := bench/execs.c
execs_LDS    := lib/hurd-mm/program.lds
execs_LIBS   := posix file block hurd-mm c hurd-cap l4
execs_CFLAGS := -I.

# What the machine has done before the loader runs.
PROGRAMS      += stamp
stamp_SRC     := bench/stamp.asm
stamp_LDS     := bench/stamp.lds
stamp_LDFLAGS := --no-gc-sections
