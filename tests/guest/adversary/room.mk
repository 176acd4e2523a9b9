# SPDX-License-Identifier: MIT
# The same attempts twice: in the whole system, in the place of the task server, and alone as the root task.
adversary_STAGE := $(filter-out %/form_root.c %/form_task.c %/form_task.asm,$(wildcard tests/guest/adversary/*.c tests/guest/adversary/*.asm))

PROGRAMS          += adversary
TASK_TESTS        += adversary
adversary_SRC     := $(adversary_STAGE) tests/guest/adversary/form_task.c tests/guest/adversary/form_task.asm
adversary_LINK    := 0x400000
adversary_LIBS    := hurd-cap c l4
adversary_CFLAGS  := -fno-toplevel-reorder
adversary_TIMEOUT := 240
adversary_CONFIGS := fast

PROGRAMS               += adversary_root
ROOT_TESTS             += adversary_root
adversary_root_SRC     := $(adversary_STAGE) tests/guest/adversary/form_root.c
adversary_root_LINK    := 0x300000
adversary_root_LIBS    := c l4
adversary_root_CFLAGS  := -fno-toplevel-reorder
adversary_root_TIMEOUT := 240
adversary_root_CONFIGS := plain

# Those in which segments matter, where they are checked.  (All of them in Bochs: make matrix.)
PROGRAMS                += adversary_bochs
ROOT_TESTS              += adversary_bochs
adversary_bochs_SRC     := $(addprefix tests/guest/adversary/,doors.c entries.c flags.c \
                           stage.c world.c puppet.c launch.asm form_root.c)
adversary_bochs_LINK    := 0x300000
adversary_bochs_LIBS    := c l4
adversary_bochs_CFLAGS  := -fno-toplevel-reorder
adversary_bochs_TIMEOUT := 240
adversary_bochs_CONFIGS := bochs

# The walk by lot: a short one in `make test`, a million for each processor and path in `make matrix`.
adversary_WALK := $(addprefix tests/guest/adversary/,walk.c stage.c world.c puppet.c launch.asm form_root.c)

PROGRAMS     += walk
ROOT_TESTS   += walk
walk_SRC     := $(adversary_WALK)
walk_LINK    := 0x300000
walk_LIBS    := c l4
walk_CFLAGS  := -fno-toplevel-reorder
walk_TIMEOUT := 240
walk_CONFIGS := bochs

PROGRAMS         += walk-long
walk-long_SRC    := $(adversary_WALK)
walk-long_LINK   := 0x300000
walk-long_LIBS   := c l4
walk-long_CFLAGS := -fno-toplevel-reorder -DWALKS=20 -DWALK_STEPS=50000
